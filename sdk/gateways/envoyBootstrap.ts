import { ports } from "../api/constants";

/** What an Envoy beside an endpoint picker does. */
export interface EndpointPickerProxy {
  /** Port on which clients reach it. @default 8081 */
  readonly listenerPort?: number;
  /** Port of the endpoint picker's gRPC service on the same pod. @default 9002 */
  readonly pickerPort?: number;
  /** Speak TLS with the model servers, as KServe's `enableLLMInferenceServiceTLS` makes them do. @default false */
  readonly modelServerTls?: boolean;
  /** Log each request to standard output. @default true */
  readonly accessLog?: boolean;
}

/** Ports of the Envoy beside an endpoint picker. Those of llm-d's own chart (config/charts/llm-d-router-standalone). */
export const proxyPorts = { listener: 8081, admin: 19000, ready: 19001 } as const;

/** An Envoy configuration in its JSON form, as `envoy -c` reads it. */
export interface EnvoyBootstrap {
  readonly admin: { readonly address: SocketAddress };
  readonly overload_manager: { readonly resource_monitors: readonly object[] };
  readonly static_resources: { readonly listeners: readonly object[]; readonly clusters: readonly object[] };
}

interface SocketAddress {
  readonly socket_address: { readonly address: string; readonly port_value: number };
}

/**
 * The header in which the endpoint picker answers with the address of the pod. Source: docs/proposals/004-endpoint-picker-protocol of the inference
 * extension 1.5.0.
 */
export const destinationHeader = "x-gateway-destination-endpoint";

/**
 * The configuration of an Envoy that asks the endpoint picker of its own pod about each request, and sends the request to the pod that it names: what
 * a gateway does for an InferencePool, without a gateway.
 *
 * - Headers, body and trailers go to the picker as a stream in both directions, which it needs to read the model's name from the body.
 * - Without an answer there is nowhere to send a request to, so that it is refused while the picker does not answer.
 * - Clients cannot choose the destination: their header of that name is removed first.
 * - Nothing ends a long answer but its client or its server.
 *
 * Sources: the chart `config/charts/standalone` of the inference extension 1.5.0 and Envoy's API (v3); read by Envoy 1.39.1 (`envoy --mode validate`).
 */
export function endpointPickerBootstrap(proxy: EndpointPickerProxy = {}): EnvoyBootstrap {
  const { listenerPort = proxyPorts.listener, pickerPort = ports.schedulerGrpc, modelServerTls = false } = proxy;
  return {
    admin: { address: address("127.0.0.1", proxyPorts.admin) },
    overload_manager: {
      resource_monitors: [
        extension(
          "envoy.resource_monitors.global_downstream_max_connections",
          "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
          { max_active_downstream_connections: mostRequests },
        ),
      ],
    },
    static_resources: {
      listeners: [
        listener("ready", proxyPorts.ready, readyManager()),
        listener("inference", listenerPort, inferenceManager(proxy.accessLog ?? true)),
      ],
      clusters: [adminCluster(), podsCluster(modelServerTls), pickerCluster(pickerPort)],
    },
  };
}

/** What upstream's chart allows at a time. */
const mostRequests = 40_000;

const clusterNames = { admin: "admin", picker: "endpoint-picker", pods: "picked-pod" } as const;

function address(host: string, port: number): SocketAddress {
  return { socket_address: { address: host, port_value: port } };
}

function typed(type: string, fields: object = {}): object {
  return { "@type": `type.googleapis.com/${type}`, ...fields };
}

function extension(name: string, type: string, fields: object = {}): object {
  return { name, typed_config: typed(type, fields) };
}

function listener(name: string, port: number, manager: object): object {
  return {
    name,
    address: address("0.0.0.0", port),
    per_connection_buffer_limit_bytes: 32_768,
    filter_chains: [
      {
        filters: [
          extension(
            "envoy.filters.network.http_connection_manager",
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            { stat_prefix: name, ...manager },
          ),
        ],
      },
    ],
  };
}

const router = extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router");

function routes(cluster: string, prefix: string, action: object = {}): object {
  const route = { match: { prefix }, route: { cluster, ...action } };
  return { route_config: { name: cluster, virtual_hosts: [{ name: cluster, domains: ["*"], routes: [route] }] } };
}

