import type { View } from "../../sdk/api/view";
import { matches } from "../patterns";
import type { Rule } from "../rule";
import type { Stack } from "../stack";
import type { Subject } from "../subject";

interface Config {
  readonly internalClasses: readonly string[];
  readonly exempt: readonly string[];
}

/** No prompt in the clear on the way from outside. */
export const tlsOnExternalListeners: Rule<Config> = {
  name: "tls-on-external-listeners",
  description: "Gateways that are reached from outside answer over TLS, and over HTTP by a redirect to it at most.",
  remediation:
    "Give the Gateway `tls` and, where HTTP is to lead there, `redirectToHttps`; or make its load balancer internal.",
  severity: "high",
  config: {
    internalClasses: {
      type: "array",
      items: { type: "string" },
      default: ["gke-l7-rilb*", "gke-l7-cross-regional-internal*", "*-internal"],
      description: "gateway classes that are reached from within the network only",
    },
    exempt: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "gateways that may do without, as <namespace>/<name>",
    },
  },
  judgeStack(stack, { internalClasses, exempt }, report) {
    for (const gateway of stack.ofKind("Gateway")) {
      const { object, root } = gateway;
      if (!object?.apiVersion.startsWith("gateway.networking.k8s.io/")) continue;
      if (matches(`${object.namespace}/${object.name}`, exempt)) continue;
      const spec = root.get("spec");
      if (matches(spec.get("gatewayClassName").text ?? "", internalClasses) || isInternal(root)) continue;
      for (const listener of spec.get("listeners").items) {
        if (listener.get("protocol").text !== "HTTP" || redirects(stack, gateway, listener)) continue;
        report(gateway)(listener.get("protocol"), {
          message: `listener "${listener.get("name").text ?? ""}" is reached from outside without TLS`,
          allowed: "HTTPS, or an HTTP listener for the gateway's own namespace whose only route redirects to HTTPS",
          fix: "give the gateway tls and redirectToHttps, or make its load balancer internal",
        });
      }
    }
  },
};

/** What keeps a load balancer within the network, by annotation. Sources: as `loadBalancerSettings` of sdk/gateways/loadBalancer.ts, and Istio's `networking.istio.io/service-type`. */
const internalAnnotations: Readonly<Record<string, string>> = {
  "networking.gke.io/load-balancer-type": "Internal",
  "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
  "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
  "networking.istio.io/service-type": "ClusterIP",
};

function isInternal(root: View): boolean {
  const places = [root.get("spec", "infrastructure", "annotations"), root.get("metadata", "annotations")];
  return Object.entries(internalAnnotations).some(([key, value]) =>
    places.some((place) => place.get(key).text === value),
  );
}

/** KServe's routes are in the namespaces of services and name no listener, so that a listener for its own namespace has none of them. */
function redirects(stack: Stack, gateway: Subject, listener: View): boolean {
  const from = listener.get("allowedRoutes", "namespaces", "from");
  if (from.text === "None" || from.unknown) return true;
  if (from.text !== "Same" && !from.absent) return false;
  const attached = stack.ofKind("HTTPRoute").filter((route) => isAttached(route, gateway, listener.get("name").text));
  return attached.length > 0 && attached.every(({ root }) => root.get("spec", "rules").items.every(isRedirect));
}

function isAttached({ object, root }: Subject, gateway: Subject, listener: string | undefined): boolean {
  if (object?.namespace !== gateway.object?.namespace) return false;
  return root.get("spec", "parentRefs").items.some((ref) => {
    const section = ref.get("sectionName");
    return ref.get("name").text === gateway.object?.name && (section.absent || section.text === listener);
  });
}

const isRedirect = (rule: View): boolean =>
  rule.get("filters").items.some((filter) => filter.get("requestRedirect", "scheme").text === "https");
