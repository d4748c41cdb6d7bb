import type { LabelSelector } from "../gateways/listeners";
import { selectorText } from "../gateways/selectors";
import { type Fields, fieldsAt, listAt, numberAt, textAt } from "./read";

/** The listeners of a gateway that a route's reference means: all, or those of its `sectionName` and `port`. */
function meant(gateway: unknown, ref: Fields): Fields[] {
  const { sectionName, port } = ref;
  return listAt(gateway, "spec", "listeners").filter(
    (listener) =>
      (sectionName === undefined || listener.name === sectionName) && (port === undefined || listener.port === port),
  );
}

/** `allowedRoutes` is "Same" where nothing is said. Source: `RouteNamespaces` of sigs.k8s.io/gateway-api v1.5.1, apis/v1/gateway_types.go. */
function admission(listener: Fields): string {
  const namespaces = fieldsAt(listener, "allowedRoutes", "namespaces");
  const selector = selectorText(fieldsAt(namespaces, "selector") as LabelSelector);
  return `${textAt(listener, "name") ?? ""} admits ${textAt(namespaces, "from") ?? "Same"}${selector && ` ${selector}`}`;
}

/** What to do where listeners admit no routes of a namespace. */
export function admissionFix(gateway: unknown, ref: Fields, namespace: string): string {
  const now = meant(gateway, ref).map(admission).join("; ");
  return (
    `let a listener admit routes of namespace "${namespace}" (from: All, or a selector for kubernetes.io/metadata.name: ${namespace})` +
    (now && `; now ${now}`)
  );
}

/** What to do where the host names of a route are none of the listeners'. */
export function hostnameFix(gateway: unknown, ref: Fields, route: unknown): string {
  const hosts = meant(gateway, ref).map(
    (listener) => `${textAt(listener, "hostname") ?? "any"} (${textAt(listener, "name") ?? ""})`,
  );
  const given = fieldsAt(route, "spec").hostnames;
  const wanted = Array.isArray(given) ? given.map(String).join(", ") : "";
  return `give the route a host name that a listener has: ${hosts.join(", ")}${wanted && `; it has ${wanted}`}. Or give the gateway a listener for these`;
}

/** What to do where a reference means no listener. */
export function listenerFix(gateway: unknown, ref: Fields): string {
  const there = listAt(gateway, "spec", "listeners").map(
    (listener) => `${textAt(listener, "name") ?? ""} (${numberAt(listener, "port")})`,
  );
  const said = [
    ...(textAt(ref, "sectionName") ? [`sectionName "${textAt(ref, "sectionName")}"`] : []),
    ...(numberAt(ref, "port") ? [`port ${numberAt(ref, "port")}`] : []),
  ];
  return `name a listener (sectionName) and port that the gateway has: ${there.join(", ")}${said.length > 0 ? `; not ${said.join(", ")}` : ""}`;
}
