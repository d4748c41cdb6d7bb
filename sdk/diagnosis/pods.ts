import type { KubernetesObject } from "../kubernetes/client";
import { type Cause, CauseCode, type ServiceObjects } from "./diagnosis";
import { conditionOf, type Fields, fieldsAt, listAt, nameOf, numberAt, oneLine, textAt } from "./read";
import { referencesOf } from "./references";
import { explainScheduling, groupOf } from "./scheduling";

interface Finding {
  readonly code: CauseCode;
  readonly message: string;
  readonly fix?: string;
  /** Shows more, given the pod's name; without it, the pod is described. */
  readonly logsOf?: { readonly container: string; readonly previous: boolean };
}

/** Why the service's pods are not ready; pods with the same reason are told once. */
export function podCauses(objects: ServiceObjects): Cause[] {
  const groups = new Map<string, { finding: Finding; pods: KubernetesObject[] }>();
  for (const pod of objects.pods) {
    if (pod.metadata.deletionTimestamp) continue;
    const finding = findingOf(pod, objects);
    if (!finding) continue;
    const key = `${finding.code} ${ownerOf(pod)} ${finding.message}`;
    const known = groups.get(key);
    if (known) known.pods.push(pod);
    else groups.set(key, { finding, pods: [pod] });
  }
  return [...groups.values()].map(({ finding, pods }) => causeOf(finding, pods, objects.namespace));
}

function causeOf(finding: Finding, pods: readonly KubernetesObject[], namespace: string): Cause {
  const [first] = pods;
  const name = first ? nameOf(first) : "";
  const place = first ? groupOf(first) : "";
  const { code, message, fix, logsOf } = finding;
  return {
    code,
    object: pods.length === 1 ? `Pod ${name}${place}` : `${pods.length} pods, such as ${name}${place}`,
    message: oneLine(message),
    ...(fix && { fix }),
    command: logsOf
      ? `kubectl -n ${namespace} logs ${name} -c ${logsOf.container}${logsOf.previous ? " --previous" : ""}`
      : `kubectl -n ${namespace} describe pod ${name}`,
  };
}

/** What a pod belongs to, without what tells it from its siblings. */
function ownerOf(pod: KubernetesObject): string {
  const owner = listAt(pod, "metadata", "ownerReferences")[0];
  const set = pod.metadata.labels?.["leaderworkerset.sigs.k8s.io/name"];
  return set ?? textAt(owner, "name") ?? "";
}

function findingOf(pod: KubernetesObject, objects: ServiceObjects): Finding | undefined {
  if (conditionOf(pod, "Ready")?.status === "True") return undefined;
  const phase = textAt(pod, "status", "phase");
  if (phase === "Succeeded") return undefined;
  return (
    schedulingFinding(pod, objects) ??
    first(containersOf(pod, "initContainer"), initFinding) ??
    first(containersOf(pod, "container"), containerFinding) ??
    failedFinding(pod) ??
    volumeFinding(pod, objects) ??
    first(containersOf(pod, "container"), (container) => unreadyFinding(container, pod, objects)) ??
    unmetCondition(pod)
  );
}

function schedulingFinding(pod: KubernetesObject, { nodes }: ServiceObjects): Finding | undefined {
  if (textAt(pod, "spec", "nodeName")) return undefined;
  const scheduled = conditionOf(pod, "PodScheduled");
  const code = CauseCode.unschedulable;
  if (scheduled?.reason === "SchedulingGated") {
    const gates = listAt(pod, "spec", "schedulingGates").flatMap((gate) => textAt(gate, "name") ?? []);
    return {
      code,
      message: `is held back by the scheduling gates ${gates.join(", ")}`,
      fix: "see why the controller that set them does not let it go (a queue without quota, for instance)",
    };
  }
  if (scheduled?.status === "False") return { code, ...explainScheduling(pod, scheduled.message ?? "", nodes) };
  if (textAt(pod, "status", "phase") !== "Pending") return undefined;
  const scheduler = textAt(pod, "spec", "schedulerName") ?? "default-scheduler";
  return {
    code,
    message: `waits for scheduler "${scheduler}", which has not looked at it yet`,
    fix: `see that ${scheduler} runs`,
  };
}

