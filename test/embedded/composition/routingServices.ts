import { fragment, managedRouter, server, type ServiceCase } from "./cases";
import { seedSchedulerConfig } from "./seedServices";

const model = { uri: "hf://org/model-7b", name: "org/model-7b" };
const epp = (plugins: readonly Record<string, unknown>[], refs: readonly Record<string, unknown>[]) => ({
  apiVersion: "inference.networking.x-k8s.io/v1alpha1",
  kind: "EndpointPickerConfig",
  plugins,
  schedulingProfiles: [{ name: "default", plugins: refs }],
});

const queueConfig = epp([{ type: "queue-scorer" }, { type: "max-score-picker" }], [{ pluginRef: "queue-scorer" }]);

/** Routes, gateways, pools, schedulers, and configs that live in the cluster. */
export const routingServices: readonly ServiceCase[] = [
  {
    name: "route-without-scheduler",
    covers: "a managed route whose backend is the Service",
    fragments: [fragment("router", { router: { gateway: {}, route: {} } })],
    spec: { model },
  },
  { name: "scheduler-without-route", covers: "a scheduler alone", spec: { model, router: { scheduler: {} } } },
  { name: "all-managed", covers: "everything managed", spec: { model, router: managedRouter } },
  {
    name: "hostnames",
    covers: "a route's hostnames and rules from two fragments, with backends that are the pool",
    fragments: [
      fragment("host", { router: { route: { http: { spec: { hostnames: ["a.example.com", "b.example.com"] } } } } }),
      fragment("rules", {
        router: {
          route: {
            http: {
              spec: {
                hostnames: ["c.example.com"],
                rules: [
                  {
                    name: "chat",
                    matches: [{ path: { value: "/v1/chat" } }],
                    backendRefs: [
                      {
                        group: "inference.networking.k8s.io",
                        kind: "InferencePool",
                        name: "{{ ChildName .ObjectMeta.Name `-inference-pool` }}",
                      },
                      { name: "fallback", port: 80, weight: 0 },
                    ],
                  },
                ],
              },
            },
          },
        },
      }),
    ],
    spec: { model, router: { scheduler: {} } },
  },
  {
    name: "two-gateways",
    covers: "gateways of this and another namespace, with and without a listener",
    fragments: [
      fragment("public", { router: { gateway: { refs: [{ name: "my-gateway" }] } } }),
      fragment("both", {
        router: {
          gateway: {
            refs: [
              { name: "my-gateway" },
              { name: "my-custom-gateway", namespace: "istio-system", sectionName: "http" },
            ],
          },
        },
      }),
    ],
    spec: { model, router: { route: {}, scheduler: {} } },
  },
  {
    name: "gateway-without-model-routing",
    covers: "a gateway that does not route by the model's name",
    spec: {
      model: { ...model, lora: { adapters: [{ name: "sql", uri: "hf://org/sql" }] } },
      router: { gateway: { refs: [{ name: "paths-only", namespace: "istio-system" }] }, route: {}, scheduler: {} },
    },
  },
  {
    name: "model-routing-off",
    covers: "a service that does not route by the model's name",
    fragments: [fragment("paths-only", { annotations: { "serving.kserve.io/model-based-routing-enabled": "false" } })],
    spec: { model, router: { route: {} } },
  },
  {
    name: "existing-route",
    covers: "a route that exists already",
    spec: { model, router: { route: { http: { refs: [{ name: "existing-route" }] } }, scheduler: {} } },
  },
  {
    name: "group-a",
    covers: "a routing group",
    fragments: [fragment("group", { router: { route: { group: "canary", weight: 90 } } })],
    spec: { model, router: { route: { group: "canary", weight: 90 }, scheduler: {} } },
  },
  {
    name: "route-without-rules",
    covers: "a route without rules: the CRD's default replaces the preset's",
    spec: { model, router: { route: { http: { spec: { hostnames: ["a.example.com"] } } } } },
  },
  {
    name: "existing-pool",
    covers: "a pool that exists already",
    fragments: [fragment("pool", { router: { scheduler: { pool: { ref: { name: "existing-pool" } } } } })],
    spec: { model, router: { route: {} } },
  },
  {
    name: "picker-service",
    covers: "a pool with another name of the endpoint picker's Service and no selector",
    baseRefs: ["picker-pool"],
    spec: { model, router: managedRouter },
  },
  {
    name: "scheduler-config",
    covers: "a scheduler configuration in the spec",
    fragments: [fragment("scheduling", { router: { scheduler: { config: { inline: queueConfig } } } })],
    spec: { model, router: { scheduler: {} } },
  },
  {
    name: "scheduler-config-map",
    covers: "a scheduler configuration in a ConfigMap",
    spec: { model, router: { scheduler: { config: { ref: { name: "epp-config" } } } } },
  },
  {
    name: "scheduler-config-shared",
    covers: "a scheduler configuration in a ConfigMap of KServe's namespace, under another key",
    spec: {
      model,
      router: { scheduler: { config: { ref: { name: "config-scheduler-shared", key: "custom.yaml" } } } },
    },
  },
  {
    name: "scheduler-replicas",
    covers: "several schedulers with a template, labels and annotations of their own",
    fragments: [
      fragment("template", {
        router: {
          scheduler: {
            template: { containers: [{ name: "main", image: "epp:1", args: ["--v=4"] }], priorityClassName: "" },
          },
        },
      }),
      fragment("labels", { router: { scheduler: { labels: { team: "search" }, annotations: { owner: "search" } } } }),
    ],
    spec: { model, router: { scheduler: { replicas: 3 }, route: {} } },
  },
  {
    name: "scheduler-arguments",
    covers: "a scheduler whose arguments name a configuration, and which has a service account",
    spec: {
      model,
      router: {
        scheduler: {
          template: {
            serviceAccountName: "model-reader",
            containers: [{ name: "main", args: ["--config-file", "/etc/epp.yaml"] }],
          },
        },
      },
    },
  },
  {
    name: "latency-predictor",
    covers: "the preset of the latency predictor",
    spec: {
      model,
      router: {
        scheduler: {
          config: {
            inline: epp(
              [{ type: "predicted-latency-producer" }, { type: "max-score-picker" }],
              [{ pluginRef: "max-score-picker" }],
            ),
          },
        },
      },
    },
  },
  {
    name: "precise-prefix-cache",
    covers: "a scorer that needs the tokenizer",
    spec: {
      model,
      router: {
        scheduler: {
          config: {
            inline: epp(
              [
                { type: "precise-prefix-cache-scorer", parameters: { indexerConfig: { maxSize: 5 } } },
                { type: "pd-profile-handler", name: "pd-profile-handler" },
                { type: "max-score-picker" },
              ],
              [{ pluginRef: "precise-prefix-cache-scorer", weight: 2 }],
            ),
          },
        },
      },
    },
  },
  {
    name: "base-refs",
    covers: "configs of this namespace and KServe's, one of which hides another, under fragments",
    baseRefs: ["shared-gpus", "own-and-shared"],
    fragments: [fragment("env", { template: server({ env: [{ name: "FROM", value: "fragment" }] }) })],
    spec: { model },
  },
  {
    name: "base-ref-router",
    covers: "a config that turns routing on, with templates",
    baseRefs: ["templated-router"],
    spec: { model },
  },
  {
    name: "own-preset",
    covers: "a preset that a config of this namespace hides",
    baseRefs: ["own-and-shared"],
    spec: { model, tracing: {} },
  },
];

