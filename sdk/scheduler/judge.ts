import { isOpaque, shownValue } from "../api/view";
import { nearest } from "../nearest";
import { pluginCatalog, type PluginCatalog } from "./catalog";
import type { SchedulerFinding } from "./check";
import {
  addDefault,
  type Handle,
  type Instance,
  isHidden,
  listOf,
  objectOf,
  resolve,
  textOf,
  withKind,
} from "./handle";
import {
  checkDataFlow,
  checkDataLayer,
  checkFeatureGates,
  checkFlowControl,
  checkParsers,
  checkSaturation,
} from "./layers";
import { checkParameters } from "./parameters";
import { type ExtraPlugins, SchedulerRouter } from "./routers";
import { checkShape, join } from "./shape";

/** The API groups that a router's decoder takes, the preferred one first. */
export const apiVersions: Readonly<Record<SchedulerRouter, readonly string[]>> = {
  [SchedulerRouter.llmD]: ["llm-d.ai/v1alpha1", "inference.networking.x-k8s.io/v1alpha1"],
  [SchedulerRouter.inferenceExtension]: ["inference.networking.x-k8s.io/v1alpha1"],
};

/**
 * Follows what the router does with a configuration when it starts.
 *
 * Source: `LoadRawConfig` and `InstantiateAndConfigure` in `pkg/epp/config/loader` of the inference extension 1.5.0, with their
 * callers in `cmd/epp/runner/runner.go`; llm-d's router has them from there.
 */
export function judge(config: unknown, router: SchedulerRouter, extra: ExtraPlugins, path: string): SchedulerFinding[] {
  const findings: SchedulerFinding[] = [];
  const report: Handle["report"] = (at, problem, tolerated) =>
    findings.push({ path: at, ...problem, ...(tolerated ? { ignored: true as const } : {}) });
  if (isOpaque(config)) return findings;
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    report(path, { message: "not an object", given: shownValue(config), allowed: "an EndpointPickerConfig" });
    return findings;
  }
  checkShape(config, router, path, report);
  const root = objectOf(config);
  checkTypeMeta(root, router, path, report);
  const handle: Handle = {
    router,
    catalog: withExtra(pluginCatalog(router), extra),
    path,
    report,
    instances: new Map(),
    broken: new Set(),
    incomplete: isOpaque(root.plugins) || listOf(root.plugins).some(namesUnknown),
  };
  const gates = checkFeatureGates(handle, root.featureGates);
  declarePlugins(handle, root.plugins);
  checkAllParameters(handle);
  const profiles = isOpaque(root.schedulingProfiles) ? undefined : listOf(root.schedulingProfiles);
  const listed = join(path, "schedulingProfiles");
  const pickers = withKind(handle, "picker");
  if (profiles) checkProfileHandler(handle, profiles, listed);
  if (pickers.length === 0) addDefault(handle, "max-score-picker");
  for (const type of ["fcfs-ordering-policy", "global-strict-fairness-policy", "static-usage-limit-policy"]) {
    if (!handle.instances.has(type)) addDefault(handle, type);
  }
  checkParsers(handle, root);
  checkSaturation(handle, root);
  checkDataLayer(handle, root.dataLayer, gates);
  checkFlowControl(handle, root.flowControl, gates);
  // What the router adds may be referred to.
  if (profiles) checkProfiles(handle, profiles, listed, pickers);
  checkDataFlow(handle);
  return findings;
}

function checkTypeMeta(
  root: Readonly<Record<string, unknown>>,
  router: SchedulerRouter,
  path: string,
  report: Handle["report"],
): void {
  const wanted = { apiVersion: apiVersions[router], kind: ["EndpointPickerConfig"] };
  for (const [field, allowed] of Object.entries(wanted)) {
    const value = root[field];
    const text = textOf(value);
    if (isOpaque(value) || (text !== undefined && allowed.includes(text))) continue;
    if (value === undefined || value === null || text === "") {
      // The decoder takes what it expects for granted, but KServe then leaves out the changes that it makes for newer routers.
      report(join(path, field), { message: "missing", allowed: allowed.join(" or ") }, true);
    } else if (text !== undefined) {
      report(join(path, field), { message: "not what this router reads", given: text, allowed: allowed.join(" or ") });
    }
  }
}

function withExtra(catalog: PluginCatalog, extra: ExtraPlugins): PluginCatalog {
  const entries = Object.entries(extra).map(([type, kinds]) => [
    type,
    { kinds: typeof kinds === "string" ? [kinds] : kinds, meaning: "of your own", parameters: "open" as const },
  ]);
  return entries.length === 0 ? catalog : { ...catalog, ...(Object.fromEntries(entries) as PluginCatalog) };
}

