import fc from "fast-check";

import type { Plain, PlainObject } from "./oracle";
import { count, maybe, podTemplate, quantity, some } from "./pods";

/** Parts of services as people write them: valid one by one, mostly valid together. */

/** How a workload is spread over nodes. */
export const shapes = ["single", "data", "pipeline"] as const;
export type Shape = (typeof shapes)[number];

const tensor = some({ tensor: count }, 0.2);

const parallelism: Readonly<Record<Shape, fc.Arbitrary<PlainObject>>> = {
  single: tensor,
  data: fc.tuple(tensor, some({ expert: fc.boolean(), dataRPCPort: fc.constant(5555) }, 1)).map(([a, b]) => ({
    ...a,
    ...b,
    data: 4,
    dataLocal: 2,
  })),
  pipeline: tensor.map((others) => ({ ...others, pipeline: 2 })),
};

const kvCacheOffloading = fc
  .tuple(
    quantity,
    some({
      evictionPolicy: fc.constantFrom("lru", "arc"),
      secondary: fc.array(
        fc.constantFrom<PlainObject>(
          { fileSystem: { emptyDir: { size: "10Gi" } } },
          { fileSystem: { pvc: { ref: { name: "claim", path: "kv" } } } },
        ),
        { maxLength: 2 },
      ),
    }),
  )
  .map(([cpu, others]): PlainObject => ({ cpu, ...others }));

const scaling = fc.constantFrom<PlainObject>(
  { maxReplicas: 4, wva: { hpa: {} } },
  { minReplicas: 2, maxReplicas: 4, wva: { keda: { pollingInterval: 5 }, variantCost: "3.5" } },
);

/** Of several nodes when it has a worker; that needs parallelism, which then is in each part with a worker. */
function workload(shape: Shape, absent: number): fc.Arbitrary<PlainObject> {
  const several =
    shape === "single" ? undefined : some({ parallelism: parallelism[shape], worker: podTemplate("main") }, 0);
  const parts = some(
    {
      parallelism: parallelism[shape],
      template: maybe(podTemplate("main", "extra"), 0.5),
      labels,
      annotations: labels,
      kvCacheOffloading: maybe(kvCacheOffloading, 2),
    },
    absent,
  );
  const size = fc.oneof(
    { weight: 10 * absent, arbitrary: fc.constant<PlainObject>({}) },
    { weight: 10, arbitrary: fc.constantFrom(0, 1, 3).map((replicas): PlainObject => ({ replicas })) },
    { weight: 1, arbitrary: scaling.map((value): PlainObject => ({ scaling: value })) },
  );
  return fc
    .tuple(parts, size, several ? maybe(several, absent / 2) : fc.constant(undefined))
    .map((all) => Object.assign({}, ...all) as PlainObject);
}

const labels = fc.dictionary(fc.constantFrom("team", "tier"), fc.constantFrom("a", "b"), { noNullPrototype: true });

const backend = fc.constantFrom<PlainObject>(
  { name: "other", port: 80, kind: "Service" },
  { group: "inference.networking.k8s.io", kind: "InferencePool", name: "llm-inference-pool" },
  { group: "inference.networking.x-k8s.io", kind: "InferencePool", name: "llm-inference-pool", weight: 3 },
);

const routeSpec = some({
  hostnames: fc.constant(["models.example.com"]),
  parentRefs: fc.constantFrom<Plain>([{ name: "gw" }], [{ name: "gw", namespace: "infra" }]),
  rules: fc.array(
    fc.tuple(backend, some({ name: fc.constantFrom("a", "b") }, 1)).map(([ref, others]) => ({
      ...others,
      backendRefs: [ref],
    })),
    { minLength: 1, maxLength: 2 },
  ),
});

const http = fc.oneof(
  { weight: 3, arbitrary: routeSpec.map((spec): PlainObject => ({ spec })) },
  { weight: 1, arbitrary: fc.constantFrom<PlainObject>({}, { refs: [{ name: "mine" }] }, { refs: [] }) },
);

const inlineConfig = fc
  .subarray(["queue-scorer", "predicted-latency-producer", "max-score-picker"], { minLength: 1 })
  .map((types) => ({
    apiVersion: "inference.networking.x-k8s.io/v1alpha1",
    kind: "EndpointPickerConfig",
    plugins: types.map((type) => ({ type })),
  }));

const pool = fc.constantFrom<PlainObject>(
  { ref: { name: "shared-pool" } },
  {
    spec: {
      selector: { matchLabels: { app: "x" } },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: { name: "my-epp", port: { number: 9002 } },
    },
  },
  { spec: { selector: { matchLabels: { a: "b" } }, targetPorts: [{ number: 80 }], endpointPickerRef: { name: "x" } } },
);

