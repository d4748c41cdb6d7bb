import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { projectRoot } from "../../local/paths";
import { planOfPlatform } from "../../sdk/preflight/platformPlan";
import { ConfigurationError } from "../../sdk/problems";
import { parseSettings, settingsOfConfig } from "../../stacks/environment/settings";

function problemsOf(platform: unknown): string[] {
  try {
    parseSettings({ platform });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems.map(({ path, fix }) => (fix === undefined ? path : `${path}: ${fix}`));
  }
}

describe("settings of what runs around KServe", () => {
  it("take the example of docs/platform.md", () => {
    const page = readFileSync(join(projectRoot(), "docs", "platform.md"), "utf8");
    const [, example] = /```yaml\n([^`]*)```/.exec(page) ?? [];
    const { platform } = parseSettings(settingsOfConfig(load(example ?? "") as Record<string, unknown>));
    assert.deepEqual(Object.keys(platform ?? {}).sort(), [
      "autoscaling",
      "disruptionBudgets",
      "externalDns",
      "monitoring",
      "namespaces",
      "networkPolicies",
      "tracing",
    ]);
    const { components, autoscalingPrometheus, namespaces } = planOfPlatform(platform ?? {});
    assert.deepEqual([components?.keda, components?.wva, autoscalingPrometheus], ["2.18.0", "0.7.0", true]);
    assert.equal(namespaces?.models?.labels?.["pod-security.kubernetes.io/enforce"], "baseline");
  });

  it("take parts that exist, and none", () => {
    assert.deepEqual(
      problemsOf({
        autoscaling: {
          keda: { existing: true, version: "2.17.0" },
          workloadVariantAutoscaler: { existing: true },
          prometheusAdapter: false,
          prometheus: { url: "http://prometheus:9090" },
        },
        monitoring: { stack: { existing: true }, labels: { release: "prometheus" } },
        tracing: { existing: true },
        externalDns: false,
        networkPolicies: false,
      }),
      [],
    );
  });

  it("name what is misspelt", () => {
    assert.deepEqual(problemsOf({ monitoring: { alert: {} }, networkPolicies: { gateway: [] } }).sort(), [
      'platform.monitoring.alert: did you mean "alerts"?',
      'platform.networkPolicies.gateway: did you mean "gateways"?',
    ]);
    assert.deepEqual(problemsOf({ namespaces: { models: { podSecurity: { enforce: "strict" } } } }), [
      "platform.namespaces.models.podSecurity.enforce",
    ]);
  });
});
