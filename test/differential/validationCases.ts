/** A service, and where something is wrong with it. */
export interface ValidationCase {
  readonly title: string;
  /** Added to {@link validSpec}. */
  readonly spec: object;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The spec that is in the cluster already; also added to {@link validSpec}. */
  readonly previous?: object;
  /** Paths of all problems, in order; none when the service is accepted. */
  readonly paths: readonly string[];
  /** Why more is refused than KServe and the API server refuse. */
  readonly stricter?: string;
}

export const serviceName = "llama";
export const validSpec = { model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" } };

type Row = readonly [title: string, spec: object, ...paths: string[]];

function rows(...given: readonly Row[]): ValidationCase[] {
  return given.map(([title, spec, ...paths]) => ({ title, spec, paths }));
}

function stricter(reason: string, ...given: readonly Row[]): ValidationCase[] {
  return rows(...given).map((row) => ({ ...row, stricter: reason }));
}

const backend = { name: "llama-backend", port: 8000 };
const httpSpec = { rules: [{ backendRefs: [backend] }] };
const gatewayRef = { name: "gateway", namespace: "infra" };
const http = (spec: object, rest: object = {}): object => ({ router: { ...rest, route: { http: { spec } } } });

const router = rows(
  ["an empty router", { router: {} }],
  ["managed route, gateway and scheduler", { router: { route: {}, gateway: {}, scheduler: {} } }],
  ["an empty http route", { router: { route: { http: {} } } }],
  ["refs to routes", { router: { route: { http: { refs: [{ name: "mine" }] } } } }],
  [
    "refs to routes with a gateway of one's own",
    {
      router: { route: { http: { refs: [{ name: "mine" }] } }, gateway: { refs: [gatewayRef] } },
    },
  ],
  [
    "refs and a spec",
    { router: { route: { http: { refs: [{ name: "mine" }], spec: httpSpec } } } },
    "spec.router.route.http",
  ],
  ["empty refs and a spec", { router: { route: { http: { refs: [], spec: httpSpec } } } }],
  [
    "refs and an empty spec",
    { router: { route: { http: { refs: [{ name: "mine" }], spec: {} } } } },
    "spec.router.route.http",
  ],
  [
    "refs with a managed gateway",
    {
      router: { route: { http: { refs: [{ name: "mine" }] } }, gateway: {} },
    },
    "spec.router.route.http.refs",
  ],
  [
    "refs with empty gateway refs",
    {
      router: { route: { http: { refs: [{ name: "mine" }] } }, gateway: { refs: [] } },
    },
    "spec.router.route.http.refs",
  ],
  ["parentRefs alone", http({ ...httpSpec, parentRefs: [gatewayRef] })],
  [
    "parentRefs that say what gateway refs say",
    http({ ...httpSpec, parentRefs: [gatewayRef] }, { gateway: { refs: [gatewayRef] } }),
  ],
  [
    "the same gateways in another order",
    http(
      { ...httpSpec, parentRefs: [{ name: "b" }, { name: "a", sectionName: "https" }] },
      { gateway: { refs: [{ name: "a", sectionName: "https" }, { name: "b" }] } },
    ),
  ],
  [
    "parentRefs of another name",
    http(
      { ...httpSpec, parentRefs: [{ name: "other", namespace: "infra" }] },
      {
        gateway: { refs: [gatewayRef] },
      },
    ),
    "spec.router.route.http.spec.parentRefs",
  ],
  [
    "parentRefs of another namespace",
    http(
      { ...httpSpec, parentRefs: [{ name: "gateway" }] },
      {
        gateway: { refs: [gatewayRef] },
      },
    ),
    "spec.router.route.http.spec.parentRefs",
  ],
  [
    "parentRefs of another listener",
    http(
      { ...httpSpec, parentRefs: [{ ...gatewayRef, sectionName: "https" }] },
      {
        gateway: { refs: [gatewayRef] },
      },
    ),
    "spec.router.route.http.spec.parentRefs",
  ],
  [
    "more parentRefs than gateway refs",
    http(
      { ...httpSpec, parentRefs: [gatewayRef, { name: "b" }] },
      {
        gateway: { refs: [gatewayRef] },
      },
    ),
    "spec.router.route.http.spec.parentRefs",
  ],
  [
    "a gateway name that is too long",
    { router: { gateway: { refs: [{ name: "g".repeat(254) }] } } },
    "spec.router.gateway.refs[0].name",
  ],
  ["an empty gateway name", { router: { gateway: { refs: [{ name: "" }] } } }, "spec.router.gateway.refs[0].name"],
  [
    "a gateway namespace in capitals",
    { router: { gateway: { refs: [{ name: "g", namespace: "Infra" }] } } },
    "spec.router.gateway.refs[0].namespace",
  ],
  [
    "a listener with a bad name",
    { router: { gateway: { refs: [{ name: "g", sectionName: "a..b" }] } } },
    "spec.router.gateway.refs[0].sectionName",
  ],
  ["an ingress of one's own", { router: { ingress: { refs: [{ name: "mine", namespace: "models" }] } } }],
);

const traffic = rows(
  ["group and weight", { router: { route: { group: "llama", weight: 90 } } }],
  ["group and weight of zero", { router: { route: { group: "llama", weight: 0 } } }],
  [
    "group and weight with a route spec",
    { router: { route: { group: "llama", weight: 1, http: { spec: httpSpec } } } },
  ],
  ["group without weight", { router: { route: { group: "llama" } } }, "spec.router.route.weight"],
  ["weight without group", { router: { route: { weight: 10 } } }, "spec.router.route.group"],
  [
    "group and weight with refs",
    {
      router: { route: { group: "llama", weight: 10, http: { refs: [{ name: "mine" }] } } },
    },
    "spec.router.route.group",
  ],
  [
    "group and weight with an ingress",
    { router: { ingress: {}, route: { group: "llama", weight: 10 } } },
    "spec.router.route.group",
  ],
  ["weight with an ingress", { router: { ingress: {}, route: { weight: 10 } } }, "spec.router.route.weight"],
  ["a group with capitals", { router: { route: { group: "Llama", weight: 10 } } }, "spec.router.route.group"],
  ["an empty group", { router: { route: { group: "", weight: 10 } } }, "spec.router.route.group"],
  ["a group of 64 characters", { router: { route: { group: "g".repeat(64), weight: 10 } } }, "spec.router.route.group"],
  [
    "a weight that is too large",
    { router: { route: { group: "llama", weight: 1_000_001 } } },
    "spec.router.route.weight",
  ],
  ["a negative weight", { router: { route: { group: "llama", weight: -1 } } }, "spec.router.route.weight"],
);

const parallelism = [
  ...rows(
    ["tensor alone", { parallelism: { tensor: 8 } }],
    ["data and dataLocal", { parallelism: { data: 8, dataLocal: 4 } }],
    ["pipeline", { parallelism: { pipeline: 2, tensor: 8 } }],
    ["expert without data", { parallelism: { expert: true, tensor: 2 } }],
    ["a worker with pipeline", { worker: {}, parallelism: { pipeline: 2 } }],
    ["a worker with data", { worker: {}, parallelism: { data: 8, dataLocal: 4, dataRPCPort: 5555, expert: true } }],
    ["a worker without parallelism", { worker: {} }, "spec.worker"],
    ["a worker with tensor alone", { worker: {}, parallelism: { tensor: 8 } }, "spec.worker"],
    ["a prefill worker without parallelism", { prefill: { worker: {} } }, "spec.prefill.worker"],
    [
      "a prefill worker with that of the main workload",
      { worker: {}, parallelism: { pipeline: 2 }, prefill: { worker: {} } },
      "spec.prefill.worker",
    ],
    ["pipeline and data", { parallelism: { pipeline: 2, data: 8, dataLocal: 4 } }, "spec.parallelism"],
    [
      "pipeline and dataLocal",
      { parallelism: { pipeline: 2, dataLocal: 4 } },
      "spec.parallelism",
      "spec.parallelism.data",
    ],
    ["data without dataLocal", { parallelism: { data: 8 } }, "spec.parallelism.dataLocal"],
    ["dataLocal without data", { parallelism: { dataLocal: 8 } }, "spec.parallelism.data"],
    [
      "data without dataLocal in prefill",
      { prefill: { parallelism: { data: 8 } } },
      "spec.prefill.parallelism.dataLocal",
    ],
    ["a worker with dataLocal", { worker: {}, parallelism: { dataLocal: 8 } }, "spec.parallelism.data"],
    ["a pipeline of zero", { parallelism: { pipeline: 0 } }, "spec.parallelism.pipeline"],
    ["negative data", { parallelism: { data: -1, dataLocal: 1 } }, "spec.parallelism.data"],
    ["dataLocal of zero", { parallelism: { data: 1, dataLocal: 0 } }, "spec.parallelism.dataLocal"],
    ["tensor of zero", { parallelism: { tensor: 0 } }, "spec.parallelism.tensor"],
    [
      "an RPC port that is too large",
      { parallelism: { data: 2, dataLocal: 1, dataRPCPort: 65536 } },
      "spec.parallelism.dataRPCPort",
    ],
    ["parallelism as text", { parallelism: { tensor: "8" } }, "spec.parallelism.tensor"],
    ["a fraction of an accelerator", { parallelism: { tensor: 1.5 } }, "spec.parallelism.tensor"],
  ),
  ...stricter("a group would have a fraction of a node, which the controller drops", [
    "data that is no multiple of dataLocal",
    { parallelism: { data: 8, dataLocal: 3 } },
    "spec.parallelism.data",
  ]),
];

const immutability = (
  [
    ["the same size by other numbers", { data: 16, dataLocal: 8 }, { data: 8, dataLocal: 4 }],
    ["another size of data", { data: 16, dataLocal: 4 }, { data: 8, dataLocal: 4 }, "spec.parallelism"],
    ["another pipeline", { pipeline: 4 }, { pipeline: 2 }, "spec.parallelism"],
    ["a pipeline instead of data of the same size", { pipeline: 2 }, { data: 8, dataLocal: 4 }],
    ["parallelism removed", undefined, { pipeline: 2 }, "spec.parallelism"],
    ["parallelism added", { pipeline: 2 }, undefined, "spec.parallelism"],
    ["tensor changed", { tensor: 4 }, { tensor: 8 }],
    ["a size of one added", { pipeline: 1 }, undefined],
  ] as const
).map(([title, is, was, ...paths]): ValidationCase => ({
  title: `${title}, of a service that exists`,
  spec: { ...(is && { parallelism: is }) },
  previous: { ...(was && { parallelism: was }) },
  paths,
}));

const prefillImmutability: ValidationCase[] = [
  {
    title: "another prefill size, of a service that exists",
    spec: { prefill: { parallelism: { pipeline: 4 } } },
    previous: { prefill: { parallelism: { pipeline: 2 } } },
    paths: ["spec.prefill.parallelism"],
  },
  {
    title: "prefill added, to a service that exists",
    spec: { prefill: { parallelism: { pipeline: 4 } } },
    previous: {},
    paths: [],
  },
];

const scheduler = [
  ...rows(
    ["a scheduler of two replicas", { router: { scheduler: { replicas: 2 } } }],
    ["a scheduler without replicas", { router: { scheduler: { replicas: 0 } } }, "spec.router.scheduler.replicas"],
    ["a scheduler of negative replicas", { router: { scheduler: { replicas: -1 } } }, "spec.router.scheduler.replicas"],
    ["an inline configuration", { router: { scheduler: { config: { inline: { kind: "EndpointPickerConfig" } } } } }],
    ["a reference to a configuration", { router: { scheduler: { config: { ref: { name: "epp", key: "epp" } } } } }],
    ["an empty configuration", { router: { scheduler: { config: {} } } }, "spec.router.scheduler.config"],
    [
      "both inline and ref",
      {
        router: {
          scheduler: { config: { inline: { kind: "EndpointPickerConfig" }, ref: { name: "epp", key: "epp" } } },
        },
      },
      "spec.router.scheduler.config",
    ],
    [
      "an empty inline configuration",
      { router: { scheduler: { config: { inline: {} } } } },
      "spec.router.scheduler.config.inline",
    ],
    [
      "an inline configuration as text",
      { router: { scheduler: { config: { inline: "kind: EndpointPickerConfig" } } } },
      "spec.router.scheduler.config.inline",
    ],
    [
      "a reference without a name",
      { router: { scheduler: { config: { ref: { key: "epp" } } } } },
      "spec.router.scheduler.config.ref.name",
    ],
    [
      "a reference without a key",
      { router: { scheduler: { config: { ref: { name: "epp" } } } } },
      "spec.router.scheduler.config.ref.key",
    ],
    ["a reference to a pool", { router: { scheduler: { pool: { ref: { name: "pool" } } } } }],
  ),
];

const model = [
  ...rows(
    ["a name of its own", { model: { uri: "s3://bucket/model", name: "meta/llama" } }],
    ["a model without uri", { model: { name: "llama" } }, "spec.model.uri"],
    ["a uri as a number", { model: { uri: 5 } }, "spec.model.uri"],
    [
      "adapters",
      {
        model: {
          ...validSpec.model,
          lora: { maxRank: 64, maxAdapters: 4, maxCpuAdapters: 8, adapters: [{ name: "a", uri: "hf://a/b" }] },
        },
      },
    ],
    ["a rank of zero", { model: { ...validSpec.model, lora: { maxRank: 0 } } }, "spec.model.lora.maxRank"],
    ["no adapters at once", { model: { ...validSpec.model, lora: { maxAdapters: 0 } } }, "spec.model.lora.maxAdapters"],
    [
      "no adapters in memory",
      { model: { ...validSpec.model, lora: { maxCpuAdapters: -1 } } },
      "spec.model.lora.maxCpuAdapters",
    ],
    [
      "an adapter with an empty name",
      { model: { ...validSpec.model, lora: { adapters: [{ name: "", uri: "hf://a/b" }] } } },
      "spec.model.lora.adapters[0].name",
    ],
    [
      "an adapter called ..",
      { model: { ...validSpec.model, lora: { adapters: [{ name: "..", uri: "hf://a/b" }] } } },
      "spec.model.lora.adapters[0].name",
    ],
    [
      "an adapter called .",
      { model: { ...validSpec.model, lora: { adapters: [{ name: ".", uri: "hf://a/b" }] } } },
      "spec.model.lora.adapters[0].name",
    ],
    [
      "an adapter with dots in its name",
      { model: { ...validSpec.model, lora: { adapters: [{ name: "a..b", uri: "hf://a/b" }] } } },
    ],
    [
      "two adapters of one name",
      {
        model: {
          ...validSpec.model,
          lora: {
            adapters: [
              { name: "a", uri: "hf://a/b" },
              { name: "a", uri: "hf://a/c" },
            ],
          },
        },
      },
      "spec.model.lora.adapters[1].name",
    ],
    [
      "an adapter with the model's name",
      {
        model: { ...validSpec.model, name: "base", lora: { adapters: [{ name: "base", uri: "hf://a/b" }] } },
      },
      "spec.model.lora.adapters[0].name",
    ],
    [
      "an adapter with the service's name",
      {
        model: { ...validSpec.model, lora: { adapters: [{ name: serviceName, uri: "hf://a/b" }] } },
      },
      "spec.model.lora.adapters[0].name",
    ],
    [
      "an adapter with the service's name, where the model's is empty",
      {
        model: { ...validSpec.model, name: "", lora: { adapters: [{ name: serviceName, uri: "hf://a/b" }] } },
      },
      "spec.model.lora.adapters[0].name",
    ],
    [
      "an adapter with the service's name, where the model has another",
      {
        model: { ...validSpec.model, name: "base", lora: { adapters: [{ name: serviceName, uri: "hf://a/b" }] } },
      },
    ],
    [
      "an encrypted model",
      { model: { ...validSpec.model, confidential: { enabled: true, resourceId: "kbs:///default/key/model-1" } } },
    ],
    ["an encrypted model without a key", { model: { ...validSpec.model, confidential: { enabled: true } } }],
    ["an empty key", { model: { ...validSpec.model, confidential: { enabled: true, resourceId: "" } } }],
    [
      "a key with a host",
      { model: { ...validSpec.model, confidential: { enabled: true, resourceId: "kbs://host/default/key/1" } } },
      "spec.model.confidential.resourceId",
    ],
    [
      "a key of two parts",
      { model: { ...validSpec.model, confidential: { enabled: true, resourceId: "kbs:///default/key" } } },
      "spec.model.confidential.resourceId",
    ],
    [
      "a bad key that is not used",
      { model: { ...validSpec.model, confidential: { enabled: false, resourceId: "key" } } },
    ],
    [
      "confidential without enabled",
      { model: { ...validSpec.model, confidential: { resourceId: "kbs:///a/b/c" } } },
      "spec.model.confidential.enabled",
    ],
  ),
  ...stricter(
    "the controller cannot fetch it",
    ["a model over FTP", { model: { uri: "ftp://host/model" } }, "spec.model.uri"],
    [
      "an adapter in an image",
      { model: { ...validSpec.model, lora: { adapters: [{ name: "a", uri: "oci://a/b" }] } } },
      "spec.model.lora.adapters[0].uri",
    ],
    [
      "an adapter without uri",
      { model: { ...validSpec.model, lora: { adapters: [{ name: "a" }] } } },
      "spec.model.lora.adapters[0].uri",
    ],
    [
      "adapters without the storage initializer",
      {
        storageInitializer: { enabled: false },
        model: { ...validSpec.model, lora: { adapters: [{ name: "a", uri: "hf://a/b" }] } },
      },
      "spec.storageInitializer.enabled",
    ],
  ),
  ...stricter(
    "the API server drops it without a word",
    ["a misspelt field", { modle: {} }, "spec.modle"],
    [
      "a misspelt field of an adapter",
      { model: { ...validSpec.model, lora: { adapters: [{ name: "a", url: "hf://a/b", uri: "hf://a/b" }] } } },
      "spec.model.lora.adapters[0].url",
    ],
    ["a misspelt field of a pod", { template: { container: [] } }, "spec.template.container"],
  ),
];

const hpa = { wva: { hpa: {} } };
const scaling = rows(
  ["scaling by HPA", { scaling: { maxReplicas: 3, ...hpa } }],
  [
    "scaling by KEDA",
    {
      scaling: {
        minReplicas: 2,
        maxReplicas: 3,
        wva: { variantCost: "0.5", keda: { pollingInterval: 5, cooldownPeriod: 0 } },
      },
    },
  ],
  ["equal bounds", { scaling: { minReplicas: 3, maxReplicas: 3, ...hpa } }],
  ["replicas and scaling", { replicas: 1, scaling: { maxReplicas: 3, ...hpa } }, "spec.replicas"],
  ["replicas of zero and scaling", { replicas: 0, scaling: { maxReplicas: 3, ...hpa } }, "spec.replicas"],
  [
    "replicas and scaling in prefill",
    { prefill: { replicas: 1, scaling: { maxReplicas: 3, ...hpa } } },
    "spec.prefill.replicas",
  ],
  ["replicas beside scaling in prefill", { replicas: 1, prefill: { scaling: { maxReplicas: 3, ...hpa } } }],
  ["bounds the wrong way round", { scaling: { minReplicas: 4, maxReplicas: 3, ...hpa } }, "spec.scaling.minReplicas"],
  ["no upper bound", { scaling: { minReplicas: 1, ...hpa } }, "spec.scaling.maxReplicas"],
  ["an upper bound of zero", { scaling: { maxReplicas: 0, ...hpa } }, "spec.scaling.maxReplicas"],
  ["a lower bound of zero", { scaling: { minReplicas: 0, maxReplicas: 3, ...hpa } }, "spec.scaling.minReplicas"],
  ["scaling without WVA", { scaling: { maxReplicas: 3 } }, "spec.scaling.wva"],
  ["WVA without actuator", { scaling: { maxReplicas: 3, wva: {} } }, "spec.scaling.wva"],
  ["both actuators", { scaling: { maxReplicas: 3, wva: { hpa: {}, keda: {} } } }, "spec.scaling.wva"],
  ["a whole cost", { scaling: { maxReplicas: 3, wva: { variantCost: "10", hpa: {} } } }],
  [
    "a negative cost",
    { scaling: { maxReplicas: 3, wva: { variantCost: "-1", hpa: {} } } },
    "spec.scaling.wva.variantCost",
  ],
  [
    "a cost with a unit",
    { scaling: { maxReplicas: 3, wva: { variantCost: "10$", hpa: {} } } },
    "spec.scaling.wva.variantCost",
  ],
  [
    "a cost without digits after the dot",
    { scaling: { maxReplicas: 3, wva: { variantCost: "10.", hpa: {} } } },
    "spec.scaling.wva.variantCost",
  ],
  [
    "a cost as a number",
    { scaling: { maxReplicas: 3, wva: { variantCost: 10, hpa: {} } } },
    "spec.scaling.wva.variantCost",
  ],
  ["idle below the minimum", { scaling: { minReplicas: 2, maxReplicas: 3, wva: { keda: { idleReplicaCount: 1 } } } }],
  [
    "idle at the minimum",
    { scaling: { minReplicas: 2, maxReplicas: 3, wva: { keda: { idleReplicaCount: 2 } } } },
    "spec.scaling.wva.keda.idleReplicaCount",
  ],
  [
    "idle without a minimum",
    { scaling: { maxReplicas: 3, wva: { keda: { idleReplicaCount: 1 } } } },
    "spec.scaling.minReplicas",
  ],
  [
    "idle of zero",
    { scaling: { minReplicas: 2, maxReplicas: 3, wva: { keda: { idleReplicaCount: 0 } } } },
    "spec.scaling.wva.keda.idleReplicaCount",
  ],
  [
    "polling without an interval",
    { scaling: { maxReplicas: 3, wva: { keda: { pollingInterval: 0 } } } },
    "spec.scaling.wva.keda.pollingInterval",
  ],
  ["a fallback", { scaling: { maxReplicas: 3, wva: { keda: { fallback: { failureThreshold: 3, replicas: 2 } } } } }],
  [
    "a fallback without replicas",
    { scaling: { maxReplicas: 3, wva: { keda: { fallback: { failureThreshold: 3 } } } } },
    "spec.scaling.wva.keda.fallback.replicas",
  ],
  [
    "an unknown fallback",
    {
      scaling: {
        maxReplicas: 3,
        wva: { keda: { fallback: { failureThreshold: 3, replicas: 2, behavior: "dynamic" } } },
      },
    },
    "spec.scaling.wva.keda.fallback.behavior",
  ],
  [
    "a formula for WVA",
    {
      scaling: { maxReplicas: 3, wva: { keda: { advanced: { scalingModifiers: { formula: "a+b" } } } } },
    },
    "spec.scaling.wva.keda.advanced.scalingModifiers",
    "spec.scaling.wva.keda.advanced",
  ],
  [
    "a target for WVA",
    {
      scaling: {
        maxReplicas: 3,
        wva: { keda: { advanced: { scalingModifiers: { target: "1", metricType: "Value" } } } },
      },
    },
    "spec.scaling.wva.keda.advanced.scalingModifiers",
    "spec.scaling.wva.keda.advanced",
  ],
  [
    "a name for the HPA",
    {
      scaling: { maxReplicas: 3, wva: { keda: { advanced: { horizontalPodAutoscalerConfig: { name: "mine" } } } } },
    },
    "spec.scaling.wva.keda.advanced.horizontalPodAutoscalerConfig.name",
    "spec.scaling.wva.keda.advanced",
  ],
  [
    "advanced settings that the webhook would take",
    {
      scaling: { maxReplicas: 3, wva: { keda: { advanced: { restoreToOriginalReplicaCount: true } } } },
    },
    "spec.scaling.wva.keda.advanced",
  ],
  [
    "behavior",
    {
      scaling: {
        maxReplicas: 3,
        wva: { hpa: { behavior: { scaleUp: { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] } } } },
      },
    },
  ],
  [
    "behavior without a period",
    {
      scaling: { maxReplicas: 3, wva: { hpa: { behavior: { scaleUp: { policies: [{ type: "Pods", value: 1 }] } } } } },
    },
    "spec.scaling.wva.hpa.behavior.scaleUp.policies[0].periodSeconds",
  ],
  [
    "the same actuator twice",
    { scaling: { maxReplicas: 3, ...hpa }, prefill: { scaling: { maxReplicas: 2, ...hpa } } },
  ],
  [
    "two actuators",
    {
      scaling: { maxReplicas: 3, ...hpa },
      prefill: { scaling: { maxReplicas: 2, wva: { keda: {} } } },
    },
    "spec.prefill.scaling.wva",
  ],
  [
    "two actuators the other way",
    {
      scaling: { maxReplicas: 3, wva: { keda: {} } },
      prefill: { scaling: { maxReplicas: 2, ...hpa } },
    },
    "spec.prefill.scaling.wva",
  ],
);