const scheduler = some(
  {
    template: podTemplate("main", "tokenizer"),
    config: fc.oneof(
      inlineConfig.map((inline): PlainObject => ({ inline })),
      fc.constantFrom<PlainObject>(
        { ref: { name: "epp-config" } },
        { ref: { name: "epp-config", key: "other" } },
        { ref: { name: "epp-config", key: "absent" } },
        { ref: { name: "config-scheduler-shared" } },
      ),
    ),
    pool: maybe(pool, 2),
    replicas: fc.constantFrom(1, 2),
    labels,
  },
  2,
);

const router = some(
  {
    route: some({ http }, 1),
    gateway: maybe(
      fc.constantFrom<PlainObject>({}, { refs: [{ name: "gw", namespace: "infra" }] }, { refs: [{ name: "gw" }] }),
      2,
    ),
    scheduler,
  },
  0.5,
);

const model = fc
  .tuple(
    fc.constantFrom("hf://meta/llama", "pvc://claim/models", ""),
    some(
      {
        name: fc.oneof(
          { weight: 30, arbitrary: fc.constantFrom("llama", "org/model") },
          { weight: 1, arbitrary: fc.constant('q"uote') },
        ),
        lora: fc.constantFrom<PlainObject>(
          { adapters: [{ name: "sql", uri: "hf://org/sql" }] },
          {
            adapters: [
              { name: "a", uri: "hf://a/a" },
              { name: "b", uri: "pvc://b/b" },
            ],
            maxRank: 16,
          },
        ),
      },
      3,
    ),
  )
  .map(([uri, others]): PlainObject => ({ uri, ...others }));

/** What a service is, in which all parts of it agree. */
export interface Kind {
  shape: Shape;
  /** Undefined without prefill. */
  prefill?: Shape;
}

const shape = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Shape>("single") },
  { weight: 12, arbitrary: fc.constant<Shape>("data") },
  { weight: 1, arbitrary: fc.constant<Shape>("pipeline") },
);
export const kinds: fc.Arbitrary<Kind> = fc.noShrink(
  fc.record({ shape, prefill: fc.option(shape, { nil: undefined, freq: 2 }) }),
);

/** A spec; each part is absent that many times for every time that it is there. */
export function serviceSpec({ shape, prefill }: Kind, absent: number): fc.Arbitrary<PlainObject> {
  const others = some(
    {
      model: maybe(model, absent / 3),
      ...(prefill && { prefill: maybe(workload(prefill, absent), absent / 2) }),
      router: maybe(router, absent / 2),
      tracing: maybe(
        fc.constantFrom<PlainObject>({}, { exporterEndpoint: "http://otel:4317" }, { samplerArg: "0.5" }),
        absent * 2,
      ),
      storageInitializer: maybe(fc.constantFrom<PlainObject>({ enabled: false }, {}), absent * 10),
    },
    0,
  );
  return fc.tuple(others, workload(shape, absent)).map(([a, b]) => ({ ...a, ...b }));
}

/** A service that names the parts of it that matter most for what is under it. */
export const serviceMetadata = fc.record(
  {
    name: fc.constantFrom("llm", "my-model-7b", "a-name-that-is-as-long-as-it-may-be-x"),
    namespace: fc.constantFrom("team", "kserve"),
    labels: fc.constantFrom<Record<string, string>>({}, { team: "a", "serving.kserve.io/routing-group": "g" }),
    annotations: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<Record<string, string>>({}, { team: "b" }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Record<string, string>>(
          { "serving.kserve.io/exp-dra-device-class": "gpu.nvidia.com" },
          {
            "serving.kserve.io/exp-dra-device-class": "gpu.nvidia.com",
            "serving.kserve.io/exp-dra-container-name": " main ",
          },
        ),
      },
    ),
  },
  { noNullPrototype: true },
);

export const controllerSettings = fc.constantFrom(
  {},
  { enableTLS: true },
  { modelBasedRoutingHeaderName: "" },
  { ingressGatewayName: "gw", ingressGatewayNamespace: "infra", enableTLS: true },
);

/** What may stand in the place of KServe's scheduler preset, such as one from before the port was required. */
export const schedulerPresets: readonly PlainObject[] = [
  { endpointPickerRef: { name: "old" } },
  { endpointPickerRef: { name: "old", kind: "Other" } },
  { endpointPickerRef: { name: "old", port: { number: 1 } }, selector: { matchLabels: { a: "b" } } },
].map((spec) => ({
  router: {
    scheduler: {
      template: { containers: [{ name: "main" }] },
      pool: { spec: { targetPorts: [{ number: 1 }], ...spec } },
    },
  },
}));

/** ConfigMaps with configurations of the scheduler, by namespace and name. */
export const schedulerConfigMaps: Record<string, Record<string, Record<string, string>>> = {
  team: {
    "epp-config": {
      epp: "plugins:\n- type: queue-scorer\n",
      other: '{"plugins":[{"type":"predicted-latency-producer"}]}',
    },
  },
  kserve: {
    "epp-config": { epp: "{}", other: "a: 1" },
    "config-scheduler-shared": { epp: "plugins:\n- type: max-score-picker\n" },
  },
};
