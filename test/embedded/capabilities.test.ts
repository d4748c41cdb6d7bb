import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Server } from "node:https";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform } from "../../components/inferencePlatform";
import { InferenceObjective } from "../../components/serving/inferenceObjective";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { LLMInferenceServiceConfig } from "../../components/serving/llmInferenceServiceConfig";
import { ModelCredentials } from "../../components/serving/modelCredentials";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { pipelineParallelConfig } from "../../sdk/recipes/parallelismPipeline";
import { presetRules } from "../../sdk/recipes/routerRules";
import { capabilityServices, namespace } from "./capabilities/services";
import {
  configureAutoscaling,
  installAutoscalerKinds,
  prepareNamespace,
  serveScalingMetric,
} from "./capabilities/surroundings";

const clusterName = "test-capabilities";
const serving = "serving.kserve.io/v1alpha2";

/** Every capability of a service, brought up by the real engine until KServe's controller calls it Ready. */
describe("capabilities on the embedded control plane", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let kubeconfig: string;
  let metrics: Server;
  let result: OperationResult;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    kubeconfig = await readFile(cluster.kubeconfigPath, "utf8");
    // Before KServe's controller starts, which looks only then which kinds there are.
    await installAutoscalerKinds(client, toolchain.upstream.kserve);
    metrics = await serveScalingMetric(client);
    await up(() => void createPlatform());
    await configureAutoscaling(client);
    await prepareNamespace(client);
    result = await up(() => createServices(createPlatform()));
  });

  after(async () => {
    client?.close();
    metrics?.close();
    metrics?.closeAllConnections();
    await deleteCluster(clusterName);
  });

  async function up(program: () => Record<string, unknown> | void): Promise<OperationResult> {
    const stack = await openStack({
      folder: engineFolder(cluster),
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      stack: "test",
      program: () => Promise.resolve(program() ?? {}),
    });
    return runOperation(Operation.up, stack, { logFile: join(cluster.folder, "logs", "pulumi.log") });
  }

  function createPlatform(): InferencePlatform {
    const { caPem, certPem, keyPem } = cluster.servingCertificates;
    return new InferencePlatform("platform", {
      cluster: { kubeconfig: pulumi.secret(kubeconfig), identifier: `embedded-${cluster.name}` },
      mirrors: toolchain.upstream,
      kserve: {
        certificates: {
          provided: { certificate: certPem, privateKey: pulumi.secret(keyPem), caBundle: caPem },
        },
      },
      gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
    });
  }

  function createServices(platform: InferencePlatform): Record<string, unknown> {
    const options = { provider: platform.provider, dependsOn: platform.ready as never };
    const hub = new ModelCredentials(
      "hub",
      { namespace, huggingFaceToken: pulumi.secret("hf_not_for_everyone") },
      options,
    );
    const buckets = new ModelCredentials(
      "buckets",
      {
        namespace,
        huggingFaceToken: pulumi.secret("hf_not_for_everyone"),
        s3: { accessKeyId: "AK", secretAccessKey: pulumi.secret("SK"), endpoint: "storage.googleapis.com" },
      },
      options,
    );
    const { configName, spec } = pipelineParallelConfig();
    const pipeline = new LLMInferenceServiceConfig("pipeline", { configName, namespace, spec }, options);
    new InferenceObjective("batch", { namespace, service: "hub", priority: -10 }, options);
    const services = capabilityServices({ hub: hub.fragment, buckets: buckets.fragment });
    return Object.fromEntries(
      Object.entries(services).map(([name, fragments]) => {
        const service = new LLMInferenceService(
          name,
          {
            namespace,
            fragments,
            presets: platform.presets,
            baseRefs: name === "stages" ? [pipeline] : [],
          },
          options,
        );
        return [name, service.conditions];
      }),
    );
  }

  const get = async (apiVersion: string, kind: string, name: string): Promise<KubernetesObject> => {
    const found = await client.get(apiVersion, kind, namespace, name);
    ok(found, `no ${kind} ${name}`);
    return found;
  };
  const podOf = async (deployment: string): Promise<PodSpec> => {
    const { spec } = await get("apps/v1", "Deployment", deployment);
    return (spec as { template: { spec: PodSpec } }).template.spec;
  };
  const groupOf = async (set: string) => {
    const { spec } = await get("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", set);
    return (spec as { leaderWorkerTemplate: LeaderWorkerTemplate }).leaderWorkerTemplate;
  };
  const specOf = async <T>(apiVersion: string, kind: string, name: string): Promise<T> =>
    (await get(apiVersion, kind, name)).spec as T;

  it("makes every service Ready", async () => {
    const { items } = await client.list(serving, "LLMInferenceService", namespace);
    const states = items.map(({ metadata, status }) => {
      const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
      return [metadata.name, conditions.find(({ type }) => type === "Ready")?.status];
    });
    const names = Object.keys(result.outputs ?? {}).sort();
    strictEqual(names.length, 18);
    deepStrictEqual(
      states.sort(),
      names.map((name) => [name, "True"]),
    );
  });

  it("gives a token to the storage initializer of every pod: server, workers, prefill", async () => {
    const hubPod = await podOf("hub-kserve");
    const spread = await groupOf("spread-kserve-mn");
    const prefill = await groupOf("roles-kserve-mn-prefill");
    const pods = [
      hubPod,
      spread.leaderTemplate.spec,
      spread.workerTemplate.spec,
      await podOf("roles-kserve"),
      prefill.leaderTemplate.spec,
      prefill.workerTemplate.spec,
    ];
    const token = { name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: "hub-hf-token", key: "HF_TOKEN" } } };
    for (const pod of pods) {
      deepStrictEqual(variables(initContainer(pod, "storage-initializer"), "HF_TOKEN"), [token]);
    }
  });

  it("fetches from S3 under a service account with several Secrets", async () => {
    const pod = await podOf("bucket-kserve");
    strictEqual(pod.serviceAccountName, "buckets-account");
    const fetching = initContainer(pod, "storage-initializer");
    deepStrictEqual(
      ["AWS_ENDPOINT_URL", "HTTPS_PROXY", "AWS_SECRET_ACCESS_KEY"].map((name) => variables(fetching, name)),
      [
        [{ name: "AWS_ENDPOINT_URL", value: "https://storage.googleapis.com" }],
        [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }],
        [
          {
            name: "AWS_SECRET_ACCESS_KEY",
            valueFrom: { secretKeyRef: { name: "buckets-s3-keys", key: "AWS_SECRET_ACCESS_KEY" } },
          },
        ],
      ],
    );
  });

  it("fetches gs:// although KServe's controller would not", async () => {
    const pod = await podOf("google-kserve");
    deepStrictEqual(
      pod.initContainers?.map(({ name, args }) => ({ name, args })),
      [{ name: "fetch-model", args: ["gs://models/llama", "/mnt/models"] }],
    );
  });

  it("takes models from images and volumes, and adapters from both hub and volume", async () => {
    deepStrictEqual((await podOf("image-kserve")).imagePullSecrets, [{ name: "registry" }]);
    deepStrictEqual(mountsAt(await podOf("volume-kserve"), "/mnt/models"), ["models"]);
    deepStrictEqual(mountsAt(await podOf("offline-kserve"), "/mnt/models"), ["/models"]);
    const hubPod = await podOf("hub-kserve");
    deepStrictEqual(mountsAt(hubPod, "/mnt/lora/chat"), ["models"]);
    ok(initContainer(hubPod, "storage-initializer").args?.includes("hf://acme/sql-adapter"));
    ok(server(hubPod).args?.includes("--max-lora-rank=64"));
  });

  it("computes groups as LeaderWorkerSet runs them", async () => {
    deepStrictEqual([(await groupOf("spread-kserve-mn")).size, (await groupOf("stages-kserve-mn")).size], [2, 2]);
    const command = (pod: PodSpec): string => server(pod).command?.join(" ") ?? "";
    const { leaderTemplate, workerTemplate } = await groupOf("stages-kserve-mn");
    ok(command(leaderTemplate.spec).includes("--tensor-parallel-size 4 --pipeline-parallel-size 2"));
    ok(command(workerTemplate.spec).includes("--nnodes 2 --node-rank ${LWS_WORKER_INDEX:-0}"));
    ok(command(workerTemplate.spec).includes("--headless"));
    const spread = await groupOf("spread-kserve-mn");
    ok(
      /--data-parallel-size 4[^]*--data-parallel-size-local 2[^]*--data-parallel-rpc-port 5600/.test(
        command(spread.workerTemplate.spec),
      ),
    );
  });

  it("gives each role its own hardware", async () => {
    deepStrictEqual(server(await podOf("roles-kserve")).resources?.limits, { "nvidia.com/gpu": "2" });
    const { workerTemplate } = await groupOf("roles-kserve-mn-prefill");
    deepStrictEqual(server(workerTemplate.spec).resources?.limits, { "google.com/tpu": "1" });
  });

  it("routes by own rules before the preset's, by weight, and by gateways of one's own", async () => {
    type Route = {
      rules: { matches: unknown[]; backendRefs: { name: string; weight?: number }[]; timeouts?: unknown }[];
      parentRefs: { name: string }[];
    };
    const route = (name: string) => specOf<Route>("gateway.networking.k8s.io/v1", "HTTPRoute", name);
    const { rules } = await route("routed-kserve-route");
    strictEqual(rules.length, 14);
    deepStrictEqual(
      rules[1]?.backendRefs.map(({ name }) => name),
      ["legacy"],
    );
    deepStrictEqual(rules[2]?.timeouts, { request: "300s", backendRequest: "300s" });
    deepStrictEqual(
      (await route("spread-kserve-route")).parentRefs.map(({ name }) => name),
      ["edge"],
    );
    const { items } = await client.list("gateway.networking.k8s.io/v1", "HTTPRoute", namespace);
    const weights = items.flatMap(({ spec }) =>
      (spec as Route).rules.flatMap(({ backendRefs }) => backendRefs.map(({ name, weight }) => `${name} ${weight}`)),
    );
    ok(weights.includes("stable-inference-pool 90"), [...new Set(weights)].join("; "));
    ok(weights.includes("candidate-inference-pool 10"), [...new Set(weights)].join("; "));
  });

  it("writes the preset's rules out as the controller fills them in", async () => {
    const { rules } = await specOf<{ rules: unknown[] }>(
      "gateway.networking.k8s.io/v1",
      "HTTPRoute",
      "roles-kserve-route",
    );
    // The controller begins with the pool's older group, which the played gateway takes too.
    const text = JSON.stringify(rules).replaceAll("inference.networking.x-k8s.io", "inference.networking.k8s.io");
    deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(presetRules({ name: "roles", namespace }))));
  });

  it("makes pools of one's own, and uses those that exist", async () => {
    const pool = await specOf<{ endpointPickerRef: unknown; selector: { matchLabels: Record<string, string> } }>(
      "inference.networking.k8s.io/v1",
      "InferencePool",
      "pooled-inference-pool",
    );
    deepStrictEqual(pool.endpointPickerRef, {
      group: "",
      kind: "Service",
      name: "own-picker",
      port: { number: 9002 },
      failureMode: "FailClose",
    });
    strictEqual(pool.selector.matchLabels["llm-d.ai/role"], "both");
    await get("v1", "Service", "own-picker");
    strictEqual(
      await client.get("inference.networking.k8s.io/v1", "InferencePool", namespace, "borrowing-inference-pool"),
      undefined,
    );
  });

  it("scales by Kubernetes' own HPA controller and by KEDA's kind", async () => {
    type Scaler = { minReplicas?: number; minReplicaCount?: number; maxReplicas?: number; maxReplicaCount?: number };
    const hpa = await specOf<Scaler>("autoscaling/v2", "HorizontalPodAutoscaler", "hpa-kserve-hpa");
    deepStrictEqual([hpa.minReplicas, hpa.maxReplicas], [1, 4]);
    const prefill = await specOf<Scaler>("keda.sh/v1alpha1", "ScaledObject", "keda-kserve-prefill-keda");
    deepStrictEqual([prefill.minReplicaCount, prefill.maxReplicaCount], [2, 3]);
    await get("llmd.ai/v1alpha1", "VariantAutoscaling", "hpa-kserve-va");
  });

  it("offloads the cache to all tiers, traces, and claims devices", async () => {
    const volume = await podOf("volume-kserve");
    deepStrictEqual(
      [0, 1, 2].map((tier) => mountsAt(volume, `/mnt/kv-cache-${tier}`)),
      [["10Gi"], ["models"], ["1Gi"]],
    );
    const traced = server(await podOf("hub-kserve"));
    deepStrictEqual(variables(traced, "OTEL_TRACES_SAMPLER_ARG"), [{ name: "OTEL_TRACES_SAMPLER_ARG", value: "0.5" }]);
    const template = await specOf<{ spec: { devices: { requests: { exactly: unknown }[] } } }>(
      "resource.k8s.io/v1",
      "ResourceClaimTemplate",
      "devices-managed-dra",
    );
    deepStrictEqual(template.spec.devices.requests[0]?.exactly, {
      allocationMode: "ExactCount",
      count: 2,
      deviceClassName: "gpu.example.com",
      selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }],
    });
    const claims = await client.list("resource.k8s.io/v1", "ResourceClaim", namespace);
    deepStrictEqual(
      claims.items.map(({ status }) => (status as { allocation?: unknown }).allocation !== undefined),
      [true, true],
    );
  });

  it("gives requests an objective", async () => {
    const { spec } = await get("llm-d.ai/v1alpha2", "InferenceObjective", "batch");
    deepStrictEqual(spec, {
      priority: -10,
      poolRef: { group: "inference.networking.k8s.io", kind: "InferencePool", name: "hub-inference-pool" },
    });
  });
});

