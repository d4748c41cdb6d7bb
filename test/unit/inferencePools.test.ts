import { strict as assert } from "node:assert";

import { gatewaysOf, poolApis, poolParents } from "../../local/agent/inferencePools";
import type { KubernetesObject } from "../../sdk/kubernetes/client";

const [v1, v1alpha2] = poolApis;
const now = new Date("2026-01-01T00:00:00Z");

function pool(status?: unknown, generation = 2): KubernetesObject {
  return {
    apiVersion: v1.apiVersion,
    kind: "InferencePool",
    metadata: { name: "qwen-inference-pool", namespace: "models", generation },
    ...(status === undefined ? {} : { status }),
  };
}

function route(namespace: string, parentRefs: unknown[], backend: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "r", namespace },
    spec: { parentRefs, rules: [{}, { backendRefs: [backend] }] },
  };
}

const backend = { group: "inference.networking.x-k8s.io", kind: "InferencePool", name: "qwen-inference-pool" };
const gateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "gw", namespace: "kserve" };

describe("gateways of an InferencePool", () => {
  it("are the parents of the routes that use it, each once", () => {
    const routes = [
      route("models", [{ name: "gw", namespace: "kserve" }, { name: "own" }], backend),
      route("models", [{ name: "gw", namespace: "kserve", kind: "Gateway" }], backend),
      route("other", [{ name: "cross", namespace: "kserve" }], { ...backend, namespace: "models" }),
    ];
    assert.deepEqual(gatewaysOf(pool(), routes), [
      gateway,
      { ...gateway, name: "own", namespace: "models" },
      { ...gateway, name: "cross" },
    ]);
  });

  it("are none for other pools, other kinds of backend and other kinds of parent", () => {
    const parent = { name: "gw", namespace: "kserve" };
    const routes = [
      route("other", [parent], backend),
      route("models", [parent], { ...backend, kind: "Service" }),
      route("models", [parent], { ...backend, name: "qwen" }),
      route("models", [{ ...parent, kind: "Service" }], backend),
    ];
    assert.deepEqual(gatewaysOf(pool(), routes), []);
  });
});

describe("status of an InferencePool", () => {
  const conditions = (observedGeneration: number) =>
    ["Accepted", "ResolvedRefs"].map((type) => ({
      type,
      status: "True",
      reason: type,
      message: "played by the agent of the embedded environment",
      lastTransitionTime: "2026-01-01T00:00:00.000Z",
      observedGeneration,
    }));
  const ours = { parentRef: gateway, conditions: conditions(2), controllerName: "pulumi-kserve.dev/embedded-gateway" };

  it("accepts the pool for each gateway, at its generation", () => {
    assert.deepEqual(poolParents(pool(), [gateway], v1, now), [ours]);
    const { parentRef, conditions } = ours;
    assert.deepEqual(poolParents(pool(), [gateway], v1alpha2, now), [{ parentRef, conditions }]);
  });

  it("is left alone when it says that already", () => {
    assert.equal(poolParents(pool({ parents: [ours] }), [gateway], v1, now), undefined);
  });

  it("is renewed for a new generation and for other gateways", () => {
    const old = { parents: [{ ...ours, conditions: conditions(1) }] };
    assert.deepEqual(poolParents(pool(old), [gateway], v1, now), [ours]);
    const second = { ...gateway, name: "second" };
    assert.deepEqual(
      poolParents(pool({ parents: [ours] }), [second], v1, now)?.map(({ parentRef }) => parentRef.name),
      ["second"],
    );
    assert.deepEqual(poolParents(pool({ parents: [ours] }), [], v1, now), []);
  });

  it("keeps what other controllers wrote, but not the placeholder of the CRD", () => {
    const foreign = { parentRef: { ...gateway, name: "istio" }, conditions: [] };
    const placeholder = { parentRef: { kind: "Status", name: "default" }, conditions: [] };
    const parents = poolParents(pool({ parent: [foreign, placeholder] }), [gateway], v1alpha2, now);
    assert.deepEqual(
      parents?.map(({ parentRef }) => parentRef.name),
      ["istio", "gw"],
    );
    assert.equal(poolParents(pool({ parent: [placeholder] }), [], v1alpha2, now), undefined);
  });
});
