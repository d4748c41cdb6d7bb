import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../local/paths";
import { nothing } from "../../sdk/diagnosis/diagnose";
import { CauseCode, type ServiceObjects } from "../../sdk/diagnosis/diagnosis";
import { explain } from "../../sdk/diagnosis/explain";
import { diagnosisLines } from "../../sdk/diagnosis/lines";
import type { KubernetesObject } from "../../sdk/kubernetes/client";

const namespace = "models";
const name = "llama";

function object(apiVersion: string, kind: string, of: string, rest: Record<string, unknown> = {}): KubernetesObject {
  const { metadata, ...fields } = rest;
  return { apiVersion, kind, metadata: { name: of, namespace, ...(metadata as object) }, ...fields };
}

const condition = (type: string, status: string, reason?: string, message?: string): object => ({
  type,
  status,
  ...(reason && { reason }),
  ...(message && { message }),
});

function service(...conditions: object[]): KubernetesObject {
  return object("serving.kserve.io/v1alpha2", "LLMInferenceService", name, {
    metadata: { generation: 2 },
    spec: { model: { uri: "hf://a/b" } },
    status: { observedGeneration: 2, conditions },
  });
}

const controller = object("apps/v1", "Deployment", "llmisvc-controller-manager", { status: { readyReplicas: 1 } });
const unavailable = ["MainWorkloadReady", "WorkloadsReady", "Ready"].map((type) =>
  condition(type, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
);

function objects(parts: Partial<ServiceObjects> = {}): ServiceObjects {
  return {
    namespace,
    name,
    kindServed: true,
    namespaceExists: true,
    service: service(...unavailable),
    controller,
    ...nothing,
    unread: [],
    ...parts,
  };
}

function pod(of: string, parts: { spec?: object; status?: object; metadata?: object }): KubernetesObject {
  return object("v1", "Pod", of, {
    metadata: parts.metadata,
    spec: { nodeName: "gpu-0", containers: [{ name: "main", image: "vllm:v1" }], ...parts.spec },
    status: { phase: "Pending", ...parts.status },
  });
}

const unscheduled = (of: string, message: string, spec: object = {}): KubernetesObject =>
  pod(of, {
    spec: { nodeName: undefined, ...spec },
    status: { conditions: [condition("PodScheduled", "False", "Unschedulable", message)] },
  });

const node = (of: string, allocatable: object, parts: { labels?: object; taints?: object[] } = {}): KubernetesObject =>
  object("v1", "Node", of, {
    metadata: { labels: parts.labels },
    spec: { taints: parts.taints },
    status: { allocatable },
  });

/** The causes as they are printed, without the commands. */
const causes = (parts: Partial<ServiceObjects>): string[] =>
  explain(objects(parts)).causes.map(({ object, message, fix }) => `${object}: ${message}${fix ? ` | ${fix}` : ""}`);

const only = (parts: Partial<ServiceObjects>): string => {
  const found = causes(parts);
  strictEqual(found.length, 1, found.join("\n"));
  return found[0] ?? "";
};

describe("diagnosis of a service", () => {
  it("prints causes with what to do, conditions and where to look further", () => {
    const gpu = { containers: [{ name: "main", resources: { requests: { "nvidia.com/gpu": "16" } } }] };
    const said =
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient nvidia.com/gpu. no new claims to deallocate, " +
      "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    const lines = diagnosisLines(
      explain(
        objects({
          pods: [unscheduled("llama-kserve-1", said, gpu), unscheduled("llama-kserve-2", said, gpu)],
          nodes: [node("cpu", {}), node("gpu-0", { "nvidia.com/gpu": "8" }), node("gpu-1", { "nvidia.com/gpu": "8" })],
        }),
      ),
    );
    deepStrictEqual(lines, [
      "LLMInferenceService models/llama is not Ready:",
      "  1. 2 pods, such as llama-kserve-1: cannot be scheduled: 16 nvidia.com/gpu asked for, and no node has more than 8 " +
        "(1 node(s) had untolerated taint(s), 2 Insufficient nvidia.com/gpu)",
      "     fix: ask for at most 8 nvidia.com/gpu in a pod, or add larger nodes",
      "     more: kubectl -n models describe pod llama-kserve-1",
      "  conditions that do not hold:",
      "    MainWorkloadReady, WorkloadsReady, Ready False: MinimumReplicasUnavailable: Deployment does not have minimum availability.",
      "  look further:",
      "    kubectl -n models describe llminferenceservice llama",
      "    kubectl -n models get deployments,leaderworkersets,pods -l app.kubernetes.io/name=llama,app.kubernetes.io/part-of=llminferenceservice",
      "    kubectl -n kserve logs deployment/llmisvc-controller-manager",
    ]);
  });

  it("says that a service is Ready", () => {
    const diagnosis = explain(objects({ service: service(condition("Ready", "True")) }));
    deepStrictEqual(diagnosisLines(diagnosis), ["LLMInferenceService models/llama is Ready"]);
    strictEqual(diagnosis.ready, true);
  });

  it("does not take Ready for an answer about an older generation", () => {
    const stale = service(condition("Ready", "True"));
    stale.metadata.generation = 3;
    deepStrictEqual(causes({ service: stale }), [
      "Deployment llmisvc-controller-manager: KServe's controller runs, but has not looked at the service as it is now" +
        " | give it more time, or see its log",
    ]);
  });

  describe("what is not there", () => {
    const absent = { service: undefined };
    it("the kind", () => {
      ok(
        only({ ...absent, kindServed: false }).startsWith(
          "LLMInferenceService llama: the API server does not serve its kind",
        ),
      );
    });
    it("the namespace", () => {
      strictEqual(
        only({ ...absent, namespaceExists: false }),
        "Namespace models: does not exist | create it before the service",
      );
    });
    it("the service", () => {
      ok(only(absent).startsWith('LLMInferenceService llama: does not exist in namespace "models"'));
    });
    it("the controller", () => {
      const [first] = causes({ controller: undefined });
      ok(first?.startsWith("Deployment llmisvc-controller-manager: does not exist"), first);
    });
    it("a ready pod of the controller", () => {
      const down = object("apps/v1", "Deployment", "llmisvc-controller-manager", {
        status: {
          conditions: [condition("Available", "False", "MinimumReplicasUnavailable", "no minimum availability")],
        },
      });
      const [first] = causes({ controller: down });
      ok(first?.includes("has no ready pod: MinimumReplicasUnavailable: no minimum availability | see why"), first);
    });
    it("not what may not be read", () => {
      const unread = ["Deployment llmisvc-controller-manager (forbidden)"];
      const diagnosis = explain(objects({ controller: undefined, unread }));
      ok(diagnosis.causes.every(({ code }) => code === "condition"));
      ok(diagnosisLines(diagnosis).includes("  could not be read: Deployment llmisvc-controller-manager (forbidden)"));
    });
  });

  describe("scheduling", () => {
    const gpu = (count: string): object => ({
      containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": count } } }],
    });
    it("tells a resource that is used up from one that is too large and one that nobody has", () => {
      const said = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.";
      const with8 = [node("gpu-0", { "nvidia.com/gpu": "8" })];
      const message = (count: string, nodes: KubernetesObject[]): string =>
        only({ pods: [unscheduled("p", said, gpu(count))], nodes }).split(" (")[0] ?? "";
      strictEqual(
        message("8", with8),
        "Pod p: cannot be scheduled: 8 nvidia.com/gpu asked for, and the node with nvidia.com/gpu has too little left or may not be used",
      );
      strictEqual(
        message("9", with8),
        "Pod p: cannot be scheduled: 9 nvidia.com/gpu asked for, and no node has more than 8",
      );
      strictEqual(
        message("9", [node("cpu", {})]),
        "Pod p: cannot be scheduled: 9 nvidia.com/gpu asked for, and no node has any",
      );
      strictEqual(message("9", []), "Pod p: cannot be scheduled: not enough nvidia.com/gpu: 9 asked for");
    });
    it("adds up what the containers of a pod ask for", () => {
      const containers = ["100Gi", "28Gi"].map((memory, index) => ({
        name: `c${index}`,
        resources: { requests: { memory } },
      }));
      const pods = [unscheduled("p", "0/1 nodes are available: 1 Insufficient memory.", { containers })];
      const nodes = [node("cpu", { memory: "64Gi" })];
      ok(only({ pods, nodes }).includes("128Gi memory asked for, and no node has more than 64Gi"));
    });
    it("counts fractions of CPUs, and sidecars beside the containers", () => {
      const asking = (name: string, cpu: string, more: object = {}): object => ({
        name,
        resources: { requests: { cpu } },
        ...more,
      });
      const message = (containers: object[], initContainers: object[] = []): string => {
        const pods = [unscheduled("p", "0/1 nodes are available: 1 Insufficient cpu.", { containers, initContainers })];
        return only({ pods, nodes: [node("cpu", { cpu: "7910m" })] }).split(" (")[0] ?? "";
      };
      const tooMany = (asked: string): string =>
        `Pod p: cannot be scheduled: ${asked} cpu asked for, and no node has more than 7910m`;
      strictEqual(message([asking("main", "8")]), tooMany("8"));
      strictEqual(
        message([asking("main", "500m"), asking("proxy", "600m")]),
        "Pod p: cannot be scheduled: 1100m cpu asked for, and the node with cpu has too little left or may not be used",
      );
      strictEqual(message([asking("main", "7")], [asking("sidecar", "1", { restartPolicy: "Always" })]), tooMany("8"));
      strictEqual(message([asking("main", "1")], [asking("fetch", "9"), asking("check", "2")]), tooMany("9"));
    });
    it("names the label that no node has, and those there are", () => {
      const pods = [
        unscheduled("p", "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", {
          nodeSelector: { accelerator: "h200" },
        }),
      ];
      strictEqual(
        only({ pods, nodes: [node("gpu-0", {}, { labels: { accelerator: "h100" } })] }),
        "Pod p: cannot be scheduled: no node has the label accelerator=h200 (1 node(s) didn't match Pod's node affinity/selector)" +
          " | label or add such nodes, or correct nodeSelector (accelerator is h100 on the nodes there are)",
      );
    });
    it("names the taint of the nodes that the pod selects", () => {
      const taints = [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }];
      const nodes = [node("gpu-0", {}, { labels: { pool: "gpu" }, taints }), node("cpu", {})];
      const said =
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s).";
      const withSelector = (tolerations: object[]): KubernetesObject[] => [
        unscheduled("p", said, { nodeSelector: { pool: "gpu" }, tolerations }),
      ];
      ok(
        only({ pods: withSelector([]), nodes }).startsWith(
          "Pod p: cannot be scheduled: the taint nvidia.com/gpu=present:NoSchedule is not tolerated (",
        ),
      );
      ok(!only({ pods: withSelector([{ key: "nvidia.com/gpu", operator: "Exists" }]), nodes }).includes("the taint"));
    });
    it("says which claim is missing or not bound", () => {
      const spec = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "weights" } }] };
      const said = (message: string): string => only({ pods: [unscheduled("p", message, spec)] });
      ok(
        said('0/1 nodes are available: persistentvolumeclaim "weights" not found. not found').startsWith(
          'Pod p: cannot be scheduled: PersistentVolumeClaim "weights" does not exist in namespace "models" (persistentvolumeclaim "weights" not found)',
        ),
      );
      ok(
        said("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.").includes(
          'PersistentVolumeClaim "weights" is not bound to a volume',
        ),
      );
    });
    it("says what a pod's place in its group is", () => {
      const member = unscheduled("llama-kserve-mn-0-1", "0/0 nodes are available.");
      member.metadata.labels = {
        "leaderworkerset.sigs.k8s.io/name": "llama-kserve-mn",
        "leaderworkerset.sigs.k8s.io/group-index": "0",
      };
      member.metadata.annotations = { "leaderworkerset.sigs.k8s.io/size": "2" };
      ok(
        only({ pods: [member] }).startsWith(
          "Pod llama-kserve-mn-0-1 (group 0 of 2 nodes of LeaderWorkerSet llama-kserve-mn):",
        ),
      );
    });
    it("tells a scheduling gate from a scheduler that does not run", () => {
      const gated = pod("p", {
        spec: { nodeName: undefined, schedulingGates: [{ name: "kueue.x-k8s.io/admission" }] },
        status: { conditions: [condition("PodScheduled", "False", "SchedulingGated")] },
      });
      ok(only({ pods: [gated] }).includes("is held back by the scheduling gates kueue.x-k8s.io/admission"));
      const unseen = pod("p", { spec: { nodeName: undefined, schedulerName: "volcano" } });
      ok(only({ pods: [unseen] }).includes('waits for scheduler "volcano", which has not looked at it yet'));
    });
  });

  describe("pods on a node", () => {
    const waiting = (reason: string, message?: string): object => ({
      name: "main",
      state: { waiting: { reason, ...(message && { message }) } },
    });
    const withStatus = (...containerStatuses: object[]): KubernetesObject[] => [
      pod("p", { status: { containerStatuses } }),
    ];
    it("cannot pull an image, or be started", () => {
      strictEqual(
        only({ pods: withStatus(waiting("ErrImagePull", "manifest unknown")) }).split(" | ")[0],
        'Pod p: container main: image "vllm:v1" cannot be pulled: ErrImagePull: manifest unknown',
      );
      strictEqual(
        only({ pods: withStatus(waiting("CreateContainerConfigError", 'secret "hf" not found')) }).split(" | ")[0],
        'Pod p: container main cannot be started: CreateContainerConfigError: secret "hf" not found',
      );
    });
    it("tells a crash from memory", () => {
      const ended = (terminated: object): KubernetesObject[] =>
        withStatus({ name: "main", restartCount: 2, state: { terminated } });
      ok(
        only({ pods: ended({ exitCode: 2 }) }).startsWith(
          "Pod p: container main ended with exit code 2, 2 restarts so far | ",
        ),
      );
      ok(
        only({ pods: ended({ exitCode: 137, reason: "OOMKilled" }) }).startsWith(
          "Pod p: container main was killed because it used more memory than the node has, 2 restarts so far | ",
        ),
      );
    });
    it("says that the model is still fetched", () => {
      const initContainers = [{ name: "storage-initializer", args: ["s3://models/llama", "/mnt/models"] }];
      const initContainerStatuses = [{ name: "storage-initializer", state: { running: {} } }];
      const pods = [pod("p", { spec: { initContainers }, status: { initContainerStatuses } })];
      ok(only({ pods }).startsWith("Pod p: is still fetching s3://models/llama | "));
    });
    it("names what is missing, and what the kubelet says of volumes", () => {
      const pods = [
        pod("p", {
          spec: {
            volumes: [{ name: "v", secret: { secretName: "certs" } }],
            containers: [{ name: "main", envFrom: [{ configMapRef: { name: "env", optional: true } }] }],
          },
          status: { containerStatuses: [waiting("ContainerCreating")] },
        }),
      ];
      const event = object("v1", "Event", "p.1", {
        involvedObject: { kind: "Pod", name: "p" },
        reason: "FailedMount",
        message: "MountVolume.SetUp failed",
      });
      const missing = ["ConfigMap env", "Secret certs"];
      strictEqual(
        only({ pods, missing, events: [event] }),
        "Pod p: waits for Secret certs, which does not exist in its namespace | create the Secret, or name another",
      );
      strictEqual(only({ pods, events: [event] }), "Pod p: MountVolume.SetUp failed");
    });
    it("says which probe has not succeeded", () => {
      const status = { name: "main", ready: false, started: false, state: { running: {} } };
      const startupProbe = { httpGet: { path: "/health", port: 8000 } };
      const pods = [
        pod("p", {
          spec: { containers: [{ name: "main", startupProbe }] },
          status: { phase: "Running", containerStatuses: [status] },
        }),
      ];
      ok(only({ pods }).startsWith("Pod p: container main runs, but its startup probe has not succeeded | "));
    });
    it("passes on why a pod has failed", () => {
      const pods = [pod("p", { status: { phase: "Failed", reason: "Evicted", message: "low on memory" } })];
      strictEqual(only({ pods }), "Pod p: has failed: Evicted: low on memory");
    });
    it("passes over pods that are ready, done or on their way out", () => {
      const pods = [
        pod("ready", { status: { conditions: [condition("Ready", "True")] } }),
        pod("done", { status: { phase: "Succeeded" } }),
        pod("leaving", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
      ];
      strictEqual(
        only({ pods }),
        "LLMInferenceService llama: MainWorkloadReady is False: MinimumReplicasUnavailable: Deployment does not have minimum availability.",
      );
    });
  });

  describe("workloads without pods", () => {
    const deployment = (status: object): KubernetesObject =>
      object("apps/v1", "Deployment", "llama-kserve", {
        spec: { replicas: 2, selector: { matchLabels: { app: "llama" } } },
        status: { observedGeneration: 1, ...status },
      });
    const refused = (message: string): KubernetesObject[] => [
      deployment({ conditions: [condition("ReplicaFailure", "True", "FailedCreate", message)] }),
    ];
    it("exceed a quota", () => {
      const message =
        'pods "llama-kserve-x" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=8, used: requests.nvidia.com/gpu=4, limited: requests.nvidia.com/gpu=8';
      ok(
        only({ deployments: refused(message) }).startsWith(
          'Deployment llama-kserve: its pods exceed the ResourceQuota "gpus": each asks for requests.nvidia.com/gpu=8; ' +
            "requests.nvidia.com/gpu=4 is used and requests.nvidia.com/gpu=8 allowed | ",
        ),
      );
    });
    it("of a LeaderWorkerSet are told by events, until they are there", () => {
      const set = object("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "llama-kserve-mn", {
        spec: { replicas: 1, leaderWorkerTemplate: { size: 1 } },
      });
      const event = object("v1", "Event", "e", {
        involvedObject: { kind: "StatefulSet", name: "llama-kserve-mn" },
        reason: "FailedCreate",
        message: "create Pod llama-kserve-mn-0 failed: denied by policy",
      });
      const common = { leaderWorkerSets: [set], events: [event] };
      ok(
        only(common).startsWith(
          "LeaderWorkerSet llama-kserve-mn: its pods are refused: create Pod llama-kserve-mn-0 failed: denied by policy | ",
        ),
      );
      const leader = pod("llama-kserve-mn-0", {
        metadata: { labels: { "leaderworkerset.sigs.k8s.io/name": "llama-kserve-mn" } },
        status: { phase: "Failed" },
      });
      ok(only({ ...common, pods: [leader] }).startsWith("Pod llama-kserve-mn-0: has failed"));
    });
    it("lack a service account", () => {
      const message =
        'pods "x" is forbidden: error looking up service account models/reader: serviceaccount "reader" not found';
      ok(
        only({ deployments: refused(message) }).startsWith(
          'Deployment llama-kserve: its pods are refused: ServiceAccount "reader" does not exist | ',
        ),
      );
    });
    it("have none and nothing says why", () => {
      strictEqual(only({ deployments: [deployment({})] }), "Deployment llama-kserve: has no pods: nothing says why");
      const set = object("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "llama-kserve-mn", { spec: {} });
      ok(
        only({ leaderWorkerSets: [set] }).startsWith(
          "LeaderWorkerSet llama-kserve-mn: has no pods: nothing says why | ",
        ),
      );
    });
  });

  describe("routing", () => {
    const key = "kserve/gateway";
    const gateway = (...conditions: object[]): ServiceObjects["gateways"] =>
      new Map([
        [
          key,
          object("gateway.networking.k8s.io/v1", "Gateway", "gateway", {
            spec: { gatewayClassName: "istio" },
            status: { conditions },
          }),
        ],
      ]);
    const programmed = gateway(condition("Accepted", "True"), condition("Programmed", "True"));
    const classes = (...conditions: object[]): ServiceObjects["gatewayClasses"] =>
      new Map([
        [
          "istio",
          object("gateway.networking.k8s.io/v1", "GatewayClass", "istio", {
            spec: { controllerName: "istio.io/x" },
            status: { conditions },
          }),
        ],
      ]);
    const accepted = classes(condition("Accepted", "True"));
    const route = (...parents: object[]): KubernetesObject =>
      object("gateway.networking.k8s.io/v1", "HTTPRoute", "llama-kserve-route", {
        spec: { parentRefs: [{ name: "gateway", namespace: "kserve" }] },
        status: { parents },
      });
    const parentRef = { name: "gateway", namespace: "kserve" };

    it("says what the gateway lacks, before what follows from it", () => {
      const gateways = gateway(
        condition("Accepted", "True"),
        condition("Programmed", "False", "AddressNotAssigned", "no address"),
      );
      const waiting = classes(condition("Accepted", "Unknown", "Pending", "Waiting for controller"));
      const routes = [route()];
      ok(
        only({ gateways, gatewayClasses: accepted, routes }).startsWith(
          "Gateway kserve/gateway: Programmed is False: AddressNotAssigned: no address | ",
        ),
      );
      ok(
        only({ gateways, gatewayClasses: waiting, routes }).startsWith(
          "GatewayClass istio: no controller has taken it (controllerName istio.io/x), so that nothing realises Gateway kserve/gateway | ",
        ),
      );
      ok(
        only({ gateways: new Map([[key, undefined]]), routes }).startsWith("Gateway kserve/gateway: does not exist | "),
      );
    });
    it("says which listener does not work", () => {
      const gateways = gateway(condition("Accepted", "True"), condition("Programmed", "True"));
      const [[, found] = []] = [...gateways];
      const listener = {
        name: "https",
        conditions: [condition("ResolvedRefs", "False", "InvalidCertificateRef", "no Secret")],
      };
      Object.assign(found?.status as object, { listeners: [listener] });
      ok(
        only({ gateways, gatewayClasses: accepted }).startsWith(
          'Gateway kserve/gateway: listener "https": ResolvedRefs is False: InvalidCertificateRef: no Secret | ',
        ),
      );
    });
    it("says why the route is not accepted, or that nobody answers for it", () => {
      const refused = route({
        parentRef,
        conditions: [condition("ResolvedRefs", "False", "InvalidKind", "no InferencePools")],
      });
      strictEqual(
        only({ gateways: programmed, gatewayClasses: accepted, routes: [refused] }),
        "HTTPRoute llama-kserve-route: ResolvedRefs is False at Gateway kserve/gateway: InvalidKind: no InferencePools" +
          " | use a gateway whose controller routes to InferencePools, and switch that on in it",
      );
      ok(
        only({ gateways: programmed, gatewayClasses: accepted, routes: [route()] }).startsWith(
          "HTTPRoute llama-kserve-route: Gateway kserve/gateway does not answer for it | ",
        ),
      );
    });
    describe("of a route that no listener takes", () => {
      const listeners = [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } },
        {
          name: "https",
          port: 443,
          protocol: "HTTPS",
          hostname: "*.llm.example.com",
          allowedRoutes: {
            namespaces: {
              from: "Selector",
              selector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["a"] }] },
            },
          },
        },
      ];
      const taking = (): ServiceObjects["gateways"] => {
        const gateways = gateway(condition("Accepted", "True"), condition("Programmed", "True"));
        Object.assign([...gateways.values()][0]?.spec as object, { listeners });
        return gateways;
      };
      const fixOf = (reason: string, ref: object = {}, hostnames: string[] = []): string => {
        const refused = route({
          parentRef: { ...parentRef, ...ref },
          conditions: [condition("Accepted", "False", reason, "no")],
        });
        Object.assign(refused.spec as object, { parentRefs: [{ ...parentRef, ...ref }], hostnames });
        return only({ gateways: taking(), gatewayClasses: accepted, routes: [refused] }).split(" | ")[1] ?? "";
      };

      it("says which namespaces they admit", () => {
        strictEqual(
          fixOf("NotAllowedByListeners"),
          'let a listener admit routes of namespace "models" (from: All, or a selector for kubernetes.io/metadata.name: models);' +
            " now http admits Same; https admits Selector kubernetes.io/metadata.name in (a)",
        );
        strictEqual(
          fixOf("NotAllowedByListeners", { sectionName: "http" }).split("; now ")[1],
          "http admits Same",
          "the named listener alone",
        );
      });
      it("says which host names they have, and the route", () => {
        strictEqual(
          fixOf("NoMatchingListenerHostname", { sectionName: "https" }, ["chat.example.org", "llm.example.com"]),
          "give the route a host name that a listener has: *.llm.example.com (https); it has chat.example.org, llm.example.com." +
            " Or give the gateway a listener for these",
        );
      });
      it("says which listeners there are", () => {
        strictEqual(
          fixOf("NoMatchingParent", { sectionName: "web" }),
          'name a listener (sectionName) and port that the gateway has: http (80), https (443); not sectionName "web"',
        );
        strictEqual(fixOf("NoMatchingParent", { port: 8080 }).split("; not ")[1], "port 8080");
      });
    });
    it("needs one of the two pools, and tells it when the route is accepted", () => {
      const routes = [route({ parentRef, conditions: [condition("Accepted", "True")] })];
      const pool = (group: string, ...parents: object[]): KubernetesObject =>
        object(group, "InferencePool", "llama-inference-pool", { status: { parents } });
      const common = { gateways: programmed, gatewayClasses: accepted, routes };
      const old = pool("inference.networking.x-k8s.io/v1alpha2");
      ok(
        only({ ...common, pools: [pool("inference.networking.k8s.io/v1"), old] }).startsWith(
          "InferencePool llama-inference-pool: no gateway has accepted it, though its route may be accepted | ",
        ),
      );
      const taken = pool("inference.networking.k8s.io/v1", { parentRef, conditions: [condition("Accepted", "True")] });
      ok(only({ ...common, pools: [taken, old] }).startsWith("LLMInferenceService llama: MainWorkloadReady is False"));
    });
  });

  it("passes on what an autoscaler lacks", () => {
    const autoscaler = object("autoscaling/v2", "HorizontalPodAutoscaler", "llama-kserve-hpa", {
      status: { conditions: [condition("ScalingActive", "False", "FailedGetExternalMetric", "no metric")] },
    });
    ok(
      only({ autoscalers: [autoscaler] }).startsWith(
        "HorizontalPodAutoscaler llama-kserve-hpa: ScalingActive is False: FailedGetExternalMetric: no metric | ",
      ),
    );
  });

  it("takes the controller's event where no condition says anything", () => {
    const event = object("v1", "Event", "llama.1", {
      involvedObject: { kind: "LLMInferenceService", name },
      reason: "Error",
      message: "Reconciliation failed: failed to load ingress config: no ingress in the ConfigMap",
    });
    ok(
      only({ service: service(), events: [event] }).startsWith(
        "LLMInferenceService llama: the controller cannot do its work: failed to load ingress config: no ingress in the ConfigMap | ",
      ),
    );
  });

  it("keeps credentials out of what containers say", () => {
    const crashed = pod("p", {
      status: {
        containerStatuses: [
          {
            name: "main",
            restartCount: 1,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: {
              terminated: {
                exitCode: 1,
                message:
                  "cannot open https://user:pass1234@host/x with Authorization: Bearer abcdefghijkl, HF_TOKEN=hf_abcdefghijkl, api_key='0123456789'",
              },
            },
          },
        ],
      },
    });
    strictEqual(
      only({ pods: [crashed] }),
      "Pod p: container main ended with exit code 1, 1 restart so far: cannot open https://…@host/x with Authorization: Bearer …, " +
        "HF_TOKEN=hf_…, api_key='…' | read its log",
    );
  });

  it("has every code in its documentation, in the order in which causes are told", () => {
    const text = readFileSync(join(projectRoot(), "docs", "troubleshooting.md"), "utf8");
    deepStrictEqual(
      [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code),
      Object.values(CauseCode),
    );
  });
});
