import type { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";

import type { Resources } from "../resources";

/** Kinds of clusters: managed ones that node pools can be added to, and one that somebody else takes care of. */
export const clusterClouds = ["gke", "eks", "existing"] as const;
export type ClusterCloud = (typeof clusterClouds)[number];

/**
 * What components need of a cluster, wherever it runs: node pools are added to it, the platform is installed into it. Also the
 * `cluster` of an InferencePlatform.
 */
export interface ClusterHandle {
  /** Plain, because it decides which resources there are. */
  readonly cloud: ClusterCloud;
  /** Name in the cloud's API. */
  readonly name: pulumi.Input<string>;
  /** A name of the cluster that stays when the kubeconfig changes, so that nothing is replaced then. */
  readonly identifier: string;
  /** Runs a credential plugin where the cloud has one, so that no token lies in the state. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Kubernetes provider of the cluster. */
  readonly provider: Provider;
  /**
   * What nodes with accelerators must come after: the pool of CPUs for the system above all, without which GKE does not taint
   * nodes with GPUs.
   *
   * @default nothing beside the cluster itself
   */
  readonly ready?: Resources;
  /** Of clusters with `cloud: "gke"`. */
  readonly gke?: GkeClusterDetails;
  /** Of clusters with `cloud: "eks"`. */
  readonly eks?: EksClusterDetails;
}

/** What node pools need of a cluster of GKE. What is not known is not checked. */
export interface GkeClusterDetails {
  /** @default the provider's */
  readonly project?: pulumi.Input<string>;
  /** Region or zone of the cluster. */
  readonly location: pulumi.Input<string>;
  /** Zones of the cluster's nodes, where pools say none. @default chosen by GKE */
  readonly zones?: readonly string[];
  /** Version of the control plane, such as "1.34.3-gke.1318000". @default not known */
  readonly version?: pulumi.Input<string>;
  /** Name or self link of the cluster's network. @default not known */
  readonly network?: pulumi.Input<string>;
  /** Name or self link of the cluster's subnetwork. @default not known */
  readonly subnetwork?: pulumi.Input<string>;
  /** E-mail address of the identity of nodes. @default Compute Engine's default account, which may do more than nodes need */
  readonly nodeServiceAccount?: pulumi.Input<string>;
  /** Whether nodes talk by Dataplane V2, which several networks and DRANET need. @default not known */
  readonly dataplaneV2?: boolean;
  /** Whether nodes may have several networks. @default not known */
  readonly multiNetworking?: boolean;
  /** Whether pods get identities by workload identity; nodes then serve metadata to pods by GKE's own server. @default not known */
  readonly workloadIdentity?: boolean;
  /** Channel by which GKE upgrades control plane and nodes, such as "REGULAR"; "UNSPECIFIED" for none. @default not known */
  readonly releaseChannel?: pulumi.Input<string>;
  /** Autopilot clusters make their nodes themselves. @default false */
  readonly autopilot?: boolean;
  /** Provider of Google Cloud's resources. @default that of the parent */
  readonly provider?: pulumi.ProviderResource;
}

/** What node groups need of a cluster of EKS. What is not known is not checked. */
export interface EksClusterDetails {
  /** @default the provider's */
  readonly region?: pulumi.Input<string>;
  /** Version of Kubernetes, such as "1.34". @default not known */
  readonly version?: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets for nodes, by availability zone. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** The cluster's own security group, which lets nodes and control plane talk. */
  readonly securityGroupId: pulumi.Input<string>;
  /** Role of nodes. */
  readonly nodeRoleArn: pulumi.Input<string>;
  /** Whether EKS makes nodes itself (Auto Mode) beside the groups. @default false */
  readonly autoMode?: boolean;
  /** Whether the add-ons are there without which nodes of groups do not become Ready: vpc-cni, kube-proxy, eks-pod-identity-agent. @default not known */
  readonly nodeAddons?: boolean;
  /** Provider of AWS's resources. @default that of the parent */
  readonly provider?: pulumi.ProviderResource;
}
