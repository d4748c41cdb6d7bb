import { createRequire } from "node:module";

import type { ChartArgs } from "@pulumi/kubernetes/helm/v4/chart";
import * as pulumi from "@pulumi/pulumi";

import type {
  ClusterPart,
  ClusterPartName,
  ClusterPartsDecision,
  EfaStack,
  EksAutoscaler,
  ModelCachePlan,
  NeuronStack,
  NvidiaStack,
  PartsPool,
} from "../../sdk/clusterParts/types";
import { mergeValues } from "../../sdk/charts";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { KubernetesObject } from "../kubernetesObject";
import { allResources, type Resources } from "../resources";
import { valuesInCloud } from "./chartValues";
import type { ClusterHandle } from "./clusterHandle";
import { chartAddress, manifestAddress, type PartMirrors, problemsOfPartMirrors } from "./partMirrors";

const lazyRequire = createRequire(__filename);

/** Arguments of {@link ClusterParts}. */
export interface ClusterPartsArgs {
  cluster: ClusterHandle;
  /** The pools whose accelerators and networks are to be used. */
  pools: PartsPool[];
  /** @default the handle's version, where it is plain; else not known, and not checked */
  kubernetesVersion?: string;
  /** How pods get NVIDIA GPUs. @default GKE's own device plugin; on EKS NVIDIA's, where the nodes have none */
  nvidia?: NvidiaStack;
  /** How pods get Neuron devices. @default "device-plugin" */
  neuron?: NeuronStack;
  /** How pods get EFA interfaces. @default "device-plugin" */
  efa?: EfaStack;
  /** What adds nodes to EKS's node groups. @default "cluster-autoscaler" where a pool autoscales */
  autoscaler?: EksAutoscaler;
  /** Of `autoscaler: "karpenter"`. */
  karpenter?: KarpenterArgs;
  /** Whether nodes are labelled by their hardware. @default where the DRA driver needs it */
  nodeFeatureDiscovery?: boolean;
  /** Storage that many nodes read models from. @default none */
  modelCaches?: ModelCacheArgs[];
  /** What is there already, by whomever. @default nothing */
  installed?: ClusterPartName[];
  /** Other values of charts, merged over those this component sets as helm merges them: maps field by field, lists as a whole. @default none */
  values?: Partial<Record<ClusterPartName, Record<string, unknown>>>;
  /** Where charts and manifests are taken from instead of their official addresses. */
  mirrors?: PartMirrors;
}

/** What Karpenter needs in AWS. */
export interface KarpenterArgs {
  /** Role of its controller, with the policy of Karpenter's own template; it is given by Pod Identity. */
  roleArn: pulumi.Input<string>;
  /** Queue of interruptions. @default none */
  interruptionQueue?: pulumi.Input<string>;
}

/** A storage class for models. */
export interface ModelCacheArgs extends ModelCachePlan {
  /** Parameters of the StorageClass, over those this component sets. @default none */
  parameters?: Record<string, pulumi.Input<string>>;
  /** Of kind "efs": a file system that exists. @default one that is made */
  fileSystemId?: pulumi.Input<string>;
}

/**
 * What a cluster needs inside for its accelerators: device plugins or DRA drivers, plugins of NCCL, an autoscaler, storage for
 * models. Only what is needed, and never two that exclude each other.
 *
 * @throws ConfigurationError when something cannot work, with all of it.
 * @example
 * ```ts
 * new ClusterParts("parts", {
 *   cluster,
 *   pools: [{ name: "h100", accelerator: "nvidia-h100-80gb", machineType: "p5.48xlarge", fabric: "efa" }],
 *   modelCaches: [{ kind: "efs" }],
 * });
 * ```
 */
export class ClusterParts extends pulumi.ComponentResource {
  /** What was decided, with reasons. Known in previews. */
  readonly decision: ClusterPartsDecision;
  /** Names of the StorageClasses. */
  readonly storageClasses: string[];
  /** What pods that use accelerators must come after. */
  readonly ready: Resources;

  constructor(name: string, args: ClusterPartsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:ClusterParts", name, {}, opts);
    this.decision = decide(name, args);
    const { parts, modelCaches } = this.decision;

    const namespaces = createNamespaces(name, args, parts, this);
    const installed = new Map<ClusterPartName, pulumi.Resource>();
    for (const part of parts) {
      const dependsOn = [...namespaces, ...identityOf(name, args, part.name, this)];
      const discovery = installed.get("node-feature-discovery");
      if (discovery) dependsOn.push(discovery);
      installed.set(part.name, createPart(name, args, part, dependsOn, this));
    }
    const caches = modelCaches.length === 0 ? [] : createCaches(name, args, modelCaches, this);
    this.storageClasses = modelCaches.map((cache) => cache.name);
    this.ready = allResources([...installed.values()], caches);
    this.registerOutputs({ storageClasses: this.storageClasses });
  }
}

function decide(name: string, args: ClusterPartsArgs): ClusterPartsDecision {
  const { clusterPartsFor } = lazyRequire(
    "../../sdk/clusterParts/decide",
  ) as typeof import("../../sdk/clusterParts/decide");
  const { cluster, pools, nvidia, neuron, efa, autoscaler, nodeFeatureDiscovery, modelCaches, installed } = args;
  const stated = args.kubernetesVersion ?? cluster.eks?.version ?? cluster.gke?.version;
  const decision = clusterPartsFor({
    cloud: cluster.cloud,
    pools,
    ...(typeof stated === "string" && { kubernetesVersion: stated }),
    ...(cluster.eks?.autoMode && { autoMode: true }),
    ...(nvidia && { nvidia }),
    ...(neuron && { neuron }),
    ...(efa && { efa }),
    ...(autoscaler && { autoscaler }),
    ...(nodeFeatureDiscovery && { nodeFeatureDiscovery }),
    ...(modelCaches && { modelCaches }),
    ...(installed && { installed }),
  });
  const problems = [...decision.problems, ...problemsOf(args, decision), ...problemsOfPartMirrors(args.mirrors)];
  if (problems.length > 0) throw new ConfigurationError(`ClusterParts "${name}"`, problems);
  return decision;
}

