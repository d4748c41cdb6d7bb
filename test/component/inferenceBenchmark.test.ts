import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferenceBenchmark, type InferenceBenchmarkArgs } from "../../components/serving/inferenceBenchmark";
import { named, register } from "./mocks";

const target = { url: "http://198.18.0.1/models/llama", model: "llama" };
const stages = [
  { rate: 1, duration: 10 },
  { rate: 2.5, duration: 20 },
];
const data = {
  "stage_0_lifecycle_metrics.json": '{"successes":{"count":10}}',
  "stage_1_lifecycle_metrics.json": '{"successes":{"count":50}}',
  "summary_lifecycle_metrics.json": '{"successes":{"count":60}}',
};

interface JobSpec {
  backoffLimit: number;
  activeDeadlineSeconds: number;
  template: {
    metadata: { annotations: Record<string, string> };
    spec: Record<string, unknown> & {
      initContainers: Record<string, unknown>[];
      containers: Record<string, unknown>[];
      volumes: unknown[];
    };
  };
}

async function made(
  args: Partial<InferenceBenchmarkArgs> = {},
  options: { preview?: boolean; reported?: object } = {},
) {
  const reports: unknown[] = [];
  const { registrations } = await register(
    () => {
      const { report } = new InferenceBenchmark("load", {
        ...target,
        namespace: "models",
        profile: { stages },
        ...args,
      });
      pulumi.all([report]).apply(([value]) => reports.push(value));
    },
    { ...options, outputs: ({ name }) => (name === "load-result" ? { data: options.reported ?? data } : {}) },
  );
  return { registrations, reports, job: named(registrations, "load-job").inputs.spec as JobSpec };
}

describe("InferenceBenchmark", () => {
  it("sends in a Job's first container and reports in its second, which may change one ConfigMap", async () => {
    const { registrations, job } = await made();
    deepStrictEqual(
      registrations.map(({ name, parent }) => [name, parent]),
      [
        ["load", ""],
        ["load-report", "load"],
        ["load-account", "load"],
        ["load-role", "load"],
        ["load-binding", "load"],
        ["load-config", "load"],
        ["load-job", "load"],
      ],
    );
    deepStrictEqual(named(registrations, "load-role").inputs.rules, [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["load-benchmark-report"], verbs: ["patch"] },
    ]);
    deepStrictEqual(named(registrations, "load-job").dependsOn, [
      "load-account",
      "load-binding",
      "load-config",
      "load-report",
      "load-role",
    ]);
    deepStrictEqual([job.backoffLimit, job.activeDeadlineSeconds], [0, 3630]);
    deepStrictEqual(
      [...job.template.spec.initContainers, ...job.template.spec.containers].map(({ name, command }) => [
        name,
        command,
      ]),
      [
        ["inference-perf", ["inference-perf", "--config_file", "/etc/inference-perf/config.yml"]],
        ["report", ["python3", "/etc/inference-perf/report.py", "/requests", "models", "load-benchmark-report"]],
      ],
    );
    deepStrictEqual(job.template.spec.volumes[1], { name: "requests", emptyDir: {} });
  });

  it("sends what llm-d measures with, and what the arguments say instead", async () => {
    const reported = Object.fromEntries(
      [...Array(17).keys()].map((stage) => [`stage_${stage}_lifecycle_metrics.json`, "{}"]),
    );
    const standard = await made({ profile: {} }, { reported: { ...data, ...reported } });
    const text = (standard.registrations.find(({ name }) => name === "load-config")?.inputs.data ?? {}) as object;
    const config = JSON.parse((text as Record<string, string>)["config.yml"] ?? "") as {
      load: { stages: unknown[] };
      data: object;
      server: object;
      report: object;
    };
    deepStrictEqual(config.data, {
      type: "shared_prefix",
      shared_prefix: {
        num_groups: 150,
        num_prompts_per_group: 5,
        system_prompt_len: 6000,
        question_len: 1200,
        output_len: 1000,
      },
    });
    deepStrictEqual(
      [config.load.stages.length, config.load.stages[0], config.load.stages[16]],
      [17, { rate: 15, duration: 50 }, { rate: 60, duration: 25 }],
    );
    deepStrictEqual(
      { ...config.load, stages: [] },
      {
        type: "poisson",
        interval: 1,
        num_workers: 224,
        worker_max_concurrency: 100,
        worker_max_tcp_connections: 2500,
        stages: [],
      },
    );
    deepStrictEqual(config.server, {
      type: "vllm",
      model_name: "llama",
      base_url: "http://198.18.0.1/models/llama",
      ignore_eos: true,
    });
    deepStrictEqual(config.report, { request_lifecycle: { summary: true, per_stage: true, per_request: false } });
  });

  it("is another Job when what it sends has changed, or a run is asked for", async () => {
    const annotations = async (args: Partial<InferenceBenchmarkArgs>) =>
      (await made(args)).job.template.metadata.annotations;
    const first = await annotations({});
    deepStrictEqual(Object.keys(first), ["pulumi-kserve.dev/config"]);
    deepStrictEqual(await annotations({}), first);
    strictEqual(
      (await annotations({ model: "other" }))["pulumi-kserve.dev/config"] === first["pulumi-kserve.dev/config"],
      false,
    );
    deepStrictEqual(await annotations({ run: "2" }), { ...first, "pulumi-kserve.dev/run": "2" });
  });

  it("gives the report of the whole and of each stage", async () => {
    const { reports } = await made();
    deepStrictEqual(reports, [
      {
        summary: { successes: { count: 60 } },
        stages: [
          { rate: 1, duration: 10, metrics: { successes: { count: 10 } } },
          { rate: 2.5, duration: 20, metrics: { successes: { count: 50 } } },
        ],
      },
    ]);
  });

  it("says where to look when the Job ended without a report", async () => {
    await rejects(
      made({}, { reported: {} }),
      /the benchmark's Job ended, and ConfigMap models\/load-benchmark-report has no summary_lifecycle_metrics\.json: kubectl logs -n models job\/load-benchmark --all-containers$/,
    );
  });

  it("refuses what cannot be sent, all at once", async () => {
    await rejects(
      made({
        url: "llama.example.com",
        namespace: "Models",
        timeoutSeconds: 0,
        huggingFaceToken: { secretName: "" },
        profile: { stages: [{ rate: 0, duration: 1 }], arrival: "bursts" as "poisson", workers: 0 },
        modell: "llama",
      } as Partial<InferenceBenchmarkArgs>),
      (error: { problems?: { path: string }[] }) => {
        deepStrictEqual(
          error.problems?.map(({ path }) => path),
          [
            "modell",
            "namespace",
            "timeoutSeconds",
            "url",
            "huggingFaceToken.secretName",
            "profile.arrival",
            "profile.workers",
            "profile.stages[0].rate",
          ],
        );
        return true;
      },
    );
    await rejects(made({ profile: { stages: [] } }), /profile\.stages: empty/);
  });
});
