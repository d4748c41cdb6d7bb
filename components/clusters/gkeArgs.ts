import type * as pulumi from "@pulumi/pulumi";

/** How a cluster of GKE gets new versions. */
export const GkeReleaseChannel = {
  Rapid: "RAPID",
  Regular: "REGULAR",
  Stable: "STABLE",
  Extended: "EXTENDED",
} as const;
export type GkeReleaseChannel = (typeof GkeReleaseChannel)[keyof typeof GkeReleaseChannel];

/** Arguments of {@link GkeCluster}. */
export interface GkeClusterArgs {
  /** Project of everything that is made. It is never taken from the environment. */
  project: pulumi.Input<string>;
  /** Region (three control planes) or zone (one). Changing it replaces the cluster. */
  location: string;
  /** Name in GKE. Changing it replaces the cluster. @default the component's name */
  name?: string;
  /** Stays when the kubeconfig changes, so that nothing in the cluster is replaced then. @default "gke/<location>/<name>" */
  identifier?: string;
  /** Zones of the nodes. @default chosen by GKE */
  zones?: string[];
  /** @default "REGULAR" */
  releaseChannel?: GkeReleaseChannel;
  /** The control plane is at least of this version; GKE itself goes on from there. @default the channel's */
  minVersion?: pulumi.Input<string>;
  /** The network to use, or the ranges of one that is made. @default one that is made, with Cloud NAT */
  network?: GkeNetworkArgs;
  /** How the API server is reached. */
  controlPlane?: GkeControlPlaneArgs;
  /** The pool of CPUs for everything that is not a model. */
  systemPool?: GkeSystemPoolArgs;
  /** E-mail address of the identity of nodes. @default one that is made, with `roles/container.defaultNodeServiceAccount` */
  nodeServiceAccount?: pulumi.Input<string>;
  /** Further roles in the project of the identity that is made, such as "roles/artifactregistry.reader". @default none */
  nodeRoles?: string[];
  /** Key of Cloud KMS (`projects/…/cryptoKeys/…`) that encrypts Secrets. @default Google's own encryption at rest alone */
  secretsKey?: pulumi.Input<string>;
  /** Whether GKE installs the CRDs of Gateway API and its gateway controller; the platform then takes `gatewayApi: { crds: "existing" }`. @default true */
  gatewayApi?: boolean;
  /** CSI drivers for caches of models. */
  storageDrivers?: GkeStorageDriverArgs;
  /** Whether nodes may have several networks, as GPUDirect-TCPX, TCPXO and RDMA need. Changing it replaces the cluster. @default true */
  multiNetworking?: boolean;
  /** When GKE may upgrade. @default always */
  maintenance?: GkeMaintenanceArgs;
  /** Whether a destroy is refused; it must be false in the state before a destroy works. @default true */
  deletionProtection?: boolean;
  /** Labels of the cluster and its nodes in Google Cloud. @default none */
  labels?: Record<string, string>;
  /** Whether the credential plugin takes application default credentials instead of gcloud's login. @default false */
  useApplicationDefaultCredentials?: boolean;
}

/** Either `network` and `subnetwork` of an existing network with the names of its ranges, or the ranges of a new one. */
export interface GkeNetworkArgs {
  /** Name or self link of an existing network. @default a network is made */
  network?: pulumi.Input<string>;
  /** Name or self link of an existing subnetwork in the cluster's region. */
  subnetwork?: pulumi.Input<string>;
  /** Name of the existing subnetwork's secondary range for pods. */
  podsRangeName?: pulumi.Input<string>;
  /** Name of the existing subnetwork's secondary range for Services. */
  servicesRangeName?: pulumi.Input<string>;
  /** Addresses of nodes in a new network. Changing it replaces the subnetwork. @default "10.0.0.0/20" */
  nodes?: string;
  /** Addresses of pods in a new network. @default "10.16.0.0/14" */
  pods?: string;
  /** Addresses of Services in a new network. @default "10.32.0.0/20" */
  services?: string;
}

/** How the API server of a cluster of GKE is reached. */
export interface GkeControlPlaneArgs {
  /** `dns`: by its name, guarded by IAM, without any IP endpoint; `ip`: by an address. @default "dns" */
  access?: "dns" | "ip";
  /** Whether it can be reached from outside the network. @default true */
  external?: boolean;
  /** With `access: "ip"`: who may reach the address. @default anybody who has credentials, where it is external */
  authorizedNetworks?: { cidr: string; name?: string }[];
}

/** Nodes of CPUs, autoscaled by GKE. */
export interface GkeSystemPoolArgs {
  /** A machine type without accelerators. Changing it moves the pods to new nodes. @default "n2-standard-8" */
  machineType?: string;
  /** Nodes in all zones together. @default 1 */
  minNodes?: number;
  /** @default 6 */
  maxNodes?: number;
  /** GB of the boot disk. @default 100 */
  diskSizeGb?: number;
}

/** CSI drivers that GKE installs. */
export interface GkeStorageDriverArgs {
  /** Cloud Storage buckets as files. @default true */
  gcsFuse?: boolean;
  /** Filestore, which many nodes write at once. @default false */
  filestore?: boolean;
  /** Managed Lustre. @default false */
  lustre?: boolean;
}

/** A window that comes back. */
export interface GkeMaintenanceArgs {
  /** First start, such as "2026-01-03T00:00:00Z". */
  start: string;
  /** First end. */
  end: string;
  /** When it comes back (RFC 5545), such as "FREQ=WEEKLY;BYDAY=SA". */
  recurrence: string;
}
