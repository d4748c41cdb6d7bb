import {
  classOfController,
  type ComponentName,
  componentTitles,
  deviceClaimsSince,
  type Feature,
  featureRequirements,
  fieldsSince,
  gatewayClassRequirements,
  isOlder,
  istioInferenceFlag,
  minimumKServe,
  platformSettingOf,
  type Requirement,
  testedWith,
} from "../../compatibility";
import { draAnnotations } from "../../api/rules/draAnnotations";
import type { View } from "../../api/view";
import { controllerOfClass } from "../../gateways/facts";
import { gatewaysOf } from "./gateways";
import type { CheckedCluster, CheckedService, Report } from "./check";

/** A part of a service that needs something in the cluster. */
interface Need {
  readonly feature: Feature;
  readonly at: View | string;
}

/** Whether what the service's features need is there, in a version that has it. */
export function checkRequirements(service: CheckedService, cluster: CheckedCluster, report: Report): void {
  const needs = needsOf(service);
  const required = [
    ...needs.flatMap(({ feature, at }) => featureRequirements[feature].map((one: Requirement) => ({ ...one, at }))),
    ...gatewayRequirements(service, cluster, report),
  ];
  const said = new Set<ComponentName>();
  // What does not work comes before what nobody has tried.
  for (const check of [checkPresent, checkTested]) {
    for (const one of required) {
      if (!said.has(one.component) && check(one, cluster, report)) said.add(one.component);
    }
  }
  const crds = new Map(
    needs.flatMap(({ feature, at }) => (crdsOf[feature] ?? []).map((crd) => [crd, at] as const)).reverse(),
  );
  for (const [crd, at] of [...crds].reverse()) checkCrd(crd, at, cluster, report);
  checkAutoscaling(needs, cluster, report);
  checkFields(service, cluster, report);
}

/** Something that a place in the service needs. */
interface Required extends Requirement {
  readonly at: View | string;
}

function needsOf({ spec, annotations, workloads }: CheckedService): Need[] {
  const needs: Need[] = [];
  for (const { at, role } of workloads) {
    if (role === "scheduler") continue;
    const worker = at.get("worker");
    if (worker.present) {
      needs.push({ feature: "multiNode", at: worker });
      const parallelism = at.get("parallelism");
      const wide = parallelism.get("expert").boolean === true ? parallelism.get("expert") : parallelism.get("data");
      if (wide.positive || wide.boolean === true) needs.push({ feature: "wideExpertParallelism", at: wide });
    }
    const scaling = at.get("scaling");
    if (scaling.present) needs.push({ feature: "scaling", at: scaling });
    const [keda, hpa] = [scaling.get("wva", "keda"), scaling.get("wva", "hpa")];
    if (keda.present) needs.push({ feature: "scalingByKeda", at: keda });
    if (hpa.present) needs.push({ feature: "scalingByHpa", at: hpa });
  }
  const router = spec.get("router");
  if (router.get("scheduler").present && router.get("scheduler", "pool", "ref").absent) {
    needs.push({ feature: "scheduler", at: router.get("scheduler") });
  }
  if (router.get("route").present || router.get("gateway").present) {
    needs.push({ feature: "gateway", at: router.get("route").present ? router.get("route") : router.get("gateway") });
  }
  if (hasTimeouts(router.get("route", "http", "spec", "rules")))
    needs.push({ feature: "managedRoute", at: router.get("route") });
  const deviceClass = annotations.get(draAnnotations.deviceClass);
  if (deviceClass.present) needs.push({ feature: "deviceClaims", at: `annotations["${draAnnotations.deviceClass}"]` });
  return needs;
}

function hasTimeouts(rules: View): boolean {
  return rules.items.some((rule) => rule.get("timeouts").present);
}

/** Names of the CRDs that KServe makes objects of. Sources: `reconcileSchedulerInferencePool`, `reconcileVA` and others at 0.20. */
const crdsOf: Partial<Record<Feature, readonly string[]>> = {
  multiNode: ["leaderworkersets.leaderworkerset.x-k8s.io"],
  // Both groups are needed (kserve#5750, #5751).
  scheduler: ["inferencepools.inference.networking.k8s.io", "inferencepools.inference.networking.x-k8s.io"],
  gateway: ["gateways.gateway.networking.k8s.io", "httproutes.gateway.networking.k8s.io"],
  scaling: ["variantautoscalings.llmd.ai"],
  scalingByKeda: ["scaledobjects.keda.sh"],
};

/** Whether there was something to report. */
function checkPresent(
  { component, minimum, because, at }: Required,
  { components }: CheckedCluster,
  report: Report,
): boolean {
  const state = components?.[component];
  const title = componentTitles[component];
  const details = { given: undefined, allowed: minimum === undefined ? title : `${title} ${minimum} or newer` };
  if (state === false) {
    report("component-missing", at, {
      ...details,
      message: `needs ${title}, which is neither in the cluster nor planned: ${because}`,
      fix: `install ${title}${tested(component)}${bySetting(component)}, or leave the feature out`,
    });
  } else if (typeof state === "string" && minimum !== undefined && isOlder(state, minimum)) {
    report("component-too-old", at, {
      ...details,
      message: `needs ${title} ${minimum} or newer, and the cluster has ${state}: ${because}`,
      fix: `upgrade ${title}${tested(component)}`,
    });
  } else return false;
  return true;
}

