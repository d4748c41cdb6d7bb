import { deepStrictEqual, ok } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { changesInPlace, named, register, type Registration } from "./mocks";

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "llmisvc-controller-manager", namespace: "kserve" },
};

/** Values with which KServe's chart was rendered. */
let kserveValues: Record<string, unknown> = {};

async function install(args: Partial<InferencePlatformArgs> = {}): Promise<Registration[]> {
  const { registrations } = await register(
    () => {
      const cluster = { kubeconfig: pulumi.secret("kubeconfig"), identifier: "prod" };
      const platform = new InferencePlatform("platform", { cluster, ...args });
      new pulumi.ComponentResource("test:index:Service", "service", {}, { dependsOn: platform.ready as never });
    },
    {
      call: (_token, inputs) => {
        const { release_name, values } = JSON.parse(inputs.jsonOpts as string) as {
          release_name: string;
          values: { kserve: Record<string, unknown> };
        };
        if (release_name !== "kserve-llmisvc-resources") return { result: [] };
        kserveValues = values.kserve;
        return { result: [deployment] };
      },
    },
  );
  return registrations;
}

describe("InferencePlatform", () => {
  it("makes its parts children of itself", async () => {
    const registrations = await install();
    deepStrictEqual(
      registrations
        .filter(({ parent }) => parent === "platform")
        .map(({ name }) => name)
        .sort(),
      [
        "platform-gateway",
        "platform-gateway-api",
        "platform-inference-extension",
        "platform-kserve",
        "platform-kubernetes",
        "platform-lws",
      ],
    );
  });

  it("makes one provider from the kubeconfig, which stays secret, and keeps it when the kubeconfig changes", async () => {
    const registrations = await install();
    deepStrictEqual(named(registrations, "platform-kubernetes").inputs, {
      clusterIdentifier: "prod",
      kubeconfig: { secret: "kubeconfig" },
      ...changesInPlace,
    });
  });

  it("starts KServe's controller after every kind that it looks for at its start", async () => {
    const { dependsOn } = named(await install(), "platform-kserve-deployment-llmisvc-controller-manager");
    for (const bundle of ["gateway-api", "inference-extension", "lws-crds", "kserve-crds"]) {
      ok(dependsOn.includes(`platform-${bundle}-bundle`), `${bundle} is missing in ${dependsOn.join(", ")}`);
    }
  });

  it("puts the gateway into KServe's namespace, after the kinds of the Gateway API", async () => {
    const { dependsOn } = named(await install(), "platform-gateway-gateway");
    deepStrictEqual(dependsOn, ["platform-gateway-api-bundle", "platform-kserve-namespace"]);
  });

  it("has services wait for the gateway and LeaderWorkerSet's controller", async () => {
    const { dependsOn } = named(await install(), "service");
    ok(
      dependsOn.includes("platform-gateway-gateway") && dependsOn.includes("platform-lws-crds-bundle"),
      dependsOn.join(", "),
    );
  });

  it("leaves out what is there already", async () => {
    const registrations = await install({ leaderWorkerSet: false, gateway: false, gatewayApi: { crds: "unmanaged" } });
    deepStrictEqual(
      registrations
        .map(({ name }) => name)
        .filter((name) => /lws|platform-gateway-gateway|gateway-api-bundle/.test(name)),
      [],
    );
  });

  it("renders LeaderWorkerSet's chart with the image of its release, without its CRDs", async () => {
    const chart = named(await install(), "platform-lws-chart");
    deepStrictEqual(chart.inputs, {
      chart: "oci://registry.k8s.io/lws/charts/lws",
      name: "lws",
      namespace: "lws-system",
      resourcePrefix: "lws",
      skipCrds: true,
      values: { image: { manager: { tag: "v0.8.0" } } },
      version: "0.8.0",
    });
    deepStrictEqual(chart.dependsOn, ["platform-lws-crds-bundle", "platform-lws-namespace"]);
  });

  it("keeps the version of LeaderWorkerSet's image beside values that name another registry", async () => {
    const manager = { repository: "registry.example.com/lws/lws" };
    const chart = named(await install({ leaderWorkerSet: { values: { image: { manager } } } }), "platform-lws-chart");
    deepStrictEqual(chart.inputs.values, { image: { manager: { ...manager, tag: "v0.8.0" } } });
  });

  it("tells KServe of a gateway with another name, which services that name none then have", async () => {
    const gateway = { gatewayName: "edge", namespace: "gateways" };
    await install({ gateway });
    deepStrictEqual(kserveValues.controller, { gateway: { ingressGateway: { kserveGateway: "gateways/edge" } } });
    await install({ gateway, kserve: { gateway: "infra/shared" } });
    deepStrictEqual(kserveValues.controller, { gateway: { ingressGateway: { kserveGateway: "infra/shared" } } });
    const { result } = await register(
      () => new InferencePlatform("platform", { cluster: { kubeconfig: "none" }, gateway }).plan.defaultGateway,
      { preview: true, call: () => ({ result: [] }) },
    );
    deepStrictEqual(result, "gateways/edge");
  });

  it("has KServe prefer HTTPS when its own gateway serves it, and only then", async () => {
    const https = { hostnames: ["llm.example.com"], tls: { certificates: ["web"] } };
    await install({ gateway: https });
    deepStrictEqual(kserveValues.controller, { gateway: { urlScheme: "https" } });
    await install({ gateway: https, kserve: { gateway: "other/gateway" } });
    deepStrictEqual(kserveValues.controller, { gateway: { ingressGateway: { kserveGateway: "other/gateway" } } });
    await install({ gateway: https, kserve: { urlScheme: "http" } });
    deepStrictEqual(kserveValues.controller, { gateway: { urlScheme: "http" } });
    await install();
    deepStrictEqual(kserveValues.controller, undefined);
  });
});
