import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import type { EnvoyGatewayArgs } from "../../components/networking/controllers/envoyGateway";
import { install } from "./gatewayControllers.test";
import { named, type Registration } from "./mocks";

const name = "platform-envoy-gateway";

async function installEnvoy(envoyGateway?: Partial<EnvoyGatewayArgs>) {
  return install(
    { controller: "envoy-gateway", ...(envoyGateway && { envoyGateway }) } as Parameters<typeof install>[0],
    {
      mirrors: { charts: "oci://mirror.example/charts" },
    },
  );
}

interface ChartInputs {
  chart: string;
  version: string;
  skipCrds: boolean;
  namespace: string;
  values: {
    config: {
      envoyGateway: { extensionManager?: { service: { fqdn: object } }; rateLimit?: object; provider: object };
    };
    deployment?: object;
    global?: object;
    controller?: { image: { repository: string; tag: string }; mutatingWebhook: object };
  };
}

const chartOf = (registrations: Registration[], of = name): ChartInputs =>
  named(registrations, `${of}-chart`).inputs as unknown as ChartInputs;

describe("Envoy Gateway", () => {
  it("comes with its CRDs, certificates, AI gateway and class, in this order", async () => {
    const { registrations, platform } = await installEnvoy();
    const { chart, version, skipCrds, namespace, values } = chartOf(registrations);
    deepStrictEqual(
      [chart, version, skipCrds, namespace],
      ["oci://mirror.example/charts/gateway-helm", "v1.8.1", true, "envoy-gateway-system"],
    );
    deepStrictEqual(values.config.envoyGateway.extensionManager?.service, {
      fqdn: { hostname: "ai-gateway-controller.envoy-ai-gateway-system.svc.cluster.local", port: 1063 },
    });
    const after = (resource: string): string[] => named(registrations, resource).dependsOn ?? [];
    ok(after(`${name}-chart`).includes(`${name}-certgen`), String(after(`${name}-chart`)));
    ok(after(`${name}-chart`).includes("platform-gateway-api-bundle"));
    ok(after(`${name}-ai-chart`).includes("platform-inference-extension-bundle"), String(after(`${name}-ai-chart`)));
    ok(after(`${name}-ai-chart`).includes(`${name}-crds`));
    ok(after("platform-gateway-gateway").includes(`${name}-class`));
    deepStrictEqual(after(`${name}-certgen`).sort(), [
      `${name}-certgen-account`,
      `${name}-certgen-binding`,
      `${name}-certgen-role`,
    ]);
    const gatewayClass = named(registrations, `${name}-class`).inputs as {
      spec: object;
      metadata: { annotations: object };
    };
    deepStrictEqual(gatewayClass.spec, { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" });
    deepStrictEqual(gatewayClass.metadata.annotations, { "pulumi.com/waitFor": "condition=Accepted" });
    deepStrictEqual(platform.gatewayController?.poolVersions, ["v1"]);
    deepStrictEqual(platform.plan.components?.envoyAiGateway, "1.0.0");
  });

  it("takes the AI gateway's images of the pinned version, from the registry that is named", async () => {
    const { registrations } = await installEnvoy({ imageRegistry: "registry.example" });
    deepStrictEqual(chartOf(registrations).values.global, { imageRegistry: "registry.example" });
    deepStrictEqual(chartOf(registrations, `${name}-ai`).values.controller?.image, {
      repository: "registry.example/envoyproxy/ai-gateway-controller",
      tag: "v1.0.0",
    });
    const job = named(registrations, `${name}-certgen`).inputs as {
      spec: { template: { spec: { containers: { image: string }[] } } };
    };
    strictEqual(job.spec.template.spec.containers[0]?.image, "registry.example/envoyproxy/gateway:v1.8.1");
  });

  it("is told nothing of an AI gateway that is left out, and then knows no pools", async () => {
    const { registrations, platform } = await installEnvoy({ aiGateway: false });
    strictEqual(chartOf(registrations).values.config.envoyGateway.extensionManager, undefined);
    deepStrictEqual(
      registrations.filter(({ name: of }) => of.includes(`${name}-ai`)),
      [],
    );
    deepStrictEqual(platform.gatewayController?.poolVersions, []);
    strictEqual(platform.plan.components?.envoyAiGateway, undefined);
  });

  it("gives the Envoys of its class what is asked for them", async () => {
    const { registrations } = await installEnvoy({
      replicas: 2,
      proxies: {
        replicas: 3,
        serviceAnnotations: { "example.com/internal": "true" },
        spec: { concurrency: 2, provider: { kubernetes: { envoyPDB: { minAvailable: 1 } } } },
      },
      rateLimit: { redis: "redis.redis-system:6379" },
    });
    deepStrictEqual(named(registrations, `${name}-proxies`).inputs.spec, {
      concurrency: 2,
      provider: {
        type: "Kubernetes",
        kubernetes: {
          envoyDeployment: { replicas: 3 },
          envoyPDB: { minAvailable: 1 },
          envoyService: { annotations: { "example.com/internal": "true" } },
        },
      },
    });
    const { spec } = named(registrations, `${name}-class`).inputs as { spec: { parametersRef: object } };
    deepStrictEqual(spec.parametersRef, {
      group: "gateway.envoyproxy.io",
      kind: "EnvoyProxy",
      name: "envoy",
      namespace: "envoy-gateway-system",
    });
    deepStrictEqual(chartOf(registrations).values.deployment, { replicas: 2 });
    ok(chartOf(registrations).values.config.envoyGateway.rateLimit);
  });

  it("refuses what cannot be", async () => {
    const proxies = { serviceType: "Loadbalancer", replicas: 0 } as unknown as EnvoyGatewayArgs["proxies"];
    await rejects(installEnvoy({ proxies, rateLimit: { redis: "redis" } }), (error: Error) => {
      deepStrictEqual(error.message.split("\n"), [
        `EnvoyGateway "${name}": 3 problems`,
        '  - envoyGateway.rateLimit.redis: not an address; given: "redis"; allowed: host:port, such as "redis.redis-system.svc.cluster.local:6379"',
        '  - envoyGateway.proxies.serviceType: not a type of Service; given: "Loadbalancer"; allowed: LoadBalancer, ClusterIP, NodePort',
        "  - envoyGateway.proxies.replicas: not a number of pods; given: 0; allowed: 1 or more",
      ]);
      return true;
    });
  });
});
