import { kserveNamespace } from "../sdk/api/constants";
import { View } from "../sdk/api/view";
import { compose } from "../sdk/compose/compose";
import { ConfigStore } from "../sdk/compose/configs";
import { isObject, type Json, Marked } from "../sdk/compose/marked";
import { presetNames } from "../sdk/compose/presets";
import { defaultControllerSettings } from "../sdk/compose/settings";
import { ConfigurationError } from "../sdk/problems";
import { type ObjectIdentity, objectOf, stackNameOf, type StackResource } from "./resource";
import { isConfig, isService, type Subject, withSpec, written } from "./subject";

type Configs = Record<string, Record<string, unknown>>;

/** The resources of a stack, with services as KServe's controller will act on them. */
export class Stack {
  readonly name: string;
  readonly subjects: readonly Subject[];

  constructor(resources: readonly StackResource[]) {
    this.name = stackNameOf(resources[0]?.urn ?? "");
    const objects = resources.map((resource) => ({ resource, object: objectOf(resource) }));
    const { configs, hasPresets } = configsOf(objects);
    const used = new Set<string>();
    const all = objects.map(({ resource, object }) =>
      object?.kind === "LLMInferenceService"
        ? composed(resource, object, { configs, hasPresets, used })
        : written(resource, object, { whole: true, hasPresets }),
    );
    // What a preset or a config says counts where a service has it, unless nobody here has.
    this.subjects = all.filter((subject) => !isConfig(subject) || !(isPreset(subject) || used.has(keyOf(subject))));
  }

  get services(): Subject[] {
    return this.subjects.filter(isService);
  }

  /** Objects of a kind. */
  ofKind(kind: string): Subject[] {
    return this.subjects.filter(({ object }) => object?.kind === kind);
  }
}

/** A resource alone, as the engine registers it. */
export function subjectOf(resource: StackResource): Subject | undefined {
  const object = objectOf(resource);
  const subject = written(resource, object, {
    whole: object?.kind !== "LLMInferenceService",
    hasPresets: false,
  });
  // The stack tells which of them services have.
  return isConfig(subject) ? undefined : subject;
}

function keyOf({ object }: Subject): string {
  return `${object?.namespace}/${object?.name}`;
}

function isPreset({ object }: Subject): boolean {
  return object?.namespace === kserveNamespace && (object.name ?? "").startsWith(presetPrefix);
}

const { presetPrefix } = defaultControllerSettings;

function configsOf(objects: readonly { resource: StackResource; object: ObjectIdentity | undefined }[]): {
  configs: Configs;
  hasPresets: boolean;
} {
  const configs: Configs = {};
  for (const { resource, object } of objects) {
    if (object?.kind !== "LLMInferenceServiceConfig") continue;
    if (object.namespace === undefined || object.name === undefined) continue;
    (configs[object.namespace] ??= {})[object.name] = resource.inputs.spec ?? {};
  }
  const system = (configs[kserveNamespace] ??= {});
  const names = presetNames.map((suffix) => presetPrefix + suffix);
  const hasPresets = names.some((name) => Object.hasOwn(system, name));
  // Without presets what is left is what users wrote.
  if (!hasPresets) for (const name of names) system[name] = {};
  return { configs, hasPresets };
}

interface Known {
  readonly configs: Configs;
  readonly hasPresets: boolean;
  /** Configs that services refer to, which is added to. */
  readonly used: Set<string>;
}

function composed(resource: StackResource, object: ObjectIdentity, known: Known): Subject {
  const { hasPresets } = known;
  const root = new View(resource.inputs);
  const undecided = (why: string): Subject =>
    written(resource, object, { whole: false, hasPresets: false, undecided: why });
  if (object.name === undefined || object.namespace === undefined) return undecided("its name is not known yet");
  const refs = root.get("spec", "baseRefs");
  const names = refs.items.map((ref) => ref.get("name").text);
  if (refs.unknown || names.includes(undefined)) return undecided("its baseRefs are not known yet");
  const missing = [];
  for (const name of names as string[]) {
    const namespace = [object.namespace, kserveNamespace].find((place) =>
      Object.hasOwn(known.configs[place] ?? {}, name),
    );
    if (namespace === undefined) missing.push(name);
    else known.used.add(`${namespace}/${name}`);
  }
  if (missing.length > 0)
    return undecided(`${missing.map((name) => `baseRef "${name}"`).join(", ")} is not in this stack`);
  const spec = resource.inputs.spec ?? {};
  if (spec instanceof Marked) return undecided("its spec is not known yet");
  try {
    const composition = compose({
      service: {
        name: object.name,
        namespace: object.namespace,
        labels: mapAt(root.get("metadata", "labels")),
        annotations: mapAt(root.get("metadata", "annotations")),
      },
      spec,
      configs: new ConfigStore(known.configs),
    });
    if (!composition.effective) return undecided(`${composition.undecided ?? "its composition"} is not known yet`);
    return {
      resource,
      object,
      root: withSpec(resource, composition.effective),
      whole: true,
      hasPresets,
      originAt: (at) => {
        const origin = composition.originAt(at.steps.slice(1));
        // Nothing stands in for a preset that is not here.
        return origin === "" || (!hasPresets && origin.includes("preset ")) ? undefined : origin;
      },
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [first] = error.problems;
    // Not what was given: here secrets cannot be told from other values.
    return undecided(`KServe would refuse it (${first?.path}: ${first?.message})`);
  }
}

function mapAt({ raw }: View): Record<string, Json> {
  return isObject(raw) ? raw : {};
}
