import { childName } from "../../../sdk/api/names";
import type { Scaling, Workload } from "./effective";
import { type ExpectedChild, ownLabels } from "./expectedChild";
import type { PodContext } from "./podAdditions";

/** Source: expectedVA, expectedHPA and expectedScaledObject in scaling.go. */
export function expectedScaling(
  { name, namespace, spec }: PodContext,
  role: "decode" | "prefill",
  workload: Workload,
  target: ExpectedChild,
): ExpectedChild[] {
  const { scaling } = workload;
  if (!scaling) return [];
  const child = (suffix: string): string => childName(name, `-kserve${role === "prefill" ? "-prefill" : ""}-${suffix}`);
  const scaleTargetRef = { apiVersion: target.apiVersion, kind: target.kind, name: target.name };
  const labels = ownLabels(name, "llminferenceservice-workload");
  const common = { labels, annotations: {} };
  const minReplicas = scaling.minReplicas ?? 1;
  const { maxReplicas, wva } = scaling;
  return [
    {
      ...common,
      apiVersion: "llmd.ai/v1alpha1",
      kind: "VariantAutoscaling",
      name: child("va"),
      labels: { ...labels, [accelerator]: workload.labels?.[accelerator] ?? "unknown" },
      spec: { scaleTargetRef, modelID: spec.model.name, minReplicas, maxReplicas, variantCost: wva.variantCost },
    },
    ...(wva.hpa ? [{ ...common, ...expectedAutoscaler(child("hpa"), child("va"), scaleTargetRef, scaling) }] : []),
    ...(wva.keda
      ? [
          {
            ...common,
            apiVersion: "keda.sh/v1alpha1",
            kind: "ScaledObject",
            name: child("keda"),
            spec: {
              ...wva.keda,
              scaleTargetRef,
              minReplicaCount: minReplicas,
              maxReplicaCount: maxReplicas,
              triggers: [
                {
                  type: "prometheus",
                  name: "wva-desired-replicas",
                  metadata: {
                    serverAddress: prometheusUrl,
                    query: `wva_desired_replicas{variant_name="${child("va")}",exported_namespace="${namespace}"}`,
                    threshold: "1",
                    unsafeSsl: "false",
                  },
                },
              ],
            },
          },
        ]
      : []),
  ];
}

const accelerator = "inference.optimization/acceleratorName";

/** `autoscaling-wva-controller-config` of KServe's ConfigMap in these tests. */
export const prometheusUrl = "http://prometheus:9090";

function expectedAutoscaler(name: string, variant: string, scaleTargetRef: object, scaling: Scaling) {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    name,
    spec: {
      scaleTargetRef,
      minReplicas: scaling.minReplicas ?? 1,
      maxReplicas: scaling.maxReplicas,
      metrics: [
        {
          type: "External",
          external: {
            metric: { name: "wva_desired_replicas", selector: { matchLabels: { variant_name: variant } } },
            target: { type: "Value", value: "1" },
          },
        },
      ],
      ...(scaling.wva.hpa?.behavior !== undefined && { behavior: scaling.wva.hpa.behavior }),
    },
  };
}
