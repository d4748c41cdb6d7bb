import type { KubernetesObject } from "../../sdk/kubernetes/client";
import { hostedPodCondition } from "../agent/images";

/** A kwok Stage and the kind it plays. */
export interface PlayedKind {
  /** Name of the CRD that serves the kind; left out for kinds that every cluster has. */
  readonly crd?: string;
  readonly stages: readonly KubernetesObject[];
}

/** The controller that routes name in their status. */
export const gatewayController = "pulumi-kserve.dev/embedded-gateway";

/** What has a controller that runs here, and so is not played. */
export interface RealGateways {
  /** `controllerName` of GatewayClasses. */
  readonly controllers: readonly string[];
  /** Names of GatewayClasses with such a controller. */
  readonly classes: readonly string[];
  /** `<namespace>/<name>` of the Gateways of these classes. */
  readonly gateways: readonly string[];
}

export const noRealGateways: RealGateways = { controllers: [], classes: [], gateways: [] };

/**
 * What kwok plays. Addresses come from 198.18.0.0/15, which is reserved for benchmarks and routed nowhere: Gateways have
 * 198.18.x.y by their uid, load-balancer Services 198.19.x.y by their cluster address.
 *
 * Every status is given again when the generation changes. InferencePools are not here: their status names the Gateways whose
 * routes use them, which a Stage cannot see; the agent gives it.
 */
export function playedKinds(real: RealGateways = noRealGateways): PlayedKind[] {
  return [
    { stages: [nodeReady, podReady, podComplete, podDelete, serviceLoadBalancer] },
    { crd: "gatewayclasses.gateway.networking.k8s.io", stages: [gatewayClassAccepted(real)] },
    { crd: "gateways.gateway.networking.k8s.io", stages: [gatewayProgrammed(real)] },
    { crd: "httproutes.gateway.networking.k8s.io", stages: [routeAccepted(real)] },
  ];
}

/** jq: an expression has none of the values. Nothing is asked when there are none. */
function noneOf(expression: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`${expression} as $value | ${JSON.stringify(values)} | index([$value]) == null`];
}

interface StageOptions {
  name: string;
  apiVersion: string;
  kind: string;
  /** jq expressions that must be true. */
  when: string[];
  /** Go template of the status, in YAML. */
  status?: string;
  delete?: boolean;
}

function stage({ name, apiVersion, kind, when, status, delete: remove }: StageOptions): KubernetesObject {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: apiVersion, kind },
      selector: { matchExpressions: when.map((key) => ({ jq: { key, operator: "In", values: ["true"] } })) },
      steps: [
        ...(status === undefined ? [] : [{ patch: { subresource: "status", root: "status", template: status } }]),
        ...(remove ? [{ delete: true }] : []),
      ],
    },
  };
}

/** jq: every condition of the given types is True for the object's current generation. */
function current(types: string[], of: string): string {
  const each = types.map(
    (type) => `any(.conditions[]?; .type == "${type}" and .status == "True" and .observedGeneration == $generation)`,
  );
  return `.metadata.generation as $generation | ${of} | (${each.join(" and ")})`;
}

/** One entry of a list of conditions, at the object's generation. */
function condition(type: string, reason: string, status: "True" | "False" = "True"): string {
  return (
    `{type: ${type}, status: "${status}", reason: ${reason}, message: "played by kwok", ` +
    `lastTransitionTime: {{ Now | Quote }}, observedGeneration: {{ $.metadata.generation }}}`
  );
}

const nodeReady = stage({
  name: "node-ready",
  apiVersion: "v1",
  kind: "Node",
  when: ['any(.status.conditions[]?; .type == "Ready" and .status == "True") | not'],
  status: `
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
phase: Running
`,
});

const alive = ".metadata.deletionTimestamp == null";
const playedPod = `${hostedPodCondition} | not`;

const podReady = stage({
  name: "pod-ready",
  apiVersion: "v1",
  kind: "Pod",
  when: [alive, '(.status.phase // "Pending") == "Pending"', playedPod],
  status: `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
{{ with PodIPsWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
conditions:
{{ range list "PodReadyToStartContainers" "Initialized" "ContainersReady" "Ready" }}
- {type: {{ . }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
{{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ else }}
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
`,
});

