import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { assertNoProblems } from "../../sdk/problems";
import { requireOfCloud } from "../cloudSdk";
import { kubernetesProviderArgs } from "../kubernetesProvider";
import { replacementWarning } from "../replacementWarning";
import { allResources, type Resources } from "../resources";
import type { ClusterHandle, GkeClusterDetails } from "./clusterHandle";
import { type GkeClusterArgs, GkeReleaseChannel } from "./gkeArgs";
import { problemsOfGkeCluster } from "./gkeChecks";
import { type GkeNetwork, gkeNetwork } from "./gkeNetwork";
import { execKubeconfig } from "./kubeconfig";
import { replaceableGkeCluster } from "./replacing";

const lazyRequire = requireOfCloud(__filename);

/**
 * A cluster of GKE for inference: private nodes, Dataplane V2, workload identity, Gateway API, and a pool of CPUs that comes
 * before every pool of accelerators.
 *
 * @throws ConfigurationError when arguments are wrong, with all of them.
 * @example
 * ```ts
 * const cluster = new GkeCluster("inference", { project: "my-project", location: "us-central1" });
 * const platform = new InferencePlatform("platform", { cluster, gatewayApi: { crds: "existing" } });
 * ```
 */
export class GkeCluster extends pulumi.ComponentResource implements ClusterHandle {
  readonly cloud = "gke";
  /** Of the cluster itself, so that what uses it comes after it. */
  readonly name: pulumi.Output<string>;
  readonly identifier: string;
  /** Runs `gke-gcloud-auth-plugin`; it holds no secret. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly provider: Provider;
  /** The pool of CPUs, and the way out of the network. */
  readonly ready: Resources;
  readonly gke: GkeClusterDetails;
  /** E-mail address of the identity of nodes. */
  readonly nodeServiceAccount: pulumi.Output<string>;
  /** `<project>.svc.id.goog`, in which service accounts of Kubernetes are members of IAM policies. */
  readonly workloadPool: pulumi.Output<string>;

  constructor(name: string, args: GkeClusterArgs, opts: pulumi.ComponentResourceOptions = {}) {
    assertNoProblems(`GkeCluster "${name}"`, problemsOfGkeCluster(name, args));
    const warning = replacementWarning(`GkeCluster-${name}`, replaceableGkeCluster(name, args), opts);
    super("pulumi-kserve:index:GkeCluster", name, warning.inputs, warning.options);
    const clusterName = args.name ?? name;
    this.identifier = args.identifier ?? `gke/${args.location}/${clusterName}`;

    const network = gkeNetwork(name, args, this);
    const identity = nodeIdentity(name, args, this);
    const cluster = createCluster(name, clusterName, args, network, identity, { parent: this, ...warning.child });
    const systemPool = createSystemPool(name, args, identity, cluster, network, { parent: this, ...warning.child });

    this.name = cluster.name;
    this.kubeconfig = kubeconfigOf(clusterName, args, cluster);
    this.provider = new Provider(
      `${name}-kubernetes`,
      kubernetesProviderArgs(this),
      // What is installed needs nodes, and needs them until it is uninstalled.
      { parent: this, dependsOn: [systemPool] },
    );
    this.ready = allResources([systemPool], network.egress);
    this.nodeServiceAccount = pulumi.output(identity.email);
    this.workloadPool = pulumi.interpolate`${args.project}.svc.id.goog`;
    this.gke = {
      project: args.project,
      location: args.location,
      ...(args.zones && { zones: args.zones }),
      version: cluster.masterVersion,
      network: network.network,
      subnetwork: network.subnetwork,
      nodeServiceAccount: this.nodeServiceAccount,
      dataplaneV2: true,
      multiNetworking: args.multiNetworking ?? true,
      workloadIdentity: true,
      releaseChannel: args.releaseChannel ?? GkeReleaseChannel.Regular,
      autopilot: false,
    };
    this.registerOutputs({ name: this.name, identifier: this.identifier, kubeconfig: this.kubeconfig });
  }
}

