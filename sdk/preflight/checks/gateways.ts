import type { View } from "../../api/view";
import { kserveNamespace } from "../../api/constants";
import { selectorText, selectsNamespace } from "../../gateways/selectors";
import type { PlannedGateway, PlannedListener } from "../plan";
import type { CheckedCluster, CheckedService, Report } from "./check";

/** A gateway that a service's route is to be attached to, and where the spec says so. */
export interface WantedGateway {
  readonly namespace: string;
  readonly name: string;
  readonly sectionName: View | undefined;
  readonly at: View;
}

/**
 * The gateways of a service; none where it has no route, undefined where they are not known.
 *
 * Source: `collectReferencedGateways` of KServe 0.20, and the parentRefs in its preset config-llm-router-route.
 */
export function gatewaysOf(spec: View, namespace: string, cluster: CheckedCluster): WantedGateway[] | undefined {
  const router = spec.get("router");
  const refs = router.get("gateway", "refs");
  const parents = router.get("route", "http", "spec", "parentRefs");
  const list = refs.items.length > 0 ? refs : parents;
  if (router.unknown || refs.unknown || parents.unknown) return undefined;
  if (list.items.length === 0) {
    if (!router.get("gateway").present || !router.get("route").present) return [];
    const [owner, name] = (cluster.defaultGateway ?? `${kserveNamespace}/kserve-ingress-gateway`).split("/");
    return [{ namespace: owner ?? "", name: name ?? "", sectionName: undefined, at: router.get("gateway") }];
  }
  return list.items.flatMap((ref) => {
    const [name, owner] = [ref.get("name"), ref.get("namespace")];
    if (name.text === undefined || name.isSecret || owner.unknown || owner.isSecret) return [];
    return [{ namespace: owner.text || namespace, name: name.text, sectionName: ref.get("sectionName"), at: name }];
  });
}

/** Whether the gateways are there, and admit the service's route. */
export function checkGateways({ spec, namespace }: CheckedService, cluster: CheckedCluster, report: Report): void {
  checkRoute(spec, report);
  const { gateways } = cluster;
  if (!gateways || namespace === undefined) return;
  for (const wanted of gatewaysOf(spec, namespace, cluster) ?? []) {
    const gateway = gateways.find(({ name, namespace: owner }) => name === wanted.name && owner === wanted.namespace);
    if (gateway) checkListeners(gateway, wanted, { spec, namespace }, cluster, report);
    else if (cluster.isComplete("gateways")) {
      report("gateway-missing", wanted.at, {
        given: `${wanted.namespace}/${wanted.name}`,
        message: "no Gateway of this name is in the cluster, nor planned",
        allowed:
          gateways
            .map((one) => `${one.namespace}/${one.name}`)
            .sort()
            .join(", ") || "none: there is no Gateway",
        fix:
          gateways.length > 0
            ? "create it, or refer to one that is there in router.gateway.refs"
            : "create it; or leave out router.gateway and router.route where services have a standalone router",
      });
    }
  }
}

/** Sources: kserve#5986 and kserve#5972; seen at 0.20. */
function checkRoute(spec: View, report: Report): void {
  const router = spec.get("router");
  if (
    !router.get("scheduler").present ||
    router.get("gateway", "refs").items.length === 0 ||
    !router.get("route").absent
  )
    return;
  report("route-missing", router.get("route"), {
    message: "missing; no gateway reports on the scheduler's pool then, and the service stays at WaitingForGateway",
    allowed: "{} for the route of KServe's preset, or a route of your own",
    fix: "add router.route: {}",
  });
}

interface Routed {
  readonly spec: View;
  readonly namespace: string;
}

/** Each condition is judged among the listeners that meet the ones before it. */
function checkListeners(
  { namespace: owner, name, listeners }: PlannedGateway,
  { sectionName, at }: WantedGateway,
  { spec, namespace }: Routed,
  cluster: CheckedCluster,
  report: Report,
): void {
  if (!listeners) return;
  const gateway = `Gateway ${owner}/${name}`;
  const wanted = sectionName?.text;
  const named = wanted ? listeners.filter((listener) => listener.name === wanted) : listeners;
  if (named.length === 0) {
    report("listener-missing", sectionName ?? at, {
      message: `${gateway} has no listener of this name`,
      allowed: listeners.map((listener) => listener.name).join(", "),
      fix: "name one of them, or leave out sectionName for all",
    });
    return;
  }
  const forHttp = named.filter(({ protocol = "HTTP" }) => protocol === "HTTP" || protocol === "HTTPS");
  if (forHttp.length === 0) {
    report("listener-protocol", at, {
      message: `${gateway} has no listener that HTTPRoutes can be attached to: ${named.map((one) => `${one.name} (${one.protocol ?? "HTTP"})`).join(", ")}`,
      allowed: "a listener of protocol HTTP or HTTPS",
      fix: "add such a listener to the gateway",
    });
    return;
  }
  const admitting = forHttp.filter((listener) => admits(listener, owner, namespace, cluster) !== false);
  if (admitting.length === 0) {
    report("listener-namespace", at, {
      message: `${gateway} admits no routes of namespace "${namespace}": ${forHttp.map(admissionText).join("; ")}`,
      allowed: "a listener with allowedRoutes.namespaces that has this namespace",
      fix: `let a listener admit it (from: All, or a selector for kubernetes.io/metadata.name: ${namespace})`,
    });
    return;
  }
  checkHostnames(gateway, admitting, spec, report);
}

function admits(
  { allowedRoutes = { from: "Same" } }: PlannedListener,
  owner: string,
  namespace: string,
  { namespaces }: CheckedCluster,
): boolean | undefined {
  if (allowedRoutes.from === "All") return true;
  if (allowedRoutes.from === "None") return false;
  if (allowedRoutes.from === "Same") return owner === namespace;
  const labels = namespaces && Object.hasOwn(namespaces, namespace) ? namespaces[namespace]?.labels : undefined;
  return selectsNamespace(allowedRoutes.selector ?? {}, namespace, labels);
}

function admissionText({ name, allowedRoutes = { from: "Same" } }: PlannedListener): string {
  const selector = selectorText(allowedRoutes.selector ?? {});
  return `${name} admits ${allowedRoutes.from}${selector ? ` ${selector}` : ""}`;
}

function checkHostnames(gateway: string, listeners: readonly PlannedListener[], spec: View, report: Report): void {
  const hostnames = spec.get("router", "route", "http", "spec", "hostnames");
  if (hostnames.items.length === 0 || hostnames.items.some(({ text }) => text === undefined)) return;
  const wanted = hostnames.items.map(({ text = "" }) => text);
  const meets = listeners.some(({ hostname }) => !hostname || wanted.some((host) => intersect(host, hostname)));
  if (meets) return;
  report("listener-hostname", hostnames, {
    given: hostnames.items.some(({ isSecret }) => isSecret) ? undefined : wanted.join(", "),
    message: `no listener of ${gateway} has a host name of these`,
    allowed: listeners.map(({ name, hostname }) => `${hostname ?? "any"} (${name})`).join(", "),
    fix: "take a host name that a listener has, or give the gateway such a listener",
  });
}

/** Source: `Hostname` of gateway-api's HTTPRoute: a wildcard stands for one label or more. */
function intersect(one: string, other: string): boolean {
  if (one === other) return true;
  const under = (host: string, pattern: string): boolean =>
    pattern.startsWith("*.") && host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1;
  return under(one, other) || under(other, one);
}