const podComplete = stage({
  name: "pod-complete",
  apiVersion: "v1",
  kind: "Pod",
  when: [alive, '.status.phase == "Running"', 'any(.metadata.ownerReferences[]?; .kind == "Job")', playedPod],
  status: `
{{ $now := Now }}
phase: Succeeded
conditions:
{{ range list "ContainersReady" "Ready" }}
- {type: {{ . }}, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  started: false
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
`,
});

const podDelete = stage({
  name: "pod-delete",
  apiVersion: "v1",
  kind: "Pod",
  when: [".metadata.deletionTimestamp != null", playedPod],
  delete: true,
});

const serviceLoadBalancer = stage({
  name: "service-load-balancer",
  apiVersion: "v1",
  kind: "Service",
  when: [alive, '.spec.type == "LoadBalancer"', "(.status.loadBalancer.ingress // []) == []"],
  status: `
{{ $bytes := splitList "." .spec.clusterIP }}
loadBalancer:
  ingress:
  - ip: 198.19.{{ index $bytes 2 }}.{{ index $bytes 3 }}
    ipMode: VIP
`,
});

const gatewayClassAccepted = ({ controllers }: RealGateways) =>
  stage({
    name: "gatewayclass-accepted",
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    when: [alive, `${current(["Accepted"], ".status")} | not`, ...noneOf(".spec.controllerName", controllers)],
    status: `
conditions:
- ${condition("Accepted", "Accepted")}
`,
  });

const gatewayProgrammed = ({ classes }: RealGateways) =>
  stage({
    name: "gateway-programmed",
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    when: [
      alive,
      `${current(["Accepted", "Programmed"], ".status")} | not`,
      ...noneOf(".spec.gatewayClassName", classes),
    ],
    // How many routes are attached stays 0: a Stage sees one object, and nothing here reads the number.
    status: `
addresses:
{{ if .spec.addresses }}
{{ range .spec.addresses }}
- {type: {{ .type | Quote }}, value: {{ .value | Quote }}}
{{ end }}
{{ else }}
- type: IPAddress
  value: 198.18.{{ printf "0x%s" (substr 0 2 .metadata.uid) | int64 }}.{{ printf "0x%s" (substr 2 4 .metadata.uid) | int64 }}
{{ end }}
conditions:
- ${condition("Accepted", "Accepted")}
- ${condition("Programmed", "Programmed")}
listeners:
{{ range .spec.listeners }}
- name: {{ .name | Quote }}
  attachedRoutes: 0
  supportedKinds:
{{ if has .protocol (list "HTTP" "HTTPS") }}
  - {group: gateway.networking.k8s.io, kind: HTTPRoute}
  - {group: gateway.networking.k8s.io, kind: GRPCRoute}
{{ else }}
  - {group: gateway.networking.k8s.io, kind: {{ .protocol }}Route}
{{ end }}
  conditions:
  - ${condition("Accepted", "Accepted")}
  - ${condition("Programmed", "Programmed")}
  - ${condition("ResolvedRefs", "ResolvedRefs")}
{{ end }}
`,
  });

/** A route is played as a whole: one that has a parent of each sort is left to the controller that runs. */
const routeAccepted = ({ gateways }: RealGateways) =>
  stage({
    name: "httproute-accepted",
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    when: [
      alive,
      `((.spec.parentRefs // []) != [.status.parents[]?.parentRef]) or ` +
        `([${current(["Accepted", "ResolvedRefs"], ".status.parents[]?")}] | all | not)`,
      ...(gateways.length === 0
        ? []
        : [
            `.metadata.namespace as $namespace | [.spec.parentRefs[]? | (.namespace // $namespace) + "/" + .name] | ` +
              `all(. as $parent | ${JSON.stringify(gateways)} | index([$parent]) == null)`,
          ]),
    ],
    status: `
{{ if .spec.parentRefs }}
parents:
{{ range .spec.parentRefs }}
- controllerName: ${gatewayController}
  parentRef: {{ toJson . }}
  conditions:
  - ${condition("Accepted", "Accepted")}
  - ${condition("ResolvedRefs", "ResolvedRefs")}
{{ end }}
{{ else }}
parents: []
{{ end }}
`,
  });
