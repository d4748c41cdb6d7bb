import type { Json } from "../../../sdk/compose/marked";
import type { ClusterPlan, PlannedListener } from "../../../sdk/preflight/plan";
import { plan, pod, type PreflightCase } from "./plan";

const deviceClass = { annotations: { "serving.kserve.io/exp-dra-device-class": "gpu.nvidia.com" } };
const scheduled = { router: { gateway: {}, route: {}, scheduler: {} } };
const groups = { worker: pod({}), parallelism: { pipeline: 2 } };
const wide = { worker: pod({}), parallelism: { data: 16, dataLocal: 8, expert: true } };
const scaling = (wva: Record<string, Json>): Record<string, Json> => ({ scaling: { maxReplicas: 3, wva } });
const gateway = (className: string) => [{ namespace: "kserve", name: "kserve-ingress-gateway", className }];
const picker = (image: string): Record<string, Json> => ({
  router: { scheduler: { template: { containers: [{ name: "main", image }] } }, route: {} },
});
const crds = [
  "inferencepools.inference.networking.k8s.io",
  "gateways.gateway.networking.k8s.io",
  "httproutes.gateway.networking.k8s.io",
];
const listening = (...listeners: PlannedListener[]): ClusterPlan => ({
  gateways: [{ namespace: "kserve", name: "kserve-ingress-gateway", listeners }],
});
const all = { from: "All" };
const routed = { router: { gateway: {}, route: {} } };
const hosts = (...hostnames: string[]): Record<string, Json> => ({
  router: { gateway: {}, route: { http: { spec: { hostnames } } } },
});
const ref = (name: string, more: Record<string, Json> = {}): Record<string, Json> => ({
  router: { gateway: { refs: [{ name, namespace: "kserve", ...more }] }, route: {} },
});

