import { deepStrictEqual, strictEqual, throws } from "node:assert";

import type { ConfigFragment } from "../../sdk/api/configFragment";
import { serveArgumentsLine } from "../../sdk/api/serveArguments";
import { composeWritten } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { accelerator } from "../../sdk/recipes/accelerator";
import { hardening } from "../../sdk/recipes/hardening";
import { pinImages, pinnedImage } from "../../sdk/recipes/images";
import { vllm } from "../../sdk/recipes/vllm";

const toleration = (key: string) => ({ key, operator: "Exists", effect: "NoSchedule" });
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("hardware and engine recipes", () => {
  describe("accelerator", () => {
    it("asks for the chips, leads to their nodes and tolerates their taints", () => {
      deepStrictEqual(accelerator({ accelerator: "nvidia-h100-80gb", cloud: "gke", cpu: "16", memory: "200Gi" }), {
        name: "nvidia-h100-80gb",
        spec: {
          template: {
            nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb" },
            tolerations: [toleration("nvidia.com/gpu")],
            containers: [
              {
                name: "main",
                resources: {
                  limits: { "nvidia.com/gpu": "1", memory: "200Gi" },
                  requests: { "nvidia.com/gpu": "1", cpu: "16", memory: "200Gi" },
                },
              },
            ],
          },
        },
      });
    });

    it("gives several chips shared memory, on each of the pods named", () => {
      const { spec } = accelerator({
        accelerator: "nvidia-h100-80gb",
        count: 8,
        cloud: "eks",
        resources: { "vpc.amazonaws.com/efa": 32 },
        pods: ["template", "prefillWorker"],
      });
      const resources = { "nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32" };
      const pod = {
        nodeSelector: { "k8s.amazonaws.com/accelerator": "nvidia-h100" },
        tolerations: [toleration("nvidia.com/gpu")],
        containers: [
          {
            name: "main",
            resources: { limits: resources, requests: resources },
            volumeMounts: [{ name: "dshm", mountPath: "/dev/shm" }],
          },
        ],
        volumes: [{ name: "dshm", emptyDir: { medium: "Memory", sizeLimit: "8Gi" } }],
      };
      deepStrictEqual(spec, { template: pod, prefill: { worker: pod } });
    });

    it("takes an image that runs on the hardware", () => {
      const server = (fragment: ConfigFragment) =>
        (fragment.spec as unknown as { template: { containers: Record<string, unknown>[] } }).template.containers[0]!;
      deepStrictEqual(server(accelerator({ accelerator: "amd", count: 1 })), {
        name: "main",
        image: "ghcr.io/llm-d/llm-d-rocm:v0.8.0",
        resources: { limits: { "amd.com/gpu": "1" }, requests: { "amd.com/gpu": "1" } },
      });
      deepStrictEqual(server(accelerator({ accelerator: "cpu", cpu: 64, memory: "64Gi" } as never)), {
        name: "main",
        image: "public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo:v0.19.0",
        securityContext: { runAsNonRoot: false },
        resources: { limits: { memory: "64Gi" }, requests: { cpu: 64, memory: "64Gi" } },
      });
      deepStrictEqual(server(accelerator({ accelerator: "intel-xe" })).image, "ghcr.io/llm-d/llm-d-xpu:v0.8.0");
      deepStrictEqual(server(accelerator({ accelerator: "nvidia" })).image, undefined);
      deepStrictEqual(
        server(accelerator({ accelerator: "tpu-v6e", count: 8, image: "acme/vllm:1" })).image,
        "acme/vllm:1",
      );
      deepStrictEqual(server(accelerator({ accelerator: "aws-trainium2", count: 16, cloud: "eks" })).securityContext, {
        runAsNonRoot: false,
      });
    });
  });

  describe("vllm", () => {
    it("gives each option a variable of its own", () => {
      deepStrictEqual(
        vllm({
          maxModelLen: 8192,
          gpuMemoryUtilization: 0.9,
          prefixCaching: false,
          enforceEager: true,
          limitMmPerPrompt: { image: 2 },
          logLevel: "DEBUG",
          env: { B: "2", A: "1" },
        }),
        {
          name: "vllm",
          spec: {
            template: {
              containers: [
                {
                  name: "main",
                  env: [
                    { name: "VLLM_ADDITIONAL_ARGS", value: serveArgumentsLine },
                    { name: "SERVE_ARG_MAX_MODEL_LEN", value: "8192" },
                    { name: "SERVE_ARG_GPU_MEMORY_UTILIZATION", value: "0.9" },
                    { name: "SERVE_ARG_LIMIT_MM_PER_PROMPT", value: '{"image":2}' },
                    { name: "SERVE_ARG_PREFIX_CACHING", value: "--no-enable-prefix-caching" },
                    { name: "SERVE_ARG_ENFORCE_EAGER", value: "--enforce-eager" },
                    { name: "VLLM_LOGGING_LEVEL", value: "DEBUG" },
                    { name: "A", value: "1" },
                    { name: "B", value: "2" },
                  ],
                },
              ],
            },
          },
        },
      );
    });

    it("quotes further arguments for bash and hides dollars from Kubernetes", () => {
      deepStrictEqual(
        vllm({ kvTransferConfig: { kv_role: "kv_both" }, extraArgs: ["--a", "it's $(X)"], pods: ["prefill"] }).spec,
        {
          prefill: {
            template: {
              containers: [
                {
                  name: "main",
                  args: ["--kv-transfer-config", `'{"kv_role":"kv_both"}'`, "--a", `'it'\\''s $$(X)'`],
                },
              ],
            },
          },
        },
      );
    });

    it("adds up from several fragments, the higher one winning option by option", () => {
      const { spec } = composeWritten({
        service: { name: "llama", namespace: "models" },
        fragments: [
          vllm({ maxModelLen: 8192, prefixCaching: true, name: "team" }),
          vllm({ maxModelLen: 4096, quantization: "fp8", name: "service" }),
        ] as never,
        spec: { model: { uri: "hf://acme/llama" } },
        configs: new ConfigStore({}),
      });
      const [server] = (spec as { template: { containers: { env: { name: string; value: string }[] }[] } }).template
        .containers;
      deepStrictEqual(Object.fromEntries(server!.env.map(({ name, value }) => [name, value])), {
        VLLM_ADDITIONAL_ARGS: serveArgumentsLine,
        SERVE_ARG_MAX_MODEL_LEN: "4096",
        SERVE_ARG_PREFIX_CACHING: "--enable-prefix-caching",
        SERVE_ARG_QUANTIZATION: "fp8",
      });
    });
  });

  describe("hardening", () => {
    it("says nothing of what is left out", () => {
      deepStrictEqual(hardening({}), { name: "hardening", spec: { template: {} } });
    });

    it("gives time to start and to drain, spreads, and takes rights away", () => {
      deepStrictEqual(
        hardening({
          startupSeconds: 1805,
          liveness: { failureThreshold: 3 },
          readiness: { periodSeconds: 5 },
          drainSeconds: 30,
          gracePeriodSeconds: 120,
          spread: ["zone", "node"],
          priorityClassName: "serving",
          imagePullPolicy: "Always",
          runAsUser: 1000,
          readOnlyRootFilesystem: true,
          restricted: true,
        }).spec,
        {
          template: {
            terminationGracePeriodSeconds: 120,
            priorityClassName: "serving",
            securityContext: {
              runAsNonRoot: true,
              seccompProfile: { type: "RuntimeDefault" },
              runAsUser: 1000,
              runAsGroup: 1000,
              fsGroup: 1000,
            },
            topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
              topologyKey,
              maxSkew: 1,
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: { "app.kubernetes.io/part-of": "llminferenceservice" } },
              matchLabelKeys: ["app.kubernetes.io/name", "app.kubernetes.io/component"],
            })),
            containers: [
              {
                name: "main",
                imagePullPolicy: "Always",
                securityContext: {
                  allowPrivilegeEscalation: false,
                  runAsNonRoot: true,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                startupProbe: { periodSeconds: 10, failureThreshold: 181 },
                livenessProbe: { failureThreshold: 3 },
                readinessProbe: { periodSeconds: 5 },
                lifecycle: { preStop: { exec: { command: ["/bin/sleep", "30"] } } },
              },
            ],
          },
        },
      );
    });
  });

  describe("pinImages", () => {
    it("pins images where KServe's presets have them, and any other one as the server's", () => {
      deepStrictEqual(
        pinImages({
          digests: {
            "registry.example.com:5000/acme/vllm:0.11": digest,
            "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0": digest,
            "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0": digest,
          },
          pods: ["template", "prefill"],
        }).spec,
        {
          template: {
            containers: [{ name: "main", image: `registry.example.com:5000/acme/vllm:0.11@${digest}` }],
            initContainers: [
              { name: "llm-d-routing-sidecar", image: `ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0@${digest}` },
            ],
          },
          prefill: {
            template: { containers: [{ name: "main", image: `registry.example.com:5000/acme/vllm:0.11@${digest}` }] },
          },
          router: {
            scheduler: {
              template: {
                containers: [{ name: "main", image: `ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0@${digest}` }],
              },
            },
          },
        },
      );
      strictEqual(pinnedImage("acme/vllm", digest), `acme/vllm@${digest}`);
    });
  });

  describe("refuse", () => {
    const bad: [string, () => unknown, ...string[]][] = [
      [
        "an accelerator with a typing error",
        () => accelerator({ accelerator: "nvidia-h10-80gb" as never }),
        'accelerator: not one of the allowed values; given: "nvidia-h10-80gb"; allowed: …; fix: did you mean "nvidia-h100-80gb"?',
      ],
      [
        "more chips than a node has",
        () => accelerator({ accelerator: "nvidia-l4", count: 9, cloud: "eks" }),
        "count: no machine of eks has that many nvidia-l4; given: 9; allowed: 1 to 8 in one pod; fix: spread the model over several pods: spec.parallelism with a worker",
      ],
      [
        "a part of a TPU machine",
        () => accelerator({ accelerator: "tpu-v6e", count: 3, cloud: "gke" }),
        "count: no machine has that many tpu-v6e, and a pod takes all chips of its node; given: 3; allowed: 1, 4, 8",
      ],
      [
        "hardware on a cloud that has not got it",
        () => accelerator({ accelerator: "aws-trainium1", count: 16, cloud: "gke" }),
        'cloud: has no aws-trainium1; given: "gke"; allowed: eks',
      ],
      [
        "a topology without labels",
        () => accelerator({ accelerator: "tpu-v5e", count: 4, topology: "4x4" }),
        'topology: needs a cloud, whose labels tell nodes apart; given: "4x4"; fix: say cloud',
      ],
      [
        "a cloud for hardware that is not in the catalogue",
        () => accelerator({ accelerator: "nvidia", cloud: "gke" }),
        'cloud: says nothing for "nvidia", of which the catalogue has no machines; given: "gke"; fix: name the GPU, such as "nvidia-h100-80gb"',
      ],
      [
        "chips of a CPU",
        () => accelerator({ accelerator: "cpu", count: 4 }),
        "count: counts chips, and a CPU is none; given: 4; fix: say cpu instead",
      ],
      [
        "quantities that are none",
        () => accelerator({ accelerator: "amd", memory: "64 GB", sharedMemory: "0" }),
        'memory: not a quantity; given: "64 GB"; allowed: a quantity above 0, such as "64Gi"',
        'sharedMemory: not above 0; given: "0"; allowed: a quantity above 0, such as "64Gi"',
      ],
      [
        "memory among extended resources",
        () => accelerator({ accelerator: "amd", resources: { memory: 64 } }),
        "resources.memory: not an extended resource; allowed: <domain>/<name>; fix: say memory as an argument",
      ],
      [
        "the accelerators themselves among other resources",
        () => accelerator({ accelerator: "nvidia-h100-80gb", resources: { "nvidia.com/gpu": 2 } }),
        "resources.nvidia.com/gpu: is the accelerator's own; given: 2; fix: say count instead",
      ],
      [
        "a level of logging that is said twice",
        () => vllm({ logLevel: "DEBUG", env: { VLLM_LOGGING_LEVEL: "INFO" } }),
        "env.VLLM_LOGGING_LEVEL: is what logLevel says; fix: remove one of the two",
      ],
      [
        "further arguments that are no list",
        () => vllm({ extraArgs: "--foo" as never }),
        'extraArgs: not a list; given: "--foo"; allowed: a list',
      ],
      [
        "tensor parallelism by its short name",
        () => vllm({ extraArgs: ["-tp=8"] }),
        'extraArgs[0]: comes from spec.parallelism.tensor; given: "-tp=8"; fix: say it there',
      ],
      [
        "domains that are no list, and switches that are texts",
        () => hardening({ spread: "node", restricted: "yes" } as never),
        'restricted: neither true nor false; given: "yes"; allowed: true, false',
        'spread: not a list; given: "node"; allowed: a list',
      ],
      [
        "a probe that is a text",
        () => hardening({ liveness: "10s" } as never),
        'liveness: not an object; given: "10s"; allowed: an object with periodSeconds, timeoutSeconds, failureThreshold',
      ],
      [
        "a pod that there is not",
        () => accelerator({ accelerator: "amd", pods: ["decode" as never] }),
        'pods[0]: not one of the allowed values; given: "decode"; allowed: "template", "worker", "prefill", "prefillWorker"',
      ],
      [
        "a percentage for a share",
        () => vllm({ gpuMemoryUtilization: 90 }),
        "gpuMemoryUtilization: not a share of the memory; given: 90; allowed: above 0 and up to 1, such as 0.9; fix: for 90 % say 0.9",
      ],
      [
        "a misspelt argument",
        () => vllm({ maxModelLength: 8192 } as never),
        'maxModelLength: no such argument; allowed: …; fix: did you mean "maxModelLen"?',
      ],
      [
        "a quantization that vLLM has not",
        () => vllm({ quantization: "fp9" }),
        'quantization: not one of the allowed values; given: "fp9"; allowed: …; fix: did you mean "fp8"?',
      ],
      [
        "a dtype of the KV cache that vLLM has not",
        () => vllm({ kvCacheDtype: "int8" }),
        'kvCacheDtype: not one of the allowed values; given: "int8"; allowed: …',
      ],
      [
        "batches that are too small",
        () => vllm({ maxModelLen: 8192, maxNumBatchedTokens: 2048, maxNumSeqs: 4096, chunkedPrefill: false }),
        "maxNumBatchedTokens: less than maxModelLen (8192), so that without chunked prefill the longest prompt fits into no batch; given: 2048; allowed: 8192 or more; fix: raise it, or leave chunkedPrefill on",
        "maxNumBatchedTokens: less than maxNumSeqs (4096), each of which has a token in the batch; given: 2048; allowed: 4096 or more",
      ],
      [
        "a context of no length",
        () => vllm({ maxModelLen: 0 }),
        "maxModelLen: out of range; given: 0; allowed: a whole number of at least 1",
      ],
      [
        "a switch that is a text",
        () => vllm({ prefixCaching: "on" as never }),
        'prefixCaching: neither true nor false; given: "on"; allowed: true, false',
      ],
      [
        "the variable that hands options on",
        () => vllm({ env: { VLLM_ADDITIONAL_ARGS: "--seed 1" } }),
        "env.VLLM_ADDITIONAL_ARGS: is how vllm itself hands on its options; fix: say the options as arguments of vllm, or as extraArgs",
      ],
      [
        "further arguments that have a place of their own",
        () => vllm({ extraArgs: ["--max_model_len=4096", "--tensor-parallel-size", "2", "--foo bar"] }),
        'extraArgs[0]: is the argument maxModelLen; given: "--max_model_len=4096"; fix: say maxModelLen',
        'extraArgs[1]: comes from spec.parallelism.tensor; given: "--tensor-parallel-size"; fix: say it there',
        'extraArgs[3]: several words in one; given: "--foo bar"; fix: give each word an element of its own',
      ],
      [
        "draining that outlasts the grace period",
        () => hardening({ drainSeconds: 90 }),
        "gracePeriodSeconds: no longer than drainSeconds (90): the server would be killed before it has finished a request; given: 60; allowed: more than 90",
      ],
      [
        "the root user",
        () => hardening({ runAsUser: 0 }),
        "runAsUser: out of range; given: 0; allowed: a whole number from 1 to 4294967294",
      ],
      [
        "spreading over what is no domain",
        () => hardening({ spread: ["zones" as never] }),
        'spread[0]: not one of the allowed values; given: "zones"; allowed: "node", "zone"; fix: did you mean "zone"?',
      ],
      [
        "a duty to spread nothing",
        () => hardening({ spreadRequired: true }),
        "spreadRequired: nothing is spread; given: true; fix: say spread",
      ],
      [
        "a probe with a field of another one",
        () => hardening({ liveness: { initialDelaySeconds: 3 } as never }),
        "liveness.initialDelaySeconds: no such argument; allowed: …",
      ],
      [
        "digests that are none",
        () => pinImages({ digests: { "acme/vllm:1": "sha256:abc" } }),
        'digests["acme/vllm:1"]: a digest of 3 digits; given: "sha256:abc"; allowed: sha256: and 64 digits of 0-9 and a-f',
      ],
      [
        "an image that has a digest",
        () => pinImages({ digests: { [`acme/vllm@${digest}`]: digest } }),
        `digests["acme/vllm@${digest}"]: has a digest already; given: "acme/vllm@${digest}"; fix: name it as acme/vllm`,
      ],
      [
        "two images for one server",
        () => pinImages({ digests: { "acme/vllm:1": digest, "ghcr.io/llm-d/llm-d-uds-tokenizer:v0.19.1": digest } }),
        'digests["acme/vllm:1"]: one of 2 images that would be the server\'s; allowed: …',
        'digests["ghcr.io/llm-d/llm-d-uds-tokenizer:v0.19.1"]: one of 2 images that would be the server\'s; allowed: …; fix: did you mean "ghcr.io/llm-d/llm-d-uds-tokenizer:vllm-v0.19.1"?',
      ],
      [
        "nothing to pin",
        () => pinImages({ digests: {} }),
        "digests: pins nothing; allowed: a digest for each of some images",
      ],
      [
        "what is no image",
        () => pinnedImage("Acme/VLLM:1", digest),
        'image: not an image; given: "Acme/VLLM:1"; allowed: [<registry>/]<repository>[:<tag>]',
      ],
    ];
    for (const [what, work, ...problems] of bad) {
      it(what, () => {
        throws(work, (error: Error) => {
          const shown = error.message.split("\n  - ").slice(1);
          // Long lists of what is allowed are those of the catalogue and of vLLM.
          const lines = shown.map((line, index) =>
            problems[index]?.includes("allowed: …") ? line.replace(/allowed: [^;]*/, "allowed: …") : line,
          );
          deepStrictEqual(lines, problems);
          return true;
        });
      });
    }
  });
});
