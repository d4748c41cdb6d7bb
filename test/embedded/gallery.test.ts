import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Server } from "node:https";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { dump } from "js-yaml";

import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { openEnvironment } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { galleryEntries } from "../../stacks/gallery/entries";
import { installAutoscalerKinds, serveScalingMetric } from "./capabilities/surroundings";
import { apply, atOnce } from "./composition/liveCluster";
import { facts } from "./gallery/facts";
import { Look } from "./gallery/look";

const clusterName = "test-gallery";
const namespace = "gallery";

/**
 * 32 of the gallery's pods take a part of a node with NVIDIA's GPUs, and the scheduler may give each a node of its own; 6 take a whole one. A
 * few more are there for pods that a Deployment replaces.
 */
const nodes = [
  { kind: "nvidia-h100-80gb", nodes: 40 },
  { kind: "nvidia-h100-80gb-dra", nodes: 1 },
  { kind: "amd-mi300x", nodes: 1 },
  { kind: "intel-max-1550", nodes: 1 },
  { kind: "aws-trainium2", nodes: 1 },
];

/** The kind of node that has an accelerator here. */
const kinds: Readonly<Record<string, string>> = {
  "nvidia.com/gpu": "nvidia-h100-80gb",
  "amd.com/gpu": "amd-mi300x",
  "gpu.intel.com/i915": "intel-max-1550",
  "google.com/tpu": "tpu-v6e",
  "aws.amazon.com/neuron": "aws-trainium2",
};

/** Every entry of the gallery, in one stack, on nodes of every kind. */
describe("gallery on the embedded control plane", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let metrics: Server;
  let look: Look;
  let result: OperationResult;
  let prepared: Promise<unknown> | undefined;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, nodes, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    look = new Look(client, namespace);
    // Before KServe's controller starts, which looks only then which kinds there are.
    await installAutoscalerKinds(client, toolchain.upstream.kserve);
    metrics = await serveScalingMetric(client);
    result = await up();
    await prepared;
  });

  after(async () => {
    client?.close();
    metrics?.close();
    metrics?.closeAllConnections();
    await deleteCluster(clusterName);
  });

  async function up(): Promise<OperationResult> {
    const config = {
      "pulumi-kserve:gallery": galleryEntries.map(({ name }) => name),
      "pulumi-kserve:platform": {
        gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
      },
      "pulumi-kserve:existing": {
        components: { wva: true, prometheusAdapter: true },
        deviceClasses: ["gpu.nvidia.com"],
      },
    };
    const configFile = join(cluster.folder, "Pulumi.test.yaml");
    await writeFile(configFile, dump({ config }));
    const stack = await openEnvironment({ cluster, toolchain, stack: "test", configFile });
    const logFile = join(cluster.folder, "logs", "pulumi.log");
    return runOperation(Operation.up, stack, { logFile, onEvent: prepareNamespace });
  }

  /** What entries need in their namespace, as soon as there is one. */
  function prepareNamespace({ resOutputsEvent }: EngineEvent): void {
    if (!resOutputsEvent?.metadata.urn.endsWith(`::namespace-${namespace}`)) return;
    prepared = atOnce(prerequisites, (object) => apply(client, object));
    prepared.catch(() => undefined);
  }

  it("brings every service up, with the URL and the scheduler that it should have", () => {
    const outputs = result.outputs?.services?.value as Record<string, Record<string, string | undefined>>;
    const seen = Object.entries(outputs).map(([name, { ready, url, schedulerEndpoint }]) => ({
      name,
      ready,
      url: url?.replace(/^http:\/\/[\d.]+(?=\/)/, ""),
      schedulerEndpoint,
    }));
    const services = galleryEntries.flatMap((entry) => Object.keys(entry.services));
    const expected = services.map((name) => ({
      name,
      ready: "True",
      // Its pods belong to the pool of another service, and its own address is that of its Service.
      url:
        name === "mixed-amd"
          ? `http://mixed-amd-kserve-workload-svc.${namespace}.svc.cluster.local`
          : `/${namespace}/${name}`,
      schedulerEndpoint: name === "mixed-amd" ? undefined : `${name}-epp-service.${namespace}.svc:9002`,
    }));
    const byName = (left: { name: string }, right: { name: string }) => (left.name < right.name ? -1 : 1);
    deepStrictEqual(seen.sort(byName), expected.sort(byName));
    strictEqual(services.length, 22);
  });

  for (const entry of galleryEntries) {
    it(`${entry.name}: ${entry.title}`, async () => {
      const fact = facts[entry.name];
      ok(fact, "there is a fact about every entry");
      const { seen, expected } = await fact(look);
      deepStrictEqual(seen, expected);
      deepStrictEqual(await takenBy(Object.keys(entry.services)), accelerators(entry.accelerators));
    });
  }

  /** Accelerators of the pods of some services, each on a node of its kind; everything else is on nodes without any. */
  async function takenBy(services: readonly string[]): Promise<Record<string, number>> {
    const taken: Record<string, number> = {};
    const pods = await look.pods(services);
    ok(pods.length > 0, "there are pods");
    for (const { spec, phase } of pods) {
      strictEqual(phase, "Running");
      const limits = spec.containers.flatMap(({ resources }) => Object.entries(resources?.limits ?? {}));
      const chips = limits.filter(([resource]) => Object.hasOwn(kinds, resource));
      for (const [resource, count] of chips) taken[resource] = (taken[resource] ?? 0) + Number(count);
      const claims = spec.resourceClaims !== undefined;
      const kind = claims ? "nvidia-h100-80gb-dra" : chips[0] ? kinds[chips[0][0]] : "cpu";
      strictEqual(spec.nodeName?.replace(/-\d+$/, ""), kind);
    }
    return taken;
  }
});

/** Devices are no extended resources, and how many were given is among the facts. */
function accelerators(given: Readonly<Record<string, number>> = {}): Record<string, number> {
  return Object.fromEntries(Object.entries(given).filter(([resource]) => Object.hasOwn(kinds, resource)));
}

const prerequisites: readonly KubernetesObject[] = [
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "hf-token", namespace },
    stringData: { HF_TOKEN: "hf_not_for_everyone" },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "deepseek-r1" },
    spec: {
      capacity: { storage: "1Ti" },
      accessModes: ["ReadOnlyMany"],
      storageClassName: "",
      hostPath: { path: "/models/deepseek-r1" },
    },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "deepseek-r1", namespace },
    spec: {
      storageClassName: "",
      volumeName: "deepseek-r1",
      accessModes: ["ReadOnlyMany"],
      resources: { requests: { storage: "700Gi" } },
    },
  },
];
