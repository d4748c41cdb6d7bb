import { deepStrictEqual, ok, strictEqual } from "node:assert";

import { destinationHeader, endpointPickerBootstrap, envoyGatewayValues } from "../../index";
import { problemsOfEnvoyWiring } from "../../sdk/gateways/envoyValues";

const extension = {
  extensionApis: { enableBackend: true, enableEnvoyPatchPolicy: true },
  extensionManager: {
    backendResources: [{ group: "inference.networking.k8s.io", kind: "InferencePool", version: "v1" }],
    hooks: {
      xdsTranslator: {
        post: ["Translation", "Cluster", "Route"],
        translation: {
          cluster: { includeAll: true },
          listener: { includeAll: true },
          route: { includeAll: true },
          secret: { includeAll: true },
        },
      },
    },
    service: {
      fqdn: { hostname: "ai-gateway-controller.envoy-ai-gateway-system.svc.cluster.local", port: 1063 },
    },
  },
};

describe("values of Envoy Gateway's chart", () => {
  it("change nothing where nothing is wired", () => {
    deepStrictEqual(envoyGatewayValues(), { config: { envoyGateway: {} } });
    deepStrictEqual(envoyGatewayValues({ aiGateway: false }), { config: { envoyGateway: {} } });
  });

  it("make Envoy Gateway ask the AI gateway about InferencePools", () => {
    deepStrictEqual(envoyGatewayValues({ aiGateway: true }), { config: { envoyGateway: extension } });
  });

  it("find the AI gateway in another namespace", () => {
    const { config } = envoyGatewayValues({ aiGateway: { namespace: "ai" } });
    const { extensionManager } = config.envoyGateway as typeof extension;
    strictEqual(extensionManager.service.fqdn.hostname, "ai-gateway-controller.ai.svc.cluster.local");
  });

  it("count shared rate limits in Redis, beside the AI gateway or without it", () => {
    const redis = "redis.redis-system.svc.cluster.local:6379";
    deepStrictEqual(envoyGatewayValues({ rateLimit: { redis } }), {
      config: { envoyGateway: { rateLimit: { backend: { type: "Redis", redis: { url: redis } } } } },
    });
    deepStrictEqual(
      envoyGatewayValues({
        aiGateway: true,
        rateLimit: { redis, tls: { certificateSecret: "redis-client" }, failClosed: true },
      }).config.envoyGateway,
      {
        ...extension,
        rateLimit: {
          backend: { type: "Redis", redis: { url: redis, tls: { certificateRef: { name: "redis-client" } } } },
          failClosed: true,
        },
      },
    );
    deepStrictEqual(
      (envoyGatewayValues({ rateLimit: { redis, tls: true } }).config.envoyGateway as { rateLimit: unknown }).rateLimit,
      { backend: { type: "Redis", redis: { url: redis, tls: {} } } },
    );
  });

  it("need a Redis for shared rate limits", () => {
    deepStrictEqual(
      problemsOfEnvoyWiring({ rateLimit: { redis: "sentinel-0:26379,sentinel-1:26379" } }, "gateway"),
      [],
    );
    deepStrictEqual(problemsOfEnvoyWiring({ rateLimit: { redis: "redis://redis" } }, "gateway.envoyGateway"), [
      {
        path: "gateway.envoyGateway.rateLimit.redis",
        given: "redis://redis",
        message: "not an address",
        allowed: 'host:port, such as "redis.redis-system.svc.cluster.local:6379"',
      },
    ]);
    const [missing] = problemsOfEnvoyWiring({ rateLimit: {} as { redis: string } }, "gateway");
    ok(missing?.message.startsWith("missing"), missing?.message);
  });
});

