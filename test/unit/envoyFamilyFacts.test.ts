import { deepStrictEqual, ok } from "node:assert";

import { checkGatewayController } from "../../sdk/gateways/checks";
import { gatewayControllerFacts } from "../../sdk/gateways/facts";
import { planOfPlatform } from "../../sdk/preflight/platformPlan";

function poolsOf(controller: string, version?: string): readonly string[] {
  const facts = gatewayControllerFacts(controller);
  ok(facts, controller);
  return facts.poolVersions(version);
}

describe("what is known of kgateway, agentgateway and the standalone router", () => {
  it("are the API versions of InferencePool that each version acts on", () => {
    deepStrictEqual(
      ["2.0.4", "2.1.0", "2.1.2", "v2.1.2", "2.2.0", "2.4.3", undefined].map((version) => poolsOf("kgateway", version)),
      [["v1alpha2"], ["v1"], ["v1"], ["v1"], [], [], ["v1"]],
    );
    deepStrictEqual(
      ["0.12.0", "1.0.0", "1.5.0", undefined].map((version) => poolsOf("agentgateway", version)),
      [[], ["v1"], ["v1"], ["v1"]],
    );
    deepStrictEqual(poolsOf("standalone"), ["v1"]);
  });

  it("make no Gateway where services are reached without one", () => {
    deepStrictEqual(
      checkGatewayController({ controller: "standalone", gatewayName: "main", listeners: [], kubeconfig: "k" }).map(
        ({ path, message }) => `${path}: ${message}`,
      ),
      [
        "gateway.gatewayName: has no effect: the standalone router makes no Gateway",
        "gateway.listeners: has no effect: the standalone router makes no Gateway",
      ],
    );
    deepStrictEqual(planOfPlatform({ gateway: { controller: "standalone" } }).gateways, []);
  });

  it("refuse a wrong pair with what would be right", () => {
    const [problem] = checkGatewayController({ controller: "kgateway", kgateway: { version: "2.3.1" } });
    deepStrictEqual(problem?.path, "gateway.kgateway.version");
    ok(problem?.message.includes("does not know InferencePools"), problem?.message);
    const [waypoint] = checkGatewayController({ controller: "kgateway", gatewayClassName: "kgateway-waypoint" });
    ok(waypoint?.message.includes("send no requests to InferencePools"), waypoint?.message);
    const [typo] = checkGatewayController({ controller: "agentgatway" });
    deepStrictEqual(typo?.fix, 'did you mean "agentgateway"?');
  });
});
