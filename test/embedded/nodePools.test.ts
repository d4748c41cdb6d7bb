import { deepStrictEqual, ok, strictEqual } from "node:assert";

import { type AcceleratorPool, listMachines, listTopologies, type Machine } from "../../index";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { sleep } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { register, type Registration } from "../component/mocks";
import { poolOf } from "../component/nodePoolFixture";
import { nodeOf } from "./nodePools/cloudNodes";

const clusterName = "test-node-pools";

interface Toleration {
  key?: string;
}
interface PodSpec {
  nodeName?: string;
  nodeSelector: Record<string, string>;
  tolerations?: Toleration[];
  containers: { name: string; image?: string; resources?: { limits: object; requests: object } }[];
}

/** A pool and the node that its cloud would make for it, both of the pool's name. */
interface Case {
  name: string;
  title: string;
  pool: AcceleratorPool;
  node: KubernetesObject;
}

/** One pool for every machine of the catalogue, and for every slice of those with TPUs; with EFA where the machine has it. */
async function casesOfCatalogue(): Promise<Case[]> {
  const wanted = listMachines().flatMap((machine): { machine: Machine; topology?: string }[] => {
    const slices = listTopologies(machine.accelerator).filter(({ machineType }) => machineType === machine.machineType);
    return slices.length === 0 ? [{ machine }] : slices.map(({ topology }) => ({ machine, topology }));
  });
  const { registrations, result: pools } = await register(
    () =>
      wanted.map(({ machine, topology }, index) =>
        poolOf(machine, `pool-${index}`, {
          ...(topology !== undefined && { topology }),
          ...(machine.cloud === "eks" && (machine.efaInterfaces ?? 0) > 0 && { rdma: {} }),
        }),
      ),
    { outputs: ({ type }): Record<string, unknown> => (type.includes("LaunchTemplate") ? { latestVersion: 1 } : {}) },
  );
  const children = new Map<string, Registration[]>();
  for (const made of registrations) children.set(made.parent, [...(children.get(made.parent) ?? []), made]);
  return wanted.map(({ machine, topology = "" }, index) => {
    const name = `pool-${index}`;
    const node = nodeOf(machine, children.get(name) ?? [], name);
    return { name, title: `${machine.machineType} ${topology}`.trim(), pool: pools[index]!, node };
  });
}

/** The pod of a service that has nothing but the pool's fragment. */
function specOf({ pool }: Case): PodSpec {
  const { template } = JSON.parse(JSON.stringify(pool.fragment().spec)) as { template: PodSpec };
  return { ...template, containers: template.containers.map((container) => ({ image: "model", ...container })) };
}

const podOf = (name: string, spec: PodSpec): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec,
});

describe("fragments of node pools on the embedded control plane", function () {
  this.timeout(180_000);
  let client: KubernetesClient;
  let cases: Case[];

  before(async () => {
    const toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    const cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    cases = await casesOfCatalogue();
    await Promise.all(cases.map(({ node }) => client.request("POST", "/api/v1/nodes", { body: node })));
    await until("the default service account", () => client.get("v1", "ServiceAccount", "default", "default"));
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
  });

  const create = (pods: readonly KubernetesObject[]) =>
    Promise.all(pods.map((pod) => client.request("POST", "/api/v1/namespaces/default/pods", { body: pod })));

  /** What the scheduler said of each pod, once it has said something of all. */
  async function decisions(names: readonly string[], isFinal: (pod: KubernetesObject) => boolean) {
    let pods = new Map<string, KubernetesObject>();
    await until(
      "a decision on every pod",
      async () => {
        const { items } = await client.list("v1", "Pod", "default");
        pods = new Map(items.map((pod) => [pod.metadata.name ?? "", pod]));
        return names.every((name) => pods.has(name) && isFinal(pods.get(name)!));
      },
      // What has no decision then is shown by the comparison.
      false,
    );
    return pods;
  }
  const placedOn = (pod: KubernetesObject | undefined) => (pod?.spec as PodSpec | undefined)?.nodeName;

  it("leave a pod Pending on empty nodes when they are wrong", async () => {
    const whole = cases.find(({ title }) => title === "a3-highgpu-8g") ?? cases[0]!;
    const slice = cases.find(({ title }) => title === "ct6e-standard-4t 4x4")!;
    const spec = specOf(whole);
    const [container] = spec.containers;
    const count = { "nvidia.com/gpu": String(Number(whole.pool.resources["nvidia.com/gpu"]) + 1) };
    const wrong: Record<string, PodSpec> = {
      "another-pool": { ...spec, nodeSelector: { ...spec.nodeSelector, "pulumi-kserve.dev/pool": "none" } },
      "another-slice": {
        ...specOf(slice),
        nodeSelector: { ...specOf(slice).nodeSelector, "cloud.google.com/gke-tpu-topology": "2x4" },
      },
      "too-many-chips": { ...spec, containers: [{ ...container!, resources: { limits: count, requests: count } }] },
      "no-toleration": { ...spec, tolerations: [], containers: [{ name: "main", image: "model" }] },
    };
    const names = Object.keys(wrong);
    const reasons: Record<string, RegExp> = {
      "too-many-chips": /Insufficient nvidia\.com\/gpu/,
      "no-toleration": /untolerated taint/,
    };
    const isRefused = (pod: KubernetesObject | undefined, name: string) =>
      (reasons[name] ?? /didn't match Pod's node affinity\/selector/).test(refusal(pod) ?? "");
    await create(names.map((name) => podOf(name, wrong[name]!)));
    // A node that is not Ready yet is refused for that at first.
    const pods = await decisions(names, (pod) => isRefused(pod, pod.metadata.name!));
    for (const name of names) {
      strictEqual(placedOn(pods.get(name)), undefined, name);
      ok(isRefused(pods.get(name), name), `${name}: ${refusal(pods.get(name))}`);
    }
  });

  it("lead the pod of every machine and slice of the catalogue to its own node", async () => {
    ok(cases.length > 100, String(cases.length));
    const specs = cases.map(specOf);
    await create(cases.map(({ name }, index) => podOf(name, specs[index]!)));
    const pods = await decisions(
      cases.map(({ name }) => name),
      (pod) => placedOn(pod) !== undefined,
    );
    const line = ({ title }: Case, node: string | undefined) => `${title}: ${node}`;
    deepStrictEqual(
      cases.map((each) => line(each, placedOn(pods.get(each.name)) ?? refusal(pods.get(each.name)))),
      cases.map((each) => line(each, each.name)),
    );
    // The API server tolerates taints of extended resources by itself, which not every cluster's does.
    for (const [index, { name, title, node }] of cases.entries()) {
      const sent = new Set((specs[index]!.tolerations ?? []).map(({ key }) => key));
      const added = ((pods.get(name)!.spec as PodSpec).tolerations ?? []).filter(({ key }) => !sent.has(key));
      const { taints = [] } = node.spec as { taints?: { key: string }[] };
      deepStrictEqual(
        taints.filter(({ key }) => added.some((toleration) => toleration.key === key)),
        [],
        title,
      );
    }
  });
});

/** Why the scheduler found no node; undefined when it did not say that. */
function refusal(pod: KubernetesObject | undefined): string | undefined {
  const { conditions = [] } = (pod?.status ?? {}) as { conditions?: Record<string, string>[] };
  return conditions.find(({ type, status }) => type === "PodScheduled" && status === "False")?.message;
}

async function until(what: string, holds: () => Promise<unknown>, isNeeded = true): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds()); await sleep(100)) {
    if (Date.now() < deadline) continue;
    ok(!isNeeded, `not within 30 s: ${what}`);
    return;
  }
}
