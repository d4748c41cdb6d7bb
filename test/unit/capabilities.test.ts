import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

import { composeWritten, CompositionMode } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import type { ConfigFragment } from "../../sdk/api/configFragment";
import { ConfigurationError } from "../../sdk/problems";
import { kvCacheOffloading } from "../../sdk/recipes/cache";
import { disaggregated } from "../../sdk/recipes/disaggregation";
import { deviceClaim } from "../../sdk/recipes/dra";
import { model } from "../../sdk/recipes/model";
import { acceleratorsPerPod, groupSize, multiNode, singleNode } from "../../sdk/recipes/parallelism";
import { pipelineParallelConfig } from "../../sdk/recipes/parallelismPipeline";
import { customPool, referencedPool } from "../../sdk/recipes/pool";
import { canary, ingress, managedRouter, referencedRoutes } from "../../sdk/recipes/router";
import { customRoute, presetRules } from "../../sdk/recipes/routerRules";
import { autoscale, replicas } from "../../sdk/recipes/scaling";
import { storageInitializer, withoutStorageInitializer } from "../../sdk/recipes/storage";
import { tracing } from "../../sdk/recipes/tracing";

/** What a service of these fragments is written as; checked as a whole. */
function written(...fragments: readonly ConfigFragment[]): Record<string, unknown> {
  const all = fragments.some(({ spec }) => "model" in (spec as object)) ? fragments : [source, ...fragments];
  return composeWritten({
    service: { name: "llama", namespace: "models" },
    fragments: all as never,
    mode: CompositionMode.inline,
    configs: new ConfigStore({}),
  }).spec;
}

const source = model({ uri: "hf://acme/llama" });
const secretOf = (name: string) => ({
  "serving.kserve.io/secretName": name,
  "serving.kserve.io/storageSecretName": name,
});
const tokenFrom = (name: string, key: string) => [{ name: "HF_TOKEN", valueFrom: { secretKeyRef: { name, key } } }];

