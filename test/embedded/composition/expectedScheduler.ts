import { childNames } from "../../../sdk/api/names";
import type { Container, EffectiveSpec, PodSpec } from "./effective";
import { type ExpectedChild, ownLabels } from "./expectedChild";
import { attachModel, type PodContext, trace } from "./podAdditions";

/** Source: expectedSchedulerDeployment, expectedSchedulerService and expectedSchedulerInferencePool in scheduler.go. */
export function expectedScheduler(context: PodContext): ExpectedChild[] {
  const { name, spec } = context;
  const scheduler = spec.router?.scheduler;
  if (!scheduler?.template || scheduler.pool?.ref) return [];
  const own = ownLabels(name, "llminferenceservice-router-scheduler");
  // The controller has one map for the labels of Deployment, selector and pods.
  const labels = { ...own, ...scheduler.labels };
  const names = childNames(name);
  const common = { labels: own, annotations: {} };
  return [
    {
      ...common,
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: names.schedulerDeployment,
      labels,
      spec: {
        strategy: { type: "Recreate" },
        ...(scheduler.replicas !== undefined && { replicas: scheduler.replicas }),
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: scheduler.annotations },
          spec: schedulerPod(structuredClone(scheduler.template), context),
        },
      },
    },
    {
      ...common,
      apiVersion: "v1",
      kind: "Service",
      name: scheduler.pool?.spec?.endpointPickerRef.name ?? names.schedulerService,
      spec: { selector: own, ports: schedulerPorts(scheduler.template) },
    },
    {
      ...common,
      apiVersion: "inference.networking.k8s.io/v1",
      kind: "InferencePool",
      name: names.inferencePool,
      spec: scheduler.pool?.spec ?? {},
    },
  ];
}

function schedulerPod(pod: PodSpec, context: PodContext): PodSpec {
  const { spec } = context;
  const main = pod.containers.find(({ name }) => name === "main");
  const given = configFlagOf(main?.args);
  const config = spec.router?.scheduler?.config?.inline ?? (given ? undefined : defaultConfig(spec));
  if (main) {
    const metrics = takeMetricFlags(main);
    const replicas = spec.router?.scheduler?.replicas ?? 1;
    main.args = [
      ...(main.args ?? []),
      ...(replicas > 1 ? ["--ha-enable-leader-election"] : []),
      ...(config === undefined ? [] : ["--config-text", JSON.stringify(migrated(config as PickerConfig, metrics))]),
    ];
    trace(main, context, "inference-scheduler");
  }
  attachModel(pod, context, { container: "tokenizer", path: "/mnt/models/base", adapters: false });
  // Source: withRemoveUnnecessaryTokenizer in scheduler.go; without a readable configuration it stays.
  const plugins = (config as PickerConfig | undefined)?.plugins;
  if (plugins && !plugins.some(({ type }) => type === precise)) {
    pod.containers = pod.containers.filter(({ name }) => name !== "tokenizer");
  }
  return pod;
}

const configFlagOf = (args: readonly string[] = []): string | undefined =>
  args.find((arg) => /^--?config-?(text|Text|file|File)$/.test(arg));

function schedulerPorts({ containers }: PodSpec) {
  const wanted = ["grpc", "grpc-health", "metrics", "zmq"];
  return containers
    .flatMap(({ ports = [] }) => ports)
    .filter(({ name }) => wanted.includes(name ?? ""))
    .map(({ name, containerPort, protocol }) => ({ name, port: containerPort, targetPort: name, protocol }))
    .sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
}

interface PickerConfig {
  readonly plugins?: readonly Plugin[];
  readonly [field: string]: unknown;
}

