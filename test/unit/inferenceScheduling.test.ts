import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { projectRoot } from "../../local/paths";
import { programOfConfig } from "../../local/engine/config";
import { composeWritten } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { ConfigurationError, describeProblem } from "../../sdk/problems";
import { environmentOfGuide } from "../../stacks/inference-scheduling/asEnvironment";
import { installedParts } from "../../stacks/inference-scheduling/installed";
import { guideFragments } from "../../stacks/inference-scheduling/service";
import {
  controllerOf,
  type InferenceSchedulingSettings,
  isStandalone,
  parseInferenceScheduling,
} from "../../stacks/inference-scheduling/settings";
import { settingsOfConfig } from "../../stacks/environment/settings";

const problemsOf = (given: unknown): string[] => {
  let found: string[] = [];
  throws(
    () => parseInferenceScheduling(given),
    (error: unknown) => {
      ok(error instanceof ConfigurationError, String(error));
      found = error.problems.map(describeProblem);
      return true;
    },
  );
  return found;
};

interface Spec {
  model: { uri: string; name?: string };
  replicas: number;
  parallelism?: unknown;
  router?: { scheduler: { config: { inline: { schedulingProfiles: unknown } } } };
  template: {
    nodeSelector?: unknown;
    tolerations?: { key: string }[];
    volumes?: unknown;
    containers: [{ image?: string; resources: unknown; env?: { name: string; value: string }[] }];
  };
}

/** The spec that is written for some settings. */
function specOf(given: Partial<InferenceSchedulingSettings>): Spec {
  const settings = parseInferenceScheduling({ guide: {}, ...given });
  const fragments = guideFragments(settings.guide, {
    controller: controllerOf(settings),
    standalone: isStandalone(settings),
  });
  const { spec } = composeWritten({
    service: { name: "inference-scheduling", namespace: "llm-d" },
    fragments: fragments as never,
    configs: new ConfigStore({}),
  });
  return spec as unknown as Spec;
}

/** What differs between backends. */
function hardwareOf(given: Partial<InferenceSchedulingSettings>): unknown {
  const { model, replicas, parallelism, template } = specOf(given);
  const [{ image, resources, env = [] }] = template.containers;
  return {
    model: model.uri,
    replicas,
    ...(parallelism !== undefined && { parallelism }),
    ...(image !== undefined && { image }),
    resources,
    ...(template.nodeSelector !== undefined && { nodeSelector: template.nodeSelector }),
    tolerates: (template.tolerations ?? []).map(({ key }) => key),
    options: Object.fromEntries(
      env.filter(({ name }) => name !== "VLLM_ADDITIONAL_ARGS").map(({ name, value }) => [name, value]),
    ),
  };
}

