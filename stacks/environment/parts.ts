import { nearest } from "../../sdk/nearest";
import { assertNoProblems, ConfigurationError, type Problem } from "../../sdk/problems";
import type { PublishedNodes } from "../../sdk/references/inferenceCluster";
import type { BaseKeys } from "./baseFiles";
import { clusterSettings } from "./kubeconfigSettings";
import { inLayers, takenFrom } from "./origins";
import { type EnvironmentSettings, parseSettings, settingKeys } from "./settings";

/** What an environment may be split into, each a stack of its own. */
export const parts = ["cluster", "platform", "services"] as const;
export type Part = (typeof parts)[number];

/** The setting by which a part names the stack of the one before it. */
export const linkOf = { platform: "clusterStack", services: "platformStack" } as const;
type Link = (typeof linkOf)[keyof typeof linkOf];

/** Which parts read a setting of the environment. A platform may name its cluster by a kubeconfig, and the nodes that are there. */
const readers: Readonly<Record<string, readonly Part[]>> = {
  cluster: ["cluster", "platform"],
  acceleratorPools: ["cluster"],
  clusterParts: ["cluster"],
  pools: ["cluster", "platform"],
  mirrors: ["cluster", "platform"],
  platform: ["platform"],
  existing: ["platform"],
  base: parts,
  createNamespaces: ["services"],
  fragments: ["services"],
  services: ["services"],
  serviceDefaults: ["services"],
  preflight: ["services"],
  outputs: ["platform", "services"],
} satisfies Record<keyof EnvironmentSettings, readonly Part[]>;
const readersOf = (key: string): readonly Part[] => (Object.hasOwn(readers, key) ? (readers[key] ?? []) : []);

/** Every setting that one of the three stacks has. */
export const partKeys: readonly string[] = [...settingKeys, ...Object.values(linkOf)];

/**
 * What a base may have that the programs of an environment share, whole or in parts, and which of it one of them reads. A platform on the
 * stack of a cluster knows of the cluster and its pools by that, and not by the base.
 */
export function sharedBaseKeys(program: Part | "environment", given: Readonly<Record<string, unknown>>): BaseKeys {
  const { clusterStack } = given;
  const hasCluster = program === "platform" && clusterStack !== undefined && clusterStack !== null;
  const reads = (key: string): boolean => {
    if (program === "environment") return settingKeys.some((known) => known === key);
    return (
      isLink(key, program) || (readersOf(key).includes(program) && !(hasCluster && publishedByCluster.includes(key)))
    );
  };
  return { known: partKeys, reads };
}

const publishedByCluster = ["cluster", "pools"];

/** Settings of one part: its own of the environment's, not checked yet, and the stack that it builds upon. */
export interface PartSettings {
  readonly own: Readonly<Record<string, unknown>>;
  readonly link?: string;
}

/**
 * Takes the settings of a part.
 *
 * @param given the configuration of its stack
 * @param isLinked whether it needs the stack before it; false where a caller gives what would come from there
 * @throws ConfigurationError for settings of another part, which it names, for those of none, and for a missing or malformed name of a stack.
 */
export function settingsOfPart(part: Part, given: Readonly<Record<string, unknown>>, isLinked = true): PartSettings {
  const own: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (readersOf(key).includes(part)) own[key] = value;
    else if (!isLink(key, part)) problems.push(misplaced(key, part));
  }
  const link = part === "cluster" ? undefined : given[linkOf[part]];
  if (part !== "cluster") problems.push(...checkLink(linkOf[part], link, part, given, isLinked));
  problems.push(...checkOutputs(part, own));
  assertNoProblems(subjectOf(part), inLayers(given, problems));
  return { own: takenFrom(own, given), ...(typeof link === "string" && { link }) };
}

const isLink = (key: string, part: Part): boolean => part !== "cluster" && key === linkOf[part];

/** The stack of services has no other way into the cluster than what that of the platform publishes. */
function checkOutputs(part: Part, { outputs }: Readonly<Record<string, unknown>>): Problem[] {
  if (part !== "platform" || (outputs as { kubeconfig?: unknown } | null | undefined)?.kubeconfig !== false) return [];
  return [
    {
      path: "outputs.kubeconfig",
      given: false,
      message: "the stack of services needs one",
      allowed: "true, or the text of another kubeconfig",
      fix: "leave it out",
    },
  ];
}

const subjectOf = (part: Part): string => `configuration of the ${part} stack`;

function misplaced(key: string, part: Part): Problem {
  const readBy = readersOf(key);
  const owner = readBy.length > 0 ? readBy : parts.filter((other) => isLink(key, other));
  if (owner.length > 0) {
    return {
      path: key,
      message: `is a setting of the ${owner[0]} stack`,
      allowed: ownKeys(part).join(", "),
      fix: `move it to the configuration of that stack, whose project is stacks/${owner[0]}`,
    };
  }
  const known = ownKeys(part);
  const guess = nearest(key, [...known, ...partKeys]);
  const elsewhere = guess !== undefined && !known.includes(guess) ? readersOf(guess)[0] : undefined;
  return {
    path: key,
    message: "no such setting",
    allowed: known.join(", "),
    ...(guess !== undefined && {
      fix: `did you mean "${guess}"${elsewhere ? `, which the stack of stacks/${elsewhere} has` : ""}?`,
    }),
  };
}

