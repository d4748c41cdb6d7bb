import { strict as assert } from "node:assert";

import { compose, type ComposeArgs } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { ConfigurationError } from "../../sdk/problems";

describe("compose: what the cluster would refuse", () => {
  const presets = Object.fromEntries(
    ["template", "scheduler"].map((suffix) => [`kserve-config-llm-${suffix}`, { model: { uri: "" } }]),
  );
  const problemsOf = (scheduler: object, more: Partial<ComposeArgs> = {}) => {
    const spec = { model: { uri: "hf://a/b" }, router: { scheduler } };
    const configs = new ConfigStore({ kserve: presets });
    try {
      compose({ service: { name: "llm", namespace: "team" }, spec, configs, ...more });
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems;
      throw error;
    }
    return [];
  };

  it("is a pool without a port, although the controller would fill it in", () => {
    const pool = {
      selector: { matchLabels: { a: "b" } },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: { name: "x" },
    };
    const paths = problemsOf({ pool: { spec: pool } }).map(({ path }) => path);
    assert.deepEqual(paths, ["spec.router.scheduler.pool.spec.endpointPickerRef.port"]);
    const complete = { ...pool, endpointPickerRef: { name: "x", port: { number: 9002 } } };
    assert.deepEqual(problemsOf({ pool: { spec: complete } }), []);
  });

  it("is a key that the scheduler's ConfigMap does not have", () => {
    const configMaps = () => ({ epp: "plugins: []", other: "plugins: []" });
    const ref = { name: "my-config", key: "nope" };
    assert.deepEqual(problemsOf({ config: { ref } }, { configMaps }), [
      {
        path: "spec.router.scheduler.config.ref.key",
        given: "nope",
        message: 'the ConfigMap "my-config" has no such key',
        allowed: "epp, other",
      },
    ]);
    assert.deepEqual(problemsOf({ config: { ref: { name: "my-config" } } }, { configMaps }), []);
  });
});
