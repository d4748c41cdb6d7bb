import { strict as assert } from "node:assert";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { follow } from "../../local/agent/follow";
import { sleep } from "../../local/process";
import { KubernetesClient } from "../../sdk/kubernetes/client";

const object = (name: string, resourceVersion: string) => ({ metadata: { name, uid: `uid-${name}`, resourceVersion } });

describe("following a collection", () => {
  let server: Server;
  let client: KubernetesClient;
  let listed: { status: number; items: unknown[] };
  let watching: ServerResponse | undefined;
  const queries: string[] = [];
  const seen: string[] = [];
  let syncs = 0;
  let stop: AbortController;

  beforeEach(async () => {
    [queries, seen].forEach((list) => list.splice(0));
    syncs = 0;
    watching = undefined;
    server = createServer((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      queries.push(url.search);
      response.setHeader("Content-Type", "application/json");
      if (url.searchParams.get("watch") === "true") {
        watching = response;
        response.writeHead(200).flushHeaders();
        return;
      }
      response.writeHead(listed.status);
      response.end(JSON.stringify({ items: listed.items, metadata: { resourceVersion: "10" }, reason: "NotFound" }));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new KubernetesClient({
      server: address,
      namespace: "default",
      tls: {},
      headers: () => Promise.resolve({}),
    });
    stop = new AbortController();
  });

  afterEach(() => {
    stop.abort();
    client.close();
    server.closeAllConnections();
    server.close();
  });

  function start(): void {
    void follow(
      client,
      "/api/v1/pods",
      { fieldSelector: "a=b" },
      ({ type, object }) => seen.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion}`),
      stop.signal,
      () => syncs++,
    );
  }

  async function until(holds: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 5000; !holds(); await sleep(5))
      assert.ok(Date.now() < deadline, seen.join(", "));
  }

  const send = (type: string, changed: unknown) => watching?.write(`${JSON.stringify({ type, object: changed })}\n`);

  it("tells of what is there, then of every change", async () => {
    listed = { status: 200, items: [object("a", "1")] };
    start();
    await until(() => watching !== undefined);
    send("ADDED", object("b", "11"));
    send("BOOKMARK", { metadata: { resourceVersion: "12" } });
    send("MODIFIED", object("a", "13"));
    send("DELETED", object("b", "14"));
    await until(() => seen.length === 4);
    assert.deepEqual(seen, ["set a 1", "set b 11", "set a 13", "gone b 14"]);
    assert.deepEqual(queries, [
      "?fieldSelector=a%3Db&resourceVersion=0",
      "?fieldSelector=a%3Db&resourceVersion=10&watch=true&allowWatchBookmarks=true",
    ]);
    assert.equal(syncs, 1);
  });

  it("goes on where it was when the server ends the watch", async () => {
    listed = { status: 200, items: [] };
    start();
    await until(() => watching !== undefined);
    send("ADDED", object("a", "11"));
    await until(() => seen.length === 1);
    const first = watching;
    first?.end();
    await until(() => watching !== first);
    assert.match(queries.at(-1) ?? "", /resourceVersion=11&watch=true/);
    assert.equal(syncs, 1);
  });

  it("lists again when the server has forgotten, and tells only the difference", async () => {
    listed = { status: 200, items: [object("same", "1"), object("goes", "2"), object("changes", "3")] };
    start();
    await until(() => watching !== undefined);
    listed = { status: 200, items: [object("same", "1"), object("changes", "4"), object("new", "5")] };
    send("ERROR", { code: 410, metadata: {} });
    await until(() => syncs === 2);
    assert.deepEqual(seen.slice(3), ["gone goes 2", "set changes 4", "set new 5"]);
  });

  it("takes a collection that is not served for an empty one until it is", async () => {
    listed = { status: 404, items: [] };
    start();
    await until(() => queries.length === 1);
    assert.deepEqual([seen, syncs], [[], 0]);
    listed = { status: 200, items: [object("a", "1")] };
    await until(() => seen.length === 1);
    assert.deepEqual(seen, ["set a 1"]);
  });
});
