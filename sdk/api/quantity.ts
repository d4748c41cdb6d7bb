const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
/** The finest part of one that the API keeps is a nano; quantities are reckoned in those. */
const nano = 1_000_000_000n;

/**
 * The form in which the API server and KServe's controller write a quantity: the largest suffix that needs no fraction, such as
 * "500m" for 0.5, "1536Mi" for 1.5Gi and "1" for 1000m. What is no quantity, and scientific notation, stay as they are.
 *
 * Source: `resource.Quantity` of k8s.io/apimachinery.
 */
export function canonicalQuantity(quantity: string | number): string {
  const text = String(quantity).trim();
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(text);
  if (!match || (!match[2] && !match[3])) return text;
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
  const binary = suffix.endsWith("i");
  const scale = binary
    ? 1024n ** BigInt(binarySuffixes.indexOf(suffix)) * nano
    : 1000n ** BigInt(decimalSuffixes.indexOf(suffix));
  const digits = BigInt(`${whole}${fraction}` || "0") * scale;
  const divisor = 10n ** BigInt(fraction.length);
  // A remainder below a nano is rounded up, as the API does.
  const nanos = digits / divisor + (digits % divisor === 0n ? 0n : 1n);
  if (nanos === 0n) return "0";
  const canonical = binary && nanos >= 1024n * nano ? canonicalBinary(nanos) : canonicalDecimal(nanos);
  return (sign === "-" ? "-" : "") + canonical;
}

function canonicalBinary(nanos: bigint): string {
  let value = nanos / nano + (nanos % nano === 0n ? 0n : 1n);
  let power = 0;
  while (value % 1024n === 0n && power < binarySuffixes.length - 1) {
    value /= 1024n;
    power += 1;
  }
  return `${value}${binarySuffixes[power]}`;
}

function canonicalDecimal(nanos: bigint): string {
  let value = nanos;
  let power = 0;
  while (value % 1000n === 0n && power < decimalSuffixes.length - 1) {
    value /= 1000n;
    power += 1;
  }
  return `${value}${decimalSuffixes[power]}`;
}

/**
 * Writes the resources of every container in a manifest canonically, so that what is declared is what the API server keeps:
 * otherwise a refresh finds "500m" where "0.5" was declared, and takes it for a change. Outputs are left as they are.
 */
export function withCanonicalResources<T>(value: T): T {
  return canonical(value, false) as T;
}

const quantityMaps = new Set(["limits", "requests"]);

function canonical(value: unknown, inResources: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => canonical(item, false));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      inResources && quantityMaps.has(key) ? canonicalMap(entry) : canonical(entry, key === "resources"),
    ]),
  );
}

function canonicalMap(map: unknown): unknown {
  if (!isPlainObject(map)) return map;
  return Object.fromEntries(
    Object.entries(map).map(([name, quantity]) => [
      name,
      typeof quantity === "string" || typeof quantity === "number" ? canonicalQuantity(quantity) : quantity,
    ]),
  );
}

/** Outputs, promises and other instances are not walked. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
