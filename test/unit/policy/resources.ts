import { judgeResource, judgeStack } from "../../../policy/judge";
import type { StackResource } from "../../../policy/resource";
import { configOf, type Rule } from "../../../policy/rule";
import { type Json, Marked } from "../../../sdk/compose/marked";

/** What a preview does not know yet. */
export const unknown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });

/** A Kubernetes object as the engine registers it. */
export function object(
  apiVersion: string,
  kind: string,
  metadata: Record<string, Json> & { name: string },
  rest: Record<string, Json> = {},
  stack = "dev",
): StackResource {
  const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  return {
    urn: `urn:pulumi:${stack}::shop::${type}::${metadata.name}`,
    type,
    inputs: { apiVersion, kind, metadata, ...rest },
  };
}

const serving = "serving.kserve.io/v1alpha2";

/** A service of namespace "models". */
export function service(
  spec: Json,
  { name = "llama", labels = {}, stack = "dev" }: { name?: string; labels?: Record<string, Json>; stack?: string } = {},
): StackResource {
  return object(serving, "LLMInferenceService", { name, namespace: "models", labels }, { spec }, stack);
}

/** A config that services may refer to. */
export function config(name: string, spec: Json, namespace = "models"): StackResource {
  return object(serving, "LLMInferenceServiceConfig", { name, namespace }, { spec });
}

export const llama = { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" };

/** A service whose server has these fields. */
export const serving1 = (main: Record<string, Json>, rest: Record<string, Json> = {}): Record<string, Json> => ({
  model: llama,
  template: { containers: [{ name: "main", ...main }] },
  ...rest,
});

/** Messages of what a stack violates. */
export function violations<Config extends object>(
  rule: Rule<Config>,
  resources: readonly StackResource[],
  given: Partial<Config> = {},
): string[] {
  return judgeStack(rule, configOf(rule, given), resources).map(({ message }) => message);
}

/** Messages of what a resource violates by itself. */
export function violationsAlone<Config extends object>(
  rule: Rule<Config>,
  resource: StackResource,
  given: Partial<Config> = {},
): string[] {
  return judgeResource(rule, configOf(rule, given), resource).map(({ message }) => message);
}
