import { fragment, gpus, managedRouter, server, type ServiceCase } from "./cases";

const qwen = { uri: "hf://Qwen/Qwen2.5-7B-Instruct", name: "Qwen2.5-7B" };
const llama8b = { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "meta-llama/Llama-3.1-8B-Instruct" };
const llama70b = { uri: "hf://meta-llama/Llama-2-70b-hf", name: "meta-llama/Llama-2-70b-hf" };

const vllm = (args: readonly string[], limits: Readonly<Record<string, string>>) =>
  server({
    image: "vllm/vllm-openai:latest",
    args: ["--model", "/mnt/models", ...args],
    resources: { limits },
  });

const large = { "nvidia.com/gpu": "4", cpu: "16", memory: "128Gi" };

const examples: readonly ServiceCase[] = [
  {
    name: "seed-scheduler-config",
    covers: "a scheduler config with template variables, in the cluster as the guide has it",
    baseRefs: ["seed-scheduler-v4"],
    spec: { model: qwen, router: managedRouter },
  },
  {
    name: "seed-specification",
    covers: "replicas, a GPU, everything of the router, and a prefill pool",
    spec: {
      model: qwen,
      replicas: 3,
      template: server(gpus(1)),
      router: managedRouter,
      prefill: { replicas: 2 },
    },
  },
  {
    name: "my-llama-service",
    covers: "model, workload and router in fragments of their own, replicas in the service",
    fragments: [
      // The CRD requires a model's address in every config; the guide's model name would win over the service's, as it should.
      fragment("model-llama-3-8b", { model: llama8b }),
      fragment("workload-single-gpu", { replicas: 3, template: server(gpus(1)) }),
      fragment("router-managed", { router: managedRouter }),
    ],
    spec: { model: llama8b, replicas: 5 },
  },
  {
    name: "seed-single-node",
    covers: "single node",
    spec: {
      model: llama8b,
      replicas: 3,
      template: vllm([], { "nvidia.com/gpu": "1", cpu: "4", memory: "32Gi" }),
    },
  },
  {
    name: "seed-multi-node",
    covers: "multi-node: groups of data / dataLocal nodes",
    spec: {
      model: llama70b,
      replicas: 2,
      parallelism: { tensor: 4, data: 8, dataLocal: 4 },
      template: vllm(["--tensor-parallel-size", "4"], large),
      worker: vllm(["--tensor-parallel-size", "4"], large),
    },
  },
  {
    name: "seed-prefill-decode",
    covers: "prefill and decode",
    spec: {
      model: llama8b,
      replicas: 1,
      template: vllm(["--enforce-eager"], { "nvidia.com/gpu": "1", cpu: "8", memory: "64Gi" }),
      prefill: {
        replicas: 2,
        template: vllm(["--enable-chunked-prefill"], { "nvidia.com/gpu": "2", cpu: "16", memory: "128Gi" }),
      },
    },
  },
  {
    name: "seed-gateway-ref",
    covers: "an existing Gateway",
    spec: {
      model: llama8b,
      router: { gateway: { refs: [{ name: "my-custom-gateway", namespace: "istio-system" }] }, route: {} },
    },
  },
  {
    name: "seed-custom-route",
    covers: "a route of one's own",
    spec: {
      model: llama8b,
      router: {
        route: {
          http: {
            spec: {
              parentRefs: [{ name: "my-gateway" }],
              rules: [{ backendRefs: [{ name: "my-backend-service", port: 8000 }] }],
            },
          },
        },
      },
    },
  },
  {
    name: "seed-timeouts",
    covers: "a rule with timeouts only: it replaces the preset's rules",
    spec: {
      model: llama8b,
      router: { route: { http: { spec: { rules: [{ timeouts: { request: "300s", backendRequest: "300s" } }] } } } },
    },
  },
  {
    name: "seed-url-rewrite",
    covers: "a rule that rewrites the path",
    spec: {
      model: llama8b,
      router: {
        route: {
          http: {
            spec: {
              rules: [
                {
                  matches: [{ path: { type: "PathPrefix", value: "/my-tenant/my-model/v1/completions" } }],
                  filters: [
                    {
                      type: "URLRewrite",
                      urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/v1/completions" } },
                    },
                  ],
                },
              ],
            },
          },
        },
      },
    },
  },
  {
    name: "seed-service-backend",
    covers: "a Service as backend",
    spec: {
      model: llama8b,
      router: {
        route: {
          http: {
            spec: { rules: [{ backendRefs: [{ group: "", kind: "Service", name: "my-custom-backend", port: 8000 }] }] },
          },
        },
      },
    },
  },
  {
    name: "seed-pool",
    covers: "a pool with a selector of one's own",
    spec: {
      model: llama8b,
      router: {
        scheduler: {
          pool: {
            spec: {
              selector: { matchLabels: { app: "workload" } },
              targetPorts: [{ number: 8000 }],
              endpointPickerRef: { name: "seed-pool-epp-service", port: { number: 9002 } },
            },
          },
        },
      },
    },
  },
  {
    name: "seed-expert-parallel",
    covers: "data, expert and local parallelism with a port",
    spec: {
      model: { uri: "hf://deepseek-ai/DeepSeek-R1", name: "deepseek-ai/DeepSeek-R1" },
      parallelism: { expert: true, data: 16, dataLocal: 8, dataRPCPort: 8001 },
      worker: server(gpus(8)),
    },
  },
  {
    name: "llama-70b-production",
    covers: "everything together, split into model, parallelism, workload and router",
    fragments: [
      fragment("hardware", {
        template: vllm(["--tensor-parallel-size", "4"], { "nvidia.com/gpu": "4", "rdma/roce": "1" }),
        worker: vllm(["--tensor-parallel-size", "4"], { "nvidia.com/gpu": "4", "rdma/roce": "1" }),
      }),
      fragment("long-requests", {
        router: {
          gateway: {},
          route: {
            http: {
              spec: {
                rules: [
                  {
                    timeouts: { request: "300s", backendRequest: "300s" },
                    // Without this, as in the guide, nothing leads to the pool: see refusedServices.ts.
                    backendRefs: [
                      {
                        group: "inference.networking.k8s.io",
                        kind: "InferencePool",
                        name: "llama-70b-production-inference-pool",
                        port: 8000,
                      },
                    ],
                  },
                ],
              },
            },
          },
          scheduler: {},
        },
      }),
    ],
    spec: { model: llama70b, replicas: 2, parallelism: { tensor: 4, data: 8, dataLocal: 4 } },
  },
];

