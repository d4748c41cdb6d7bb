import { match, strictEqual } from "node:assert";

import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { GetRootResourceRequest, GetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import * as settings from "@pulumi/pulumi/runtime/settings";

import { shareNoConnections } from "../../local/engine/connections";
import { freePort } from "../../local/process";

describe("connections of programs to their engines", () => {
  const { grpcClientOptions } = settings as unknown as { grpcClientOptions: object };
  const connect = (port: number): EngineClient =>
    new EngineClient(`127.0.0.1:${port}`, credentials.createInsecure(), grpcClientOptions);

  /** What the SDK asks an engine. @returns the error's message, or what was answered */
  const ask = (client: EngineClient): Promise<string> =>
    new Promise((resolve) =>
      client.getRootResource(new GetRootResourceRequest(), (error, response) =>
        resolve(error ? error.message : response.getUrn()),
      ),
    );

  it("are not held back by an engine that had the same port and did not answer", async () => {
    shareNoConnections();
    const port = await freePort();
    // The SDK leaves those of a program open.
    const former = connect(port);
    match(await ask(former), /^14 UNAVAILABLE: No connection established/);
    const server = new Server();
    server.addService(EngineService, {
      log: () => undefined,
      getRootResource: (_call: unknown, callback: (error: null, response: GetRootResourceResponse) => void) =>
        callback(null, new GetRootResourceResponse().setUrn("answered")),
      setRootResource: () => undefined,
      startDebugging: () => undefined,
      requirePulumiVersion: () => undefined,
    });
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(),
      );
    });
    const client = connect(port);
    try {
      strictEqual(await ask(client), "answered");
    } finally {
      former.close();
      client.close();
      server.forceShutdown();
    }
  });
});
