import { kserveNamespace } from "../api/constants";
import { nearest } from "../nearest";
import { type Cause, CauseCode, type FalseCondition, type ServiceObjects } from "./diagnosis";
import { conditionsOf, nameOf, oneLine, reasonOf, type StatusCondition, textAt } from "./read";

/** True when it is bad. Source: `llm_inference_service_lifecycle.go` of KServe 0.20. */
const negativeTypes = new Set(["GroupDegraded"]);

/** The service's conditions that do not hold; those of one status, reason and message together. */
export function falseConditions({ service }: ServiceObjects): FalseCondition[] {
  const groups = new Map<string, { types: string[]; condition: StatusCondition }>();
  for (const condition of service ? conditionsOf(service, "status") : []) {
    const { type, status, reason, message } = condition;
    if (status === (negativeTypes.has(type) ? "False" : "True")) continue;
    const key = JSON.stringify([status, reason, message]);
    const known = groups.get(key);
    if (known) known.types.push(type);
    else groups.set(key, { types: [type], condition });
  }
  return [...groups.values()].map(({ types, condition: { status, reason, message } }) => ({
    types,
    status,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message: oneLine(message) }),
  }));
}

/** What the controller itself says that it cannot do. */
export function conditionCauses(objects: ServiceObjects): Cause[] {
  return falseConditions(objects)
    .map((condition) => causeOf(condition, objects))
    .filter((cause) => cause !== undefined);
}

/** Annotation that stops a service. Source: `StopAnnotationKey`, `pkg/constants` of KServe 0.20. */
const stopAnnotation = "serving.kserve.io/stop";

function causeOf(condition: FalseCondition, objects: ServiceObjects): Cause | undefined {
  const { reason = "", message = "" } = condition;
  const { namespace, name } = objects;
  if (condition.status !== "False") return undefined;
  const object = `LLMInferenceService ${name}`;
  const command = `kubectl -n ${namespace} describe llminferenceservice ${name}`;
  if (reason === "Stopped") {
    return {
      code: CauseCode.stopped,
      object,
      message: `is stopped by its annotation ${stopAnnotation}`,
      fix: `remove the annotation: kubectl -n ${namespace} annotate llminferenceservice ${name} ${stopAnnotation}-`,
      command,
    };
  }
  if (reason === "ConfigNotFound") return configNotFound(message, objects);
  if (condition.types.includes("PresetsCombined")) {
    return {
      code: CauseCode.configInvalid,
      object,
      message: `presets, baseRefs and spec do not give a valid whole: ${message}`,
      fix: "correct what the message names; the output `origins` of the service says who set each field",
      command,
    };
  }
  if (reason === "RefsInvalid") return referenceMissing(message, objects);
  const kind = /no matches for kind "([^"]+)" in version "([^"]+)"/.exec(message);
  if (kind) return crdMissing(kind[1] ?? "", kind[2] ?? "", objects);
  const gatewayClass = /failed to get GatewayClass "([^"]+)"/.exec(message)?.[1] ?? "";
  if (objects.gatewayClasses.has(gatewayClass) && !objects.gatewayClasses.get(gatewayClass)) return undefined;
  if (/Error$/.test(reason)) return reconcileFailed(message || reason, objects);
  return undefined;
}

/** Source: `configNotFoundError` in config_merge.go of KServe 0.20. */
function configNotFound(message: string, { namespace, name, configs }: ServiceObjects): Cause {
  const [, missing = "?"] = /LLMInferenceServiceConfig "([^"]+)" not found/.exec(message) ?? [];
  const isPreset = /(^|-)kserve-config-/.test(missing);
  const close = nearest(missing, configs);
  return {
    code: CauseCode.configNotFound,
    object: `LLMInferenceServiceConfig ${missing}`,
    message: `does not exist in namespace "${namespace}", nor in "${kserveNamespace}"`,
    fix: isPreset
      ? "install KServe's presets (the chart kserve-runtime-configs; InferencePlatform does), or create it; no preset for pipeline parallelism is shipped"
      : `${close ? `did you mean "${close}"? ` : ""}create it, or correct baseRefs of ${name}`,
    command: `kubectl get llminferenceserviceconfigs -n ${namespace}`,
  };
}

