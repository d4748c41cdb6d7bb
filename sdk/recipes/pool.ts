import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import { ports } from "../api/constants";
import type { SchedulerSpecArgs } from "../api/llmInferenceService";
import { objectName, RecipeChecks, type RecipeOptions } from "./recipeChecks";

/** What happens to requests while the endpoint picker does not answer: they go to any pod, or are refused. */
export const PoolFailureMode = { failOpen: "FailOpen", failClose: "FailClose" } as const;
export type PoolFailureMode = (typeof PoolFailureMode)[keyof typeof PoolFailureMode];

/** Arguments of {@link customPool}. */
export interface CustomPoolArgs extends RecipeOptions {
  /** Labels that the pods must have which requests go to, beside those that KServe gives the service's pods. */
  selector: Record<string, Input<string>>;
  /** Ports of the model servers. @default [8000] */
  targetPorts?: readonly number[];
  /** The Service of the endpoint picker. */
  picker: PickerService;
}

/** The Service of an endpoint picker. */
export interface PickerService {
  /** KServe makes the Service under this name; `childNames(service).schedulerService` is the one that it would choose. */
  name: Input<string>;
  /** Port of its gRPC endpoint. @default 9002 */
  port?: number;
  /** @default "FailOpen", as in KServe's preset; the API alone would take "FailClose" */
  failureMode?: PoolFailureMode;
}

/**
 * An InferencePool of one's own making: which pods, which ports, which endpoint picker. KServe creates it under its own name, in both API
 * groups, beside the picker that it manages. A fragment's pool is merged over the preset's: `selector` adds labels to it.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function customPool(args: CustomPoolArgs): ConfigFragment {
  const checks = new RecipeChecks("customPool");
  const { selector, targetPorts = [ports.workload], picker } = args;
  checks.fields("", args, ["selector", "targetPorts", "picker", "name", "priority"]);
  if (typeof selector !== "object" || selector === null || Object.keys(selector).length === 0) {
    checks.report({
      path: "selector",
      message: "selects nothing in particular",
      allowed: "one or more labels of pods",
    });
  }
  if (targetPorts.length < 1 || targetPorts.length > 8) {
    checks.report({ path: "targetPorts", message: `${targetPorts.length} ports`, allowed: "1 to 8" });
  }
  const seen = new Set<number>();
  for (const [path, port] of checks.list("targetPorts", targetPorts)) {
    checks.integer(path, port, { min: 1, max: 65535 });
    if (seen.has(port)) checks.report({ path, given: port, message: "given twice", allowed: "distinct ports" });
    seen.add(port);
  }
  checkPicker(picker, checks);
  checks.done();
  return fragmentOf("pool", args, {
    pool: {
      spec: {
        selector: { matchLabels: selector },
        targetPorts: targetPorts.map((number) => ({ number })),
        endpointPickerRef: pickerRef(picker),
      },
    },
  });
}

function pickerRef({ name, port = ports.schedulerGrpc, failureMode = PoolFailureMode.failOpen }: PickerService) {
  return { group: "", kind: "Service", name, port: { number: port }, failureMode };
}

function checkPicker(picker: PickerService | undefined, checks: RecipeChecks): void {
  if (typeof picker !== "object" || picker === null) {
    checks.report({ path: "picker", message: "missing", allowed: "an object with the name of a Service" });
    return;
  }
  checks.fields("picker", picker, ["name", "port", "failureMode"]);
  checks.text("picker.name", picker.name, { ...objectName, required: true });
  checks.integer("picker.port", picker.port, { min: 1, max: 65535 });
  checks.choice("picker.failureMode", picker.failureMode, Object.values(PoolFailureMode));
}

/** Arguments of {@link referencedPool}. */
export interface ReferencedPoolArgs extends RecipeOptions {
  /** An InferencePool in the service's namespace. */
  pool: Input<string>;
}

/**
 * An InferencePool that exists already, with an endpoint picker of its own: KServe makes neither. Its route leads there, and the service is Ready when a
 * gateway has accepted the pool.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function referencedPool(args: ReferencedPoolArgs): ConfigFragment {
  const checks = new RecipeChecks("referencedPool");
  checks.fields("", args, ["pool", "name", "priority"]);
  checks.text("pool", args.pool, { ...objectName, required: true });
  checks.done();
  return fragmentOf("pool-ref", args, { pool: { ref: { name: args.pool } } });
}

function fragmentOf(name: string, options: RecipeOptions, scheduler: SchedulerSpecArgs): ConfigFragment {
  return {
    name: options.name ?? name,
    ...(options.priority !== undefined && { priority: options.priority }),
    spec: { router: { scheduler } },
  };
}