/** For probes, and for Prometheus without the rest of the administration interface. */
function readyManager(): object {
  const probe = { name: ":path", string_match: { exact: "/ready" } };
  return {
    ...routes(clusterNames.admin, "/stats/prometheus"),
    http_filters: [
      extension("envoy.filters.http.health_check", "envoy.extensions.filters.http.health_check.v3.HealthCheck", {
        pass_through_mode: false,
        headers: [probe],
      }),
      router,
    ],
  };
}

function inferenceManager(accessLog: boolean): object {
  const unlimited = "0s";
  return {
    ...routes(clusterNames.pods, "/", { timeout: unlimited, idle_timeout: unlimited }),
    early_header_mutation_extensions: [
      extension(
        "envoy.http.early_header_mutation.header_mutation",
        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        { mutations: [{ remove: destinationHeader }] },
      ),
    ],
    http_filters: [askPicker(), router],
    use_remote_address: true,
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: "UNESCAPE_AND_REDIRECT",
    common_http_protocol_options: { headers_with_underscores_action: "REJECT_REQUEST" },
    server_header_transformation: "PASS_THROUGH",
    stream_idle_timeout: unlimited,
    ...(accessLog && { access_log: [logLines()] }),
  };
}

function askPicker(): object {
  return extension("envoy.filters.http.ext_proc", "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor", {
    grpc_service: { envoy_grpc: { cluster_name: clusterNames.picker, authority: "localhost" } },
    failure_mode_allow: false,
    // Requests may wait in the picker's queues.
    message_timeout: "1000s",
    processing_mode: {
      request_header_mode: "SEND",
      request_body_mode: "FULL_DUPLEX_STREAMED",
      request_trailer_mode: "SEND",
      response_header_mode: "SEND",
      response_body_mode: "FULL_DUPLEX_STREAMED",
      response_trailer_mode: "SEND",
    },
  });
}

function logLines(): object {
  return extension("envoy.access_loggers.file", "envoy.extensions.access_loggers.file.v3.FileAccessLog", {
    path: "/dev/stdout",
    log_format: {
      json_format: {
        time: "%START_TIME%",
        method: "%REQ(:METHOD)%",
        path: "%REQ(:PATH)%",
        code: "%RESPONSE_CODE%",
        flags: "%RESPONSE_FLAGS%",
        duration_ms: "%DURATION%",
        pod: "%UPSTREAM_HOST%",
        request_id: "%REQ(X-REQUEST-ID)%",
      },
    },
  });
}

/** The administration interface of this Envoy itself. */
function adminCluster(): object {
  return { ...fixedCluster(clusterNames.admin, proxyPorts.admin), connect_timeout: "0.25s" };
}

/** As many streams as there are requests: each has one with the picker and one with a pod. */
const manyRequests = {
  thresholds: [
    {
      max_connections: mostRequests,
      max_pending_requests: mostRequests,
      max_requests: mostRequests,
      max_retries: 1024,
    },
  ],
};

/** The pod that the picker named. */
function podsCluster(tls: boolean): object {
  return {
    name: clusterNames.pods,
    type: "ORIGINAL_DST",
    lb_policy: "CLUSTER_PROVIDED",
    connect_timeout: "10s",
    circuit_breakers: manyRequests,
    original_dst_lb_config: { use_http_header: true, http_header_name: destinationHeader },
    // Encrypted without a look at the certificate: pods are reached by address, and KServe's certificates are of its own authority.
    ...(tls && { transport_socket: tlsToAnyone() }),
  };
}

/** The picker makes its certificate when it starts, which nobody could know: it is encrypted within the pod. */
function pickerCluster(port: number): object {
  return {
    ...fixedCluster(clusterNames.picker, port),
    connect_timeout: "10s",
    circuit_breakers: manyRequests,
    transport_socket: tlsToAnyone(),
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        { explicit_http_config: { http2_protocol_options: {} } },
      ),
    },
  };
}

function fixedCluster(name: string, port: number): object {
  const endpoint = { endpoint: { address: address("127.0.0.1", port) } };
  return { name, type: "STATIC", load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] } };
}

function tlsToAnyone(): object {
  return extension("envoy.transport_sockets.tls", "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
    common_tls_context: {},
  });
}