/** The examples of KServe's guides in fragments, those of the guide or else one for the workload and one for the router. */
export const seedServices: readonly ServiceCase[] = examples.map((example) => {
  if (example.fragments) return example;
  const { replicas, template, worker, router, ...spec } = example.spec;
  const given = (part: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
  return {
    ...example,
    fragments: [fragment("workload", given({ replicas, template, worker })), fragment("router", given({ router }))],
    spec,
  };
});

/** The guide's config of a scheduler, as it is in the cluster. */
export const seedSchedulerConfig = {
  router: {
    scheduler: {
      pool: {
        spec: {
          endpointPickerRef: {
            failureMode: "FailOpen",
            kind: "Service",
            name: "{{ ChildName .ObjectMeta.Name `-epp-service` }}",
            port: { number: 9002 },
          },
          selector: {
            matchLabels: {
              "app.kubernetes.io/name": "{{ .ObjectMeta.Name }}",
              "app.kubernetes.io/part-of": "llminferenceservice",
              "kserve.io/component": "workload",
            },
          },
          targetPorts: [{ number: 8000 }],
        },
      },
      template: {
        containers: [
          {
            name: "main",
            image: "ghcr.io/llm-d/llm-d-inference-scheduler:v0.4.0",
            ports: [
              { containerPort: 9002, name: "grpc" },
              { containerPort: 9003, name: "grpc-health" },
              { containerPort: 9090, name: "metrics" },
              { containerPort: 5557, name: "zmq" },
            ],
            args: [
              "--pool-name",
              "{{ ChildName .ObjectMeta.Name `-inference-pool` }}",
              "--pool-namespace",
              "{{ .ObjectMeta.Namespace }}",
              "--kv-cache-usage-percentage-metric",
              "vllm:kv_cache_usage_perc",
            ],
          },
        ],
      },
    },
  },
} as const;
