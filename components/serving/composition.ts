import * as pulumi from "@pulumi/pulumi";

import type { ConfigFragment } from "../../sdk/api/configFragment";
import type { LLMInferenceServiceSpecArgs } from "../../sdk/api/llmInferenceService";
import {
  compose,
  composeWritten,
  type ComposeArgs,
  type Composition,
  CompositionMode,
  type WrittenComposition,
} from "../../sdk/compose/compose";
import { type ConfigSpecs, ConfigStore } from "../../sdk/compose/configs";
import { type Json, Marked, unmarked } from "../../sdk/compose/marked";
import { type ControllerSettings, defaultControllerSettings } from "../../sdk/compose/settings";
import type { ExistingConfig } from "./llmInferenceServiceConfig";
import { isPlain, resolveInputs } from "./resolveInputs";

/** A config in the cluster: its name, or what {@link LLMInferenceServiceConfig} gives, whose content shows in previews. */
export type BaseRef = string | ExistingConfig;

/** Specs of KServe's presets by their names. */
export type Presets = Readonly<Record<string, unknown>>;

/** What a service is composed from, as its arguments say it. */
export interface CompositionInputs {
  readonly serviceName: string;
  readonly namespace: pulumi.Input<string>;
  readonly labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  readonly annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  readonly fragments: readonly ConfigFragment[];
  readonly baseRefs: readonly BaseRef[];
  readonly spec: pulumi.Input<LLMInferenceServiceSpecArgs>;
  readonly mode: CompositionMode;
  readonly settings?: Partial<ControllerSettings> | Promise<Partial<ControllerSettings> | undefined>;
  readonly kserveVersion?: string;
}

/** What is written to the cluster for a service: its spec, and the configs that its fragments become. */
export type Written = WrittenComposition;

/** The written part, where nothing has to be waited for. @throws ConfigurationError */
export function writeNow(inputs: CompositionInputs): Written | undefined {
  const { fragments, spec } = inputs;
  if (!fragments.every((fragment) => isPlain(fragment.spec)) || !isPlain(spec)) return undefined;
  return composeWritten({ ...argsOf(inputs), fragments, spec, configs: noConfigs });
}

/** The written part, with values that are waited for. */
export async function writeLater(inputs: CompositionInputs): Promise<Written> {
  const [fragments, spec] = await Promise.all([resolveFragments(inputs.fragments), resolveInputs(inputs.spec)]);
  return composeWritten({ ...argsOf(inputs), fragments, spec, configs: noConfigs });
}

const noConfigs = new ConfigStore({});

/** The whole composition: what the controller will make of the service. */
export async function composeInputs(inputs: CompositionInputs, presets: Promise<PresetStore>): Promise<Composition> {
  const [fragments, spec, service, store, refs, settings] = await Promise.all([
    resolveFragments(inputs.fragments),
    resolveInputs(inputs.spec),
    resolveMetadata(inputs),
    presets,
    Promise.all(inputs.baseRefs.map(resolveBaseRef)),
    inputs.settings,
  ]);
  const { namespace } = service;
  const configs = refs.reduce(
    (known, ref) => known.with(ref.namespace ?? namespace ?? "", { [ref.name]: ref.spec }),
    store.configs,
  );
  return compose({
    ...argsOf(inputs),
    ...(settings && { settings }),
    service,
    fragments,
    spec,
    configs,
  });
}

/** The service without its spec. */
export async function resolveMetadata(inputs: CompositionInputs): Promise<ComposeArgs["service"]> {
  const [namespace, labels, annotations] = await Promise.all([
    resolveInputs(inputs.namespace),
    resolveInputs(inputs.labels ?? {}),
    resolveInputs(inputs.annotations ?? {}),
  ]);
  return {
    name: inputs.serviceName,
    namespace: textOf(namespace),
    labels: labels as Record<string, Json>,
    annotations: annotations as Record<string, Json>,
  };
}

/** Presets as they are stored; read once for all services of a program. */
export interface PresetStore {
  readonly configs: ConfigStore;
}

const stores = new WeakMap<object, Promise<PresetStore>>();

/** @param presets the same object gives the same store. */
export function presetStore(
  presets: pulumi.Input<Presets>,
  settings?: CompositionInputs["settings"],
): Promise<PresetStore> {
  const known = stores.get(presets);
  if (known) return known;
  const store = Promise.all([resolveInputs(presets), settings]).then(([value, known]) => {
    const namespace = known?.systemNamespace ?? defaultControllerSettings.systemNamespace;
    return { configs: new ConfigStore({ [namespace]: value } as ConfigSpecs) };
  });
  stores.set(presets, store);
  return store;
}

function argsOf(inputs: CompositionInputs): Omit<ComposeArgs, "fragments" | "spec" | "configs"> {
  return {
    service: { name: inputs.serviceName, namespace: undefined },
    baseRefs: inputs.baseRefs.map((ref) => (typeof ref === "string" ? ref : ref.configName)),
    mode: inputs.mode,
    // What is written does not depend on them.
    settings: inputs.settings instanceof Promise ? undefined : inputs.settings,
    kserveVersion: inputs.kserveVersion,
  };
}

async function resolveFragments(fragments: readonly ConfigFragment[]) {
  return Promise.all(
    fragments.map(async ({ name, priority, spec }) => ({ name, priority, spec: await resolveInputs(spec) })),
  );
}

/** Of a name alone the content is not known. */
async function resolveBaseRef(ref: BaseRef): Promise<{ name: string; namespace?: string; spec: Json }> {
  if (typeof ref === "string") return { name: ref, spec: notKnown };
  const [owner, spec] = await Promise.all([resolveInputs(ref.namespace), resolveInputs(ref.spec)]);
  const namespace = textOf(owner);
  return { name: ref.configName, spec, ...(namespace !== undefined && { namespace }) };
}

/** Undefined while it is not known. */
function textOf(value: Json): string | undefined {
  const plain = unmarked(value);
  return typeof plain === "string" ? plain : undefined;
}

const notKnown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