const tier = (fileSystem: unknown, cpu = "64Gi"): object => ({
  kvCacheOffloading: { cpu, secondary: [{ fileSystem }] },
});
const tierPath = "spec.kvCacheOffloading.secondary[0].fileSystem";
const kvCache = rows(
  ["offloading to CPU memory", { kvCacheOffloading: { cpu: "64Gi", evictionPolicy: "arc" } }],
  ["offloading to an emptyDir", tier({ emptyDir: { size: "1Ti" } })],
  ["offloading to a claim", tier({ pvc: { ref: { name: "cache", path: "kv" } } })],
  [
    "offloading to a claim of its own",
    tier({ pvc: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Ti" } } } } }),
  ],
  ["offloading without CPU memory", { kvCacheOffloading: {} }, "spec.kvCacheOffloading.cpu"],
  ["no CPU memory, and no other tiers", { kvCacheOffloading: { cpu: "0" } }],
  ["no CPU memory below a tier", tier({ emptyDir: { size: "1Ti" } }, "0"), "spec.kvCacheOffloading.cpu"],
  [
    "no CPU memory with a unit below a tier",
    tier({ emptyDir: { size: "1Ti" } }, "0.0Gi"),
    "spec.kvCacheOffloading.cpu",
  ],
  ["CPU memory that is no quantity", { kvCacheOffloading: { cpu: "64 GB" } }, "spec.kvCacheOffloading.cpu"],
  [
    "an unknown eviction policy",
    { kvCacheOffloading: { cpu: "64Gi", evictionPolicy: "fifo" } },
    "spec.kvCacheOffloading.evictionPolicy",
  ],
  ["a tier without a file system", { kvCacheOffloading: { cpu: "64Gi", secondary: [{}] } }, tierPath],
  ["a tier without a volume", tier({}), tierPath],
  ["a tier with two volumes", tier({ emptyDir: { size: "1Ti" }, pvc: { ref: { name: "cache" } } }), tierPath],
  ["an emptyDir without a size", tier({ emptyDir: {} }), `${tierPath}.emptyDir.size`],
  ["a claim of nothing", tier({ pvc: {} }), `${tierPath}.pvc`],
  ["a claim that is both", tier({ pvc: { spec: {}, ref: { name: "cache" } } }), `${tierPath}.pvc`],
  ["a claim with an empty name", tier({ pvc: { ref: { name: "" } } }), `${tierPath}.pvc.ref.name`],
  ["a claim without a name", tier({ pvc: { ref: {} } }), `${tierPath}.pvc.ref.name`],
  [
    "the second tier of prefill",
    {
      prefill: { kvCacheOffloading: { cpu: "1Gi", secondary: [{ fileSystem: { emptyDir: { size: "1" } } }, {}] } },
    },
    "spec.prefill.kvCacheOffloading.secondary[1].fileSystem",
  ],
);

const dra = "serving.kserve.io/exp-dra-";
const draPath = (name: string): string => `annotations["${dra}${name}"]`;
const annotations: ValidationCase[] = (
  [
    ["a device class", { "device-class": "gpu.nvidia.com" }],
    ["a device class with spaces around it", { "device-class": " gpu.nvidia.com " }],
    [
      "everything about devices",
      {
        "device-class": "gpu.nvidia.com",
        "device-count": "2",
        "cel-selector": "device.driver == 'gpu'\n\n",
        "container-name": "main",
      },
    ],
    ["an empty device class", { "device-class": " " }, "device-class"],
    ["a device class in capitals", { "device-class": "GPU" }, "device-class"],
    [
      "a device class of 254 characters",
      { "device-class": `${"a".repeat(63)}.`.repeat(4).slice(0, 254) },
      "device-class",
    ],
    ["a count without a class", { "device-count": "2" }, "device-class"],
    ["a selector without a class", { "cel-selector": "true" }, "device-class"],
    ["a container without a class", { "container-name": "main" }, "device-class"],
    ["no devices", { "device-class": "gpu", "device-count": "0" }, "device-count"],
    ["a negative count", { "device-class": "gpu", "device-count": "-1" }, "device-count"],
    ["a count that is a fraction", { "device-class": "gpu", "device-count": "1.5" }, "device-count"],
    ["a count in hexadecimal", { "device-class": "gpu", "device-count": "0x2" }, "device-count"],
    ["a count beyond 64 bits", { "device-class": "gpu", "device-count": "9223372036854775808" }, "device-count"],
    ["the largest count", { "device-class": "gpu", "device-count": "9223372036854775807" }],
    ["a count with a sign and zeros", { "device-class": "gpu", "device-count": "+007" }],
    ["an empty count", { "device-class": "gpu", "device-count": "" }],
    ["an empty selector", { "device-class": "gpu", "cel-selector": " \n " }, "cel-selector"],
    ["an empty container", { "device-class": "gpu", "container-name": "" }, "container-name"],
    ["a container with a dot", { "device-class": "gpu", "container-name": "a.b" }, "container-name"],
    ["a container of 64 characters", { "device-class": "gpu", "container-name": "a".repeat(64) }, "container-name"],
  ] as readonly (readonly [string, Record<string, string>, ...string[]])[]
).map(([title, given, ...names]) => ({
  title,
  spec: {},
  annotations: Object.fromEntries(Object.entries(given).map(([name, value]) => [dra + name, value])),
  paths: names.map(draPath),
}));

const rule = (given: object): object => http({ rules: [given] });
const rulePath = "spec.router.route.http.spec.rules[0]";
const prefixRewrite = {
  type: "URLRewrite",
  urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } },
};
const redirect = { type: "RequestRedirect", requestRedirect: { scheme: "https" } };
const match = (path: object): object => rule({ matches: [{ path }] });
const httpRoute = rows(
  [
    "a route with everything",
    rule({
      matches: [
        {
          path: { type: "PathPrefix", value: "/models/llama" },
          headers: [{ name: "X-Model", value: "llama" }],
          method: "POST",
        },
      ],
      filters: [prefixRewrite],
      backendRefs: [{ ...backend, weight: 2 }],
      timeouts: { request: "1h", backendRequest: "300s" },
    }),
  ],
  ["no rules", http({ rules: [] }), "spec.router.route.http.spec.rules"],
  ["seventeen rules", http({ rules: Array.from({ length: 17 }, () => ({})) }), "spec.router.route.http.spec.rules"],
  [
    "129 matches",
    http({ rules: Array.from({ length: 3 }, () => ({ matches: Array.from({ length: 43 }, () => ({})) })) }),
    "spec.router.route.http.spec.rules",
  ],
  [
    "128 matches",
    http({ rules: Array.from({ length: 2 }, () => ({ matches: Array.from({ length: 64 }, () => ({})) })) }),
  ],
  ["a Service without a port", rule({ backendRefs: [{ name: "a" }] }), `${rulePath}.backendRefs[0].port`],
  [
    "a pool without a port",
    rule({ backendRefs: [{ group: "inference.networking.k8s.io", kind: "InferencePool", name: "a" }] }),
  ],
  ["a backend without a name", rule({ backendRefs: [{ port: 80 }] }), `${rulePath}.backendRefs[0].name`],
  ["a port that is too large", rule({ backendRefs: [{ name: "a", port: 70000 }] }), `${rulePath}.backendRefs[0].port`],
  ["a redirect with backends", rule({ filters: [redirect], backendRefs: [backend] }), `${rulePath}.filters[0]`],
  ["a redirect", rule({ filters: [redirect] })],
  ["a filter of an unknown type", rule({ filters: [{ type: "Rewrite" }] }), `${rulePath}.filters[0].type`],
  ["a filter without its settings", rule({ filters: [{ type: "URLRewrite" }] }), `${rulePath}.filters[0].urlRewrite`],
  [
    "a filter with the settings of another",
    rule({
      filters: [
        { type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["a"] }, urlRewrite: { hostname: "a.b" } },
      ],
    }),
    `${rulePath}.filters[0].urlRewrite`,
  ],
  [
    "a filter twice",
    rule({
      filters: [1, 2].map(() => ({ type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["a"] } })),
    }),
    `${rulePath}.filters[1]`,
  ],
  [
    "a mirror twice",
    rule({ filters: [1, 2].map(() => ({ type: "RequestMirror", requestMirror: { backendRef: backend } })) }),
  ],
  [
    "a rewrite and a redirect",
    rule({
      filters: [{ type: "URLRewrite", urlRewrite: { hostname: "a.b" } }, redirect],
    }),
    `${rulePath}.filters[0]`,
  ],
  [
    "a filter of a backend without its settings",
    rule({
      backendRefs: [{ ...backend, filters: [{ type: "RequestMirror" }] }],
    }),
    `${rulePath}.backendRefs[0].filters[0].requestMirror`,
  ],
  [
    "a mirror without a port",
    rule({
      filters: [{ type: "RequestMirror", requestMirror: { backendRef: { name: "a" } } }],
    }),
    `${rulePath}.filters[0].requestMirror.backendRef.port`,
  ],
  [
    "a mirror by percent and fraction",
    rule({
      filters: [
        { type: "RequestMirror", requestMirror: { backendRef: backend, percent: 5, fraction: { numerator: 1 } } },
      ],
    }),
    `${rulePath}.filters[0].requestMirror`,
  ],
  [
    "a mirror of more than all",
    rule({
      filters: [{ type: "RequestMirror", requestMirror: { backendRef: backend, fraction: { numerator: 101 } } }],
    }),
    `${rulePath}.filters[0].requestMirror.fraction.numerator`,
  ],
  [
    "a full path that is missing",
    rule({
      filters: [{ type: "URLRewrite", urlRewrite: { path: { type: "ReplaceFullPath" } } }],
    }),
    `${rulePath}.filters[0].urlRewrite.path.replaceFullPath`,
  ],
  [
    "a full path of the wrong type",
    rule({
      filters: [
        {
          type: "URLRewrite",
          urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/", replaceFullPath: "/" } },
        },
      ],
    }),
    `${rulePath}.filters[0].urlRewrite.path.replaceFullPath`,
  ],
  ["a prefix rewrite of the default match", rule({ filters: [prefixRewrite], backendRefs: [backend] })],
  [
    "a prefix rewrite of headers alone",
    rule({ filters: [prefixRewrite], matches: [{ headers: [{ name: "a", value: "b" }] }] }),
  ],
  [
    "a prefix rewrite of an exact match",
    rule({
      filters: [prefixRewrite],
      matches: [{ path: { type: "Exact", value: "/a" } }],
    }),
    `${rulePath}.filters[0].urlRewrite.path`,
  ],
  [
    "a prefix rewrite of two matches",
    rule({
      filters: [prefixRewrite],
      matches: [{ path: { value: "/a" } }, { path: { value: "/b" } }],
    }),
    `${rulePath}.filters[0].urlRewrite.path`,
  ],
  [
    "a prefix rewrite of a backend's exact match",
    rule({
      backendRefs: [{ ...backend, filters: [prefixRewrite] }],
      matches: [{ path: { type: "Exact", value: "/a" } }],
    }),
    `${rulePath}.backendRefs[0].filters[0].urlRewrite.path`,
  ],
  ["a relative path", match({ value: "models" }), `${rulePath}.matches[0].path.value`],
  ["a path with //", match({ value: "/a//b" }), `${rulePath}.matches[0].path.value`],
  ["a path that ends with /..", match({ value: "/a/.." }), `${rulePath}.matches[0].path.value`],
  ["a path with a fragment", match({ type: "Exact", value: "/a#b" }), `${rulePath}.matches[0].path.value`],
  ["a path with a space", match({ value: "/a b" }), `${rulePath}.matches[0].path.value`],
  ["an encoded path", match({ value: "/a%20b" })],
  ["a pattern", match({ type: "RegularExpression", value: "a b|//" })],
  ["an unknown type of path", match({ type: "Prefix", value: "/" }), `${rulePath}.matches[0].path.type`],
  [
    "a header with a space",
    rule({ matches: [{ headers: [{ name: "a b", value: "c" }] }] }),
    `${rulePath}.matches[0].headers[0].name`,
  ],
  [
    "a header twice",
    rule({
      matches: [
        {
          headers: [
            { name: "a", value: "b" },
            { name: "a", value: "c" },
          ],
        },
      ],
    }),
    `${rulePath}.matches[0].headers[1]`,
  ],
  ["an unknown method", rule({ matches: [{ method: "FETCH" }] }), `${rulePath}.matches[0].method`],
  [
    "a backend's timeout beyond the request's",
    rule({ timeouts: { request: "10s", backendRequest: "1m" } }),
    `${rulePath}.timeouts.backendRequest`,
  ],
  ["a backend's timeout without a limit for requests", rule({ timeouts: { request: "0s", backendRequest: "1m" } })],
  ["equal timeouts in other units", rule({ timeouts: { request: "1m", backendRequest: "60000ms" } })],
  ["a timeout without a unit", rule({ timeouts: { request: "300" } }), `${rulePath}.timeouts.request`],
  [
    "a permanent cookie without a timeout",
    rule({
      sessionPersistence: { cookieConfig: { lifetimeType: "Permanent" } },
    }),
    `${rulePath}.sessionPersistence.absoluteTimeout`,
  ],
  [
    "a cookie for headers",
    rule({ sessionPersistence: { type: "Header", cookieConfig: {} } }),
    `${rulePath}.sessionPersistence.cookieConfig`,
  ],
  [
    "a wildcard beside an origin",
    rule({
      filters: [{ type: "CORS", cors: { allowOrigins: ["*", "https://a.b"] } }],
    }),
    `${rulePath}.filters[0].cors.allowOrigins`,
  ],
  [
    "an authentication without its protocol's settings",
    rule({
      filters: [{ type: "ExternalAuth", externalAuth: { protocol: "GRPC", backendRef: backend } }],
    }),
    `${rulePath}.filters[0].type`,
    `${rulePath}.filters[0].externalAuth.grpc`,
  ],
  [
    "an authentication with the settings of another protocol",
    rule({
      filters: [{ type: "ExternalAuth", externalAuth: { protocol: "HTTP", http: {}, grpc: {}, backendRef: backend } }],
    }),
    `${rulePath}.filters[0].type`,
    `${rulePath}.filters[0].externalAuth.grpc`,
  ],
  ["a hostname with a port", http({ hostnames: ["a.b:80"] }), "spec.router.route.http.spec.hostnames[0]"],
);

