import { kserveNamespace } from "../api/constants";
import type { Problem } from "../problems";
import type { NetworkPeer } from "./networkPeers";
import { installed, isExisting } from "./part";
import { type PrometheusAccess, problemsOfPrometheusAccess, problemsOfWvaAccess } from "./prometheusAccess";

/** What decides which autoscalers a platform has. */
export interface PlannedAutoscaling {
  readonly keda?: object | false;
  readonly workloadVariantAutoscaler?: object | false;
  readonly prometheusAdapter?: object | false;
  readonly prometheus?: PrometheusAccess;
}

/** The autoscalers with what is left out: KEDA and WVA are installed, prometheus-adapter is not. */
export function completeAutoscaling({
  keda = {},
  workloadVariantAutoscaler = {},
  prometheusAdapter = false,
}: PlannedAutoscaling): Required<Omit<PlannedAutoscaling, "prometheus">> {
  return { keda, workloadVariantAutoscaler, prometheusAdapter };
}

/** Whether the platform installs Prometheus itself. */
export function installsPrometheus(monitoring: { readonly stack?: object | false } | false | undefined): boolean {
  return monitoring !== undefined && monitoring !== false && installed(monitoring.stack ?? {}) !== undefined;
}

/** Whether WVA reads the Prometheus that the platform installs, which must speak https then. */
export function scalesByOwnPrometheus(autoscaling: PlannedAutoscaling | false | undefined): boolean {
  if (!autoscaling || autoscaling.prometheus) return false;
  return installed(completeAutoscaling(autoscaling).workloadVariantAutoscaler) !== undefined;
}

/** What decides where requests of a gateway come from. */
export interface SurroundingGateway {
  readonly controller?: string;
  readonly gatewayName?: string;
  readonly namespace?: string;
  readonly gatewayClassName?: string;
  readonly gatewayClassController?: string;
}

/** Where requests of a platform's gateway come from: of Istio, pods beside it; without a gateway, nowhere. */
export function gatewayPeers(gateway: SurroundingGateway | false | undefined): { gateways?: NetworkPeer[] } {
  if (gateway === false) return {};
  const { controller, gatewayName = "kserve-ingress-gateway", namespace = kserveNamespace } = gateway ?? {};
  if (controller === "standalone") return { gateways: [] };
  return { gateways: [{ namespace, podLabels: { "gateway.networking.k8s.io/gateway-name": gatewayName } }] };
}

const istioController = "istio.io/gateway-controller";

/** Whether Istio realises a gateway, as it does DigitalOcean's; without a controller its class decides. */
function isIstios({ controller, gatewayClassName = "istio", gatewayClassController }: SurroundingGateway): boolean {
  if (controller !== undefined && controller !== "existing") return ["istio", "digitalocean"].includes(controller);
  return gatewayClassName === "istio" || gatewayClassController === istioController;
}

/** What cannot work together. */
export function problemsOfSurroundings(args: {
  readonly autoscaling?: PlannedAutoscaling | false;
  readonly monitoring?: { readonly stack?: object | false } | false;
  readonly networkPolicies?:
    { readonly gateways?: readonly NetworkPeer[]; readonly clients?: readonly NetworkPeer[] } | false;
  readonly gateway?: SurroundingGateway | false;
  readonly certManager?: object | false;
}): Problem[] {
  return [...problemsOfAutoscaling(args), ...problemsOfPrometheusTls(args), ...problemsOfPeersOfGateway(args)];
}

/** Only of Istio it is known where the pods of a gateway run, and by which labels. */
function problemsOfPeersOfGateway({
  networkPolicies,
  gateway,
}: Pick<Parameters<typeof problemsOfSurroundings>[0], "networkPolicies" | "gateway">): Problem[] {
  if (!networkPolicies || networkPolicies.gateways || !gateway) return [];
  const { controller, gatewayClassName } = gateway;
  if (controller === "standalone") {
    if (networkPolicies.clients?.length) return [];
    return [
      {
        path: "networkPolicies.clients",
        message: "missing: nobody could send requests to the standalone routers",
        allowed: "namespaces with labels of pods, or ranges of addresses",
      },
    ];
  }
  if (isIstios(gateway)) return [];
  const whose = controller !== undefined && controller !== "existing" ? controller : `class ${gatewayClassName ?? ""}`;
  return [
    {
      path: "networkPolicies.gateways",
      message: `missing: where the gateway of ${whose} sends requests from is not known, and all of them would be refused`,
      allowed: "namespaces with labels of pods, or ranges of addresses",
    },
  ];
}

/** The certificate of a Prometheus with TLS is cert-manager's, unless there is one. */
function problemsOfPrometheusTls({
  autoscaling,
  monitoring,
  certManager,
}: Pick<Parameters<typeof problemsOfSurroundings>[0], "autoscaling" | "monitoring" | "certManager">): Problem[] {
  if (certManager !== false || !monitoring) return [];
  const stack = installed((monitoring.stack ?? {}) as { tls?: { secretName?: string } | false });
  if (!stack) return [];
  const tls = stack.tls ?? (scalesByOwnPrometheus(autoscaling) ? {} : false);
  if (!tls || tls.secretName !== undefined) return [];
  return [
    {
      path: "monitoring.stack.tls",
      message: "the certificate of Prometheus is issued by cert-manager, of which there is none (certManager: false)",
      allowed: "{ secretName } of a TLS Secret in the stack's namespace",
      ...(stack.tls === undefined && {
        fix: "WVA reads Prometheus by https; give the Secret, or autoscaling.prometheus",
      }),
    },
  ];
}

function problemsOfAutoscaling({
  autoscaling,
  monitoring,
}: Pick<Parameters<typeof problemsOfSurroundings>[0], "autoscaling" | "monitoring">): Problem[] {
  if (!autoscaling) return [];
  const { prometheus } = autoscaling;
  const { keda, workloadVariantAutoscaler, prometheusAdapter } = completeAutoscaling(autoscaling);
  const problems: Problem[] = [];
  if (keda && prometheusAdapter) {
    problems.push({
      path: "autoscaling.prometheusAdapter",
      message:
        "KEDA and prometheus-adapter both answer for external.metrics.k8s.io, and a cluster has one APIService of this name",
      fix: "set autoscaling.keda to false to scale by HorizontalPodAutoscalers, or leave prometheusAdapter out",
    });
  }
  if (prometheus) {
    problems.push(...problemsOfPrometheusAccess(prometheus, "autoscaling.prometheus"));
    if (installed(workloadVariantAutoscaler))
      problems.push(...problemsOfWvaAccess(prometheus, "autoscaling.prometheus"));
  } else if (!installsPrometheus(monitoring) && needsPrometheus(keda, workloadVariantAutoscaler, prometheusAdapter)) {
    problems.push({
      path: "autoscaling.prometheus",
      message: "missing: scaling goes by figures that a Prometheus has",
      allowed: "an object with a url",
      fix: "name the Prometheus that exists, or have one installed (monitoring: {})",
    });
  }
  return problems;
}

/** What is there already has been told of its Prometheus; KServe has to be told in any case when KEDA is used. */
function needsPrometheus(...parts: (object | false)[]): boolean {
  return parts.some((part) => part !== false && !isExisting(part)) || parts[0] !== false;
}
