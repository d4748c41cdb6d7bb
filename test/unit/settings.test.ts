import { deepStrictEqual, strictEqual, throws } from "node:assert";

import { ConfigurationError } from "../../sdk/problems";
import { annotationsOf, parseSettings, settingsOfConfig } from "../../stacks/environment/settings";

/** The problems that parsing finds, without their explanations. */
function problems(given: unknown): { path: string; message: string }[] {
  try {
    parseSettings(given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => ({ path, message }));
    throw error;
  }
  return [];
}

const service = {
  name: "llama",
  namespace: "models",
  spec: { model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" } },
};

describe("environment settings", () => {
  it("accepts an empty environment and a plain service", () => {
    deepStrictEqual(parseSettings({}), {});
    deepStrictEqual(parseSettings({ services: [service] }), { services: [service] });
  });

  it("lists every problem at once, with its path", () => {
    deepStrictEqual(
      problems({
        platform: { gateway: { listeners: [{ name: "http", port: 99999 }] }, kserve: { crdSchema: "huge" } },
        services: [
          { ...service, spec: { model: { uri: "gs://bucket/model" } } },
          { name: "Llama", spec: { model: { uri: "hf://a/b" }, replicas: -1 } },
        ],
      }).map(({ path }) => path),
      [
        "platform.kserve.crdSchema",
        "platform.gateway.listeners[0].port",
        "services[0].spec.model.uri",
        "services[1].spec.replicas",
        "services[1].name",
      ],
    );
  });

  it("refuses a namespace in which KServe does not work", () => {
    deepStrictEqual(
      problems({ platform: { kserve: { namespace: "serving" } } }).map(({ path }) => path),
      ["platform.kserve.namespace"],
    );
  });

  it("reads its own part of a stack's configuration", () => {
    deepStrictEqual(settingsOfConfig({ "pulumi-kserve:services": [service], "gcp:project": "x" }), {
      services: [service],
    });
  });

  it("checks what it is told of the cluster, and waivers", () => {
    const wrong = {
      pools: [{ name: "h100", acceleratorPerNode: 8 }],
      existing: { secrets: ["hf-token"], components: { istioo: "1.28.0" } },
      preflight: { waive: [{ code: "image-lates", reason: "a trial" }, { code: "image-latest" }] },
    };
    deepStrictEqual(
      problems(wrong).map(({ path }) => path),
      ["pools[0].acceleratorPerNode", "existing.components.istioo", "existing.secrets[0]", "preflight.waive[1].reason"],
    );
    deepStrictEqual(
      problems({
        preflight: {
          waive: [
            { code: "image-lates", reason: "a trial" },
            { code: "image-latest", reason: " " },
          ],
        },
      }).map(({ path }) => path),
      ["preflight.waive[0].code", "preflight.waive[1].reason"],
    );
    const right = {
      pools: [{ name: "h100", accelerator: "nvidia-h100-80gb", acceleratorsPerNode: 8, maxNodes: 2, cpu: 200 }],
      existing: { secrets: ["models/hf-token"], components: { istio: "1.28.0", keda: false } },
    };
    deepStrictEqual(parseSettings(right), right);
  });

  it("names the nearest setting for one that does not exist", () => {
    throws(
      () => parseSettings({ services: [{ ...service, spec: { model: service.spec.model, replica: 2 } }] }),
      /services\[0\]\.spec\.replica: no such field; allowed: replicas, scaling, .*; fix: did you mean "replicas"\?/,
    );
    throws(() => parseSettings({ platfrom: {} }), /platfrom: no such setting; .*did you mean "platform"\?/);
  });

  it("says what is missing and what an enumeration allows", () => {
    throws(
      () => parseSettings({ services: [{ name: "llama", spec: {} }] }),
      /services\[0\]\.spec\.model\.uri: missing, and KServe has nothing to serve then; allowed: hf:/,
    );
    throws(
      () => parseSettings({ services: [{ ...service, criticality: "High" }] }),
      /services\[0\]\.criticality: .*given: "High"; allowed: "Critical", "Standard", "Sheddable"/,
    );
  });

  it("refuses a model that KServe cannot fetch, and says what it can", () => {
    throws(
      () => parseSettings({ services: [{ ...service, spec: { model: { uri: "ftp://host/model" } } }] }),
      /services\[0\]\.spec\.model\.uri: KServe cannot fetch a model from "ftp:\/\/"; given: "ftp:\/\/host\/model"; allowed: hf:\/\//,
    );
  });

  it("refuses a second service of the same name, in whatever namespace", () => {
    for (const namespace of ["default", "other"]) {
      throws(
        () => parseSettings({ services: [service, { ...service, namespace }] }),
        /: 1 problem\n {2}- services\[1\]\.name: services\[0\] has this name too; given: "llama"; allowed: a name once in a stack, .*; fix: rename one of them, or move it to a stack of its own$/,
      );
    }
  });

  it("checks a workload as the controller's validator does", () => {
    const workload = (spec: object): string[] =>
      problems({ services: [{ name: "llama", spec: { model: service.spec.model, ...spec } }] }).map(({ path }) => path);
    deepStrictEqual(workload({ worker: {} }), ["services[0].spec.worker"]);
    deepStrictEqual(workload({ parallelism: { data: 8 } }), ["services[0].spec.parallelism.dataLocal"]);
    deepStrictEqual(workload({ parallelism: { data: 8, dataLocal: 3 } }), ["services[0].spec.parallelism.data"]);
    deepStrictEqual(workload({ parallelism: { data: 8, dataLocal: 4, pipeline: 2 } }), [
      "services[0].spec.parallelism",
    ]);
    deepStrictEqual(workload({ replicas: 2, scaling: { maxReplicas: 3, wva: { hpa: {} } } }), [
      "services[0].spec.replicas",
    ]);
    deepStrictEqual(workload({ worker: {}, parallelism: { data: 8, dataLocal: 4 } }), []);
  });

  it("refuses rules of which none leads to the scheduler's pool, and gives the backend to add", () => {
    const withRules = (rules: unknown[], scheduler: object | undefined = {}): object => ({
      services: [
        {
          name: "llama",
          spec: { model: service.spec.model, router: { scheduler, route: { http: { spec: { rules } } } } },
        },
      ],
    });
    const pool = {
      group: "inference.networking.k8s.io",
      kind: "InferencePool",
      name: "llama-inference-pool",
      port: 8000,
    };
    deepStrictEqual(problems(withRules([{ timeouts: { request: "300s" } }, { backendRefs: [pool] }])), []);
    throws(
      () => parseSettings(withRules([{ timeouts: { request: "300s" } }])),
      /services\[0\]\.spec\.router\.route\.http\.spec\.rules: .*never be Ready; .*name: llama-inference-pool, port: 8000/,
    );
  });

  it("gives a service the annotations of its fragments, by priority and under its own", () => {
    const fragments = [
      { name: "high", priority: 1, spec: {}, annotations: { a: "high", b: "high" } },
      { name: "low", spec: {}, annotations: { b: "low", c: "low" } },
    ];
    const entry = { ...service, fragments: ["high", "low"], annotations: { c: "own" } };
    deepStrictEqual(annotationsOf(entry, parseSettings({ fragments, services: [entry] })), {
      a: "high",
      b: "high",
      c: "own",
    });
    strictEqual(annotationsOf(service, {}), undefined);
    const claim = { name: "claim", spec: {}, annotations: { "serving.kserve.io/exp-dra-device-count": "2" } };
    deepStrictEqual(problems({ services: [{ ...service, fragments: [claim] }] }), [
      {
        path: 'services[0].annotations["serving.kserve.io/exp-dra-device-class"]',
        message: "missing, although other exp-dra annotations are set",
      },
    ]);
  });

  it("counts its problems in the first line", () => {
    try {
      parseSettings({ a: 1, b: 2 });
    } catch (error) {
      strictEqual((error as Error).message.split("\n")[0], "environment configuration: 2 problems");
      return;
    }
    throw new Error("expected an error");
  });
});
