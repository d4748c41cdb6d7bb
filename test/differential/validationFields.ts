import { type SchemaNode, schemaNode, schemaRoot } from "../../sdk/api/schema/schemaTable";

type Step = string | 0;

/** Of every type, in and out of the usual ranges. */
const values = [
  ...["text", "", "Bad_Name", "500m", "a".repeat(300)],
  ...[5, -1, 1.5, 70_000, 3_000_000_000, true],
  ...[{}, { a: "b" }, [], [null], ["x", "x"]],
];

/** The PodSpec is the same everywhere; one is walked. */
const repeated = new Set(["worker", "prefill", "router.scheduler.template"]);

/** For every field in the CRD a spec with each of many values in it, and nothing else. */
export function* fieldSpecs(): Generator<object> {
  for (const { node, steps } of places(schemaRoot("service", "spec"), [])) {
    for (const value of values) {
      // Fractions are written as texts before they are sent, and adapters have no schema in the CRD.
      if (node.type === "any" || (node.type === "quantity" && value === 1.5)) continue;
      yield specWith(steps, value);
    }
  }
}

function* places(node: SchemaNode, steps: readonly Step[]): Generator<{ node: SchemaNode; steps: readonly Step[] }> {
  if (steps.length > 0) yield { node, steps };
  if (repeated.has(steps.join("."))) return;
  for (const [name, index] of node.fields ?? []) yield* places(schemaNode(index), [...steps, name]);
  if (node.items !== undefined) yield* places(schemaNode(node.items), [...steps, 0]);
  if (node.values !== undefined) yield* places(schemaNode(node.values), [...steps, "key"]);
}

function specWith(steps: readonly Step[], value: unknown): object {
  return steps.reduceRight((inner, step) => (step === 0 ? [inner] : { [step]: inner }), value) as object;
}
