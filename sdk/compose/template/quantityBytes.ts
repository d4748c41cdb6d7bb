import { quantityValue } from "../../api/quantity";

const largest = 2n ** 63n - 1n;

/** What `Quantity.Value()` of k8s.io/apimachinery makes of a quantity: an integer, away from zero, and no more than an int64 holds. */
export function quantityBytes(text: unknown): bigint {
  const value = typeof text === "string" || typeof text === "number" ? (quantityValue(text) ?? 0n) : 0n;
  if (value > largest) return largest;
  return value < -largest ? -largest : value;
}