interface Plugin {
  readonly type: string;
  readonly name?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

const precise = "precise-prefix-cache-scorer";

/** Flags that newer schedulers refuse; their values go into the configuration. Source: extractDeprecatedMetricFlags in scheduler.go. */
function takeMetricFlags(main: Container): Plugin[] {
  const args = main.args ?? [];
  const index = args.indexOf("--kv-cache-usage-percentage-metric");
  if (index < 0) return [];
  const kvUsageSpec = args[index + 1];
  main.args = args.filter((_, position) => position !== index && position !== index + 1);
  const type = "core-metrics-extractor";
  const engineLabelKey = "inference.networking.k8s.io/engine-type";
  return [
    {
      type,
      name: type,
      parameters: { engineLabelKey, defaultEngine: "vllm", engineConfigs: [{ name: "vllm", kvUsageSpec }] },
    },
  ];
}

/** Source: WithUdsTokenizerConfig and withMigrateDisaggProfileHandler in scheduler.go. */
function migrated(config: PickerConfig, added: readonly Plugin[]): PickerConfig {
  const renamed = (name: string): string => (name === "pd-profile-handler" ? "disagg-profile-handler" : name);
  const plugins = config.plugins?.map((plugin) => ({
    ...plugin,
    type: renamed(plugin.type),
    ...(plugin.name !== undefined && { name: renamed(plugin.name) }),
    ...(plugin.type === precise && { parameters: withTokenizer(plugin.parameters) }),
  }));
  return { ...config, ...(plugins && { plugins: [...plugins, ...added] }) };
}

function withTokenizer(parameters: Plugin["parameters"] = {}) {
  const indexerConfig = parameters.indexerConfig as Readonly<Record<string, unknown>> | undefined;
  const tokenizersPoolConfig = { modelName: "base", uds: { socketFile: "/tmp/tokenizer/tokenizer-uds.socket" } };
  return { ...parameters, indexerConfig: { ...indexerConfig, tokenizersPoolConfig } };
}

/** What schedules when nothing else is said. Source: schedulerConfigText in scheduler.go. */
function defaultConfig({ model, prefill }: EffectiveSpec): PickerConfig {
  const adapters = (model.lora?.adapters ?? []).length > 0;
  const ref = (pluginRef: string, weight?: number) => ({ pluginRef, ...(weight !== undefined && { weight }) });
  const affinity = adapters ? [ref("lora-affinity-scorer", 4)] : [];
  const types = prefill
    ? [
        "disagg-headers-handler",
        "prefill-filter",
        "decode-filter",
        "queue-scorer",
        "kv-cache-utilization-scorer",
        "active-request-scorer",
        "prefix-cache-scorer",
        "max-score-picker",
        "always-disagg-pd-decider",
        "disagg-profile-handler",
      ]
    : [
        "single-profile-handler",
        "queue-scorer",
        "kv-cache-utilization-scorer",
        "prefix-cache-scorer",
        "no-hit-lru-scorer",
        "max-score-picker",
      ];
  const deciders = { deciders: { prefill: "always-disagg-pd-decider" } };
  const profile = (name: string, plugins: readonly unknown[]) => ({ name, plugins });
  return {
    apiVersion: "inference.networking.x-k8s.io/v1alpha1",
    kind: "EndpointPickerConfig",
    plugins: [...types, ...(adapters ? ["lora-affinity-scorer"] : [])].map((type) => ({
      type,
      ...(type === "disagg-profile-handler" && { parameters: deciders }),
    })),
    schedulingProfiles: prefill
      ? [
          profile("prefill", [
            ref("prefill-filter"),
            ...affinity,
            ref("prefix-cache-scorer", 3),
            ref("queue-scorer", 2),
            ref("kv-cache-utilization-scorer", 2),
            ref("max-score-picker"),
          ]),
          profile("decode", [
            ref("decode-filter"),
            ...affinity,
            ref("active-request-scorer", 2),
            ref("prefix-cache-scorer", 3),
            ref("max-score-picker"),
          ]),
        ]
      : [
          profile("default", [
            ...affinity,
            ref("queue-scorer", 2),
            ref("kv-cache-utilization-scorer", 2),
            ref("prefix-cache-scorer", 3),
            ref("no-hit-lru-scorer", 2),
            ref("max-score-picker"),
          ]),
        ],
  };
}
