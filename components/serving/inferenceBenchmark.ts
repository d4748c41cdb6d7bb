import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { inferencePerfConfig, reportFiles, reportScript } from "../../sdk/benchmark/inferencePerf";
import { type BenchmarkProfile, type LoadStage, sharedPrefixProfile } from "../../sdk/benchmark/profile";
import { isKnown, labelName, objectName, RecipeChecks } from "../../sdk/recipes/recipeChecks";
import { versions } from "../../sdk/versions";
import { KubernetesObject } from "../kubernetesObject";

/** Arguments of {@link InferenceBenchmark}. */
export interface InferenceBenchmarkArgs {
  /** Under which the OpenAI API is served, such as a service's `url`; requests go to `<url>/v1/completions`. */
  url: pulumi.Input<string>;
  /** Name under which the model is asked for, such as a service's `modelName`. */
  model: pulumi.Input<string>;
  /** The tokenizer's name at Hugging Face. @default that of the model */
  tokenizer?: pulumi.Input<string>;
  /** Must exist. @default "default" */
  namespace?: string;
  /** What is sent, over the profile that llm-d measures with: {@link sharedPrefixProfile}. */
  profile?: Partial<BenchmarkProfile>;
  /** Change it to measure once more what has not changed. */
  run?: string;
  /** Seconds that all of it may take. @default the stages' durations, and an hour for what is still open then */
  timeoutSeconds?: number;
  /** A Secret with a token of Hugging Face, for tokenizers that are not public. @default none */
  huggingFaceToken?: { secretName: pulumi.Input<string>; key?: string };
  /** Holds all reports, those of each request too. @default none: the reports of requests are not made */
  persistentVolumeClaim?: pulumi.Input<string>;
  /** @default inference-perf's official image, by its digest */
  image?: pulumi.Input<string>;
  /** Of the container that sends. @default none */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  /** @default none */
  nodeSelector?: Record<string, string>;
}

/** What was measured; its metrics are as inference-perf reports them, such as `successes.latency.time_to_first_token.mean`. */
export interface BenchmarkReport {
  /** Of the whole run. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** Of each stage, in order. */
  readonly stages: readonly (LoadStage & { readonly metrics: Readonly<Record<string, unknown>> })[];
}

const image = `quay.io/inference-perf/inference-perf:v${versions.inferencePerf}@sha256:e29328cc223ebae58d9022d60ad651cc3c4cbd534885a78b28f54086aa4b9c9e`;
const reports = "/requests";

/**
 * Measures a service with inference-perf: a Job that sends a profile's requests, and whose report is an output. It runs when it is made, and
 * again when what it sends, or `run`, has changed.
 *
 * The Job's pod writes the report into a ConfigMap, for which it may do nothing but change that one.
 *
 * @example
 * ```ts
 * const benchmark = new InferenceBenchmark("llama", { url: service.url, model: service.modelName, namespace: "models" });
 * export const timeToFirstToken = benchmark.report.apply((report) => report.summary);
 * ```
 */
export class InferenceBenchmark extends pulumi.ComponentResource {
  /** Unknown in a preview that would measure. */
  readonly report: pulumi.Output<BenchmarkReport>;

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: InferenceBenchmarkArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:InferenceBenchmark", name, {}, opts);
    const profile = check(name, args);
    const metadata = { name: `${name}-benchmark`, namespace: args.namespace ?? "default" };
    const reportMetadata = { ...metadata, name: `${name}-benchmark-report` };
    const child = { parent: this, dependsOn: opts.dependsOn };

    const config = configText(profile, args);
    const configMap = new KubernetesObject(
      `${name}-config`,
      { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "config.yml": config, "report.py": reportScript } },
      child,
    );
    const report = new KubernetesObject(
      `${name}-report`,
      { apiVersion: "v1", kind: "ConfigMap", metadata: reportMetadata },
      child,
    );
    const rights = createRights(name, metadata, reportMetadata.name, child);
    const job = createJob(name, metadata, { ...args, config, seconds: secondsOf(profile, args) }, this, [
      configMap,
      report,
      ...rights,
    ]);

    this.report = readReport(name, reportMetadata, job, this).apply((data) => reportOf(data, profile.stages, metadata));
    this.registerOutputs({ report: this.report });
  }
}

