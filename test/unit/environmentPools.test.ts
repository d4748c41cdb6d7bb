import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { ConfigurationError, type Problem } from "../../sdk/problems";
import { existingIn, platformIn } from "../../stacks/environment/plan";
import { plannedCluster, placementOf } from "../../stacks/environment/plannedPools";
import { fragmentsOf, parseSettings } from "../../stacks/environment/settings";

function problems(given: unknown): readonly Problem[] {
  try {
    parseSettings(given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}
const paths = (given: unknown): string[] => problems(given).map(({ path }) => path);

const gke = { project: "p", location: "us-central1" };
const eks = { region: "us-east-2", network: { zones: ["us-east-2a", "us-east-2b"] } };
const l4 = { name: "l4", accelerator: "nvidia-l4", count: 1, maxNodes: 4 };
const spec = { model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" } };
const service = { name: "llama", pool: "l4", spec };

describe("clusters and pools of an environment", () => {
  it("are checked as a whole: typos, what the cloud does not take, what pools cannot be, pools that there are none of", () => {
    const found = problems({
      cluster: { gke: { ...gke, location: "us-central" } },
      acceleratorPools: [
        { ...l4, accelerator: "nvidia-l44" },
        { ...l4, name: "big", count: 3 },
        { ...l4, name: "fixed", minNode: 1 },
        { ...l4, name: "big" },
      ],
      services: [{ ...service, pool: "bigg" }],
    });
    deepStrictEqual(
      found.map(({ path }) => path),
      [
        "acceleratorPools[2].minNode",
        "cluster.gke.location",
        "acceleratorPools[0].accelerator",
        "acceleratorPools[1].count",
        "acceleratorPools[3].name",
        "services[0].pool",
      ],
    );
    const fixOf = (path: string) => found.find((problem) => problem.path === path)?.fix;
    strictEqual(fixOf("acceleratorPools[2].minNode"), 'did you mean "minNodes"?');
    strictEqual(fixOf("acceleratorPools[0].accelerator"), 'did you mean "nvidia-l4"?');
    strictEqual(fixOf("services[0].pool"), 'did you mean "big"?');
  });

  it("say of a cluster in a wrong form only that", () => {
    const found = problems({
      cluster: { eks: { ...eks, networks: {} } },
      acceleratorPools: [l4],
      services: [service],
    });
    deepStrictEqual(
      found.map(({ path, fix }) => ({ path, fix })),
      [{ path: "cluster.eks.networks", fix: 'did you mean "network"?' }],
    );
  });

  it("are one cluster", () => {
    deepStrictEqual(paths({ cluster: { gke, eks, identifier: "prod" } }), ["cluster.eks", "cluster.identifier"]);
    deepStrictEqual(paths({ cluster: { existing: { kubeconfigFile: "a" }, kubeconfig: "text" } }), [
      "cluster.kubeconfig",
    ]);
    deepStrictEqual(paths({ cluster: { existing: { context: "prod" } } }), ["cluster.existing.kubeconfig"]);
  });

  it("need a cluster that nodes and parts can be added to", () => {
    const acceleratorPools = [l4, { ...l4, name: "other" }];
    deepStrictEqual(paths({ cluster: { kubeconfigFile: "a" }, acceleratorPools }), ["cluster"]);
    deepStrictEqual(paths({ cluster: { kubeconfigFile: "a" }, clusterParts: {} }), ["clusterParts"]);
    const existing = { kubeconfigFile: "a", gke: { location: "us-central1" } };
    deepStrictEqual(paths({ cluster: { existing }, acceleratorPools, clusterParts: {} }), []);
  });

  it("say at its place what a pool misses in its cluster", () => {
    const capacity = [{ kind: "reservation", reservation: "h200" }];
    const h200 = {
      name: "h200",
      accelerator: "nvidia-h200-141gb",
      maxNodes: 2,
      zones: ["us-central1-a"],
      capacity,
      rdma: {},
    };
    const described = { location: "us-central1", version: "1.33.1-gke.1", dataplaneV2: false };
    const found = problems({
      cluster: { existing: { kubeconfigFile: "a", gke: described } },
      acceleratorPools: [h200],
    });
    deepStrictEqual(
      found.map(({ path, message }) => `${path}: ${message}`),
      [
        "cluster.existing.gke: several networks of a node need Dataplane V2, which the cluster does not have (for acceleratorPools[0])",
        "cluster.existing.gke.version: too old for DRANET (for acceleratorPools[0])",
      ],
    );
    const autoMode = { ...eks, autoMode: true };
    deepStrictEqual(paths({ cluster: { eks: autoMode }, acceleratorPools: [{ ...l4, minNodes: 4 }] }), ["cluster.eks"]);
    const addons = { "vpc-cni": {}, "kube-proxy": {}, "eks-pod-identity-agent": {} };
    deepStrictEqual(
      paths({ cluster: { eks: { ...autoMode, addons } }, acceleratorPools: [{ ...l4, minNodes: 4 }] }),
      [],
    );
  });

  it("say what a service wants of its pool that the pool has not", () => {
    const wish = (pool: object) =>
      problems({ cluster: { gke }, acceleratorPools: [l4], services: [{ ...service, pool: { name: "l4", ...pool } }] });
    deepStrictEqual(
      wish({ count: 2, capacity: ["spot"] }).map(({ path, message }) => `${path}: ${message}`),
      ["services[0].pool.capacity[0]: the pool has no such nodes", 'services[0].pool.count: a node of pool "l4" has 1'],
    );
    deepStrictEqual(wish({ count: 1, memory: "8Gi" }), []);
  });

  it("say at once what cannot be installed for the pools", () => {
    const given = (clusterParts: object, pool: object = {}, more: object = {}) => ({
      cluster: { gke },
      acceleratorPools: [{ ...l4, ...pool }],
      clusterParts,
      ...more,
    });
    deepStrictEqual(paths(given({ nvidia: "device-plugin" })), ["clusterParts.nvidia"]);
    deepStrictEqual(paths(given({ nvidia: "operator" })), ["clusterParts.nvidia"]);
    deepStrictEqual(paths(given({ nvidia: "operator" }, { operatingSystem: "ubuntu" })), []);
    const labels = { "gke-no-default-nvidia-gpu-device-plugin": "false" };
    deepStrictEqual(paths(given({ nvidia: "dra" }, { labels })), [
      "acceleratorPools[0].labels.gke-no-default-nvidia-gpu-device-plugin",
    ]);
    deepStrictEqual(paths(given({ nvidia: "dra" }, {}, { services: [service] })), ["services[0].pool"]);
  });

  it("give nodes of GKE the labels that NVIDIA's own stacks need", () => {
    const labels = (nvidia: string | undefined, cluster: object): unknown => {
      const settings = { cluster, acceleratorPools: [l4], clusterParts: { nvidia } };
      return placementOf(settings.acceleratorPools[0]!, settings).plan()[0]!.labels;
    };
    const plain = { "pulumi-kserve.dev/pool": "l4", "pulumi-kserve.dev/capacity": "on-demand" };
    const off = { "gke-no-default-nvidia-gpu-device-plugin": "true" };
    deepStrictEqual(labels(undefined, { gke }), plain);
    deepStrictEqual(labels("operator", { gke }), { ...plain, ...off });
    deepStrictEqual(labels("dra", { gke }), {
      ...plain,
      ...off,
      "cloud.google.com/gke-nvidia-gpu-dra-driver": "true",
    });
    deepStrictEqual(labels("dra", { eks }), plain);
  });

  it("lead a service to its pool, before its own fragments, which may say something else", () => {
    const settings = parseSettings({
      cluster: { gke },
      acceleratorPools: [l4],
      fragments: [{ name: "debug", spec: { replicas: 1 } }],
      services: [
        { ...service, fragments: ["debug"] },
        { ...service, name: "half", pool: { name: "l4", memory: "8Gi" } },
      ],
    });
    const [first, second] = settings.services!;
    const fragments = fragmentsOf(first!, settings);
    deepStrictEqual(
      fragments.map(({ name }) => name),
      ["l4", "debug"],
    );
    const { template } = fragments[0]!.spec as { template: { nodeSelector: object } };
    deepStrictEqual(template.nodeSelector, {
      "cloud.google.com/gke-accelerator": "nvidia-l4",
      "pulumi-kserve.dev/pool": "l4",
    });
    // Two services that publish their fragments in the cluster publish two.
    deepStrictEqual(
      fragmentsOf(second!, settings).map(({ name }) => name),
      ["l4-half"],
    );
  });

  it("say what the preflight can rely on", () => {
    const names = (settings: object) => existingIn(settings).pools?.map(({ name }) => name);
    const capacity = ["spot", "on-demand"];
    deepStrictEqual(names({ cluster: { gke }, acceleratorPools: [{ ...l4, capacity }] }), [
      "l4-spot",
      "l4-od",
      "system",
    ]);
    strictEqual(existingIn({ cluster: { gke } }).extendedResourceToleration, true);
    deepStrictEqual(names({ cluster: { gke }, pools: [{ name: "mine" }] }), ["mine", "system"]);
    // Auto Mode and Karpenter make nodes that nobody lists.
    deepStrictEqual(existingIn({ cluster: { eks: { ...eks, autoMode: true } } }), { pools: [], partial: ["pools"] });
    const existing = { kubeconfigFile: "a", gke: { location: "us-central1" } };
    deepStrictEqual(existingIn({ cluster: { existing }, acceleratorPools: [l4] }).partial, ["pools"]);
    deepStrictEqual(existingIn({ cluster: { kubeconfigFile: "a" } }), {});
    // The embedded cluster has its own nodes, whatever the configuration is for.
    deepStrictEqual(existingIn({ cluster: { gke }, acceleratorPools: [l4] }, [{ name: "kwok" }]), {
      pools: [{ name: "kwok" }],
    });
  });

  it("take the CRDs of Gateway API for GKE's, unless something else is stated", () => {
    const crds = (cluster: object, platform?: object) => platformIn({ cluster, platform })?.gatewayApi?.crds;
    strictEqual(crds({ gke }), "existing");
    strictEqual(crds({ gke }, { gatewayApi: { channel: "standard" } }), "existing");
    strictEqual(crds({ gke }, { gatewayApi: { crds: "unmanaged" } }), "unmanaged");
    strictEqual(crds({ gke: { ...gke, gatewayApi: false } }), undefined);
    strictEqual(crds({ eks }), undefined);
  });

  it("are planned as the components make them", () => {
    deepStrictEqual(plannedCluster({ gke: { ...gke, zones: ["us-central1-a"] } }).gke?.zones, ["us-central1-a"]);
    deepStrictEqual(Object.keys(plannedCluster({ eks }).eks?.subnetIds ?? {}), ["us-east-2a", "us-east-2b"]);
    strictEqual(plannedCluster({ kubeconfig: "text" }).cloud, "existing");
  });

  it("cost an environment without them nothing: neither catalogue nor cloud is loaded", () => {
    const settings = JSON.stringify(join(__dirname, "../../stacks/environment/environment.js"));
    const script = `
      require(${settings});
      require(${JSON.stringify(join(__dirname, "../../stacks/environment/settings.js"))}).parseSettings({ services: [${JSON.stringify({ name: "llama", spec })}] });
      process.stdout.write(Object.keys(require.cache).filter((file) => /@pulumi.(gcp|aws)|(sdk.accelerators|components.(clusters|nodepools)|sdk.clusterParts).[a-zA-Z]+\\.js$/.test(file)).join(" "));
    `;
    const loaded = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" });
    ok(
      !/gcp|aws|Machines|guardRails|clusterParts|nodepools|clusters|clusterSettings|acceleratorPoolSettings/.test(
        loaded,
      ),
      loaded,
    );
  });
});
