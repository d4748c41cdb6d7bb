import * as pulumi from "@pulumi/pulumi";

import { platformCharts } from "../../sdk/platform/charts";
import {
  collectorService,
  openTelemetryValues,
  otlpGrpcPort,
  type TraceExporters,
} from "../../sdk/platform/openTelemetryValues";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import { allResources } from "../resources";
import { installChart, type ThirdPartyChartArgs } from "./thirdPartyChart";

/** Arguments of {@link OpenTelemetryCollector}. */
export interface OpenTelemetryCollectorArgs extends ThirdPartyChartArgs {
  /**
   * Where traces go: exporters of the collector by their names, such as `{ otlp: { endpoint: "tempo.observability:4317", tls: { insecure: true } } }`.
   * @default `debug`, which writes a line for each batch into the collector's log
   */
  exporters?: TraceExporters;
  /** @default 1 */
  replicas?: number;
  /** Share of the traces that are kept, from 0 to 1. @default 1: what the services' own sampler lets through */
  samplingShare?: number;
  /** Environment variables for exporters, such as a token from a Secret. @default none */
  env?: object[];
  /** @default limits of 512Mi, by which the collector knows when to refuse */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

/** An OpenTelemetry collector that takes the traces of model servers and endpoint pickers (recipe `tracing`) and hands them on. */
export class OpenTelemetryCollector extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** For the recipe `tracing`, such as "http://otel-collector.observability.svc:4317". Known in previews. */
  readonly endpoint: string;
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError without an exporter, and for a share that is none. */
  constructor(name: string, args: OpenTelemetryCollectorArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:OpenTelemetryCollector", name, {}, opts);
    assertNoProblems(`OpenTelemetryCollector "${name}"`, checkCollector(args));
    const { exporters = { debug: {} }, replicas, samplingShare, env } = args;
    const values = openTelemetryValues({
      exporters,
      resources: args.resources ?? { limits: { memory: "512Mi" } },
      ...(replicas !== undefined && { replicas }),
      ...(samplingShare !== undefined && { samplingShare }),
      ...(env && { env }),
    });
    const { namespaceName, chart } = installChart(name, platformCharts.openTelemetryCollector, args, { values }, this);

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.openTelemetryCollector);
    this.endpoint = collectorEndpoint(args);
    this.ready = allResources(chart);
    this.registerOutputs({ namespace: this.namespace, version: this.version, endpoint: this.endpoint });
  }
}

/** Where a collector with these arguments takes traces. */
export function collectorEndpoint({
  namespace = platformCharts.openTelemetryCollector.namespace,
}: {
  namespace?: string;
}): string {
  return `http://${collectorService}.${namespace}.svc:${otlpGrpcPort}`;
}

function checkCollector({ exporters, samplingShare }: OpenTelemetryCollectorArgs): Problem[] {
  const problems: Problem[] = [];
  if (exporters && Object.keys(exporters).length === 0) {
    problems.push({
      path: "exporters",
      message: "is empty: traces would go nowhere",
      allowed: "at least one exporter",
    });
  }
  if (samplingShare !== undefined && !(samplingShare > 0 && samplingShare <= 1)) {
    problems.push({
      path: "samplingShare",
      given: samplingShare,
      message: "not a share",
      allowed: "more than 0, at most 1",
    });
  }
  return problems;
}
