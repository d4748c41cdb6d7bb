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