/** Versions, components, kinds, gateways and images. */
export const clusterCases: readonly PreflightCase[] = [
  {
    code: "kserve-too-old",
    title: "KServe 0.19",
    bad: plan({}, { components: { kserve: "0.19.0" } }),
    finding:
      'spec: KServe before 0.20 has presets with images that are not published any more, and composes services in another way; given: "0.19.0"; allowed: KServe 0.20.0 or newer; fix: upgrade KServe to 0.20.0 [kserve-too-old]',
    good: plan({}, { components: { kserve: "0.20.0" } }),
  },
  {
    code: "kserve-feature",
    title: "KV cache offloading in KServe 0.19",
    bad: plan({ kvCacheOffloading: { cpu: "64Gi" } }, { components: { kserve: "0.19.0" } }),
    finding:
      "spec.kvCacheOffloading: KServe has this since 0.20.0, and the cluster has 0.19.0; allowed: KServe 0.20.0 or newer; fix: upgrade KServe, or leave it out [kserve-feature]",
    good: plan({ kvCacheOffloading: { cpu: "64Gi" } }, { components: { kserve: "0.20.0" } }),
  },
  {
    code: "kserve-feature",
    title: "scaling of prefill in KServe 0.17",
    bad: plan({ prefill: scaling({ hpa: {} }) }, { components: { kserve: "0.17.0" } }),
    finding:
      "spec.prefill.scaling: KServe has this since 0.18.0, and the cluster has 0.17.0; allowed: KServe 0.18.0 or newer; fix: upgrade KServe, or leave it out [kserve-feature]",
    good: plan({ prefill: scaling({ hpa: {} }) }, { components: { kserve: "0.18.0" } }),
  },
  {
    code: "kserve-feature",
    title: "device claims in KServe 0.19",
    bad: plan({}, { components: { kserve: "0.19.0" } }, deviceClass),
    finding:
      'annotations["serving.kserve.io/exp-dra-device-class"]: KServe has this since 0.20.0, and the cluster has 0.19.0; allowed: KServe 0.20.0 or newer; fix: upgrade KServe, or leave it out [kserve-feature]',
    good: plan({}, { components: { kserve: "0.19.0" } }),
  },
  {
    code: "component-missing",
    title: "a worker without LeaderWorkerSet",
    bad: plan(groups, { components: { leaderWorkerSet: false } }),
    finding:
      "spec.worker: needs LeaderWorkerSet, which is neither in the cluster nor planned: a worker makes groups of pods, which are LeaderWorkerSets; allowed: LeaderWorkerSet; fix: install LeaderWorkerSet (KServe 0.20.0 was built against 0.8.0), by the platform's leaderWorkerSet, or leave the feature out [component-missing]",
    good: plan({}, { components: { leaderWorkerSet: false } }),
  },
  {
    code: "component-missing",
    title: "scaling without the workload variant autoscaler",
    bad: plan(scaling({ hpa: {} }), { components: { wva: false, prometheusAdapter: true } }),
    finding:
      "spec.scaling: needs the workload variant autoscaler (WVA), which is neither in the cluster nor planned: KServe 0.20 scales by VariantAutoscalings only; allowed: the workload variant autoscaler (WVA); fix: install the workload variant autoscaler (WVA) (KServe 0.20.0 was built against 0.7.0), by the platform's autoscaling.workloadVariantAutoscaler, or leave the feature out [component-missing]",
    good: plan(scaling({ hpa: {} }), { components: { wva: "0.7.0", prometheusAdapter: true } }),
  },
  {
    code: "component-missing",
    title: "scaling by KEDA without KEDA",
    bad: plan(scaling({ keda: {} }), { components: { wva: "0.7.0", keda: false } }),
    finding:
      "spec.scaling.wva.keda: needs KEDA, which is neither in the cluster nor planned: scaling.wva.keda makes a ScaledObject; allowed: KEDA; fix: install KEDA (KServe 0.20.0 was built against 2.18.0), by the platform's autoscaling.keda, or leave the feature out [component-missing]",
    good: plan(scaling({ keda: {} }), { components: { wva: "0.7.0", keda: "2.18.0" } }),
  },
  {
    code: "component-missing",
    title: "scaling by a HorizontalPodAutoscaler without its metric",
    bad: plan(scaling({ hpa: {} }), { components: { wva: true, prometheusAdapter: false } }),
    finding:
      "spec.scaling.wva.hpa: needs prometheus-adapter, which is neither in the cluster nor planned: the HorizontalPodAutoscaler reads the external metric wva_desired_replicas; allowed: prometheus-adapter; fix: install prometheus-adapter, by the platform's autoscaling.prometheusAdapter, or leave the feature out [component-missing]",
    good: plan(scaling({ keda: {} }), { components: { wva: true, prometheusAdapter: false } }),
  },
  {
    code: "component-missing",
    title: "an InferencePool behind Envoy Gateway alone",
    bad: plan(scheduled, { gateways: gateway("envoy"), components: { envoyGateway: "1.8.1", envoyAiGateway: false } }),
    finding:
      "spec.router.gateway: needs Envoy AI Gateway, which is neither in the cluster nor planned: Envoy Gateway itself does not know InferencePools; allowed: Envoy AI Gateway; fix: install Envoy AI Gateway (KServe 0.20.0 was built against 1.0.0), or leave the feature out [component-missing]",
    good: plan(scheduled, {
      gateways: gateway("envoy"),
      components: { envoyGateway: "1.8.1", envoyAiGateway: "1.0.0" },
    }),
  },
  {
    code: "component-missing",
    title: "a scheduler without the inference extension",
    bad: plan(scheduled, { components: { inferenceExtension: false } }),
    finding:
      "spec.router.scheduler: needs the Gateway API inference extension, which is neither in the cluster nor planned: the scheduler's InferencePool is of API version v1; allowed: the Gateway API inference extension 1.0.0 or newer; fix: install the Gateway API inference extension (KServe 0.20.0 was built against 1.5.0), or leave the feature out [component-missing]",
    good: plan(
      { router: { scheduler: { pool: { ref: { name: "pool" } } } } },
      { components: { inferenceExtension: false } },
    ),
  },
  {
    code: "component-too-old",
    title: "wide expert parallelism with LeaderWorkerSet 0.6",
    bad: plan(wide, { components: { leaderWorkerSet: "0.6.1" } }),
    finding:
      "spec.parallelism.expert: needs LeaderWorkerSet 0.7.0 or newer, and the cluster has 0.6.1: data and expert parallelism over several nodes need groups as LeaderWorkerSet makes them since 0.7.0; allowed: LeaderWorkerSet 0.7.0 or newer; fix: upgrade LeaderWorkerSet (KServe 0.20.0 was built against 0.8.0) [component-too-old]",
    good: plan(groups, { components: { leaderWorkerSet: "0.6.1" } }),
  },
  {
    code: "component-too-old",
    title: "InferencePools of version v1 behind Istio 1.27",
    bad: plan(scheduled, { gateways: gateway("istio"), components: { istio: "1.27.1" } }),
    finding:
      "spec.router.gateway: needs Istio 1.28.0 or newer, and the cluster has 1.27.1: before, Istio does not know InferencePools of API version v1; allowed: Istio 1.28.0 or newer; fix: upgrade Istio [component-too-old]",
    good: plan(scheduled, { gateways: gateway("istio"), components: { istio: "1.28.0" } }),
  },
  {
    code: "component-too-old",
    title: "an inference extension without v1",
    bad: plan(scheduled, { components: { inferenceExtension: "v0.5.1" } }),
    finding:
      "spec.router.scheduler: needs the Gateway API inference extension 1.0.0 or newer, and the cluster has v0.5.1: the scheduler's InferencePool is of API version v1; allowed: the Gateway API inference extension 1.0.0 or newer; fix: upgrade the Gateway API inference extension (KServe 0.20.0 was built against 1.5.0) [component-too-old]",
    good: plan(scheduled, { components: { inferenceExtension: "v1.5.0" } }),
  },
  {
    code: "component-too-old",
    title: "device claims with Kubernetes 1.33",
    bad: plan({}, { components: { kubernetes: "1.33.2" } }, deviceClass),
    finding:
      'annotations["serving.kserve.io/exp-dra-device-class"]: needs Kubernetes 1.34.0 or newer, and the cluster has 1.33.2: device claims are of API version resource.k8s.io/v1; allowed: Kubernetes 1.34.0 or newer; fix: upgrade Kubernetes [component-too-old]',
    good: plan({}, { components: { kubernetes: "1.34.4" } }, deviceClass),
  },
  {
    code: "component-too-old",
    title: "a route with timeouts and Gateway API 1.1",
    bad: plan(
      { router: { route: { http: { spec: { rules: [{ timeouts: {} }] } } } } },
      { components: { gatewayApi: "1.1.0" } },
    ),
    finding:
      "spec.router.route: needs Gateway API 1.2.0 or newer, and the cluster has 1.1.0: the route of KServe's preset has timeouts; allowed: Gateway API 1.2.0 or newer; fix: upgrade Gateway API (KServe 0.20.0 was built against 1.5.1) [component-too-old]",
    good: plan({ router: { route: { http: { spec: { rules: [{}] } } } } }, { components: { gatewayApi: "1.1.0" } }),
  },
  {
    code: "component-untested",
    title: "an older inference extension that has v1",
    bad: plan(scheduled, { components: { inferenceExtension: "1.2.0" } }),
    finding:
      "spec.router.scheduler: the cluster has the Gateway API inference extension 1.2.0, and KServe 0.20.0 was built against 1.5.0; allowed: the Gateway API inference extension 1.5.0 or newer; fix: upgrade the Gateway API inference extension to 1.5.0 [component-untested]",
    good: plan(scheduled, { components: { inferenceExtension: "1.6.0" } }),
  },
  {
    code: "crd-missing",
    title: "only one of the two groups of InferencePool",
    bad: plan(scheduled, { crds }),
    finding:
      "spec.router.scheduler: needs the CRD inferencepools.inference.networking.x-k8s.io, which is neither in the cluster nor planned; allowed: the CRD inferencepools.inference.networking.x-k8s.io; fix: install it before KServe's controller starts, which looks for it only then [crd-missing]",
    good: plan(scheduled, { crds: [...crds, "inferencepools.inference.networking.x-k8s.io"] }),
  },
  {
    code: "crd-missing",
    title: "a worker without the CRD of LeaderWorkerSet",
    bad: plan(groups, { crds: [] }),
    finding:
      "spec.worker: needs the CRD leaderworkersets.leaderworkerset.x-k8s.io, which is neither in the cluster nor planned; allowed: the CRD leaderworkersets.leaderworkerset.x-k8s.io; fix: install it before KServe's controller starts, which looks for it only then [crd-missing]",
    good: plan(groups, { crds: [], partial: ["crds"] }),
  },
  {
    code: "inference-disabled",
    title: "Istio without the flag",
    bad: plan(scheduled, {
      gateways: gateway("istio"),
      components: { istio: "1.28.1" },
      inferenceExtensionEnabled: false,
    }),
    finding:
      "spec.router.gateway: Istio is not told to look at InferencePools, so that the route leads nowhere; allowed: pilot.env.ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true in the values of istiod; fix: set ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true [inference-disabled]",
    good: plan(scheduled, {
      gateways: gateway("istio"),
      components: { istio: "1.28.1" },
      inferenceExtensionEnabled: true,
    }),
  },
  {
    code: "autoscaling-prometheus",
    title: "KEDA without the address of Prometheus",
    bad: plan(scaling({ keda: {} }), { autoscalingPrometheus: false }),
    finding:
      'spec.scaling.wva.keda: KServe\'s ConfigMap inferenceservice-config does not say which Prometheus KEDA is to ask, and KServe refuses to scale then; allowed: autoscaling-wva-controller-config: {"prometheus": {"url": "http://…"}}; fix: name it by the platform\'s autoscaling.prometheus, or have it installed by monitoring and autoscaling [autoscaling-prometheus]',
    good: plan(scaling({ hpa: {} }), { autoscalingPrometheus: false }),
  },
  {
    code: "router-image-withdrawn",
    title: "the image of KServe 0.19's preset",
    bad: plan(picker("ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1")),
    finding:
      'spec.router.scheduler.template.containers[0].image: llm-d does not publish this image any more, so that it cannot be pulled (kserve#6215); given: "ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1"; allowed: ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0; fix: leave the image out for that of KServe\'s preset, or name a copy in a registry of yours [router-image-withdrawn]',
    good: plan(picker("ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0")),
  },
  {
    code: "router-image-old",
    title: "an image from before the preset's",
    bad: plan(picker("ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.8.2")),
    finding:
      "spec.router.scheduler.template.containers[0].image: older than 0.9.0, for which KServe's preset has its arguments and plugins; given: \"ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.8.2\"; allowed: ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0; fix: take the preset's image, or check arguments and plugins against the older one [router-image-old]",
    good: plan(picker("registry.example.com:5000/endpoint-picker:v0.8.2")),
  },
  {
    code: "image-latest",
    title: "the tag latest",
    bad: plan({ template: pod({}, { image: "vllm/vllm-openai:latest" }) }),
    finding:
      'spec.template.containers[0].image: the tag latest: pods that start later may run another version; given: "vllm/vllm-openai:latest"; allowed: a tag of a version, or a digest; fix: name the version that was tested [image-latest]',
    good: plan({ template: pod({}, { image: `vllm/vllm-openai:latest@sha256:${"0".repeat(64)}` }) }),
  },
  {
    code: "image-latest",
    title: "no tag after a registry's port",
    bad: plan({ template: pod({}, { image: "registry.example.com:5000/vllm" }) }),
    finding:
      'spec.template.containers[0].image: no tag, which means latest: pods that start later may run another version; given: "registry.example.com:5000/vllm"; allowed: a tag of a version, or a digest; fix: name the version that was tested [image-latest]',
    good: plan({ template: pod({}, { image: "registry.example.com:5000/vllm:v1" }) }),
  },
  {
    code: "image-digest",
    title: "a tag where digests are asked for",
    bad: plan({}, { requireDigests: true }),
    finding:
      'spec.template.containers[0].image: no digest, so that whoever may push the tag decides what runs; given: "vllm/vllm-openai:v0.11.0"; allowed: <image>:<tag>@sha256:<digest>; fix: add the digest that the registry gives for the tag [image-digest]',
    good: plan({}, { requireDigests: false }),
  },
  {
    code: "gateway-missing",
    title: "a gateway whose name is misspelt",
    bad: plan(ref("kserve-ingress-gatway"), listening()),
    finding:
      'spec.router.gateway.refs[0].name: no Gateway of this name is in the cluster, nor planned; given: "kserve/kserve-ingress-gatway"; allowed: kserve/kserve-ingress-gateway; fix: create it, or refer to one that is there in router.gateway.refs [gateway-missing]',
    good: plan(ref("kserve-ingress-gateway"), listening({ name: "http", allowedRoutes: all })),
  },
  {
    code: "gateway-missing",
    title: "no gateway for services that name none",
    bad: plan(routed, { gateways: [] }),
    finding:
      'spec.router.gateway: no Gateway of this name is in the cluster, nor planned; given: "kserve/kserve-ingress-gateway"; allowed: none: there is no Gateway; fix: create it; or leave out router.gateway and router.route where services have a standalone router [gateway-missing]',
    good: plan(routed, { gateways: [], partial: ["gateways"] }),
  },
  {
    code: "gateway-missing",
    title: "a gateway in the service's namespace, where there is none",
    bad: plan({ router: { gateway: { refs: [{ name: "kserve-ingress-gateway" }] }, route: {} } }, listening()),
    finding:
      'spec.router.gateway.refs[0].name: no Gateway of this name is in the cluster, nor planned; given: "models/kserve-ingress-gateway"; allowed: kserve/kserve-ingress-gateway; fix: create it, or refer to one that is there in router.gateway.refs [gateway-missing]',
    good: plan(routed, { ...listening(), defaultGateway: "kserve/kserve-ingress-gateway" }),
  },
  {
    code: "listener-missing",
    title: "a sectionName that no listener has",
    bad: plan(ref("kserve-ingress-gateway", { sectionName: "https" }), listening({ name: "http", allowedRoutes: all })),
    finding:
      'spec.router.gateway.refs[0].sectionName: Gateway kserve/kserve-ingress-gateway has no listener of this name; given: "https"; allowed: http; fix: name one of them, or leave out sectionName for all [listener-missing]',
    good: plan(ref("kserve-ingress-gateway", { sectionName: "http" }), listening({ name: "http", allowedRoutes: all })),
  },
  {
    code: "listener-protocol",
    title: "a gateway for TCP",
    bad: plan(routed, listening({ name: "tcp", protocol: "TCP", allowedRoutes: all })),
    finding:
      "spec.router.gateway: Gateway kserve/kserve-ingress-gateway has no listener that HTTPRoutes can be attached to: tcp (TCP); allowed: a listener of protocol HTTP or HTTPS; fix: add such a listener to the gateway [listener-protocol]",
    good: plan(
      routed,
      listening({ name: "tcp", protocol: "TCP" }, { name: "web", protocol: "HTTPS", allowedRoutes: all }),
    ),
  },
  {
    code: "listener-namespace",
    title: "a listener for routes of its own namespace, which is the default",
    bad: plan(routed, listening({ name: "http" })),
    finding:
      'spec.router.gateway: Gateway kserve/kserve-ingress-gateway admits no routes of namespace "models": http admits Same; allowed: a listener with allowedRoutes.namespaces that has this namespace; fix: let a listener admit it (from: All, or a selector for kubernetes.io/metadata.name: models) [listener-namespace]',
    good: plan(routed, listening({ name: "http" }), { namespace: "kserve" }),
  },
  {
    code: "listener-namespace",
    title: "a selector for labels that the namespace does not have",
    bad: plan(routed, {
      ...listening({
        name: "http",
        allowedRoutes: { from: "Selector", selector: { matchLabels: { serving: "yes" } } },
      }),
      namespaces: { models: { labels: { team: "a" } } },
    }),
    finding:
      'spec.router.gateway: Gateway kserve/kserve-ingress-gateway admits no routes of namespace "models": http admits Selector serving=yes; allowed: a listener with allowedRoutes.namespaces that has this namespace; fix: let a listener admit it (from: All, or a selector for kubernetes.io/metadata.name: models) [listener-namespace]',
    good: plan(routed, {
      ...listening({
        name: "http",
        allowedRoutes: { from: "Selector", selector: { matchLabels: { serving: "yes" } } },
      }),
      namespaces: { models: { labels: { serving: "yes" } } },
    }),
  },
  {
    code: "listener-namespace",
    title: "a selector for another namespace's name",
    bad: plan(
      routed,
      listening({
        name: "http",
        allowedRoutes: { from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "production" } } },
      }),
    ),
    finding:
      'spec.router.gateway: Gateway kserve/kserve-ingress-gateway admits no routes of namespace "models": http admits Selector kubernetes.io/metadata.name=production; allowed: a listener with allowedRoutes.namespaces that has this namespace; fix: let a listener admit it (from: All, or a selector for kubernetes.io/metadata.name: models) [listener-namespace]',
    good: plan(
      routed,
      listening({
        name: "http",
        allowedRoutes: { from: "Selector", selector: { matchLabels: { team: "not-known" } } },
      }),
    ),
  },
  {
    code: "listener-hostname",
    title: "a host name that no listener has",
    bad: plan(hosts("llm.example.org"), listening({ name: "http", hostname: "*.example.com", allowedRoutes: all })),
    finding:
      'spec.router.route.http.spec.hostnames: no listener of Gateway kserve/kserve-ingress-gateway has a host name of these; given: "llm.example.org"; allowed: *.example.com (http); fix: take a host name that a listener has, or give the gateway such a listener [listener-hostname]',
    good: plan(hosts("llm.example.com"), listening({ name: "http", hostname: "*.example.com", allowedRoutes: all })),
  },
  {
    code: "gateway-without-pools",
    title: "a scheduler behind a proxy of Istio's mesh",
    bad: plan(scheduled, { gateways: gateway("istio-waypoint"), components: { istio: "1.29.2" } }),
    finding:
      'spec.router.gateway: gateways of class "istio-waypoint" (Istio) send no requests to InferencePools, so that the scheduler is never asked: its gateways are proxies of the mesh, which no client outside reaches; given: "istio-waypoint"; allowed: istio; fix: take another class for the gateway, or leave out the scheduler [gateway-without-pools]',
    good: plan(routed, { gateways: gateway("istio-waypoint") }),
  },
  {
    code: "gateway-class-unknown",
    title: "a class that GKE does not have",
    bad: plan(routed, { gateways: [{ ...gateway("gke-l7-rib")[0]!, controller: "gke" }] }),
    finding:
      'gateways[0].className: GKE Gateway has no such GatewayClass, so that nobody realises the gateway; given: "gke-l7-rib"; allowed: gke-l7-regional-external-managed, gke-l7-rilb; fix: did you mean "gke-l7-rilb"? [gateway-class-unknown]',
    good: plan(routed, { gateways: [{ ...gateway("gke-l7-rilb")[0]!, controller: "gke" }] }),
  },
  {
    code: "component-too-old",
    title: "a class of one's own, of an Istio without the v1 pool",
    bad: plan(scheduled, {
      gateways: [{ ...gateway("inference")[0]!, controller: "istio" }],
      components: { istio: "1.27.1" },
    }),
    finding:
      "spec.router.gateway: needs Istio 1.28.0 or newer, and the cluster has 1.27.1: before, Istio does not know InferencePools of API version v1; allowed: Istio 1.28.0 or newer; fix: upgrade Istio [component-too-old]",
    good: plan(scheduled, { gateways: gateway("inference"), components: { istio: "1.27.1" } }),
  },
  {
    code: "route-missing",
    title: "a gateway and a scheduler without a route",
    bad: plan({ router: { gateway: { refs: [{ name: "gw", namespace: "kserve" }] }, scheduler: {} } }),
    finding:
      "spec.router.route: missing; no gateway reports on the scheduler's pool then, and the service stays at WaitingForGateway; allowed: {} for the route of KServe's preset, or a route of your own; fix: add router.route: {} [route-missing]",
    good: plan({ router: { gateway: { refs: [{ name: "gw", namespace: "kserve" }] }, scheduler: {}, route: {} } }),
  },
];
