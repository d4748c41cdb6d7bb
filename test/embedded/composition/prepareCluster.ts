import type { KubernetesClient, KubernetesObject } from "../../../sdk/kubernetes/client";
import { prometheusUrl } from "./expectedScaling";
import { apply, atOnce, createNamespace } from "./liveCluster";
import { clusterConfigs, schedulerConfigMaps } from "./routingServices";

/** A Gateway that does not route by the model's name. */
export const pathOnlyGateway = { namespace: "istio-system", name: "paths-only" } as const;

/** Everything that services refer to, in the namespaces that are their own; in others there is nothing. */
export async function prepareCluster(
  client: KubernetesClient,
  namespaces: { readonly own: readonly string[]; readonly others: readonly string[] },
): Promise<void> {
  await apply(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
  await atOnce([...namespaces.own, ...namespaces.others], (name) => createNamespace(client, name));
  await client.request("PATCH", "/api/v1/namespaces/kserve/configmaps/inferenceservice-config", {
    body: { data: { "autoscaling-wva-controller-config": JSON.stringify({ prometheus: { url: prometheusUrl } }) } },
    contentType: "application/merge-patch+json",
  });
  await atOnce([crd("llmd.ai", "VariantAutoscaling"), crd("keda.sh", "ScaledObject")], (object) =>
    apply(client, object),
  );
  const objects = [
    gateway("istio-system", "my-custom-gateway"),
    gateway(pathOnlyGateway.namespace, pathOnlyGateway.name, {
      "serving.kserve.io/model-based-routing-enabled": "false",
    }),
    ...configObjects("kserve", "kserve"),
    ...namespaces.own.flatMap((namespace) => [
      gateway(namespace, "my-gateway"),
      ...configObjects("own", namespace),
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "model-reader", namespace } },
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: { name: "existing-route", namespace },
        spec: { parentRefs: [{ name: "my-gateway" }] },
      },
      {
        apiVersion: "inference.networking.k8s.io/v1",
        kind: "InferencePool",
        metadata: { name: "existing-pool", namespace },
        spec: {
          selector: { matchLabels: { app: "others" } },
          targetPorts: [{ number: 8000 }],
          endpointPickerRef: { name: "existing-picker", port: { number: 9002 } },
        },
      },
    ]),
  ];
  await atOnce(objects, (object) => apply(client, object));
}

function configObjects(owner: "kserve" | "own", namespace: string): KubernetesObject[] {
  return [
    ...Object.entries(clusterConfigs[owner]).map(([name, spec]) => ({
      apiVersion: "serving.kserve.io/v1alpha2",
      kind: "LLMInferenceServiceConfig",
      metadata: { name, namespace },
      spec,
    })),
    ...Object.entries(schedulerConfigMaps[owner]).map(([name, data]) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace },
      data,
    })),
  ];
}

function gateway(namespace: string, name: string, annotations?: Record<string, string>): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name, namespace, ...(annotations && { annotations }) },
    spec: { gatewayClassName: "istio", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
  };
}

/** The controller needs the kinds of autoscalers that are not installed here, not the autoscalers. */
function crd(group: string, kind: string): KubernetesObject {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural },
      scope: "Namespaced",
      versions: [{ name: "v1alpha1", served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}
