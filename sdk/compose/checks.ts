import { checkServiceName } from "../api/names";
import { checkSpec } from "../api/schema/checkSpec";
import {
  checkCelRules,
  type CheckedService,
  checkService,
  checkServiceConfig,
  checkWebhookRules,
  checkWrittenService,
} from "../api/validate";
import type { Problem } from "../problems";
import { applied } from "./applied";
import type { ReadFragment } from "./fragments";
import { isObject, type Json, type JsonObject, unmarked } from "./marked";
import type { Merged } from "./merge";
import { at } from "./presets";
import type { Sources } from "./sources";

/** The service, without its spec. */
export interface ServiceMetadata {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels?: Readonly<Record<string, Json>>;
  readonly annotations?: Readonly<Record<string, Json>>;
}

/** What a service was composed to. */
export interface ComposedService {
  readonly service: ServiceMetadata;
  /** Fragments that become configs. */
  readonly published: readonly ReadFragment[];
  readonly written: Merged;
  /** As the API server keeps what is written. */
  readonly stored: Merged;
  /** The spec that everything was composed to, where it is known. */
  readonly whole: Merged | undefined;
  readonly sources: Sources;
  /** The route is as KServe's preset has it. */
  readonly presetRoute: boolean;
  /** Anything but the service's own spec has a part in it. */
  readonly hasParts: boolean;
}

/** What the API server refuses of each object, the webhook of the service, and the controller of what it is composed to. */
export function checkComposed({ published, written, stored, whole, ...composed }: ComposedService): Problem[] {
  const service = checkedService(composed.service, stored.value);
  const originIn = (merged: Merged) => (_: string, steps: readonly (string | number)[]) => {
    const text = composed.sources.textAt(merged.origin, steps);
    // What else could have set it, where there is nothing else?
    return composed.hasParts || text !== "spec" ? text : undefined;
  };
  return distinct([
    ...published.flatMap(({ name, spec }) => [
      ...checkSpec(applied(spec), { form: "config", path: `fragment "${name}": spec` }),
      ...checkServiceConfig({ spec }, { path: `fragment "${name}": ` }),
    ]),
    ...checkSpec(applied(written.value), { form: "service" }),
    // What is composed may hold what the object that the API server and the webhook check does not.
    ...(whole === stored ? [] : checkCelRules(stored.value, { templates: false })),
    ...(whole
      ? checkService(
          { ...service, spec: withoutPresetRoute(whole, composed.presetRoute) },
          { originOf: originIn(whole) },
        )
      : []),
    ...(whole === stored ? [] : checkWebhookRules(service, { originOf: originIn(stored) })),
  ]);
}

/** The dozen rules of KServe's own route need no check for each service. */
function withoutPresetRoute({ value }: Merged, presetRoute: boolean): JsonObject {
  const { router } = value;
  if (!presetRoute || !isObject(router) || !isObject(router.route)) return value;
  const route = { ...router.route };
  delete route.http;
  return { ...value, router: { ...router, route } };
}

/** Presets put the model's name into a command line inside of JSON, with nothing around it that would keep it together. */
export function checkModelName(stored: Merged, sources: Sources): Problem[] {
  const name = unmarked(at(stored.value, "model", "name"));
  if (typeof name !== "string" || !/["\\\x00-\x1f]/.test(name)) return [];
  return [
    {
      path: "spec.model.name",
      message: "holds a quote, a backslash or a control character, which breaks the templates of KServe's presets",
      allowed: "what clients can write as the name of a model, such as meta-llama/Llama-3.1-8B",
      origin: sources.textAt(stored.origin, ["model", "name"]),
    },
  ];
}

/** What else can be said of parts that cannot be composed, so that all problems show at once. */
export function furtherProblems(
  found: readonly Problem[],
  { service, spec, hasFragments }: { service: ServiceMetadata; spec: unknown; hasFragments: boolean },
): Problem[] {
  const places = new Set(found.map(({ path }) => path));
  // Rules need a whole service; without fragments the spec is one.
  const more = hasFragments ? checkName(service, spec) : checkWrittenService(checkedService(service, spec));
  return [...found, ...more.filter(({ path }) => !places.has(path))];
}

function checkName({ name }: ServiceMetadata, spec: unknown): Problem[] {
  const has = (...path: string[]): boolean => isObject(spec) && at(spec, ...path) !== undefined;
  return checkServiceName(name, { multiNode: has("worker"), multiNodePrefill: has("prefill", "worker") }, "name");
}

function checkedService({ namespace, ...others }: ServiceMetadata, spec: unknown): CheckedService {
  return { ...others, ...(namespace !== undefined && { namespace }), spec };
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => !seen.has(`${path} ${message}`) && seen.add(`${path} ${message}`));
}
