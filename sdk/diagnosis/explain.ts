import { kserveNamespace } from "../api/constants";
import { conditionCauses, controllerName, eventCauses, falseConditions, scalingCauses } from "./conditions";
import { type Cause, CauseCode, type Diagnosis, type ServiceObjects } from "./diagnosis";
import { podCauses } from "./pods";
import { conditionOf, numberAt, oneLine, reasonOf } from "./read";
import { routingCauses } from "./routing";
import { workloadCauses } from "./workloads";

/** Says why a service is not Ready, from what was read of it. Pure: the same objects give the same diagnosis. */
export function explain(objects: ServiceObjects): Diagnosis {
  const { namespace, name, service, unread } = objects;
  const isReady = service !== undefined && conditionOf(service, "Ready")?.status === "True" && !isStale(objects);
  return {
    namespace,
    name,
    ready: isReady,
    causes: isReady ? [] : sorted(causesOf(objects)),
    conditions: isReady ? [] : falseConditions(objects),
    unread,
    commands: commandsOf(objects),
  };
}

function causesOf(objects: ServiceObjects): Cause[] {
  const absent = absence(objects);
  if (absent.length > 0) return [...absent, ...controllerCauses(objects)];
  const found = [
    ...controllerCauses(objects),
    ...conditionCauses(objects),
    ...workloadCauses(objects),
    ...podCauses(objects),
    ...routingCauses(objects),
    ...scalingCauses(objects),
  ];
  if (found.length > 0) return found;
  const said = eventCauses(objects);
  return said.length > 0 ? said : remaining(objects);
}

function absence({ kindServed, namespaceExists, service, namespace, name }: ServiceObjects): Cause[] {
  if (service) return [];
  if (!kindServed) {
    return [
      {
        code: CauseCode.kindNotServed,
        object: `LLMInferenceService ${name}`,
        message: "the API server does not serve its kind: KServe's CRDs are not installed",
        fix: "install KServe first, and let the service depend on it (InferencePlatform.ready)",
        command: "kubectl get crd llminferenceservices.serving.kserve.io",
      },
    ];
  }
  if (!namespaceExists) {
    return [
      {
        code: CauseCode.namespaceMissing,
        object: `Namespace ${namespace}`,
        message: "does not exist",
        fix: "create it before the service",
        command: "kubectl get namespaces",
      },
    ];
  }
  return [
    {
      code: CauseCode.serviceMissing,
      object: `LLMInferenceService ${name}`,
      message: `does not exist in namespace "${namespace}"`,
      fix: "where the API server refused it, the error of the operation says why",
      command: `kubectl get llminferenceservices -A`,
    },
  ];
}

function controllerCauses(objects: ServiceObjects): Cause[] {
  const { controller, service } = objects;
  const command = `kubectl -n ${kserveNamespace} describe deployment ${controllerName}`;
  const object = `Deployment ${controllerName}`;
  if (objects.unread.some((text) => text.startsWith(object))) return [];
  if (!controller) {
    return [
      {
        code: CauseCode.controllerUnavailable,
        object,
        message: `does not exist in namespace "${kserveNamespace}", so that nothing acts on the service`,
        fix: "install KServe's controller (InferencePlatform, or KServe)",
        command: `kubectl -n ${kserveNamespace} get deployments`,
      },
    ];
  }
  if (numberAt(controller, "status", "readyReplicas") === 0) {
    const available = conditionOf(controller, "Available");
    return [
      {
        code: CauseCode.controllerUnavailable,
        object,
        message: `KServe's controller has no ready pod${available ? `: ${oneLine(reasonOf(available))}` : ""}`,
        fix: "see why; until then nothing acts on the service, and its webhooks refuse changes",
        command,
      },
    ];
  }
  if (!service || !isStale(objects)) return [];
  return [
    {
      code: CauseCode.controllerUnavailable,
      object,
      message: "KServe's controller runs, but has not looked at the service as it is now",
      fix: "give it more time, or see its log",
      command: `kubectl -n ${kserveNamespace} logs deployment/${controllerName}`,
    },
  ];
}

/** Whether the status is of an older version of the service, or there is none. */
function isStale({ service }: ServiceObjects): boolean {
  return (
    service !== undefined && numberAt(service, "status", "observedGeneration") < (service.metadata.generation ?? 0)
  );
}

/** Conditions of which nothing that could be read says more. */
function remaining(objects: ServiceObjects): Cause[] {
  const aggregates = new Set(["Ready", "WorkloadsReady", "RouterReady"]);
  const conditions = falseConditions(objects);
  const telling = conditions.filter(({ types }) => types.some((type) => !aggregates.has(type)));
  return (telling.length > 0 ? telling : conditions).map((condition) => {
    const types = condition.types.filter((type) => !aggregates.has(type));
    return {
      code: CauseCode.condition,
      object: `LLMInferenceService ${objects.name}`,
      message: `${(types.length > 0 ? types : condition.types).join(", ")} is ${condition.status}: ${reasonOf({ type: "", ...condition })}`,
      command: `kubectl -n ${objects.namespace} describe llminferenceservice ${objects.name}`,
    };
  });
}

const ranks = new Map(Object.values(CauseCode).map((code, rank) => [code, rank]));

function sorted(causes: readonly Cause[]): Cause[] {
  const unique = new Map(causes.map((cause) => [`${cause.code} ${cause.object} ${cause.message}`, cause]));
  return [...unique.values()].sort((left, right) => (ranks.get(left.code) ?? 0) - (ranks.get(right.code) ?? 0));
}

function commandsOf({ namespace, name, service }: ServiceObjects): string[] {
  if (!service) return [`kubectl -n ${namespace} get llminferenceservices`];
  return [
    `kubectl -n ${namespace} describe llminferenceservice ${name}`,
    `kubectl -n ${namespace} get deployments,leaderworkersets,pods -l ${serviceSelector(name)}`,
    `kubectl -n ${kserveNamespace} logs deployment/${controllerName}`,
  ];
}

/** Labels of all workloads and pods of a service. Source: workload.go and scheduler.go of KServe 0.20. */
export function serviceSelector(name: string): string {
  return `app.kubernetes.io/name=${name},app.kubernetes.io/part-of=llminferenceservice`;
}