function configText(profile: BenchmarkProfile, args: InferenceBenchmarkArgs): pulumi.Output<string> {
  const perRequest = args.persistentVolumeClaim !== undefined;
  return pulumi
    .all([args.url, args.model, args.tokenizer ?? args.model])
    .apply(([url, model, tokenizer]) =>
      JSON.stringify(
        inferencePerfConfig(profile, { url, model, tokenizer, folder: reports, perRequest }),
        undefined,
        2,
      ),
    );
}

interface Metadata {
  name: string;
  namespace: string;
}

function createRights(
  name: string,
  metadata: Metadata,
  reportName: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const rbac = "rbac.authorization.k8s.io";
  const account = new KubernetesObject(
    `${name}-account`,
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    opts,
  );
  const role = new KubernetesObject(
    `${name}-role`,
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata,
      rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: [reportName], verbs: ["patch"] }],
    },
    opts,
  );
  const binding = new KubernetesObject(
    `${name}-binding`,
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: metadata.name, namespace: metadata.namespace }],
    },
    opts,
  );
  return [account, role, binding];
}

type JobArgs = InferenceBenchmarkArgs & { config: pulumi.Output<string>; seconds: number };

function createJob(
  name: string,
  metadata: Metadata,
  args: JobArgs,
  parent: pulumi.Resource,
  dependsOn: pulumi.Resource[],
): KubernetesObject {
  const { config, seconds, run, persistentVolumeClaim, huggingFaceToken, nodeSelector, resources } = args;
  const mounts = [
    { name: "config", mountPath: "/etc/inference-perf", readOnly: true },
    { name: "requests", mountPath: reports },
  ];
  const shared = { image: args.image ?? image, volumeMounts: mounts };
  const sender = {
    ...shared,
    name: "inference-perf",
    command: ["inference-perf", "--config_file", "/etc/inference-perf/config.yml"],
    ...(huggingFaceToken && {
      env: [
        {
          name: "HF_TOKEN",
          valueFrom: { secretKeyRef: { name: huggingFaceToken.secretName, key: huggingFaceToken.key ?? "HF_TOKEN" } },
        },
      ],
    }),
    ...(resources && { resources }),
  };
  const reporter = {
    ...shared,
    name: "report",
    command: ["python3", "/etc/inference-perf/report.py", reports, metadata.namespace, `${metadata.name}-report`],
  };
  return new KubernetesObject(
    `${name}-job`,
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata,
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: seconds,
        template: {
          metadata: {
            // A Job runs once: what it is to do makes it another one.
            annotations: {
              "pulumi-kserve.dev/config": config.apply(digest),
              ...(run && { "pulumi-kserve.dev/run": run }),
            },
          },
          spec: {
            restartPolicy: "Never",
            serviceAccountName: metadata.name,
            automountServiceAccountToken: true,
            ...(nodeSelector && { nodeSelector }),
            // The report is made when everything was sent.
            initContainers: [sender],
            containers: [reporter],
            volumes: [
              { name: "config", configMap: { name: metadata.name } },
              persistentVolumeClaim === undefined
                ? { name: "requests", emptyDir: {} }
                : { name: "requests", persistentVolumeClaim: { claimName: persistentVolumeClaim } },
            ],
          },
        },
      },
    },
    {
      parent,
      dependsOn,
      deleteBeforeReplace: true,
      customTimeouts: { create: `${seconds + 60}s` },
    },
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The report's ConfigMap as it is after the Job; unknown until then. */
function readReport(
  name: string,
  { namespace, name: configMap }: Metadata,
  job: KubernetesObject,
  parent: pulumi.Resource,
): pulumi.Output<Record<string, string> | undefined> {
  const read = new KubernetesObject(
    `${name}-result`,
    // A property is an output only when its key is among the inputs.
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: configMap, namespace }, data: undefined },
    { parent, id: job.id.apply(() => `${namespace}/${configMap}`), dependsOn: [job] },
  );
  return (read as unknown as { data: pulumi.Output<Record<string, string> | undefined> }).data;
}

