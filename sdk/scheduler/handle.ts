import { isOpaque } from "../api/view";
import { Marked } from "../compose/marked";
import { nearest } from "../nearest";
import type { PluginCatalog, PluginDefinition } from "./catalog";
import type { PluginKind, SchedulerRouter } from "./routers";
import { join, type Report } from "./shape";

/** A plugin that the configuration declares, or that the router adds. */
export interface Instance {
  readonly name: string;
  readonly type: string;
  readonly definition: PluginDefinition;
  /** Where it is declared; undefined of one that the router adds. */
  readonly path?: string;
  readonly parameters?: unknown;
}

/** What a router makes of a configuration step by step: its plugins by name, and where findings go. */
export interface Handle {
  readonly router: SchedulerRouter;
  readonly catalog: PluginCatalog;
  readonly path: string;
  readonly report: Report;
  readonly instances: Map<string, Instance>;
  /** Names that are declared with a type that does not exist: what refers to them is not reported again. */
  readonly broken: Set<string>;
  /** Names are among the values that are not known yet. */
  readonly incomplete: boolean;
}

/** Whether nothing may be said of a value: it is not known yet, or a secret. */
export function isHidden(raw: unknown): boolean {
  return isOpaque(raw) || (raw instanceof Marked && raw.secret);
}

/** Adds a plugin without parameters under the name of its type, as the router does for what is missing. */
export function addDefault(handle: Handle, type: string): void {
  const definition = handle.catalog[type];
  if (definition) handle.instances.set(type, { name: type, type, definition });
}

/** What the router looks for under a name that nobody gave: the type's own, which another plugin may have been given. */
export function needDefault(handle: Handle, type: string, kind: PluginKind): void {
  const instance = handle.instances.get(type);
  if (!instance) return addDefault(handle, type);
  if (instance.definition.kinds.includes(kind)) return;
  handle.report(join(instance.path ?? handle.path, "name"), {
    message: `the router takes the plugin of this name for its ${kind}, which ${instance.type} is not`,
    given: instance.name,
    fix: "give it another name",
  });
}

/** The plugin that a field names; reports when there is none, or one of another kind. */
export function resolve(
  handle: Handle,
  reference: unknown,
  path: string,
  kind: PluginKind | undefined,
  options: { readonly optional?: boolean } = {},
): Instance | undefined {
  const name = textOf(reference);
  if (isOpaque(reference) || (name === undefined && reference !== undefined && reference !== null)) return undefined;
  if (name === undefined || name === "") {
    if (!options.optional) handle.report(path, { message: "missing", allowed: "the name of a plugin" });
    return undefined;
  }
  const instance = handle.instances.get(name);
  // What a scorer brings with it is in no list that profiles are compared with.
  if (
    !instance ||
    (kind === undefined && instance.path === undefined && instance.type === "approx-prefix-cache-producer")
  ) {
    if (!handle.incomplete && !handle.broken.has(name)) reportUndeclared(handle, name, path);
    return undefined;
  }
  if (kind !== undefined && !instance.definition.kinds.includes(kind)) {
    const wanted = [...handle.instances.values()].filter(({ definition }) => definition.kinds.includes(kind));
    handle.report(path, {
      message: `${instance.type} is no ${kind}`,
      given: name,
      allowed: wanted.length > 0 ? wanted.map((other) => other.name).join(", ") : `a ${kind} in plugins`,
    });
    return undefined;
  }
  return instance;
}

function reportUndeclared(handle: Handle, name: string, path: string): void {
  const names = [...handle.instances.values()].flatMap((instance) =>
    instance.path === undefined ? [] : [instance.name],
  );
  const near = nearest(name, names);
  handle.report(path, {
    message: "no plugin has this name",
    given: name,
    allowed: names.length > 0 ? names.join(", ") : "the name of an element of plugins",
    fix:
      near !== undefined
        ? `did you mean "${near}"?`
        : `add { type: ${handle.catalog[name] ? name : "…"} } to ${join(handle.path, "plugins")}`,
  });
}

export function withKind(handle: Handle, kind: PluginKind): Instance[] {
  return [...handle.instances.values()].filter(({ definition }) => definition.kinds.includes(kind));
}

export function objectOf(raw: unknown): Readonly<Record<string, unknown>> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) && !isOpaque(raw) && !(raw instanceof Marked)
    ? (raw as Record<string, unknown>)
    : {};
}

export function listOf(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : [];
}

/** Undefined for what is no text, and for a secret: names get into messages. */
export function textOf(raw: unknown): string | undefined {
  if (isHidden(raw)) return undefined;
  const value = raw instanceof Marked ? raw.value : raw;
  return typeof value === "string" ? value : undefined;
}
