/** A part that is in the cluster already, by whomever. */
export interface ExistingPart {
  existing: true;
  /** @default not known */
  version?: string;
}

/** Arguments of a part that is installed, a part that is there already, or `false` for neither. */
export type PlatformPart<Args> = Args | ExistingPart | false;

/** Whether a part is there already. */
export function isExisting(part: object | false | undefined): part is ExistingPart {
  return typeof part === "object" && "existing" in part && part.existing === true;
}

/** The arguments of a part that is to be installed; undefined when it is not. */
export function installed<Args extends object>(part: PlatformPart<Args> | undefined): Args | undefined {
  return part === undefined || part === false || isExisting(part) ? undefined : part;
}

/** What a preflight knows of a part: its version, true for one of unknown version, false for none. */
export function plannedVersion(part: object | false, pinned: string): string | boolean {
  if (part === false) return false;
  return isExisting(part) ? (part.version ?? true) : pinned;
}
