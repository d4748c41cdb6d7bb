import { pathText, View } from "../api/view";
import { amount, unlessSecret } from "./checks/amount";
import { acceleratorsNeeded, acceleratorsOf, checkCapacity } from "./checks/capacity";
import type { CheckedCluster, CheckedService, Report, ServiceCheck } from "./checks/check";
import { checkGateways } from "./checks/gateways";
import { checkImages } from "./checks/images";
import { checkLimits, checkModelMemory, checkParallelUse, modelSizeAnnotation } from "./checks/memory";
import { checkServedName } from "./checks/models";
import { checkNames } from "./checks/names";
import { checkObjects } from "./checks/objects";
import { checkPlan } from "./checks/planItself";
import { checkRequirements } from "./checks/requirements";
import { checkSchedulerConfig } from "./checks/scheduler";
import { preflightCodes } from "./codes";
import type { Finding } from "./finding";
import type { ClusterPlan, ListName, PlannedService } from "./plan";
import { workloadsOfService } from "./pods";
import { knownPool } from "./pools";

const serviceChecks: readonly ServiceCheck[] = [
  checkNames,
  checkRequirements,
  checkCapacity,
  checkLimits,
  checkParallelUse,
  checkModelMemory,
  checkObjects,
  checkGateways,
  checkImages,
  checkSchedulerConfig,
  checkServedName,
];

/** `preflight` for services that come one by one, as those of a program do. */
export class Preflight {
  private readonly cluster: CheckedCluster;
  /** What the services so far need, in billionths. */
  private readonly needed = new Map<string, bigint>();
  /** Services by namespace and model name. */
  private readonly models = new Map<string, { name: string; group: string | undefined }[]>();

  constructor(cluster: ClusterPlan) {
    const { partial = [] } = cluster;
    const isComplete = (list: ListName): boolean => cluster[list] !== undefined && !partial.includes(list);
    const known = isComplete("pools") ? cluster.pools?.map(knownPool) : undefined;
    this.cluster = { ...cluster, known, isComplete };
  }

  /** What is odd about the plan itself. */
  start(): Finding[] {
    return checkPlan(this.cluster);
  }

  /** What is found in a service, alone and beside those before it. */
  add(planned: PlannedService): Finding[] {
    const service = checkedService(planned);
    const found: Finding[] = [];
    const report = reporter(service, found);
    for (const check of serviceChecks) check(service, this.cluster, report);
    this.checkTogether(service, report);
    this.checkModelName(service, report);
    return found;
  }

  private checkTogether(service: CheckedService, report: Report): void {
    const { known } = this.cluster;
    if (!known) return;
    for (const [resource, { nanos, at }] of acceleratorsNeeded(service, known)) {
      const before = this.needed.get(resource) ?? 0n;
      this.needed.set(resource, before + nanos);
      const total = acceleratorsOf(known, resource);
      // A service that does not fit alone has a finding of its own.
      if (total === undefined || nanos > total || before + nanos <= total) continue;
      report("cluster-too-small", at, {
        given: undefined,
        message: `with this service all services need ${unlessSecret(amount(resource, before + nanos), at)} of ${resource}, and the pools have ${amount(resource, total)} at their largest`,
        allowed: `at most ${amount(resource, total)} together`,
        fix: "raise maxNodes of a pool, or lower replicas",
      });
    }
  }

  /** Source: `findModelNameCollisions` of KServe 0.20, which only writes an event. */
  private checkModelName({ name, namespace, spec }: CheckedService, report: Report): void {
    const modelName = spec.get("model", "name");
    const route = spec.get("router", "route");
    if (namespace === undefined || modelName.unknown || modelName.isSecret || !route.present) return;
    const group = route.get("group").text;
    const key = `${namespace}/${modelName.text || name}`;
    const others = this.models.get(key) ?? [];
    this.models.set(key, [...others, { name, group }]);
    const other = others.find((one) => one.group === undefined || one.group !== group);
    if (!other) return;
    report("model-name-shared", modelName, {
      message: `service "${other.name}" in namespace "${namespace}" answers to this model name too, and the gateway sends requests for it to one of the two`,
      allowed: "a name of its own for each service, or services of one routing group",
      fix: "set spec.model.name, or router.route.group and weight of both",
    });
  }
}

function checkedService({ name, namespace, spec, labels, annotations, modelSizeGiB }: PlannedService): CheckedService {
  const view = new View(spec);
  const annotationView = new View(annotations ?? {});
  const stopped = annotationView.get("serving.kserve.io/stop").text === "true";
  const { text } = annotationView.get(modelSizeAnnotation);
  return {
    name,
    namespace,
    spec: view,
    labels: new View(labels ?? {}),
    annotations: annotationView,
    workloads: stopped ? [] : workloadsOfService(view),
    modelSizeGiB: modelSizeGiB ?? (text === undefined ? undefined : Number(text)),
  };
}

function reporter({ name, namespace }: CheckedService, found: Finding[]): Report {
  const service = namespace === undefined ? name : `${namespace}/${name}`;
  return (code, at, details) => {
    const { severity } = preflightCodes[code];
    const place =
      typeof at === "string"
        ? { path: at }
        : { path: pathText("spec", at.steps), steps: at.steps, ...(at.given !== undefined && { given: at.given }) };
    const finding = { code, severity, ...place, ...details, service };
    if (finding.given === undefined) delete finding.given;
    found.push(finding);
  };
}
