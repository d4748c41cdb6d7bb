import { strict as assert } from "node:assert";

import { realGateways, withoutPlayed } from "../../local/agent/realGateways";
import type { KubernetesObject } from "../../sdk/kubernetes/client";

const controller = "gateway.envoyproxy.io/gatewayclass-controller";

function object(name: string, spec: unknown, namespace?: string): KubernetesObject {
  return { apiVersion: "gateway.networking.k8s.io/v1", kind: "K", metadata: { name, namespace }, spec };
}

describe("gateways whose controller runs here", () => {
  const classes = [object("envoy", { controllerName: controller }), object("istio", { controllerName: "istio.io/x" })];
  const gateways = [
    object("b", { gatewayClassName: "envoy" }, "kserve"),
    object("a", { gatewayClassName: "envoy" }, "models"),
    object("played", { gatewayClassName: "istio" }, "kserve"),
    object("classless", { gatewayClassName: "nobody" }, "kserve"),
  ];

  it("are those of classes that name it", () => {
    assert.deepEqual(realGateways(new Set([controller]), classes, gateways), {
      controllers: [controller],
      classes: ["envoy"],
      gateways: ["kserve/b", "models/a"],
    });
  });

  it("are none while the controller does not run", () => {
    assert.deepEqual(realGateways(new Set(), classes, gateways), { controllers: [], classes: [], gateways: [] });
  });

  it("take their parents of a route's status back from what was played", () => {
    const real = { controllers: [controller], classes: ["envoy"], gateways: ["kserve/b"] };
    const played = (name: string) => ({
      controllerName: "pulumi-kserve.dev/embedded-gateway",
      parentRef: { name, namespace: "kserve" },
    });
    const own = { controllerName: controller, parentRef: { name: "b", namespace: "kserve" } };
    const route = (parents: unknown[]) => ({ ...object("route", {}, "models"), status: { parents } });
    assert.deepEqual(withoutPlayed(route([played("b"), own, played("other")]), real), [own, played("other")]);
    assert.equal(withoutPlayed(route([own, played("other")]), real), undefined);
    assert.equal(withoutPlayed(object("fresh", {}, "models"), real), undefined);
  });
});
