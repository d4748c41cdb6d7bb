import { deepStrictEqual, ok, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { GkeCluster } from "../../components/clusters/gke";
import type { GkeClusterArgs } from "../../components/clusters/gkeArgs";
import { InferencePlatform } from "../../components/inferencePlatform";
import { assertChangesInPlace, type MockOptions, register, type Registration, valueOf } from "./mocks";

const clusterType = "gcp:container/cluster:Cluster";
const poolType = "gcp:container/nodePool:NodePool";

const outputs: MockOptions["outputs"] = ({ type, name, inputs }) => {
  if (type === clusterType)
    return {
      controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "gke-1a2b.us-central1.gke.goog" } },
      endpoint: "34.1.2.3",
      masterAuth: { clusterCaCertificate: "Q0E=", clientKey: "never" },
      masterVersion: "1.34.3-gke.1318000",
    };
  if (type === "gcp:serviceaccount/account:Account")
    return { email: `${inputs.accountId as string}@p.iam.gserviceaccount.com` };
  return type.startsWith("gcp:compute/") ? { name } : {};
};

async function make(args: Partial<GkeClusterArgs> = {}, options: MockOptions = {}) {
  const { registrations, result } = await register(
    () => new GkeCluster("prod", { project: "p", location: "us-central1", ...args }),
    { outputs, ...options },
  );
  return { registrations, cluster: result };
}

function only(registrations: Registration[], type: string): Registration {
  const found = registrations.filter((registration) => registration.type === type);
  strictEqual(found.length, 1, `${found.length} of type ${type}`);
  return found[0]!;
}

const security = {
  serviceAccount: "prod-nodes@p.iam.gserviceaccount.com",
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  workloadMetadataConfig: { mode: "GKE_METADATA" },
};

