import { deepStrictEqual, rejects } from "node:assert";

import type { CustomResourceDefinition } from "../../components/crds/objects";
import { migrateStorage } from "../../components/crds/storageMigration";
import { type FakeApiServer, fakeApiServer } from "./fakeApiServer";

const name = "things.example.com";
const crdPath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
const things = "/apis/example.com/v2/things";
const set = { name: "things", version: "3.0.0", timeoutSeconds: 20 };

const crdOf = (versions: Record<string, "storage" | "served" | "off">, storedVersions?: string[]) =>
  ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name, resourceVersion: "7" },
    spec: {
      group: "example.com",
      names: { kind: "Thing", plural: "things" },
      versions: Object.entries(versions).map(([version, role]) => ({
        name: version,
        served: role !== "off",
        storage: role === "storage",
      })),
    },
    ...(storedVersions && { status: { storedVersions } }),
  }) satisfies CustomResourceDefinition;

const thing = (object: string, namespace = "a") => ({
  apiVersion: "example.com/v2",
  kind: "Thing",
  metadata: { namespace, name: object, resourceVersion: "1" },
  spec: { kept: object },
});
const page = (items: object[], next?: string): Answer => [200, { items, metadata: next ? { continue: next } : {} }];
const failure = (code: number, message: string): Answer => [code, { reason: `R${code}`, message }];
const ok: Answer = [200, {}];
const firstPage = `GET ${things}?limit=500`;
const secondPage = `GET ${things}?limit=500&continue=next`;

type Answer = [status: number, body: unknown];

describe("migration of stored versions", () => {
  let server: FakeApiServer;
  let requests: string[];
  let bodies: Record<string, unknown>;
  let left: Map<string, Answer[]>;

  beforeEach(async () => {
    requests = [];
    bodies = {};
    server = await fakeApiServer(({ method, url, body }) => {
      const resources = /^\/apis\/example\.com\/v\d$/.test(url)
        ? [{ name: "things", kind: "Thing", namespaced: true }]
        : [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }];
      if (/^\/apis\/[^/]+\/v\d$/.test(url)) return [200, { resources }];
      const request = `${method} ${url}`;
      requests.push(request);
      if (body) bodies[request] = JSON.parse(body);
      const list = left.get(request) ?? [];
      return (list.length > 1 ? list.shift() : list[0]) ?? [500, { reason: "Unexpected", message: request }];
    });
  });

  afterEach(() => server.close());

  /** Answers each request with the next of its list, the last one again and again. */
  function answers(given: Record<string, Answer[]>): void {
    left = new Map(Object.entries(given).map(([request, each]) => [request, [...each]]));
  }
  const migrate = (to: CustomResourceDefinition, timeoutSeconds = 20) =>
    migrateStorage(server.client, { ...set, timeoutSeconds }, [to]);
  const live = crdOf({ v1: "served", v2: "storage" }, ["v1", "v2"]);

  it("only looks at the CRD where no version goes, or there is no CRD yet", async () => {
    answers({ [`GET ${crdPath}`]: [[200, live], failure(404, "not found")] });
    await migrate(crdOf({ v1: "off", v2: "storage" }));
    await migrate(crdOf({ v2: "storage" }));
    deepStrictEqual(requests, [`GET ${crdPath}`, `GET ${crdPath}`]);
  });

  it("writes every object of every page back as it is, and then takes the version out of the CRD's status", async () => {
    answers({
      [`GET ${crdPath}`]: [[200, live]],
      [firstPage]: [page([thing("one"), thing("two", "b")], "next")],
      [secondPage]: [page([thing("three")])],
      "PUT /apis/example.com/v2/namespaces/a/things/one": [ok],
      "PUT /apis/example.com/v2/namespaces/b/things/two": [ok],
      "PUT /apis/example.com/v2/namespaces/a/things/three": [ok],
      [`PATCH ${crdPath}/status`]: [failure(409, "changed"), ok],
    });
    await migrate(crdOf({ v2: "storage" }));
    deepStrictEqual(requests, [
      `GET ${crdPath}`,
      firstPage,
      "PUT /apis/example.com/v2/namespaces/a/things/one",
      "PUT /apis/example.com/v2/namespaces/b/things/two",
      secondPage,
      "PUT /apis/example.com/v2/namespaces/a/things/three",
      `GET ${crdPath}`,
      `PATCH ${crdPath}/status`,
      `GET ${crdPath}`,
      `PATCH ${crdPath}/status`,
    ]);
    deepStrictEqual(bodies["PUT /apis/example.com/v2/namespaces/b/things/two"], thing("two", "b"));
    deepStrictEqual(bodies[`PATCH ${crdPath}/status`], {
      metadata: { resourceVersion: "7" },
      status: { storedVersions: ["v2"] },
    });
  });

  it("takes objects for done that others have written or deleted, waits for the webhook, and begins an expired list anew", async () => {
    const refused = failure(500, 'conversion webhook for example.com/v1, Kind=Thing failed: Post "https://w": refused');
    answers({
      [`GET ${crdPath}`]: [[200, live]],
      [firstPage]: [refused, page([thing("one"), thing("two")], "next")],
      [secondPage]: [failure(410, "expired"), page([])],
      "PUT /apis/example.com/v2/namespaces/a/things/one": [failure(409, "changed")],
      "PUT /apis/example.com/v2/namespaces/a/things/two": [failure(429, "busy"), failure(404, "gone")],
      [`PATCH ${crdPath}/status`]: [ok],
    });
    await migrate(crdOf({ v2: "storage" }));
    deepStrictEqual(requests.filter((request) => request.startsWith("GET")).slice(1), [
      firstPage,
      firstPage,
      secondPage,
      firstPage,
      secondPage,
      `GET ${crdPath}`,
    ]);
    deepStrictEqual(requests.at(-1), `PATCH ${crdPath}/status`);
  });

  it("leaves the version in the status when an object cannot be written, and names it", async () => {
    answers({
      [`GET ${crdPath}`]: [[200, live]],
      [firstPage]: [page([thing("one"), thing("two")])],
      "PUT /apis/example.com/v2/namespaces/a/things/one": [ok],
      "PUT /apis/example.com/v2/namespaces/a/things/two": [failure(422, "spec.kept: Invalid value")],
    });
    await rejects(migrate(crdOf({ v2: "storage" })), {
      message: "Thing a/two cannot be written anew: spec.kept: Invalid value",
    });
    deepStrictEqual(requests.at(-1)?.startsWith("PUT"), true);
  });

  it("says how far it came when the time is over", async () => {
    answers({
      [`GET ${crdPath}`]: [[200, live]],
      [firstPage]: [page([thing("one")], "next")],
      "PUT /apis/example.com/v2/namespaces/a/things/one": [ok],
    });
    await rejects(migrate(crdOf({ v2: "storage" }), -1), {
      message: `${name}: 1 objects were written anew within -1 s, and there are more; fix: raise timeoutSeconds`,
    });
  });

  it("refuses to lose the version in which objects are stored now, before anything is written", async () => {
    answers({ [`GET ${crdPath}`]: [[200, crdOf({ v1: "storage" }, ["v1"])]] });
    await rejects(migrate(crdOf({ v2: "storage", v3: "served" })), {
      message:
        'CRD set "things": the version in which objects are stored would be removed\n' +
        "  - things.example.com: objects are stored as v1, which 3.0.0 does not have (it has v2, v3)\n" +
        "fix: first install a version of the set that still has that version and stores objects as one of the others, then this one",
    });
    deepStrictEqual(requests, [`GET ${crdPath}`]);
  });
});