function namesUnknown(plugin: unknown): boolean {
  const { name, type } = objectOf(plugin);
  return isOpaque(plugin) || isHidden(name) || isHidden(type);
}

function declarePlugins(handle: Handle, plugins: unknown): void {
  for (const [index, plugin] of listOf(plugins).entries()) {
    const path = `${join(handle.path, "plugins")}[${index}]`;
    if (namesUnknown(plugin) || (typeof plugin === "object" && Array.isArray(plugin))) continue;
    const { type: givenType, name: givenName, parameters } = objectOf(plugin);
    const type = textOf(givenType) ?? "";
    const name = textOf(givenName) || type;
    if (type === "") {
      if (givenType === undefined || givenType === null || givenType === "") {
        handle.report(join(path, "type"), { message: "missing", allowed: "the type of a plugin" });
      }
      handle.broken.add(name);
      continue;
    }
    if (handle.instances.has(name)) {
      handle.report(givenName ? join(path, "name") : path, {
        message: `two plugins are called "${name}"`,
        fix: "give one of them another name",
      });
      continue;
    }
    const definition = Object.hasOwn(handle.catalog, type) ? handle.catalog[type] : undefined;
    if (!definition) {
      handle.broken.add(name);
      reportUnknownType(handle, type, join(path, "type"));
      continue;
    }
    handle.instances.set(name, { name, type, definition, path, parameters });
  }
}

function reportUnknownType(handle: Handle, type: string, path: string): void {
  const near = nearest(type, Object.keys(handle.catalog));
  const elsewhere = Object.values(SchedulerRouter).find((router) => Object.hasOwn(pluginCatalog(router), type));
  handle.report(path, {
    message: `${handle.router} has no such plugin`,
    given: type,
    allowed: "a type that docs/scheduler.md lists for it",
    fix:
      elsewhere !== undefined
        ? `${elsewhere} has it`
        : near !== undefined
          ? `did you mean "${near}"?`
          : "if the scheduler's image has it, say so by the option plugins",
  });
}

const prefixProducer = "approx-prefix-cache-producer";

function checkAllParameters(handle: Handle): void {
  const instances = [...handle.instances.values()];
  const lookup = (name: string) =>
    handle.instances.get(name)?.definition.kinds ??
    (handle.incomplete || handle.broken.has(name) ? "unknown" : undefined);
  // The scorer's parameters are those of the producer that it brings, unless there is one already; of two scorers the last counts.
  const bringsProducer =
    handle.router === SchedulerRouter.inferenceExtension && !instances.some(({ type }) => type === prefixProducer)
      ? instances.filter(({ type }) => type === "prefix-cache-scorer").at(-1)
      : undefined;
  for (const instance of instances) {
    const path = join(instance.path ?? "", "parameters");
    const handsOn = handle.router === SchedulerRouter.inferenceExtension && instance.type === "prefix-cache-scorer";
    if (handsOn && instance !== bringsProducer) {
      if (instance.parameters !== undefined && instance.parameters !== null) {
        handle.report(
          path,
          { message: `nobody reads them beside another ${prefixProducer}`, fix: `set them there` },
          true,
        );
      }
      continue;
    }
    checkParameters(instance.definition, instance.parameters, path, lookup, handle.report);
  }
  if (bringsProducer) addDefault(handle, prefixProducer);
}

const inProfiles = ["filter", "scorer", "picker", "data-producer"] as const;

function checkProfiles(
  handle: Handle,
  profiles: readonly unknown[],
  listed: string,
  pickers: readonly Instance[],
): void {
  if (profiles.length === 0 && pickers.length > 1) {
    handle.report(listed, {
      message: `missing: without profiles all plugins make up one, which cannot have ${pickers.length} pickers`,
      allowed: "one picker, or profiles that name theirs",
    });
  }
  const names = new Set<string>();
  for (const [index, profile] of profiles.entries()) {
    const path = `${listed}[${index}]`;
    if (isOpaque(profile)) continue;
    const { name: givenName, plugins } = objectOf(profile);
    const name = textOf(givenName);
    if (!isOpaque(givenName) && (givenName === undefined || givenName === null || name === "")) {
      handle.report(join(path, "name"), { message: "missing", allowed: "the name of the profile" });
    } else if (name !== undefined && names.has(name)) {
      handle.report(join(path, "name"), { message: "two profiles have this name", given: name });
    }
    if (name !== undefined) names.add(name);
    checkProfile(handle, plugins, path, pickers);
  }
}

