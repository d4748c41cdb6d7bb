import { createRequire } from "node:module";

import { pathText } from "../api/view";
import { assertNoProblems, ConfigurationError, type Problem } from "../problems";
import { versions } from "../versions";
import { canonicalSpec } from "./canonical";
import { checkComposed, checkModelName, furtherProblems } from "./checks";
import { ConfigStore, type StoredConfig } from "./configs";
import { Draft } from "./draft";
import { type Fragment, missingConfig, type ReadFragment, readFragments, readSpec } from "./fragments";
import type { Json, JsonObject } from "./marked";
import { MergeError, type Merged, mergeOver } from "./merge";
import { type FieldOrigin, listOrigins, type Origin, partOf, sourceOf } from "./origins";
import type { ConfigMapLookup } from "./postMerge";
import { at, poolRefOf, selectPresets, UndecidedError } from "./presets";
import { type ControllerSettings, defaultControllerSettings, featuresOf } from "./settings";
import { SourceKind, Sources } from "./sources";
import { applied } from "./applied";
import type { CompositionWarning } from "./warnings";

/** What only whole compositions need: most programs load it after they have registered their services. */
const lazyRequire = createRequire(__filename);
const rest = {
  postMerge: () => lazyRequire("./postMerge") as typeof import("./postMerge"),
  render: () => lazyRequire("./render") as typeof import("./render"),
  warnings: () => lazyRequire("./warnings") as typeof import("./warnings"),
  modes: () => lazyRequire("./modes") as typeof import("./modes"),
};

/** How fragments are handed to the controller. */
export const CompositionMode = {
  /** Their composition is the service's spec. */
  inline: "inline",
  /** Each is published as a LLMInferenceServiceConfig, and the service refers to them. */
  references: "references",
} as const;
export type CompositionMode = (typeof CompositionMode)[keyof typeof CompositionMode];

/** What a service is composed from. */
export interface ComposeArgs {
  readonly service: {
    readonly name: string;
    /** Undefined while it is not known. */
    readonly namespace: string | undefined;
    readonly labels?: Readonly<Record<string, Json>>;
    readonly annotations?: Readonly<Record<string, Json>>;
  };
  readonly fragments?: readonly Fragment[];
  /** Configs in the cluster, later over earlier; fragments go over them. */
  readonly baseRefs?: readonly string[];
  /** Wins over all fragments. */
  readonly spec?: unknown;
  /** @default "inline" */
  readonly mode?: CompositionMode;
  /** The configs in the cluster, KServe's presets included. */
  readonly configs: ConfigStore;
  /** ConfigMaps that a scheduler configuration may lie in. @default none is known */
  readonly configMaps?: ConfigMapLookup;
  readonly settings?: Partial<ControllerSettings>;
  /** @default the version that this package installs */
  readonly kserveVersion?: string;
}

/** A config that the controller merges, as its status lists it. */
export interface ComposedFrom {
  readonly name: string;
  readonly namespace: string;
  readonly source: "Preset" | "UserRef";
}

/** What the controller will make of a service. */
export interface Composition {
  /** The service's own spec, as it is written to the cluster. */
  readonly spec: JsonObject;
  /** The configs to publish before it, lowest first; none in mode "inline". */
  readonly configs: readonly { readonly name: string; readonly spec: JsonObject }[];
  /** The spec that the controller acts on; undefined when what decides it is not known yet. */
  readonly effective?: JsonObject;
  /** Path of what decides the effective spec and is not known yet. */
  readonly undecided?: string;
  readonly appliedConfigs: readonly ComposedFrom[];
  readonly warnings: readonly CompositionWarning[];
  /** By the numbers in {@link origins}. */
  readonly sources: Sources;
  /** Every leaf of the effective spec (of the service's own while that is undecided) and who set it. */
  origins(): FieldOrigin[];
  /** Who set what is at a path of the effective spec, such as `fragment "gpu"`. */
  originAt(steps: readonly (string | number)[]): string;
}

/** What is written to the cluster for a service. */
export interface WrittenComposition extends Pick<Composition, "spec" | "configs" | "sources"> {
  /** Every leaf of the service's own spec and who set it. */
  writtenOrigins(): FieldOrigin[];
}

