type Format = "decimal" | "exponent" | "binary";

interface ParsedQuantity {
  /** As written, where Go keeps it so. */
  readonly kept?: string;
  /** In nanos: the finest part of one that the API keeps. */
  readonly nanos: bigint;
  readonly format: Format;
}

const nano = 1_000_000_000n;
const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimalSuffixes = new Map(Object.entries(decimalExponents).map(([suffix, exponent]) => [exponent, suffix]));
const pattern = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d{1,3})?$/;
/** Digits that surely fit into 64 bits. */
const safeDigits = 18;
const largestBinary = ((1n << 63n) - 1n) * nano;

/**
 * Whether a text is a quantity: the pattern that the API checks, with exponents of at most three digits, so that nobody has to write out
 * a number with a billion zeros.
 */
export function isQuantity(text: string | number): boolean {
  return pattern.test(String(text).trim());
}

/**
 * The form in which the API server and KServe's controller write a quantity: mostly the largest suffix that needs no fraction, such as
 * "500m" for 0.5, "1536Mi" for 1.5Gi and "1" for 1000m; some notations are kept as they are, such as "1e3". What is no quantity stays.
 *
 * Source: `ParseQuantity` and `CanonicalizeBytes` of k8s.io/apimachinery, `pkg/api/resource`.
 */
export function canonicalQuantity(quantity: string | number): string {
  const text = String(quantity).trim();
  const known = canonicalTexts.get(text);
  if (known !== undefined) return known;
  const canonical = canonicalText(text);
  if (canonicalTexts.size < mostRemembered && text.length < 64) canonicalTexts.set(text, canonical);
  return canonical;
}

/** A program has few quantities, and each many times. */
const canonicalTexts = new Map<string, string>();
const mostRemembered = 1000;

function canonicalText(text: string): string {
  // Who reads what was written takes a number without a suffix for a decimal: "5156.25Ki" becomes "5280000", and that "5280k".
  return rewritten(rewritten(text));
}

function rewritten(text: string): string {
  const parsed = parseQuantity(text);
  return parsed ? (parsed.kept ?? written(parsed)) : text;
}

/** The value of a quantity in whole units, rounded up, as Go's `Value()`; undefined for what is none. */
export function quantityValue(quantity: string | number): bigint | undefined {
  const parsed = parseQuantity(String(quantity).trim());
  return parsed && roundedUp(parsed.nanos, nano);
}

/** The value of a quantity in billionths, which is exact; undefined for what is none. */
export function quantityNanos(quantity: string | number): bigint | undefined {
  return parseQuantity(String(quantity).trim())?.nanos;
}

function parseQuantity(text: string): ParsedQuantity | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, sign = "", allDigits = "", fraction = "", suffix = ""] = match;
  const digits = allDigits.replace(/^0+/, "") || "0";
  const negative = sign === "-";
  const shifted = digits + fraction;
  if (suffix.endsWith("i")) return parseBinary(text, { digits, fraction, negative, suffix });

  const isExponent = /^[eE]./.test(suffix);
  const exponent = isExponent ? Number(suffix.slice(1)) : (decimalExponents[suffix] ?? 0);
  const scale = exponent - fraction.length;
  const fits = shifted.length <= safeDigits && scale >= -9;
  // Go keeps what it takes for canonical already.
  const kept = fits && scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0") ? text : undefined;
  const nanos = scaled(BigInt(shifted), scale + 9);
  return { kept, nanos: negative ? -nanos : nanos, format: isExponent ? "exponent" : "decimal" };
}

function parseBinary(
  text: string,
  { digits, fraction, negative, suffix }: { digits: string; fraction: string; negative: boolean; suffix: string },
): ParsedQuantity {
  const power = binarySuffixes.indexOf(suffix);
  const fits = fraction === "" && digits.length + power * 3 <= 14;
  const kept = fits && (BigInt(digits) & 7n) !== 0n ? text : undefined;
  let nanos = scaled(BigInt(digits + fraction) * 1024n ** BigInt(power), 9 - fraction.length);
  if (!fits && nanos > largestBinary) nanos = largestBinary;
  const fractional = !fits && nanos > 0n && nanos < nano;
  return { kept, nanos: negative ? -nanos : nanos, format: fractional ? "decimal" : "binary" };
}

/** `value` times ten to the power of `exponent`; what is finer than one is rounded up. */
function scaled(value: bigint, exponent: number): bigint {
  return exponent >= 0 ? value * 10n ** BigInt(exponent) : roundedUp(value, 10n ** BigInt(-exponent));
}

/** Away from zero, so that asking for a little never becomes asking for nothing. */
function roundedUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  const rest = value % divisor;
  if (rest === 0n) return quotient;
  return rest > 0n ? quotient + 1n : quotient - 1n;
}

function written({ nanos, format }: ParsedQuantity): string {
  if (nanos === 0n) return "0";
  const small = nanos > -1024n * nano && nanos < 1024n * nano;
  if (format === "binary" && !small && nanos % nano === 0n) {
    const { value, times } = withoutFactors(nanos / nano, 1024n);
    return `${value}${binarySuffixes[times] ?? ""}`;
  }
  const { value, times } = withoutFactors(nanos, 10n);
  const exponent = times - 9;
  const excess = ((exponent % 3) + 3) % 3;
  const mantissa = value * 10n ** BigInt(excess);
  const power = exponent - excess;
  if (format === "exponent") return `${mantissa}${power === 0 ? "" : `e${power}`}`;
  return `${mantissa}${decimalSuffixes.get(power) ?? ""}`;
}

function withoutFactors(value: bigint, factor: bigint): { value: bigint; times: number } {
  let times = 0;
  let rest = value;
  for (; rest % factor === 0n; times++) rest /= factor;
  return { value: rest, times };
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
