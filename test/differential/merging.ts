import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { canonicalSpec } from "../../sdk/compose/canonical";
import { MergeError, mergeSpecs } from "../../sdk/compose/merge";
import type { Problem } from "../../sdk/problems";
import { describeProblem } from "../../sdk/problems";
import { type Differing, literal, type Outcome, type Property } from "./compare";
import { fragments } from "./fragments";
import { failed, type Oracle, type PlainObject } from "./oracle";

/** The configs that KServe ships, by name, as their files have them. */
export function presets(kserve: string): Record<string, PlainObject> {
  const folder = join(kserve, "config", "llmisvcconfig");
  const configs = readdirSync(folder)
    .filter((file) => file.startsWith("config-"))
    .map((file) => load(readFileSync(join(folder, file), "utf8")) as { metadata: { name: string }; spec: PlainObject });
  return Object.fromEntries(configs.map(({ metadata, spec }) => [metadata.name, spec]));
}

/** Fragments over the whole tree, lowest first. */
export const mergesFragments: Property<PlainObject[]> = {
  // One alone is not merged; it would be written once, and some quantities become another when they are written again.
  cases: fragments(2, 5),
  ours: merged,
  theirs: mergedByKserve,
  test: (specs, theirs) => [`const specs: JsonObject[] = ${literal(specs)};`, ...mergeTest(theirs)].join("\n"),
};

interface OverPresets {
  /** Names of presets, lowest first. */
  presets: string[];
  specs: PlainObject[];
}

/** Fragments over some of KServe's presets. */
export function mergesOverPresets({ kserve }: Oracle): Property<OverPresets> {
  const known = presets(kserve);
  const all = (given: OverPresets) => [...given.presets.map((name) => known[name] ?? {}), ...given.specs];
  return {
    cases: fc.record({
      presets: fc.subarray(Object.keys(known), { minLength: 1, maxLength: 3 }),
      specs: fragments(1, 4, { mistakes: false }),
    }),
    ours: (given) => merged(all(given)),
    theirs: (given, oracle) => mergedByKserve(all(given), oracle),
    test: (given, theirs, differing) =>
      [
        `const presets = ${JSON.stringify(given.presets)}.map((name) => presetSpecs[name]);`,
        `const specs: JsonObject[] = [...presets, ...${literal(given.specs)}];`,
        ...mergeTest(theirs, differing),
      ].join("\n"),
  };
}

/** What the API server makes of a spec that is stored. */
export const appliesDefaults: Property<PlainObject> = {
  cases: fragments(1, 1, { mistakes: false }).map(([spec = {}]) => spec),
  ours: (given) => {
    const { value, problems } = canonicalSpec(given, { defaults: true });
    return problems.length > 0 ? problemsFailure(problems) : { value: canonicalSpec(value).value };
  },
  theirs: async (given, oracle) => {
    const crds = join(oracle.kserve, "config", "crd", "full", "llmisvc");
    const stored = await oracle.ask("default", { kind: "LLMInferenceService", object: { spec: given }, crds });
    if (failed(stored)) return { failure: stored.error };
    return mergedByKserve([stored.object.spec as PlainObject, {}], oracle);
  },
  test: (given, theirs) =>
    [
      `const { value, problems } = canonicalSpec(${literal(given)}, { defaults: true });`,
      ...("value" in theirs
        ? [`assert.deepEqual(problems, []);`, `assert.deepEqual(value, ${literal(theirs.value)});`]
        : [`assert.notEqual(problems.length, 0); // KServe: ${theirs.failure}`]),
    ].join("\n"),
};

function merged(specs: readonly PlainObject[]): Outcome {
  const read = specs.map((spec) => canonicalSpec(spec));
  const problems = read.flatMap((canonical) => canonical.problems);
  if (problems.length > 0) return problemsFailure(problems);
  try {
    const { value } = mergeSpecs(read.map((canonical) => canonical.value));
    // KServe reads and writes what it has merged once more; a pool's selector without labels is lost by that.
    return { value: canonicalSpec(value).value };
  } catch (error) {
    if (error instanceof MergeError) return { failure: error.message };
    throw error;
  }
}

async function mergedByKserve(specs: readonly PlainObject[], oracle: Oracle): Promise<Outcome> {
  const answer = await oracle.ask("merge", { specs: [...specs] });
  return failed(answer) ? { failure: answer.error } : { value: answer.spec };
}

function problemsFailure(problems: readonly Problem[]): Outcome {
  return { failure: problems.map(describeProblem).join("; ") };
}

/** Only where the two differ, when that is given. */
function mergeTest(theirs: Outcome, differing: readonly Differing[] = []): string[] {
  if ("failure" in theirs)
    return [
      `// KServe: ${theirs.failure.replace(/\n/g, " ")}`,
      "assert.ok(specs.some((spec) => canonicalSpec(spec).problems.length > 0)); // or:",
      "assert.throws(() => mergeSpecs(specs.map((spec) => canonicalSpec(spec).value)), MergeError);",
    ];
  const merging = "const merged = mergeSpecs(specs.map((spec) => canonicalSpec(spec).value)).value;";
  if (differing.length === 0) return [merging, `assert.deepEqual(merged, ${literal(theirs.value)});`];
  const parts = differing.map(
    ({ path, theirs: value }) => `assert.deepEqual(merged${path.map(step).join("")}, ${literal(value)});`,
  );
  return [merging, ...parts];
}

function step(key: string | number): string {
  return `?.[${JSON.stringify(key)}]`;
}
