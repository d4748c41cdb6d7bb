import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { GatewayReferenceArgs, RouterSpecArgs } from "../api/llmInferenceService";
import { labelName, objectName, RecipeChecks, type RecipeOptions } from "./recipeChecks";

/** Arguments of {@link managedRouter}. */
export interface ManagedRouterArgs extends RecipeOptions {
  /** Gateways that exist already; a listener by `sectionName`. @default the gateway of KServe's configuration */
  gateways?: readonly GatewayReferenceArgs[];
  /** An endpoint picker and InferencePool, which choose the pod for each request. @default true */
  scheduler?: boolean;
}

/**
 * Everything that KServe manages: its route to the gateway, and its scheduler. Beside gateways of one's own there is always the route
 * too, without which KServe 0.20 waits for the gateway forever (kserve#5986).
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function managedRouter(args: ManagedRouterArgs = {}): ConfigFragment {
  const checks = new RecipeChecks("managedRouter");
  const { gateways = [], scheduler = true } = args;
  checks.fields("", args, ["gateways", "scheduler", "name", "priority"]);
  checks.boolean("scheduler", scheduler);
  checkReferences("gateways", gateways, gatewayFields, checks);
  checks.done();
  return fragmentOf("router", args, {
    gateway: gateways.length > 0 ? { refs: gateways.map((gateway) => ({ ...gateway })) } : {},
    route: {},
    ...(scheduler && { scheduler: {} }),
  });
}

/** Arguments of {@link canary}. */
export interface CanaryArgs extends RecipeOptions {
  /** Services of one group, in one namespace, share one route. */
  group: Input<string>;
  /** This service's share, in proportion to the others' weights. 0 takes nothing. */
  weight: Input<number>;
}

/**
 * Makes the service one of a group, among which the gateway divides the requests by weight: a canary beside the service it may replace.
 *
 * KServe puts the members' backends with their weights into the route of the group.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function canary(args: CanaryArgs): ConfigFragment {
  const checks = new RecipeChecks("canary");
  const { group, weight } = args;
  checks.fields("", args, ["group", "weight", "name", "priority"]);
  checks.text("group", group, { ...labelName, required: true });
  checks.integer("weight", weight, { min: 0, max: 1_000_000, required: true });
  checks.done();
  return fragmentOf("canary", args, { route: { group, weight } });
}

/** Arguments of {@link referencedRoutes}. */
export interface ReferencedRoutesArgs extends RecipeOptions {
  /** Names of HTTPRoutes in the service's namespace. Their rules lead to the service's pool or Service. */
  routes: readonly Input<string>[];
  /** The gateways that they are attached to. */
  gateways: readonly GatewayReferenceArgs[];
}

/** HTTPRoutes that somebody else made, in the place of KServe's. @throws ConfigurationError */
export function referencedRoutes(args: ReferencedRoutesArgs): ConfigFragment {
  const checks = new RecipeChecks("referencedRoutes");
  const { routes = [], gateways = [] } = args;
  checks.fields("", args, ["routes", "gateways", "name", "priority"]);
  if (routes.length === 0) checks.report({ path: "routes", message: "names none", allowed: "one or more HTTPRoutes" });
  if (gateways.length === 0) {
    checks.report({
      path: "gateways",
      message: "names none, and routes of one's own cannot be attached to a gateway that KServe manages",
      allowed: "the gateways that the routes have as their parents",
    });
  }
  for (const [path, route] of checks.list("routes", routes)) checks.text(path, route, objectName);
  checkReferences("gateways", gateways, gatewayFields, checks);
  checks.done();
  return fragmentOf("referenced-routes", args, {
    gateway: { refs: gateways.map((gateway) => ({ ...gateway })) },
    route: { http: { refs: routes.map((name) => ({ name })) } },
  });
}

/** Arguments of {@link ingress}. */
export interface IngressArgs extends RecipeOptions {
  /** Ingresses that lead to the service's workload Service. */
  refs: readonly { name: Input<string>; namespace?: Input<string> }[];
}

/**
 * Says which Ingresses lead to the service. KServe 0.20 keeps it and does nothing with it: it neither makes nor changes an Ingress, nor waits for
 * one, so that requests reach the service only by an Ingress of one's own, which goes to `<service>-kserve-workload-svc:8000` past
 * any scheduler. Source: the only mention of it is `validateTrafficFields` in `llm_inference_service_validation.go`.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function ingress(args: IngressArgs): ConfigFragment {
  const checks = new RecipeChecks("ingress");
  const { refs = [] } = args;
  checks.fields("", args, ["refs", "name", "priority"]);
  if (refs.length === 0) checks.report({ path: "refs", message: "names none", allowed: "one or more Ingresses" });
  checkReferences("refs", refs, ["name", "namespace"], checks);
  checks.done();
  return fragmentOf("ingress", args, { ingress: { refs: refs.map((ref) => ({ ...ref })) } });
}

const gatewayFields = ["name", "namespace", "sectionName"];

function checkReferences(
  list: string,
  refs: readonly GatewayReferenceArgs[],
  fields: readonly string[],
  checks: RecipeChecks,
): void {
  for (const [path, ref] of checks.objects(list, refs, fields)) {
    checks.text(`${path}.name`, ref.name, { ...objectName, required: true });
    checks.text(`${path}.namespace`, ref.namespace, labelName);
    checks.text(`${path}.sectionName`, ref.sectionName, objectName);
  }
}

function fragmentOf(name: string, options: RecipeOptions, router: RouterSpecArgs): ConfigFragment {
  return {
    name: options.name ?? name,
    ...(options.priority !== undefined && { priority: options.priority }),
    spec: { router },
  };
}
