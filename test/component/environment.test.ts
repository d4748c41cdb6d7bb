import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Config, readExample, runEnvironment } from "./environmentFixture";
import { changesInPlace, named, type Registration } from "./mocks";

const kubeconfig = `
apiVersion: v1
kind: Config
current-context: test
contexts:
  - { name: test, context: { cluster: test, user: ci } }
  - { name: prod, context: { cluster: prod, user: ci } }
clusters:
  - { name: test, cluster: { server: "https://test" } }
  - { name: prod, cluster: { server: "https://prod" } }
users:
  - { name: ci, user: { token: not-a-token } }
`;

const childrenOf = (registrations: Registration[], parent: string): string[] =>
  registrations
    .filter((registration) => registration.parent === parent)
    .map(({ name, type }) => `${type} ${name}`)
    .sort();

const ofType = (registrations: Registration[], type: string): Registration[] =>
  registrations.filter((registration) => registration.type === type);

const has = (registration: Registration, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], registration.inputs);

interface Pod {
  nodeSelector: Record<string, string>;
  tolerations: object[];
  containers: { resources: { limits: object } }[];
}
const podOf = (registrations: Registration[], service: string): Pod =>
  has(named(registrations, `${service}-service`), "spec.template") as Pod;

/** Of the clouds' SDKs and of what Kubernetes gets for accelerators, but for the platform. */
const partsOf = (registrations: Registration[]): string[] =>
  registrations
    .filter(({ parent, type }) => parent === "parts" && type.startsWith("kubernetes:"))
    .map(({ name }) => name)
    .sort();

const clouds = (registrations: Registration[]): string[] =>
  [...new Set(registrations.map(({ type }) => type.split(":")[0]!))].filter((name) => ["aws", "gcp"].includes(name));

const toleration = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };

