import type { ReadFragment } from "./fragments";
import { type GoField, goTypes, specType } from "./goTypes";
import { isObject, type Json, type JsonObject, Marked, secretText, unmarked } from "./marked";
import type { Merged } from "./merge";
import { ListOrigin, ObjectOrigin, type Origin, OriginOf, partOf, sourcesOf } from "./origins";
import { at } from "./presets";
import type { ControllerFeatures } from "./settings";
import { SourceKind, type Sources } from "./sources";
import { unreadArguments } from "./unreadArguments";

/** Something that the controller accepts and nobody means. */
export interface CompositionWarning {
  /** In the effective spec. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** What warnings are found in. */
export interface WarningContext {
  /** Lowest first. */
  readonly fragments: readonly ReadFragment[];
  /** The service's own spec. */
  readonly spec: ReadFragment;
  /** What everything was merged to, before templates and the steps after them. */
  readonly merged: Merged;
  /** The service as the API server keeps it. */
  readonly stored: Merged;
  readonly sources: Sources;
  readonly mode: "inline" | "references";
  readonly features: ControllerFeatures;
}

/** Finds what a composition does that its authors did not mean; each warning names the sources and the fix. */
export function findWarnings(context: WarningContext): CompositionWarning[] {
  const given = [
    ...context.fragments.map((fragment) => ({ ...fragment, label: `fragment "${fragment.name}"` })),
    { ...context.spec, label: "spec" },
  ];
  const found = [
    ...given.flatMap((part) => [...unsetFields(part, context), ...swallowedElements(part, context)]),
    ...survivingUnions(context),
    ...replacingOmissions(context),
    ...invisibleToTemplates(context),
    ...modelNameFromConfig(context),
    ...unreadArguments(context.merged, context.sources),
  ];
  const seen = new Set<string>();
  return found.filter(({ path, message }) => !seen.has(`${path} ${message}`) && seen.add(`${path} ${message}`));
}

interface Given extends ReadFragment {
  readonly label: string;
}

/** A zero value cannot take away what a lower source set, except where Go keeps a pointer. */
function unsetFields({ given, label }: Given, { merged, sources }: WarningContext): CompositionWarning[] {
  const found: CompositionWarning[] = [];
  walkGiven(given, merged.value, merged.origin, specType, "", ({ name, value, field, effective, origin, path }) => {
    if (!isUnsetting(value, field) || isZeroValue(effective)) return;
    // Without a value of its own the fragment has no part in what is there.
    found.push({
      path,
      message: `${label} sets it to ${JSON.stringify(value)}, which removes nothing: it stays ${shownValue(effective)} (${setters(origin, sources)})`,
      fix: removal(name, origin, sources),
    });
  });
  return found;
}

function removal(name: string, origin: Origin, sources: Sources): string {
  const fromPreset = sourcesOf(origin).some((number) => sources.get(number)?.kind === SourceKind.preset);
  return fromPreset
    ? "say what it is meant to be: what a preset sets can be replaced, but not removed"
    : `remove ${name} from ${setters(origin, sources)}, or say what it is meant to be`;
}

function isUnsetting(value: unknown, field: GoField): boolean {
  if (value === null) return true;
  if (field.ptr || !field.omit) return false;
  return value === "" || value === 0 || value === false || isEmpty(value);
}

function isZeroValue(value: Json | undefined): boolean {
  const plain = unmarked(value);
  if (value instanceof Marked && value.unknown) return true;
  return plain === undefined || plain === null || plain === "" || plain === 0 || plain === false || isEmpty(plain);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** Of elements that share a merge key only one is left, as soon as the list is merged with another. */
function swallowedElements({ given, label }: Given, { merged }: WarningContext): CompositionWarning[] {
  const found: CompositionWarning[] = [];
  walkGiven(given, merged.value, merged.origin, specType, "", ({ value, field, effective, path }) => {
    const key = field.mergeKey;
    if (!key || !Array.isArray(value) || !Array.isArray(effective)) return;
    const [given, kept] = [counts(value as Json[], key), counts(effective, key)];
    for (const [name, before] of given) {
      const after = kept.get(name) ?? 0;
      if (before < 2 || after >= before) continue;
      found.push({
        path,
        message: `${label} has ${before} elements with ${key} ${shownKey(value as Json[], key, name)}, which are merged into ${after === 1 ? "one" : after}: ${key} alone tells elements of this list apart`,
        fix: `give each element a ${key} of its own`,
      });
    }
  });
  return found;
}

/** A key in a sentence, unless an element has it as a secret. */
function shownKey(list: readonly Json[], key: string, name: string | number): string {
  return list.some((item) => keyOf(item, key) === name && hasSecret(item, key)) ? secretText : JSON.stringify(name);
}

/** How many elements have each key. */
function counts(list: readonly Json[], key: string): Map<string | number, number> {
  const found = new Map<string | number, number>();
  for (const item of list) {
    const name = keyOf(item, key);
    if (name !== undefined) found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}

interface Visit {
  readonly name: string;
  readonly value: unknown;
  readonly field: GoField;
  /** What is there in the effective spec. */
  readonly effective: Json | undefined;
  readonly origin: Origin;
  readonly path: string;
}

/** Visits the typed fields that a fragment gave, beside what became of them. */
function walkGiven(
  given: unknown,
  effective: Json | undefined,
  origin: Origin,
  type: string,
  path: string,
  visit: (field: Visit) => void,
): void {
  if (!isObject(given)) return;
  const fields = goTypes[type];
  for (const name of Object.keys(given)) {
    const field = fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
    const value = given[name];
    if (!field || value === undefined) continue;
    const there = isObject(effective) ? effective[name] : undefined;
    const by = partOf(origin, name);
    const here = path ? `${path}.${name}` : name;
    visit({ name, value, field, effective: there, origin: by, path: here });
    if (field.kind === "struct") walkGiven(value, there, by, field.type, here, visit);
    if (field.mergeKey && Array.isArray(value) && Array.isArray(there)) {
      const key = field.mergeKey;
      const places = new Map<string | number | undefined, number>();
      there.forEach((element, index) => places.has(keyOf(element, key)) || places.set(keyOf(element, key), index));
      for (const item of value) {
        const index = places.get(keyOf(item, key));
        if (index === undefined) continue;
        const name = hasSecret(item, key) || hasSecret(there[index], key) ? index : keyOf(item, key);
        walkGiven(item, there[index], partOf(by, index), field.type, `${here}[${String(name)}]`, visit);
      }
    }
  }
}

function keyOf(item: Json, key: string): string | number | undefined {
  const value = isObject(item) ? unmarked(item[key]) : undefined;
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

function hasSecret(item: Json | undefined, key: string): boolean {
  const value = isObject(item) ? item[key] : undefined;
  return value instanceof Marked && value.secret;
}

/** Structs of which one field at most may be set; the fields listed first decide nothing. */
const unions: Readonly<Record<string, { readonly except: readonly string[] }>> = {
  "core/v1.Volume": { except: ["name"] },
  "core/v1.Probe": {
    except: [
      "initialDelaySeconds",
      "timeoutSeconds",
      "periodSeconds",
      "successThreshold",
      "failureThreshold",
      "terminationGracePeriodSeconds",
    ],
  },
  "core/v1.LifecycleHandler": { except: [] },
  "core/v1.EnvVar": { except: ["name"] },
  "core/v1.EnvVarSource": { except: [] },
  "serving/v1alpha2.WVASpec": { except: ["variantCost"] },
  "serving/v1alpha2.FileSystemTierSpec": { except: [] },
  "serving/v1alpha2.HTTPRouteSpec": { except: [] },
};

/** Merging sets one member of a union and does not clear the other. */
function survivingUnions({ merged, sources }: WarningContext): CompositionWarning[] {
  const found: CompositionWarning[] = [];
  const walk = (value: JsonObject, origin: Origin, type: string, path: string): void => {
    // What a preset set alone is as KServe means it.
    if (typeof origin === "number" && sources.get(origin)?.kind === SourceKind.preset) return;
    const union = unions[type];
    const members = union
      ? Object.keys(value).filter((name) => !union.except.includes(name) && value[name] !== null)
      : [];
    if (members.length > 1) {
      const each = members.map((name) => `${name} (${setters(partOf(origin, name), sources)})`);
      found.push({
        path,
        message: `${each.join(" and ")} are both set, of which Kubernetes accepts one: merging clears neither`,
        fix: `remove all but one of ${members.join(", ")}`,
      });
    }
    for (const name of Object.keys(value)) {
      const field = goTypes[type]?.[name];
      const child = value[name];
      const here = path ? `${path}.${name}` : name;
      if (field?.kind === "struct" && isObject(child)) walk(child, partOf(origin, name), field.type, here);
      if (field?.kind !== "list" || field.elem !== "struct" || !Array.isArray(child)) continue;
      child.forEach((item, index) => {
        const { mergeKey } = field;
        const label = mergeKey && !hasSecret(item, mergeKey) ? (keyOf(item, mergeKey) ?? index) : index;
        if (isObject(item)) walk(item, partOf(partOf(origin, name), index), field.type, `${here}[${label}]`);
      });
    }
  };
  walk(merged.value, merged.origin, specType, "");
  return found;
}

/**
 * What was left out and replaces something all the same: a default that the API server adds to a stored object counts as given, and so
 * does the null of a field that Go's types require.
 */
function replacingOmissions({ merged, sources }: WarningContext): CompositionWarning[] {
  const found: CompositionWarning[] = [];
  const walk = (value: Json | undefined, origin: Origin, path: string): void => {
    if (origin instanceof OriginOf && value === null && !isZeroValue(origin.replaced.value)) {
      const { by, replaced } = origin;
      found.push({
        path,
        message: `is left out by ${setters(by, sources)}, which removes ${shownValue(replaced.value)} (${setters(replaced.origin, sources)}): KServe's controller writes null for what its types require there`,
        fix: `say in ${setters(by, sources)} what ${path} is meant to be`,
      });
    } else if (origin instanceof OriginOf && typeof origin.by === "number" && origin.by < 0) {
      const { replaced } = origin;
      if (JSON.stringify(replaced.value) === JSON.stringify(value)) return;
      found.push({
        path,
        message: `is left out in ${sources.text(~origin.by)}, where the API server adds ${shownValue(value)}, which replaces ${shownValue(replaced.value)} (${setters(replaced.origin, sources)})`,
        fix: `say in ${sources.text(~origin.by)} what ${path} is meant to be`,
      });
    } else if (origin instanceof ObjectOrigin && isObject(value)) {
      for (const key of changedKeys(origin)) walk(value[key], partOf(origin, key), path ? `${path}.${key}` : key);
    } else if (origin instanceof ListOrigin && Array.isArray(value)) {
      origin.items.forEach((item, index) => walk(value[index], item, `${path}[${index}]`));
    } else if (origin instanceof OriginOf) {
      walk(value, origin.by, path);
    }
  };
  walk(merged.value, merged.origin, "");
  return found;
}

function changedKeys(origin: ObjectOrigin): Set<string> {
  const below = origin.others instanceof ObjectOrigin ? changedKeys(origin.others) : [];
  return new Set([...below, ...origin.keys.keys()]);
}

/** What templates of presets read, and until 0.20 read from the service's own spec only. */
const templateFields = [
  ["parallelism"],
  ["prefill"],
  ["prefill", "parallelism"],
  ["kvCacheOffloading"],
  ["prefill", "kvCacheOffloading"],
  ["template", "terminationGracePeriodSeconds"],
  ["worker", "terminationGracePeriodSeconds"],
] as const;

function invisibleToTemplates({ merged, stored, sources, mode, features }: WarningContext): CompositionWarning[] {
  if (features.templatesSeeMergedSpec) return [];
  return templateFields.flatMap((path) => {
    const origin = path.reduce<Origin>(partOf, merged.origin);
    const fromConfig = sourcesOf(origin).some((number) => {
      const kind = sources.get(number)?.kind;
      return kind === SourceKind.baseRef || kind === SourceKind.fragment;
    });
    const value = at(merged.value, ...path);
    if (value === undefined || !fromConfig || at(stored.value, ...path) !== undefined) return [];
    const fix =
      mode === "references"
        ? `set it in the service's spec, or use mode "inline"`
        : "set it in a fragment or the service's spec";
    return [
      {
        path: path.join("."),
        message: `only ${setters(origin, sources)} sets it, where the templates of KServe's presets cannot see it: the server starts without it`,
        fix,
      },
    ];
  });
}

/** A config's model name is written into the service before anything is merged. */
function modelNameFromConfig({ merged, sources, spec }: WarningContext): CompositionWarning[] {
  const origin = ["model", "name"].reduce<Origin>(partOf, merged.origin);
  const own = at(spec.spec, "model", "name");
  const [setter] = sourcesOf(origin);
  const kind = setter === undefined ? undefined : sources.get(setter)?.kind;
  if (own === undefined || (kind !== SourceKind.baseRef && kind !== SourceKind.fragment)) return [];
  const effective = at(merged.value, "model", "name");
  if (unmarked(own) === unmarked(effective)) return [];
  return [
    {
      path: "model.name",
      message: `${setters(origin, sources)} says ${shownValue(effective)}, which wins over the service's own ${shownValue(own)}: KServe takes the name of a config first`,
      fix: `remove model.name from ${setters(origin, sources)}`,
    },
  ];
}

function setters(origin: Origin, sources: Sources): string {
  return sourcesOf(origin)
    .map((number) => sources.text(number))
    .join(" and ");
}

function shownValue(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
