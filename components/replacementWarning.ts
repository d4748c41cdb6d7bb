import { AsyncResource } from "node:async_hooks";
import { isDeepStrictEqual } from "node:util";

import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import * as runtimeState from "@pulumi/pulumi/runtime/state";

/** A child whose replacement is worth a warning. */
export interface ReplaceableChild {
  /** Arguments of the component, by path, a change of which replaces the child. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What the replacement means for what runs there. */
  readonly consequence: string;
}

/** What a component and its children take so that replacements warn. */
export interface ReplacementWarning {
  /** Inputs of the component: the state keeps them, so that the next run knows what has changed. */
  readonly inputs: Record<string, unknown>;
  /** Options of the component. */
  readonly options: pulumi.ComponentResourceOptions;
  /** Options of every such child. */
  readonly child: Pick<pulumi.CustomResourceOptions, "hooks">;
}

/** Names of the hooks of one run of a program; another run in the same process has another monitor. */
const registered = new WeakMap<object, Map<string, number>>();

/**
 * Has previews and updates warn when a change of an argument replaces a child.
 *
 * The engine gives a hook before creation no old inputs, and says not whether it replaces. So the fields are inputs of the component: a hook
 * before its update, which comes first, sees both sides, and the hook before the child's creation runs only when the provider really
 * replaces. Hooks before deletion would be kept in the state and fail a `pulumi destroy`, which does not run the program
 * (source: `resource/deploy/step.go` and `RunHooks` in `deployment.go` of github.com/pulumi/pulumi/pkg/v3 3.259.0).
 *
 * @param children by name of the resource.
 */
export function replacementWarning(
  component: string,
  children: Readonly<Record<string, ReplaceableChild>>,
  opts: pulumi.ComponentResourceOptions,
): ReplacementWarning {
  const replacing = Object.fromEntries(Object.entries(children).map(([child, { fields }]) => [child, fields]));
  const names = hookNames(component);
  if (!names) return { inputs: { replacing }, options: opts, child: {} };
  let changed: Record<string, string[]> = {};
  const beforeUpdate = hook(names.update, ({ oldInputs, newInputs, oldOutputs }) => {
    // Without outputs the component was not finished, and there may be nothing to replace.
    if (Object.keys(oldOutputs ?? {}).length > 0) changed = changedFields(oldInputs?.replacing, newInputs?.replacing);
  });
  const beforeCreate = hook(names.create, async ({ name, urn }) => {
    const fields = changed[name] ?? [];
    if (fields.length === 0) return;
    const resource = { urn: pulumi.output(urn) } as unknown as pulumi.Resource;
    const text = `replaced, because ${fields.join(" and ")} changed: ${children[name]?.consequence}`;
    await pulumi.log.warn(text, resource);
  });
  return {
    inputs: { replacing },
    options: {
      ...opts,
      hooks: { ...opts.hooks, beforeUpdate: [...(opts.hooks?.beforeUpdate ?? []), beforeUpdate] },
    },
    child: { hooks: { beforeCreate: [beforeCreate] } },
  };
}

/** An own name for each component of a program; undefined where there are no hooks, as in mocks and old engines. */
function hookNames(component: string): { update: string; create: string } | undefined {
  const monitor = getMonitor() as { registerResourceHook?: unknown } | undefined;
  const { getStore } = runtimeState as unknown as { getStore: () => { supportsResourceHooks?: boolean } };
  if (typeof monitor?.registerResourceHook !== "function" || getStore().supportsResourceHooks !== true)
    return undefined;
  const names = registered.get(monitor) ?? new Map<string, number>();
  registered.set(monitor, names);
  // Components of different parents may have the same name.
  const count = (names.get(component) ?? 0) + 1;
  names.set(component, count);
  const name = `pulumi-kserve-replacement-${component}${count === 1 ? "" : `-${count}`}`;
  return { update: `${name}-update`, create: `${name}-create` };
}

function hook(name: string, callback: pulumi.ResourceHookFunction): pulumi.ResourceHook {
  // The engine's call comes from outside the program, whose engine the log would not find then. A warning is no reason to fail.
  return new pulumi.ResourceHook(name, AsyncResource.bind(callback), { onDryRun: true, ignoreErrors: true });
}

type Fields = Record<string, Record<string, unknown> | undefined>;

/** Fields that differ, by child, of children that are on both sides. */
function changedFields(before: unknown, after: unknown): Record<string, string[]> {
  const [old, now] = [before ?? {}, after ?? {}] as [Fields, Fields];
  return Object.fromEntries(
    Object.entries(now).map(([child, fields = {}]) => {
      const earlier = old[child];
      const paths = earlier ? [...new Set([...Object.keys(earlier), ...Object.keys(fields)])].sort() : [];
      return [child, paths.filter((path) => !isDeepStrictEqual(earlier?.[path], fields[path]))];
    }),
  );
}
