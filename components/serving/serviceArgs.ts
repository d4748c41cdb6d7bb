import { Criticality } from "../../sdk/api/constants";
import { CompositionMode } from "../../sdk/compose/compose";
import { RecipeChecks } from "../../sdk/recipes/recipeChecks";
import type { LLMInferenceServiceArgs } from "./llmInferenceService";

const argumentNames = Object.keys({
  serviceName: true,
  namespace: true,
  spec: true,
  fragments: true,
  baseRefs: true,
  mode: true,
  presets: true,
  controllerSettings: true,
  kserveVersion: true,
  preflight: true,
  labels: true,
  annotations: true,
  criticality: true,
  skipAwait: true,
  timeoutSeconds: true,
  diagnosis: true,
  gatewayController: true,
} satisfies Record<keyof LLMInferenceServiceArgs, true>);

/** With what `multiNode` computes. */
const fragmentFields = ["name", "priority", "spec", "annotations", "groupSize", "acceleratorsPerPod"];

/**
 * Finds what a compiler would, beside names and specs, which the composition checks: programs in JavaScript are not told by one.
 *
 * @throws ConfigurationError with every problem.
 */
export function checkServiceArgs(name: string, args: LLMInferenceServiceArgs): void {
  const checks = new RecipeChecks(`"${name}"`, "LLMInferenceService");
  checks.fields("", args, argumentNames);
  for (const [path, { annotations }] of checks.objects("fragments", args.fragments, fragmentFields)) {
    if (annotations === undefined || isPlainObject(annotations)) continue;
    checks.report({
      path: `${path}.annotations`,
      message: "not a plain object",
      allowed: "an object, with inputs for values",
    });
  }
  checks.list("baseRefs", args.baseRefs);
  checks.choice("mode", args.mode, Object.values(CompositionMode));
  checks.choice("criticality", args.criticality, Object.values(Criticality));
  checks.boolean("skipAwait", args.skipAwait);
  checks.done();
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