/** A container with its status. */
interface Container {
  readonly name: string;
  readonly spec: Fields;
  readonly status: Fields;
}

function containersOf(pod: KubernetesObject, which: "container" | "initContainer"): Container[] {
  const statuses = listAt(pod, "status", `${which}Statuses`);
  return listAt(pod, "spec", `${which}s`).map((spec) => {
    const name = textAt(spec, "name") ?? "";
    return { name, spec, status: statuses.find((status) => status.name === name) ?? {} };
  });
}

function first<T>(items: readonly T[], find: (item: T) => Finding | undefined): Finding | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}

const pullReasons = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
]);
const configReasons = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PostStartHookError",
]);

/** What stops a container, whether or not it is an init container. */
function containerFinding(container: Container): Finding | undefined {
  const { name, spec, status } = container;
  const waiting = fieldsAt(status, "state", "waiting");
  const reason = textAt(waiting, "reason") ?? "";
  const said = textAt(waiting, "message");
  if (pullReasons.has(reason)) {
    return {
      code: CauseCode.imagePull,
      message: `container ${name}: image "${textAt(spec, "image") ?? ""}" cannot be pulled: ${reason}${said ? `: ${said}` : ""}`,
      fix: "check the image's name and tag, the node's way to the registry, and imagePullSecrets",
    };
  }
  if (configReasons.has(reason)) {
    return {
      code: CauseCode.containerConfig,
      message: `container ${name} cannot be started: ${reason}${said ? `: ${said}` : ""}`,
      fix: "create what it names, or correct env, envFrom, command or security context",
    };
  }
  const ended = endOf(container);
  if (!ended) return undefined;
  const logsOf = { container: name, previous: textAt(status, "state", "waiting", "reason") !== undefined };
  if (ended.reason === "OOMKilled") {
    const limit = textAt(spec, "resources", "limits", "memory");
    return {
      code: CauseCode.outOfMemory,
      message: `container ${name} was killed because it used more memory than ${limit ? `its limit of ${limit}` : "the node has"}${ended.times}`,
      fix: "raise limits.memory; vLLM needs the size of the weights in host memory while it loads them",
      logsOf,
    };
  }
  return {
    code: CauseCode.crashLoop,
    message: `container ${name} ended with exit code ${ended.exitCode}${ended.times}${ended.said}`,
    fix: "read its log",
    logsOf,
  };
}

interface ContainerEnd {
  readonly exitCode: number;
  readonly reason?: string;
  /** `, 4 restarts so far`, or nothing. */
  readonly times: string;
  /** What it left as its message, behind a colon, or nothing. */
  readonly said: string;
}

/** How a container ended that should run, when it does not run now or keeps ending. */
function endOf({ status }: Container): ContainerEnd | undefined {
  const state = fieldsAt(status, "state");
  const inLoop = textAt(state, "waiting", "reason") === "CrashLoopBackOff";
  const now = fieldsAt(state, "terminated");
  const ended = Object.keys(now).length > 0 ? now : fieldsAt(status, "lastState", "terminated");
  const exitCode = numberAt(ended, "exitCode");
  const isDown = inLoop || (ended === now && exitCode !== 0);
  if (!isDown) return undefined;
  const restarts = numberAt(status, "restartCount");
  const message = textAt(ended, "message")?.trim().split("\n").at(-1);
  return {
    exitCode,
    reason: textAt(ended, "reason"),
    times: restarts > 0 ? `, ${restarts} ${restarts === 1 ? "restart" : "restarts"} so far` : "",
    said: message ? `: ${message.slice(-300)}` : "",
  };
}

/** KServe's init container that fetches the model. Source: `pkg/constants` of KServe 0.20, StorageInitializerContainerName. */
const storageInitializer = "storage-initializer";

