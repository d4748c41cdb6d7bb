import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import { applyObject } from "../../components/crds/applyObject";
import type { KubernetesClient } from "../../sdk/kubernetes/client";
import { type FakeApiServer, fakeApiServer } from "./fakeApiServer";

const name = "things.example.com";
const crd = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name } };
const set = { name: "things", fieldManager: "pulumi-kserve/p/s", timeoutSeconds: 20 };
const discovery = {
  resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }],
};
const refusal = (code: number, reason: string): [number, unknown] => [
  code,
  { kind: "Status", status: "Failure", code, reason, message: `the server says ${reason}` },
];

describe("application of a CRD", () => {
  let server: FakeApiServer;
  let client: KubernetesClient;
  let answers: [number, unknown][];

  beforeEach(async () => {
    server = await fakeApiServer(({ method }) =>
      method === "GET" ? [200, discovery] : (answers.shift() ?? [500, {}]),
    );
    ({ client } = server);
  });

  afterEach(() => server.close());

  it("is repeated while the API server is too busy", async () => {
    answers = [refusal(504, "Timeout"), refusal(429, "TooManyRequests"), [201, crd]];
    deepStrictEqual(await applyObject(client, set, crd, false), crd);
    strictEqual(answers.length, 0);
  });

  it("ends when the time is over, with what the API server said", async () => {
    answers = [refusal(504, "Timeout"), [201, crd]];
    await rejects(applyObject(client, { ...set, timeoutSeconds: -1 }, crd, false), {
      message: `${name}: the server says Timeout`,
    });
    strictEqual(answers.length, 1);
  });

  it("is not repeated when it is refused", async () => {
    answers = [refusal(422, "Invalid"), [201, crd]];
    await rejects(applyObject(client, set, crd, false), { message: `${name}: the server says Invalid` });
    strictEqual(answers.length, 1);
  });
});
