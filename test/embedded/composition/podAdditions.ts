import { childName } from "../../../sdk/api/names";
import type { Container, EffectiveSpec, EnvVar, PodSpec, Workload } from "./effective";

/** `storageInitializer` of KServe's ConfigMap. */
export interface StorageSettings {
  readonly image: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  readonly uidModelcar: number;
  readonly cpuModelcar: string;
  readonly memoryModelcar: string;
}

/** A service whose pods the controller makes. */
export interface PodContext {
  readonly name: string;
  readonly namespace: string;
  readonly spec: EffectiveSpec;
  readonly storage: StorageSettings;
}

/*
 * What KServe's controller adds to the pods of a service after it has composed its spec. Each function is one addition; whatever else is
 * in a live object and not in the composition fails the tests. Paths are relative to pkg/ of KServe 0.20.
 */

const modelFolder = "/mnt/models";
const modelVolume = "kserve-provision-location";

interface Attachment {
  /** The container that reads the model. */
  readonly container: string;
  readonly path: string;
  readonly adapters: boolean;
}

interface Download {
  readonly uri: string;
  readonly path: string;
}

/** Source: attachModelArtifacts in controller/v1alpha2/llmisvc/workload_storage.go. */
export function attachModel(pod: PodSpec, context: PodContext, to: Attachment): void {
  const { model, storageInitializer } = context.spec;
  if (storageInitializer?.enabled === false) return;
  const adapters = to.adapters ? sortedAdapters(context.spec) : [];
  const downloads = adapters
    .filter(({ uri }) => /^(hf|s3):/.test(uri))
    .map(({ name, uri }) => ({ uri, path: adapterPath(name) }));
  const downloaded = /^(hf|s3):/.test(model.uri);
  if (model.uri.startsWith("pvc://")) mountClaim(pod, to.container, "kserve-pvc-source", model.uri, to.path);
  if (model.uri.startsWith("oci://")) addModelImage(pod, context, to);
  const override = takeStorageInitializer(pod);
  if (downloaded && downloads.length === 0) {
    const source = { uri: model.uri, path: modelFolder };
    download(pod, context, { downloads: [source], mountPath: modelFolder, container: to, override });
  } else if (downloads.length > 0) {
    const all = downloaded ? [{ uri: model.uri, path: modelFolder }, ...downloads] : downloads;
    const mountPath = commonParent(all.map(({ path }) => path));
    download(pod, context, { downloads: all, mountPath, container: { ...to, path: mountPath }, override });
  }
  if (adapters.length > 0) attachAdapters(pod, context, to);
}

/** Source: extractAndStripStorageInitializer in workload_storage.go. */
function takeStorageInitializer(pod: PodSpec): Container | undefined {
  const taken = pod.initContainers?.find(({ name }) => name === "storage-initializer");
  if (taken) pod.initContainers = pod.initContainers?.filter((container) => container !== taken);
  return taken;
}

/** Source: attachStorageInitializer and attachMultiStorageDownloads in workload_storage.go, CreateInitContainerWithConfig in utils/storage.go. */
function download(
  pod: PodSpec,
  { spec, storage }: PodContext,
  {
    downloads,
    mountPath,
    container,
    override,
  }: { downloads: readonly Download[]; mountPath: string; container: Attachment; override: Container | undefined },
): void {
  const { confidential } = spec.model;
  const single = downloads.length === 1 && downloads[0]?.path === modelFolder;
  const env: EnvVar[] = [];
  if (single && confidential?.enabled) {
    env.push({ name: "CONFIDENTIAL_ENABLED", value: "true" });
    if (confidential.resourceId) env.push({ name: "CONFIDENTIAL_RESOURCE_ID", value: confidential.resourceId });
  }
  env.push(...(override?.env ?? []));
  if (downloads.some(({ uri }) => uri.startsWith("hf://"))) {
    env.push(
      { name: "HF_HUB_ENABLE_HF_TRANSFER", value: "1" },
      { name: "HF_XET_HIGH_PERFORMANCE", value: "1" },
      { name: "HF_XET_NUM_CONCURRENT_RANGE_GETS", value: "8" },
    );
  }
  if (container.container === "tokenizer") env.push({ name: "STORAGE_ALLOW_PATTERNS", value: tokenizerFiles });
  const initializer: Container = {
    name: "storage-initializer",
    image: storage.image,
    args: downloads.flatMap(({ uri, path }) => [uri, path]),
    terminationMessagePolicy: "FallbackToLogsOnError",
    resources: {
      limits: { cpu: storage.cpuLimit, memory: storage.memoryLimit, ...override?.resources?.limits },
      requests: { cpu: storage.cpuRequest, memory: storage.memoryRequest, ...override?.resources?.requests },
    },
    ...(env.length > 0 && { env }),
    volumeMounts: [{ name: modelVolume, mountPath }],
  };
  pod.initContainers = [...(pod.initContainers ?? []), initializer];
  mount(pod, container.container, { name: modelVolume, mountPath: container.path, readOnly: true });
  addVolume(pod, modelVolume, { emptyDir: {} });
}

