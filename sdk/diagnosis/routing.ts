import type { KubernetesObject } from "../kubernetes/client";
import { type Cause, CauseCode, type ServiceObjects } from "./diagnosis";
import { admissionFix, hostnameFix, listenerFix } from "./listeners";
import {
  conditionOf,
  conditionsOf,
  type Fields,
  fieldsAt,
  listAt,
  nameOf,
  oneLine,
  reasonOf,
  type StatusCondition,
  textAt,
} from "./read";

/** What keeps requests from the service: class, gateway, route and pool, in this order, since each needs the one before. */
export function routingCauses(objects: ServiceObjects): Cause[] {
  return [...gatewayCauses(objects), ...routeCauses(objects), ...poolCauses(objects)];
}

function gatewayCauses({ gateways, gatewayClasses }: ServiceObjects): Cause[] {
  return [...gateways].flatMap(([key, gateway]): Cause[] => {
    const [namespace = "", name = ""] = key.split("/");
    const command = `kubectl -n ${namespace} describe gateway ${name}`;
    if (!gateway) {
      return [
        {
          code: CauseCode.gatewayMissing,
          object: `Gateway ${key}`,
          message: "does not exist",
          fix: "create it, or name the gateway that the service shall use in router.gateway.refs",
          command: "kubectl get gateways -A",
        },
      ];
    }
    const className = textAt(gateway, "spec", "gatewayClassName") ?? "";
    const problem = gatewayProblem(gateway);
    if (!problem) return [];
    const byClass = classCause(className, gatewayClasses, key);
    if (byClass) return [byClass];
    return [
      {
        code: CauseCode.gatewayNotProgrammed,
        object: `Gateway ${key}`,
        message: oneLine(problem),
        fix: "see the log of the gateway's controller, and that the cluster can give it an address",
        command,
      },
    ];
  });
}

function classCause(name: string, classes: ServiceObjects["gatewayClasses"], gateway: string): Cause | undefined {
  const object = `GatewayClass ${name}`;
  if (!classes.has(name)) return undefined;
  const found = classes.get(name);
  if (!found) {
    return {
      code: CauseCode.gatewayClass,
      object,
      message: `does not exist, and Gateway ${gateway} is of it`,
      fix: "install the controller that brings it, or give the gateway a class that exists",
      command: "kubectl get gatewayclasses",
    };
  }
  const accepted = conditionOf(found, "Accepted");
  if (accepted?.status === "True") return undefined;
  const controller = textAt(found, "spec", "controllerName") ?? "";
  const isIgnored = accepted === undefined || accepted.reason === "Pending";
  return {
    code: CauseCode.gatewayClass,
    object,
    message: isIgnored
      ? `no controller has taken it (controllerName ${controller}), so that nothing realises Gateway ${gateway}`
      : `is not accepted: ${oneLine(reasonOf(accepted))}`,
    fix: isIgnored ? `install the controller ${controller}, or see that it runs` : undefined,
    command: `kubectl describe gatewayclass ${name}`,
  };
}

function gatewayProblem(gateway: KubernetesObject): string | undefined {
  for (const type of ["Accepted", "Programmed"]) {
    const condition = conditionOf(gateway, type);
    if (condition?.status !== "True") {
      return condition ? `${type} is ${condition.status}: ${reasonOf(condition)}` : `${type} is not reported`;
    }
  }
  for (const listener of listAt(gateway, "status", "listeners")) {
    const unmet = conditionsOf(listener).find(({ type, status }) => type !== "Conflicted" && status === "False");
    if (unmet) return `listener "${textAt(listener, "name") ?? ""}": ${unmet.type} is False: ${reasonOf(unmet)}`;
  }
  return undefined;
}

