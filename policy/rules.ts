import type { Rule } from "./rule";
import { acceleratorQuota } from "./rules/acceleratorQuota";
import { allowedModels } from "./rules/allowedModels";
import { allowedRegistries } from "./rules/allowedRegistries";
import { compositionKnown } from "./rules/compositionKnown";
import { costTags } from "./rules/costTags";
import { imagesByDigest } from "./rules/imagesByDigest";
import { noPlainTextSecrets } from "./rules/noPlainTextSecrets";
import { noPrivilegedPods } from "./rules/noPrivilegedPods";
import { productionAvailability } from "./rules/productionAvailability";
import { requiredLabels } from "./rules/requiredLabels";
import { tlsOnExternalListeners } from "./rules/tlsOnExternalListeners";

/** A rule whose settings are whatever its schema lets through. */
export type AnyRule = Rule<Record<string, never>>;

/** The rules of the pack, in the order in which they are judged. */
export const rules = [
  imagesByDigest,
  allowedRegistries,
  allowedModels,
  acceleratorQuota,
  requiredLabels,
  costTags,
  noPlainTextSecrets,
  tlsOnExternalListeners,
  productionAvailability,
  noPrivilegedPods,
  compositionKnown,
] as const as unknown as readonly AnyRule[];