describe("the guide's service", () => {
  it("is eight times Qwen3-32B on two NVIDIA GPUs, with the guide's scorers", () => {
    const spec = specOf({});
    deepStrictEqual(hardwareOf({}), {
      model: "hf://Qwen/Qwen3-32B",
      replicas: 8,
      parallelism: { tensor: 2 },
      resources: {
        limits: { "nvidia.com/gpu": "2", memory: "100Gi" },
        requests: { "nvidia.com/gpu": "2", cpu: "32", memory: "100Gi" },
      },
      tolerates: ["nvidia.com/gpu"],
      options: { SERVE_ARG_GPU_MEMORY_UTILIZATION: "0.95" },
    });
    strictEqual(spec.model.name, "Qwen/Qwen3-32B");
    deepStrictEqual(spec.template.volumes, [{ name: "dshm", emptyDir: { medium: "Memory", sizeLimit: "20Gi" } }]);
    deepStrictEqual(spec.router?.scheduler.config.inline.schedulingProfiles, [
      {
        name: "default",
        plugins: [
          { pluginRef: "queue-scorer", weight: 2 },
          { pluginRef: "kv-cache-utilization-scorer", weight: 2 },
          { pluginRef: "prefix-cache-scorer", weight: 3 },
          { pluginRef: "max-score-picker" },
        ],
      },
    ]);
  });

  it("runs on Intel GPUs by the driver that the nodes have", () => {
    const expected = (driver: string) => ({
      model: "hf://Qwen/Qwen3-32B",
      replicas: 8,
      parallelism: { tensor: 2 },
      image: "ghcr.io/llm-d/llm-d-xpu:v0.8.0",
      resources: {
        limits: { [`gpu.intel.com/${driver}`]: "2", memory: "100Gi" },
        requests: { [`gpu.intel.com/${driver}`]: "2", cpu: "32", memory: "100Gi" },
      },
      tolerates: [`gpu.intel.com/${driver}`],
      options: { SERVE_ARG_DTYPE: "float16", SERVE_ARG_GPU_MEMORY_UTILIZATION: "0.95" },
    });
    deepStrictEqual(hardwareOf({ guide: { hardware: "xpu" } }), expected("i915"));
    deepStrictEqual(hardwareOf({ guide: { hardware: "xpu", accelerator: "intel-xe" } }), expected("xe"));
  });

  it("runs on slices of TPU v6e, by their topology", () => {
    deepStrictEqual(hardwareOf({ guide: { hardware: "tpu" } }), {
      model: "hf://Qwen/Qwen3-32B",
      replicas: 2,
      parallelism: { tensor: 8 },
      image: "docker.io/vllm/vllm-tpu:v0.26.0",
      resources: {
        limits: { "google.com/tpu": "8", memory: "256Gi" },
        requests: { "google.com/tpu": "8", memory: "256Gi" },
      },
      nodeSelector: {
        "cloud.google.com/gke-tpu-accelerator": "tpu-v6e-slice",
        "cloud.google.com/gke-tpu-topology": "2x4",
      },
      tolerates: ["google.com/tpu"],
      options: {},
    });
    const { nodeSelector } = hardwareOf({ guide: { hardware: "tpu", tensor: 4, replicas: 4 } }) as {
      nodeSelector: Record<string, string>;
    };
    strictEqual(nodeSelector["cloud.google.com/gke-tpu-topology"], "2x2");
  });

  it("runs a small model on 64 cores and 64Gi without accelerators", () => {
    deepStrictEqual(hardwareOf({ guide: { hardware: "cpu" } }), {
      model: "hf://Qwen/Qwen3-0.6B",
      replicas: 2,
      image: "public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo:v0.19.0",
      resources: { limits: { memory: "64Gi" }, requests: { cpu: "64", memory: "64Gi" } },
      tolerates: [],
      options: { SERVE_ARG_ENFORCE_EAGER: "--enforce-eager", VLLM_CPU_KVCACHE_SPACE: "40" },
    });
  });

  it("runs a small model on DigitalOcean's GPUs, and what is asked for everywhere", () => {
    const platform = { gateway: { controller: "digitalocean" as const } };
    deepStrictEqual(hardwareOf({ platform }), {
      model: "hf://Qwen/Qwen3-0.6B",
      replicas: 2,
      parallelism: { tensor: 1 },
      resources: {
        limits: { "nvidia.com/gpu": "1", memory: "16Gi" },
        requests: { "nvidia.com/gpu": "1", cpu: "4", memory: "16Gi" },
      },
      tolerates: ["nvidia.com/gpu"],
      options: { SERVE_ARG_GPU_MEMORY_UTILIZATION: "0.85" },
    });
    const { model, replicas } = specOf({
      platform,
      guide: { model: { uri: "pvc://models/qwen", name: "qwen" }, replicas: 3 },
    });
    deepStrictEqual({ model, replicas }, { model: { uri: "pvc://models/qwen", name: "qwen" }, replicas: 3 });
  });

  it("has neither route nor scheduler of KServe where it has a router of its own", () => {
    strictEqual(specOf({ platform: { gateway: { controller: "standalone" } } }).router, undefined);
    strictEqual(specOf({ platform: "existing", guide: { standaloneRouter: true } }).router, undefined);
    ok(specOf({ platform: "existing" }).router);
    const settings = parseInferenceScheduling({ guide: {}, platform: { gateway: { controller: "standalone" } } });
    strictEqual(environmentOfGuide(settings).services?.[0]?.standaloneRouter, true);
  });
});

