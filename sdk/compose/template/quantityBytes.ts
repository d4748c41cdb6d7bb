const powers: Readonly<Record<string, readonly [base: bigint, power: bigint]>> = {
  n: [10n, -9n],
  u: [10n, -6n],
  m: [10n, -3n],
  "": [10n, 0n],
  k: [10n, 3n],
  M: [10n, 6n],
  G: [10n, 9n],
  T: [10n, 12n],
  P: [10n, 15n],
  E: [10n, 18n],
  Ki: [2n, 10n],
  Mi: [2n, 20n],
  Gi: [2n, 30n],
  Ti: [2n, 40n],
  Pi: [2n, 50n],
  Ei: [2n, 60n],
};
const quantity = /^([+-]?)(\d*)\.?(\d*)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;
const largest = 2n ** 63n - 1n;

/** What `Quantity.Value()` of k8s.io/apimachinery makes of a quantity: an integer, away from zero, and no more than an int64 holds. */
export function quantityBytes(text: unknown): bigint {
  const match = quantity.exec(typeof text === "string" || typeof text === "number" ? String(text) : "0");
  if (!match) return 0n;
  const [, sign = "", whole = "", fraction = "", suffix = "", exponent] = match;
  const [base, power] = exponent === undefined ? (powers[suffix] ?? [10n, 0n]) : [10n, BigInt(exponent)];
  let numerator = BigInt(`${whole}${fraction}` || "0");
  let denominator = 10n ** BigInt(fraction.length);
  if (power >= 0n) numerator *= base ** power;
  else denominator *= base ** -power;
  const value = numerator / denominator + (numerator % denominator === 0n ? 0n : 1n);
  const bounded = value > largest ? largest : value;
  return sign === "-" ? -bounded : bounded;
}
