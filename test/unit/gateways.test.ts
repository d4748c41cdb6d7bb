import { deepStrictEqual, strictEqual } from "node:assert";

import { chartAddress, chartSource, problemsOfChartMirrors } from "../../sdk/charts";
import { type CheckedController, checkGatewayController } from "../../sdk/gateways/checks";
import { controllerOfClass, gatewayControllerFacts, gatewayControllerNames } from "../../sdk/gateways/facts";
import { controllerArgument } from "../../sdk/gateways/types";
import type { ClusterPlan } from "../../sdk/preflight/plan";
import { planOfPlatform } from "../../sdk/preflight/platformPlan";
import { preflight } from "../../sdk/preflight/preflight";
import { describeProblem } from "../../sdk/problems";

const wrong = (given: CheckedController): string[] => checkGatewayController(given).map(describeProblem);

describe("gateway controllers", () => {
  it("have facts under their own names, and classes that lead back to them", () => {
    for (const name of gatewayControllerNames()) {
      const facts = gatewayControllerFacts(name);
      strictEqual(facts?.name, name);
      // DigitalOcean's controller is Istio, too.
      const ofClass = name === "digitalocean" ? "istio" : name;
      if (facts.defaultClass !== undefined) strictEqual(controllerOfClass(facts.defaultClass)?.name, ofClass);
      if (facts.defaultVersion !== undefined) deepStrictEqual(facts.poolVersions().includes("v1"), true);
      deepStrictEqual(wrong({ controller: name }), []);
    }
    strictEqual(controllerArgument("envoy-gateway"), "envoyGateway");
  });

  it("are found by the nearest name", () => {
    deepStrictEqual(wrong({ controller: "isto" }), [
      `gateway.controller: no such gateway controller; given: "isto"; allowed: ${gatewayControllerNames().join(", ")}; fix: did you mean "istio"?`,
    ]);
  });

  it("refuse arguments of another, and arguments of any where none is chosen", () => {
    deepStrictEqual(wrong({ controller: "gke", istio: { version: "1.29.2" } }), [
      'gateway.istio: has no effect: the controller is "gke"; allowed: gateway.gke; fix: leave it out, or set gateway.controller to "istio"',
    ]);
    deepStrictEqual(wrong({ istio: {} }), [
      'gateway.istio: has no effect: no controller is chosen; fix: set gateway.controller to "istio", or leave it out',
    ]);
    deepStrictEqual(wrong({ gatewayClassName: "istio" }), []);
  });

  it("refuse classes that are not theirs, and those without InferencePools", () => {
    deepStrictEqual(wrong({ controller: "istio", gatewayClassName: "istoi" }), [
      'gateway.gatewayClassName: Istio has no such GatewayClass; given: "istoi"; allowed: istio; fix: did you mean "istio"?',
    ]);
    deepStrictEqual(wrong({ controller: "istio", gatewayClassName: "istio-waypoint" }), [
      'gateway.gatewayClassName: gateways of this class send no requests to InferencePools: its gateways are proxies of the mesh, which no client outside reaches; given: "istio-waypoint"; allowed: istio',
    ]);
    const ofOneself = { gatewayClassName: "inference", gatewayClassController: "istio.io/gateway-controller" };
    deepStrictEqual(wrong({ controller: "istio", ...ofOneself }), []);
    deepStrictEqual(wrong({ controller: "existing", gatewayClassName: "anything" }), []);
    strictEqual(wrong({ controller: "gke", ...ofOneself }).length, 1);
  });

  it("refuse versions that do not act on InferencePools of version v1", () => {
    deepStrictEqual(wrong({ controller: "istio", istio: { version: "1.27.1" } }), [
      'gateway.istio.version: Istio 1.27.1 acts on InferencePools of API version v1alpha2 only, and KServe needs v1; given: "1.27.1"; allowed: 1.28.0 or newer; fix: leave it out for 1.29.2',
    ]);
    deepStrictEqual(wrong({ controller: "istio", istio: { version: "1.26.4" } }), [
      'gateway.istio.version: Istio 1.26.4 does not know InferencePools; given: "1.26.4"; allowed: 1.28.0 or newer; fix: leave it out for 1.29.2',
    ]);
    deepStrictEqual(wrong({ controller: "istio", istio: { version: "1.28.0" } }), []);
  });

  it("are known to the preflight of services, with what they are installed as", () => {
    const plan = planOfPlatform({ gateway: { controller: "istio", ...{ istio: { version: "1.30.1" } } } });
    strictEqual(plan.components?.istio, "1.30.1");
    strictEqual(plan.inferenceExtensionEnabled, true);
    deepStrictEqual(
      plan.gateways?.map(({ className, controller }) => [className, controller]),
      [["istio", "istio"]],
    );
    const gke = planOfPlatform({ gateway: { controller: "gke", gatewayClassName: "gke-l7-rilb" } });
    deepStrictEqual([gke.gateways?.[0]?.className, gke.components?.istio], ["gke-l7-rilb", undefined]);
    deepStrictEqual(gke.components?.gatewayApi, true);
    const canary = { version: "1.30.1", revision: "1-30-1", servesGateways: true };
    const doks = planOfPlatform({
      gateway: { controller: "digitalocean", ...{ digitalocean: { istio: { canary } } } },
    });
    deepStrictEqual([doks.components?.istio, doks.inferenceExtensionEnabled], ["1.30.1", true]);
    deepStrictEqual(planOfPlatform({}).gateways, [
      {
        namespace: "kserve",
        name: "kserve-ingress-gateway",
        className: "istio",
        listeners: [{ name: "http", port: 80, allowedRoutes: { from: "All" } }],
      },
    ]);
  });
});

