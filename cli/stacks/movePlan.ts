import { nearest } from "../../sdk/nearest";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { type Part, parts } from "../../stacks/environment/parts";

/** What `pulumi stack export` gives, as far as it matters here. */
export interface ExportedStack {
  readonly deployment?: {
    readonly resources?: readonly ExportedResource[];
    readonly pending_operations?: readonly unknown[];
  };
}

/** One resource of a state. */
interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
}

/** One command of a move. */
export interface MoveStep {
  readonly title: string;
  /** Folder of the project in which it is run, in the checkout. */
  readonly folder: string;
  /** Arguments of `pulumi`. */
  readonly args: readonly string[];
}

/** Where the stacks of a move are. */
export interface MoveOptions {
  /** What stands before the project in the full name of a stack. @default "organization", as in backends of one's own */
  readonly organization?: string;
  /** Name of all the stacks. @default that of the exported ones */
  readonly stack?: string;
}

/** The project of an environment as one stack. */
const environmentProject = { folder: ".", name: "pulumi-kserve" };
const projectOf = (part: Part) => ({ folder: `stacks/${part}`, name: `inference-${part}` });

const clusterTypes = ["GkeCluster", "EksCluster", "ExistingCluster", "AcceleratorPool", "ClusterParts"];
const partOfType: Readonly<Record<string, Part>> = {
  ...Object.fromEntries(clusterTypes.map((type) => [`pulumi-kserve:index:${type}`, "cluster" as const])),
  "pulumi-kserve:index:InferencePlatform": "platform",
  "pulumi-kserve:index:LLMInferenceService": "services",
  "pulumi-kserve:index:StandaloneRouter": "services",
  "kubernetes:core/v1:Namespace": "services",
};

/**
 * What moves an environment into three stacks: services and platform go, and what is left is the cluster, whose stack gets another project.
 * A cluster cannot be moved, because its Kubernetes provider is its child.
 *
 * @throws ConfigurationError when the state is none of stacks/environment, has resources of no part, or an update of it was interrupted.
 */
export function splitPlan(exported: ExportedStack, options: MoveOptions = {}): MoveStep[] {
  const state = readState(exported);
  const problems = checkState(state, [environmentProject.name]);
  if (problems.length > 0) throw new ConfigurationError("state of the environment", problems);
  const stack = options.stack ?? state.stack;
  const full = (project: string): string => `${options.organization ?? "organization"}/${project}/${stack}`;
  const source = full(environmentProject.name);
  return [
    ...(["services", "platform"] as const).flatMap((part) => {
      const { folder, name } = projectOf(part);
      const init = { title: `a stack for the ${part}`, folder, args: ["stack", "init", full(name)] };
      return [init, ...moveSteps(`the ${part}`, folder, state, part, source, full(name))];
    }),
    {
      title: "what is left is the cluster",
      folder: environmentProject.folder,
      args: ["stack", "rename", full(projectOf("cluster").name), "--stack", source],
    },
  ];
}

/**
 * What moves three stacks into one: the cluster's gets the project of environments, and takes in platform and services.
 *
 * @throws ConfigurationError when the states are not those of the three stacks, have resources of no part, or an update was interrupted.
 */
export function joinPlan(exported: readonly ExportedStack[], options: MoveOptions = {}): MoveStep[] {
  const states = exported.map(readState);
  const problems = states.flatMap((state) =>
    checkState(
      state,
      parts.map((part) => projectOf(part).name),
    ),
  );
  for (const part of ["platform", "services"] as const) {
    if (states.some(({ project }) => project === projectOf(part).name)) continue;
    problems.push({
      path: part,
      message: `the state of the ${part} stack is not among those given`,
      fix: `pulumi -C stacks/${part} stack export --stack <stack> --file ${part}.json`,
    });
  }
  const names = [...new Set(states.flatMap((state) => state.stack || []))];
  if (names.length > 1) {
    problems.push({
      path: "stack",
      given: names.join(", "),
      message: "the states are of stacks with different names",
      fix: "export those of one environment, or rename the stacks with `pulumi stack rename`",
    });
  }
  if (problems.length > 0) throw new ConfigurationError("states of the three stacks", problems);
  const stack = options.stack ?? states[0]?.stack ?? "";
  const full = (project: string): string => `${options.organization ?? "organization"}/${project}/${stack}`;
  const target = full(environmentProject.name);
  const cluster = projectOf("cluster");
  const ofPart = (part: Part): State =>
    states.find(({ project }) => project === projectOf(part).name) as unknown as State;
  return [
    {
      title: "the cluster's stack becomes that of the environment",
      folder: cluster.folder,
      args: ["stack", "rename", target, "--stack", full(cluster.name)],
    },
    ...(["platform", "services"] as const).flatMap((part) =>
      moveSteps(`the ${part}`, environmentProject.folder, ofPart(part), part, full(projectOf(part).name), target),
    ),
  ];
}

interface State {
  readonly project: string;
  readonly stack: string;
  /** What has no parent but the stack. */
  readonly tops: readonly ExportedResource[];
  readonly isInterrupted: boolean;
}

function readState({ deployment }: ExportedStack): State {
  const resources = deployment?.resources ?? [];
  const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  // `urn:pulumi:<stack>::<project>::…`
  const [, stack = "", project = ""] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(resources[0]?.urn ?? "") ?? [];
  const isOwn = ({ type }: ExportedResource): boolean =>
    !type.startsWith("pulumi:providers:") && !["pulumi:pulumi:Stack", "pulumi:pulumi:StackReference"].includes(type);
  const tops = resources.filter((resource) => isOwn(resource) && (!resource.parent || resource.parent === root?.urn));
  return { project, stack, tops, isInterrupted: (deployment?.pending_operations?.length ?? 0) > 0 };
}

function checkState({ project, stack, tops, isInterrupted }: State, projects: readonly string[]): Problem[] {
  if (project === "") {
    return [{ path: "state", message: "no state of a stack", allowed: "what `pulumi stack export` gives" }];
  }
  const name = `${project}/${stack}`;
  const problems: Problem[] = [];
  if (!projects.includes(project)) {
    const guess = nearest(project, projects);
    problems.push({
      path: name,
      given: project,
      message: "not the state of such a project",
      allowed: projects.join(", "),
      ...(guess !== undefined && { fix: `did you mean that of "${guess}"?` }),
    });
  }
  if (isInterrupted) {
    problems.push({
      path: name,
      message: "an update of it was interrupted",
      fix: "pulumi refresh it, and export it again",
    });
  }
  for (const { urn, type } of tops.filter((top) => partOfType[top.type] === undefined)) {
    problems.push({
      path: urn,
      given: type,
      message: "belongs to none of the three parts",
      fix: "move it to a stack of its own with `pulumi state move`, and export the state again",
    });
  }
  return problems;
}

/** A part without resources has nothing to move. */
function moveSteps(
  title: string,
  folder: string,
  { tops }: State,
  part: Part,
  source: string,
  dest: string,
): MoveStep[] {
  const urns = tops.filter(({ type }) => partOfType[type] === part).map(({ urn }) => urn);
  if (urns.length === 0) return [];
  return [{ title, folder, args: ["state", "move", "--yes", "--source", source, "--dest", dest, ...urns] }];
}
