import { deepStrictEqual, strictEqual } from "node:assert";

import { Marked } from "../../sdk/compose/marked";
import { preflightCodes } from "../../sdk/preflight/codes";
import { preflight } from "../../sdk/preflight/preflight";
import { describeProblem } from "../../sdk/problems";
import { capacityCases } from "./preflight/capacityCases";
import { clusterCases } from "./preflight/clusterCases";
import { nameCases } from "./preflight/nameCases";
import { objectCases } from "./preflight/objectCases";
import { schedulerCases } from "./preflight/schedulerCases";
import { cpu, h100, plan, pod, pools, service, waived } from "./preflight/plan";

const cases = [...nameCases, ...clusterCases, ...capacityCases, ...objectCases, ...schedulerCases];

describe("preflight", () => {
  for (const { code, title, bad, finding, good } of cases) {
    it(`${code}: ${title}`, () => {
      const found = preflight(bad).filter((one) => one.code === code);
      deepStrictEqual(found.map(describeProblem), [finding]);
      deepStrictEqual(
        found.map(({ severity }) => severity),
        [preflightCodes[code].severity],
      );
      deepStrictEqual(
        preflight(good)
          .filter((one) => one.code === code)
          .map(describeProblem),
        [],
      );
    });
  }

  it("has a bad and a good plan for every code", () => {
    const tested = new Set(cases.map(({ code }) => code));
    deepStrictEqual(
      Object.keys(preflightCodes).filter((code) => !tested.has(code as never)),
      [],
    );
  });

  it("says nothing about what the plan does not state", () => {
    deepStrictEqual(
      preflight(plan({ template: pod({ "amd.com/gpu": "1" }, {}, { serviceAccountName: "robot" }) })),
      [],
    );
  });

  it("says nothing about what is not known yet", () => {
    const unknown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
    const template = pod(
      {},
      { resources: { limits: unknown } },
      { nodeSelector: unknown, serviceAccountName: unknown },
    );
    deepStrictEqual(
      preflight(plan({ template, replicas: unknown, parallelism: unknown }, { pools, serviceAccounts: [] })),
      [],
    );
  });

  it("judges replicas that no API server takes, which are refused elsewhere", () => {
    for (const replicas of [1.5, 1e308]) {
      deepStrictEqual(
        preflight(plan({ replicas }, { pools: [{ ...h100, maxNodes: 0 }] })).map(({ code }) => code),
        ["pool-too-small"],
      );
    }
  });

  it("says nothing about accelerators of which nobody knows how they are asked for", () => {
    const cluster = { pools: [{ name: "new", accelerator: "nvidia-r100", maxNodes: 1 }] };
    deepStrictEqual(
      preflight(plan({}, cluster)).map(({ code }) => code),
      ["pool-accelerator-unknown"],
    );
  });

  it("does not take Neuron's chips for the ranks of a model, which are cores", () => {
    const neuron = { name: "trn2", accelerator: "aws-trainium2", acceleratorsPerNode: 16, maxNodes: 1 };
    const spec = { template: pod({ "aws.amazon.com/neuron": 16 }), parallelism: { tensor: 64 } };
    deepStrictEqual(preflight(plan(spec, { pools: [neuron] }, { modelSizeGiB: 140 })), []);
  });

  it("shows no secret", () => {
    const secret = new Marked("hidden", { unknown: false, secret: true, carriers: [] });
    const [finding] = preflight(
      plan({ template: pod({}, {}, { serviceAccountName: secret }) }, { serviceAccounts: [] }),
    );
    strictEqual(finding?.code, "service-account-missing");
    strictEqual(JSON.stringify(finding).includes("hidden"), false);
  });

  it("expects no pods of a service that is stopped", () => {
    const stopped = { annotations: { "serving.kserve.io/stop": "true" } };
    deepStrictEqual(preflight(plan({ template: pod({ "amd.com/gpu": "1" }) }, { pools }, stopped)), []);
  });

  it("reckons with what the services before need", () => {
    const one = (name: string, replicas: number) => service({ replicas, model: { uri: "hf://a/b", name } }, { name });
    const codes = (replicas: number) =>
      preflight({ services: [one("a", 10), one("b", replicas)], cluster: { pools: [h100, cpu] } }).map(
        ({ code, service }) => [code, service],
      );
    deepStrictEqual(codes(6), []);
    deepStrictEqual(codes(7), [["cluster-too-small", "models/b"]]);
  });

  it("knows the place in the spec of what it says about the endpoint picker's configuration", () => {
    const plugins = [{ type: "queue-scorrer" }];
    const head = { apiVersion: "llm-d.ai/v1alpha1", kind: "EndpointPickerConfig", schedulingProfiles: [] };
    const router = { route: {}, scheduler: { config: { inline: { ...head, plugins, "odd.key": 1 } } } };
    const inline = ["router", "scheduler", "config", "inline"];
    deepStrictEqual(
      preflight(plan({ router })).map(({ steps }) => steps),
      [
        [...inline, "odd.key"],
        [...inline, "plugins", 0, "type"],
      ],
    );
  });

  it("says nothing about a configuration for an image that is not known yet", () => {
    const image = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
    const inline = { apiVersion: "llm-d.ai/v1alpha1", kind: "EndpointPickerConfig", plugins: [{ type: "own-scorer" }] };
    const scheduler = { config: { inline }, template: { containers: [{ name: "main", image }] } };
    deepStrictEqual(preflight(plan({ router: { route: {}, scheduler } })), []);
  });

  it("takes a waiver without a code or a reason, as programs in JavaScript may have it, for a wrong one", () => {
    const waive = [{ code: "image-latest" }, { reason: "a trial" }] as never;
    deepStrictEqual(
      preflight(waived(waive, { template: pod({}, { image: "vllm" }) })).map(({ code }) => code),
      ["waiver-without-reason", "waiver-unknown-code", "image-latest"],
    );
  });

  it("shows a waived error as a warning with its reason", () => {
    const reason = "the node is made by hand";
    const waivers = [{ code: "accelerator-missing", reason, service: "llama" }];
    const found = preflight({ ...plan({ template: pod({ "amd.com/gpu": "1" }) }, { pools }), waive: waivers });
    deepStrictEqual(
      found.map(({ code, severity, waived }) => ({ code, severity, waived })),
      [{ code: "accelerator-missing", severity: "warning", waived: reason }],
    );
  });

  it("takes a waiver for one service for no other", () => {
    const waive = [{ code: "image-latest", reason: "for tests", service: "models/other" }];
    const template = pod({}, { image: "vllm" });
    deepStrictEqual(
      preflight({ ...waived(waive, { template }) }).map(({ code }) => code),
      ["image-latest", "waiver-unused"],
    );
  });
});