describe("an environment", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-environment-"));
  after(() => rmSync(folder, { recursive: true }));

  describe("on GKE, of Pulumi.gke.example.yaml", () => {
    let registrations: Registration[];
    before(async () => {
      registrations = await runEnvironment(readExample("gke"));
    });

    it("has a cluster, its pools, what they need inside, the platform and the services", () => {
      deepStrictEqual(childrenOf(registrations, ""), [
        "kubernetes:core/v1:Namespace namespace-chat",
        "pulumi-kserve:index:AcceleratorPool h100",
        "pulumi-kserve:index:AcceleratorPool l4",
        "pulumi-kserve:index:ClusterParts parts",
        "pulumi-kserve:index:GkeCluster cluster",
        "pulumi-kserve:index:InferencePlatform platform",
        "pulumi-kserve:index:LLMInferenceService llama-70b",
        "pulumi-kserve:index:LLMInferenceService llama-8b",
      ]);
      deepStrictEqual(clouds(registrations), ["gcp"]);
      // One way into the cluster for everything that is in it.
      deepStrictEqual(
        ofType(registrations, "pulumi:providers:kubernetes").map(({ name, parent }) => [name, parent]),
        [["cluster-kubernetes", "cluster"]],
      );
    });

    it("makes nodes for each way to get machines", () => {
      const type = "gcp:container/nodePool:NodePool";
      deepStrictEqual(childrenOf(registrations, "l4"), [`${type} l4-od`, `${type} l4-spot`]);
      deepStrictEqual(childrenOf(registrations, "h100"), [`${type} h100-res`, `${type} h100-spot`]);
      const spot = named(registrations, "l4-spot");
      strictEqual(has(spot, "cluster"), "inference");
      strictEqual(has(spot, "nodeConfig.machineType"), "g2-standard-4");
      strictEqual(has(spot, "nodeConfig.spot"), true);
      strictEqual(has(spot, "nodeConfig.serviceAccount"), "nodes@my-project.iam.gserviceaccount.com");
      deepStrictEqual(has(spot, "nodeLocations"), ["us-central1-a", "us-central1-b", "us-central1-c"]);
      deepStrictEqual(spot.dependsOn.includes("cluster-system"), true);
      const reserved = named(registrations, "h100-res");
      strictEqual(has(reserved, "nodeConfig.machineType"), "a3-megagpu-8g");
      deepStrictEqual(has(reserved, "nodeConfig.reservationAffinity.values"), ["h100-mega"]);
      deepStrictEqual(has(reserved, "nodeLocations"), ["us-central1-a"]);
    });

    it("installs only the storage of models, because GKE brings drivers and device plugins", () => {
      deepStrictEqual(partsOf(registrations), ["parts-model-cache-filestore"]);
    });

    it("takes the CRDs of Gateway API for GKE's own", async () => {
      strictEqual(has(named(registrations, "platform-gateway-api-bundle"), "ownership"), "existing");
      strictEqual(has(named(registrations, "platform-inference-extension-bundle"), "ownership"), "own");
      const gatewayApi = { crds: "own" };
      const stated = await runEnvironment({ ...readExample("gke"), "pulumi-kserve:platform": { gatewayApi } });
      strictEqual(has(named(stated, "platform-gateway-api-bundle"), "ownership"), "own");
    });

    it("leads services to their pools, and starts them after their own pool alone", () => {
      const small = podOf(registrations, "llama-8b");
      deepStrictEqual(small.nodeSelector, {
        "cloud.google.com/gke-accelerator": "nvidia-l4",
        "pulumi-kserve.dev/pool": "l4",
      });
      deepStrictEqual(small.tolerations, [toleration]);
      deepStrictEqual(small.containers[0]!.resources.limits, { "nvidia.com/gpu": "1" });
      const large = podOf(registrations, "llama-70b");
      deepStrictEqual(large.containers[0]!.resources.limits, { "nvidia.com/gpu": "8", memory: "400Gi" });
      const pools = ({ dependsOn }: Registration) => dependsOn.filter((name) => /^(l4|h100)-/.test(name));
      deepStrictEqual(pools(named(registrations, "llama-8b-service")), ["l4-od", "l4-spot"]);
      deepStrictEqual(pools(named(registrations, "llama-70b-service")), ["h100-res", "h100-spot"]);
    });

    it("registers the same in a preview that knows nothing of the cluster", async () => {
      const preview = await runEnvironment(readExample("gke"), {
        preview: true,
        unknownOutputs: ["gcp:container/cluster:Cluster", "gcp:serviceaccount/account:Account"],
      });
      const names = (all: Registration[]) => all.map(({ type, name }) => `${type} ${name}`).sort();
      deepStrictEqual(names(preview), names(registrations));
    });
  });

  describe("on EKS, of Pulumi.eks.example.yaml", () => {
    let registrations: Registration[];
    before(async () => {
      registrations = await runEnvironment(readExample("eks"));
    });

    it("has a cluster, its pools, what they need inside, the platform and the services", () => {
      deepStrictEqual(childrenOf(registrations, ""), [
        "kubernetes:core/v1:Namespace namespace-chat",
        "pulumi-kserve:index:AcceleratorPool h100",
        "pulumi-kserve:index:AcceleratorPool l40s",
        "pulumi-kserve:index:ClusterParts parts",
        "pulumi-kserve:index:EksCluster cluster",
        "pulumi-kserve:index:InferencePlatform platform",
        "pulumi-kserve:index:LLMInferenceService llama-70b",
        "pulumi-kserve:index:LLMInferenceService llama-8b",
      ]);
      deepStrictEqual(clouds(registrations), ["aws"]);
    });

    it("makes node groups for each way to get machines", () => {
      deepStrictEqual(childrenOf(registrations, "l40s"), [
        "aws:ec2/launchTemplate:LaunchTemplate l40s-od-template",
        "aws:ec2/launchTemplate:LaunchTemplate l40s-spot-template",
        "aws:eks/nodeGroup:NodeGroup l40s-od",
        "aws:eks/nodeGroup:NodeGroup l40s-spot",
      ]);
      deepStrictEqual(childrenOf(registrations, "h100"), [
        "aws:ec2/launchTemplate:LaunchTemplate h100-block-template",
        "aws:ec2/securityGroup:SecurityGroup h100-efa",
        "aws:eks/nodeGroup:NodeGroup h100-block",
      ]);
      const block = named(registrations, "h100-block");
      strictEqual(has(block, "capacityType"), "CAPACITY_BLOCK");
      deepStrictEqual(has(block, "subnetIds"), ["cluster-private-us-east-2a-id"]);
      strictEqual(has(named(registrations, "l40s-spot"), "capacityType"), "SPOT");
    });

    it("installs what gives GPUs and EFA to pods, what adds nodes, and the storage of models", () => {
      deepStrictEqual(partsOf(registrations), [
        "parts-cluster-autoscaler",
        "parts-efa-device-plugin",
        "parts-model-cache-efs",
        "parts-nvidia-device-plugin",
      ]);
    });

    it("installs the CRDs of Gateway API, and the platform after the add-ons of the cluster", () => {
      strictEqual(has(named(registrations, "platform-gateway-api-bundle"), "ownership"), "own");
      ok(named(registrations, "platform").dependsOn.includes("cluster-cert-manager"));
    });

    it("leads services to their pools, with the EFA interfaces of whole nodes", () => {
      const { nodeSelector, tolerations, containers } = podOf(registrations, "llama-70b");
      deepStrictEqual(nodeSelector, {
        "k8s.amazonaws.com/accelerator": "nvidia-h100",
        "pulumi-kserve.dev/pool": "h100",
      });
      deepStrictEqual(tolerations, [toleration]);
      deepStrictEqual(containers[0]!.resources.limits, {
        memory: "400Gi",
        "nvidia.com/gpu": "8",
        "vpc.amazonaws.com/efa": "32",
      });
      const { dependsOn } = named(registrations, "llama-70b-service");
      for (const name of ["h100-block", "parts-nvidia-device-plugin", "parts-efa-device-plugin"])
        ok(dependsOn.includes(name), name);
      ok(!dependsOn.includes("l40s-spot"));
    });

    it("lets services that name no pool wait for all", async () => {
      const config = readExample("eks");
      const services = config["pulumi-kserve:services"] as Record<string, unknown>[];
      const template = {
        containers: [{ name: "main", resources: { requests: { cpu: "2" }, limits: { memory: "8Gi" } } }],
      };
      const spec = { ...(services[0]!.spec as object), template };
      const all = await runEnvironment({
        ...config,
        "pulumi-kserve:services": [{ name: "cpu", namespace: "chat", spec }],
      });
      const { dependsOn } = named(all, "cpu-service");
      for (const name of ["h100-block", "l40s-spot", "l40s-od"]) ok(dependsOn.includes(name), name);
    });
  });

  describe("in a cluster that exists, of Pulumi.existing.example.yaml", () => {
    const configured = (): Config => {
      const config = readExample("existing");
      const { existing } = config["pulumi-kserve:cluster"] as { existing: Record<string, unknown> };
      const kubeconfigFile = join(folder, "kubeconfig.yaml");
      writeFileSync(kubeconfigFile, kubeconfig);
      return { ...config, "pulumi-kserve:cluster": { existing: { ...existing, kubeconfigFile } } };
    };

    it("has the platform and the services, and makes nothing in a cloud", async () => {
      const registrations = await runEnvironment(configured());
      deepStrictEqual(childrenOf(registrations, ""), [
        "kubernetes:core/v1:Namespace namespace-chat",
        "pulumi-kserve:index:ExistingCluster cluster",
        "pulumi-kserve:index:InferencePlatform platform",
        "pulumi-kserve:index:LLMInferenceService llama-70b",
      ]);
      deepStrictEqual(clouds(registrations), []);
      const { inputs } = named(registrations, "cluster-kubernetes");
      strictEqual(inputs.clusterIdentifier, "prod");
      const { secret } = inputs.kubeconfig as { secret: string };
      match(secret, /https:\/\/prod/);
      ok(!secret.includes("https://test"), "another context got into the state");
      for (const set of ["gateway-api", "inference-extension"])
        strictEqual(has(named(registrations, `platform-${set}-bundle`), "ownership"), "existing");
      deepStrictEqual(podOf(registrations, "llama-70b").nodeSelector, { hardware: "a100" });
    });

    it("checks services against the nodes that are stated", async () => {
      const config = configured();
      const pools = (config["pulumi-kserve:pools"] as { name: string }[]).filter(({ name }) => name === "cpu");
      await rejects(runEnvironment({ ...config, "pulumi-kserve:pools": pools }), /a100|nvidia\.com\/gpu/);
    });
  });

  it("by its kubeconfig alone is as before pools", async () => {
    const registrations = await runEnvironment({ "pulumi-kserve:cluster": { kubeconfig, identifier: "prod" } });
    deepStrictEqual(childrenOf(registrations, ""), [
      "pulumi-kserve:index:InferencePlatform platform",
      "pulumi:providers:kubernetes cluster-kubernetes",
    ]);
    deepStrictEqual(named(registrations, "cluster-kubernetes").inputs, {
      clusterIdentifier: "prod",
      kubeconfig: { secret: kubeconfig },
      ...changesInPlace,
    });
    deepStrictEqual(named(registrations, "platform").dependsOn, []);
  });

  it("checks services against the nodes that its pools will have", async () => {
    const config = readExample("gke");
    const services = config["pulumi-kserve:services"] as Record<string, unknown>[];
    const spec = { ...(services[0]!.spec as object), parallelism: { tensor: 2 } };
    const wrong = [{ ...services[0], pool: { name: "l4", count: 2 }, spec }];
    await rejects(runEnvironment({ ...config, "pulumi-kserve:services": wrong }), /a node of pool "l4" has 1/);
    const gpus = { "nvidia.com/gpu": "2" };
    const containers = [{ name: "main", resources: { limits: gpus, requests: gpus } }];
    const own = [{ ...services[0], pool: "l4", spec: { ...spec, template: { containers } } }];
    await rejects(
      runEnvironment({ ...config, "pulumi-kserve:services": own }),
      /a node of pools "l4-spot", "l4-od" has 1.*\[accelerators-per-node\]/,
    );
  });
});
