import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { KubernetesClient } from "../../sdk/kubernetes/client";

/** A client of an API server that answers what a test says. */
export interface FakeApiServer {
  readonly client: KubernetesClient;
  close(): Promise<void>;
}

/** @param answer gives status and body of each request. */
export async function fakeApiServer(
  answer: (request: { method: string; url: string; body: string }) => readonly [status: number, body: unknown],
): Promise<FakeApiServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "" } = request;
      const [status, body] = answer({ method, url, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new KubernetesClient({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: "default",
    tls: {},
    headers: () => Promise.resolve({}),
  });
  return {
    client,
    async close() {
      client.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
