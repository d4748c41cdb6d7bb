import { deepStrictEqual } from "node:assert";

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
