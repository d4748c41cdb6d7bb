import type { LLMInferenceServiceSpecArgs, PartialPodSpecArgs } from "../api/llmInferenceService";
import { modelPath, serverContainer } from "./workloadPods";

/** Arguments of a LLMInferenceServiceConfig. */
export interface PipelineParallelConfig {
  /** The name under which KServe looks for it. */
  readonly configName: string;
  readonly spec: LLMInferenceServiceSpecArgs;
}

/** How {@link pipelineParallelConfig} runs vLLM. */
export interface PipelineParallelConfigArgs {
  /** vLLM's image: one with `--nnodes`, which has been there since 0.12. @default that of KServe's presets at 0.20 */
  image?: string;
}

/**
 * The preset for pipeline parallelism that KServe 0.20 looks for and does not ship (kserve#5047). Without it such a service stays at
 * `PresetsCombined: ConfigNotFound`. It has to lie in the service's namespace (or KServe's), as a LLMInferenceServiceConfig; give it to the
 * service as a baseRef too, so that previews know it.
 *
 * The leader (rank 0) serves the API; the others take the stages of layers after it. They find each other by vLLM's own multiprocessing, without
 * Ray. Source of the name: `combineBaseRefsConfig` in `pkg/controller/v1alpha2/llmisvc/config_merge.go` of KServe 0.20; of the options:
 * vLLM's documentation of parallelism over several nodes.
 */
export function pipelineParallelConfig(args: PipelineParallelConfigArgs = {}): PipelineParallelConfig {
  const { image = "ghcr.io/llm-d/llm-d-cuda:v0.8.0" } = args;
  return {
    configName: "kserve-config-llm-worker-pipeline-parallel",
    spec: { template: pod(image, "leader"), worker: pod(image, "worker") },
  };
}

const tls = "/var/run/kserve/tls";

/** Texts are templates, which KServe fills in from the service. */
function pod(image: string, role: "leader" | "worker"): PartialPodSpecArgs {
  return {
    containers: [
      {
        name: serverContainer,
        image,
        command: ["/bin/bash", "-c", commandOf(role), "--"],
        env: [
          { name: "HOME", value: "/home" },
          { name: "HF_HUB_CACHE", value: "/models" },
        ],
        securityContext: {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: { add: ["IPC_LOCK", "SYS_RAWIO", "NET_RAW"], drop: ["ALL"] },
          seccompProfile: { type: "RuntimeDefault" },
        },
        ...(role === "leader" && servingPort()),
        volumeMounts: [
          { mountPath: "/home", name: "home" },
          { mountPath: "/tmp", name: "tmp-dir" },
          { mountPath: "/dev/shm", name: "dshm" },
          { mountPath: "/models", name: "model-cache" },
          { mountPath: tls, name: "tls-certs", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "home", emptyDir: {} },
      { name: "tmp-dir", emptyDir: {} },
      { name: "dshm", emptyDir: { medium: "Memory", sizeLimit: "8Gi" } },
      { name: "model-cache", emptyDir: {} },
      {
        name: "tls-certs",
        secret: { secretName: "{{ ChildName .ObjectMeta.Name `-kserve-self-signed-certs` }}" },
      },
    ],
  };
}

function commandOf(role: "leader" | "worker"): string {
  const model = "{{ .Spec.Model.Name }}";
  const options = [
    `--served-model-name '${model}' 'publishers/{{ .ObjectMeta.Namespace }}/models/${model}'`,
    "--port 8000",
    "--tensor-parallel-size {{ or .Spec.Parallelism.Tensor 1 }}",
    "--pipeline-parallel-size {{ .Spec.Parallelism.Pipeline }}",
    "--distributed-executor-backend mp",
    "--nnodes {{ .Spec.Parallelism.Pipeline }}",
    // LeaderWorkerSet tells each pod its place in the group and where the leader is.
    "--node-rank ${LWS_WORKER_INDEX:-0}",
    "--master-addr ${LWS_LEADER_ADDRESS}",
    ...(role === "worker" ? ["--headless"] : []),
    `{{ if .GlobalConfig.EnableTLS }}--ssl-certfile ${tls}/tls.crt --ssl-keyfile ${tls}/tls.key{{ end }}`,
    "${VLLM_ADDITIONAL_ARGS}",
    "$@",
  ];
  return `exec vllm serve ${modelPath} ${options.join(" ")}`;
}

/** Only the leader answers requests. */
function servingPort() {
  const httpGet = {
    path: "/health",
    port: 8000,
    scheme: "{{ if .GlobalConfig.EnableTLS }}HTTPS{{ else }}HTTP{{ end }}",
  };
  return {
    ports: [{ containerPort: 8000, protocol: "TCP" }],
    startupProbe: { httpGet, periodSeconds: 10, failureThreshold: 60 },
    readinessProbe: { httpGet, periodSeconds: 1, failureThreshold: 2 },
    livenessProbe: { httpGet, periodSeconds: 10, failureThreshold: 10 },
  };
}
