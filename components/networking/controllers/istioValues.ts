import { istioInferenceFlag } from "../../../sdk/compatibility";
import { mergeValues } from "../../../sdk/charts";
import type { IstioArgs, IstioGatewayPodsArgs, IstioMeshConfig } from "./istioArgs";

type Values = Record<string, unknown>;

/** A control plane: its version, and the name of its revision. */
export interface IstioRevision {
  readonly version: string;
  readonly revision?: string | undefined;
  /** Other names of it. */
  readonly tags: readonly string[];
}

/** Values of the chart "base": CRDs, and the webhook that validates by one revision's rules. */
export function baseValues(args: IstioArgs, namespace: string, main: IstioRevision): Values {
  const values = {
    defaultRevision: main.revision ?? "default",
    ...(args.crds === "existing" && { base: { enableCRDTemplates: false } }),
    ...globalValues(args, namespace),
  };
  return mergeValues(values, args.values?.base as Values | undefined);
}

/** Values of the chart "istiod". */
export function istiodValues(args: IstioArgs, namespace: string, { version, revision, tags }: IstioRevision): Values {
  const mesh = meshConfig(args);
  const values = {
    ...(args.ambient && { profile: "ambient" }),
    ...(revision !== undefined && { revision }),
    ...(tags.length > 0 && { revisionTags: [...tags] }),
    pilot: {
      // Both names are set, as Istio's own task does: which one is read depends on the version.
      env: { [istioInferenceFlag(version)]: "true", SUPPORT_GATEWAY_API_INFERENCE_EXTENSION: "true" },
      ...replicasOf(args.replicas),
      ...(args.resources && { resources: args.resources }),
    },
    ...(mesh && { meshConfig: mesh }),
    ...(args.gatewayPods && { gatewayClasses: { istio: gatewayPods(args.gatewayPods) } }),
    ...globalValues(args, namespace),
  };
  return mergeValues(values, args.values?.istiod as Values | undefined);
}

/** Values of the charts of ambient mode, "cni" and "ztunnel"; ztunnel belongs to one control plane. */
export function ambientValues(
  args: IstioArgs,
  namespace: string,
  chart: "cni" | "ztunnel",
  { revision }: IstioRevision,
): Values {
  const values = {
    profile: "ambient",
    // ztunnel's chart has its settings at the top, but for the platform.
    ...(chart === "ztunnel"
      ? {
          // Without it ztunnel looks for the Service "istiod", which a control plane with a revision does not have.
          ...(revision !== undefined && { revision }),
          ...(namespace !== defaultNamespace && { istioNamespace: namespace }),
          ...(args.imageRegistry !== undefined && { hub: args.imageRegistry }),
          ...(args.imagePullSecrets && { imagePullSecrets: args.imagePullSecrets }),
          ...(args.platform !== undefined && { global: { platform: args.platform } }),
        }
      : globalValues(args, namespace)),
  };
  return mergeValues(values, args.values?.[chart] as Values | undefined);
}

/** Where Istio is unless it is told otherwise. */
export const defaultNamespace = "istio-system";

function globalValues(args: IstioArgs, namespace: string): { global?: Values } {
  const values = {
    ...(namespace !== defaultNamespace && { istioNamespace: namespace }),
    ...(args.imageRegistry !== undefined && { hub: args.imageRegistry }),
    ...(args.imagePullSecrets && { imagePullSecrets: args.imagePullSecrets }),
    ...(args.platform !== undefined && { platform: args.platform }),
  };
  return Object.keys(values).length > 0 ? { global: values } : {};
}

function meshConfig({ accessLog, meshConfig: given }: IstioArgs): IstioMeshConfig | undefined {
  if (!accessLog && !given) return undefined;
  return { ...(accessLog && { accessLogFile: "/dev/stdout" }), ...given };
}

function replicasOf(replicas: IstioArgs["replicas"]): Values {
  if (replicas === undefined) return {};
  if (typeof replicas === "number") return { autoscaleEnabled: false, replicaCount: replicas };
  return { autoscaleEnabled: true, autoscaleMin: replicas.minimum, autoscaleMax: replicas.maximum };
}

/** What Istio merges into the objects that it makes for a gateway. Source: istio, files/kube-gateway.yaml, has one of each kind. */
function gatewayPods({ replicas, resources, minAvailable, serviceType }: IstioGatewayPodsArgs): Values {
  const spec = {
    ...(typeof replicas === "number" && { replicas }),
    ...(resources && { template: { spec: { containers: [{ name: "istio-proxy", resources }] } } }),
  };
  return {
    ...(Object.keys(spec).length > 0 && { deployment: { spec } }),
    ...(typeof replicas === "object" && {
      horizontalPodAutoscaler: { spec: { minReplicas: replicas.minimum, maxReplicas: replicas.maximum } },
    }),
    ...(minAvailable !== undefined && { podDisruptionBudget: { spec: { minAvailable } } }),
    ...(serviceType !== undefined && { service: { spec: { type: serviceType } } }),
  };
}
