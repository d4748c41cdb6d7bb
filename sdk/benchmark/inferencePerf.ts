import type { BenchmarkProfile } from "./profile";

/** What a configuration of inference-perf needs beside the profile. */
export interface InferencePerfTarget {
  /** Under which the OpenAI API is served: requests go to `<url>/v1/completions`. */
  readonly url: string;
  readonly model: string;
  /** Name of the tokenizer, with which prompts are made and answers counted. */
  readonly tokenizer: string;
  /** Folder of the reports. */
  readonly folder: string;
  /** Whether each request is reported: hundreds of megabytes for a long run. */
  readonly perRequest: boolean;
}

/**
 * The configuration of inference-perf, as its CONFIG.md describes it.
 *
 * Source: kubernetes-sigs/inference-perf, CONFIG.md, and the configuration in the report of llm-d's guide "inference-scheduling".
 */
export function inferencePerfConfig(profile: BenchmarkProfile, target: InferencePerfTarget): Record<string, unknown> {
  const { data, stages, arrival, workers, concurrencyPerWorker } = profile;
  return {
    api: { type: "completion", streaming: true },
    data: {
      type: "shared_prefix",
      shared_prefix: {
        num_groups: data.groups,
        num_prompts_per_group: data.promptsPerGroup,
        system_prompt_len: data.systemPromptLength,
        question_len: data.questionLength,
        output_len: data.outputLength,
      },
    },
    load: {
      type: arrival,
      interval: 1,
      num_workers: workers,
      worker_max_concurrency: concurrencyPerWorker,
      worker_max_tcp_connections: 2500,
      stages: stages.map(({ rate, duration }) => ({ rate, duration })),
    },
    server: { type: "vllm", model_name: target.model, base_url: target.url, ignore_eos: true },
    tokenizer: { pretrained_model_name_or_path: target.tokenizer },
    report: { request_lifecycle: { summary: true, per_stage: true, per_request: target.perRequest } },
    storage: { local_storage: { path: target.folder } },
  };
}

/** Names of the reports, as inference-perf writes them. */
export const reportFiles = {
  summary: "summary_lifecycle_metrics.json",
  stage: (index: number) => `stage_${index}_lifecycle_metrics.json`,
} as const;

/**
 * What puts the reports into a ConfigMap, in Python, which inference-perf's image has: its API server's address and token are those of the
 * pod, its arguments the folder and the ConfigMap's namespace and name.
 */
export const reportScript = `import glob, json, os, ssl, sys, urllib.request

folder, namespace, name = sys.argv[1:4]
account = os.environ.get("SERVICE_ACCOUNT_FOLDER", "/var/run/secrets/kubernetes.io/serviceaccount")
server = "https://%s:%s" % (os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"])
files = [f for f in sorted(glob.glob(folder + "/*_lifecycle_metrics.json")) if "per_request" not in os.path.basename(f)]
if not files:
    sys.exit("inference-perf left no report in " + folder)
data = {os.path.basename(f): json.dumps(json.load(open(f)), sort_keys=True) for f in files}
request = urllib.request.Request(
    "%s/api/v1/namespaces/%s/configmaps/%s" % (server, namespace, name),
    data=json.dumps({"data": data}).encode(),
    method="PATCH",
    headers={"Content-Type": "application/merge-patch+json", "Authorization": "Bearer " + open(account + "/token").read()},
)
urllib.request.urlopen(request, context=ssl.create_default_context(cafile=account + "/ca.crt"))
print("reports:", ", ".join(sorted(data)))
`;