const tokenizerFiles =
  '["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "config.json", "generation_config.json"]';

/** Source: attachPVCModelArtifact in workload_storage.go, attachLoraPVCAdapter in workload_lora.go. */
function mountClaim(pod: PodSpec, container: string, volume: string, uri: string, mountPath: string): void {
  const [claimName = "", ...path] = uri.slice("pvc://".length).split("/");
  mount(pod, container, { name: volume, mountPath, readOnly: true, subPath: path.join("/") });
  addVolume(pod, volume, { persistentVolumeClaim: { claimName } });
}

/** Source: ConfigureModelcarToContainer in utils/storage.go. */
function addModelImage(pod: PodSpec, { spec, storage }: PodContext, { container, path }: Attachment): void {
  const image = spec.model.uri.slice("oci://".length);
  const resources = { cpu: storage.cpuModelcar, memory: storage.memoryModelcar };
  const common = {
    image,
    terminationMessagePolicy: "FallbackToLogsOnError",
    resources: { limits: resources, requests: resources },
  };
  const parent = path.slice(0, path.lastIndexOf("/"));
  const reader = pod.containers.find(({ name }) => name === container);
  if (reader) {
    reader.env = [...(reader.env ?? []), { name: "MODEL_INIT_MODE", value: "async" }];
    reader.securityContext = { ...reader.securityContext, runAsUser: storage.uidModelcar };
  }
  addVolume(pod, modelVolume, { emptyDir: {} });
  mount(pod, container, { name: modelVolume, mountPath: parent });
  pod.containers.push({
    ...common,
    name: "modelcar",
    args: ["sh", "-c", `ln -sf /proc/$$$$/root/models ${path} && sleep infinity`],
    securityContext: { runAsUser: storage.uidModelcar },
    volumeMounts: [{ name: modelVolume, mountPath: parent }],
  });
  pod.initContainers = [
    ...(pod.initContainers ?? []),
    {
      ...common,
      name: "modelcar-init",
      args: [
        "sh",
        "-c",
        `echo 'Pre-fetching modelcar ${image}: ' && [ -d /models ] && [ "$$(ls -A /models)" ] && ` +
          "echo 'OK ... Prefetched and valid (/models exists)' || " +
          "(echo 'NOK ... Prefetched but modelcar is invalid (/models does not exist or is empty)' && exit 1)",
      ],
    },
  ];
  pod.shareProcessNamespace = true;
}

