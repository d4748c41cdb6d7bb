import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import type { Fragment } from "../sdk/compose/fragments";

/** KServe's presets by name, from the pinned sources. */
export function readPresets(kserve: string, names: readonly string[]): Record<string, unknown> {
  const folder = join(kserve, "config", "llmisvcconfig");
  return Object.fromEntries(
    names.map((name) => {
      const file = readFileSync(join(folder, `${name}.yaml`), "utf8");
      return [`kserve-${name}`, (load(file) as { spec: unknown }).spec];
    }),
  );
}

/** What a service on one node with a scheduler is put over. */
export const singleNodePresets = ["config-llm-scheduler", "config-llm-router-route", "config-llm-template"];

/** Five fragments as a platform team and an app team would write them: model, accelerator, routing, observability, the service's own. */
export const fragments: readonly Fragment[] = [
  {
    name: "model",
    spec: {
      model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "meta-llama/Llama-3.1-8B-Instruct" },
      replicas: 3,
    },
  },
  {
    name: "h100",
    spec: {
      parallelism: { tensor: 4 },
      template: {
        containers: [
          {
            name: "main",
            resources: {
              limits: { cpu: "16", memory: "128Gi", "nvidia.com/gpu": "4" },
              requests: { cpu: "16", memory: "128Gi", "nvidia.com/gpu": "4" },
            },
            volumeMounts: [{ name: "dshm", mountPath: "/dev/shm" }],
          },
        ],
        nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb" },
        tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
        volumes: [{ name: "dshm", emptyDir: { medium: "Memory", sizeLimit: "32Gi" } }],
      },
    },
  },
  { name: "routing", spec: { router: { gateway: {}, route: {}, scheduler: { replicas: 2 } } } },
  {
    name: "observability",
    priority: 5,
    spec: {
      labels: { "monitoring.example.com/scrape": "true" },
      template: {
        containers: [
          {
            name: "main",
            env: [
              { name: "VLLM_LOGGING_LEVEL", value: "DEBUG" },
              { name: "OTEL_SERVICE_NAME", value: "llama" },
            ],
          },
        ],
      },
    },
  },
  {
    name: "service",
    priority: 10,
    spec: {
      annotations: { "example.com/team": "search" },
      template: {
        containers: [{ name: "main", args: ["--max-model-len", "8192"], image: "vllm/vllm-openai:v0.11.0" }],
      },
    },
  },
];