/** The service as the API server keeps it, and what it is composed from there. */
interface Plan {
  readonly written: Merged;
  readonly published: readonly ReadFragment[];
  readonly baseRefs: readonly { readonly name: string; readonly kind: SourceKind }[];
  readonly configs: ConfigStore;
}

/**
 * Composes a service as KServe's controller will, before anything exists.
 *
 * Source: `combineBaseRefsConfig` of KServe's `config_merge.go`, after what webhooks and API server do to the objects.
 *
 * @throws ConfigurationError with every problem: fragment, path, what was given and what is allowed.
 */
export function compose(args: ComposeArgs): Composition {
  const composer = new Composer(args);
  return composer.compose();
}

/**
 * What is written to the cluster for a service, without what the controller makes of it; presets are not needed.
 *
 * @throws ConfigurationError with every problem.
 */
export function composeWritten(args: ComposeArgs): WrittenComposition {
  return new Composer(args).write();
}

class Composer {
  private readonly sources = new Sources();
  private readonly settings: ControllerSettings;
  private readonly subject: string;
  private readonly appliedConfigs: ComposedFrom[] = [];

  constructor(private readonly args: ComposeArgs) {
    this.settings = { ...defaultControllerSettings, ...args.settings };
    this.subject = `LLMInferenceService "${args.service.name}"`;
  }

  write(): WrittenComposition {
    const { fragments, spec, baseRefs } = this.read();
    const plan = this.plan(fragments, spec, baseRefs);
    this.check(plan, this.asStored(plan.written));
    const { value, origin } = plan.written;
    return { ...writtenBy(plan), sources: this.sources, writtenOrigins: () => listOrigins(value, origin) };
  }

  compose(): Composition {
    const { fragments, spec, baseRefs } = this.read();
    const plan = this.plan(fragments, spec, baseRefs);
    const { written } = plan;
    const common = { ...writtenBy(plan), appliedConfigs: this.appliedConfigs, sources: this.sources };
    try {
      const stored = this.asStored(written);
      const merged = this.merge(plan, stored);
      const draft = this.afterMerge(merged, stored);
      this.check(plan, stored, { effective: draft, merged });
      const { sources, mode, features } = this;
      const warnings = rest.warnings().findWarnings({ fragments, spec, merged, stored, sources, mode, features });
      return {
        ...common,
        effective: draft.value,
        warnings: [...warnings, ...this.modeWarnings(draft, warnings)],
        origins: () => listOrigins(draft.value, draft.origin),
        originAt: (steps) => this.sources.textAt(draft.origin, steps),
      };
    } catch (error) {
      if (!(error instanceof UndecidedError)) throw error;
      this.check(plan, this.asStored(written));
      return {
        ...common,
        undecided: error.path,
        warnings: [],
        origins: () => listOrigins(written.value, written.origin),
        originAt: (steps) => this.sources.textAt(written.origin, steps),
      };
    }
  }

  /** The same fragments should serve the same whichever way they are handed over. */
  private modeWarnings(draft: Merged, said: readonly CompositionWarning[]): CompositionWarning[] {
    if (this.mode !== CompositionMode.references || !this.args.fragments?.length) return [];
    try {
      const inline = new Composer({ ...this.args, mode: CompositionMode.inline }).compose();
      if (!inline.effective) return [];
      const isRendered = (path: readonly (string | number)[]): boolean =>
        this.sources.get(sourceOf(path.reduce<Origin>(partOf, draft.origin)))?.kind === SourceKind.template;
      return rest
        .modes()
        .modeDifferences(draft.value, withoutBaseRefs(inline.effective, draft.value), said, isRendered);
    } catch (error) {
      if (error instanceof ConfigurationError) return [];
      throw error;
    }
  }

  private get mode(): CompositionMode {
    return this.args.mode ?? CompositionMode.inline;
  }

  /** The service's spec is all there is, as it is. */
  private get isWritten(): boolean {
    return !this.args.fragments?.length && !this.args.baseRefs?.length;
  }

  /** @throws UndecidedError */
  private get namespace(): string {
    const { namespace } = this.args.service;
    if (namespace === undefined) throw new UndecidedError("metadata.namespace");
    return namespace;
  }

  private get features() {
    return featuresOf(this.args.kserveVersion ?? versions.kserve);
  }