/** Configs in the cluster, by namespace; `own` stands for the services' namespace. */
export const clusterConfigs: Readonly<Record<"kserve" | "own", Readonly<Record<string, unknown>>>> = {
  kserve: {
    "shared-gpus": { replicas: 2, template: server({ resources: { limits: { "nvidia.com/gpu": "4" } } }) },
    "own-and-shared": { labels: { from: "kserve" } },
    "templated-router": {
      router: {
        gateway: {},
        route: {
          http: {
            spec: {
              hostnames: ["models.example.com"],
              rules: [
                {
                  matches: [
                    { path: { type: "PathPrefix", value: "/{{ .ObjectMeta.Namespace }}/{{ .Spec.Model.Name }}" } },
                  ],
                  backendRefs: [{ name: "{{ ChildName .ObjectMeta.Name `-kserve-workload-svc` }}", port: 8000 }],
                },
              ],
            },
          },
        },
      },
    },
  },
  own: {
    "seed-scheduler-v4": seedSchedulerConfig,
    "picker-pool": {
      router: {
        scheduler: {
          pool: {
            spec: {
              // Services must have a selector, configs need none: the controller fills it in.
              selector: { matchLabels: {} },
              targetPorts: [{ number: 8000 }],
              endpointPickerRef: { name: "my-picker", failureMode: "FailOpen", port: { number: 9002 } },
            },
          },
        },
      },
    },
    "own-and-shared": { labels: { from: "own" }, template: server({ env: [{ name: "FROM", value: "config" }] }) },
    "kserve-config-llm-tracing": { tracing: { exporterEndpoint: "http://own-collector:4317", sampler: "always_on" } },
    "kserve-config-llm-worker-pipeline-parallel": {
      template: server({ image: "vllm:1", command: ["leader"], args: ["{{ .Spec.Parallelism.Pipeline }}"] }),
      worker: server({ image: "vllm:1", command: ["worker", "--tp={{ .Spec.Parallelism.Tensor }}"] }),
    },
  },
};

/** Endpoint picker configurations in ConfigMaps, by namespace. */
export const schedulerConfigMaps: Readonly<
  Record<"kserve" | "own", Readonly<Record<string, Readonly<Record<string, string>>>>>
> = {
  kserve: { "config-scheduler-shared": { "custom.yaml": JSON.stringify(queueConfig) } },
  own: {
    "epp-config": { epp: "kind: EndpointPickerConfig\nplugins:\n- type: random-picker\n- type: queue-scorer\n" },
  },
};