const poolSpec = {
  selector: { matchLabels: { app: "llama" } },
  targetPorts: [{ number: 8000 }],
  endpointPickerRef: { name: "epp", port: { number: 9002 } },
};
const pool = (changed: object): object => ({ router: { scheduler: { pool: { spec: { ...poolSpec, ...changed } } } } });
const poolPath = "spec.router.scheduler.pool.spec";
const inferencePool = rows(
  ["a pool", pool({})],
  ["a pool of h2c", pool({ appProtocol: "kubernetes.io/h2c" })],
  ["a pool of gRPC", pool({ appProtocol: "grpc" }), `${poolPath}.appProtocol`],
  ["a pool without labels", pool({ selector: { matchLabels: {} } }), `${poolPath}.selector.matchLabels`],
  ["a pool without a selector", pool({ selector: undefined }), `${poolPath}.selector`],
  [
    "a pool with a label that is too long",
    pool({ selector: { matchLabels: { app: "a".repeat(64) } } }),
    `${poolPath}.selector.matchLabels.app`,
  ],
  ["a pool without ports", pool({ targetPorts: [] }), `${poolPath}.targetPorts`],
  [
    "a pool of nine ports",
    pool({ targetPorts: Array.from({ length: 9 }, (_, index) => ({ number: 8000 + index })) }),
    `${poolPath}.targetPorts`,
  ],
  [
    "a pool with a port twice",
    pool({ targetPorts: [{ number: 8000 }, { number: 8000 }] }),
    `${poolPath}.targetPorts[1].number`,
  ],
  ["a picker without a port", pool({ endpointPickerRef: { name: "epp" } }), `${poolPath}.endpointPickerRef.port`],
  ["a picker of another kind without a port", pool({ endpointPickerRef: { name: "epp", kind: "Backend" } })],
  [
    "a picker without a name",
    pool({ endpointPickerRef: { port: { number: 9002 } } }),
    `${poolPath}.endpointPickerRef.name`,
  ],
  [
    "a picker that fails in another way",
    pool({ endpointPickerRef: { ...poolSpec.endpointPickerRef, failureMode: "Fail" } }),
    `${poolPath}.endpointPickerRef.failureMode`,
  ],
);

