import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import { Gateway } from "../../components/networking/gateway";
import { named, register, valueOf } from "./mocks";

const programmed = {
  status: {
    addresses: [{ type: "IPAddress", value: "203.0.113.7" }],
    listeners: [{ name: "http", attachedRoutes: 2 }],
  },
};

describe("Gateway", () => {
  it("is by default the gateway that KServe looks for", async () => {
    const { registrations } = await register(() => new Gateway("edge"));
    deepStrictEqual(named(registrations, "edge-gateway"), {
      type: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
      name: "edge-gateway",
      custom: true,
      inputs: {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: {
          name: "kserve-ingress-gateway",
          namespace: "kserve",
          annotations: { "pulumi.com/waitFor": "condition=Programmed" },
        },
        spec: {
          gatewayClassName: "istio",
          infrastructure: { labels: { "serving.kserve.io/gateway": "kserve-ingress-gateway" } },
          listeners: [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } }],
        },
      },
      parent: "edge",
      dependsOn: [],
    });
  });

  it("creates its class first when it is told the controller", async () => {
    const { registrations } = await register(
      () => new Gateway("edge", { gatewayClassController: "istio.io/gateway-controller" }),
    );
    deepStrictEqual(named(registrations, "edge-class").inputs.spec, { controllerName: "istio.io/gateway-controller" });
    deepStrictEqual(named(registrations, "edge-gateway").dependsOn, ["edge-class"]);
  });

  it("gives the live addresses, listeners and a URL for each listener", async () => {
    const { result } = await register(
      () =>
        new Gateway("edge", {
          listeners: [
            { name: "http", port: 8080 },
            { name: "https", port: 443, protocol: "HTTPS", hostname: "llm.example.com", certificates: ["llm-tls"] },
            { name: "wild", port: 443, protocol: "HTTPS", hostname: "*.example.com", certificates: ["llm-tls"] },
          ],
        }),
      { outputs: ({ name }) => (name === "edge-gateway" ? programmed : {}) },
    );
    deepStrictEqual(await valueOf(result.addresses), programmed.status.addresses);
    deepStrictEqual(await valueOf(result.listeners), programmed.status.listeners);
    deepStrictEqual(await valueOf(result.urls), {
      http: "http://203.0.113.7:8080",
      https: "https://llm.example.com",
      // As KServe makes the URLs of services for a wildcard.
      wild: "https://inference.example.com",
    });
    strictEqual(await valueOf(result.reference), "kserve/kserve-ingress-gateway");
  });

  it("refuses listeners that no controller would accept, all at once", async () => {
    await rejects(
      register(
        () =>
          new Gateway("edge", {
            listeners: [
              { name: "http", port: 0 },
              { name: "http", port: 443, protocol: "HTTPS" },
            ],
          }),
      ),
      (error: Error) => {
        deepStrictEqual(error.message.split("\n"), [
          'Gateway "edge": 3 problems',
          "  - listeners[0].port: not a port; given: 0; allowed: 1 to 65535",
          '  - listeners[1].name: another listener has this name; given: "http"; allowed: unique names',
          "  - listeners[1].certificates: missing; HTTPS is served with a certificate; allowed: names of TLS Secrets",
        ]);
        return true;
      },
    );
  });
});
