import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

import { Agentgateway, ConfigurationError, Kgateway } from "../../index";
import { createGatewayController } from "../../components/networking/controllers/controller";
import { named, register, type Registration } from "./mocks";

const chartType = "kubernetes:helm.sh/v4:Chart";

function charts(registrations: Registration[]) {
  return registrations.filter(({ type }) => type === chartType).map(({ name, inputs }) => [name, inputs] as const);
}

describe("gateway controllers of two charts", () => {
  it("install agentgateway with an eye on InferencePools", async () => {
    const { registrations, result } = await register(() =>
      createGatewayController("gateways", { controller: "agentgateway", kubeconfig: "k" }),
    );
    deepStrictEqual(charts(registrations), [
      [
        "gateways-crds",
        {
          chart: "oci://cr.agentgateway.dev/charts/agentgateway-crds",
          name: "agentgateway-crds",
          namespace: "agentgateway-system",
          resourcePrefix: "gateways-crds",
          values: {},
          version: "v1.1.0",
        },
      ],
      [
        "gateways-chart",
        {
          chart: "oci://cr.agentgateway.dev/charts/agentgateway",
          name: "agentgateway",
          namespace: "agentgateway-system",
          resourcePrefix: "gateways",
          skipCrds: true,
          values: { inferenceExtension: { enabled: true } },
          version: "v1.1.0",
        },
      ],
    ]);
    ok(named(registrations, "gateways-chart").dependsOn.includes("gateways-namespace"));
    deepStrictEqual(named(registrations, "gateways-namespace").inputs.metadata, { name: "agentgateway-system" });
    const { ready, ...handle } = result;
    ok(ready);
    deepStrictEqual(handle, {
      controller: "agentgateway",
      className: "agentgateway",
      version: "1.1.0",
      poolVersions: ["v1"],
    });
  });

  it("install the last kgateway that knows InferencePools, with other values over ours", async () => {
    const { registrations, result } = await register(() =>
      createGatewayController("gateways", {
        controller: "kgateway",
        kubeconfig: "k",
        mirrors: { charts: "oci://registry.example.com" },
        kgateway: { replicas: 2, values: { controller: { logLevel: "debug" }, image: { tag: "v2.1.2-fips" } } },
      }),
    );
    const chart = named(registrations, "gateways-chart").inputs;
    strictEqual(chart.chart, "oci://registry.example.com/kgateway");
    strictEqual(named(registrations, "gateways-crds").inputs.chart, "oci://registry.example.com/kgateway-crds");
    strictEqual(chart.version, "v2.1.2");
    strictEqual(chart.namespace, "kgateway-system");
    deepStrictEqual(chart.values, {
      controller: { logLevel: "debug", replicaCount: 2 },
      image: { tag: "v2.1.2-fips" },
      inferenceExtension: { enabled: true },
    });
    deepStrictEqual([result.className, result.poolVersions], ["kgateway", ["v1"]]);
  });

  it("leave out CRDs that somebody else installs, and take charts from mirrors", async () => {
    const { registrations } = await register(
      () =>
        new Agentgateway("agw", {
          crds: "existing",
          mirrors: { charts: { agentgateway: "oci://registry.example.com/charts" } },
          version: "v1.0.0",
        }),
    );
    deepStrictEqual(
      charts(registrations).map(([name, { chart, version }]) => [name, chart, version]),
      [["agw-chart", "oci://registry.example.com/charts/agentgateway", "v1.0.0"]],
    );
  });

  it("leave a namespace alone that is there", async () => {
    const { registrations } = await register(
      () => new Kgateway("kg", { namespace: "gateways", createNamespace: false, crds: "existing" }),
    );
    deepStrictEqual(
      registrations.map(({ name }) => name),
      ["kg", "kg-chart"],
    );
    strictEqual(named(registrations, "kg-chart").inputs.namespace, "gateways");
  });

  it("refuse versions that do not act on what KServe makes, unknown owners of CRDs and no replicas", async () => {
    await register(() => {
      throws(
        () => new Kgateway("kg", { version: "2.4.3", crds: "mine" as "own", replicas: 0 }),
        (error: ConfigurationError) => {
          deepStrictEqual(
            error.problems.map(({ path }) => path),
            ["kgateway.crds", "kgateway.replicas", "kgateway.version"],
          );
          ok(/kgateway 2\.4\.3 does not act on InferencePools of API version v1/.test(error.message), error.message);
          return true;
        },
      );
      throws(
        () => new Agentgateway("agw", { mirrors: { charts: "registry.example.com" } }),
        /charts cannot come from here/,
      );
      throws(() => new Agentgateway("agw", { version: "latest" }), /agentgateway\.version: not a version/);
    });
  });
});
