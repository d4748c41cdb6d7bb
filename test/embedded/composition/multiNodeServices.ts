import { fragment, gpus, managedRouter, server, type ServiceCase } from "./cases";

const model = { uri: "hf://org/model-7b", name: "org/model-7b" };
const env = (...names: readonly string[]) => names.map((name) => ({ name, value: name.toLowerCase() }));

/** Multi-node workloads, prefill and decode, adapters, caches and scaling. */
export const multiNodeServices: readonly ServiceCase[] = [
  {
    name: "data-parallel",
    covers: "multi-node data parallelism; leader and worker in fragments",
    fragments: [
      fragment("leader", { template: server({ ...gpus(8), env: env("LEADER") }) }),
      fragment("workers", { worker: server({ ...gpus(8), env: env("WORKER") }) }),
    ],
    spec: { model, replicas: 1, parallelism: { data: 4, dataLocal: 1 }, worker: { containers: [] } },
  },
  {
    name: "data-parallel-expert",
    covers: "experts over nodes, with a router and labels",
    labels: { "kueue.x-k8s.io/queue-name": "gpus" },
    annotations: { "leaderworkerset.sigs.k8s.io/exclusive-topology": "zone" },
    fragments: [fragment("label", { labels: { "cost-center": "42" }, annotations: { owner: "platform" } })],
    spec: {
      model,
      parallelism: { data: 16, dataLocal: 8, expert: true, tensor: 1, dataRPCPort: 5556 },
      worker: server(gpus(8)),
      router: managedRouter,
    },
  },
  {
    name: "data-parallel-tracing",
    covers: "multi-node with tracing, adapters and a service account",
    fragments: [fragment("identity", { worker: { containers: [], serviceAccountName: "model-reader" } })],
    spec: {
      model: { ...model, lora: { adapters: [{ name: "sql", uri: "hf://org/sql-adapter" }] } },
      parallelism: { data: 2, dataLocal: 1 },
      worker: server(),
      tracing: { exporterEndpoint: "http://collector:4317" },
    },
  },
  {
    name: "pipeline-parallel",
    covers: "pipeline parallelism with a preset of one's own",
    fragments: [fragment("gpus", { template: server(gpus(2)), worker: server(gpus(2)) })],
    spec: { model, parallelism: { pipeline: 3, tensor: 2 }, worker: server({ image: "vllm:pp" }) },
  },
  {
    name: "prefill-decode",
    covers: "prefill and decode with scheduler and route",
    fragments: [
      fragment("decode", { replicas: 2, template: server(gpus(1)) }),
      fragment("prefill", { prefill: { replicas: 3, template: server({ ...gpus(2), env: env("PREFILL") }) } }),
    ],
    spec: { model, prefill: {}, router: managedRouter },
  },
  {
    name: "prefill-labels",
    covers: "prefill with labels, parallelism and a cache of its own",
    spec: {
      model,
      parallelism: { tensor: 2 },
      labels: { role: "decode" },
      prefill: {
        labels: { role: "prefill" },
        annotations: { owner: "prefill" },
        parallelism: { tensor: 4 },
        kvCacheOffloading: { cpu: "2Gi", secondary: [{ fileSystem: { emptyDir: { size: "3Gi" } } }] },
      },
      tracing: {},
    },
  },
  {
    name: "prefill-multi-node-decode",
    covers: "decode on several nodes, prefill on one",
    fragments: [fragment("gpus", { template: server(gpus(8)), worker: server(gpus(8)) })],
    spec: {
      model,
      parallelism: { data: 2, dataLocal: 1 },
      worker: { containers: [] },
      prefill: { replicas: 4 },
      router: managedRouter,
    },
  },
  {
    name: "prefill-multi-node-both",
    covers: "prefill and decode on several nodes",
    spec: {
      model,
      parallelism: { data: 8, dataLocal: 4, tensor: 1 },
      worker: server(gpus(4)),
      prefill: {
        replicas: 2,
        labels: { role: "prefill" },
        parallelism: { data: 4, dataLocal: 2, tensor: 2 },
        worker: server(gpus(4)),
      },
    },
  },
  {
    name: "adapters",
    covers: "adapters from the hub, with a route that chooses between them",
    fragments: [
      fragment("adapters", {
        model: {
          ...model,
          lora: {
            adapters: [
              { name: "sql", uri: "hf://org/sql-adapter" },
              { name: "chat/v2", uri: "s3://bucket/chat" },
            ],
          },
        },
      }),
    ],
    spec: { model, router: managedRouter },
  },
  {
    name: "adapters-on-volume",
    covers: "adapters on a volume, limits of adapters",
    fragments: [fragment("limits", { model: { ...model, lora: { maxRank: 64, maxAdapters: 4, maxCpuAdapters: 8 } } })],
    spec: {
      model: { ...model, lora: { adapters: [{ name: "sql", uri: "pvc://adapters/sql" }] } },
      prefill: {},
      router: { scheduler: {} },
    },
  },
  {
    name: "adapters-by-hand",
    covers: "adapters that the server's arguments name already",
    spec: {
      model: { ...model, lora: { adapters: [{ name: "sql", uri: "hf://org/sql-adapter" }] } },
      template: server({ args: ["--enable-lora", "--lora-modules", "sql=/mnt/lora/sql"] }),
    },
  },
  {
    name: "cache-in-memory",
    covers: "cache in the node's memory",
    spec: { model, kvCacheOffloading: { cpu: "16Gi", evictionPolicy: "arc" } },
  },
  {
    name: "cache-on-disk",
    covers: "cache on the node's disk, whose space is requested too",
    fragments: [
      fragment("requests", { template: server({ resources: { requests: { "ephemeral-storage": "1Gi" } } }) }),
    ],
    spec: {
      model,
      kvCacheOffloading: { cpu: "1.5Gi", secondary: [{ fileSystem: { emptyDir: { size: "100Gi" } } }] },
    },
  },
  {
    name: "cache-on-volumes",
    covers: "cache on a volume and on a claim of each pod, multi-node",
    spec: {
      model,
      parallelism: { data: 2, dataLocal: 1 },
      worker: server(),
      kvCacheOffloading: {
        cpu: "8Gi",
        secondary: [
          { fileSystem: { pvc: { ref: { name: "kv-cache", path: "llama" } } } },
          {
            fileSystem: {
              pvc: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "50Gi" } } } },
            },
          },
        ],
      },
    },
  },
  {
    name: "scaling-hpa",
    covers: "scaling by a HorizontalPodAutoscaler",
    fragments: [
      fragment("behavior", {
        scaling: {
          maxReplicas: 8,
          wva: { hpa: { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } } },
        },
      }),
    ],
    spec: { model, router: managedRouter },
  },
  {
    name: "scaling-keda",
    covers: "scaling of several nodes by KEDA",
    spec: {
      model,
      labels: { "inference.optimization/acceleratorName": "H100" },
      parallelism: { data: 2, dataLocal: 1 },
      worker: server(),
      scaling: {
        minReplicas: 2,
        maxReplicas: 6,
        wva: { variantCost: "12.5", keda: { pollingInterval: 15, cooldownPeriod: 60, idleReplicaCount: 1 } },
      },
    },
  },
  {
    name: "scaling-prefill",
    covers: "scaling of decode and prefill",
    spec: {
      model,
      scaling: { maxReplicas: 4, wva: { hpa: {} } },
      prefill: { scaling: { minReplicas: 1, maxReplicas: 9, wva: { hpa: {} } } },
    },
  },
];

