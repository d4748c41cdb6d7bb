import type * as pulumi from "@pulumi/pulumi";

/** What a principal may do in the cluster: AWS's own access policies. */
export const EksAccessPolicy = {
  ClusterAdmin: "cluster-admin",
  Admin: "admin",
  Edit: "edit",
  View: "view",
} as const;
export type EksAccessPolicy = (typeof EksAccessPolicy)[keyof typeof EksAccessPolicy];

/** Instance type of nodes of CPUs that nobody chose. */
export const systemInstanceType = "m7i.2xlarge";

/** Arguments of {@link EksCluster}. */
export interface EksClusterArgs {
  /** Region of everything that is made. It is never taken from the environment. */
  region: string;
  /** The network to make, or one that exists. */
  network: EksNetworkArgs;
  /** Name in EKS. Changing it replaces the cluster. @default the component's name */
  name?: string;
  /** Stays when the kubeconfig changes, so that nothing in the cluster is replaced then. @default "eks/<region>/<name>" */
  identifier?: string;
  /** Version of Kubernetes, such as "1.35". It goes up one minor at a time, and never down. @default EKS's newest when the cluster is made */
  version?: string;
  /** How the API server is reached. It can always be reached from the network. */
  controlPlane?: EksControlPlaneArgs;
  /** Who may do what in the cluster, by a name of yours. @default nobody but the creator */
  access?: Record<string, EksAccessArgs>;
  /** Whether the principal that runs Pulumi becomes an administrator. Changing it replaces the cluster. @default true */
  creatorIsAdmin?: boolean;
  /** Key of KMS that encrypts Secrets. It cannot be changed. @default a key that is made */
  secretsKeyArn?: pulumi.Input<string>;
  /**
   * Whether EKS makes nodes, storage and load balancers itself. There is then no system pool, and what Auto Mode has built in is
   * not installed, unless `addons` names it: node groups beside Auto Mode need "vpc-cni", "kube-proxy" and
   * "eks-pod-identity-agent". False takes it back, undefined leaves it out.
   *
   * @default left out
   */
  autoMode?: boolean;
  /** The node group of CPUs for everything that is not a model. */
  systemPool?: EksSystemPoolArgs;
  /** Add-ons by name, over the ones that are always there; false leaves one out. @default AWS's default version of each */
  addons?: Record<string, EksAddonArgs | false>;
  /** Logs of the control plane that go to CloudWatch. @default ["api", "audit", "authenticator"] */
  logs?: string[];
  /** "STANDARD" upgrades at the end of support, "EXTENDED" pays for more. @default "STANDARD" */
  support?: "STANDARD" | "EXTENDED";
  /** Whether a destroy is refused; it must be false in the state before a destroy works. @default true */
  deletionProtection?: boolean;
  /** Tags of everything that is made. @default none */
  tags?: Record<string, string>;
  /** How the kubeconfig gets its credentials. @default those of whoever uses it */
  authentication?: EksAuthenticationArgs;
}

/** Either `vpcId` and `privateSubnetIds` of an existing network, or `zones` and `cidr` of a new one. */
export interface EksNetworkArgs {
  /** Availability zones of a new network, at least two. One more zone can be added, at the end; others keep their addresses. */
  zones?: string[];
  /** Addresses of a new network. Changing it replaces the network. @default "10.0.0.0/16" */
  cidr?: string;
  /** One NAT gateway for all zones, or one for each, which outlasts the failure of a zone. @default "one" */
  natGateways?: "one" | "per-zone";
  /** An existing network. */
  vpcId?: pulumi.Input<string>;
  /** Its private subnets for nodes and the control plane, by availability zone. */
  privateSubnetIds?: Record<string, pulumi.Input<string>>;
}

/** How the API server of a cluster of EKS is reached. */
export interface EksControlPlaneArgs {
  /** Whether it can be reached from the internet, by those who have credentials. @default true */
  publicAccess?: boolean;
  /** From which addresses it can be reached. @default everywhere */
  publicAccessCidrs?: string[];
}

/** One principal's access. */
export interface EksAccessArgs {
  principalArn: pulumi.Input<string>;
  policy: EksAccessPolicy;
  /** Only in these namespaces. @default the whole cluster */
  namespaces?: string[];
}

/** Nodes of CPUs. */
export interface EksSystemPoolArgs {
  /** One instance type without accelerators. Changing it moves the pods to new nodes. @default "m7i.2xlarge" */
  instanceType?: string;
  /** @default 2 */
  minNodes?: number;
  /** @default 6 */
  maxNodes?: number;
  /** GiB of the root disk. @default 100 */
  diskSizeGb?: number;
}

/** One add-on. */
export interface EksAddonArgs {
  /** Such as "v1.20.4-eksbuild.2". @default AWS's default for the version of Kubernetes, when it is installed */
  version?: string;
  /** The add-on's own configuration. @default none */
  configuration?: Record<string, unknown>;
}

/** Credentials of `aws eks get-token`. */
export interface EksAuthenticationArgs {
  /** Profile of AWS's configuration. */
  profile?: string;
  /** Role to assume; it needs an entry in `access`. */
  roleArn?: string;
}