function ownKeys(part: Part): string[] {
  const own = settingKeys.filter((key) => readersOf(key).includes(part));
  return part === "cluster" ? own : [linkOf[part], ...own];
}

function checkLink(key: Link, value: unknown, part: Part, given: object, isLinked: boolean): Problem[] {
  if (value === undefined) {
    const isKubeconfigAlone = part === "platform" && "cluster" in given;
    if (!isLinked || isKubeconfigAlone) return part === "platform" ? ofKubeconfigAlone(given) : [];
    return [
      {
        path: key,
        message: "does not say which stack this one builds upon",
        allowed: `"<organization>/<project>/<stack>"${part === "platform" ? ", or cluster.kubeconfig" : ""}`,
        fix: `pulumi config set pulumi-kserve:${key} <organization>/inference-${parts[parts.indexOf(part) - 1]}/<stack>`,
      },
    ];
  }
  if (typeof value !== "string" || !/^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(value)) {
    return [
      {
        path: key,
        given: value,
        message: "not the full name of a stack",
        allowed: '"<organization>/<project>/<stack>"',
        fix: 'with a backend of your own the organization is "organization"',
      },
    ];
  }
  if (part !== "platform" || !("cluster" in given)) return [];
  return [{ path: "cluster", message: `the stack of ${key} has the cluster`, fix: "leave one of them out" }];
}

/** Clusters that are made, or that nodes are added to, have a stack of their own. */
function ofKubeconfigAlone(given: object): Problem[] {
  const { cluster } = given as { cluster?: unknown };
  if (typeof cluster !== "object" || cluster === null) return [];
  return Object.keys(cluster)
    .filter((key) => ["gke", "eks", "existing"].includes(key))
    .map((key) => ({
      path: `cluster.${key}`,
      message: "is a setting of the cluster stack",
      allowed: Object.keys(clusterSettings.shape).join(", "),
      fix: `move it to the configuration of that stack, whose project is stacks/cluster, and name that by ${linkOf.platform}`,
    }));
}

/**
 * Checks the settings of a part as an environment that has what comes from the part before.
 *
 * @param nodes what is known of nodes
 * @throws ConfigurationError with every problem.
 */
export function parsePart(part: Part, { own }: PartSettings, nodes: PublishedNodes = {}): EnvironmentSettings {
  const { cluster, acceleratorPools, clusterParts, pools = [] } = nodes;
  const context = {
    ...(cluster && { cluster }),
    ...(acceleratorPools && { acceleratorPools }),
    ...(clusterParts && { clusterParts }),
    // Its own are found at their places, also by problems.
    ...(pools.length > 0 && { pools: [...((own.pools as unknown[] | undefined) ?? []), ...pools] }),
  };
  try {
    return parseSettings({ ...own, ...context });
  } catch (error) {
    if (error instanceof ConfigurationError)
      throw new ConfigurationError(subjectOf(part), inLayers(own, error.problems));
    throw error;
  }
}

/**
 * What other stacks need of the settings about nodes, for which no cluster has to be there. Values of charts and configurations of add-ons
 * decide nothing about nodes, and may hold secrets, which would be plain in an output.
 */
export function publishedNodes({
  cluster: { gke, eks, existing } = {},
  acceleratorPools,
  clusterParts,
  pools,
}: EnvironmentSettings): PublishedNodes {
  const where = existing && { ...(existing.gke && { gke: existing.gke }), ...(existing.eks && { eks: existing.eks }) };
  // Who reads it makes no cluster of it, so that no text of a kubeconfig is needed.
  const known = gke
    ? { gke }
    : eks
      ? { eks: withoutConfigurations(eks) }
      : where && { existing: { ...where, kubeconfigFile: "none" } };
  return {
    ...(known && { cluster: known }),
    ...(acceleratorPools && { acceleratorPools }),
    ...(clusterParts && { clusterParts: without(clusterParts, "values") }),
    ...(pools && { pools: pools as NonNullable<PublishedNodes["pools"]> }),
  };
}

type EksSettings = NonNullable<NonNullable<EnvironmentSettings["cluster"]>["eks"]>;

function withoutConfigurations({ addons, ...eks }: EksSettings): EksSettings {
  if (addons === undefined) return eks;
  const shown = Object.entries(addons).map(
    ([name, addon]) => [name, addon && without(addon, "configuration")] as const,
  );
  return { ...eks, addons: Object.fromEntries(shown) };
}

function without<T extends object>(given: T, left: keyof T & string): T {
  return Object.fromEntries(Object.entries(given).filter(([key]) => key !== left)) as T;
}