describe("a platform of standalone routers", () => {
  it("has no gateway that a service could wait for, unless one is stated", () => {
    const standalone = { gateway: { controller: "standalone" as const } };
    const spec = { model: { uri: "hf://acme/llama" }, router: { gateway: {}, route: {}, scheduler: {} } };
    const findings = (cluster: ClusterPlan): string[] =>
      preflight({ services: [{ name: "llama", namespace: "models", spec }], cluster })
        .filter(({ code }) => code === "gateway-missing")
        .map(describeProblem);
    deepStrictEqual(findings(planOfPlatform(standalone)), [
      'spec.router.gateway: no Gateway of this name is in the cluster, nor planned; given: "kserve/kserve-ingress-gateway"; ' +
        "allowed: none: there is no Gateway; fix: create it; or leave out router.gateway and router.route where services have a standalone router [gateway-missing]",
    ]);
    const edge = { namespace: "kserve", name: "kserve-ingress-gateway" };
    deepStrictEqual(findings(planOfPlatform(standalone, { gateways: [edge] })), []);
    // That it exists already is said of the gateway, not where.
    deepStrictEqual(findings(planOfPlatform({ gateway: false })), []);
  });
});

describe("third-party charts", () => {
  const oci = chartSource("oci://gcr.io/istio-release/charts/istiod", "1.29.2", "istio-system");
  const repository = chartSource("https://charts.example.com/stable/keda", "2.18.0", "keda", "scaler");

  it("have their official addresses without mirrors", () => {
    deepStrictEqual(chartAddress(oci), { chart: "oci://gcr.io/istio-release/charts/istiod", version: "1.29.2" });
    deepStrictEqual(chartAddress(repository), {
      chart: "keda",
      version: "2.18.0",
      repositoryOpts: { repo: "https://charts.example.com/stable" },
    });
    deepStrictEqual([oci.release, repository.release], ["istiod", "scaler"]);
  });

  it("come from one mirror, or from one for each", () => {
    deepStrictEqual(chartAddress(oci, "oci://mirror/charts/"), {
      chart: "oci://mirror/charts/istiod",
      version: "1.29.2",
    });
    deepStrictEqual(chartAddress(repository, { keda: "/charts" }), { chart: "/charts/keda" });
    deepStrictEqual(chartAddress(repository, "https://mirror"), {
      chart: "keda",
      version: "2.18.0",
      repositoryOpts: { repo: "https://mirror" },
    });
    deepStrictEqual(chartAddress(oci, { keda: "/charts" }), chartAddress(oci));
  });

  it("refuse mirrors that no chart can come from", () => {
    deepStrictEqual(
      problemsOfChartMirrors({ keda: "/charts", istiod: "mirror" }, "mirrors.charts").map(describeProblem),
      [
        'mirrors.charts.istiod: charts cannot come from here; given: "mirror"; allowed: a folder\'s path that starts with "/" or ".", an http(s):// prefix, an oci:// prefix',
      ],
    );
    deepStrictEqual(problemsOfChartMirrors(undefined, "mirrors.charts"), []);
  });
});