function reportOf(
  data: Record<string, string> | undefined,
  stages: readonly LoadStage[],
  { name, namespace }: Metadata,
): BenchmarkReport {
  const parsed = (file: string): Record<string, unknown> => {
    const text = data?.[file];
    if (text !== undefined) return JSON.parse(text) as Record<string, unknown>;
    throw new Error(
      `the benchmark's Job ended, and ConfigMap ${namespace}/${name}-report has no ${file}: kubectl logs -n ${namespace} job/${name} --all-containers`,
    );
  };
  return {
    summary: parsed(reportFiles.summary),
    stages: stages.map((stage, index) => ({ ...stage, metrics: parsed(reportFiles.stage(index)) })),
  };
}

function secondsOf({ stages }: BenchmarkProfile, { timeoutSeconds }: InferenceBenchmarkArgs): number {
  return timeoutSeconds ?? Math.ceil(stages.reduce((sum, { duration }) => sum + duration, 3600));
}

const profileFields = ["data", "stages", "arrival", "workers", "concurrencyPerWorker"];
const dataFields = ["groups", "promptsPerGroup", "systemPromptLength", "questionLength", "outputLength"] as const;

function check(name: string, args: InferenceBenchmarkArgs): BenchmarkProfile {
  const checks = new RecipeChecks(`"${name}"`, "InferenceBenchmark");
  checks.fields("", args, [
    "url",
    "model",
    "tokenizer",
    "namespace",
    "profile",
    "run",
    "timeoutSeconds",
    "huggingFaceToken",
    "persistentVolumeClaim",
    "image",
    "resources",
    "nodeSelector",
  ]);
  // The longest name made of it, a label of the Job's pods too.
  checks.text("name", `${name}-benchmark-report`, { ...labelName, required: true });
  checks.text("namespace", args.namespace, labelName);
  checks.text("persistentVolumeClaim", args.persistentVolumeClaim, objectName);
  checks.integer("timeoutSeconds", args.timeoutSeconds, { min: 1 });
  checks.text("model", args.model, { pattern: /\S/, allowed: "the model's name", required: true });
  const address = { pattern: /^https?:\/\/[^/\s]+(\/\S*)?$/, allowed: "an http(s):// address", required: true };
  checks.text("url", args.url, address);
  if (args.huggingFaceToken && isKnown(args.huggingFaceToken)) {
    checks.fields("huggingFaceToken", args.huggingFaceToken, ["secretName", "key"]);
    checks.text("huggingFaceToken.secretName", args.huggingFaceToken.secretName, { ...objectName, required: true });
  }
  const standard = sharedPrefixProfile();
  const given = args.profile ?? {};
  checks.fields("profile", given, profileFields);
  const profile = { ...standard, ...given, data: { ...standard.data, ...given.data } };
  checks.fields("profile.data", profile.data, dataFields);
  for (const field of dataFields) checks.integer(`profile.data.${field}`, profile.data[field], { min: 1 });
  checks.choice("profile.arrival", profile.arrival, ["poisson", "constant"]);
  checks.integer("profile.workers", profile.workers, { min: 1 });
  checks.integer("profile.concurrencyPerWorker", profile.concurrencyPerWorker, { min: 1 });
  const stages = checks.objects("profile.stages", profile.stages, ["rate", "duration"]);
  if (stages.length === 0) checks.report({ path: "profile.stages", message: "empty", allowed: "at least one stage" });
  for (const [path, stage] of stages) {
    for (const field of ["rate", "duration"] as const) {
      if (typeof stage[field] === "number" && stage[field] > 0) continue;
      checks.report({ path: `${path}.${field}`, given: stage[field], message: "not above 0", allowed: "above 0" });
    }
  }
  checks.done();
  return profile;
}
