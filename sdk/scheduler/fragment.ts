import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { InferencePoolSpecArgs } from "../api/gatewayTypes";
import type { PartialPodSpecArgs, SchedulerSpecArgs } from "../api/llmInferenceService";
import { PoolFailureMode } from "../recipes/pool";
import { isKnown, RecipeChecks } from "../recipes/recipeChecks";
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
  readonly failureMode?: PoolFailureMode;
  /** Further fields of the endpoint picker's pod. @default none */
  readonly template?: SchedulerSpecArgs["template"];
}

/**
 * A fragment with the scheduler's configuration and what goes with it. KServe cannot merge two of them: it knows no types inside
 * a configuration, and one service takes one.
 *
 * @throws ConfigurationError with every problem of the options.
 */
export function schedulerFragment(
  config: EndpointPickerConfig | Readonly<Record<string, unknown>>,
  options: SchedulerFragmentOptions = {},
): ConfigFragment {
  check(options);
  const { image, replicas, failureMode, template } = options;
  const pod = image === undefined ? template : withImage(template, image);
  const scheduler: SchedulerSpecArgs = {
    config: { inline: config as Record<string, unknown> },
    ...(replicas !== undefined && { replicas }),
    ...(failureMode !== undefined && { pool: { spec: poolWith(failureMode) } }),
    ...(pod !== undefined && { template: pod }),
  };
  return {
    name: options.name ?? "scheduler",
    ...(options.priority !== undefined && { priority: options.priority }),
    spec: { router: { scheduler } },
  };
}

function check(options: SchedulerFragmentOptions): void {
  const checks = new RecipeChecks("schedulerFragment");
  const { image, replicas, failureMode, template } = options;
  checks.fields("", options, ["name", "priority", "image", "replicas", "failureMode", "template"]);
  checks.text("image", image, { pattern: /^\S+$/, allowed: "the name of an image" });
  checks.integer("replicas", replicas, { min: 1 });
  checks.choice("failureMode", failureMode, Object.values(PoolFailureMode));
  const containers: unknown = isKnown(template) ? (template as PartialPodSpecArgs | undefined)?.containers : template;
  if (image !== undefined && containers !== undefined && !Array.isArray(containers)) {
    checks.report({
      path: isKnown(template) ? "template.containers" : "template",
      message: "not known yet, so that the image cannot be added to it",
      fix: "leave image out, and say it in the template's container main",
    });
  }
  checks.done();
}

/** What the template says of the endpoint picker's container stays. */
function withImage(template: SchedulerFragmentOptions["template"], image: Input<string>): PartialPodSpecArgs {
  const pod = (template ?? {}) as PartialPodSpecArgs;
  const given = (pod.containers ?? []) as { name: string }[];
  const main = given.find(({ name }) => name === "main");
  const others = given.filter((container) => container !== main);
  return { ...pod, containers: [{ name: "main", ...main, image }, ...others] };
}

/**
 * A pool cannot be given in part. Source: `config/llmisvcconfig/config-llm-scheduler.yaml` of KServe 0.20, whose values these are.
 */
function poolWith(failureMode: PoolFailureMode): InferencePoolSpecArgs {
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