describe("capability recipes", () => {
  describe("model", () => {
    it("names a Secret in an annotation, by which it reaches the storage initializer of every pod", () => {
      deepStrictEqual(model({ uri: "hf://acme/llama", modelName: "llama", credentials: { secretName: "hf" } }), {
        name: "model",
        spec: { model: { uri: "hf://acme/llama", name: "llama" } },
        annotations: secretOf("hf"),
      });
      deepStrictEqual(
        model({ uri: "s3://bucket/llama", credentials: { secretName: "keys" } }).annotations,
        secretOf("keys"),
      );
    });

    it("gives a token under another key to each of the pods that are named", () => {
      const { spec, annotations } = model({
        uri: "hf://acme/llama",
        credentials: { secretName: "hub", key: "token" },
        pods: ["template", "worker", "prefill", "prefillWorker"],
      });
      const pod = { initContainers: [{ name: "storage-initializer", env: tokenFrom("hub", "token") }] };
      deepStrictEqual(spec, {
        model: { uri: "hf://acme/llama" },
        template: pod,
        worker: pod,
        prefill: { template: pod, worker: pod },
      });
      strictEqual(annotations, undefined);
    });

    it("gives the token to the server too, where that is wanted", () => {
      const { spec, annotations } = model({
        uri: "hf://acme/llama",
        credentials: { secretName: "hf", exposeToServer: true },
      });
      deepStrictEqual(spec, {
        model: { uri: "hf://acme/llama" },
        template: { containers: [{ name: "main", env: tokenFrom("hf", "HF_TOKEN") }] },
      });
      deepStrictEqual(annotations, secretOf("hf"));
    });

    it("runs the pods under a service account", () => {
      deepStrictEqual(
        model({ uri: "s3://b/m", credentials: { serviceAccountName: "reader" }, pods: ["template", "prefill"] }).spec,
        {
          model: { uri: "s3://b/m" },
          template: { serviceAccountName: "reader" },
          prefill: { template: { serviceAccountName: "reader" } },
        },
      );
    });

    it("fetches gs:// by an init container of its own, which KServe's controller would refuse", () => {
      const fragment = model({ uri: "gs://bucket/llama", credentials: { secretName: "gcp" } });
      deepStrictEqual(fragment.spec, {
        model: { uri: "gs://bucket/llama" },
        storageInitializer: { enabled: false },
        template: {
          initContainers: [
            {
              name: "fetch-model",
              image: "kserve/storage-initializer:v0.20.0",
              args: ["gs://bucket/llama", "/mnt/models"],
              env: [
                {
                  name: "GOOGLE_APPLICATION_CREDENTIALS",
                  value: "/var/secrets/fetch/gcloud-application-credentials.json",
                },
              ],
              resources: { requests: { cpu: "100m", memory: "100Mi" }, limits: { cpu: "1", memory: "1Gi" } },
              volumeMounts: [
                { name: "fetched-model", mountPath: "/mnt/models" },
                { name: "fetch-key", mountPath: "/var/secrets/fetch", readOnly: true },
              ],
            },
          ],
          containers: [
            { name: "main", volumeMounts: [{ name: "fetched-model", mountPath: "/mnt/models", readOnly: true }] },
          ],
          volumes: [
            { name: "fetched-model", emptyDir: {} },
            { name: "fetch-key", secret: { secretName: "gcp" } },
          ],
        },
      });
      ok(written(fragment));
    });

    it("pulls images and mounts volumes", () => {
      deepStrictEqual(model({ uri: "oci://registry.example.com/llama:1", credentials: { secretName: "pull" } }).spec, {
        model: { uri: "oci://registry.example.com/llama:1" },
        template: { imagePullSecrets: [{ name: "pull" }] },
      });
      deepStrictEqual(model({ uri: "pvc://models/llama" }), {
        name: "model",
        spec: { model: { uri: "pvc://models/llama" } },
      });
    });

    it("has adapters with their limits", () => {
      const fragment = model({
        uri: "hf://acme/llama",
        adapters: [{ name: "sql", uri: "s3://bucket/sql" }],
        maxLoraRank: 64,
        maxAdapters: 2,
        maxCpuAdapters: 4,
      });
      deepStrictEqual(written(fragment).model, {
        uri: "hf://acme/llama",
        lora: { adapters: [{ name: "sql", uri: "s3://bucket/sql" }], maxRank: 64, maxAdapters: 2, maxCpuAdapters: 4 },
      });
    });
  });

  describe("parallelism", () => {
    it("computes the size of a group and the accelerators of a pod", () => {
      deepStrictEqual(
        [
          { data: 8, dataLocal: 4, tensor: 2 },
          { data: 16, dataLocal: 8 },
          { pipeline: 3, tensor: 4 },
          { tensor: 4 },
          {},
        ].map((parallelism) => [groupSize(parallelism), acceleratorsPerPod(parallelism)]),
        [
          [2, 8],
          [2, 8],
          [3, 4],
          [1, 4],
          [1, 1],
        ],
      );
    });

    it("describes a service of one node", () => {
      deepStrictEqual(singleNode({ replicas: 3, tensor: 4, acceleratorResource: "nvidia.com/gpu" }), {
        name: "single-node",
        spec: {
          replicas: 3,
          parallelism: { tensor: 4 },
          template: { containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": "4" } } }] },
        },
      });
      deepStrictEqual(singleNode(), { name: "single-node", spec: {} });
    });

    it("describes one of several nodes, with the size of its groups", () => {
      const fragment = multiNode({
        data: 4,
        dataLocal: 2,
        tensor: 2,
        expert: true,
        dataRPCPort: 5600,
        groups: 2,
        acceleratorResource: "nvidia.com/gpu",
        pod: { nodeSelector: { pool: "h100" }, containers: [{ name: "main", image: "vllm:1" }] },
        priority: 5,
      });
      const pod = {
        nodeSelector: { pool: "h100" },
        containers: [{ name: "main", image: "vllm:1", resources: { limits: { "nvidia.com/gpu": "4" } } }],
      };
      deepStrictEqual(fragment, {
        name: "multi-node",
        priority: 5,
        spec: {
          replicas: 2,
          parallelism: { tensor: 2, data: 4, dataLocal: 2, expert: true, dataRPCPort: 5600 },
          template: pod,
          worker: pod,
        },
        groupSize: 2,
        acceleratorsPerPod: 4,
      });
      ok(written(fragment));
    });

    it("keeps what a pod says of its accelerators itself", () => {
      const { spec } = singleNode({
        tensor: 2,
        acceleratorResource: "nvidia.com/gpu",
        pod: {
          containers: [{ name: "proxy" }, { name: "main", resources: { limits: { "nvidia.com/gpu": "8", cpu: "4" } } }],
        },
      });
      deepStrictEqual((spec as { template: unknown }).template, {
        containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": "8", cpu: "4" } } }, { name: "proxy" }],
      });
    });

    it("has the preset for pipeline parallelism that KServe looks for", () => {
      const { configName, spec } = pipelineParallelConfig({ image: "vllm:1" });
      strictEqual(configName, "kserve-config-llm-worker-pipeline-parallel");
      const commands = [spec.template, spec.worker].map(
        (pod) => (pod as { containers: { command: string[] }[] }).containers[0]?.command[2] ?? "",
      );
      deepStrictEqual(
        commands.map((command) => command.includes("--headless")),
        [false, true],
      );
      const fragment = multiNode({ pipeline: 3, tensor: 2 });
      strictEqual(fragment.groupSize, 3);
      ok(written(fragment));
    });
  });

  it("sets prefill and decode apart, each with hardware and parallelism of its own", () => {
    const fragment = disaggregated({
      decode: {
        replicas: 2,
        tensor: 2,
        acceleratorResource: "nvidia.com/gpu",
        pod: { nodeSelector: { pool: "h100" } },
      },
      prefill: { data: 4, dataLocal: 2, acceleratorResource: "amd.com/gpu", labels: { role: "prefill" } },
    });
    const prefillPod = { containers: [{ name: "main", resources: { limits: { "amd.com/gpu": "2" } } }] };
    deepStrictEqual(fragment, {
      name: "disaggregated",
      spec: {
        replicas: 2,
        parallelism: { tensor: 2 },
        template: {
          nodeSelector: { pool: "h100" },
          containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": "2" } } }],
        },
        prefill: {
          parallelism: { data: 4, dataLocal: 2 },
          template: prefillPod,
          worker: prefillPod,
          labels: { role: "prefill" },
        },
      },
    });
    ok(written(fragment));
  });

  describe("router", () => {
    it("always has a route beside gateways of one's own", () => {
      deepStrictEqual(managedRouter().spec, { router: { gateway: {}, route: {}, scheduler: {} } });
      deepStrictEqual(
        managedRouter({ gateways: [{ name: "edge", namespace: "istio-system" }], scheduler: false }).spec,
        {
          router: { gateway: { refs: [{ name: "edge", namespace: "istio-system" }] }, route: {} },
        },
      );
    });

    it("divides requests among the services of a group", () => {
      deepStrictEqual(canary({ group: "llama", weight: 10 }).spec, {
        router: { route: { group: "llama", weight: 10 } },
      });
    });

    it("refers to routes and Ingresses of others", () => {
      deepStrictEqual(referencedRoutes({ routes: ["own"], gateways: [{ name: "edge" }] }).spec, {
        router: { gateway: { refs: [{ name: "edge" }] }, route: { http: { refs: [{ name: "own" }] } } },
      });
      deepStrictEqual(ingress({ refs: [{ name: "web" }] }).spec, { router: { ingress: { refs: [{ name: "web" }] } } });
    });

    it("puts own rules before those of the preset", () => {
      const service = { name: "llama", namespace: "models" };
      const fragment = customRoute({
        service,
        hostnames: ["llama.example.com"],
        timeouts: { request: "300s" },
        rules: [
          {
            path: "/tenant/v1/completions",
            rewriteTo: "/v1/completions",
            headers: { "x-tenant": "a" },
            method: "POST",
          },
          {
            path: "/legacy",
            to: [{ name: "old", port: 80, weight: 2 }],
            timeouts: { request: "10s", backendRequest: "5s" },
          },
        ],
      });
      const { rules, hostnames } = (
        written(managedRouter(), fragment) as {
          router: { route: { http: { spec: { rules: unknown[]; hostnames: unknown } } } };
        }
      ).router.route.http.spec;
      deepStrictEqual(hostnames, ["llama.example.com"]);
      deepStrictEqual(rules.slice(0, 2), [
        {
          matches: [
            {
              path: { type: "PathPrefix", value: "/tenant/v1/completions" },
              headers: [{ type: "Exact", name: "x-tenant", value: "a" }],
              method: "POST",
            },
          ],
          filters: [
            {
              type: "URLRewrite",
              urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/v1/completions" } },
            },
          ],
          backendRefs: [
            {
              group: "inference.networking.k8s.io",
              kind: "InferencePool",
              name: "llama-inference-pool",
              port: 8000,
              weight: 1,
            },
          ],
          timeouts: { request: "300s" },
        },
        {
          matches: [{ path: { type: "PathPrefix", value: "/legacy" } }],
          backendRefs: [{ group: "", kind: "Service", name: "old", port: 80, weight: 2 }],
          timeouts: { request: "10s", backendRequest: "5s" },
        },
      ]);
      deepStrictEqual(rules.slice(2), presetRules(service, { request: "300s" }));
    });

    it("leads to the workload's Service where there is no scheduler", () => {
      const service = { name: "llama", namespace: "models", scheduler: false };
      deepStrictEqual(
        new Set(
          presetRules(service).flatMap(({ backendRefs }) =>
            (backendRefs as { name: string }[]).map(({ name }) => name),
          ),
        ),
        new Set(["llama-kserve-workload-svc"]),
      );
    });
  });

  it("has a pool of one's own making, or one that exists", () => {
    deepStrictEqual(customPool({ selector: { tier: "gold" }, picker: { name: "llama-epp-service" } }).spec, {
      router: {
        scheduler: {
          pool: {
            spec: {
              selector: { matchLabels: { tier: "gold" } },
              targetPorts: [{ number: 8000 }],
              endpointPickerRef: {
                group: "",
                kind: "Service",
                name: "llama-epp-service",
                port: { number: 9002 },
                failureMode: "FailOpen",
              },
            },
          },
        },
      },
    });
    deepStrictEqual(referencedPool({ pool: "shared" }).spec, {
      router: { scheduler: { pool: { ref: { name: "shared" } } } },
    });
  });

  it("scales decode and prefill", () => {
    deepStrictEqual(replicas({ count: 0 }), { name: "replicas", spec: { replicas: 0 } });
    deepStrictEqual(autoscale({ max: 8, by: "hpa", scaleDownStabilization: 600 }).spec, {
      scaling: { maxReplicas: 8, wva: { hpa: { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } } } },
    });
    const keda = autoscale({
      min: 2,
      max: 8,
      by: "keda",
      variantCost: "12.5",
      pollingInterval: 15,
      cooldownPeriod: 60,
      idleReplicas: 1,
      fallback: { failureThreshold: 3, replicas: 2 },
      workload: "prefill",
    });
    deepStrictEqual(keda, {
      name: "prefill-scaling",
      spec: {
        prefill: {
          scaling: {
            minReplicas: 2,
            maxReplicas: 8,
            wva: {
              variantCost: "12.5",
              keda: {
                pollingInterval: 15,
                cooldownPeriod: 60,
                idleReplicaCount: 1,
                fallback: { failureThreshold: 3, replicas: 2 },
              },
            },
          },
        },
      },
    });
    ok(written(keda));
  });

  it("offloads the KV cache to memory, disks and volumes", () => {
    const fragment = kvCacheOffloading({
      cpu: "64Gi",
      evictionPolicy: "arc",
      tiers: [
        { nodeDisk: "200Gi" },
        { claim: { name: "kv-cache", path: "llama" } },
        { claimPerPod: { size: "1Ti", storageClassName: "fast" } },
      ],
    });
    deepStrictEqual(fragment.spec, {
      kvCacheOffloading: {
        cpu: "64Gi",
        evictionPolicy: "arc",
        secondary: [
          { fileSystem: { emptyDir: { size: "200Gi" } } },
          { fileSystem: { pvc: { ref: { name: "kv-cache", path: "llama" } } } },
          {
            fileSystem: {
              pvc: {
                spec: {
                  accessModes: ["ReadWriteOnce"],
                  resources: { requests: { storage: "1Ti" } },
                  storageClassName: "fast",
                },
              },
            },
          },
        ],
      },
    });
    ok(written(fragment));
    deepStrictEqual(kvCacheOffloading({ cpu: "1Gi", workload: "prefill" }), {
      name: "prefill-kv-cache",
      spec: { prefill: { kvCacheOffloading: { cpu: "1Gi" } } },
    });
  });

  it("traces", () => {
    deepStrictEqual(tracing().spec, { tracing: {} });
    deepStrictEqual(tracing({ endpoint: "http://collector:4317", ratio: 0.25 }).spec, {
      tracing: {
        exporterEndpoint: "http://collector:4317",
        sampler: "parentbased_traceidratio",
        samplerArg: "0.25",
      },
    });
  });

  it("changes the storage initializer, or brings the model otherwise", () => {
    deepStrictEqual(storageInitializer({ image: "mirror/init:1", env: { HTTPS_PROXY: "http://proxy", A: "1" } }).spec, {
      template: {
        initContainers: [
          {
            name: "storage-initializer",
            image: "mirror/init:1",
            env: [
              { name: "A", value: "1" },
              { name: "HTTPS_PROXY", value: "http://proxy" },
            ],
          },
        ],
      },
    });
    deepStrictEqual(withoutStorageInitializer({ volume: { hostPath: { path: "/models" } }, subPath: "llama" }).spec, {
      storageInitializer: { enabled: false },
      template: {
        containers: [
          {
            name: "main",
            volumeMounts: [{ name: "model-files", mountPath: "/mnt/models", readOnly: true, subPath: "llama" }],
          },
        ],
        volumes: [{ name: "model-files", hostPath: { path: "/models" } }],
      },
    });
    deepStrictEqual(withoutStorageInitializer().spec, { storageInitializer: { enabled: false } });
  });

  it("claims devices by annotations of the service", () => {
    deepStrictEqual(
      deviceClaim({ deviceClass: "gpu.nvidia.com", count: 2, selectors: ["a == 1", "b == 2"], container: "main" }),
      {
        name: "device-claim",
        spec: {},
        annotations: {
          "serving.kserve.io/exp-dra-device-class": "gpu.nvidia.com",
          "serving.kserve.io/exp-dra-device-count": "2",
          "serving.kserve.io/exp-dra-cel-selector": "a == 1\nb == 2",
          "serving.kserve.io/exp-dra-container-name": "main",
        },
      },
    );
  });

  describe("refuse", () => {
    const service = { name: "llama", namespace: "models" };
    /** Arguments that a compiler would refuse. */
    const untyped = (value: object): never => value as never;
    const cases: readonly (readonly [string, () => unknown, readonly string[]])[] = [
      ["an address without a scheme", () => model(untyped({ uri: "acme/llama" })), ["uri: the address has no scheme"]],
      [
        "a scheme that nothing fetches",
        () => model(untyped({ uri: "ftp://a/b" })),
        ['uri: KServe cannot fetch a model from "ftp://"'],
      ],
      ["no address", () => model(untyped({})), ["uri: missing, or not a plain text"]],
      ["a model without its organisation", () => model({ uri: "hf://llama" }), ["uri: not of the form of its scheme"]],
      ["a bucket without a path", () => model({ uri: "gs://bucket" }), ["uri: not of the form of its scheme"]],
      [
        "an argument of another name",
        () => model(untyped({ uri: "hf://a/b", adapter: [] })),
        ["adapter: no such argument"],
      ],
      [
        "an adapter from a registry, and one without a name",
        () => model(untyped({ uri: "hf://a/b", adapters: [{ name: "x", uri: "oci://a" }, { uri: "hf://a/c" }] })),
        ["adapters[0].uri: KServe cannot take an adapter from there", "adapters[1].name: missing"],
      ],
      [
        "adapters over gs://",
        () => model({ uri: "gs://b/m", adapters: [{ name: "x", uri: "hf://a/b" }] }),
        ["adapters: KServe attaches adapters through its storage initializer, which it does not use for gs://"],
      ],
      [
        "limits without adapters",
        () => model({ uri: "hf://a/b", maxAdapters: 2 }),
        ["maxAdapters: there are no adapters"],
      ],
      [
        "no credentials in credentials",
        () => model({ uri: "hf://a/b", credentials: {} }),
        ["credentials: names neither a Secret nor a ServiceAccount"],
      ],
      [
        "credentials for a volume",
        () => model({ uri: "pvc://claim", credentials: { secretName: "s" } }),
        ["credentials: a volume is mounted, not fetched, so that nothing uses them"],
      ],
      [
        "another key for S3",
        () => model({ uri: "s3://b/m", credentials: { secretName: "s", key: "k" } }),
        ["credentials.key: only a Secret for hf:// or gs:// can have another key"],
      ],
      [
        "an S3 Secret for the server",
        () => model({ uri: "s3://b/m", credentials: { secretName: "s", exposeToServer: true } }),
        ["credentials.exposeToServer: only a Hugging Face token in a Secret can be given to the server"],
      ],
      [
        "a Secret's name in upper case",
        () => model({ uri: "hf://a/b", credentials: { secretName: "HF" } }),
        ["credentials.secretName: not of the form that is needed"],
      ],
      [
        "a pod of another name",
        () => model(untyped({ uri: "hf://a/b", pods: ["workers"] })),
        ["pods[0]: not one of the allowed values"],
      ],
      ["no pods", () => model({ uri: "hf://a/b", pods: [] }), ["pods: names no pod"]],
      [
        "a fraction of a node",
        () => multiNode({ data: 7, dataLocal: 2 }),
        ["data: not a multiple of dataLocal (2), so a group would have a fraction of a node"],
      ],
      [
        "data without dataLocal",
        () => groupSize({ data: 8 }),
        ["dataLocal: missing; data alone does not say how many nodes a group has"],
      ],
      [
        "pipeline beside data",
        () => multiNode({ pipeline: 2, data: 2, dataLocal: 1 }),
        ["pipeline: pipeline and data parallelism exclude each other"],
      ],
      [
        "several nodes without a spread",
        () => multiNode({ tensor: 8 }),
        ["data: does not say over how many nodes the model is spread"],
      ],
      [
        "experts on one node",
        () => multiNode({ pipeline: 2, expert: true }),
        ["expert: KServe's presets read it with data parallelism only"],
      ],
      ["no accelerators", () => singleNode({ tensor: 0 }), ["tensor: out of range"]],
      [
        "a resource without a domain",
        () => singleNode({ acceleratorResource: "gpu" }),
        ["acceleratorResource: not of the form that is needed"],
      ],
      [
        "pipeline parallelism of a role",
        () => disaggregated({ decode: { pipeline: 2 }, prefill: {} }),
        [
          "decode.pipeline: KServe 0.20 has no preset for pipeline parallelism, and none of the roles' can be had from here",
        ],
      ],
      ["a missing role", () => disaggregated(untyped({ decode: {} })), ["prefill: missing"]],
      [
        "a role with an unknown argument",
        () => disaggregated(untyped({ decode: { replica: 1 }, prefill: {} })),
        ["decode.replica: no such argument"],
      ],
      [
        "a gateway without a name",
        () => managedRouter(untyped({ gateways: [{ namespace: "x" }] })),
        ["gateways[0].name: missing"],
      ],
      ["a weight that is too large", () => canary({ group: "g", weight: 1_000_001 }), ["weight: out of range"]],
      [
        "routes without gateways",
        () => referencedRoutes({ routes: [], gateways: [] }),
        [
          "routes: names none",
          "gateways: names none, and routes of one's own cannot be attached to a gateway that KServe manages",
        ],
      ],
      ["no Ingress", () => ingress({ refs: [] }), ["refs: names none"]],
      [
        "a relative path and a bad duration",
        () => customRoute({ service, rules: [{ path: "v1" }], timeouts: { request: "300" } }),
        ["timeouts.request: not of the form that is needed", "rules[0].path: not of the form that is needed"],
      ],
      [
        "rules that pass the pool by",
        () => customRoute({ service, keepPresetRules: false, rules: [{ to: "workload" }] }),
        ["rules: none leads to the scheduler's pool, so that the service would never be Ready"],
      ],
      [
        "no rules at all",
        () => customRoute({ service, keepPresetRules: false }),
        ["rules: there are none, and the preset's are left out"],
      ],
      [
        "more rules than a route takes",
        () => customRoute({ service, rules: [{}, {}, {}, {}, {}] }),
        ["rules: 17 rules with those of the preset"],
      ],
      [
        "a rule that leads nowhere",
        () => customRoute({ service, rules: [{ to: [] }] }),
        ["rules[0].to: leads nowhere"],
      ],
      [
        "a Service without a port",
        () => customRoute(untyped({ service, rules: [{ to: [{ name: "a" }] }] })),
        ["rules[0].to[0].port: missing"],
      ],
      [
        "a pool of nothing",
        () => customPool({ selector: {}, picker: { name: "p" } }),
        ["selector: selects nothing in particular"],
      ],
      [
        "a port twice",
        () => customPool({ selector: { a: "b" }, picker: { name: "p" }, targetPorts: [1, 1] }),
        ["targetPorts[1]: given twice"],
      ],
      [
        "a misspelt failure mode",
        () => customPool(untyped({ selector: { a: "b" }, picker: { name: "p", failureMode: "FailClosed" } })),
        ["picker.failureMode: not one of the allowed values"],
      ],
      ["a pool without a name", () => referencedPool(untyped({})), ["pool: missing"]],
      ["fewer at most than at least", () => autoscale({ min: 3, max: 2, by: "hpa" }), ["min: more than max (2)"]],
      [
        "KEDA's arguments for an HPA",
        () => autoscale({ max: 2, by: "hpa", cooldownPeriod: 60 }),
        ["cooldownPeriod: is not an argument of hpa"],
      ],
      [
        "HPA's arguments for KEDA",
        () => autoscale({ max: 2, by: "keda", scaleDownStabilization: 60 }),
        ["scaleDownStabilization: is not an argument of keda"],
      ],
      [
        "idle replicas that are not fewer",
        () => autoscale({ min: 1, max: 2, by: "keda", idleReplicas: 1 }),
        ["idleReplicas: not less than min (1)"],
      ],
      ["another autoscaler", () => autoscale(untyped({ max: 2, by: "hpaa" })), ["by: not one of the allowed values"]],
      ["no autoscaler", () => autoscale(untyped({ max: 2 })), ["by: missing"]],
      ["a negative count", () => replicas({ count: -1 }), ["count: out of range"]],
      [
        "no replicas at least, which the CRD does not take",
        () => autoscale({ min: 0, max: 2, by: "hpa" }),
        ["min: out of range"],
      ],
      ["memory below nothing", () => kvCacheOffloading({ cpu: "-64Gi" }), ["cpu: not above 0"]],
      ["pods that are no list", () => model(untyped({ uri: "hf://a/b", pods: "template" })), ["pods: not a list"]],
      [
        "adapters that are no objects",
        () => model(untyped({ uri: "hf://a/b", adapters: [null, "sql"] })),
        ["adapters[0]: not an object", "adapters[1]: not an object"],
      ],
      [
        "an adapter with another argument",
        () => model(untyped({ uri: "hf://a/b", adapters: [{ name: "x", uri: "hf://a/c", rank: 8 }] })),
        ["adapters[0].rank: no such argument"],
      ],
      [
        "credentials that are a text",
        () => model(untyped({ uri: "hf://a/b", credentials: "hf-token" })),
        ["credentials: not an object", "credentials: names neither a Secret nor a ServiceAccount"],
      ],
      [
        "tiers that are no list",
        () => kvCacheOffloading(untyped({ cpu: "1Gi", tiers: "disk" })),
        ["tiers: not a list"],
      ],
      [
        "a tier that is nothing",
        () => kvCacheOffloading(untyped({ cpu: "1Gi", tiers: [null] })),
        ["tiers[0]: not an object"],
      ],
      [
        "selectors that are no list",
        () => deviceClaim(untyped({ deviceClass: "gpu", selectors: "a" })),
        ["selectors: not a list"],
      ],
      ["gateways that are no list", () => managedRouter(untyped({ gateways: "edge" })), ["gateways: not a list"]],
      [
        "a switch that is a text",
        () => managedRouter(untyped({ scheduler: "no" })),
        ["scheduler: neither true nor false"],
      ],
      [
        "a gateway with another argument",
        () => managedRouter(untyped({ gateways: [{ name: "edge", sectionname: "https" }] })),
        ["gateways[0].sectionname: no such argument"],
      ],
      ["rules that are no list", () => customRoute(untyped({ service, rules: {} })), ["rules: not a list"]],
      [
        "rules that are nothing",
        () => customRoute(untyped({ service, keepPresetRules: false, rules: [null] })),
        ["rules[0]: not an object"],
      ],
      [
        "time limits that are a text",
        () => customRoute(untyped({ service, timeouts: "300s" })),
        ["timeouts: not an object"],
      ],
      [
        "ports that are no list",
        () => customPool(untyped({ selector: { a: "b" }, picker: { name: "p" }, targetPorts: 8000 })),
        ["targetPorts: not a list"],
      ],
      ["no memory", () => kvCacheOffloading({ cpu: "0" }), ["cpu: not above 0"]],
      ["what is no quantity", () => kvCacheOffloading({ cpu: "64 GB" }), ["cpu: not a quantity"]],
      [
        "a tier of two kinds",
        () => kvCacheOffloading({ cpu: "1Gi", tiers: [{ nodeDisk: "1Gi", claim: { name: "a" } }] }),
        ["tiers[0]: nodeDisk and claim exclude each other"],
      ],
      [
        "a tier of no kind",
        () => kvCacheOffloading({ cpu: "1Gi", tiers: [{}] }),
        ["tiers[0]: says none of nodeDisk, claim, claimPerPod"],
      ],
      ["a share above 1", () => tracing({ ratio: 25 }), ["ratio: not a share"]],
      [
        "a share of all",
        () => tracing({ sampler: "always_on", ratio: 0.5 }),
        ["ratio: the sampler always_on has none"],
      ],
      [
        "an endpoint without a scheme",
        () => tracing({ endpoint: "collector:4317" }),
        ["endpoint: not of the form that is needed"],
      ],
      ["a storage initializer as it is", () => storageInitializer({}), [": says nothing that differs"]],
      ["a folder of no volume", () => withoutStorageInitializer({ subPath: "a" }), ["subPath: there is no volume"]],
      [
        "a volume of two kinds",
        () => withoutStorageInitializer({ volume: { emptyDir: {}, hostPath: { path: "/" } } }),
        ["volume: is not of one kind"],
      ],
      ["no devices", () => deviceClaim({ deviceClass: "gpu", count: 0 }), ["count: out of range"]],
      [
        "an expression on two lines",
        () => deviceClaim({ deviceClass: "gpu", selectors: ["a\nb"] }),
        ["selectors[0]: not of the form that is needed"],
      ],
      ["no class of devices", () => deviceClaim(untyped({})), ["deviceClass: missing"]],
    ];
    for (const [what, make, expected] of cases) {
      it(what, () => {
        throws(make, (error: unknown) => {
          ok(error instanceof ConfigurationError);
          deepStrictEqual(
            error.problems.map(({ path, message }) => `${path}: ${message}`),
            expected,
          );
          return true;
        });
      });
    }
  });
});
