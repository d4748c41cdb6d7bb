import * as pulumi from "@pulumi/pulumi";

import type { ConfigFragment } from "../sdk/api/configFragment";
import { nearest } from "../sdk/nearest";
import { assertNoProblems, ConfigurationError, type Problem } from "../sdk/problems";
import type * as schema from "./components";
import { neededValue } from "./knownValue";

type Given = Omit<schema.ConfigFragment, "args" | "spec"> & { args?: unknown; spec?: unknown };
type Recipe = (args: never) => ConfigFragment;

/** Recipes that need nothing but their arguments, by name; each is loaded when it is asked for. */
const recipes: Record<string, () => Promise<Recipe>> = {
  accelerator: async () => (await import("../sdk/recipes/accelerator")).accelerator,
  autoscale: async () => (await import("../sdk/recipes/scaling")).autoscale,
  canary: async () => (await import("../sdk/recipes/router")).canary,
  deviceClaim: async () => (await import("../sdk/recipes/dra")).deviceClaim,
  disaggregated: async () => (await import("../sdk/recipes/disaggregation")).disaggregated,
  hardening: async () => (await import("../sdk/recipes/hardening")).hardening,
  ingress: async () => (await import("../sdk/recipes/router")).ingress,
  kvCacheOffloading: async () => (await import("../sdk/recipes/cache")).kvCacheOffloading,
  managedRouter: async () => (await import("../sdk/recipes/router")).managedRouter,
  model: async () => (await import("../sdk/recipes/model")).model,
  multiNode: async () => (await import("../sdk/recipes/parallelism")).multiNode,
  nixlTransfer: async () => (await import("../sdk/recipes/nixlTransfer")).nixlTransfer,
  pinImages: async () => (await import("../sdk/recipes/images")).pinImages,
  precisePrefixCache: async () => (await import("../sdk/recipes/precisePrefixCache")).precisePrefixCache,
  referencedPool: async () => (await import("../sdk/recipes/pool")).referencedPool,
  referencedRoutes: async () => (await import("../sdk/recipes/router")).referencedRoutes,
  replicas: async () => (await import("../sdk/recipes/scaling")).replicas,
  singleNode: async () => (await import("../sdk/recipes/parallelism")).singleNode,
  storageInitializer: async () => (await import("../sdk/recipes/storage")).storageInitializer,
  tracing: async () => (await import("../sdk/recipes/tracing")).tracing,
  vllm: async () => (await import("../sdk/recipes/vllm")).vllm,
  withoutStorageInitializer: async () => (await import("../sdk/recipes/storage")).withoutStorageInitializer,
};

/** Names of the recipes that other languages may use. */
export const recipeNames: readonly string[] = Object.keys(recipes);

/**
 * The fragments of a service, with those made that are recipes. What comes out of a secret is secret again.
 *
 * @throws ConfigurationError with every fragment that is neither a spec nor a recipe, or both, and names that no recipe has; then with
 * everything that recipes find wrong with their arguments
 */
export async function fragmentsOf(service: string, given: unknown): Promise<ConfigFragment[] | undefined> {
  if (given === undefined) return undefined;
  const subject = `LLMInferenceService "${service}"`;
  const list = await unwrapped<unknown[]>(given, `${subject}: fragments`);
  const fragments = await Promise.all(
    list.value.map(async (element, index) => {
      const { value, secret } = await unwrapped<Given>(element, `${subject}: fragments[${index}]`);
      return { value, secret: secret || list.secret };
    }),
  );
  assertNoProblems(
    subject,
    fragments.flatMap(({ value }, index) => problemsOf(value, index)),
  );
  const made = await Promise.allSettled(fragments.map(({ value, secret }) => fragmentOf(value, secret)));
  const reasons = made.map((result) => (result.status === "rejected" ? (result.reason as unknown) : undefined));
  const other = reasons.find((reason) => reason !== undefined && !(reason instanceof ConfigurationError));
  if (other !== undefined)
    throw other instanceof Error ? other : new Error(`${subject}: a recipe failed`, { cause: other });
  assertNoProblems(
    subject,
    reasons.flatMap((reason, index) =>
      reason instanceof ConfigurationError
        ? reason.problems.map((problem) => ({ ...problem, path: `fragments[${index}].args.${problem.path}` }))
        : [],
    ),
  );
  return made.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** Only what is an Output as a whole is waited for: what lies deeper may stay unknown or secret. */
async function unwrapped<T>(given: unknown, what: string): Promise<{ value: T; secret: boolean }> {
  if (!pulumi.Output.isInstance(given)) return { value: given as T, secret: false };
  return (await neededValue<T>(given, what)) as { value: T; secret: boolean };
}

async function fragmentOf(fragment: Given, secret: boolean): Promise<ConfigFragment> {
  const { recipe, args, name, priority, annotations: given } = fragment;
  const own = { ...(name !== undefined && { name }), ...(priority !== undefined && { priority }) };
  const annotations = (await unwrapped<ConfigFragment["annotations"]>(given, "annotations of a fragment")).value;
  const made = recipe === undefined ? { spec: fragment.spec } : await make(recipe, args);
  return {
    ...made,
    ...own,
    ...(annotations && { annotations }),
    ...(secret && { spec: pulumi.secret(made.spec) }),
  } as ConfigFragment;
}

async function make(recipe: string, args: unknown): Promise<ConfigFragment> {
  const made = (await recipes[recipe]?.()) as (args: unknown) => ConfigFragment;
  return made(args ?? {});
}

function problemsOf({ recipe, args, spec, name, annotations }: Given, index: number): Problem[] {
  const path = `fragments[${index}]`;
  if (recipe === undefined) {
    const problems: Problem[] = [];
    if (name === undefined) problems.push({ path: `${path}.name`, message: "missing" });
    if (spec === undefined && annotations === undefined)
      problems.push({ path: `${path}.spec`, message: "missing", fix: "give a spec, or name a recipe" });
    if (args !== undefined)
      problems.push({ path: `${path}.args`, message: "arguments of no recipe", fix: "name it in recipe" });
    return problems;
  }
  if (spec !== undefined) {
    return [{ path, message: "both a spec and a recipe", fix: "make two fragments of it" }];
  }
  if (Object.hasOwn(recipes, recipe)) return [];
  const near = nearest(recipe, recipeNames);
  return [
    {
      path: `${path}.recipe`,
      given: recipe,
      message: "no such recipe",
      ...(near ? { fix: `did you mean "${near}"?` } : { allowed: recipeNames.join(", ") }),
    },
  ];
}
