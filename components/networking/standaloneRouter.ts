import * as pulumi from "@pulumi/pulumi";

import { ports } from "../../sdk/api/constants";
import { childName } from "../../sdk/api/names";
import { endpointPickerBootstrap, proxyPorts } from "../../sdk/gateways/envoyBootstrap";
import { standaloneImages } from "../../sdk/gateways/standaloneImages";
import type { EndpointPickerConfig } from "../../sdk/scheduler/config";
import { throughputScheduler } from "../../sdk/scheduler/presets";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";
import { checkStandaloneRouter } from "./standaloneRouterChecks";
import { bootstrapKey, podAnnotations, podSpec, type RouterPod } from "./standaloneRouterPod";
import { createRouterRights } from "./standaloneRouterRights";

/** Arguments of {@link StandaloneRouter}. */
export interface StandaloneRouterArgs {
  /** `metadata.name` of the LLMInferenceService, which has neither `router.scheduler` nor `router.route`. */
  serviceName: string;
  /** That of the service. @default "default" */
  namespace?: pulumi.Input<string>;
  /** What the endpoint picker does. @default that of llm-d's guide: free queues 2, free KV cache 2, prompt starts that were served before 3 */
  config?: EndpointPickerConfig;
  /** Name of everything that is made, and of the Service that clients use. @default `<service>-standalone` */
  routerName?: string;
  /** Port of the Service. @default 80 */
  port?: number;
  /** A load balancer in front of it, as one more Service `<router>-external`. @default none: clients are in the cluster */
  loadBalancer?: {
    /** Such as those by which a cloud makes an internal one. @default none */
    annotations?: Record<string, string>;
  };
  /** Endpoint pickers with their Envoy, of which one serves and the others wait. @default 1 */
  replicas?: number;
  /** Whether the model servers speak TLS, as with KServe's `enableLLMInferenceServiceTLS`. @default false */
  modelServerTls?: boolean;
  /** A line of JSON for each request on Envoy's standard output. @default true */
  accessLog?: boolean;
  /** @default that of KServe's scheduler preset, and the Envoy that this package pins by its digest */
  images?: { endpointPicker?: string; envoy?: string };
  /** @default requests of 1 CPU and 2Gi for the endpoint picker, as KServe's preset has; of 1 CPU and 1Gi for Envoy */
  resources?: { endpointPicker?: object; envoy?: object };
}

/**
 * llm-d's standalone mode: an endpoint picker for one service with an Envoy beside it, and no gateway. Clients call the Envoy, which asks the picker
 * about each request and sends it to the pod that the picker names.
 *
 * The picker is this component's own, beside a service without `router.scheduler`: KServe 0.20 calls a service with its scheduler Ready only when a
 * gateway has accepted the InferencePool (`IsInferencePoolReadyForGateways` in router_discovery.go), which never happens without one. So the service is
 * Ready with its workload, its `status.addresses` name the workload's Service alone, and {@link url} is where clients go.
 *
 * @example
 * ```ts
 * const service = new LLMInferenceService("chat", { fragments: [model({ uri: "hf://Qwen/Qwen3-8B" })] });
 * const router = new StandaloneRouter("chat-router", { serviceName: "chat" }, { dependsOn: service });
 * export const url = router.url;
 * ```
 */
export class StandaloneRouter extends pulumi.ComponentResource {
  readonly routerName: string;
  /** Where clients reach the service: its name in the cluster, or the load balancer's address. */
  readonly url: pulumi.Output<string>;
  /** The same in the cluster, known in previews. */
  readonly clusterUrl: pulumi.Output<string>;
  /** The InferencePool, to which an `InferenceObjective` may refer. */
  readonly poolName: string;
  /** `<router>.<namespace>.svc:9002`, the endpoint picker's gRPC address. */
  readonly schedulerEndpoint: pulumi.Output<string>;
  /** `http://<router>.<namespace>.svc:9090/metrics` of the endpoint picker. */
  readonly schedulerMetricsEndpoint: pulumi.Output<string>;
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: StandaloneRouterArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:StandaloneRouter", name, {}, opts);
    checkStandaloneRouter(args);
    const plan = planOf(args);
    const { routerName, namespace } = plan;
    const metadata = { name: routerName, namespace, labels: plan.labels };
    const child = { parent: this, dependsOn: opts.dependsOn };

    const rights = createRouterRights(name, metadata, child);
    const pool = createPool(name, plan, child);
    const config = new KubernetesObject(
      `${name}-envoy`,
      { apiVersion: "v1", kind: "ConfigMap", metadata, data: { [bootstrapKey]: plan.pod.bootstrap } },
      child,
    );
    const deployment = createDeployment(name, plan, { parent: this, dependsOn: [...rights, pool, config] });
    const services = createServices(name, plan, args, { parent: this, dependsOn: [deployment] });

    const host = pulumi.output(namespace).apply((resolved) => `${routerName}.${resolved}.svc`);
    const port = args.port ?? defaultPort;
    this.routerName = routerName;
    this.poolName = routerName;
    this.schedulerEndpoint = host.apply((inside) => `${inside}:${ports.schedulerGrpc}`);
    this.schedulerMetricsEndpoint = host.apply((inside) => `http://${inside}:${ports.schedulerMetrics}/metrics`);
    this.clusterUrl = host.apply((inside) => urlOf(inside, port));
    this.url = services.external?.status.apply((status) => urlOf(addressOf(status), port)) ?? this.clusterUrl;
    this.ready = pulumi.output([deployment, services.inside, ...(services.external ? [services.external] : [])]);
    this.registerOutputs({ url: this.url });
  }
}

