import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

import { ConfigurationError, endpointPickerBootstrap, StandaloneRouter, type StandaloneRouterArgs } from "../../index";
import { latencyScheduler, prefixReuseScheduler } from "../../sdk/scheduler/presets";
import { type MockOptions, named, register, valueOf } from "./mocks";

async function create(args: Partial<StandaloneRouterArgs> = {}, options: MockOptions = {}) {
  const { registrations, result } = await register(
    () => new StandaloneRouter("router", { serviceName: "chat", namespace: "models", ...args }),
    options,
  );
  return { registrations, router: result };
}

interface Container {
  name: string;
  image: string;
  args: string[];
  securityContext: { runAsUser?: number };
}
interface PodTemplate {
  metadata: { annotations: Record<string, string> };
  spec: { containers: Container[]; serviceAccountName: string; volumes: unknown[] };
}

function podOf(registrations: Awaited<ReturnType<typeof create>>["registrations"]): PodTemplate {
  return (named(registrations, "router-deployment").inputs.spec as { template: PodTemplate }).template;
}

const labels = {
  "app.kubernetes.io/component": "llminferenceservice-router-scheduler",
  "app.kubernetes.io/name": "chat",
  "app.kubernetes.io/part-of": "llminferenceservice",
};

describe("StandaloneRouter", () => {
  it("makes an endpoint picker with its rights, its pool and an Envoy beside it", async () => {
    const { registrations, router } = await create();
    deepStrictEqual(
      registrations
        .slice(1)
        .map(({ type, name, parent }) => [type, name, parent])
        .sort(),
      [
        ["kubernetes:apps/v1:Deployment", "router-deployment"],
        ["kubernetes:core/v1:ConfigMap", "router-envoy"],
        ["kubernetes:core/v1:Service", "router-service"],
        ["kubernetes:core/v1:ServiceAccount", "router-account"],
        ["kubernetes:inference.networking.k8s.io/v1:InferencePool", "router-pool"],
        ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "router-metrics-binding"],
        ["kubernetes:rbac.authorization.k8s.io/v1:Role", "router-role"],
        ["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "router-binding"],
      ].map((row) => [...row, "router"]),
    );
    deepStrictEqual(named(registrations, "router-deployment").dependsOn, [
      "router-account",
      "router-binding",
      "router-envoy",
      "router-metrics-binding",
      "router-pool",
      "router-role",
    ]);
    deepStrictEqual(named(registrations, "router-service").inputs.spec, {
      type: "ClusterIP",
      selector: labels,
      ports: [
        { name: "http", port: 80, targetPort: "http", protocol: "TCP" },
        { name: "grpc", port: 9002, targetPort: "grpc", protocol: "TCP" },
        { name: "metrics", port: 9090, targetPort: "metrics", protocol: "TCP" },
      ],
    });
    deepStrictEqual(named(registrations, "router-pool").inputs.spec, {
      selector: {
        matchLabels: {
          "app.kubernetes.io/name": "chat",
          "app.kubernetes.io/part-of": "llminferenceservice",
          "kserve.io/component": "workload",
        },
      },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: {
        group: "",
        kind: "Service",
        name: "chat-standalone",
        port: { number: 9002 },
        failureMode: "FailClose",
      },
    });
    strictEqual(router.poolName, "chat-standalone");
  });

  it("gives the picker the pool and a configuration, and Envoy its own", async () => {
    const { registrations } = await create({ config: prefixReuseScheduler() });
    const { metadata, spec } = podOf(registrations);
    const [main, envoy] = spec.containers as [Container, Container];
    deepStrictEqual(main.args.slice(0, 8), [
      "--pool-name",
      "chat-standalone",
      "--pool-namespace",
      "$(NAMESPACE)",
      "--pool-group",
      "inference.networking.k8s.io",
      "--zap-encoder",
      "json",
    ]);
    deepStrictEqual(main.args.slice(-2), ["--config-text", JSON.stringify(prefixReuseScheduler())]);
    strictEqual(main.image, "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0");
    ok(/^docker\.io\/envoyproxy\/envoy:distroless-v1\.39\.1@sha256:[0-9a-f]{64}$/.test(envoy.image), envoy.image);
    deepStrictEqual(envoy.args.slice(0, 2), ["--config-path", "/etc/envoy/envoy.json"]);
    strictEqual(envoy.securityContext.runAsUser, 65532);
    strictEqual(spec.serviceAccountName, "chat-standalone");
    deepStrictEqual(
      JSON.parse((named(registrations, "router-envoy").inputs.data as { "envoy.json": string })["envoy.json"]),
      {
        ...endpointPickerBootstrap(),
      },
    );
    strictEqual(metadata.annotations["pulumi-kserve/envoy-configuration"]?.length, 16);
  });

  it("starts other pods when Envoy's configuration changes, and only then", async () => {
    const key = "pulumi-kserve/envoy-configuration";
    const markOf = async (args: Partial<StandaloneRouterArgs>) =>
      podOf((await create(args)).registrations).metadata.annotations[key];
    strictEqual(await markOf({}), await markOf({ replicas: 2 }));
    ok((await markOf({})) !== (await markOf({ accessLog: false })));
  });

  it("has one picker that serves among several, and does not wait for the others", async () => {
    const { registrations } = await create({ replicas: 2 });
    const { inputs } = named(registrations, "router-deployment");
    strictEqual((inputs.spec as { replicas: number }).replicas, 2);
    deepStrictEqual((inputs.metadata as { annotations: unknown }).annotations, {
      "pulumi.com/waitFor": "jsonpath={.status.availableReplicas}",
    });
    ok(podOf(registrations).spec.containers[0]!.args.includes("--ha-enable-leader-election"));
    ok(!podOf((await create()).registrations).spec.containers[0]!.args.includes("--ha-enable-leader-election"));
  });

  it("tells its address in a preview, and that of a load balancer once there is one", async () => {
    const { router } = await create({ port: 8080 }, { preview: true });
    strictEqual(await valueOf(router.url), "http://chat-standalone.models.svc:8080");
    strictEqual(await valueOf(router.schedulerMetricsEndpoint), "http://chat-standalone.models.svc:9090/metrics");
    const outside = await create(
      { loadBalancer: { annotations: { "networking.gke.io/load-balancer-type": "Internal" } } },
      {
        outputs: ({ name }) =>
          name === "router-external" ? { status: { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } } } : {},
      },
    );
    strictEqual(await valueOf(outside.router.url), "http://192.0.2.7");
    strictEqual(await valueOf(outside.router.clusterUrl), "http://chat-standalone.models.svc");
    const { metadata, spec } = named(outside.registrations, "router-external").inputs as {
      metadata: Record<string, unknown>;
      spec: Record<string, unknown>;
    };
    deepStrictEqual(metadata.annotations, { "networking.gke.io/load-balancer-type": "Internal" });
    deepStrictEqual(spec, {
      type: "LoadBalancer",
      selector: labels,
      ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
    });
  });

  it("follows model servers that speak TLS", async () => {
    const { registrations } = await create({ modelServerTls: true });
    ok(podOf(registrations).spec.containers[0]!.args.includes("--model-server-metrics-scheme=https"));
    strictEqual(
      (named(registrations, "router-envoy").inputs.data as Record<string, string>)["envoy.json"],
      JSON.stringify(endpointPickerBootstrap({ modelServerTls: true }), undefined, 2),
    );
  });

  it("refuses what cannot work, all at once and before anything is made", async () => {
    const wrong = {
      serviceName: "Chat",
      replicas: 0,
      port: 70000,
      prot: 80,
      config: latencyScheduler(),
      loadBalancer: { annotation: {} },
    } as unknown as StandaloneRouterArgs;
    await register(() => {
      throws(
        () => new StandaloneRouter("router", wrong),
        (error: ConfigurationError) => {
          deepStrictEqual(error.problems.map(({ path }) => path).sort(), [
            "config.plugins[2].type",
            "loadBalancer.annotation",
            "port",
            "prot",
            "replicas",
            "serviceName",
          ]);
          ok(error.message.includes('did you mean "port"?'), error.message);
          ok(error.message.includes("needs a latency predictor beside the endpoint picker"), error.message);
          return true;
        },
      );
    });
    const { registrations } = await register(() => {
      try {
        new StandaloneRouter("router", wrong);
      } catch {
        // Looked at above.
      }
    });
    deepStrictEqual(
      registrations.filter(({ custom }) => custom),
      [],
    );
  });

  it("refuses a name that KServe takes", async () => {
    await register(() => {
      throws(
        () => new StandaloneRouter("router", { serviceName: "chat", routerName: "chat-kserve-workload-svc" }),
        /KServe names the workload's Service so/,
      );
    });
  });
});
