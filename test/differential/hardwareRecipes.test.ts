import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { readPresets } from "../../local/presets";
import type { ConfigFragment } from "../../sdk/api/configFragment";
import { compose } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { accelerator } from "../../sdk/recipes/accelerator";
import { hardening } from "../../sdk/recipes/hardening";
import { pinImages } from "../../sdk/recipes/images";
import { vllm } from "../../sdk/recipes/vllm";

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: string[];
  readonly args?: string[];
  readonly env: { name: string; value?: string }[];
  readonly [field: string]: unknown;
}
interface Pod {
  readonly containers: Container[];
  readonly initContainers?: Container[];
  readonly volumes: { name: string; emptyDir?: object }[];
  readonly [field: string]: unknown;
}
interface Effective {
  readonly template: Pod;
  readonly worker?: Pod;
  readonly prefill?: { template: Pod };
  readonly router: { scheduler: { template: Pod } };
}

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const whole = { data: 16, dataLocal: 8, tensor: 1 };

describe("hardware and engine recipes over KServe's presets", () => {
  let presets: Record<string, unknown>;

  before(async () => {
    presets = await readPresets();
  });

  function composed(fragments: readonly ConfigFragment[], more: object = {}) {
    const { effective, warnings } = compose({
      service: { name: "llama", namespace: "models" },
      fragments: fragments as never,
      spec: { model: { uri: "hf://acme/llama" }, ...more },
      configs: new ConfigStore({ kserve: presets }),
    });
    return { effective: effective as unknown as Effective, warnings };
  }

  const mainOf = (pod: Pod) => pod.containers.find(({ name }) => name === "main")!;

  it("put the hardware into the preset's pod, with one volume for /dev/shm", () => {
    const { effective, warnings } = composed([
      accelerator({ accelerator: "nvidia-h100-80gb", count: 8, cloud: "gke" }),
    ]);
    deepStrictEqual(warnings, []);
    const { template } = effective;
    deepStrictEqual(mainOf(template).resources, {
      limits: { "nvidia.com/gpu": "8" },
      requests: { "nvidia.com/gpu": "8" },
    });
    deepStrictEqual(template.nodeSelector, { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb" });
    deepStrictEqual(template.tolerations, [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
    deepStrictEqual(
      template.volumes.filter(({ name }) => name === "dshm"),
      [{ name: "dshm", emptyDir: { medium: "Memory", sizeLimit: "8Gi" } }],
    );
    const mounts = mainOf(template).volumeMounts as { mountPath: string }[];
    deepStrictEqual(mounts.filter(({ mountPath }) => mountPath === "/dev/shm").length, 1);
    deepStrictEqual(mounts.length, 5);
    strictEqual(mainOf(template).image, "ghcr.io/llm-d/llm-d-cuda:v0.8.0");
  });

  it("reach leader and workers, decode and prefill", () => {
    const multiNode = composed(
      [accelerator({ accelerator: "nvidia-h100-80gb", count: 8, pods: ["template", "worker"], sharedMemory: "32Gi" })],
      { parallelism: whole },
    );
    deepStrictEqual(multiNode.warnings, []);
    for (const pod of [multiNode.effective.template, multiNode.effective.worker!]) {
      deepStrictEqual(mainOf(pod).resources, {
        limits: { "nvidia.com/gpu": "8" },
        requests: { "nvidia.com/gpu": "8" },
      });
      deepStrictEqual(pod.volumes.find(({ name }) => name === "dshm")?.emptyDir, {
        medium: "Memory",
        sizeLimit: "32Gi",
      });
    }
    const separate = composed([
      accelerator({ accelerator: "tpu-v6e", count: 8, cloud: "gke" }),
      accelerator({ accelerator: "nvidia-l4", cloud: "gke", pods: ["prefill"] }),
    ]);
    deepStrictEqual(separate.warnings, []);
    const { template, prefill } = separate.effective;
    strictEqual(mainOf(template).image, "docker.io/vllm/vllm-tpu:v0.26.0");
    strictEqual((mainOf(template).securityContext as { runAsNonRoot: boolean }).runAsNonRoot, false);
    deepStrictEqual(template.nodeSelector, {
      "cloud.google.com/gke-tpu-accelerator": "tpu-v6e-slice",
      "cloud.google.com/gke-tpu-topology": "2x4",
    });
    strictEqual(mainOf(prefill!.template).image, "ghcr.io/llm-d/llm-d-cuda:v0.8.0");
    deepStrictEqual(prefill!.template.nodeSelector, { "cloud.google.com/gke-accelerator": "nvidia-l4" });
  });

  it("harden the preset's pod and keep what the preset probes", () => {
    const { effective, warnings } = composed([
      hardening({
        startupSeconds: 1800,
        liveness: { failureThreshold: 3 },
        drainSeconds: 30,
        gracePeriodSeconds: 120,
        restricted: true,
      }),
    ]);
    deepStrictEqual(warnings, []);
    const server = mainOf(effective.template);
    const httpGet = { path: "/health", port: 8000, scheme: "HTTP" };
    deepStrictEqual(server.startupProbe, { httpGet, failureThreshold: 180, periodSeconds: 10 });
    deepStrictEqual(server.livenessProbe, { httpGet, failureThreshold: 3, periodSeconds: 10, timeoutSeconds: 1 });
    deepStrictEqual(server.lifecycle, { preStop: { exec: { command: ["/bin/sleep", "30"] } } });
    deepStrictEqual(server.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: false,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
    strictEqual(effective.template.terminationGracePeriodSeconds, 120);
    // The template of the preset leaves vLLM what remains of the grace period.
    ok(server.command[2]!.includes("--shutdown-timeout 100"), server.command[2]);
  });

  it("pin each image in the container that has it", () => {
    const images = [
      "ghcr.io/llm-d/llm-d-cuda:v0.8.0",
      "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0",
      "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0",
      "ghcr.io/llm-d/llm-d-uds-tokenizer:vllm-v0.19.1",
    ];
    const { effective, warnings } = composed(
      [
        pinImages({
          digests: Object.fromEntries(images.map((image) => [image, digest])),
          pods: ["template", "prefill"],
        }),
      ],
      { router: { gateway: {}, route: {}, scheduler: {} } },
    );
    deepStrictEqual(warnings, []);
    const used = [effective.template, effective.prefill!.template, effective.router.scheduler.template].flatMap((pod) =>
      [...pod.containers, ...(pod.initContainers ?? [])].map(({ image }) => image),
    );
    deepStrictEqual([...new Set(used)].sort(), images.map((image) => `${image}@${digest}`).sort());
  });

  it("say when a variable or a command above keeps options from vLLM", () => {
    const [variable] = composed([vllm({ maxModelLen: 8192, seed: 1 })], {
      template: { containers: [{ name: "main", env: [{ name: "VLLM_ADDITIONAL_ARGS", value: "--enforce-eager" }] }] },
    }).warnings;
    deepStrictEqual(variable, {
      path: "template.containers[main].env[VLLM_ADDITIONAL_ARGS]",
      message:
        'spec sets another value, so that SERVE_ARG_MAX_MODEL_LEN, SERVE_ARG_SEED of the recipe "vllm" do not reach vLLM',
      fix: "remove VLLM_ADDITIONAL_ARGS, and say its options as arguments or extraArgs of vllm",
    });
    const [command] = composed([vllm({ maxModelLen: 8192 })], {
      template: { containers: [{ name: "main", command: ["vllm", "serve", "/mnt/models"] }] },
    }).warnings;
    deepStrictEqual(command, {
      path: "template.containers[main].command",
      message:
        'does not read VLLM_ADDITIONAL_ARGS, so that SERVE_ARG_MAX_MODEL_LEN of the recipe "vllm" does not reach vLLM',
      fix: "read it in the command as KServe's presets do, or leave the command to them",
    });
  });

  describe("bring to vLLM, when bash runs the preset's command,", () => {
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-vllm-"));
      const program = `#!/bin/bash\nif [ "$1" = --version ]; then echo 0.22.0; else for word in "$@"; do printf 'word:%s\\n' "$word"; done; fi\n`;
      await writeFile(join(folder, "vllm"), program);
      await chmod(join(folder, "vllm"), 0o755);
    });
    after(() => rm(folder, { recursive: true }));

    /** The words that vLLM is started with, after those of the preset. */
    async function words(pod: Pod): Promise<string[]> {
      const { command, args = [], env } = mainOf(pod);
      const variables = env.map(({ name, value }) => [name, expanded(value ?? "")]);
      const [program = "", ...rest] = command;
      const { stdout } = await promisify(execFile)(program, [...rest, ...args.map(expanded)], {
        env: {
          ...(Object.fromEntries(variables) as Record<string, string>),
          PATH: [folder, process.env.PATH].join(delimiter),
        },
      });
      const all = stdout.split("\n").flatMap((line) => (line.startsWith("word:") ? [line.slice("word:".length)] : []));
      const last = all.indexOf("--shutdown-timeout");
      ok(last > 0, stdout);
      return all.slice(last + 2);
    }

    /** As the kubelet does it, where no variable is referred to. */
    const expanded = (text: string) => text.replaceAll("$$", "$");

    const options = {
      maxModelLen: 8192,
      gpuMemoryUtilization: 0.9,
      toolCallParser: "hermes",
      chatTemplate: '{% if a %}it\'s $(date) `x` "$HOME" \\ *{% endif %}',
      limitMmPerPrompt: { image: 2 },
      prefixCaching: true,
      chunkedPrefill: false,
      metrics: true,
    };
    const expected = [
      ...["--max-model-len", "8192", "--gpu-memory-utilization", "0.9", "--enable-auto-tool-choice"],
      ...["--tool-call-parser", "hermes", "--chat-template", options.chatTemplate],
      ...["--limit-mm-per-prompt", '{"image":2}', "--enable-prefix-caching", "--no-enable-chunked-prefill"],
      "--no-disable-log-stats",
    ];

    it("every option, word by word, whatever is in it", async () => {
      const { effective, warnings } = composed([
        vllm({ ...options, maxModelLen: 4096, seed: 7, name: "team" }),
        vllm({ ...options, extraArgs: ["--foo", 'it\'s $(date) $HOME {"a": [1]}'], name: "service" }),
      ]);
      deepStrictEqual(warnings, []);
      const seed = ["--seed", "7"];
      deepStrictEqual(await words(effective.template), [
        ...expected.slice(0, 4),
        ...seed,
        ...expected.slice(4),
        ...["--foo", 'it\'s $(date) $HOME {"a": [1]}'],
      ]);
    });

    it("nothing when nothing is set", async () => {
      deepStrictEqual(await words(composed([vllm({})]).effective.template), []);
    });

    it("the same in decode and prefill", async () => {
      const { effective, warnings } = composed([vllm({ ...options, pods: ["template", "prefill"] })]);
      deepStrictEqual(warnings, []);
      deepStrictEqual(await words(effective.template), expected);
      deepStrictEqual(await words(effective.prefill!.template), expected);
    });
  });
});