interface Named {
  name: string;
}
interface Cluster extends Named {
  type: string;
  transport_socket?: Named;
  original_dst_lb_config?: unknown;
  load_assignment?: { endpoints: { lb_endpoints: { endpoint: { address: unknown } }[] }[] };
}
interface Manager {
  access_log?: unknown[];
  early_header_mutation_extensions: { typed_config: { mutations: unknown[] } }[];
  http_filters: (Named & { typed_config: Record<string, unknown> })[];
  route_config: { virtual_hosts: { routes: { match: unknown; route: Record<string, unknown> }[] }[] };
  stream_idle_timeout: string;
}
interface Listener extends Named {
  address: unknown;
  filter_chains: { filters: { typed_config: Manager }[] }[];
}

function partsOf(bootstrap: ReturnType<typeof endpointPickerBootstrap>) {
  const { listeners, clusters } = bootstrap.static_resources as unknown as {
    listeners: Listener[];
    clusters: Cluster[];
  };
  const named = <T extends Named>(list: T[], name: string): T => list.find((entry) => entry.name === name) as T;
  const inference = named(listeners, "inference");
  return {
    inference,
    manager: inference.filter_chains[0]!.filters[0]!.typed_config,
    picker: named(clusters, "endpoint-picker"),
    pods: named(clusters, "picked-pod"),
  };
}

describe("an Envoy beside an endpoint picker", () => {
  it("asks the picker about everything, and refuses what it cannot ask about", () => {
    const { manager } = partsOf(endpointPickerBootstrap());
    deepStrictEqual(
      manager.http_filters.map(({ name }) => name),
      ["envoy.filters.http.ext_proc", "envoy.filters.http.router"],
    );
    const { processing_mode, failure_mode_allow, grpc_service } = manager.http_filters[0]!.typed_config;
    strictEqual(failure_mode_allow, false);
    deepStrictEqual(grpc_service, { envoy_grpc: { cluster_name: "endpoint-picker", authority: "localhost" } });
    deepStrictEqual(processing_mode, {
      request_header_mode: "SEND",
      request_body_mode: "FULL_DUPLEX_STREAMED",
      request_trailer_mode: "SEND",
      response_header_mode: "SEND",
      response_body_mode: "FULL_DUPLEX_STREAMED",
      response_trailer_mode: "SEND",
    });
  });

  it("sends requests where the picker says, not where clients say", () => {
    const { manager, pods } = partsOf(endpointPickerBootstrap());
    deepStrictEqual(pods.original_dst_lb_config, { use_http_header: true, http_header_name: destinationHeader });
    deepStrictEqual(manager.early_header_mutation_extensions[0]!.typed_config.mutations, [
      { remove: "x-gateway-destination-endpoint" },
    ]);
    strictEqual(pods.type, "ORIGINAL_DST");
  });

  it("lets answers take as long as they take", () => {
    const { manager } = partsOf(endpointPickerBootstrap());
    deepStrictEqual(manager.route_config.virtual_hosts[0]!.routes, [
      { match: { prefix: "/" }, route: { cluster: "picked-pod", timeout: "0s", idle_timeout: "0s" } },
    ]);
    strictEqual(manager.stream_idle_timeout, "0s");
  });

  it("speaks TLS with the picker always, with model servers where they do", () => {
    const plain = partsOf(endpointPickerBootstrap());
    strictEqual(plain.picker.transport_socket?.name, "envoy.transport_sockets.tls");
    strictEqual(plain.pods.transport_socket, undefined);
    const secure = partsOf(endpointPickerBootstrap({ modelServerTls: true }));
    strictEqual(secure.pods.transport_socket?.name, "envoy.transport_sockets.tls");
  });

  it("takes other ports, and is silent if told so", () => {
    const { inference, picker, manager } = partsOf(
      endpointPickerBootstrap({ listenerPort: 8443, pickerPort: 9102, accessLog: false }),
    );
    deepStrictEqual(inference.address, { socket_address: { address: "0.0.0.0", port_value: 8443 } });
    deepStrictEqual(picker.load_assignment?.endpoints[0]!.lb_endpoints[0]!.endpoint.address, {
      socket_address: { address: "127.0.0.1", port_value: 9102 },
    });
    strictEqual(manager.access_log, undefined);
    ok(partsOf(endpointPickerBootstrap()).manager.access_log);
  });
});
