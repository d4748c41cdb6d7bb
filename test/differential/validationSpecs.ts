import * as fc from "fast-check";

import type { ValidationCase } from "./validationCases";

/** Small values, so that rules about several fields are met, kept and broken often. */
const count = fc.constantFrom(1, 2, 4, 8, 0, -1);
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> => arbitrary;
const record = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

const parallelism = record({
  tensor: count,
  pipeline: count,
  data: count,
  dataLocal: count,
  expert: fc.boolean(),
});

const actuator = record({
  hpa: fc.constant({}),
  keda: record({ idleReplicaCount: count, pollingInterval: count }),
  variantCost: fc.constantFrom("10.0", "1", "", "x", "-1"),
});

const scaling = record({ minReplicas: count, maxReplicas: count, wva: actuator });

const fileSystem = record({
  emptyDir: fc.constantFrom({ size: "1Gi" }, {}),
  pvc: record({ ref: fc.constantFrom({ name: "cache" }, { name: "" }, {}), spec: fc.constant({}) }),
});

const kvCacheOffloading = record({
  cpu: fc.constantFrom("1Gi", "0", "0Ki", 5, "x"),
  evictionPolicy: fc.constantFrom("lru", "arc", "fifo"),
  secondary: fc.array(record({ fileSystem }), { maxLength: 2 }),
});

const workload = {
  replicas: count,
  scaling,
  parallelism,
  worker: fc.constant({}),
  kvCacheOffloading,
};

const gateway = fc.constantFrom(
  { name: "a" },
  { name: "b" },
  { name: "a", namespace: "n" },
  { name: "a", sectionName: "s" },
);
const backend = fc.constantFrom(
  { name: "a", port: 80 },
  { name: "a" },
  { name: "a", kind: "InferencePool" },
  { port: 80 },
);
const filter = fc.constantFrom(
  { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } },
  { type: "URLRewrite", urlRewrite: { path: { type: "ReplaceFullPath" } } },
  { type: "URLRewrite" },
  { type: "RequestRedirect", requestRedirect: {} },
  { type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["a"] } },
  { type: "RequestMirror", requestMirror: { backendRef: { name: "a", port: 80 } } },
  { type: "RequestMirror", urlRewrite: {} },
);
const match = record({
  path: record({
    type: fc.constantFrom("PathPrefix", "Exact", "RegularExpression", "Prefix"),
    value: fc.constantFrom("/", "/a", "a", "/a//b", "/a/..", "/%2f", "/#", "/a b"),
  }),
  method: fc.constantFrom("GET", "POST", "get"),
});
const rule = record({
  matches: fc.array(match, { maxLength: 2 }),
  filters: fc.array(filter, { maxLength: 2 }),
  backendRefs: fc.array(backend, { maxLength: 2 }),
  timeouts: record({
    request: fc.constantFrom("1s", "0s", "1m", "x"),
    backendRequest: fc.constantFrom("1s", "2s500ms"),
  }),
});

const router = record({
  gateway: record({ refs: fc.array(gateway, { maxLength: 2 }) }),
  ingress: fc.constant({}),
  route: record({
    group: fc.constantFrom("a", "b-c", "", "A"),
    weight: count,
    http: record({
      refs: fc.array(fc.constant({ name: "mine" }), { maxLength: 1 }),
      spec: record({ parentRefs: fc.array(gateway, { maxLength: 2 }), rules: fc.array(rule, { maxLength: 2 }) }),
    }),
  }),
  scheduler: record({
    replicas: count,
    config: record({
      inline: fc.constantFrom({}, { kind: "EndpointPickerConfig" }),
      ref: fc.constantFrom({ name: "a", key: "b" }, { key: "" }, { name: "a" }),
    }),
    pool: record({
      ref: fc.constant({ name: "pool" }),
      spec: fc.constantFrom(
        { selector: { matchLabels: { a: "b" } }, targetPorts: [{ number: 1 }], endpointPickerRef: { name: "epp" } },
        {
          selector: { matchLabels: { a: "b" } },
          targetPorts: [{ number: 1 }, { number: 1 }],
          endpointPickerRef: { name: "epp", port: { number: 9002 } },
        },
      ),
    }),
  }),
});

const adapter = record({ name: fc.constantFrom("a", "b", "llama", "", ".", ".."), uri: fc.constant("hf://a/b") });
const model = fc.record(
  {
    uri: fc.constantFrom("hf://a/b", "oci://a", "pvc://a/b", ""),
    name: fc.constantFrom("a", "", "base"),
    lora: record({ adapters: fc.array(adapter, { maxLength: 3 }), maxRank: count, maxAdapters: count }),
    confidential: record({
      enabled: fc.boolean(),
      resourceId: fc.constantFrom("kbs:///a/b/c", "kbs:///a/b", ""),
    }),
  },
  { requiredKeys: ["uri"] },
);

const prefix = "serving.kserve.io/exp-dra-";
const annotations = record({
  [`${prefix}device-class`]: fc.constantFrom("gpu.example.com", "", "GPU", " a "),
  [`${prefix}device-count`]: fc.constantFrom("1", "0", "", "x", "+1"),
  [`${prefix}cel-selector`]: fc.constantFrom("true", "", "\n"),
  [`${prefix}container-name`]: fc.constantFrom("main", "", "a.b"),
});

/**
 * A spec of which one or two areas are generated: if all were, hardly any service would be accepted. What follows is sorted so that shrinking
 * leaves areas out.
 */
const areas = { ...workload, prefill: record(workload), router, model };
const spec = fc
  .subarray(Object.keys(areas) as (keyof typeof areas)[], { maxLength: 2 })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, some(areas[name] as fc.Arbitrary<unknown>)]))),
  )
  .map((given): object => ({ model: { uri: "hf://a/b" }, ...given }));

/** Services for KServe's webhook and the API server, of which a part is accepted. */
export const serviceSpecs: fc.Arbitrary<Pick<ValidationCase, "spec" | "annotations" | "previous">> = fc.record(
  {
    spec,
    annotations: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: annotations },
    ) as fc.Arbitrary<Record<string, string>>,
    previous: parallelism.map((was) => ({ model: { uri: "hf://a/b" }, parallelism: was })),
  },
  { requiredKeys: ["spec"] },
);
