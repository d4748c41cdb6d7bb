import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { type MockOptions, named, register } from "./mocks";

export const platformMocks: MockOptions = { call: () => ({ result: [] }) };

/** A platform with this gateway. */
export async function install(gateway: InferencePlatformArgs["gateway"], more: Partial<InferencePlatformArgs> = {}) {
  const { registrations, result } = await register(
    () => new InferencePlatform("platform", { cluster: { kubeconfig: pulumi.secret("kubeconfig") }, gateway, ...more }),
    platformMocks,
  );
  return { registrations, platform: result };
}

describe("the controller of a platform's gateway", () => {
  it("is nobody's business where the class exists: nothing is installed or read", async () => {
    const { registrations, platform } = await install({ gatewayClassName: "nginx" });
    strictEqual(platform.gatewayController, undefined);
    deepStrictEqual(
      registrations.map(({ type }) => type).filter((type) => /Gateway(Class|Controller)/.test(type)),
      [],
    );
    strictEqual(
      (named(registrations, "platform-gateway-gateway").inputs.spec as { gatewayClassName: string }).gatewayClassName,
      "nginx",
    );
  });

  it("can be that of GKE, which is outside the cluster", async () => {
    const { registrations, platform } = await install({ controller: "gke", gatewayClassName: "gke-l7-rilb" });
    const { controller, className, poolVersions } = platform.gatewayController!;
    deepStrictEqual([controller, className, poolVersions], ["gke", "gke-l7-rilb", ["v1"]]);
    deepStrictEqual(named(registrations, "platform-gke").parent, "platform");
    deepStrictEqual(
      registrations.filter(({ parent }) => parent === "platform-gke").map(({ name }) => name),
      [],
    );
    strictEqual(
      (named(registrations, "platform-gateway-gateway").inputs.spec as { gatewayClassName: string }).gatewayClassName,
      "gke-l7-rilb",
    );
  });

  it("can be one that exists: its class is read, and the gateway comes after it", async () => {
    const { registrations, platform } = await install({ controller: "existing", gatewayClassName: "nginx" });
    strictEqual(platform.gatewayController?.className, "nginx");
    const { dependsOn } = named(registrations, "platform-gateway-gateway");
    deepStrictEqual(dependsOn, ["platform-existing-class", "platform-gateway-api-bundle", "platform-kserve-namespace"]);
    const unread = await install({ controller: "existing", gatewayClassName: "nginx", existing: { verify: false } });
    deepStrictEqual(named(unread.registrations, "platform-gateway-gateway").dependsOn, [
      "platform-gateway-api-bundle",
      "platform-kserve-namespace",
    ]);
  });

  it("can be none: services are reached without a gateway", async () => {
    const { registrations, platform } = await install({ controller: "standalone" });
    deepStrictEqual(
      registrations.filter(({ type }) => /:Gateway(Class)?$/.test(type)).map(({ name }) => name),
      [],
    );
    strictEqual(platform.gatewayController?.withoutGateway, true);
    deepStrictEqual(platform.plan.gateways, []);
    await rejects(
      install({ controller: "standalone", listeners: [{ name: "http", port: 80 }] }),
      /gateway\.listeners: has no effect: the standalone router makes no Gateway/,
    );
  });

  it("is checked as a whole before anything is made", async () => {
    await rejects(
      install({ controller: "existing" }),
      /gateway\.gatewayClassName: missing; controller "existing" needs/,
    );
    await rejects(install({ controller: "gke", gatewayClassName: "gke-l7-ril", existing: {} }), (error: Error) => {
      deepStrictEqual(error.message.split("\n"), [
        'gateway controller "platform-gke": 2 problems',
        '  - gateway.existing: has no effect: the controller is "gke"; allowed: gateway.gke; fix: leave it out, or set gateway.controller to "existing"',
        '  - gateway.gatewayClassName: GKE Gateway has no such GatewayClass; given: "gke-l7-ril"; allowed: gke-l7-regional-external-managed, gke-l7-rilb; fix: did you mean "gke-l7-rilb"?',
      ]);
      return true;
    });
    await rejects(install({ existing: {} }), /gateway\.existing: has no effect: no controller is chosen/);
  });
});
