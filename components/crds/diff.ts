import { createRequire } from "node:module";

import { asApplied, type BundleInputs, type BundleOutputs, CrdDeletion, CrdOwnership, objectNames } from "./bundle";

const lazyRequire = createRequire(__filename);

/** What the dynamic provider calls a problem with an input. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** What the dynamic provider takes as a comparison. */
export interface DiffResult {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** How the engine sends a value that is not known yet. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Fields whose change alone changes nothing in the cluster. The field manager stays the one that the set was created with,
 * because with another one the stack would no longer own its own fields.
 */
const ignored = new Set<string>(["source", "mirror", "fieldManager", "force", "applied", "live", "__provider"]);

/** Fills in what must stay, and says what is wrong. */
export function checkBundle(
  olds: Partial<BundleInputs>,
  news: BundleInputs,
): { inputs: BundleInputs; failures: CheckFailure[] } {
  const failures: CheckFailure[] = [];
  const fail = (property: string, reason: string): void => void failures.push({ property, reason });
  const { kubeconfig, ownership, onDelete, timeoutSeconds, conversion, crds } = news;
  if (typeof kubeconfig !== "string" || kubeconfig.trim() === "") {
    fail("kubeconfig", "kubeconfig: empty; allowed: text or path of a kubeconfig");
  }
  // A set that is unmanaged has no resource.
  oneOf("crds", ownership, [CrdOwnership.own, CrdOwnership.existing], fail);
  oneOf("onDelete", onDelete, Object.values(CrdDeletion), fail);
  if (typeof timeoutSeconds !== "number" || !(timeoutSeconds > 0)) {
    fail("timeoutSeconds", `timeoutSeconds: given ${JSON.stringify(timeoutSeconds)}; allowed: a number above 0`);
  }
  if (crds && conversion && typeof conversion === "object") {
    for (const name of Object.keys(conversion).filter((key) => !(key in crds))) {
      fail("conversion", `conversion.${name}: no such CRD in the set; allowed: ${Object.keys(crds).join(", ")}`);
    }
  }
  const refused = refusedChange(olds, news);
  if (refused) fail("version", refused);
  return { inputs: { ...news, fieldManager: olds.fieldManager ?? news.fieldManager }, failures };
}

/**
 * A downgrade, or a step that upstream forbids, of a set that this stack installed. A kubeconfig that has changed is no reason to let it pass:
 * mostly it leads to the same cluster.
 */
function refusedChange(olds: Partial<BundleInputs>, news: BundleInputs): string | undefined {
  const { name, version, variant, ownership } = olds;
  if (version === undefined || name !== news.name || (version === news.version && variant === news.variant)) return;
  if (ownership !== CrdOwnership.own || news.ownership !== CrdOwnership.own) return;
  // Loaded when versions differ, because the provider starts in every preview.
  const { refusedStep } = lazyRequire("../../sdk/upgrades") as typeof import("../../sdk/upgrades");
  const refused = refusedStep({ name, version, variant }, news);
  return refused && `CRD set "${name}": ${refused.reason}; fix: ${refused.fix}`;
}

function oneOf(
  path: string,
  given: unknown,
  allowed: string[],
  fail: (property: string, reason: string) => void,
): void {
  if (given !== unknownValue && !allowed.includes(given as string)) {
    fail(path, `${path}: given ${JSON.stringify(given)}; allowed: ${allowed.join(", ")}`);
  }
}

/**
 * Compares what was applied with what is declared.
 *
 * A kubeconfig that is not known yet counts as unchanged; a changed one is an update, because it may lead to another cluster
 * and because the next refresh or destroy uses the recorded one.
 */
export function diffBundle(olds: BundleOutputs, news: BundleInputs): DiffResult {
  const replaced = olds.name !== news.name;
  return {
    changes: replaced || contentChanged(olds, news) || settingsChanged(olds, news) || hasDrift(olds),
    replaces: replaced ? ["name"] : [],
    // Both may hold the same CRDs; the other order would end with them deleted.
    deleteBeforeReplace: true,
  };
}

/** Whether a refresh, or an installation that was not completed, left something to do. */
export function hasDrift(olds: BundleOutputs): boolean {
  return objectNames(olds).some((name) => olds.live?.[name] !== asApplied);
}

/** Whether what is to be in the cluster is different. */
export function contentChanged(olds: BundleInputs, news: BundleInputs): boolean {
  const keys = ["version", "variant", "files", "crds", "others", "ownership", "conversion"] as const;
  return keys.some((key) => !equal(olds[key], news[key])) || clusterChanged(olds, news);
}

function clusterChanged(olds: BundleInputs, news: BundleInputs): boolean {
  return news.kubeconfig !== unknownValue && olds.kubeconfig !== news.kubeconfig;
}

function settingsChanged(olds: BundleInputs, news: BundleInputs): boolean {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)] as (keyof BundleInputs)[]);
  return [...keys].some((key) => !ignored.has(key) && key !== "kubeconfig" && !equal(olds[key], news[key]));
}

/** Deep equality; a field that is undefined counts as left out. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
