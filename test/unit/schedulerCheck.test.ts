import { deepStrictEqual } from "node:assert";

import { Marked } from "../../sdk/compose/marked";
import { describeProblem } from "../../sdk/problems";
import { checkEndpointPickerConfig, type EndpointPickerCheckOptions } from "../../sdk/scheduler/check";

const head = { apiVersion: "llm-d.ai/v1alpha1", kind: "EndpointPickerConfig" };

function described(config: unknown, options: EndpointPickerCheckOptions = {}): string[] {
  return checkEndpointPickerConfig(config, options).map(describeProblem);
}

describe("checks of a scheduler's configuration", () => {
  it("accept what KServe itself writes for prefill and decode", () => {
    const scorers = [
      { pluginRef: "prefix-cache-scorer", weight: 3 },
      { pluginRef: "queue-scorer", weight: 2 },
      { pluginRef: "max-score-picker" },
    ];
    deepStrictEqual(
      described({
        apiVersion: "inference.networking.x-k8s.io/v1alpha1",
        kind: "EndpointPickerConfig",
        plugins: [
          { type: "disagg-headers-handler" },
          { type: "prefill-filter" },
          { type: "decode-filter" },
          { type: "queue-scorer" },
          { type: "prefix-cache-scorer" },
          { type: "max-score-picker" },
          { type: "always-disagg-pd-decider" },
          {
            type: "disagg-profile-handler",
            parameters: { deciders: { prefill: "always-disagg-pd-decider" } },
          },
        ],
        schedulingProfiles: [
          { name: "prefill", plugins: [{ pluginRef: "prefill-filter" }, ...scorers] },
          { name: "decode", plugins: [{ pluginRef: "decode-filter" }, ...scorers] },
        ],
      }),
      [],
    );
  });

  it("say nothing about feature gates and what they decide while these are not known", () => {
    const unknown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
    for (const featureGates of [unknown, [unknown]]) {
      deepStrictEqual(described({ ...head, featureGates, flowControl: { maxRequests: 5 } }), []);
    }
  });

  it("show no secret, neither of names nor of parameters", () => {
    const secret = (value: string | number): Marked =>
      new Marked(value, { unknown: false, secret: true, carriers: [] });
    deepStrictEqual(
      described({
        ...head,
        plugins: [
          { type: "queue-scorer", name: secret("hidden") },
          { type: secret("hidden-scorer") },
          {
            type: "concurrency-detector",
            parameters: { concurrencyMode: secret("token"), maxConcurrency: secret(-1) },
          },
          { type: "disagg-profile-handler", parameters: { deciders: { prefill: secret("hidden") } } },
          {
            type: "core-metrics-extractor",
            parameters: { defaultEngine: secret("hidden"), engineConfigs: secret("hidden") },
          },
        ],
        schedulingProfiles: [
          { name: secret("prefill"), plugins: [{ pluginRef: secret("hidden"), weight: secret("2") }] },
          { name: "decode", plugins: [{ pluginRef: "named-by-a-secret" }] },
        ],
        featureGates: [secret("hidden")],
        parser: { pluginRef: secret("hidden") },
      }),
      [
        "schedulingProfiles[0].plugins[0].weight: of the wrong type; allowed: a number",
        "plugins[2].parameters.concurrencyMode: not one of the allowed values; allowed: requests, tokens",
        "plugins[2].parameters.maxConcurrency: too small; allowed: more than 0",
        "plugins[4].parameters.engineConfigs: of the wrong type; allowed: a list",
      ],
    );
  });

  it("name the place, what was given, what is allowed and the nearest name", () => {
    deepStrictEqual(
      described(
        {
          ...head,
          plugins: [{ type: "queue-scorrer" }, { type: "max-score-picker" }],
          schedulingProfiles: [{ name: "default", plugins: [{ pluginRef: "max-score-piker" }] }],
        },
        { path: "spec.router.scheduler.config.inline" },
      ),
      [
        "spec.router.scheduler.config.inline.plugins[0].type: llm-d-router-0.9.0 has no such plugin; " +
          'given: "queue-scorrer"; allowed: a type that docs/scheduler.md lists for it; fix: did you mean "queue-scorer"?',
        "spec.router.scheduler.config.inline.schedulingProfiles[0].plugins[0].pluginRef: no plugin has this name; " +
          'given: "max-score-piker"; allowed: max-score-picker; fix: did you mean "max-score-picker"?',
      ],
    );
  });
});
