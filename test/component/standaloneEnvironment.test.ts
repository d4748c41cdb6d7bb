import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import { type Config, runEnvironment } from "./environmentFixture";
import { named } from "./mocks";

const service = (name: string, more: object = {}) => ({ name, spec: { model: { uri: "hf://acme/llama" } }, ...more });

function config(services: object[], gateway: object = { controller: "standalone" }): Config {
  return {
    "pulumi-kserve:cluster": { kubeconfig: "kubeconfig" },
    "pulumi-kserve:platform": { gateway, leaderWorkerSet: false },
    "pulumi-kserve:services": services,
  };
}

describe("an environment without a gateway", () => {
  it("gives each service a router of its own, behind it, and its address for clients", async () => {
    const registrations = await runEnvironment(
      config([
        service("chat", { standaloneRouter: { replicas: 2, port: 8080 } }),
        service("batch", { namespace: "jobs" }),
        service("plain", { standaloneRouter: false }),
      ]),
    );
    const routers = registrations.filter(({ type }) => type === "pulumi-kserve:index:StandaloneRouter");
    deepStrictEqual(routers.map(({ name }) => name).sort(), ["batch-router", "chat-router"]);
    deepStrictEqual(
      registrations.filter(({ type }) => /:Gateway(Class)?$/.test(type)),
      [],
    );
    const { inputs, dependsOn } = named(registrations, "chat-router-account");
    deepStrictEqual((inputs.metadata as { name: string }).name, "chat-standalone");
    strictEqual(dependsOn.includes("chat-service"), true);
    strictEqual((named(registrations, "chat-router-deployment").inputs.spec as { replicas: number }).replicas, 2);
    strictEqual(
      (named(registrations, "batch-router-service").inputs.metadata as { namespace: string }).namespace,
      "jobs",
    );
  });

  it("may be one service's alone", async () => {
    const registrations = await runEnvironment(
      config([service("chat", { standaloneRouter: true }), service("other")], { gatewayClassName: "istio" }),
    );
    deepStrictEqual(
      registrations.filter(({ type }) => type === "pulumi-kserve:index:StandaloneRouter").map(({ name }) => name),
      ["chat-router"],
    );
  });

  it("refuses arguments that there are not, and configurations that an endpoint picker would not start with", async () => {
    await rejects(runEnvironment(config([service("chat", { standaloneRouter: { replica: 2 } })])), /replica/);
    await rejects(
      runEnvironment(config([service("chat", { standaloneRouter: { config: { kind: "EndpointPickerConfig" } } })])),
      /config\.apiVersion/,
    );
  });
});
