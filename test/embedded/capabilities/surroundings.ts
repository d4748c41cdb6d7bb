import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { loadAll } from "js-yaml";

import { makeServingCertificates } from "../../../local/cluster/certificates";
import type { KubernetesClient, KubernetesObject } from "../../../sdk/kubernetes/client";
import { apply, atOnce, waitFor } from "../composition/liveCluster";
import { namespace } from "./services";

/**
 * The CRDs of WVA and KEDA as KServe's own tests have them. Neither controller is here: the kinds are, and what they would say of themselves is
 * played below.
 */
export async function installAutoscalerKinds(client: KubernetesClient, kserve: string): Promise<void> {
  await installKinds(client, kserve, ["wva_variantautoscalings.yaml", "keda.yaml"]);
}

/** KEDA's alone, where WVA's are installed otherwise. */
export async function installKedaKind(client: KubernetesClient, kserve: string): Promise<void> {
  await installKinds(client, kserve, ["keda.yaml"]);
}

async function installKinds(client: KubernetesClient, kserve: string, names: readonly string[]): Promise<void> {
  const files = names.map((name) => join(kserve, "test", "crds", name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const crds = texts
    .flatMap((text) => loadAll(text) as KubernetesObject[])
    .filter((object) => object?.kind === "CustomResourceDefinition");
  await atOnce(crds, (crd) => apply(client, crd));
  await waitFor("the kinds of the autoscalers are not served", async () => {
    const lists = crds.map(({ spec }) => {
      const { group, names, versions } = spec as {
        group: string;
        names: { kind: string };
        versions: { name: string }[];
      };
      return client.list(`${group}/${versions[0]?.name}`, names.kind);
    });
    return (await Promise.allSettled(lists)).every(({ status }) => status === "fulfilled");
  });
  await apply(client, scaledObjectReady);
}

const condition = (type: string, status: string): string => `- {type: ${type}, status: "${status}", reason: Played}`;

/** What KEDA says of a ScaledObject whose metric it can read. */
const scaledObjectReady: KubernetesObject = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: "scaled-object-ready" },
  spec: {
    resourceRef: { apiGroup: "keda.sh/v1alpha1", kind: "ScaledObject" },
    selector: { matchExpressions: [{ jq: { key: ".status.conditions == null", operator: "In", values: ["true"] } }] },
    steps: [
      {
        patch: {
          subresource: "status",
          root: "status",
          template: `conditions:\n${[
            condition("Ready", "True"),
            condition("Active", "True"),
            condition("Fallback", "False"),
            condition("Paused", "False"),
          ].join("\n")}\n`,
        },
      },
    ],
  },
};

/** KServe's address of Prometheus, without which it makes no ScaledObject. */
export async function configureAutoscaling(client: KubernetesClient): Promise<void> {
  await client.request("PATCH", "/api/v1/namespaces/kserve/configmaps/inferenceservice-config", {
    body: {
      data: { "autoscaling-wva-controller-config": JSON.stringify({ prometheus: { url: "http://prometheus:9090" } }) },
    },
    contentType: "application/merge-patch+json",
  });
}

/**
 * The metric that WVA publishes and prometheus-adapter serves, so that Kubernetes' own HPA controller reads it: an aggregated API behind a
 * Service that leads to this process.
 */
export async function serveScalingMetric(client: KubernetesClient): Promise<Server> {
  const { certPem, keyPem } = await makeServingCertificates(["localhost"]);
  const api = "/apis/external.metrics.k8s.io/v1beta1";
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    const body = path === api ? discovery : path.endsWith("/wva_desired_replicas") ? desiredReplicas() : undefined;
    response.writeHead(body ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const service = { namespace: "kube-system", name: "external-metrics" };
  await apply(client, {
    apiVersion: "v1",
    kind: "Service",
    metadata: service,
    spec: { type: "ExternalName", externalName: "localhost", ports: [{ port }] },
  });
  await apply(client, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1beta1.external.metrics.k8s.io" },
    spec: {
      group: "external.metrics.k8s.io",
      version: "v1beta1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { ...service, port },
    },
  });
  return server;
}

const discovery = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "external.metrics.k8s.io/v1beta1",
  resources: [
    {
      name: "wva_desired_replicas",
      singularName: "",
      namespaced: true,
      kind: "ExternalMetricValueList",
      verbs: ["get"],
    },
  ],
};

function desiredReplicas() {
  const item = {
    metricName: "wva_desired_replicas",
    metricLabels: {},
    timestamp: new Date().toISOString(),
    value: "2",
  };
  return {
    kind: "ExternalMetricValueList",
    apiVersion: "external.metrics.k8s.io/v1beta1",
    metadata: {},
    items: [item],
  };
}

/** What the services refer to: gateway, route, pool, volumes, Secrets, devices. */
export async function prepareNamespace(client: KubernetesClient): Promise<void> {
  await apply(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const inNamespace = (apiVersion: string, kind: string, name: string, rest: object): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    ...rest,
  });
  const objects: KubernetesObject[] = [
    inNamespace("gateway.networking.k8s.io/v1", "Gateway", "edge", {
      spec: { gatewayClassName: "istio", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
    }),
    inNamespace("gateway.networking.k8s.io/v1", "HTTPRoute", "own-route", {
      spec: {
        parentRefs: [{ name: "edge" }],
        rules: [{ backendRefs: [{ name: "routes-kserve-workload-svc", port: 8000 }] }],
      },
    }),
    inNamespace("inference.networking.k8s.io/v1", "InferencePool", "shared", {
      spec: {
        selector: { matchLabels: { app: "others" } },
        targetPorts: [{ number: 8000 }],
        endpointPickerRef: { name: "others-picker", port: { number: 9002 } },
      },
    }),
    inNamespace("v1", "Secret", "gcs", { stringData: { "gcloud-application-credentials.json": "{}" } }),
    inNamespace("v1", "Secret", "registry", {
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": '{"auths":{}}' },
    }),
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "local" },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    },
    volume("models", "", "ReadWriteMany"),
    volume("per-pod", "local", "ReadWriteOnce"),
    inNamespace("v1", "PersistentVolumeClaim", "models", {
      spec: {
        storageClassName: "",
        volumeName: "models",
        accessModes: ["ReadWriteMany"],
        resources: { requests: { storage: "10Gi" } },
      },
    }),
    {
      apiVersion: "resource.k8s.io/v1",
      kind: "DeviceClass",
      metadata: { name: "gpu.example.com" },
      spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
    },
    {
      apiVersion: "resource.k8s.io/v1",
      kind: "ResourceSlice",
      metadata: { name: "cpu-0-gpus" },
      spec: {
        driver: "gpu.example.com",
        nodeName: "cpu-0",
        pool: { name: "cpu-0", generation: 1, resourceSliceCount: 1 },
        devices: Array.from({ length: 8 }, (_, index) => ({ name: `gpu-${index}` })),
      },
    },
  ];
  await atOnce(objects, (object) => apply(client, object));
}

function volume(name: string, storageClassName: string, accessMode: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage: "10Gi" },
      accessModes: [accessMode],
      storageClassName,
      hostPath: { path: `/volumes/${name}` },
    },
  };
}
