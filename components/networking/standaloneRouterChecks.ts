import { childName } from "../../sdk/api/names";
import { labelName, RecipeChecks } from "../../sdk/recipes/recipeChecks";
import { checkEndpointPickerConfig } from "../../sdk/scheduler/check";
import type { EndpointPickerConfig } from "../../sdk/scheduler/config";
import type { StandaloneRouterArgs } from "./standaloneRouter";

/** Plugins that need a container beside the picker which KServe alone adds, and only to its own scheduler. Source: scheduler.go of KServe 0.20. */
const needCompanion: Readonly<Record<string, string>> = {
  "precise-prefix-cache-scorer": "a tokenizer",
  "precise-prefix-cache-producer": "a tokenizer",
  "token-producer": "a tokenizer",
  tokenizer: "a tokenizer",
  "predicted-latency-producer": "a latency predictor",
};

/** Longest name of a Service: a DNS label. */
const longestServiceName = 63;

/** @throws ConfigurationError with every problem of the arguments. */
export function checkStandaloneRouter(args: StandaloneRouterArgs): void {
  const checks = new RecipeChecks("StandaloneRouter");
  checks.fields("", args, [
    "serviceName",
    "namespace",
    "config",
    "routerName",
    "port",
    "loadBalancer",
    "replicas",
    "modelServerTls",
    "accessLog",
    "images",
    "resources",
  ]);
  checks.text("serviceName", args.serviceName, { ...labelName, required: true });
  checks.text("namespace", args.namespace, labelName);
  checks.text("routerName", args.routerName, { ...labelName, longest: longestServiceName });
  checks.integer("port", args.port, { min: 1, max: 65535 });
  checks.integer("replicas", args.replicas, { min: 1 });
  if (args.loadBalancer) checks.fields("loadBalancer", args.loadBalancer, ["annotations"]);
  for (const part of ["images", "resources"] as const)
    if (args[part]) checks.fields(part, args[part], ["endpointPicker", "envoy"]);
  if (args.routerName !== undefined && args.routerName === takenName(args.serviceName)) {
    checks.report({
      path: "routerName",
      given: args.routerName,
      message: "KServe names the workload's Service so",
      fix: "leave it out, or choose another name",
    });
  }
  if (args.config) checkConfig(args.config, checks);
  checks.done();
}

function takenName(serviceName: unknown): string | undefined {
  return typeof serviceName === "string" ? childName(serviceName, "-kserve-workload-svc") : undefined;
}

function checkConfig(config: EndpointPickerConfig, checks: RecipeChecks): void {
  for (const problem of checkEndpointPickerConfig(config, { path: "config" })) checks.report(problem);
  for (const [index, { type }] of (config.plugins ?? []).entries()) {
    const companion = needCompanion[type];
    if (companion === undefined) continue;
    checks.report({
      path: `config.plugins[${index}].type`,
      given: type,
      message: `needs ${companion} beside the endpoint picker, which KServe adds to its own scheduler only`,
      fix: "use a gateway and router.scheduler for it, or a scheduler without it",
    });
  }
}