function sortedAdapters({ model }: EffectiveSpec) {
  return [...(model.lora?.adapters ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const adapterPath = (name: string): string => `/mnt/lora/${name.replace(/[^a-zA-Z0-9._-]/g, "-")}`;

/** Source: attachLoRAAdapters in controller/v1alpha2/llmisvc/workload_lora.go. */
function attachAdapters(pod: PodSpec, { namespace, spec }: PodContext, { container }: Attachment): void {
  const adapters = sortedAdapters(spec);
  for (const { name, uri } of adapters) {
    if (uri.startsWith("pvc://")) mountClaim(pod, container, childName("lora-pvc-", name), uri, adapterPath(name));
  }
  const main = pod.containers.find(({ name }) => name === "main");
  if (!main || [...(main.command ?? []), ...(main.args ?? [])].join(" ").includes("--lora-modules")) return;
  const { maxRank, maxAdapters, maxCpuAdapters } = spec.model.lora ?? {};
  main.args = [
    "--enable-lora",
    ...(maxRank === undefined ? [] : [`--max-lora-rank=${maxRank}`]),
    ...(maxAdapters === undefined ? [] : [`--max-loras=${maxAdapters}`]),
    ...(maxCpuAdapters === undefined ? [] : [`--max-cpu-loras=${maxCpuAdapters}`]),
    "--lora-modules",
    ...adapters.flatMap(({ name }) =>
      [name, `publishers/${namespace}/models/${name}`].map(
        (alias) => `'${JSON.stringify({ name: alias, path: adapterPath(name) })}'`,
      ),
    ),
    ...(main.args ?? []),
  ];
}

/** Source: attachKVCacheSecondaryTiers in workload_kvcache.go. */
export function attachCaches(pod: PodSpec, { kvCacheOffloading }: Workload): void {
  const main = pod.containers.find(({ name }) => name === "main");
  kvCacheOffloading?.secondary?.forEach(({ fileSystem }, index) => {
    const name = `kv-cache-secondary-${index}`;
    const { emptyDir, pvc } = fileSystem ?? {};
    if (emptyDir) {
      addVolume(pod, name, { emptyDir: { sizeLimit: emptyDir.size } });
      const requests = main?.resources?.requests ?? {};
      const size = gibibytes(requests["ephemeral-storage"] ?? "0Gi") + gibibytes(emptyDir.size);
      if (main) main.resources = { ...main.resources, requests: { ...requests, "ephemeral-storage": `${size}Gi` } };
    } else if (pvc?.spec) {
      addVolume(pod, name, { ephemeral: { volumeClaimTemplate: { spec: pvc.spec } } });
    } else if (pvc?.ref) {
      addVolume(pod, name, { persistentVolumeClaim: { claimName: pvc.ref.name } });
    }
    mount(pod, "main", { name, mountPath: `/mnt/kv-cache-${index}`, ...(pvc?.ref && { subPath: pvc.ref.path }) });
  });
}

function gibibytes(quantity: string): number {
  const [, number] = /^(\d+)Gi$/.exec(quantity) ?? [];
  if (number === undefined) throw new Error(`these tests add whole Gi only, not ${quantity}`);
  return Number(number);
}

/** Source: expectedSingleNodeMainDeployment and expectedMainMultiNodeLWS in workload_single_node.go and workload_multi_node.go. */
export function nameThePool(pod: PodSpec, poolName: string, hasRouter: boolean): void {
  const sidecar = routingSidecar(pod);
  if (sidecar && hasRouter) sidecar.env = [...(sidecar.env ?? []), { name: "INFERENCE_POOL_NAME", value: poolName }];
}

export function routingSidecar(pod: PodSpec): Container | undefined {
  return pod.initContainers?.find(({ name }) => name === "llm-d-routing-sidecar");
}

/** Source: injectServerTracing and injectSchedulerTracing in controller/v1alpha2/llmisvc/tracing.go. */
export function trace(
  main: Container | undefined,
  { name, namespace, spec }: PodContext,
  service: "inference-scheduler" | "inference-server-decode" | "inference-server-prefill",
): void {
  const { tracing } = spec;
  if (!tracing || !main) return;
  const flags =
    service === "inference-scheduler"
      ? ["--tracing=true"]
      : ["--otlp-traces-endpoint", tracing.exporterEndpoint, "--collect-detailed-traces", "all"];
  const fieldRef = (fieldPath: string) => ({ fieldRef: { apiVersion: "v1", fieldPath } });
  main.args = [...(main.args ?? []), ...flags];
  main.env = [
    ...(main.env ?? []),
    { name: "OTEL_SERVICE_NAME", value: service },
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: tracing.exporterEndpoint },
    { name: "OTEL_TRACES_EXPORTER", value: tracing.exporter },
    { name: "OTEL_TRACES_SAMPLER", value: tracing.sampler },
    { name: "OTEL_TRACES_SAMPLER_ARG", value: tracing.samplerArg },
    { name: "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME", valueFrom: fieldRef("spec.nodeName") },
    { name: "OTEL_RESOURCE_ATTRIBUTES_POD_NAME", valueFrom: fieldRef("metadata.name") },
    {
      name: "OTEL_RESOURCE_ATTRIBUTES",
      value:
        `k8s.namespace.name=${namespace},k8s.node.name=$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME),` +
        `k8s.pod.name=$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME),llmisvc.name=${name}`,
    },
  ];
}

/** Source: AddModelMount in utils/storage.go. */
function mount(pod: PodSpec, container: string, volumeMount: NonNullable<Container["volumeMounts"]>[number]): void {
  const found = pod.containers.find(({ name }) => name === container);
  if (!found) return;
  if (!found.volumeMounts?.some(({ name }) => name === volumeMount.name)) {
    found.volumeMounts = [...(found.volumeMounts ?? []), volumeMount];
  }
}

function addVolume(pod: PodSpec, name: string, source: Readonly<Record<string, unknown>>): void {
  if (!pod.volumes?.some((volume) => volume.name === name)) pod.volumes = [...(pod.volumes ?? []), { name, ...source }];
}

function commonParent(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split("/"));
  if (others.length === 0) return first.join("/");
  const end = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, end).join("/") || "/";
}
