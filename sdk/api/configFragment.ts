import type { Input } from "@pulumi/pulumi";

import type { LLMInferenceServiceSpecArgs } from "./llmInferenceService";

/** A named part of a service's spec. */
export interface ConfigFragment {
  /** In origins and messages; `metadata.name` when it is published as a LLMInferenceServiceConfig. */
  name: string;
  /** Higher wins; fragments of the same priority keep their order. @default 0 */
  priority?: number;
  /** Any part of a spec; inputs at any depth, secrets and unknown values included. */
  spec: Input<LLMInferenceServiceSpecArgs>;
}
