import { deepStrictEqual, match, strictEqual, throws } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseDigest, type RefreshDigest } from "../../cli/drift/digest";
import { driftLines } from "../../cli/drift/lines";
import { managerOf } from "../../cli/drift/managers";
import { partsOfPath } from "../../cli/drift/paths";
import { driftReport, type LiveObjects } from "../../cli/drift/report";
import { runProjectCommand } from "../../cli/main";
import { plainText } from "../../sdk/compose/textLines";
import { changedRefresh, liveObjects } from "./driftFixture";

const live: LiveObjects = {
  read: (_apiVersion, _kind, _namespace, name) => Promise.resolve(liveObjects[name]),
  crds: () =>
    Promise.resolve([
      {
        object: "CustomResourceDefinition leaderworkersets.leaderworkerset.x-k8s.io",
        state: 'changed by "kubectl-patch"',
      },
    ]),
};

const withSteps = (steps: RefreshDigest["steps"]): RefreshDigest => ({ steps });

describe("drift report", () => {
  it("names each field with both values and who changed it, sorted by object", async () => {
    const { drifted, resources, unexplained } = await driftReport(changedRefresh, live);
    deepStrictEqual({ resources, unexplained }, { resources: 7, unexplained: 0 });
    deepStrictEqual(
      drifted.map(({ object, change, note, fields }) => ({
        object,
        change,
        ...(note && { note }),
        fields: fields.map(({ path, was, is, by }) => ({ path, was, is, by: by && `${by.manager} ${by.certain}` })),
      })),
      [
        {
          object: "CustomResourceDefinition leaderworkersets.leaderworkerset.x-k8s.io",
          change: "changed",
          note: 'changed by "kubectl-patch"',
          fields: [],
        },
        {
          object: "Deployment kserve/llmisvc-controller-manager",
          change: "changed",
          fields: [{ path: "spec.replicas", was: 1, is: 2, by: "kubectl true" }],
        },
        {
          object: "Deployment lws-system/lws-controller-manager",
          change: "changed",
          fields: [
            {
              path: "spec.template.spec.containers[0].args[1]",
              was: "--zap-log-level=2",
              is: undefined,
              by: "kubectl-patch true",
            },
          ],
        },
        {
          object: "Gateway kserve/kserve-ingress-gateway",
          change: "changed",
          fields: [{ path: "spec.listeners[0].allowedRoutes.namespaces.from", was: "All", is: "Same", by: undefined }],
        },
        {
          object: "LLMInferenceService models/llama-8b",
          change: "changed",
          fields: [{ path: "spec.replicas", was: 3, is: 2, by: "kubectl-patch true" }],
        },
        { object: "LLMInferenceService production/llama-70b-production", change: "gone", fields: [] },
      ],
    );
  });

  it("counts what the engine's JSON does not explain, where no cluster is asked", async () => {
    const report = await driftReport(changedRefresh);
    deepStrictEqual([report.drifted.length, report.unexplained], [5, 1]);
    const text = plainText(driftLines(report, 120));
    match(text, /^1 more changed, and the engine's JSON does not say how/m);
    match(text, /^6 of 7 resources differ from the last up$/m);
  });

  it("does not take a status for drift, nor what Kubernetes keeps by itself", async () => {
    const detailedDiff = {
      "status.readyReplicas": { kind: "update", inputDiff: false },
      'status.conditions[0]["type"]': { kind: "add", inputDiff: false },
      "metadata.resourceVersion": { kind: "update", inputDiff: false },
      __initialApiVersion: { kind: "update", inputDiff: false },
    };
    const state = { type: "kubernetes:apps/v1:Deployment", id: "a/b", inputs: {}, outputs: {} };
    const report = await driftReport(
      withSteps([{ op: "update", urn: "u::b", oldState: state, newState: state, detailedDiff }]),
    );
    deepStrictEqual(report.drifted, []);
    match(plainText(driftLines(report, 120)), /^1 resources are as the last up left them$/m);
    const named = { "statusPage.url": { kind: "update", inputDiff: true } };
    const other = await driftReport(
      withSteps([{ op: "update", urn: "u::b", oldState: state, newState: state, detailedDiff: named }]),
    );
    strictEqual(other.drifted.length, 1);
  });

  it("shows what the engine could not read", async () => {
    const diagnostics = [{ urn: "urn::type::llama", message: "unreachable\n", severity: "error" }];
    const report = await driftReport({ steps: [], diagnostics });
    deepStrictEqual(report.failures, ["llama: unreachable"]);
  });

  it("prints values, managers and what to do", async () => {
    const text = plainText(driftLines(await driftReport(changedRefresh, live), 120));
    match(text, /^ {2}spec\.replicas: 3 → 2\n {4}by kubectl-patch \(Update\), 2026-11-28T19:18:05Z$/m);
    match(text, /^ {2}spec\.replicas: 1 → 2\n {4}by kubectl \(Update of scale\)$/m);
    match(text, /args\[1\]: "--zap-log-level=2" → nothing$/m);
    match(text, /llama-70b-production is gone {2}\(llama-70b-production-service\)$/m);
    match(text, /^ {2}bring all of it back: pulumi up --refresh/m);
  });

  it("reads paths with quoted keys and indices", () => {
    deepStrictEqual(partsOfPath('metadata.labels["app.kubernetes.io/name"]'), [
      "metadata",
      "labels",
      "app.kubernetes.io/name",
    ]);
    deepStrictEqual(partsOfPath('a["x\\"y"].b[2][0]'), ["a", 'x"y', "b", 2, 0]);
  });

  it("finds owners of members of lists by their keys and values", () => {
    const object = {
      metadata: {
        managedFields: [
          { manager: "ours", operation: "Apply", time: "2026-01-03T00:00:00Z", fieldsV1: { "f:spec": {} } },
          {
            manager: "editor",
            operation: "Update",
            time: "2026-01-01T00:00:00Z",
            fieldsV1: { "f:spec": { "f:containers": { 'k:{"name":"b"}': { "f:image": {} } } } },
          },
          {
            manager: "finalizing",
            operation: "Update",
            time: "2026-01-02T00:00:00Z",
            fieldsV1: { "f:metadata": { "f:finalizers": { 'v:"x/y"': {} } } },
          },
        ],
        finalizers: ["other", "x/y"],
      },
      spec: { containers: [{ name: "a" }, { name: "b", image: "i" }] },
    };
    const by = (path: string) => managerOf(object, partsOfPath(path), "ours");
    deepStrictEqual(
      [by("spec.containers[1].image")?.manager, by("spec.containers[1].image")?.certain],
      ["editor", true],
    );
    deepStrictEqual(
      [by("metadata.finalizers[1]")?.manager, by("metadata.finalizers[1]")?.certain],
      ["finalizing", true],
    );
    // Nobody owns it: the last one to write is told as a guess.
    deepStrictEqual(
      [by("spec.containers[0].image")?.manager, by("spec.containers[0].image")?.certain],
      ["finalizing", false],
    );
    strictEqual(managerOf({}, ["a"], undefined), undefined);
  });

  it("refuses what is not a refresh, and says why", () => {
    const cases: [text: string, message: RegExp][] = [
      ["", /^f is empty; expected what `pulumi refresh --preview-only --json/],
      [JSON.stringify(changedRefresh).slice(0, 500), /^f ends in the middle, after 500 characters; /],
      ["error: no stack", /^f is not JSON: /],
      ["[]", /^f has no list "steps"/],
      ["null", /^f has no list "steps"/],
      ['{"steps":[{"op":1}]}', /^f has no list "steps"/],
      ['{"steps":[{"op":"create","urn":"u"}]}', /^f has a step "create", and so is of a preview; /],
      [
        '{"steps":[{"op":"same","urn":"u"},{"op":"update","urn":"v"}]}',
        /^f has no step "refresh", and so is of a preview; /,
      ],
      // Of pulumi destroy --preview-only.
      [`{"steps":[{"op":"delete","urn":"urn:pulumi:s::p::pulumi:pulumi:Stack::p-s"}]}`, /^f has no step "refresh", /],
    ];
    for (const [text, message] of cases) throws(() => parseDigest(text, "f"), { name: "UsageError", message });
    // Of pulumi refresh --target, with the target changed.
    strictEqual(parseDigest('{"steps":[{"op":"update","urn":"u"}]}', "f").steps.length, 1);
    // Of a stack without resources.
    deepStrictEqual(parseDigest('{"config":{},"duration":316491}', "f").steps, []);
  });

  it("keeps what the engine says where the cluster does not answer", async () => {
    const report = await driftReport(changedRefresh, {
      read: () => Promise.resolve(undefined),
      crds: () => Promise.reject(new Error("the Kubernetes API server does not answer")),
    });
    deepStrictEqual(
      [report.drifted.length, report.unexplained, report.failures],
      [5, 1, ["platform-lws-crds-bundle: the Kubernetes API server does not answer"]],
    );
  });

  it("ends with 0 without drift, 1 with some, and 2 for what cannot be read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drift-"));
    const { stdout, stderr } = process;
    const [out, err] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
    const codes: number[] = [];
    try {
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const files = [
        file("same.json", '{"steps":[{"op":"refresh","urn":"u::t::n"}]}'),
        file("changed.json", JSON.stringify(changedRefresh)),
        file("cut.json", "{"),
        join(folder, "nowhere.json"),
      ];
      stdout.write = stderr.write = () => true;
      for (const path of files) codes.push(await runProjectCommand(["drift", path]));
      const [same = ""] = files;
      const wrong = [
        [],
        ["--local", same],
        ["--local", "--context", "c"],
        [same, "--context", "c"],
        [same, "--kubeconfig", join(folder, "nowhere.yaml")],
        [same, "--kubeconfig", file("kube.yaml", "contexts: []\n"), "--context", "c"],
      ];
      for (const args of wrong) codes.push(await runProjectCommand(["drift", ...args]));
    } finally {
      stdout.write = out;
      stderr.write = err;
      rmSync(folder, { recursive: true });
    }
    deepStrictEqual(codes, [0, 1, 2, 2, ...Array<number>(6).fill(2)]);
  });
});