const container = { name: "main", image: "vllm:latest" };
const pod = (given: object): object => ({ template: { containers: [{ ...container, ...given }] } });
const main = "spec.template.containers[0]";
const pods = [
  ...rows(
    [
      "a pod",
      pod({
        resources: { limits: { cpu: 4, memory: "64Gi", "nvidia.com/gpu": "1" } },
        env: [{ name: "A", value: "1" }],
      }),
    ],
    ["a pod without containers", { template: { nodeSelector: { gpu: "h100" } } }],
    ["a pod without a container's name", { template: { containers: [{ image: "a" }] } }, `${main}.name`],
    ["two containers of one name", { template: { containers: [container, container] } }, "spec.template.containers[1]"],
    [
      "two equal ports",
      pod({ ports: [{ containerPort: 80 }, { containerPort: 80, protocol: "TCP" }] }),
      `${main}.ports[1]`,
    ],
    ["one port of two protocols", pod({ ports: [{ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }] })],
    [
      "an environment variable twice",
      pod({
        env: [
          { name: "A", value: "1" },
          { name: "A", value: "2" },
        ],
      }),
      `${main}.env[1]`,
    ],
    ["an environment variable as a number", pod({ env: [{ name: "A", value: 1 }] }), `${main}.env[0].value`],
    ["arguments that are one text", pod({ args: "--model" }), `${main}.args`],
    [
      "memory that is no quantity",
      pod({ resources: { limits: { memory: "64GiB" } } }),
      `${main}.resources.limits.memory`,
    ],
    ["a probe's port by name", pod({ readinessProbe: { httpGet: { path: "/health", port: "http" } } })],
    [
      "a probe without a port",
      pod({ readinessProbe: { httpGet: { path: "/health" } } }),
      `${main}.readinessProbe.httpGet.port`,
    ],
    [
      "a grace period as text",
      { template: { terminationGracePeriodSeconds: "60" } },
      "spec.template.terminationGracePeriodSeconds",
    ],
    ["a label as a number", { labels: { team: 5 } }, "spec.labels.team"],
    [
      "a volume in the scheduler without a name",
      { router: { scheduler: { template: { volumes: [{ emptyDir: {} }] } } } },
      "spec.router.scheduler.template.volumes[0].name",
    ],
    ["a null in a list", { template: { containers: [null] } }, "spec.template.containers[0]"],
    [
      "nulls that stand for nothing",
      { replicas: null, template: { containers: [{ ...container, env: null }] }, router: null },
    ],
    ["negative replicas", { replicas: -1 }, "spec.replicas"],
    ["replicas beyond 32 bits", { replicas: 3_000_000_000 }, "spec.replicas"],
    [
      "tracing",
      {
        tracing: { exporterEndpoint: "http://collector:4317", sampler: "always_on", samplerArg: "1", exporter: "otlp" },
      },
    ],
    ["a sampler's argument as a number", { tracing: { samplerArg: 0.1 } }, "spec.tracing.samplerArg"],
    ["an initializer that is a text", { storageInitializer: { enabled: "no" } }, "spec.storageInitializer.enabled"],
    ["baseRefs", { baseRefs: [{ name: "gpu" }] }],
  ),
  ...stricter("the controller would look for a config without a name", [
    "a baseRef without a name",
    { baseRefs: [{}] },
    "spec.baseRefs[0].name",
  ]),
  ...stricter("no gateway would accept the pool, so the service would never be Ready", [
    "rules past the scheduler",
    http(httpSpec, { scheduler: {} }),
    "spec.router.route.http.spec.rules",
  ]),
];

/** Every rule, once kept and once broken at least. */
export const validationCases: readonly ValidationCase[] = [
  ...router,
  ...traffic,
  ...parallelism,
  ...immutability,
  ...prefillImmutability,
  ...scheduler,
  ...model,
  ...scaling,
  ...kvCache,
  ...annotations,
  ...httpRoute,
  ...inferencePool,
  ...pods,
];
