import { readFileSync } from "node:fs";
import { dirname } from "node:path";

import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type ServerErrorResponse,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { messageOf, PartialError } from "./errors";
import { EngineLog } from "./engine";
import type { OfflineCluster } from "./offline";
import { toStruct } from "./properties";
import { StandInProvider, structMethods, type StructRequest } from "./provider";

const megabyte = 1024 * 1024;

/**
 * Listens on a free loopback port.
 *
 * @param engineAddress where messages to the user go; an engine that attaches itself brings its own
 * @param offline stands for the cluster in previews that must need none
 * @returns the port
 */
export async function serve(
  engineAddress: string | undefined,
  offline?: OfflineCluster,
): Promise<{ port: number; server: Server }> {
  const log = new EngineLog();
  if (engineAddress) log.connect(engineAddress);
  const server = new Server({
    "grpc.max_receive_message_length": 400 * megabyte,
    "grpc.max_send_message_length": 400 * megabyte,
  });
  server.addService(
    { ...ResourceProviderService, ...structMethods },
    implementation(new StandInProvider(log, kubernetesVersion(), offline), log),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { port, server };
}

/** The version of the SDK that programs use: what the engine expects the plugin to be. */
function kubernetesVersion(): string {
  const file = require.resolve("@pulumi/kubernetes/package.json");
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version?: string };
  if (!version) throw new Error(`${dirname(file)}: its package.json has no version`);
  return version;
}

function implementation(provider: StandInProvider, log: EngineLog): UntypedServiceImplementation {
  const unary =
    <Request, Response>(
      work: (request: Request) => Promise<Response> | Response,
      urnOf?: (request: Request) => string,
    ): handleUnaryCall<Request, Response> =>
    (call, callback) => {
      const run = async (): Promise<Response> => {
        try {
          return await work(call.request);
        } finally {
          await log.flush();
        }
      };
      run().then(
        (response) => callback(null, response),
        (error: unknown) => callback(toStatus(error, (message) => log.redact(urnOf?.(call.request) ?? "", message))),
      );
    };
  const urn = ({ message }: { message: { getUrn(): string } }): string => message.getUrn();

  return {
    handshake: unary((request: rpc.ProviderHandshakeRequest) => {
      log.connect(request.getEngineAddress());
      return new rpc.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(true)
        .setAcceptOutputs(true)
        .setSupportsAutonamingConfiguration(true);
    }),
    attach: unary((request: PluginAttach) => {
      log.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(provider.version)),
    getSchema: unary(() => new rpc.GetSchemaResponse().setSchema(provider.schema())),
    getMapping: unary(() => new rpc.GetMappingResponse()),
    getMappings: unary(() => new rpc.GetMappingsResponse()),
    checkConfig: unary((request: rpc.CheckRequest) => provider.checkConfig(request)),
    diffConfig: unary((request: rpc.DiffRequest) => provider.diffConfig(request)),
    configure: unary((request: rpc.ConfigureRequest) => provider.configure(request)),
    check: unary((request: StructRequest<"check">) => provider.check(request), urn),
    diff: unary((request: StructRequest<"diff">) => provider.diff(request), urn),
    create: unary((request: StructRequest<"create">) => provider.create(request), urn),
    update: unary((request: StructRequest<"update">) => provider.update(request), urn),
    read: unary((request: StructRequest<"read">) => provider.read(request), urn),
    delete: unary((request: StructRequest<"delete">) => provider.delete(request), urn),
    invoke: unary((request: rpc.InvokeRequest) => provider.invoke(request)),
    construct: unary((request: rpc.ConstructRequest) => provider.construct(request)),
    cancel: unary(() => {
      provider.cancel();
      return new Empty();
    }),
  };
}

/** An error as gRPC carries it. A partial failure brings the object's state along, for the engine to record. */
function toStatus(error: unknown, redacted: (message: string) => string): ServerErrorResponse {
  const message = redacted(messageOf(error));
  const metadata = new Metadata();
  if (!(error instanceof PartialError)) {
    // The outcome of a refused request is known: the engine need not keep the operation as pending.
    return Object.assign(new Error(message), { code: status.FAILED_PRECONDITION, details: message, metadata });
  }
  const detail = new rpc.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.properties))
    .setInputs(error.inputs && toStruct(error.inputs))
    .setReasonsList(error.reasons.map(redacted));
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const full = new Status();
  full.setCode(status.UNKNOWN);
  full.setMessage(message);
  full.addDetails(packed);
  metadata.set("grpc-status-details-bin", Buffer.from(full.serializeBinary()));
  return Object.assign(new Error(message), { code: status.UNKNOWN, details: message, metadata });
}