function initFinding(container: Container): Finding | undefined {
  const { name, spec, status } = container;
  const found = containerFinding(container);
  const isSidecar = textAt(spec, "restartPolicy") === "Always";
  if (found && found.code !== CauseCode.crashLoop) return found;
  if (found) {
    const isFetching = name === storageInitializer;
    const subject = isFetching
      ? `init container ${name}, which fetches ${modelOf(container)},`
      : `init container ${name}`;
    return {
      ...found,
      code: CauseCode.initContainerFailed,
      message: found.message.replace(`container ${name}`, subject),
      ...(isFetching && { fix: "check the model's URI, the credentials for it, and the way to it from the cluster" }),
    };
  }
  if (isSidecar || !("running" in fieldsAt(status, "state"))) return undefined;
  const isFetching = name === storageInitializer;
  return {
    code: CauseCode.initContainerRunning,
    message: isFetching ? `is still fetching ${modelOf(container)}` : `init container ${name} still runs`,
    fix: "give it more time (timeoutSeconds), if its log goes on",
    logsOf: { container: name, previous: false },
  };
}

function modelOf({ spec }: Container): string {
  const source = (spec.args as unknown[] | undefined)?.find((value) => typeof value === "string");
  return typeof source === "string" ? oneLine(source) : "the model";
}

function failedFinding(pod: KubernetesObject): Finding | undefined {
  if (textAt(pod, "status", "phase") !== "Failed") return undefined;
  const why = [textAt(pod, "status", "reason"), textAt(pod, "status", "message")].filter(Boolean).join(": ");
  return { code: CauseCode.podFailed, message: `has failed${why ? `: ${why}` : ""}` };
}

const volumeReasons = new Set(["FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox"]);

/** Volumes are the usual reason why a pod on a node has no container yet; events say so, and what is missing can be seen. */
function volumeFinding(pod: KubernetesObject, { events, missing }: ServiceObjects): Finding | undefined {
  const hasStarted = containersOf(pod, "container").some(({ status }) => "running" in fieldsAt(status, "state"));
  if (hasStarted) return undefined;
  const named = missing.filter((entry) => referencesOf(pod).includes(entry));
  const said = events.find((event) => volumeReasons.has(textAt(event, "reason") ?? "") && isAbout(event, pod));
  if (named.length > 0) {
    const [what = ""] = named;
    return {
      code: CauseCode.volume,
      message: `waits for ${named.join(", ")}, which ${named.length === 1 ? "does" : "do"} not exist in its namespace`,
      fix: `create ${named.length === 1 ? `the ${what.split(" ")[0]}` : "them"}, or name another`,
    };
  }
  return said && { code: CauseCode.volume, message: textAt(said, "message") ?? textAt(said, "reason") ?? "" };
}

function unreadyFinding(container: Container, pod: KubernetesObject, { events }: ServiceObjects): Finding | undefined {
  const { name, spec, status } = container;
  if (status.ready === true || !("running" in fieldsAt(status, "state"))) return undefined;
  const said = events.find((event) => textAt(event, "reason") === "Unhealthy" && isAbout(event, pod));
  const probe = status.started === false && spec.startupProbe ? "startup" : "readiness";
  return {
    code: CauseCode.notReady,
    message: `container ${name} runs, but its ${probe} probe has not succeeded${said ? `: ${textAt(said, "message") ?? ""}` : ""}`,
    fix: "if it still loads the model, give it more time (timeoutSeconds, and the probe's failureThreshold); else read its log",
    logsOf: { container: name, previous: false },
  };
}

function unmetCondition(pod: KubernetesObject): Finding {
  const unmet = listAt(pod, "status", "conditions").filter((condition) => condition.status !== "True");
  const texts = unmet.map((condition) =>
    [textAt(condition, "type"), [textAt(condition, "reason"), textAt(condition, "message")].filter(Boolean).join(": ")]
      .filter(Boolean)
      .join(" is not True: "),
  );
  return {
    code: CauseCode.notReady,
    message: texts.length > 0 ? texts.join("; ") : "is not ready, and its kubelet does not say why",
  };
}

function isAbout(event: KubernetesObject, pod: KubernetesObject): boolean {
  return textAt(event, "involvedObject", "kind") === "Pod" && textAt(event, "involvedObject", "name") === nameOf(pod);
}