function checkProfile(handle: Handle, plugins: unknown, path: string, pickers: readonly Instance[]): void {
  let picker: string | undefined;
  let unknown = isOpaque(plugins);
  for (const [index, plugin] of listOf(plugins).entries()) {
    const at = `${join(path, "plugins")}[${index}]`;
    const { pluginRef, weight } = objectOf(plugin);
    if (isOpaque(plugin) || isOpaque(pluginRef)) {
      unknown = true;
      continue;
    }
    const instance = resolve(handle, pluginRef, join(at, "pluginRef"), undefined);
    if (!instance) {
      unknown = true;
      continue;
    }
    const { kinds } = instance.definition;
    if (weight !== undefined && weight !== null && !kinds.includes("scorer")) {
      const what = { message: `${instance.type} does not score`, given: shownValue(weight), fix: "remove the weight" };
      handle.report(join(at, "weight"), what, true);
    }
    if (!kinds.some((kind) => (inProfiles as readonly string[]).includes(kind))) {
      const what = { message: `${instance.type} does nothing in a profile`, given: instance.name };
      handle.report(join(at, "pluginRef"), { ...what, allowed: "filters, scorers and one picker" }, true);
    }
    if (!kinds.includes("picker")) continue;
    if (picker !== undefined) {
      handle.report(join(at, "pluginRef"), {
        message: `the profile has the picker "${picker}" already`,
        given: instance.name,
        allowed: "one picker in a profile",
      });
    }
    picker ??= instance.name;
  }
  if (picker === undefined && !unknown && pickers.length > 1) {
    const choice = pickers.map(({ name }) => name).join(", ");
    const what = { message: "names no picker, and gets one of several by chance", allowed: `one of ${choice}` };
    handle.report(join(path, "plugins"), what, true);
  }
}

function checkProfileHandler(handle: Handle, profiles: readonly unknown[], listed: string): void {
  const handlers = withKind(handle, "profile-handler");
  const [handler, second] = handlers;
  const missing = profiles.length > 1 && !handler && !handle.incomplete && handle.broken.size === 0;
  if (missing) {
    const others = Object.entries(handle.catalog).flatMap(([type, { kinds, deprecatedFor }]) =>
      kinds.includes("profile-handler") && type !== "single-profile-handler" && !deprecatedFor ? [type] : [],
    );
    handle.report(join(handle.path, "plugins"), {
      message: `${profiles.length} profiles need a profile handler`,
      allowed: others.length > 0 ? others.join(", ") : `one profile: ${handle.router} has no handler for several`,
    });
  }
  if (second) {
    handle.report(second.path ?? join(handle.path, "plugins"), {
      message: `there is a profile handler already, "${handler?.name}"`,
      given: second.name,
      allowed: "one profile handler",
    });
  }
  if (handlers.length === 1 && handler?.type === "single-profile-handler" && profiles.length > 1) {
    handle.report(listed, {
      message: "single-profile-handler takes one profile",
      given: profiles.length,
      allowed: "one profile, or another profile handler",
    });
  }
  if (!handler && profiles.length <= 1) addDefault(handle, "single-profile-handler");
  if (handler?.type === "disagg-profile-handler") checkStages(handle, handler, profiles, listed);
}

/** A stage runs when its decider says so; the profiles must be there then. */
function checkStages(handle: Handle, handler: Instance, profiles: readonly unknown[], listed: string): void {
  const { deciders, profiles: named } = objectOf(handler.parameters);
  if (isOpaque(handler.parameters) || isOpaque(deciders) || isOpaque(named)) return;
  const given = profiles.map((profile) => textOf(objectOf(profile).name));
  const references = [...Object.values(objectOf(deciders)), ...Object.values(objectOf(named))];
  if (given.includes(undefined) || references.some(isHidden)) return;
  for (const stage of ["decode", "prefill", "encode"]) {
    const name = textOf(objectOf(named)[stage]) || stage;
    const runs = stage === "decode" || Boolean(textOf(objectOf(deciders)[stage]));
    if (runs && !given.includes(name)) {
      const what = { message: `${handler.type} runs the profile "${name}", which is not there` };
      handle.report(listed, { ...what, allowed: `a profile called ${name}` }, true);
    } else if (!runs && given.includes(name)) {
      const what = { message: `never runs: ${handler.type} has no decider for it`, given: name };
      const path = `${join(handler.path ?? "", "parameters")}.deciders.${stage}`;
      handle.report(`${listed}[${given.indexOf(name)}]`, { ...what, fix: `name one in ${path}` }, true);
    }
  }
}
