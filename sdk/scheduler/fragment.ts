import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { LLMInferenceServiceSpecArgs, SchedulerSpecArgs } from "../api/llmInferenceService";
import type { EndpointPickerConfig } from "./config";

export interface SchedulerFragmentOptions {
  /** @default "scheduler" */
  readonly name?: string;
  /** @default 0 */
  readonly priority?: number;
  /** Image of the endpoint picker. @default the one of KServe's preset */
  readonly image?: Input<string>;
  /** Endpoint pickers, of which one leads. @default 1 */
  readonly replicas?: Input<number>;
  /** Whether requests go on without the endpoint picker when it does not answer. @default "FailOpen", by KServe's preset */
  readonly failureMode?: "FailOpen" | "FailClose";
  /** Further fields of the endpoint picker's pod. @default none */
  readonly template?: NonNullable<SchedulerSpecArgs["template"]> & object;
}

/**
 * A fragment with the scheduler's configuration and what goes with it. KServe cannot merge two of them: it knows no types inside
 * a configuration, and one service takes one.
 */
export function schedulerFragment(
  config: EndpointPickerConfig | Readonly<Record<string, unknown>>,
  options: SchedulerFragmentOptions = {},
): ConfigFragment {
  const { image, replicas, failureMode, template } = options;
  const given = (template as { containers?: readonly { name: unknown }[] } | undefined)?.containers ?? [];
  const main = given.find(({ name }) => name === "main");
  const others = given.filter((container) => container !== main);
  const containers = image === undefined ? {} : { containers: [{ name: "main", ...main, image }, ...others] };
  const scheduler = {
    config: { inline: config as Record<string, unknown> },
    ...(replicas === undefined ? {} : { replicas }),
    ...(failureMode === undefined ? {} : { pool: { spec: poolWith(failureMode) } }),
    ...(image === undefined && template === undefined
      ? {}
      : { template: { ...(template as object | undefined), ...containers } }),
  };
  return {
    name: options.name ?? "scheduler",
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    spec: { router: { scheduler } } as LLMInferenceServiceSpecArgs,
  };
}

/**
 * A pool cannot be given in part. Source: `config/llmisvcconfig/config-llm-scheduler.yaml` of KServe 0.20, whose values these are.
 */
function poolWith(failureMode: "FailOpen" | "FailClose"): object {
  return {
    selector: {
      matchLabels: {
        "app.kubernetes.io/name": "{{ .ObjectMeta.Name }}",
        "app.kubernetes.io/part-of": "llminferenceservice",
        "kserve.io/component": "workload",
      },
    },
    targetPorts: [{ number: 8000 }],
    endpointPickerRef: {
      kind: "Service",
      name: "{{ ChildName .ObjectMeta.Name `-epp-service` }}",
      port: { number: 9002 },
      failureMode,
    },
  };
}