const defaultPort = 80;

/** What the objects are made of. */
interface RouterPlan {
  readonly routerName: string;
  readonly namespace: pulumi.Input<string>;
  readonly labels: Record<string, string>;
  readonly poolSelector: Record<string, string>;
  readonly pod: RouterPod;
}

function planOf(args: StandaloneRouterArgs): RouterPlan {
  const { serviceName, namespace = "default", replicas = 1, modelServerTls = false, accessLog = true } = args;
  const { images = {}, resources = {} } = args;
  const routerName = args.routerName ?? childName(serviceName, "-standalone");
  const ofService = { "app.kubernetes.io/name": serviceName, "app.kubernetes.io/part-of": "llminferenceservice" };
  return {
    routerName,
    namespace,
    // Those of KServe's own scheduler, so that budgets, monitors and network policies for endpoint pickers select it too.
    labels: { ...ofService, "app.kubernetes.io/component": "llminferenceservice-router-scheduler" },
    // Source: the pool of KServe 0.20's preset config-llm-scheduler.
    poolSelector: { ...ofService, "kserve.io/component": "workload" },
    pod: {
      poolName: routerName,
      pickerConfig: JSON.stringify(args.config ?? throughputScheduler({ queue: 2, kvCache: 2, prefixCache: 3 })),
      bootstrap: JSON.stringify(endpointPickerBootstrap({ modelServerTls, accessLog }), undefined, 2),
      configMapName: routerName,
      images: { ...standaloneImages, ...images },
      resources: {
        endpointPicker: { requests: { cpu: "1", memory: "2Gi" }, limits: { cpu: "6", memory: "16Gi" } },
        envoy: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "4Gi" } },
        ...resources,
      },
      listenerPort: proxyPorts.listener,
      replicas,
      modelServerTls,
    },
  };
}

function createPool(name: string, plan: RouterPlan, opts: pulumi.CustomResourceOptions): KubernetesObject {
  const { routerName, namespace, labels, poolSelector } = plan;
  return new KubernetesObject(
    `${name}-pool`,
    {
      apiVersion: "inference.networking.k8s.io/v1",
      kind: "InferencePool",
      metadata: { name: routerName, namespace, labels },
      spec: {
        selector: { matchLabels: poolSelector },
        targetPorts: [{ number: ports.workload }],
        endpointPickerRef: {
          group: "",
          kind: "Service",
          name: routerName,
          port: { number: ports.schedulerGrpc },
          failureMode: "FailClose",
        },
      },
    },
    opts,
  );
}

function createDeployment(name: string, plan: RouterPlan, opts: pulumi.CustomResourceOptions): KubernetesObject {
  const { routerName, namespace, labels, pod } = plan;
  return new KubernetesObject(
    `${name}-deployment`,
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: routerName,
        namespace,
        labels,
        // Those that wait are not ready, so that the Deployment as a whole never would be.
        ...(pod.replicas > 1 && { annotations: { [waitForAnnotation]: "jsonpath={.status.availableReplicas}" } }),
      },
      spec: {
        replicas: pod.replicas,
        // Two pickers at once would each know of some requests only.
        strategy: { type: "Recreate" },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: podAnnotations(pod) },
          spec: { serviceAccountName: routerName, ...podSpec(pod) },
        },
      },
    },
    opts,
  );
}

/** `status` of a Service with a load balancer. */
interface LoadBalancerStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
}

function createServices(
  name: string,
  { routerName, namespace, labels }: RouterPlan,
  { port = defaultPort, loadBalancer }: StandaloneRouterArgs,
  opts: pulumi.CustomResourceOptions,
): { inside: KubernetesObject; external?: KubernetesObject<LoadBalancerStatus> } {
  const portOf = (portName: string, number: number) => ({
    name: portName,
    port: number,
    targetPort: portName,
    protocol: "TCP",
  });
  const http = portOf("http", port);
  const inside = new KubernetesObject(
    `${name}-service`,
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: routerName, namespace, labels },
      spec: {
        type: "ClusterIP",
        selector: labels,
        ports: [http, portOf("grpc", ports.schedulerGrpc), portOf("metrics", ports.schedulerMetrics)],
      },
    },
    opts,
  );
  if (!loadBalancer) return { inside };
  const { annotations } = loadBalancer;
  // Nothing but the Envoy is shown to the outside.
  const external = new KubernetesObject<LoadBalancerStatus>(
    `${name}-external`,
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: childName(routerName, "-external"), namespace, labels, ...(annotations && { annotations }) },
      spec: { type: "LoadBalancer", selector: labels, ports: [http] },
    },
    opts,
  );
  return { inside, external };
}

function addressOf(status: LoadBalancerStatus | undefined): string {
  const ingress = status?.loadBalancer?.ingress?.[0];
  return ingress?.hostname ?? ingress?.ip ?? "";
}

function urlOf(host: string, port: number): string {
  return `http://${host}${port === defaultPort ? "" : `:${port}`}`;
}
