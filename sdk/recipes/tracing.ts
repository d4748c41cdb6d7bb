import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";

/** Samplers that OpenTelemetry's SDKs know. Source: its specification of `OTEL_TRACES_SAMPLER`. */
const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** Arguments of {@link tracing}. */
export interface TracingArgs extends RecipeOptions {
  /** OTLP endpoint of a collector, such as "http://otel-collector.observability:4317". @default that of KServe's preset */
  endpoint?: Input<string>;
  /** Which requests are traced. @default that of KServe's preset */
  sampler?: (typeof samplers)[number];
  /** Share of the requests, from 0 to 1, with a sampler of ratios. @default that of KServe's preset */
  ratio?: number;
}

/**
 * OpenTelemetry traces of the model servers and the endpoint picker. What is left out comes from KServe's preset `kserve-config-llm-tracing`.
 *
 * Source: `pkg/controller/v1alpha2/llmisvc/tracing.go` of KServe 0.20.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function tracing(args: TracingArgs = {}): ConfigFragment {
  const checks = new RecipeChecks("tracing");
  const { endpoint, sampler, ratio } = args;
  checks.fields("", args, ["endpoint", "sampler", "ratio", "name", "priority"]);
  checks.text("endpoint", endpoint, { pattern: /^https?:\/\/[^\s/]+/, allowed: "http://<host>:<port> or https://…" });
  checks.choice("sampler", sampler, samplers);
  if (ratio !== undefined) {
    if (typeof ratio !== "number" || !(ratio >= 0 && ratio <= 1)) {
      checks.report({ path: "ratio", given: ratio, message: "not a share", allowed: "a number from 0 to 1" });
    }
    if (sampler !== undefined && !sampler.endsWith("traceidratio")) {
      checks.report({
        path: "ratio",
        given: ratio,
        message: `the sampler ${sampler} has none`,
        fix: "remove it, or use traceidratio",
      });
    }
  }
  checks.done();
  return {
    name: args.name ?? "tracing",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: {
      tracing: {
        ...(endpoint !== undefined && { exporterEndpoint: endpoint }),
        ...((sampler ?? ratio) !== undefined && { sampler: sampler ?? "parentbased_traceidratio" }),
        ...(ratio !== undefined && { samplerArg: String(ratio) }),
      },
    },
  };
}