  private read(): { fragments: ReadFragment[]; spec: ReadFragment; baseRefs: string[] } {
    const { fragments, problems } = readFragments(this.args.fragments ?? []);
    const own = readSpec(this.args.spec ?? {}, "spec", this.isWritten);
    problems.push(...own.problems);
    const inSpec = Array.isArray(own.value.baseRefs) ? own.value.baseRefs.map((ref) => at(ref, "name")) : [];
    const baseRefs = this.args.baseRefs ?? [];
    if (baseRefs.length > 0 && inSpec.length > 0) {
      problems.push({
        path: "spec.baseRefs",
        message: "baseRefs is given too, and nobody could tell their order",
        fix: "name all configs in baseRefs",
      });
    }
    if (problems.length > 0) {
      const { service, fragments: parts = [], spec } = this.args;
      const further = furtherProblems(problems, { service, spec, hasFragments: parts.length > 0 });
      throw new ConfigurationError(this.subject, further);
    }
    const names = inSpec.filter((name): name is string => typeof name === "string");
    return {
      fragments,
      spec: { name: "", given: this.args.spec, spec: own.value },
      baseRefs: [...baseRefs, ...names],
    };
  }

  private plan(fragments: ReadFragment[], own: ReadFragment, given: readonly string[]): Plan {
    const userRefs = given.map((name) => ({ name, kind: SourceKind.baseRef }));
    const ownSource = this.sources.add(SourceKind.spec);
    const specOf = (refs: readonly { name: string }[], merged: Merged): Merged => {
      if (refs.length === 0) return merged;
      const draft = new Draft(merged);
      draft.set(
        ["baseRefs"],
        refs.map(({ name }) => ({ name })),
        ownSource,
      );
      return draft;
    };
    if (this.mode === CompositionMode.references) {
      const specs = Object.fromEntries(fragments.map((fragment) => [fragment.name, applied(fragment.spec)]));
      const baseRefs = [...userRefs, ...fragments.map(({ name }) => ({ name, kind: SourceKind.fragment }))];
      return {
        written: specOf(baseRefs, { value: own.spec, origin: ownSource }),
        published: fragments,
        baseRefs,
        configs: this.args.configs.with(this.args.service.namespace ?? "", specs),
      };
    }
    const layers = fragments.map(({ name, spec }) => ({
      value: spec,
      origin: this.sources.add(SourceKind.fragment, name),
    }));
    const merged = this.fold([...layers, { value: own.spec, origin: ownSource }]);
    return { written: specOf(userRefs, merged), published: [], baseRefs: userRefs, configs: this.args.configs };
  }

  /** What the API server and KServe's mutating webhook make of the service. */
  private asStored(written: Merged): Draft {
    const { value } = canonicalSpec(written.value, { defaults: true });
    const stored = new Draft({ value, origin: written.origin });
    const name = at(value, "model", "name");
    if (name === undefined || name === "") {
      stored.set(["model", "name"], this.args.service.name, this.sources.add(SourceKind.webhook));
    }
    return stored;
  }

  private merge(plan: Plan, stored: Draft): Merged {
    const namespaces = [...new Set([this.namespace, this.settings.systemNamespace])];
    const problems: Problem[] = [];
    const find = (name: string, path: string): StoredConfig | undefined => {
      const config = plan.configs.find(name, namespaces);
      if (!config) problems.push(missingConfig(path, name, namespaces, plan.configs.names(namespaces)));
      return config;
    };
    const layerOf = (config: StoredConfig, kind: SourceKind): Merged => ({
      value: config.spec,
      origin: this.sources.add(kind, config.name, kind === SourceKind.fragment ? undefined : config.namespace),
    });

    const bases = plan.baseRefs.flatMap(({ name, kind }, index) => {
      const config = find(name, `baseRefs[${index}]`);
      return config ? [{ config, layer: layerOf(config, kind) }] : [];
    });
    // Here configs go over the service: that is how the controller finds out what is asked for.
    const resolved = this.fold([stored, ...bases.map(({ layer }) => layer)]);
    const modelName = at(resolved.value, "model", "name");
    if (modelName !== undefined && modelName !== at(stored.value, "model", "name")) {
      const setter = bases.findLast(({ config }) => at(config.spec, "model", "name") === modelName);
      stored.set(["model", "name"], modelName, setter ? (setter.layer.origin as number) : 0);
    }
    const presets = selectPresets(resolved.value).flatMap((suffix) => {
      const config = find(this.settings.presetPrefix + suffix, "preset");
      return config ? [config] : [];
    });
    if (problems.length > 0) throw new ConfigurationError(this.subject, problems);
    this.appliedConfigs.push(
      ...presets.map(({ name, namespace }) => ({ name, namespace, source: "Preset" as const })),
      ...bases.map(({ config: { name, namespace } }) => ({ name, namespace, source: "UserRef" as const })),
    );
    const presetLayers = presets.map((config) => layerOf(config, SourceKind.preset));
    return this.fold([...presetLayers, ...bases.map(({ layer }) => layer), stored]);
  }

