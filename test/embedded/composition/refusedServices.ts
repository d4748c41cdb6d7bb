import { fragment, managedRouter, server, type ServiceCase } from "./cases";

/** A service that the composition refuses, and the live cluster too. */
export interface RefusedCase extends ServiceCase {
  /** What the composition says. */
  readonly refusal: RegExp;
  /** What API server or webhook say, or a condition of the service. */
  readonly live: { readonly refused: RegExp } | Outcome;
}

/** A condition that is False. */
interface Outcome {
  /** @default "PresetsCombined" */
  readonly condition?: string;
  readonly reason: string;
  readonly message: RegExp;
}

const model = { uri: "hf://org/model-7b", name: "org/model-7b" };
const plugins = (type: string) => ({ router: { scheduler: { config: { inline: { plugins: [{ type }] } } } } });

/** Composed and applied as references, because most of them go wrong only when the controller puts the parts together. */
export const refusedServices: readonly RefusedCase[] = [
  {
    name: "missing-config",
    covers: "a config that is nowhere",
    baseRefs: ["nowhere"],
    spec: { model },
    refusal:
      /baseRefs\[0\]: there is no LLMInferenceServiceConfig of this name in namespace composed-refused or kserve/,
    live: { reason: "ConfigNotFound", message: /"nowhere" not found in namespaces \[composed-refused kserve\]/ },
  },
  {
    name: "missing-preset",
    covers: "pipeline parallelism, for which KServe has no preset",
    spec: { model, parallelism: { pipeline: 2 }, worker: server() },
    refusal: /there is no LLMInferenceServiceConfig of this name/,
    live: { reason: "ConfigNotFound", message: /"kserve-config-llm-worker-pipeline-parallel" not found/ },
  },
  {
    name: "two-scheduler-configs",
    covers: "scheduler configurations that cannot be merged",
    fragments: [fragment("one", plugins("queue-scorer"))],
    spec: { model, ...plugins("random-picker") },
    refusal: /plugins/,
    live: { reason: "CombineBaseError", message: /unable to find api field in struct RawExtension/ },
  },
  {
    name: "accidental-template",
    covers: "braces in a user's text",
    spec: { model, template: server({ args: ["--chat-template", "{{ messages }}"] }) },
    refusal: /template\.containers\[0\]\.args\[1\]: cannot be rendered as a template/,
    live: { reason: "CombineBaseError", message: /function "messages" not defined/ },
  },
  {
    name: "quoted-model-name",
    covers: "a model name with a quote",
    spec: { model: { uri: "hf://org/model", name: 'my"model' } },
    refusal: /model\.name: holds a quote/,
    live: { reason: "CombineBaseError", message: /failed to unmarshal config from template/ },
  },
  {
    name: "worker-alone",
    covers: "a worker without parallelism",
    spec: { model, worker: server() },
    refusal: /worker/,
    live: { refused: /parallelism must be configured/ },
  },
  {
    name: "worker-alone-in-fragment",
    covers: "a worker of a fragment without parallelism",
    fragments: [fragment("worker", { worker: server() })],
    spec: { model },
    refusal: /worker/,
    live: { reason: "CombineBaseError", message: /parallelism must be configured/ },
  },
  {
    name: "parallelism-in-fragment",
    covers: "data parallelism that the preset's template cannot see",
    fragments: [fragment("nodes", { parallelism: { data: 4, dataLocal: 2 }, worker: server() })],
    spec: { model },
    refusal: /nil pointer|cannot be rendered/,
    live: { reason: "CombineBaseError", message: /nil pointer evaluating \*v1alpha2\.ParallelismSpec/ },
  },
  {
    name: "replicas-and-scaling",
    covers: "replicas beside a fragment's scaling",
    fragments: [fragment("scaling", { scaling: { maxReplicas: 4, wva: { hpa: {} } } })],
    spec: { model, replicas: 3 },
    refusal: /replicas/,
    live: { reason: "CombineBaseError", message: /replicas/ },
  },
  {
    name: "two-autoscalers",
    covers: "two autoscalers that both survive the merge",
    fragments: [
      fragment("hpa", { scaling: { maxReplicas: 4, wva: { hpa: {} } } }),
      fragment("keda", { scaling: { maxReplicas: 4, wva: { keda: {} } } }),
    ],
    spec: { model },
    refusal: /hpa|keda/,
    live: { reason: "CombineBaseError", message: /hpa|keda/i },
  },
  {
    name: "route-and-refs",
    covers: "a route of one's own beside existing ones",
    fragments: [fragment("refs", { router: { route: { http: { refs: [{ name: "existing-route" }] } } } })],
    spec: { model, router: { route: { http: { spec: { hostnames: ["a.example.com"] } } } } },
    refusal: /refs/,
    live: { reason: "CombineBaseError", message: /refs/ },
  },
  {
    name: "adapter-in-image",
    covers: "an adapter in an image",
    spec: {
      model: { ...model, lora: { adapters: [{ name: "sql", uri: "oci://registry.example.com/sql:1" }] } },
      router: managedRouter,
    },
    refusal: /lora\.adapters\[0\]\.uri/,
    live: { reason: "CombineBaseError", message: /oci:\/\/ is not supported for LoRA adapters/ },
  },
  {
    name: "bad-quantity",
    covers: "a quantity that is none",
    spec: { model, kvCacheOffloading: { cpu: "sixteen" } },
    refusal: /kvCacheOffloading\.cpu/,
    live: { refused: /quantities must match the regular expression/ },
  },
  {
    name: "templated-selector",
    covers: "a template in a label, which configs may have and services may not",
    spec: {
      model,
      router: {
        scheduler: {
          pool: {
            spec: {
              selector: { matchLabels: { app: "{{ .ObjectMeta.Name }}" } },
              targetPorts: [{ number: 8000 }],
              endpointPickerRef: { name: "epp", port: { number: 9002 } },
            },
          },
        },
      },
    },
    refusal: /selector\.matchLabels\.app: not in the required form/,
    live: { refused: /selector\.matchLabels\.app in body should match/ },
  },
  {
    name: "rules-without-pool",
    covers: "the guide's rule with timeouts alone beside a scheduler, which leaves the pool without a gateway",
    spec: {
      model,
      router: {
        gateway: {},
        route: { http: { spec: { rules: [{ timeouts: { request: "300s", backendRequest: "300s" } }] } } },
        scheduler: {},
      },
    },
    refusal: /router\.route\.http\.spec\.rules: the rules replace those of KServe's preset/,
    live: {
      condition: "InferencePoolReady",
      reason: "WaitingForGateway",
      message: /no Gateway controller has accepted it/,
    },
  },
];
