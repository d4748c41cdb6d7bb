import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serveEgress } from "../../local/agent/egress";
import { resolveTarget, type HostedEndpoint } from "../../local/agent/network";
import type { KubernetesObject } from "../../sdk/kubernetes/client";

function service(name: string, spec: Record<string, unknown>): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "kserve" }, spec };
}

const services = [
  service("webhook", {
    clusterIP: "10.96.0.7",
    selector: { app: "controller" },
    ports: [
      { port: 443, targetPort: "webhook-server" },
      { port: 444, targetPort: 9443 },
      { port: 8443, targetPort: 8443 },
    ],
  }),
  service("played", { clusterIP: "10.96.0.8", selector: { app: "model" }, ports: [{ port: 80 }] }),
  service("bare", { clusterIP: "10.96.0.9", ports: [{ port: 80 }] }),
];

const endpoint: HostedEndpoint = {
  namespace: "kserve",
  name: "kserve/controller-1",
  labels: { app: "controller", extra: "x" },
  portNames: { "webhook-server": 9443 },
  ready: true,
  ports: new Map([[9443, 40123]]),
};

describe("targets of the API server's connections", () => {
  const resolve = (authority: string, endpoints: HostedEndpoint[] = [endpoint]) =>
    resolveTarget(authority, services, endpoints);

  it("leads a Service's address and name to the process behind it", () => {
    for (const authority of [
      "10.96.0.7:443",
      "10.96.0.7:444",
      "webhook.kserve.svc:443",
      "webhook.kserve.svc.cluster.local:443",
    ]) {
      assert.deepEqual(resolve(authority), { host: "127.0.0.1", port: 40123 }, authority);
    }
  });

  it("lets loopback addresses pass", () => {
    assert.deepEqual(resolve("127.0.0.1:5000"), { host: "127.0.0.1", port: 5000 });
    assert.deepEqual(resolve("localhost:5000"), { host: "localhost", port: 5000 });
    assert.deepEqual(resolve("[::1]:5000"), { host: "::1", port: 5000 });
  });

  it("prefers a ready pod, whatever its place", () => {
    const starting = { ...endpoint, name: "kserve/controller-0", ready: false, ports: new Map([[9443, 1]]) };
    assert.deepEqual(resolve("10.96.0.7:443", [starting, endpoint]), { host: "127.0.0.1", port: 40123 });
  });

  const refusals: [authority: string, endpoints: HostedEndpoint[], reason: RegExp][] = [
    ["10.96.0.7:1", [endpoint], /^Service kserve\/webhook has no port 1; its ports: 443, 444, 8443$/],
    ["10.96.0.7:8443", [endpoint], /port 8443: the process behind it does not serve 8443$/],
    ["10.96.0.7:443", [], /^no pod behind Service kserve\/webhook runs as a process/],
    ["10.96.0.7:443", [{ ...endpoint, ready: false }], /^no pod behind .* is ready \(kserve\/controller-1\)$/],
    ["10.96.0.7:443", [{ ...endpoint, namespace: "other" }], /^no pod behind Service kserve\/webhook runs/],
    ["10.96.0.8:80", [endpoint], /pods played by kwok answer nothing$/],
    ["10.96.0.9:80", [endpoint], /^Service kserve\/bare has no selector$/],
    ["nonsense", [endpoint], /^"nonsense" is not host:port$/],
    ["10.96.0.7:99999", [endpoint], /is not host:port$/],
  ];
  for (const [authority, endpoints, reason] of refusals) {
    it(`refuses ${authority} with ${endpoints.length} endpoints: ${reason.source}`, () => {
      const target = resolve(authority, endpoints);
      assert.ok("refused" in target);
      assert.match(target.refused, reason);
      assert.equal(target.unknownService, undefined);
    });
  }

  it("tells an address that it does not know from a Service that cannot be reached", () => {
    const target = resolve("10.1.2.3:443");
    assert.ok("refused" in target);
    assert.equal(target.unknownService, true);
  });
});

describe("the agent's proxy", () => {
  let folder: string;
  let echo: Server;
  let proxy: Awaited<ReturnType<typeof serveEgress>>;
  const logged: string[] = [];
  const socketPath = () => join(folder, "sub", "egress.sock");

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "egress-"));
    echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await new Promise<void>((listening) => echo.listen(0, "127.0.0.1", listening));
    const { port } = echo.address() as AddressInfo;
    proxy = await serveEgress(
      socketPath(),
      (authority) =>
        Promise.resolve(
          authority === "echo:1" ? { host: "127.0.0.1", port } : { refused: `no way to ${authority} – nowhere` },
        ),
      (text) => logged.push(text),
    );
  });

  after(() => {
    proxy.close();
    echo.close();
    rmSync(folder, { recursive: true });
  });

  function connect(authority: string): Promise<{ status: number; message: string; socket: Socket; head: string }> {
    return new Promise((resolve, reject) => {
      request({ socketPath: socketPath(), method: "CONNECT", path: authority })
        .on("connect", (response, socket, head) =>
          resolve({
            status: response.statusCode ?? 0,
            message: response.statusMessage ?? "",
            socket: socket,
            head: head.toString(),
          }),
        )
        .on("error", reject)
        .end();
    });
  }

  it("carries bytes both ways until both sides have ended", async () => {
    const { status, socket } = await connect("echo:1");
    assert.equal(status, 200);
    const sent = "x".repeat(300_000);
    let received = "";
    socket.setEncoding("utf8").on("data", (text: string) => (received += text));
    const ended = new Promise<void>((resolve) => socket.once("end", resolve));
    socket.end(sent);
    await ended;
    assert.equal(received, sent);
  });

  it("answers 502 with the reason, which also goes into the log", async () => {
    const { status, message, socket } = await connect("far:2");
    socket.destroy();
    assert.equal(status, 502);
    assert.equal(message, "no way to far:2 ? nowhere");
    assert.deepEqual(logged.slice(-1), ["connection to far:2 refused: no way to far:2 – nowhere"]);
  });

  it("serves nothing but CONNECT", async () => {
    const status = await new Promise((resolve) =>
      request({ socketPath: socketPath(), path: "/" }, (response) => resolve(response.statusCode)).end(),
    );
    assert.equal(status, 405);
  });
});
