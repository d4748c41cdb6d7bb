import * as settings from "@pulumi/pulumi/runtime/settings";

/** What the SDK opens its connections to the engine with, and its types hide. */
const { grpcClientOptions } = settings as unknown as { grpcClientOptions: Record<string, unknown> };

/**
 * Has programs of this process share no connection with programs before them.
 *
 * gRPC holds back for a second from an address that did not answer, in the whole process. An engine that gets the port of one that has ended is refused
 * then, and the SDK takes that for the end of its engine: it ends the program without an error before its first resource, after which the
 * engine would delete what the program has not declared (source: `LanguageServer.run` in automation/server.js of @pulumi/pulumi 3.270.0).
 */
export function shareNoConnections(): void {
  grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}