describe("settings of stacks/inference-scheduling", () => {
  it("are those of Pulumi.inference-scheduling.yaml, by which the embedded environment knows the program", () => {
    const file = readFileSync(join(projectRoot(), "Pulumi.inference-scheduling.yaml"), "utf8");
    const { config } = load(file) as { config: Record<string, unknown> };
    strictEqual(programOfConfig(config), "inference-scheduling");
    const settings = parseInferenceScheduling(settingsOfConfig(config));
    deepStrictEqual(
      environmentOfGuide(settings).services?.map(({ name, namespace }) => ({ name, namespace })),
      [{ name: "inference-scheduling", namespace: "llm-d" }],
    );
  });

  it("say all that is wrong at once, with the nearest name", () => {
    deepStrictEqual(
      problemsOf({
        guide: { hardware: "cpu", tensor: 2, accelerator: "nvidia", topology: "2x4", postfix: "Guide" },
        namespaces: "llm-d",
      }),
      [
        'namespaces: no such setting; allowed: guide, namespace, createNamespaces, base, cluster, platform, mirrors, pools, existing, preflight; fix: did you mean "namespace"?',
        "guide.postfix: not a name that Kubernetes Services can carry; given: \"Guide\"; allowed: lower-case letters, digits and '-', beginning with a letter and not ending with '-'",
        'guide.accelerator: not an accelerator of "cpu"; given: "nvidia"; allowed: cpu',
        "guide.tensor: counts accelerators of a replica, and CPUs are none; given: 2; fix: leave it out",
        'guide.topology: only slices of TPUs have one, and the hardware is "cpu"; given: "2x4"; fix: leave it out, or set guide.hardware to "tpu"',
      ],
    );
    match(
      problemsOf({ guide: { hardware: "gpu" } }).join(),
      /guide.hardware: not one of the allowed values; given: "gpu"/,
    );
    match(
      problemsOf({ guide: { benchmark: { profil: {} } } }).join(),
      /guide.benchmark.profil: .*did you mean "profile"/,
    );
    match(problemsOf({}).join(), /^guide: missing/);
    const waive = [{ code: "no-such-code", reason: "none" }];
    match(problemsOf({ guide: {}, preflight: { waive } }).join(), /^preflight.waive\[0\].*no-such-code/);
  });

  it("name what recipes refuse by the setting", () => {
    match(
      problemsOf({ guide: { hardware: "tpu", tensor: 2 } }).join(),
      /^guide.tensor: no machine has that many tpu-v6e.*allowed: 1, 4, 8$/,
    );
    match(problemsOf({ guide: { model: "ftp://somewhere" } }).join(), /^guide.model: /);
  });

  it("refuse a postfix with which host names of pods would be too long, and say by how much", () => {
    const postfix = "inference-scheduling-22";
    strictEqual(postfix.length, 23);
    deepStrictEqual(problemsOf({ guide: { postfix }, namespace: "llm-d" }), [
      `guide.postfix: the host names of the pods of Deployment "${postfix}-kserve-router-scheduler", which end on a hash of 10 and another 5 characters, would have 64 characters, and host names have at most 63; given: "${postfix}"; allowed: at most 22 characters; fix: shorten it by 1`,
    ]);
    ok(parseInferenceScheduling({ guide: { postfix: postfix.slice(0, 22) } }));
    // The router's own Deployment has a shorter name.
    const standalone = { gateway: { controller: "standalone" } };
    ok(parseInferenceScheduling({ guide: { postfix: "a".repeat(35) }, platform: standalone }));
    match(
      problemsOf({ guide: { postfix: "a".repeat(36) }, platform: standalone }).join(),
      /would have 64 .* at most 35 /,
    );
  });
});

describe("what stacks/inference-scheduling installs", () => {
  const listed = (platform: InferenceSchedulingSettings["platform"]): string[] =>
    installedParts(parseInferenceScheduling({ guide: {}, ...(platform && { platform }) })).map(
      ({ kind, name, version }) => `${kind} ${name} ${version}`,
    );
  const always = [
    "crds gateway-api 1.5.1",
    "crds inference-extension 1.5.0",
    "crds kserve 0.20.0",
    "chart kserve-llmisvc-resources v0.20.0",
    "chart kserve-runtime-configs v0.20.0",
  ];

  it("is listed with versions", () => {
    deepStrictEqual(listed(undefined), [...always, "chart lws 0.8.0", "crds lws 0.8.0"]);
    deepStrictEqual(
      listed({ leaderWorkerSet: false, gateway: { controller: "istio", istio: { version: "1.28.1" } } }),
      [...always.slice(0, 2), "chart istio 1.28.1", ...always.slice(2)],
    );
    deepStrictEqual(listed({ leaderWorkerSet: false, gateway: { controller: "standalone" } }), always);
    ok(listed({ gateway: { controller: "kgateway" } }).includes("chart kgateway 2.1.2"));
    ok(listed({ gateway: { controller: "digitalocean" } }).includes("chart istio 1.29.2"));
    ok(!listed({ gateway: { controller: "gke" } }).some((part) => part.includes("gateway-api")));
    ok(listed({ monitoring: {} }).includes("chart prometheus-stack 83.4.0"));
  });

  it("is nothing on a platform of another stack, and nothing that exists", () => {
    deepStrictEqual(listed("existing"), []);
    deepStrictEqual(
      listed({
        leaderWorkerSet: false,
        gatewayApi: { crds: "existing" },
        inferenceExtension: { crds: "existing" },
        kserve: { crds: "existing" },
        certManager: { existing: true },
      }),
      always.slice(3),
    );
  });
});
