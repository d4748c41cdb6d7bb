import { childNames } from "../names";
import type { View } from "../view";
import type { Report, RuledService } from "./rule";

/**
 * Which parts of a router exclude each other.
 *
 * Source: `validateRouterCrossFieldConstraints` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkRouter({ spec }: RuledService, report: Report): void {
  const router = spec.get("router");
  const refs = router.get("route", "http", "refs");
  const route = router.get("route", "http", "spec");
  const gateway = router.get("gateway");
  const gatewayRefs = gateway.get("refs");
  if (refs.items.length > 0 && route.present) {
    report(router.get("route", "http"), {
      message: "refs to HTTPRoutes of your own and a spec for KServe's HTTPRoute exclude each other",
      allowed: "refs or spec",
      fix: "remove one of the two",
    });
  }
  if (refs.items.length > 0 && gateway.present && gatewayRefs.empty) {
    report(refs, {
      message: "HTTPRoutes of your own cannot be attached to a gateway that KServe manages",
      allowed: "refs with router.gateway.refs, or without router.gateway",
      fix: "name the gateway in router.gateway.refs, or remove router.gateway",
    });
  }
  const parentRefs = route.get("parentRefs");
  if (parentRefs.items.length > 0 && gatewayRefs.items.length > 0 && sameGateways(parentRefs, gatewayRefs) === false) {
    report(parentRefs, {
      message: `names other gateways (${gatewayList(parentRefs)}) than router.gateway.refs (${gatewayList(gatewayRefs)})`,
      allowed: "the same names, namespaces and sectionNames in both, or only one of them",
      fix: "remove parentRefs; KServe derives them from router.gateway.refs",
    });
  }
}

/** The webhook's warning about parentRefs that say what `gateway.refs` says already. */
export function redundantParentRefs({ spec }: RuledService): View | undefined {
  const router = spec.get("router");
  const parentRefs = router.get("route", "http", "spec", "parentRefs");
  const gatewayRefs = router.get("gateway", "refs");
  if (parentRefs.items.length === 0 || gatewayRefs.items.length === 0) return undefined;
  return sameGateways(parentRefs, gatewayRefs) === true ? parentRefs : undefined;
}

const gatewayFields = ["namespace", "name", "sectionName"] as const;

/** Undefined when a part is unknown. */
function sameGateways(parentRefs: View, gatewayRefs: View): boolean | undefined {
  const [parents, gateways] = [parentRefs, gatewayRefs].map((list) =>
    list.items.map((ref) => gatewayFields.map((field) => ref.get(field))),
  ) as [View[][], View[][]];
  if (parents.length !== gateways.length) return false;
  if ([...parents, ...gateways].flat().some((field) => field.unknown)) return undefined;
  const keys = (fields: View[][]): string =>
    JSON.stringify(fields.map((ref) => JSON.stringify(ref.map((field) => field.text ?? ""))).sort());
  return keys(parents) === keys(gateways);
}

function gatewayList(refs: View): string {
  return refs.items
    .map((ref) =>
      gatewayFields
        .map((field) => ref.get(field))
        .filter((field) => !field.empty)
        .map((field) => field.shown.replaceAll('"', ""))
        .join("/"),
    )
    .join(", ");
}

/**
 * Traffic splitting between the services of a group.
 *
 * Source: `validateTrafficFields` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkTraffic({ spec }: RuledService, report: Report): void {
  const router = spec.get("router");
  const route = router.get("route");
  const group = route.get("group");
  const weight = route.get("weight");
  if (!group.present && !weight.present) return;
  if (router.get("ingress").present) {
    report(group.present ? group : weight, {
      message: "traffic is split by HTTPRoutes, which an Ingress does not have",
      fix: "remove router.ingress, or group and weight",
    });
    return;
  }
  if (group.absent) {
    report(group, {
      message: "missing; the weight is a share among the services of a group",
      allowed: "group and weight together, or neither",
    });
  }
  if (weight.absent) {
    report(weight, {
      message: "missing; a member of a group needs its share of the traffic",
      allowed: "group and weight together, or neither; weight is a number from 0 to 1000000",
    });
  }
  if (group.present && weight.present && route.get("http", "refs").items.length > 0) {
    report(group, {
      message: "traffic is split by the HTTPRoute that KServe manages, not by HTTPRoutes of your own",
      allowed: "route.http.spec, or an empty route.http",
      fix: "remove route.http.refs, or group and weight",
    });
  }
}

/**
 * Custom rules replace those of the preset as a whole. When none of them leads to the scheduler's pool, no gateway accepts the
 * pool, and the service stays at WaitingForGateway. Source: `L/router.go` at 0.20, seen on the embedded control plane.
 */
export function checkPoolBackend({ name, spec }: RuledService, report: Report): void {
  const scheduler = spec.get("router", "scheduler");
  const rules = spec.get("router", "route", "http", "spec", "rules");
  if (!scheduler.present || rules.empty || rules.unknown) return;
  const mayLeadToPool = (rule: View): boolean => {
    const backends = rule.get("backendRefs");
    return (
      backends.unknown ||
      backends.items.some(({ unknown }) => unknown) ||
      backends.items.some((backend) => isPool(backend))
    );
  };
  if (rules.items.some((rule) => rule.unknown || mayLeadToPool(rule))) return;
  const ref = scheduler.get("pool", "ref", "name");
  const pool = ref.isSecret ? "<name of the pool>" : (ref.text ?? childNames(name).inferencePool);
  report(rules, {
    message:
      "the rules replace those of KServe's preset, and none leads to the scheduler's pool, so the service would never be Ready",
    allowed: "at least one rule with an InferencePool among its backendRefs",
    fix: `add to a rule: backendRefs: [{ group: inference.networking.k8s.io, kind: InferencePool, name: ${pool}, port: 8000 }]`,
  });
}

function isPool(backend: View): boolean {
  const kind = backend.get("kind");
  return kind.unknown || kind.text === "InferencePool";
}
