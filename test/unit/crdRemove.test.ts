import { strict as assert } from "node:assert";

import type { BundleInputs } from "../../components/crds/bundle";
import { Reminder } from "../../components/crds/finalizer";
import { removeObjects } from "../../components/crds/remove";
import type { KubernetesClient } from "../../sdk/kubernetes/client";
import { type FakeApiServer, fakeApiServer } from "./fakeApiServer";

const name = "things.example.com";
const things = "/apis/example.com/v1/things?fieldSelector=metadata.name%3Dnone&resourceVersion=0";
const crdPath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
const set: BundleInputs = {
  name: "things",
  version: "1.0.0",
  source: "https://example.invalid/",
  files: {},
  crds: { [name]: { group: "example.com", kind: "Thing", versions: ["v1"], storageVersion: "v1" } },
  others: [],
  ownership: "own",
  onDelete: "delete",
  fieldManager: "pulumi-kserve/p/s",
  force: false,
  timeoutSeconds: 20,
  kubeconfig: "",
};

const crdAt = (resourceVersion: string, reason = "", uid = "u1") => ({
  metadata: { name, uid, resourceVersion, managedFields: [{ manager: set.fieldManager, operation: "Apply" }] },
  status: { conditions: [{ type: "Terminating", status: "True", reason }] },
});
const discovery: Record<string, unknown> = {
  "/apis/apiextensions.k8s.io/v1": {
    resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }],
  },
  "/apis/example.com/v1": { resources: [{ name: "things", kind: "Thing", namespaced: true }] },
};

describe("removal of a CRD", () => {
  let server: FakeApiServer;
  let client: KubernetesClient;
  let requests: string[];
  let answer: (request: string) => [number, unknown];

  beforeEach(async () => {
    requests = [];
    server = await fakeApiServer(({ method, url, body }) => {
      if (discovery[url]) return [200, discovery[url]];
      const line = [method, url, method === "PATCH" ? body : ""].join(" ").trim();
      requests.push(line);
      return answer(line);
    });
    ({ client } = server);
  });

  afterEach(() => server.close());

  /** Answers each request with the next of its list, the last one again and again. */
  function answers(given: Record<string, [number, unknown][]>): void {
    const left = new Map(Object.entries(given).map(([request, each]) => [request, [...each]]));
    answer = (request) => {
      const list = left.get(request) ?? [];
      return (list.length > 1 ? list.shift() : list[0]) ?? [500, { reason: "Unexpected", message: request }];
    };
  }

  const notFound: [number, unknown] = [404, { reason: "NotFound", message: "not found" }];
  const notReady: [number, unknown] = [429, { reason: "TooManyRequests", message: "storage is (re)initializing" }];

  it("begins when the storage of its objects is open", async () => {
    answers({
      [`GET ${crdPath}`]: [[200, crdAt("1")], notFound],
      [`GET ${things}`]: [notReady, notReady, [200, { items: [] }]],
      [`DELETE ${crdPath}`]: [[200, crdAt("2")]],
      [`GET ${crdPath}?resourceVersion=0`]: [[200, crdAt("2")], notFound],
    });
    await removeObjects(client, set, [name]);
    assert.deepEqual(requests, [
      `GET ${crdPath}`,
      `GET ${things}`,
      `GET ${things}`,
      `GET ${things}`,
      `DELETE ${crdPath}`,
      `GET ${crdPath}?resourceVersion=0`,
      `GET ${crdPath}?resourceVersion=0`,
      `GET ${crdPath}`,
    ]);
  });

  it("begins all the same when the objects may not be listed", async () => {
    answers({
      [`GET ${crdPath}`]: [[200, crdAt("1")], notFound],
      [`GET ${things}`]: [[403, { reason: "Forbidden", message: "no" }]],
      [`DELETE ${crdPath}`]: [[200, crdAt("2")]],
      [`GET ${crdPath}?resourceVersion=0`]: [notFound],
    });
    await removeObjects(client, set, [name]);
    assert.deepEqual(requests.slice(1, 3), [`GET ${things}`, `DELETE ${crdPath}`]);
  });

  it("is not over because a cache says so", async () => {
    answers({
      [`GET ${crdPath}`]: [[200, crdAt("1")], [200, crdAt("2")], notFound],
      [`GET ${things}`]: [[200, { items: [] }]],
      [`DELETE ${crdPath}`]: [[200, crdAt("2")]],
      // As it was before a CRD of the same name, and then before this one.
      [`GET ${crdPath}?resourceVersion=0`]: [[200, crdAt("0", "", "u0")], notFound],
    });
    await removeObjects(client, set, [name]);
    assert.deepEqual(requests.slice(3), [
      `GET ${crdPath}?resourceVersion=0`,
      `GET ${crdPath}`,
      `GET ${crdPath}?resourceVersion=0`,
      `GET ${crdPath}`,
    ]);
  });

  describe("that nothing happens to", () => {
    const touch = (resourceVersion: string) =>
      `PATCH ${crdPath} {"metadata":{"uid":"u1","resourceVersion":"${resourceVersion}",` +
      `"annotations":{"pulumi-kserve/deletion-reminder":"${resourceVersion}"}}}`;
    const look = (reminder: Reminder, resourceVersion: string) => reminder.look({ name, uid: "u1", resourceVersion });

    it("is touched when its controller has failed", async () => {
      answers({
        [`GET ${crdPath}`]: [[200, crdAt("5", "InstanceDeletionFailed")]],
        [touch("5")]: [[409, { reason: "Conflict", message: "the object has been modified" }]],
      });
      await look(new Reminder(client, name, 0), "5");
      assert.deepEqual(requests, [`GET ${crdPath}`, touch("5")]);
    });

    it("is left alone while its controller works, or when it has changed meanwhile", async () => {
      answers({
        [`GET ${crdPath}`]: [
          [200, crdAt("5", "InstanceDeletionInProgress")],
          [200, crdAt("6", "InstanceDeletionFailed")],
          notFound,
        ],
      });
      const reminder = new Reminder(client, name, 0);
      for (let i = 0; i < 3; i++) await look(reminder, "5");
      assert.deepEqual(requests, [`GET ${crdPath}`, `GET ${crdPath}`, `GET ${crdPath}`]);
    });

    it("is left alone before the time is up", async () => {
      answers({});
      const reminder = new Reminder(client, name, 60_000);
      await look(reminder, "5");
      await look(reminder, "5");
      assert.deepEqual(requests, []);
    });
  });
});
