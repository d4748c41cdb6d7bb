import { mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { dirname } from "node:path";

import type { Target } from "./network";

/**
 * Serves connections into the cluster: an HTTP CONNECT proxy, on a Unix socket for the API server, or on a port of the loopback
 * interface for processes that play pods.
 *
 * @param at path of the socket, or a port, 0 for one that is free.
 * @param resolve decides where `host:port` leads.
 * @param log is told about every refused or failed connection.
 */
export async function serveEgress(
  at: string | number,
  resolve: (authority: string) => Promise<Target>,
  log: (text: string) => void,
): Promise<Server> {
  if (typeof at === "string") {
    mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
    rmSync(at, { force: true });
  }
  const server = createServer((_request, response) => {
    response.writeHead(405, { "Content-Type": "text/plain", Allow: "CONNECT" });
    response.end("only CONNECT is served here\n");
  });
  server.on("connect", (request, stream, head) => {
    const client = stream as Socket;
    client.on("error", () => client.destroy());
    const authority = request.url ?? "";
    const refuse = (reason: string) => {
      log(`connection to ${authority} refused: ${reason}`);
      const body = `${reason}\n`;
      client.end(
        `HTTP/1.1 502 ${reason.replace(/[^\x20-\x7e]/g, "?").slice(0, 400)}\r\nContent-Type: text/plain\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    };
    resolve(authority).then(
      (target) => ("refused" in target ? refuse(target.refused) : tunnel(client, head, target, refuse)),
      (error: unknown) => refuse(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    if (typeof at === "string") server.listen(at, listening);
    else server.listen(at, "127.0.0.1", listening);
  });
  return server;
}

function tunnel(
  client: Socket,
  head: Buffer,
  { host, port }: { host: string; port: number },
  refuse: (reason: string) => void,
): void {
  const upstream = connect({ host, port, noDelay: true });
  const failed = (error: Error) => refuse(`${host}:${port} does not answer: ${error.message}`);
  upstream.once("error", failed);
  upstream.once("connect", () => {
    upstream.off("error", failed);
    upstream.on("error", () => client.destroy());
    client.on("close", () => upstream.destroy());
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) upstream.write(head);
    client.pipe(upstream);
    upstream.pipe(client);
  });
}
