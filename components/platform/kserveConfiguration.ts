import * as pulumi from "@pulumi/pulumi";

import { autoscalingConfig, autoscalingConfigKey, type PrometheusAccess } from "../../sdk/platform/prometheusAccess";
import type { Manifest, ManifestMetadata } from "../kubernetesObject";

/** What KServe's ConfigMap says about scaling. */
export interface KServeAutoscaling {
  /** The Prometheus that KEDA asks for the number of replicas; without it KServe makes no ScaledObject. */
  prometheus: PrometheusAccess;
}

/** Adds to KServe's ConfigMap what its chart has no values for. */
export function withAutoscaling(
  manifests: pulumi.Output<Manifest[]>,
  autoscaling: KServeAutoscaling | undefined,
): pulumi.Output<Manifest[]> {
  if (!autoscaling) return manifests;
  return pulumi
    .all([manifests, pulumi.output(autoscaling.prometheus)])
    .apply(([objects, resolved]) =>
      (objects as Manifest[]).map((object) =>
        isConfiguration(object)
          ? { ...object, data: { ...(object.data as object), [autoscalingConfigKey]: autoscalingConfig(resolved) } }
          : object,
      ),
    );
}

function isConfiguration({ kind, metadata }: Manifest): boolean {
  return kind === "ConfigMap" && (metadata as ManifestMetadata).name === "inferenceservice-config";
}
