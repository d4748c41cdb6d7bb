import fc from "fast-check";
import { join } from "node:path";

import { load } from "js-yaml";

import { compose } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { defaultControllerSettings } from "../../sdk/compose/settings";
import { ConfigurationError } from "../../sdk/problems";
import { literal, type OurOutcome, type Property } from "./compare";
import { presets } from "./merging";
import { failed, type Oracle, type OracleAnswer, type OracleSettings, type PlainObject } from "./oracle";
import {
  controllerSettings,
  type Kind,
  kinds,
  schedulerConfigMaps,
  schedulerPresets,
  serviceMetadata,
  serviceSpec,
} from "./services";

declare module "./oracle" {
  interface OracleOperations {
    /** Schema, keys of lists and CEL rules of the CRD, as the API server asks them. */
    admit: {
      request: { kind: string; object: unknown; crds: string };
      answer: { errors: OracleVerdict["errors"]; pruned: string[] | null };
    };
  }
}

interface Combination {
  mode: "inline" | "references";
  service: { name: string; namespace: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: PlainObject;
  fragments: { name: string; priority: number; spec: PlainObject }[];
  /** Names of configs. */
  baseRefs: string[];
  /** Configs beside the presets, by namespace and name. */
  configs: Record<string, Record<string, PlainObject>>;
  settings: Partial<typeof defaultControllerSettings>;
}

const baseRefs = fc.oneof(
  { weight: 15, arbitrary: fc.constant<string[]>([]) },
  { weight: 14, arbitrary: fc.constantFrom<string[][]>(["base"], ["base", "local"], ["local", "base"]) },
  { weight: 1, arbitrary: fc.constant<string[]>(["missing"]) },
);

/** A config in the service's namespace with the name of a preset, which is then not used. */
const shadowOf = (kind: Kind) =>
  fc.oneof(
    fc.record({ name: fc.constant("kserve-config-llm-template"), spec: serviceSpec(kind, 5) }),
    fc.record({ name: fc.constant("kserve-config-llm-scheduler"), spec: fc.constantFrom(...schedulerPresets) }),
  );

const combinations: fc.Arbitrary<Combination> = kinds.chain((kind) => {
  const fragment = (name: string) =>
    fc.record({ name: fc.constant(name), priority: fc.constantFrom(0, 0, 5, -1), spec: serviceSpec(kind, 4) });
  return fc
    .record({
      mode: fc.constantFrom("inline" as const, "references" as const),
      service: serviceMetadata,
      spec: serviceSpec(kind, 1),
      first: fc.option(fragment("first"), { nil: undefined, freq: 3 }),
      second: fc.option(fragment("second"), { nil: undefined, freq: 2 }),
      baseRefs,
      base: serviceSpec(kind, 4),
      local: serviceSpec(kind, 4),
      shadow: fc.option(shadowOf(kind), { nil: undefined, freq: 2 }),
      settings: controllerSettings,
    })
    .map(({ first, second, base, local, shadow, ...others }): Combination => {
      const configs: Combination["configs"] = { kserve: { base } };
      const own = (configs[others.service.namespace] ??= {});
      own.local = local;
      if (shadow && others.service.namespace !== "kserve") own[shadow.name] = shadow.spec;
      const fragments = [first, second].filter((part) => part !== undefined);
      const parts = [others.spec, ...fragments.map(({ spec }) => spec), base, local];
      const spec = parts.some(hasUri) ? others.spec : withUri(others.spec);
      return { ...others, spec, fragments, configs };
    });
});

const hasUri = ({ model }: PlainObject): boolean => Boolean((model as { uri?: string } | undefined)?.uri);

/** Without any address of a model few services would be compared: we refuse them. */
function withUri(spec: PlainObject): PlainObject {
  return { ...spec, model: { ...(spec.model as object | undefined), uri: "hf://meta/llama" } };
}

/** What we refuse although KServe takes it, because the service would never become ready. */
const stricter = [
  /none leads to the scheduler's pool/,
  /a Service needs it/,
  /label controller-revision-hash/,
  /breaks the templates of KServe/,
  /has nothing to serve/,
];

/** Whole services, from what a user gives to the spec that the controller acts on. */
export function combinesServices(oracle: Oracle): Property<Combination> {
  const shipped = presets(oracle.kserve);
  // Only what lies in the cluster anyway is read once for all cases.
  const presetStore = new ConfigStore({ kserve: shipped });
  const storedPresets = Promise.all(
    Object.entries(shipped).map(async ([name, spec]) => ({
      metadata: { name, namespace: "kserve" },
      spec: await storedSpec("LLMInferenceServiceConfig", spec, oracle),
    })),
  );
  storedPresets.catch(() => undefined);
  return {
    cases: combinations,
    ours: (given) => combinedByUs(given, presetStore),
    theirs: async (given, asked) => {
      try {
        return { value: await combinedByKserve(given, await storedPresets, asked) };
      } catch (error) {
        if (error instanceof Refusal) return { failure: error.message };
        throw error;
      }
    },
    test: (given, theirs, differing) =>
      [
        `const { mode, service, spec, fragments, baseRefs, configs, settings } = ${literal(given)};`,
        "const store = Object.entries(configs).reduce((all, [namespace, specs]) => all.with(namespace, specs), presetStore);",
        "const args = { mode, service, spec, fragments, baseRefs, configs: store, settings } as ComposeArgs;",
        ...("failure" in theirs
          ? [
              `// KServe: ${theirs.failure.replace(/\n/g, " ")}`,
              "assert.throws(() => compose(args), ConfigurationError);",
            ]
          : [
              "const { effective, appliedConfigs } = compose(args);",
              ...differing.map(
                ({ path, theirs: value }) =>
                  `assert.deepEqual({ effective, appliedConfigs }${path.map((key) => `?.[${JSON.stringify(key)}]`).join("")}, ${literal(value)});`,
              ),
            ]),
      ].join("\n"),
  };
}

function combinedByUs(given: Combination, presetStore: ConfigStore): OurOutcome {
  const configs = Object.entries(given.configs).reduce(
    (store, [namespace, specs]) => store.with(namespace, specs),
    presetStore,
  );
  const configMaps = (namespace: string, name: string) => schedulerConfigMaps[namespace]?.[name];
  try {
    const { effective, appliedConfigs } = compose({ ...given, configs, configMaps });
    return { value: { effective, appliedConfigs } };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const onPurpose = error.problems.every(({ message }) => stricter.some((reason) => reason.test(message)));
    return onPurpose ? { stricter: error.message } : { failure: error.message };
  }
}

/** Somebody in the cluster refuses an object. */
class Refusal extends Error {}

async function combinedByKserve(given: Combination, shipped: unknown[], oracle: Oracle): Promise<unknown> {
  const { service, mode, settings } = given;
  const fragments = [...given.fragments].sort((a, b) => a.priority - b.priority);
  const known: OracleSettings = { ...defaultControllerSettings, ...settings };
  const published = mode === "references" ? fragments : [];
  const baseRefs = [...given.baseRefs, ...published.map(({ name }) => name)].map((name) => ({ name }));

  const below = mode === "inline" ? fragments.map(({ spec }) => spec) : [];
  // The last one changes nothing; it makes sure that KServe's types have been written.
  const { spec } = answered(await oracle.ask("merge", { specs: [{}, ...below, given.spec] }));
  const written = baseRefs.length > 0 ? { ...spec, baseRefs } : spec;
  const stored = await storedSpec("LLMInferenceService", written, oracle);
  await admit("LLMInferenceService", written, oracle);
  accepted(await oracle.ask("validate", { service: { metadata: service, spec: stored } }));

  const local = await Promise.all(
    published.map(async (fragment) => {
      const typed = answered(await oracle.ask("merge", { specs: [fragment.spec] }));
      await admit("LLMInferenceServiceConfig", typed.spec, oracle);
      const config = await storedSpec("LLMInferenceServiceConfig", typed.spec, oracle);
      const metadata = { name: fragment.name, namespace: service.namespace };
      accepted(await oracle.ask("validateConfig", { config: { metadata, spec: config }, settings: known }));
      return { metadata, spec: config };
    }),
  );
  const others = Object.entries(given.configs).flatMap(([namespace, specs]) =>
    Object.entries(specs).map(async ([name, config]) => ({
      metadata: { name, namespace },
      spec: await storedSpec("LLMInferenceServiceConfig", config, oracle),
    })),
  );
  const combined = answered(
    await oracle.ask("combine", {
      service: { metadata: service, spec: stored },
      configs: [...local, ...(await Promise.all(others)), ...shipped],
      configMaps: Object.entries(schedulerConfigMaps).flatMap(([namespace, maps]) =>
        Object.entries(maps).map(([name, data]) => ({ metadata: { name, namespace }, data })),
      ),
      settings: known,
    }),
  );
  return {
    effective: withSchedulerConfig(combined.spec, combined.schedulerConfigText),
    appliedConfigs: combined.appliedConfigs,
  };
}

function withSchedulerConfig(spec: PlainObject, text: string | undefined): PlainObject {
  if (text === undefined) return spec;
  const copy = structuredClone(spec) as { router: { scheduler: { config: PlainObject } } } & PlainObject;
  copy.router.scheduler.config.inline = load(text) as PlainObject;
  return copy;
}

function crdFolder(oracle: Oracle): string {
  return join(oracle.kserve, "config", "crd", "full", "llmisvc");
}

async function storedSpec(kind: string, spec: PlainObject, oracle: Oracle): Promise<PlainObject> {
  const answer = await oracle.ask("default", { kind, object: { spec }, crds: crdFolder(oracle) });
  return answered(answer).object.spec as PlainObject;
}

async function admit(kind: string, spec: PlainObject, oracle: Oracle): Promise<void> {
  const object = { apiVersion: "serving.kserve.io/v1alpha2", kind, spec };
  accepted(await oracle.ask("admit", { kind, object, crds: crdFolder(oracle) }));
}

function answered<T extends object>(answer: OracleAnswer<T>): T {
  if (failed(answer)) throw new Refusal(answer.error);
  return answer;
}

function accepted(verdict: OracleAnswer<{ errors: { field: string; detail: string }[] }>): void {
  const { errors } = answered(verdict);
  if (errors.length > 0) throw new Refusal(errors.map(({ field, detail }) => `${field}: ${detail}`).join("; "));
}
