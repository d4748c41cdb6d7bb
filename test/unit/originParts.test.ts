import { deepStrictEqual, strictEqual } from "node:assert";

import { composeWritten } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { originParts, setterAt } from "../../sdk/compose/originParts";

describe("parts of a spec by who set them", () => {
  const main = (fields: object) => ({ template: { containers: [{ name: "main", ...fields }] } });
  const composition = composeWritten({
    service: { name: "llama", namespace: "models" },
    configs: new ConfigStore({}),
    fragments: [
      { name: "gpu", spec: main({ resources: { limits: { "nvidia.com/gpu": "1", cpu: "4" } } }) },
      { name: "more", priority: 1, spec: main({ resources: { limits: { "nvidia.com/gpu": "2" } } }) },
    ],
    spec: { model: { uri: "hf://a/b" } },
  });
  const fields = composition.writtenOrigins();
  const parts = originParts(fields, composition.sources);

  it("are as few as there can be, with keys that have dots kept whole", () => {
    deepStrictEqual(parts, {
      model: "spec",
      "template.containers[main].name": 'fragment "gpu"',
      "template.containers[main].resources.limits.cpu": 'fragment "gpu"',
      'template.containers[main].resources.limits["nvidia.com/gpu"]': 'fragment "more"',
    });
  });

  it("give every field its setter again", () => {
    for (const { path, source } of fields) strictEqual(setterAt(parts, path), composition.sources.text(source), path);
  });

  it("say nothing of other fields, but what is said of everything", () => {
    strictEqual(setterAt(parts, "router.gateway"), undefined);
    strictEqual(setterAt(parts, "template.containers[other].image"), undefined);
    strictEqual(setterAt({ "": "spec" }, "router.gateway"), "spec");
  });
});