function routeCauses({ routes, gateways }: ServiceObjects): Cause[] {
  return routes.flatMap((route) => {
    const parents = listAt(route, "status", "parents");
    return listAt(route, "spec", "parentRefs").flatMap((ref): Cause[] => {
      const key = gatewayKey(ref, route);
      const gateway = gateways.get(key);
      // A gateway that does not work is told itself; a route can do nothing about it.
      if (!gateway || gatewayProblem(gateway)) return [];
      const status = parents.find((parent) => isSame(fieldsAt(parent, "parentRef"), ref, route));
      const problem = status ? unmetOf(status) : undefined;
      if (status && !problem) return [];
      return [
        {
          code: CauseCode.routeNotAccepted,
          object: `HTTPRoute ${nameOf(route)}`,
          message: problem
            ? `${problem.type} is ${problem.status} at Gateway ${key}: ${oneLine(reasonOf(problem))}`
            : `Gateway ${key} does not answer for it`,
          fix: problem
            ? routeFix(problem, gateway, ref, route)
            : "see that the gateway's controller runs and serves HTTPRoutes",
          command: `kubectl -n ${route.metadata.namespace ?? ""} describe httproute ${nameOf(route)}`,
        },
      ];
    });
  });
}

/** Source: RouteConditionReason of Gateway API 1.5, `apis/v1/shared_types.go`. */
function routeFix(
  { reason }: StatusCondition,
  gateway: KubernetesObject,
  ref: Fields,
  route: KubernetesObject,
): string | undefined {
  switch (reason) {
    case "NotAllowedByListeners":
      return admissionFix(gateway, ref, route.metadata.namespace ?? "");
    case "NoMatchingListenerHostname":
      return hostnameFix(gateway, ref, route);
    case "NoMatchingParent":
      return listenerFix(gateway, ref);
    case "InvalidKind":
      return "use a gateway whose controller routes to InferencePools, and switch that on in it";
    case "BackendNotFound":
      return "see that the route's backends exist in its namespace";
    case "RefNotPermitted":
      return "allow the reference into the other namespace by a ReferenceGrant";
    default:
      return undefined;
  }
}

function poolCauses({ pools, gateways, routes }: ServiceObjects): Cause[] {
  // The pool's status names gateways once its route is accepted there.
  if (routeCauses({ routes, gateways } as ServiceObjects).length > 0) return [];
  if ([...gateways.values()].some((gateway) => !gateway || gatewayProblem(gateway))) return [];
  const causes = pools.map((pool): Cause | undefined => {
    const parents = listAt(pool, "status", "parents").filter(
      (parent) => textAt(parent, "parentRef", "kind") !== "Status",
    );
    const problem = parents.map(unmetOf).find((condition) => condition !== undefined);
    if (parents.length > 0 && !problem) return undefined;
    return {
      code: CauseCode.poolNotAccepted,
      object: `InferencePool ${nameOf(pool)}`,
      message: problem
        ? `${problem.type} is ${problem.status}: ${oneLine(reasonOf(problem))}`
        : "no gateway has accepted it, though its route may be accepted",
      fix: problem
        ? undefined
        : "use a gateway whose controller supports InferencePools of this API group, and let the service have a route (router.route) to it",
      command: `kubectl -n ${pool.metadata.namespace ?? ""} describe ${plural(pool)} ${nameOf(pool)}`,
    };
  });
  // KServe makes one pool in each API group, and one of them is enough.
  return causes.includes(undefined) ? [] : causes.slice(0, 1).filter((cause) => cause !== undefined);
}

function plural({ apiVersion }: KubernetesObject): string {
  return `inferencepools.${apiVersion.split("/")[0] ?? ""}`;
}

function unmetOf(status: Fields): StatusCondition | undefined {
  return conditionsOf(status).find((condition) => condition.status !== "True");
}

/** `<namespace>/<name>` of the gateway that a reference of a route means. */
export function gatewayKey(ref: Fields, route: KubernetesObject): string {
  return `${textAt(ref, "namespace") ?? route.metadata.namespace ?? ""}/${textAt(ref, "name") ?? ""}`;
}

function isSame(left: Fields, right: Fields, route: KubernetesObject): boolean {
  return (
    gatewayKey(left, route) === gatewayKey(right, route) &&
    left.sectionName === right.sectionName &&
    left.port === right.port
  );
}