interface NodeIdentity {
  email: pulumi.Input<string>;
  /** Without which nodes do not register or cannot be seen. */
  grants: pulumi.Resource[];
}

function nodeIdentity(name: string, args: GkeClusterArgs, parent: pulumi.Resource): NodeIdentity {
  if (args.nodeServiceAccount !== undefined) return { email: args.nodeServiceAccount, grants: [] };
  const { Account } = lazyRequire(
    "@pulumi/gcp/serviceaccount/account",
  ) as typeof import("@pulumi/gcp/serviceaccount/account");
  const { IAMMember } = lazyRequire(
    "@pulumi/gcp/projects/iammember",
  ) as typeof import("@pulumi/gcp/projects/iammember");
  const clusterName = args.name ?? name;
  const account = new Account(
    `${name}-nodes`,
    {
      project: args.project,
      // Service accounts have at most 30 characters.
      accountId: `${clusterName.slice(0, 24).replace(/-+$/, "")}-nodes`,
      displayName: `Nodes of the GKE cluster ${clusterName}`,
    },
    { parent },
  );
  const roles = [...new Set(["roles/container.defaultNodeServiceAccount", ...(args.nodeRoles ?? [])])];
  const grants = roles.map(
    (role) =>
      new IAMMember(
        `${name}-nodes-${role.replace(/^.*\//, "")}`,
        { project: args.project, role, member: pulumi.interpolate`serviceAccount:${account.email}` },
        { parent },
      ),
  );
  return { email: account.email, grants };
}

/** What every node of this package's clusters has: its own identity, and metadata that pods do not share. */
function nodeSecurity(identity: NodeIdentity) {
  return {
    serviceAccount: identity.email,
    // Scopes are no guard beside IAM; this one leaves the decision to the identity's roles.
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    workloadMetadataConfig: { mode: "GKE_METADATA" },
  };
}

function createCluster(
  name: string,
  clusterName: string,
  args: GkeClusterArgs,
  network: GkeNetwork,
  identity: NodeIdentity,
  options: pulumi.CustomResourceOptions,
) {
  const { Cluster } = lazyRequire("@pulumi/gcp/container/cluster") as typeof import("@pulumi/gcp/container/cluster");
  const { access = "dns", external = true, authorizedNetworks } = args.controlPlane ?? {};
  const byAddress = access === "ip";
  const drivers = args.storageDrivers ?? {};
  return new Cluster(
    `${name}-cluster`,
    {
      project: args.project,
      name: clusterName,
      location: args.location,
      ...(args.zones && { nodeLocations: args.zones }),
      releaseChannel: { channel: args.releaseChannel ?? GkeReleaseChannel.Regular },
      ...(args.minVersion !== undefined && { minMasterVersion: args.minVersion }),
      network: network.network,
      subnetwork: network.subnetwork,
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: {
        clusterSecondaryRangeName: network.podsRangeName,
        servicesSecondaryRangeName: network.servicesRangeName,
      },
      datapathProvider: "ADVANCED_DATAPATH",
      enableMultiNetworking: args.multiNetworking ?? true,
      privateClusterConfig: { enablePrivateNodes: true, ...(byAddress && { enablePrivateEndpoint: !external }) },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: !byAddress && external },
        ipEndpointsConfig: { enabled: byAddress },
      },
      ...(byAddress &&
        (authorizedNetworks ?? !external) && {
          masterAuthorizedNetworksConfig: {
            cidrBlocks: (authorizedNetworks ?? []).map(({ cidr, name: displayName }) => ({
              cidrBlock: cidr,
              ...(displayName && { displayName }),
            })),
          },
        }),
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      workloadIdentityConfig: { workloadPool: pulumi.interpolate`${args.project}.svc.id.goog` },
      gatewayApiConfig: { channel: (args.gatewayApi ?? true) ? "CHANNEL_STANDARD" : "CHANNEL_DISABLED" },
      dnsConfig: { clusterDns: "CLOUD_DNS", clusterDnsScope: "CLUSTER_SCOPE" },
      addonsConfig: {
        gcsFuseCsiDriverConfig: { enabled: drivers.gcsFuse ?? true },
        gcpFilestoreCsiDriverConfig: { enabled: drivers.filestore ?? false },
        ...(drivers.lustre !== undefined && { lustreCsiDriverConfig: { enabled: drivers.lustre } }),
      },
      // Image streaming: engines' images have 10 GB and more.
      nodePoolDefaults: { nodeConfigDefaults: { gcfsConfig: { enabled: true } } },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "DCGM"],
        managedPrometheus: { enabled: true },
      },
      ...(args.secretsKey !== undefined && { databaseEncryption: { state: "ENCRYPTED", keyName: args.secretsKey } }),
      ...(args.maintenance && {
        maintenancePolicy: {
          recurringWindow: {
            startTime: args.maintenance.start,
            endTime: args.maintenance.end,
            recurrence: args.maintenance.recurrence,
          },
        },
      }),
      ...(args.labels && { resourceLabels: args.labels }),
      // A cluster cannot be made without a pool; this one is removed at once, but its node must be allowed to exist.
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: nodeSecurity(identity),
      deletionProtection: args.deletionProtection ?? true,
    },
    {
      ...options,
      dependsOn: [...identity.grants, ...network.egress],
      // Both describe the pool that was removed: GKE then reports the first of the other pools here.
      ignoreChanges: ["initialNodeCount", "nodeConfig"],
    },
  );
}

