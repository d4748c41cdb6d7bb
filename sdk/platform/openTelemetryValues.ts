import type { Input } from "@pulumi/pulumi";

/** Where the collector sends traces: an exporter of the collector by its name, such as `otlp`, with its configuration. */
export type TraceExporters = Readonly<Record<string, Readonly<Record<string, Input<unknown>>>>>;

/** What decides the values of the collector's chart. */
export interface OpenTelemetryValuesArgs {
  exporters: TraceExporters;
  replicas?: number;
  /** Share of the traces that are kept, from 0 to 1, decided by trace. */
  samplingShare?: number;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  env?: readonly object[];
}

/** Name of the collector's Service, as KServe's preset for tracing has it. Source: the preset config-llm-tracing of KServe 0.20. */
export const collectorService = "otel-collector";
/** OTLP by gRPC. */
export const otlpGrpcPort = 4317;

/**
 * Values of the chart opentelemetry-collector: a Deployment that takes traces by OTLP and hands them on. The configuration is the whole one
 * (`alternateConfig`), because the chart's default takes logs, metrics and the protocols of Jaeger and Zipkin too.
 */
export function openTelemetryValues(args: OpenTelemetryValuesArgs): Record<string, unknown> {
  const { exporters, replicas = 1, samplingShare, resources, env } = args;
  const sampled = samplingShare !== undefined && samplingShare < 1;
  const unused = ["jaeger-compact", "jaeger-grpc", "jaeger-thrift", "zipkin"];
  return {
    fullnameOverride: collectorService,
    mode: "deployment",
    image: { repository: "otel/opentelemetry-collector-k8s" },
    command: { name: "otelcol-k8s" },
    replicaCount: replicas,
    ...(resources && { resources }),
    ...(env && { extraEnvs: [...env] }),
    ports: Object.fromEntries(unused.map((name) => [name, { enabled: false }])),
    alternateConfig: {
      extensions: { health_check: { endpoint: "${env:MY_POD_IP}:13133" } },
      receivers: {
        otlp: {
          protocols: { grpc: { endpoint: "${env:MY_POD_IP}:4317" }, http: { endpoint: "${env:MY_POD_IP}:4318" } },
        },
      },
      processors: {
        memory_limiter: { check_interval: "5s", limit_percentage: 80, spike_limit_percentage: 25 },
        ...(sampled && {
          probabilistic_sampler: { sampling_percentage: Number((samplingShare * 100).toPrecision(6)) },
        }),
        batch: {},
      },
      exporters: { ...exporters },
      service: {
        extensions: ["health_check"],
        pipelines: {
          traces: {
            receivers: ["otlp"],
            processors: ["memory_limiter", ...(sampled ? ["probabilistic_sampler"] : []), "batch"],
            exporters: Object.keys(exporters).sort(),
          },
        },
      },
    },
  };
}