/** Whether there was something to report. */
function checkTested({ component, at }: Required, { components }: CheckedCluster, report: Report): boolean {
  const [state, against] = [components?.[component], testedWith[component]];
  if (typeof state !== "string" || against === undefined || !isOlder(state, against)) return false;
  const title = componentTitles[component];
  report("component-untested", at, {
    given: undefined,
    message: `the cluster has ${title} ${state}, and KServe ${minimumKServe} was built against ${against}`,
    allowed: `${title} ${against} or newer`,
    fix: `upgrade ${title} to ${against}`,
  });
  return true;
}

function bySetting(component: ComponentName): string {
  const setting = platformSettingOf[component];
  return setting === undefined ? "" : `, by the platform's ${setting}`;
}

function tested(component: ComponentName): string {
  const version = testedWith[component];
  return version === undefined ? "" : ` (KServe ${minimumKServe} was built against ${version})`;
}

function checkCrd(crd: string, at: View | string, cluster: CheckedCluster, report: Report): void {
  if (!cluster.crds || cluster.crds.includes(crd) || !cluster.isComplete("crds")) return;
  report("crd-missing", at, {
    given: undefined,
    message: `needs the CRD ${crd}, which is neither in the cluster nor planned`,
    allowed: `the CRD ${crd}`,
    fix: "install it before KServe's controller starts, which looks for it only then",
  });
}

/** A gateway of a class sends requests to InferencePools only if its controller knows them. */
function gatewayRequirements({ spec, namespace }: CheckedService, cluster: CheckedCluster, report: Report): Required[] {
  if (namespace === undefined || !spec.get("router", "scheduler").present) return [];
  const used = (gatewaysOf(spec, namespace, cluster) ?? []).flatMap((wanted) => {
    const gateway = cluster.gateways?.find(
      ({ name, namespace: owner }) => name === wanted.name && owner === wanted.namespace,
    );
    const className = gateway && (classOfController[gateway.controller ?? ""] ?? gateway.className);
    return className === undefined ? [] : [{ className, at: wanted.at }];
  });
  const behindIstio = used.find(({ className }) => className === "istio");
  if (behindIstio && cluster.inferenceExtensionEnabled === false) reportFlag(behindIstio.at, cluster, report);
  checkPools(used, report);
  return used.flatMap(({ className, at }) => {
    const requirements = Object.hasOwn(gatewayClassRequirements, className) ? gatewayClassRequirements[className] : [];
    return (requirements ?? []).map((one) => ({ ...one, at }));
  });
}

/** Classes of which it is known that their gateways leave InferencePools alone. */
function checkPools(used: readonly { className: string; at: View }[], report: Report): void {
  for (const { className, at } of used) {
    const facts = controllerOfClass(className);
    const reason = facts?.classesWithoutPools?.[className];
    if (!facts || reason === undefined) continue;
    report("gateway-without-pools", at, {
      given: className,
      message: `gateways of class "${className}" (${facts.title}) send no requests to InferencePools, so that the scheduler is never asked: ${reason}`,
      allowed: Object.keys(facts.classes).join(", "),
      fix: "take another class for the gateway, or leave out the scheduler",
    });
  }
}

function reportFlag(at: View, { components }: CheckedCluster, report: Report): void {
  const istio = components?.istio;
  const flag = istioInferenceFlag(typeof istio === "string" ? istio : undefined);
  report("inference-disabled", at, {
    given: undefined,
    message: "Istio is not told to look at InferencePools, so that the route leads nowhere",
    allowed: `pilot.env.${flag}=true in the values of istiod`,
    fix: `set ${flag}=true`,
  });
}

/** Source: `validateWVAAutoscalingConfig` of KServe 0.20's scaling.go; KServe's charts set nothing. */
function checkAutoscaling(needs: readonly Need[], { autoscalingPrometheus }: CheckedCluster, report: Report): void {
  const keda = needs.find(({ feature }) => feature === "scalingByKeda");
  if (!keda || autoscalingPrometheus !== false) return;
  report("autoscaling-prometheus", keda.at, {
    given: undefined,
    message:
      "KServe's ConfigMap inferenceservice-config does not say which Prometheus KEDA is to ask, and KServe refuses to scale then",
    allowed: 'autoscaling-wva-controller-config: {"prometheus": {"url": "http://…"}}',
    fix: "name it by the platform's autoscaling.prometheus, or have it installed by monitoring and autoscaling",
  });
}

function checkFields({ spec, annotations }: CheckedService, { components }: CheckedCluster, report: Report): void {
  const kserve = components?.kserve;
  if (typeof kserve !== "string" || !isOlder(kserve, minimumKServe)) return;
  report("kserve-too-old", "spec", {
    given: kserve,
    message:
      "KServe before 0.20 has presets with images that are not published any more, and composes services in another way",
    allowed: `KServe ${minimumKServe} or newer`,
    fix: `upgrade KServe to ${minimumKServe}`,
  });
  for (const [field, since] of Object.entries(fieldsSince)) {
    const path = field.split(".");
    const at = [spec.get(...path), spec.get("prefill", ...path)].find(({ present }) => present);
    if (at && isOlder(kserve, since)) reportField(at, since, kserve, report);
  }
  const deviceClass = annotations.get(draAnnotations.deviceClass);
  if (deviceClass.present && isOlder(kserve, deviceClaimsSince)) {
    reportField(`annotations["${draAnnotations.deviceClass}"]`, deviceClaimsSince, kserve, report);
  }
}

function reportField(at: View | string, since: string, kserve: string, report: Report): void {
  report("kserve-feature", at, {
    given: undefined,
    message: `KServe has this since ${since}, and the cluster has ${kserve}`,
    allowed: `KServe ${since} or newer`,
    fix: "upgrade KServe, or leave it out",
  });
}
