import { deepStrictEqual, strictEqual, throws } from "node:assert";

import { compileJsonPath } from "../../local/provider/await/jsonPath";
import { awaitRule, type Readiness } from "../../local/provider/await/rules";
import { timeoutMs } from "../../local/provider/await/timeout";
import { parseWaitFor } from "../../local/provider/await/waitFor";
import type { Json, JsonObject } from "../../local/provider/json";

describe("provider: JSONPath", () => {
  const object: Json = {
    status: {
      phase: "Running",
      "a.b": 1,
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Other", status: "False" },
      ],
    },
  };
  const find = (path: string) => compileJsonPath(path)(object);

  it("finds fields, items and filtered items", () => {
    deepStrictEqual(find("{.status.phase}"), ["Running"]);
    deepStrictEqual(find("{$.status['a.b']}"), [1]);
    deepStrictEqual(find("{.status.a\\.b}"), [1]);
    deepStrictEqual(find("{.status.conditions[0].type}"), ["Ready"]);
    deepStrictEqual(find("{.status.conditions[-1].type}"), ["Other"]);
    deepStrictEqual(find("{.status.conditions[*].type}"), ["Ready", "Other"]);
    deepStrictEqual(find('{.status.conditions[?(@.type=="Ready")].status}'), ["True"]);
    deepStrictEqual(find("{.status.conditions[?(@.type!='Ready')].status}"), ["False"]);
    deepStrictEqual(find("{.status.conditions[?(@.missing)].status}"), []);
    deepStrictEqual(find("{.spec.nothing[0].here}"), []);
  });

  it("refuses what it does not understand, with the place", () => {
    throws(() => compileJsonPath(".status"), {
      message: 'the JSONPath ".status" must stand in braces, such as {.status.phase}',
    });
    throws(() => compileJsonPath("{.a[?(@.b)}"), /expected \)\] at "\)"/);
    throws(() => compileJsonPath("{..a}"), /unexpected text at "\.\.a"/);
  });
});

describe("provider: waitFor", () => {
  const unmet = (text: string, object: object): (string | undefined)[] =>
    parseWaitFor(text).map((condition) => condition.unmet(object as JsonObject));
  const withCondition = (condition: object, generation = 1) => ({
    metadata: { generation },
    status: { conditions: [{ type: "Ready", ...condition }] },
  });

  it("waits for conditions, of the current generation only", () => {
    deepStrictEqual(unmet("condition=Ready", {}), ["condition Ready is not reported yet"]);
    deepStrictEqual(unmet("condition=ready", withCondition({ status: "True" })), [undefined]);
    deepStrictEqual(unmet("condition=Ready=False", withCondition({ status: "False" })), [undefined]);
    deepStrictEqual(unmet("condition=Ready", withCondition({ status: "False", reason: "NoPods", message: "none" })), [
      "condition Ready is False: NoPods: none",
    ]);
    deepStrictEqual(unmet("condition=Ready", withCondition({ status: "True", observedGeneration: 1 }, 2)), [
      "condition Ready is of an older generation",
    ]);
  });

  it("waits for values", () => {
    deepStrictEqual(unmet("jsonpath={.status.phase}=Running", { status: { phase: "Pending" } }), [
      '{.status.phase} is "Pending", expected "Running"',
    ]);
    deepStrictEqual(unmet("jsonpath='{.status.phase}'='Running'", { status: { phase: "Running" } }), [undefined]);
    deepStrictEqual(unmet("jsonpath={.status.count}=2", { status: { count: 2 } }), [undefined]);
    deepStrictEqual(unmet("jsonpath={.status.url}", { status: { url: "" } }), ["{.status.url} has no value yet"]);
    deepStrictEqual(unmet("jsonpath={.status.url}", { status: { url: "http://a" } }), [undefined]);
  });

  it("takes a list, which must all hold", () => {
    const text = JSON.stringify(["condition=Ready", "jsonpath={.status.url}"]);
    deepStrictEqual(unmet(text, withCondition({ status: "True" })), [undefined, "{.status.url} has no value yet"]);
    throws(() => parseWaitFor("[1]"), /a list must be a JSON array of texts/);
    throws(() => parseWaitFor("jsonpath=.status"), /a JSONPath stands in braces/);
  });
});

