import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { GkeCluster } from "../../../components/clusters/gke";
import { KubernetesObject } from "../../../components/kubernetesObject";
import { AcceleratorPool } from "../../../components/nodepools/acceleratorPool";
import { LLMInferenceService, type LLMInferenceServiceArgs } from "../../../components/serving/llmInferenceService";
import type { ConfigFragment } from "../../../sdk/api/configFragment";
import type { ClusterPlan } from "../../../sdk/preflight/plan";

/** What a pull request does to the environment of {@link previewProgram}. */
export const PreviewSide = {
  /** As it is on the main branch. */
  base: "base",
  /** A pull request with every kind of change. */
  changes: "changes",
  /** One that adds the first service to an empty environment. */
  first: "first",
  /** One whose service would not become Ready. */
  failing: "failing",
} as const;
export type PreviewSide = (typeof PreviewSide)[keyof typeof PreviewSide];

const main = (fields: object) => ({ template: { containers: [{ name: "main", ...fields }] } });
const gpus = (count: number) => ({ resources: { limits: { "nvidia.com/gpu": String(count) } } });

/** What the platform team keeps: an accelerator, how pods are watched, how requests get in. */
function platformFragments(side: PreviewSide): Record<"h100" | "observability" | "routing", ConfigFragment> {
  const isNew = side === PreviewSide.changes;
  return {
    h100: {
      name: "h100",
      spec: {
        parallelism: { tensor: isNew ? 8 : 4 },
        template: {
          nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb" },
          containers: [{ name: "main", ...gpus(isNew ? 8 : 4) }],
        },
      },
    },
    observability: {
      name: "observability",
      priority: 5,
      annotations: { "example.com/dashboard": isNew ? "llm-v2" : "llm-v1" },
      spec: main({ env: [{ name: "OTEL_SERVICE_NAME", value: "llm" }, ...(isNew ? [] : [legacyTracing])] }),
    },
    routing: { name: "routing", spec: { router: { gateway: {}, route: {}, scheduler: {} } } },
  };
}

const legacyTracing = { name: "TRACING", value: "legacy" };

/** Pulls with a token that nobody may see. */
const credentials = (token: string): ConfigFragment => ({
  name: "credentials",
  spec: main({ env: [{ name: "HF_TOKEN", value: pulumi.secret(token) }] }),
});

const model = (name: string, more: object = {}): ConfigFragment => ({
  name: "model",
  spec: { model: { uri: `hf://${name}`, name }, ...more },
});

const multiNode = (pipeline: number): ConfigFragment => ({
  name: "two-nodes",
  spec: { parallelism: { pipeline }, ...main(gpus(8)), worker: { containers: [{ name: "main", ...gpus(8) }] } },
});

const llamaName = "meta-llama/Llama-3.1-70B-Instruct";

type Services = Record<string, Partial<LLMInferenceServiceArgs>>;

function servicesOf(side: PreviewSide): Services {
  const { h100, observability, routing } = platformFragments(side);
  const llama = model(llamaName, { replicas: 2 });
  const chat = {
    fragments: [llama, h100, routing, observability, credentials("hf_before")],
    spec: main({ image: "registry.example.com/vllm:v0.11.0" }),
  };
  if (side === PreviewSide.first) return { chat: { ...chat, serviceName: "first" } };
  if (side === PreviewSide.failing)
    return { chat: { ...chat, serviceName: "failing", presets, preflight: { cluster: smallCluster } } };
  const isNew = side === PreviewSide.changes;
  return {
    chat: isNew
      ? {
          fragments: [model(llamaName, { replicas: 3 }), h100, routing, observability, credentials("hf_after")],
          spec: main({ image: "registry.example.com/vllm:v0.12.0" }),
        }
      : chat,
    // Shares its fragments in the cluster.
    code: {
      mode: "references",
      fragments: [
        { ...model("Qwen/Qwen3-Coder-30B"), name: "qwen" },
        { ...h100, name: "h100" },
      ],
    },
    deepseek: { fragments: [model("deepseek-ai/DeepSeek-R1"), multiNode(isNew ? 4 : 2)] },
    ...(isNew
      ? { embeddings: { fragments: [model("BAAI/bge-m3", { replicas: 2 }), h100] } }
      : { legacy: { fragments: [model("old/model"), h100] } }),
    moved: {
      serviceName: isNew ? "guard" : "moderation",
      spec: { model: { uri: "hf://meta-llama/Llama-Guard-3-8B" } },
    },
    paused: { spec: { model: { uri: "hf://mistralai/Mistral-7B" }, replicas: isNew ? 0 : 1 } },
    untouched: { spec: { model: { uri: "hf://google/gemma-3-4b-it" }, ...main(gpus(1)) } },
  };
}

/** As much of KServe's presets as the service needs. */
const presets = {
  "kserve-config-llm-template": main({ image: "registry.example.com/vllm:v0.10.0" }),
  "kserve-config-llm-scheduler": {
    router: { scheduler: { template: { containers: [{ name: "main", image: "registry.example.com/epp:v1" }] } } },
  },
  "kserve-config-llm-router-route": { router: { route: { http: { spec: {} } } } },
};

const smallCluster: ClusterPlan = {
  pools: [{ name: "l4", accelerator: "nvidia-l4", acceleratorsPerNode: 1, maxNodes: 1 }],
};

/**
 * An environment of a few services on GKE, whose cloud is a stand-in and whose cluster is the embedded one. No controller runs there, so nothing
 * is waited for.
 */
export function previewProgram(side: PreviewSide, kubeconfig: string): void {
  const isNew = side === PreviewSide.changes;
  const provider = new Provider("cluster", { kubeconfig: pulumi.secret(kubeconfig), clusterIdentifier: "test" });
  const isWhole = side === PreviewSide.base || isNew;
  if (isWhole) {
    const cluster = new GkeCluster("prod", { project: "acme", location: "us-central1" });
    const pool = { cluster, capacity: ["on-demand" as const] };
    new AcceleratorPool("h100", { ...pool, accelerator: "nvidia-h100-80gb", maxNodes: isNew ? 6 : 4 });
    new AcceleratorPool("l4", {
      ...pool,
      accelerator: "nvidia-l4",
      maxNodes: 2,
      ...(isNew && { gpu: { driver: "latest" } }),
    });
    new KubernetesObject(
      "quota",
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "quota", namespace: "default" },
        data: { gpus: isNew ? "64" : "32" },
      },
      { provider },
    );
  }
  for (const [name, args] of Object.entries(servicesOf(side))) {
    new LLMInferenceService(name, { skipAwait: true, ...args } as LLMInferenceServiceArgs, { provider });
  }
}