  private afterMerge(merged: Merged, stored: Draft): Draft {
    const { service, configMaps = () => undefined } = this.args;
    const annotations = service.annotations ?? {};
    const draft = new Draft(merged);
    const { systemNamespace } = this.settings;
    const details = { name: service.name, namespace: this.namespace, systemNamespace, annotations };
    const { fillBeforeTemplates, finish } = rest.postMerge();
    fillBeforeTemplates(draft, details, this.sources);
    assertNoProblems(this.subject, checkModelName(stored, this.sources));
    const data = this.features.templatesSeeMergedSpec ? draft.value : stored.value;
    rest.render().renderTemplates(draft, {
      subject: this.subject,
      service: {
        metadata: { ...details, labels: withGroupLabel(service.labels, stored.value) },
        spec: data,
      },
      settings: this.settings,
      poolRef: poolRefOf(draft.value),
      sources: this.sources,
    });
    finish(draft, details, this.sources, configMaps);
    return draft;
  }

  private check(
    { published, baseRefs, written }: Plan,
    stored: Merged,
    composed?: { readonly effective: Merged; readonly merged: Merged },
  ): void {
    const problems = checkComposed({
      service: this.args.service,
      published,
      written,
      stored,
      // Without configs the service's own spec has everything that presets do not give.
      whole: composed?.effective ?? (baseRefs.length === 0 ? stored : undefined),
      presetRoute: composed !== undefined && this.isPresetRoute(composed.merged.origin),
      sources: this.sources,
      hasParts: (this.args.fragments ?? []).length + baseRefs.length > 0,
    });
    assertNoProblems(this.subject, problems);
  }

  private isPresetRoute(origin: Origin): boolean {
    const route = ["router", "route", "http"].reduce<Origin>(partOf, origin);
    return typeof route === "number" && route >= 0 && this.sources.get(route)?.kind === SourceKind.preset;
  }

  /** @throws ConfigurationError that names both sources of what cannot be merged. */
  private fold(layers: readonly Merged[]): Merged {
    const [first = { value: {}, origin: 0 }, ...rest] = layers;
    return rest.reduce((base, layer) => {
      try {
        return mergeOver(base, layer);
      } catch (error) {
        if (!(error instanceof MergeError)) throw error;
        throw new ConfigurationError(this.subject, [this.conflict(error, base, layer)]);
      }
    }, first);
  }

  private conflict({ path, reason, fix }: MergeError, base: Merged, layer: Merged): Problem {
    const text = (merged: Merged): string => this.sources.textAt(merged.origin, path);
    return {
      path: pathText("spec", path),
      message: `${reason} (${text(layer)} over ${text(base)})`,
      fix,
    };
  }
}

/** The references themselves are no difference. */
function withoutBaseRefs(inline: JsonObject, { baseRefs }: JsonObject): JsonObject {
  return baseRefs === undefined ? inline : { ...inline, baseRefs };
}

function writtenBy({ written, published }: Plan): Pick<Composition, "spec" | "configs"> {
  return {
    spec: applied(written.value),
    configs: published.map(({ name, spec }) => ({ name, spec: applied(spec) })),
  };
}

const groupLabel = "serving.kserve.io/routing-group";

/** The webhook gives services of a routing group a label, and takes it from all others. */
function withGroupLabel(labels: Readonly<Record<string, Json>> = {}, spec: JsonObject): Record<string, Json> {
  const others = Object.fromEntries(Object.entries(labels).filter(([key]) => key !== groupLabel));
  const group = at(spec, "router", "route", "group");
  return typeof group === "string" ? { ...others, [groupLabel]: group } : others;
}