function problemsOf(args: ClusterPartsArgs, { parts, modelCaches }: ClusterPartsDecision): Problem[] {
  const problems: Problem[] = [];
  const wanted = parts.map(({ name }) => name);
  const karpenter = wanted.includes("karpenter");
  if (karpenter && !args.karpenter)
    problems.push({ path: "karpenter", message: 'is missing, and autoscaler is "karpenter"', fix: "name its role" });
  if (!karpenter && args.karpenter)
    problems.push({ path: "karpenter", message: "has no effect: it is not installed", fix: "leave it out" });
  for (const part of Object.keys(args.values ?? {}))
    if (!wanted.includes(part as ClusterPartName))
      problems.push({
        path: `values.${part}`,
        message: "has no effect: it is not installed",
        allowed: wanted.join(", ") || "nothing is installed",
      });
  args.modelCaches?.forEach(({ kind, fileSystemId }, index) => {
    if (fileSystemId !== undefined && kind !== "efs")
      problems.push({
        path: `modelCaches[${index}].fileSystemId`,
        message: `has no effect on the kind "${kind}"`,
        fix: "leave it out",
      });
  });
  const inAws = karpenter || wanted.includes("cluster-autoscaler") || modelCaches.length > 0;
  if (args.cluster.cloud === "eks" && inAws && typeof args.cluster.eks?.region !== "string")
    problems.push({ path: "cluster.eks.region", message: "must be a plain text here, because ARNs depend on it" });
  return problems;
}

/** Namespaces of parts that have their own; GKE lets critical pods run there only within a quota. */
function createNamespaces(
  name: string,
  { cluster }: ClusterPartsArgs,
  parts: readonly ClusterPart[],
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const { partArtifacts } = artifacts();
  const names = parts.flatMap((part) => {
    const artifact = partArtifacts[part.name];
    return artifact.kind === "chart" && artifact.namespace !== "kube-system" ? [artifact.namespace] : [];
  });
  const child = { parent, provider: cluster.provider };
  return [...new Set(names)].flatMap((namespace) => {
    const made = new KubernetesObject(
      `${name}-namespace-${namespace}`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      child,
    );
    if (cluster.cloud !== "gke") return [made];
    const quota = new KubernetesObject(
      `${name}-quota-${namespace}`,
      {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "critical-pods", namespace },
        spec: {
          hard: { pods: "1000" },
          scopeSelector: {
            matchExpressions: [
              {
                scopeName: "PriorityClass",
                operator: "In",
                values: ["system-node-critical", "system-cluster-critical"],
              },
            ],
          },
        },
      },
      { ...child, dependsOn: [made] },
    );
    return [made, quota];
  });
}

function createPart(
  name: string,
  args: ClusterPartsArgs,
  part: ClusterPart,
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
): pulumi.Resource {
  const artifact = artifacts().partArtifacts[part.name];
  const opts = { parent, provider: args.cluster.provider, dependsOn };
  if (artifact.kind === "manifest") {
    const { ConfigFile } = lazyRequire(
      "@pulumi/kubernetes/yaml/v2/configFile",
    ) as typeof import("@pulumi/kubernetes/yaml/v2/configFile");
    return new ConfigFile(
      `${name}-${part.name}`,
      { file: manifestAddress(artifact, args.mirrors), resourcePrefix: part.name },
      opts,
    );
  }
  const { Chart } = lazyRequire(
    "@pulumi/kubernetes/helm/v4/chart",
  ) as typeof import("@pulumi/kubernetes/helm/v4/chart");
  const chart: ChartArgs = {
    ...chartAddress(artifact, args.mirrors),
    name: artifact.release,
    namespace: artifact.namespace,
    resourcePrefix: part.name,
    values: mergeValues(mergeValues(part.values, valuesInCloud(args, part.name)), args.values?.[part.name]),
  };
  return new Chart(`${name}-${part.name}`, chart, opts);
}

function identityOf(
  name: string,
  args: ClusterPartsArgs,
  part: ClusterPartName,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (part !== "cluster-autoscaler" && part !== "karpenter") return [];
  const { autoscalerIdentity, karpenterIdentity } = lazyRequire(
    "./eksAutoscaling",
  ) as typeof import("./eksAutoscaling");
  if (part === "cluster-autoscaler") return autoscalerIdentity(name, args.cluster, parent);
  return args.karpenter ? karpenterIdentity(name, args.cluster, args.karpenter.roleArn, parent) : [];
}

function createCaches(
  name: string,
  args: ClusterPartsArgs,
  caches: readonly Required<ModelCachePlan>[],
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const { createModelCaches } = lazyRequire("./modelCaches") as typeof import("./modelCaches");
  return createModelCaches(name, args.cluster, caches, args.modelCaches ?? [], parent);
}

function artifacts() {
  return lazyRequire("../../sdk/clusterParts/artifacts") as typeof import("../../sdk/clusterParts/artifacts");
}
