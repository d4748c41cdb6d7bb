import { deepStrictEqual } from "node:assert";

import { readResourceTables } from "../../local/cluster/resourceTables";
import { fakeApiServer } from "./fakeApiServer";

const created = { creationTimestamp: "2026-01-01T00:00:00Z" };
const accepted = (status: string) => ({ conditions: [{ type: "Accepted", status }] });

/** What a cluster has, by the path of the collection. */
const objects: Readonly<Record<string, object[]>> = {
  "/api/v1/namespaces/a/pods": [
    {
      metadata: { name: "b", namespace: "a", ...created },
      spec: { containers: [{}, {}] },
      status: {
        phase: "Running",
        containerStatuses: [
          { ready: true, restartCount: 1 },
          { ready: false, restartCount: 2, state: { waiting: { reason: "CrashLoopBackOff" } } },
        ],
      },
    },
    { metadata: { name: "a", namespace: "a", ...created }, spec: { containers: [{}] }, status: { phase: "Pending" } },
    {
      metadata: { name: "c", namespace: "a", deletionTimestamp: "2026-01-01T00:00:00Z", ...created },
      spec: { containers: [{}] },
      status: { phase: "Running", containerStatuses: [{ ready: true, restartCount: 0 }] },
    },
  ],
  "/api/v1/namespaces/a/services": [
    {
      metadata: { name: "web", namespace: "a", ...created },
      spec: {
        type: "LoadBalancer",
        clusterIP: "10.0.0.1",
        ports: [
          { port: 80, protocol: "TCP" },
          { port: 443, protocol: "TCP" },
        ],
      },
    },
    {
      metadata: { name: "pool", namespace: "a", ...created },
      spec: { type: "ClusterIP", clusterIP: "None", ports: [{ port: 54321, protocol: "TCP" }] },
    },
  ],
  "/apis/apps/v1/namespaces/a/deployments": [
    {
      metadata: { name: "web", namespace: "a", ...created },
      spec: { replicas: 8 },
      status: { readyReplicas: 7, updatedReplicas: 8, availableReplicas: 7 },
    },
  ],
  "/apis/gateway.networking.k8s.io/v1/gateways": [
    {
      metadata: { name: "ingress", namespace: "kserve", ...created },
      spec: { gatewayClassName: "istio" },
      status: { addresses: [{ value: "10.1.1.1" }], conditions: [{ type: "Programmed", status: "True" }] },
    },
    { metadata: { name: "other", namespace: "kserve", ...created }, spec: { gatewayClassName: "istio" } },
  ],
  "/apis/gateway.networking.k8s.io/v1/namespaces/a/httproutes": [
    {
      metadata: { name: "llama", namespace: "a", ...created },
      spec: { parentRefs: [{ namespace: "kserve", name: "ingress" }] },
      status: { parents: [accepted("True"), accepted("False")] },
    },
  ],
  "/apis/serving.kserve.io/v1alpha2/namespaces/a/llminferenceservices": [
    {
      metadata: { name: "llama", namespace: "a", ...created },
      status: { url: "http://10.1.1.1/a/llama", conditions: [{ type: "Ready", status: "True" }] },
    },
    { metadata: { name: "young", namespace: "a", ...created } },
  ],
};

/** Kinds that the cluster serves; it has no LeaderWorkerSets and no InferencePools. */
const served: Readonly<Record<string, object[]>> = {
  "/api/v1": [
    { name: "pods", kind: "Pod", namespaced: true },
    { name: "services", kind: "Service", namespaced: true },
  ],
  "/apis/apps/v1": [
    { name: "deployments", kind: "Deployment", namespaced: true },
    { name: "replicasets", kind: "ReplicaSet", namespaced: true },
  ],
  "/apis/gateway.networking.k8s.io/v1": [
    { name: "gateways", kind: "Gateway", namespaced: true },
    { name: "httproutes", kind: "HTTPRoute", namespaced: true },
  ],
  "/apis/serving.kserve.io/v1alpha2": [{ name: "llminferenceservices", kind: "LLMInferenceService", namespaced: true }],
};

describe("tables of resources", () => {
  it("show a namespace as kubectl does, with the gateways that its routes name", async () => {
    const server = await fakeApiServer(({ url }) => {
      const path = url.split("?")[0]!;
      if (served[path]) return [200, { resources: served[path] }];
      if (path.endsWith("/v1") && !path.includes("namespaces")) return [404, { reason: "NotFound" }];
      return [200, { items: objects[path] ?? [], metadata: { resourceVersion: "1" } }];
    });
    try {
      const tables = await readResourceTables(server.client, "a");
      deepStrictEqual(
        tables.map(({ kind, columns, rows }) => [
          `${kind}: ${columns.join(" ")}`,
          ...rows.map(({ namespace, name, cells }) => `${namespace}/${name} ${cells.join(" ")}`),
        ]),
        [
          ["pod: READY STATUS RESTARTS", "a/a 0/1 Pending 0", "a/b 1/2 CrashLoopBackOff 3", "a/c 1/1 Terminating 0"],
          [
            "service: TYPE CLUSTER-IP EXTERNAL-IP PORT(S)",
            "a/pool ClusterIP None <none> 54321/TCP",
            "a/web LoadBalancer 10.0.0.1 <pending> 80/TCP,443/TCP",
          ],
          ["deployment.apps: READY UP-TO-DATE AVAILABLE", "a/web 7/8 8 7"],
          ["gateway.gateway.networking.k8s.io: CLASS ADDRESS READY", "kserve/ingress istio 10.1.1.1 True"],
          ["httproute.gateway.networking.k8s.io: HOSTNAMES READY", "a/llama <none> False"],
          [
            "llminferenceservice.serving.kserve.io: URL READY",
            "a/llama http://10.1.1.1/a/llama True",
            "a/young <none> Unknown",
          ],
        ],
      );
    } finally {
      await server.close();
    }
  });
});