describe("provider: await rules", () => {
  const judge = (object: JsonObject): Readiness | undefined => awaitRule(object)?.evaluate(object);
  const deployment = (status: object, spec: object = {}): JsonObject =>
    ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", generation: 2 },
      spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, ...spec },
      status,
    }) as JsonObject;

  it("waits for every new replica of a Deployment", () => {
    deepStrictEqual(judge(deployment({ observedGeneration: 1 })), {
      state: "waiting",
      reasons: ["its controller has not seen this version yet"],
    });
    const conditions = [{ type: "Available", status: "False", reason: "MinimumReplicasUnavailable", message: "no" }];
    const half = { observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 1, conditions };
    deepStrictEqual(judge(deployment(half)), {
      state: "waiting",
      reasons: [
        "1 of 2 replicas are of the new version",
        "2 replicas of the old version are still there",
        "1 of 2 replicas are available",
        "condition Available is False: MinimumReplicasUnavailable: no",
      ],
    });
    const done = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    deepStrictEqual(judge(deployment(done)), { state: "ready" });
    deepStrictEqual(judge(deployment({ observedGeneration: 2 }, { replicas: 0 })), { state: "ready" });
  });

  it("fails with a Deployment that makes no progress", () => {
    const conditions = [
      {
        type: "Progressing",
        status: "False",
        reason: "ProgressDeadlineExceeded",
        message: 'ReplicaSet "w" has timed out',
      },
    ];
    deepStrictEqual(judge(deployment({ observedGeneration: 2, conditions })), {
      state: "failed",
      reasons: ['condition Progressing is False: ProgressDeadlineExceeded: ReplicaSet "w" has timed out'],
    });
  });

  it("follows Jobs to their end", () => {
    const job = (conditions: object[]): JsonObject =>
      ({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "j" },
        status: { active: 1, conditions },
      }) as JsonObject;
    deepStrictEqual(judge(job([])), { state: "waiting", reasons: ["0 pods succeeded, 1 active, 0 failed"] });
    deepStrictEqual(judge(job([{ type: "Complete", status: "True" }])), { state: "ready" });
    deepStrictEqual(judge(job([{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }])), {
      state: "failed",
      reasons: ["condition Failed is True: BackoffLimitExceeded"],
    });
  });

  it("waits for endpoints of a Service with a selector, and for the address of a load balancer", () => {
    const service = (spec: object, status: object = {}): JsonObject =>
      ({ apiVersion: "v1", kind: "Service", metadata: { name: "s" }, spec, status }) as JsonObject;
    strictEqual(awaitRule(service({ type: "ExternalName" })), undefined);
    strictEqual(awaitRule(service({ selector: { a: "b" }, clusterIP: "None" }))?.needs, undefined);
    const needs = awaitRule(service({ selector: { a: "b" } }))?.needs;
    strictEqual(needs?.related.labelSelector, "kubernetes.io/service-name=s");
    const live = service({ selector: { a: "b" } });
    deepStrictEqual(needs?.evaluate(live, []), { state: "waiting", reasons: ["no pod matches its selector a=b"] });
    const slice = (ready: boolean): JsonObject => ({ endpoints: [{ conditions: { ready } }] });
    deepStrictEqual(needs?.evaluate(live, [slice(false)]), {
      state: "waiting",
      reasons: ["none of its 1 endpoints is ready (selector a=b)"],
    });
    deepStrictEqual(needs?.evaluate(live, [slice(true)]), { state: "ready" });
    deepStrictEqual(judge(service({ type: "LoadBalancer" })), {
      state: "waiting",
      reasons: ["no load balancer address is assigned yet"],
    });
    deepStrictEqual(judge(service({ type: "LoadBalancer" }, { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } })), {
      state: "ready",
    });
  });

  it("waits for CRDs to be established, and fails when their names are taken", () => {
    const crd = (conditions: object[]): JsonObject =>
      ({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "c" },
        status: { conditions },
      }) as JsonObject;
    deepStrictEqual(judge(crd([])), { state: "waiting", reasons: ["condition Established is not reported yet"] });
    deepStrictEqual(judge(crd([{ type: "Established", status: "True" }])), { state: "ready" });
    deepStrictEqual(
      judge(crd([{ type: "NamesAccepted", status: "False", reason: "ListKindConflict", message: "taken" }])),
      {
        state: "failed",
        reasons: ["condition NamesAccepted is False: ListKindConflict: taken"],
      },
    );
  });

  it("does not wait for custom resources unless told to, and skipAwait wins", () => {
    const custom = (annotations: object): JsonObject =>
      ({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w", annotations } }) as JsonObject;
    strictEqual(awaitRule(custom({})), undefined);
    deepStrictEqual(judge(custom({ "pulumi.com/waitFor": "condition=Ready" })), {
      state: "waiting",
      reasons: ["condition Ready is not reported yet"],
    });
    strictEqual(
      awaitRule(custom({ "pulumi.com/waitFor": "condition=Ready", "pulumi.com/skipAwait": "true" })),
      undefined,
    );
  });

  it("lists every condition that does not hold beside the awaited one", () => {
    const object: JsonObject = {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "w", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
      status: {
        conditions: [
          { type: "Ready", status: "False", reason: "Workers", message: "not yet" },
          { type: "WorkersReady", status: "Unknown" },
          { type: "Fine", status: "True" },
        ],
      },
    };
    deepStrictEqual(judge(object), {
      state: "waiting",
      reasons: ["condition Ready is False: Workers: not yet", "condition WorkersReady is Unknown"],
    });
  });

  it("takes the timeout from customTimeouts, then the annotation, then ten minutes", () => {
    const inputs: JsonObject = { metadata: { annotations: { "pulumi.com/timeoutSeconds": "30" } } };
    strictEqual(timeoutMs(5, inputs), 5_000);
    strictEqual(timeoutMs(0, inputs), 30_000);
    strictEqual(timeoutMs(0, {}), 600_000);
  });
});