/** Gateways are looked at themselves; this is about what is left. */
function referenceMissing(message: string, { namespace, name, gateways }: ServiceObjects): Cause | undefined {
  if (message.startsWith("Gateway ") && [...gateways.values()].includes(undefined)) return undefined;
  return {
    code: CauseCode.referenceMissing,
    object: `LLMInferenceService ${name}`,
    message: `names what cannot be used: ${message}`,
    fix: "create it, or correct router.gateway.refs and router.route.http.refs",
    command: `kubectl -n ${namespace} get gateways,httproutes`,
  };
}

const kindProviders: Readonly<Record<string, string>> = {
  LeaderWorkerSet: "LeaderWorkerSet (InferencePlatform: leaderWorkerSet)",
  VariantAutoscaling: "the workload variant autoscaler (WVA), which every `scaling` needs",
  ScaledObject: "KEDA, which `scaling.wva.keda` needs",
  InferencePool: "the CRDs of Gateway API's inference extension (InferencePlatform: inferenceExtension)",
  HTTPRoute: "the CRDs of Gateway API (InferencePlatform: gatewayApi)",
};

function crdMissing(kind: string, version: string, { name }: ServiceObjects): Cause {
  return {
    code: CauseCode.crdMissing,
    object: `LLMInferenceService ${name}`,
    message: `needs the kind ${kind} (${version}), which KServe's controller does not find`,
    fix:
      `install ${kindProviders[kind] ?? `what serves ${kind}`}, then restart the controller, which looks for kinds when it starts: ` +
      `kubectl -n ${kserveNamespace} rollout restart deployment/${controllerName}`,
    command: `kubectl api-resources --api-group=${version.split("/")[0] ?? ""}`,
  };
}

function reconcileFailed(message: string, { namespace, name }: ServiceObjects): Cause {
  const account = /service ?account ([^\s:]+)\/([^\s:]+): .*not found/i.exec(message);
  if (account) {
    return {
      code: CauseCode.referenceMissing,
      object: `ServiceAccount ${account[2]}`,
      message: `does not exist in namespace "${account[1]}"`,
      fix: "create it, or leave serviceAccountName out of the template",
      command: `kubectl -n ${account[1]} get serviceaccounts`,
    };
  }
  return {
    code: CauseCode.reconcileFailed,
    object: `LLMInferenceService ${name}`,
    message: `the controller cannot do its work: ${message}`,
    fix: "correct what the message names; the controller's log has more",
    command: `kubectl -n ${namespace} describe llminferenceservice ${name}`,
  };
}

/** Deployment of KServe's controller. */
export const controllerName = "llmisvc-controller-manager";

/** Autoscalers that say that they do not work. */
export function scalingCauses({ autoscalers, namespace }: ServiceObjects): Cause[] {
  return autoscalers.flatMap((autoscaler): Cause[] => {
    const unmet = conditionsOf(autoscaler, "status").find(
      ({ type, status }) => ["AbleToScale", "ScalingActive", "Ready"].includes(type) && status === "False",
    );
    if (!unmet) return [];
    const { kind } = autoscaler;
    return [
      {
        code: CauseCode.scaling,
        object: `${kind} ${nameOf(autoscaler)}`,
        message: `${unmet.type} is False: ${oneLine(reasonOf(unmet))}`,
        fix:
          kind === "ScaledObject"
            ? "see that KEDA reaches Prometheus, and that WVA writes its metric"
            : "see that prometheus-adapter serves wva_desired_replicas, and that WVA writes it",
        command: `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${nameOf(autoscaler)}`,
      },
    ];
  });
}

/** The controller's events, where a failure got into no condition. */
export function eventCauses(objects: ServiceObjects): Cause[] {
  const { events, name } = objects;
  const said = events.find(
    (event) =>
      textAt(event, "involvedObject", "kind") === "LLMInferenceService" &&
      textAt(event, "involvedObject", "name") === name &&
      textAt(event, "reason") === "Error",
  );
  const message = oneLine(textAt(said, "message") ?? "").replace(/^Reconciliation failed: /, "");
  return message ? [reconcileFailed(message, objects)] : [];
}
