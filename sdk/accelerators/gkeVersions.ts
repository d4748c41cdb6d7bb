/** Numbers of a version such as "1.34.1-gke.1829001"; what is left out counts as the newest of its kind. Undefined for other texts. */
function numbersOf(version: string): number[] | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+)(?:-gke\.(\d+))?)?$/.exec(version);
  return match ? match.slice(1).map((part) => (part === undefined ? Infinity : Number(part))) : undefined;
}

/** Whether a version is surely below another; false for what is no version, such as "latest". */
export function isBelow(version: string, floor: string): boolean {
  const left = numbersOf(version);
  const right = numbersOf(floor);
  if (!left || !right) return false;
  const index = left.findIndex((part, position) => part !== right[position]);
  return index >= 0 && left[index]! < right[index]!;
}

/**
 * The lowest version with a feature, when a version is surely below it. Floors are by feature, or by feature and minor, as in the
 * catalogue: "standard", "standard on 1.32", "standard on 1.33 or later".
 */
export function floorAbove(
  version: string,
  floors: Readonly<Record<string, string>>,
  feature: string,
): string | undefined {
  const entries = Object.entries(floors).flatMap(([key, floor]): { minor?: string; floor: string }[] => {
    if (key === feature) return [{ floor }];
    const match = new RegExp(`^${feature} on (\\d+\\.\\d+)( or later)?$`).exec(key);
    return match ? [{ minor: match[1]!, floor }] : [];
  });
  const general = entries.find(({ minor }) => minor === undefined);
  if (general) return isBelow(version, general.floor) ? general.floor : undefined;
  const minor = /^v?(\d+\.\d+)/.exec(version)?.[1];
  const sorted = entries.sort((left, right) => (isBelow(left.floor, right.floor) ? -1 : 1));
  if (minor === undefined || sorted.length === 0) return undefined;
  const own = sorted.find((entry) => entry.minor === minor);
  if (own) return isBelow(version, own.floor) ? own.floor : undefined;
  return isBelow(version, sorted[0]!.floor) ? sorted[0]!.floor : undefined;
}