/** Services that the two modes make differently, with the paths of the warnings that say so. */
export const differingServices: readonly ServiceCase[] = [
  {
    name: "differs-parallelism",
    covers: "parallelism only in a fragment: the server starts without it",
    fragments: [fragment("tensor", { parallelism: { tensor: 4 } })],
    spec: { model },
    differs: ["parallelism"],
  },
  {
    name: "differs-cache",
    covers: "a cache only in a fragment: the server starts without it",
    fragments: [fragment("cache", { kvCacheOffloading: { cpu: "4Gi" } })],
    spec: { model },
    differs: ["kvCacheOffloading"],
  },
  {
    name: "differs-grace",
    covers: "a grace period only in a fragment: the server is given another time to shut down",
    fragments: [fragment("patience", { template: { containers: [], terminationGracePeriodSeconds: 300 } })],
    spec: { model, template: server() },
    differs: ["template.terminationGracePeriodSeconds"],
  },
  {
    name: "differs-model-name",
    covers: "a model name in a fragment wins over the service's own",
    fragments: [fragment("model", { model: { uri: "hf://org/model-7b", name: "from-fragment" } })],
    spec: { model: { uri: "hf://org/model-7b", name: "from-service" }, router: { route: {} } },
    differs: ["model.name"],
  },
  {
    name: "differs-default",
    covers: "a default of the CRD in a stored fragment replaces what a lower one says",
    fragments: [
      fragment("at-least-three", { scaling: { minReplicas: 3, maxReplicas: 5, wva: { hpa: {} } } }),
      fragment("at-most-nine", { scaling: { maxReplicas: 9, wva: { hpa: {} } } }),
    ],
    spec: { model },
    differs: ["scaling.minReplicas"],
  },
];
