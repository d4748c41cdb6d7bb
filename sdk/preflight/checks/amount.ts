import { canonicalQuantity } from "../../api/quantity";
import type { View } from "../../api/view";
import { secretText } from "../../compose/marked";

/** A number in a sentence, which comes from some places of a spec: never a secret. */
export function unlessSecret(value: number | string, ...from: readonly View[]): string {
  return from.some(({ isSecret }) => isSecret) ? secretText : String(value);
}

const billion = 1_000_000_000n;

/** An amount of a resource as people write it: "4", "500m", "64Gi". */
export function amount(resource: string, nanos: bigint): string {
  if (resource === "memory" || resource === "ephemeral-storage") return bytes(nanos / billion);
  return canonicalQuantity(nanos % billion === 0n ? String(nanos / billion) : `${nanos / 1_000_000n}m`);
}

function bytes(count: bigint): string {
  for (const [suffix, power] of [
    ["Ti", 40n],
    ["Gi", 30n],
    ["Mi", 20n],
  ] as const) {
    const unit = 1n << power;
    if (count >= unit && (count % unit === 0n || count >= unit * 10n)) return `${(count + unit / 2n) / unit}${suffix}`;
  }
  return String(count);
}