function createSystemPool(
  name: string,
  args: GkeClusterArgs,
  identity: NodeIdentity,
  cluster: { name: pulumi.Output<string> },
  network: GkeNetwork,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const { NodePool } = lazyRequire("@pulumi/gcp/container/nodePool") as typeof import("@pulumi/gcp/container/nodePool");
  const { machineType = "n2-standard-8", minNodes = 1, maxNodes = 6, diskSizeGb = 100 } = args.systemPool ?? {};
  return new NodePool(
    `${name}-system`,
    {
      project: args.project,
      name: "system",
      cluster: cluster.name,
      location: args.location,
      initialNodeCount: 1,
      autoscaling: { totalMinNodeCount: minNodes, totalMaxNodeCount: maxNodes, locationPolicy: "BALANCED" },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      nodeConfig: {
        ...nodeSecurity(identity),
        machineType,
        diskSizeGb,
        imageType: "COS_CONTAINERD",
        gcfsConfig: { enabled: true },
        ...(args.labels && { resourceLabels: args.labels }),
      },
    },
    {
      ...options,
      dependsOn: [...identity.grants, ...network.egress],
      // Counts for the creation alone; a change would replace the pool.
      ignoreChanges: ["initialNodeCount"],
    },
  );
}

function kubeconfigOf(
  name: string,
  args: GkeClusterArgs,
  cluster: import("@pulumi/gcp/container/cluster").Cluster,
): pulumi.Output<string> {
  const plugin = {
    name,
    command: "gke-gcloud-auth-plugin",
    ...(args.useApplicationDefaultCredentials && { args: ["--use_application_default_credentials"] }),
    installHint: "install gke-gcloud-auth-plugin: gcloud components install gke-gcloud-auth-plugin",
    provideClusterInfo: true,
  };
  if (args.controlPlane?.access === "ip") {
    // The provider marks all of masterAuth as secret for the sake of a key that is never issued; the authority is public.
    const authority = pulumi.unsecret(cluster.masterAuth).apply((auth) => auth.clusterCaCertificate);
    return pulumi
      .all([cluster.endpoint, authority])
      .apply(([endpoint, certificateAuthority]) =>
        execKubeconfig({ ...plugin, server: `https://${endpoint}`, certificateAuthority }),
      );
  }
  return cluster.controlPlaneEndpointsConfig.apply(({ dnsEndpointConfig: { endpoint } }) => {
    if (endpoint) return execKubeconfig({ ...plugin, server: `https://${endpoint}` });
    // Some previews leave out what they do not know.
    if (pulumi.runtime.isDryRun()) return pulumi.unknown as string;
    throw new Error(`GKE gave cluster "${name}" no DNS endpoint; fix: set controlPlane.access to "ip"`);
  });
}