describe("GkeCluster", () => {
  it("makes a private, VPC-native cluster that is reached by name", async () => {
    const { registrations } = await make();
    deepStrictEqual(only(registrations, clusterType).inputs, {
      addonsConfig: {
        gcpFilestoreCsiDriverConfig: { enabled: false },
        gcsFuseCsiDriverConfig: { enabled: true },
      },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: true },
        ipEndpointsConfig: { enabled: false },
      },
      datapathProvider: "ADVANCED_DATAPATH",
      deletionProtection: true,
      dnsConfig: { clusterDns: "CLOUD_DNS", clusterDnsScope: "CLUSTER_SCOPE" },
      enableMultiNetworking: true,
      gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
      initialNodeCount: 1,
      ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
      location: "us-central1",
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "DCGM"],
        managedPrometheus: { enabled: true },
      },
      name: "prod",
      network: "prod-network-id",
      networkingMode: "VPC_NATIVE",
      nodeConfig: security,
      nodePoolDefaults: { nodeConfigDefaults: { gcfsConfig: { enabled: true } } },
      privateClusterConfig: { enablePrivateNodes: true },
      project: "p",
      releaseChannel: { channel: "REGULAR" },
      removeDefaultNodePool: true,
      subnetwork: "prod-subnetwork-id",
      workloadIdentityConfig: { workloadPool: "p.svc.id.goog" },
    });
  });

  it("makes a network whose private nodes reach the internet by Cloud NAT", async () => {
    const { registrations } = await make();
    deepStrictEqual(only(registrations, "gcp:compute/network:Network").inputs, {
      autoCreateSubnetworks: false,
      name: "prod",
      project: "p",
      routingMode: "REGIONAL",
    });
    deepStrictEqual(only(registrations, "gcp:compute/subnetwork:Subnetwork").inputs, {
      ipCidrRange: "10.0.0.0/20",
      name: "prod",
      network: "prod-network-id",
      privateIpGoogleAccess: true,
      project: "p",
      region: "us-central1",
      secondaryIpRanges: [
        { ipCidrRange: "10.16.0.0/14", rangeName: "pods" },
        { ipCidrRange: "10.32.0.0/20", rangeName: "services" },
      ],
    });
    deepStrictEqual(only(registrations, "gcp:compute/routerNat:RouterNat").inputs, {
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
      maxPortsPerVm: 4096,
      minPortsPerVm: 64,
      name: "prod",
      natIpAllocateOption: "AUTO_ONLY",
      project: "p",
      region: "us-central1",
      router: "prod-router",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    });
  });

  it("makes a pool of CPUs that comes after the identity's role and the way out", async () => {
    const { registrations } = await make();
    const pool = only(registrations, poolType);
    deepStrictEqual(pool.inputs, {
      autoscaling: { locationPolicy: "BALANCED", totalMaxNodeCount: 6, totalMinNodeCount: 1 },
      cluster: "prod",
      initialNodeCount: 1,
      location: "us-central1",
      management: { autoRepair: true, autoUpgrade: true },
      name: "system",
      nodeConfig: {
        ...security,
        diskSizeGb: 100,
        gcfsConfig: { enabled: true },
        imageType: "COS_CONTAINERD",
        machineType: "n2-standard-8",
      },
      project: "p",
      upgradeSettings: { maxSurge: 1, maxUnavailable: 0, strategy: "SURGE" },
    });
    deepStrictEqual(pool.dependsOn, [
      "prod-cluster",
      "prod-nat",
      "prod-nodes",
      "prod-nodes-container.defaultNodeServiceAccount",
    ]);
  });

  it("ignores exactly what GKE moves", async () => {
    const { registrations } = await make();
    deepStrictEqual(
      registrations
        .filter(({ ignoreChanges }) => ignoreChanges)
        .map(({ name, ignoreChanges }) => [name, ignoreChanges]),
      [
        ["prod-cluster", ["initialNodeCount", "nodeConfig"]],
        ["prod-system", ["initialNodeCount"]],
      ],
    );
  });

  it("gives nodes one role, and no more than is asked for", async () => {
    const roles = async (args: Partial<GkeClusterArgs>) =>
      (await make(args)).registrations
        .filter(({ type }) => type.endsWith(":IAMMember"))
        .map(({ inputs }) => [inputs.role, inputs.member]);
    const member = "serviceAccount:prod-nodes@p.iam.gserviceaccount.com";
    deepStrictEqual(await roles({}), [["roles/container.defaultNodeServiceAccount", member]]);
    deepStrictEqual(await roles({ nodeRoles: ["roles/artifactregistry.reader"] }), [
      ["roles/container.defaultNodeServiceAccount", member],
      ["roles/artifactregistry.reader", member],
    ]);
    deepStrictEqual(await roles({ nodeServiceAccount: "own@p.iam.gserviceaccount.com" }), []);
  });

  it("takes a network and an identity that exist", async () => {
    const { registrations } = await make({
      network: { network: "vpc", subnetwork: "sub", podsRangeName: "a", servicesRangeName: "b" },
      nodeServiceAccount: "own@p.iam.gserviceaccount.com",
    });
    deepStrictEqual(
      registrations.map(({ type }) => type),
      ["pulumi-kserve:index:GkeCluster", clusterType, poolType, "pulumi:providers:kubernetes"],
    );
    const { inputs } = only(registrations, clusterType);
    deepStrictEqual(
      [inputs.network, inputs.subnetwork, inputs.ipAllocationPolicy],
      ["vpc", "sub", { clusterSecondaryRangeName: "a", servicesSecondaryRangeName: "b" }],
    );
  });

  it("writes a kubeconfig that runs the plugin against the DNS endpoint and holds no secret", async () => {
    const { cluster, registrations } = await make();
    strictEqual(
      await valueOf(cluster.kubeconfig),
      `apiVersion: v1
kind: Config
clusters:
  - name: "prod"
    cluster:
      server: "https://gke-1a2b.us-central1.gke.goog"
contexts:
  - name: "prod"
    context:
      cluster: "prod"
      user: "prod"
current-context: "prod"
users:
  - name: "prod"
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: "gke-gcloud-auth-plugin"
        installHint: "install gke-gcloud-auth-plugin: gcloud components install gke-gcloud-auth-plugin"
        interactiveMode: Never
        provideClusterInfo: true
`,
    );
    strictEqual(await pulumi.isSecret(cluster.kubeconfig), false);
    const provider = only(registrations, "pulumi:providers:kubernetes");
    strictEqual(provider.inputs.clusterIdentifier, "gke/us-central1/prod");
    assertChangesInPlace(registrations);
    ok(provider.dependsOn.includes("prod-system"), provider.dependsOn.join(", "));
    strictEqual(provider.parent, "prod");
  });

  it("is reached by a private address with the authority, and still without a secret", async () => {
    const { cluster, registrations } = await make(
      { controlPlane: { access: "ip", external: false }, useApplicationDefaultCredentials: true },
      {
        outputs: (resource) => {
          const given = outputs(resource);
          return resource.type === clusterType ? { ...given, masterAuth: pulumi.secret(given.masterAuth) } : given;
        },
      },
    );
    const text = await valueOf(cluster.kubeconfig);
    ok(text.includes('server: "https://34.1.2.3"\n      certificate-authority-data: "Q0E="'), text);
    ok(text.includes('args:\n          - "--use_application_default_credentials"'), text);
    ok(!text.includes("never"), text);
    strictEqual(await pulumi.isSecret(cluster.kubeconfig), false);
    const { inputs } = only(registrations, clusterType);
    deepStrictEqual(
      [inputs.privateClusterConfig, inputs.masterAuthorizedNetworksConfig, inputs.controlPlaneEndpointsConfig],
      [
        { enablePrivateNodes: true, enablePrivateEndpoint: true },
        { cidrBlocks: [] },
        { dnsEndpointConfig: { allowExternalTraffic: false }, ipEndpointsConfig: { enabled: true } },
      ],
    );
  });

  it("keeps its inputs in a preview in which nothing is known, and leaves the kubeconfig open", async () => {
    const { cluster, registrations } = await make({}, { preview: true, unknownOutputs: [clusterType] });
    strictEqual(only(registrations, clusterType).inputs.location, "us-central1");
    strictEqual(await (cluster.kubeconfig as unknown as { isKnown: Promise<boolean> }).isKnown, false);
  });

  it("is what an InferencePlatform is installed into, with its own provider", async () => {
    const { registrations } = await register(
      () => {
        const cluster = new GkeCluster("prod", { project: "p", location: "us-central1" });
        new InferencePlatform("platform", { cluster, gatewayApi: { crds: "existing" } });
      },
      { outputs, call: () => ({ result: [] }) },
    );
    strictEqual(registrations.filter(({ type }) => type === "pulumi:providers:kubernetes").length, 1);
  });

  it("hands node pools what they need", async () => {
    const { cluster } = await make({ zones: ["us-central1-a"] });
    const { project, location, zones, version, dataplaneV2, workloadIdentity, nodeServiceAccount } = cluster.gke;
    deepStrictEqual(
      [project, location, zones, await valueOf(pulumi.output(version)), dataplaneV2, workloadIdentity],
      ["p", "us-central1", ["us-central1-a"], "1.34.3-gke.1318000", true, true],
    );
    strictEqual(await valueOf(pulumi.output(nodeServiceAccount)), "prod-nodes@p.iam.gserviceaccount.com");
  });

  it("reports everything that is wrong at once", async () => {
    const args = {
      project: "p",
      location: "uscentral",
      releaseChannel: "REGULER",
      network: { network: "vpc" },
      systemPool: { machineType: "g2-standard-8", minNodes: 3, maxNodes: 2 },
      nodeRoles: ["roles/editor"],
      controlPlane: { authorizedNetworks: [{ cidr: "10.0.0.0/8" }] },
      deletionProtecton: false,
    } as unknown as GkeClusterArgs;
    let message = "";
    await register(() => new GkeCluster("Prod", args)).catch((error: Error) => (message = error.message));
    for (const part of [
      'GkeCluster "Prod": ',
      "deletionProtecton: no such field",
      'did you mean "deletionProtection"?',
      'name: GKE does not take this name; given: "Prod"',
      "location: neither a region nor a zone",
      'did you mean "REGULAR"?',
      "network.subnetwork: is missing",
      "controlPlane.authorizedNetworks: has no effect",
      "systemPool.maxNodes: is less than systemPool.minNodes, which is 3; given: 2",
      "systemPool.machineType: has accelerators (nvidia-l4)",
      "nodeRoles[0]: every pod on the host network would have it",
    ])
      ok(message.includes(part), `${part} is missing in ${message}`);
  });
});