interface Container {
  name: string;
  args?: string[];
  command?: string[];
  env?: { name: string; value?: string; valueFrom?: unknown }[];
  resources?: { limits?: Record<string, string> };
  volumeMounts?: { name: string; mountPath: string }[];
}

interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  serviceAccountName?: string;
  imagePullSecrets?: unknown;
}

interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string };
  hostPath?: { path: string };
  emptyDir?: { sizeLimit?: string };
  ephemeral?: { volumeClaimTemplate: { spec: { resources: { requests: { storage: string } } } } };
}

interface LeaderWorkerTemplate {
  size: number;
  leaderTemplate: { spec: PodSpec };
  workerTemplate: { spec: PodSpec };
}

function container(containers: readonly Container[] | undefined, name: string): Container {
  const found = containers?.find((candidate) => candidate.name === name);
  ok(found, `no container ${name}`);
  return found;
}

const initContainer = (pod: PodSpec, name: string): Container => container(pod.initContainers, name);
const server = (pod: PodSpec): Container => container(pod.containers, "main");

function variables({ env = [] }: Container, name: string): unknown[] {
  return env.filter((variable) => variable.name === name);
}

/** What is mounted somewhere in the server: a claim's or a path's name, or the size of a volume that the pod has for itself. */
function mountsAt(pod: PodSpec, path: string): unknown[] {
  const names = server(pod)
    .volumeMounts?.filter(({ mountPath }) => mountPath === path)
    .map(({ name }) => name);
  return (pod.volumes ?? [])
    .filter(({ name }) => names?.includes(name))
    .map(
      ({ persistentVolumeClaim, hostPath, emptyDir, ephemeral }) =>
        persistentVolumeClaim?.claimName ??
        hostPath?.path ??
        emptyDir?.sizeLimit ??
        ephemeral?.volumeClaimTemplate.spec.resources.requests.storage,
    );
}
