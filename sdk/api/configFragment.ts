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
  /**
   * Annotations of the service itself, from which KServe reads what the spec has no field for: devices (DRA) and the Secret of the model's
   * credentials. By priority like the spec; what the service's own `annotations` say wins. In either mode they go to the service.
   */
  annotations?: Readonly<Record<string, Input<string>>>;
}

/** The order in which fragments are composed, lowest first; a stable sort keeps that of equal priorities. */
export function byPriority(a: Pick<ConfigFragment, "priority">, b: Pick<ConfigFragment, "priority">): number {
  return (a.priority ?? 0) - (b.priority ?? 0);
}
