import { deepStrictEqual, match } from "node:assert";

import { parseDigest, type ResourceState } from "../../cli/drift/digest";
import { driftLines } from "../../cli/drift/lines";
import { partsOfPath } from "../../cli/drift/paths";
import { type DriftReport, driftReport } from "../../cli/drift/report";
import { plainText } from "../../sdk/compose/textLines";

/**
 * Refreshes as the engine prints them with Pulumi's own Kubernetes provider, which says of drift what an `up` would change, turned round
 * by the engine: its inputs stay those of the program, the live object is in the outputs, and `inputDiff` is true of what would be deleted only.
 * Source: `convertPatchToDiff` in provider/pkg/provider/provider.go of pulumi-kubernetes 4, `RefreshStep` in resource/deploy/step.go of
 * github.com/pulumi/pulumi/pkg/v3 3.259.0.
 */
describe("drift as the official provider reports it", () => {
  type Diff = Record<string, { kind: string; inputDiff: boolean }>;
  const type = "kubernetes:apps/v1:Deployment";
  const urn = "urn:pulumi:prod::inference::kubernetes:apps/v1:Deployment::web";
  const metadata = { name: "web", namespace: "team" };

  const stateOf = (inputs: object, outputs: object): ResourceState => ({
    type,
    id: "team/web",
    inputs: { apiVersion: "apps/v1", kind: "Deployment", metadata, ...inputs },
    outputs: { apiVersion: "apps/v1", kind: "Deployment", metadata, ...outputs, __fieldManager: "pulumi-kubernetes-1" },
  });

  /** What the program says, the live object before and after, and what differs. */
  const digestOf = (inputs: object, before: object, after: object, detailedDiff: Diff): string =>
    JSON.stringify({
      steps: [
        { op: "update", urn, oldState: stateOf(inputs, before), newState: stateOf(inputs, after), detailedDiff },
        { op: "refresh", urn: "urn:pulumi:prod::inference::kubernetes:core/v1:Namespace::team", detailedDiff: null },
      ],
      changeSummary: { update: 1, same: 1 },
      duration: 1,
    });

  const reportOf = (text: string): Promise<DriftReport> => driftReport(parseDigest(text, "the refresh"));

  async function fieldsOf(inputs: object, before: object, after: object, diff: Diff): Promise<unknown[]> {
    const { drifted } = await reportOf(digestOf(inputs, before, after, diff));
    return drifted.flatMap(({ fields }) => fields.map(({ path, was, is }) => [path, was, is]));
  }

  const pod = (...containers: unknown[]) => ({ spec: { template: { spec: { containers } } } });
  const update = { kind: "update", inputDiff: false };

  it("takes values from the live objects, also in lists and of fields that would replace", async () => {
    const path = "spec.template.spec.containers[1].image";
    const containers = (image: string) => pod({ name: "a", image: "x" }, { name: "main", image });
    deepStrictEqual(
      await fieldsOf(containers("vllm:1"), containers("vllm:1"), containers("vllm:2"), { [path]: update }),
      [[path, "vllm:1", "vllm:2"]],
    );
    const [one, two] = ["a", "b"].map((app) => ({ spec: { selector: { matchLabels: { app } } } }));
    deepStrictEqual(
      await fieldsOf(one!, one!, two!, { "spec.selector.matchLabels.app": { ...update, kind: "update-replace" } }),
      [["spec.selector.matchLabels.app", "a", "b"]],
    );
  });

  it("reads keys as that provider writes them: quoted only for dots, quotes and brackets", async () => {
    const annotated = (annotations: Record<string, string>) => ({ metadata: { ...metadata, annotations } });
    const keys = ["team/owner", "a.b/c", "UPPER-case", "with space", "0", 'q"uote', "br[0]ket", "back\\slash.x"];
    const values = (value: string) => annotated(Object.fromEntries(keys.map((key) => [key, value])));
    const paths = [
      "metadata.annotations.team/owner",
      'metadata.annotations["a.b/c"]',
      "metadata.annotations.UPPER-case",
      "metadata.annotations.with space",
      "metadata.annotations.0",
      'metadata.annotations["q\\"uote"]',
      'metadata.annotations["br[0]ket"]',
      'metadata.annotations["back\\slash.x"]',
    ];
    deepStrictEqual(
      paths.map((path) => partsOfPath(path)),
      keys.map((key) => ["metadata", "annotations", key]),
    );
    const diff = Object.fromEntries(paths.map((path) => [path, update]));
    deepStrictEqual(
      await fieldsOf(values("1"), values("1"), values("2"), diff),
      [...paths].sort().map((path) => [path, "1", "2"]),
    );
    // As JSON has such a key, and the stand-in writes it.
    deepStrictEqual(partsOfPath('data["back\\\\slash.x"]'), ["data", "back\\slash.x"]);
    deepStrictEqual(partsOfPath('["first.key"].a[10][2]'), ["first.key", "a", 10, 2]);
  });

  it("shows what somebody else has added and taken away", async () => {
    const sidecar = { name: "sidecar", image: "proxy:1" };
    const main = { name: "main", image: "vllm:1" };
    // What an up would delete is an addition, which no input has.
    deepStrictEqual(
      await fieldsOf(pod(main), pod(main), pod(main, sidecar), {
        "spec.template.spec.containers[1]": { kind: "add", inputDiff: true },
      }),
      [["spec.template.spec.containers[1]", undefined, sidecar]],
    );
    deepStrictEqual(
      await fieldsOf(
        pod({ ...main, args: ["a", "b"] }),
        pod({ ...main, args: ["a", "b"] }),
        pod({ ...main, args: ["a"] }),
        {
          "spec.template.spec.containers[0].args[1]": { kind: "delete", inputDiff: false },
        },
      ),
      [["spec.template.spec.containers[0].args[1]", "b", undefined]],
    );
  });

  it("knows drift that a refresh has written into the state already, by what the program wanted", async () => {
    const [wanted, live] = [{ spec: { replicas: 3 } }, { spec: { replicas: 2 } }];
    deepStrictEqual(await fieldsOf(wanted, live, live, { "spec.replicas": update }), [["spec.replicas", 3, 2]]);
  });

  it("says of a secret that it changed, and nothing more, also where a whole list or map is one", async () => {
    const data = { data: "[secret]" };
    const path = "data.HF_TOKEN";
    deepStrictEqual(await fieldsOf(data, data, data, { [path]: update }), [[path, "[secret]", "[secret]"]]);
    const whole = { spec: { template: { spec: { containers: "[secret]" } } } };
    const inside = "spec.template.spec.containers[0].env[1].value";
    deepStrictEqual(await fieldsOf(whole, whole, whole, { [inside]: update }), [[inside, "[secret]", "[secret]"]]);
    const text = plainText(driftLines(await reportOf(digestOf(data, data, data, { [path]: update })), 120));
    match(text, /^ {2}data\.HF_TOKEN: \[secret\] → another \[secret\]$/m);
  });

  it("names who changed it by the outputs, without a cluster", async () => {
    const managedFields = [
      { manager: "pulumi-kubernetes-1", operation: "Apply", fieldsV1: { "f:spec": {} } },
      { manager: "hpa", operation: "Update", subresource: "scale", fieldsV1: { "f:spec": { "f:replicas": {} } } },
    ];
    const after = { metadata: { ...metadata, managedFields }, spec: { replicas: 5 } };
    const wanted = { spec: { replicas: 3 } };
    const { drifted } = await reportOf(digestOf(wanted, wanted, after, { "spec.replicas": update }));
    deepStrictEqual(
      drifted.map(({ fields }) => fields.map(({ by }) => [by?.manager, by?.subresource, by?.certain])),
      [[["hpa", "scale", true]]],
    );
  });

  it("finds an object whose namespace only the cluster has told", async () => {
    const bare = (metadata: object, outputs: object): ResourceState => ({
      ...stateOf({ metadata }, outputs),
    });
    const oldState = bare({ name: "web" }, { spec: { replicas: 1 } });
    const newState = bare({ name: "web" }, { spec: { replicas: 2 } });
    const asked: unknown[] = [];
    const { drifted } = await driftReport(
      { steps: [{ op: "update", urn, oldState, newState, detailedDiff: { "spec.replicas": update } }] },
      {
        read: (...coordinates) => {
          asked.push(coordinates);
          return Promise.resolve(undefined);
        },
        crds: () => Promise.resolve([]),
      },
    );
    deepStrictEqual(asked, [["apps/v1", "Deployment", "team", "web"]]);
    deepStrictEqual(
      drifted.map(({ object }) => object),
      ["Deployment team/web"],
    );
  });

  it("lists what is gone, beside what could not be read, and does not take the rest for unchanged then", async () => {
    const gone = { op: "delete", urn, oldState: stateOf({}, {}), detailedDiff: null };
    const unread = "urn:pulumi:prod::inference::kubernetes:core/v1:Service::api";
    const message = 'error: Preview failed: Get "https://10.0.0.1/api/v1/namespaces/team/services/api": i/o timeout\n';
    // A step that failed stays what it was when it began.
    const failed = { op: "refresh", urn: unread, detailedDiff: null };
    const both = await reportOf(
      JSON.stringify({ steps: [gone, failed], diagnostics: [{ urn: unread, message, severity: "error" }] }),
    );
    deepStrictEqual(
      both.drifted.map(({ object, change }) => [object, change]),
      [["Deployment team/web", "gone"]],
    );
    deepStrictEqual(both.failures, [`api: ${message.trim()}`]);
    match(plainText(driftLines(both, 200)), /^1 of 2 resources differ from the last up, as far as could be read$/m);
    const none = await reportOf(JSON.stringify({ steps: [failed], diagnostics: [{ message, severity: "error" }] }));
    match(plainText(driftLines(none, 200)), /^0 of 1 resources differ from the last up, as far as could be read$/m);
  });
});
