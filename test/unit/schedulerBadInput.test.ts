import { deepStrictEqual, ok } from "node:assert";

import { describeProblem } from "../../sdk/problems";
import { checkEndpointPickerConfig } from "../../sdk/scheduler/check";

const head = { apiVersion: "llm-d.ai/v1alpha1", kind: "EndpointPickerConfig" };
const both = [
  { name: "prefill", plugins: [] },
  { name: "decode", plugins: [] },
];
const decider = { type: "always-disagg-pd-decider" };
const handler = { type: "disagg-profile-handler", parameters: { deciders: { prefill: "always-disagg-pd-decider" } } };
const pickers = [{ type: "max-score-picker" }, { type: "random-picker" }];

/** What is wrong with what llm-d's router would be given. */
const cases: readonly (readonly [object, ...string[]])[] = [
  [
    { ...head, metadata: { name: "x" } },
    "metadata: no such field; allowed: apiVersion, kind, featureGates, plugins, schedulingProfiles, saturationDetector, parser, dataLayer, flowControl, requestHandler",
  ],
  [
    { ...head, plugin: [] },
    'plugin: no such field; allowed: apiVersion, kind, featureGates, plugins, schedulingProfiles, saturationDetector, parser, dataLayer, flowControl, requestHandler; fix: did you mean "plugins"?',
  ],
  [{ ...head, kind: "Config" }, 'kind: not what this router reads; given: "Config"; allowed: EndpointPickerConfig'],
  [
    { ...head, apiVersion: "llm-d.ai/v1" },
    'apiVersion: not what this router reads; given: "llm-d.ai/v1"; allowed: llm-d.ai/v1alpha1 or inference.networking.x-k8s.io/v1alpha1',
  ],
  [{ ...head, plugins: {} }, "plugins: of the wrong type; allowed: a list"],
  [{ ...head, plugins: [{ name: "queue" }] }, "plugins[0].type: missing; allowed: the type of a plugin"],
  [
    { ...head, plugins: [{ type: "queue-scorer" }, { type: "queue-scorer" }] },
    'plugins[1]: two plugins are called "queue-scorer"; fix: give one of them another name',
  ],
  [
    { ...head, plugins: [{ type: "token-load-scorer", parameters: { queueThresholdToken: 5 } }] },
    'plugins[0].parameters.queueThresholdToken: no such parameter; allowed: queueThresholdTokens; fix: did you mean "queueThresholdTokens"?',
  ],
  [
    { ...head, plugins: [{ type: "active-request-scorer", parameters: { idleThreshold: "1" } }] },
    'plugins[0].parameters.idleThreshold: of the wrong type; given: "1"; allowed: a whole number',
  ],
  [
    { ...head, plugins: [{ type: "active-request-scorer", parameters: { maxBusyScore: 2 } }] },
    "plugins[0].parameters.maxBusyScore: too large; given: 2; allowed: at least 0 and at most 1",
  ],
  [
    { ...head, plugins: [{ type: "queue-scorer", parameters: { threshold: 5 } }] },
    "plugins[0].parameters: the plugin reads no parameters; fix: remove them",
  ],
  [
    { ...head, plugins: [{ type: "prefix-cache-scorer", parameters: { blockSizeTokens: 64 } }] },
    "plugins[0].parameters.blockSizeTokens: no such parameter; allowed: prefixMatchInfoProducerName",
  ],
  [
    { ...head, plugins: [{ type: "concurrency-detector", parameters: { concurrencyMode: "token" } }] },
    'plugins[0].parameters.concurrencyMode: not one of the allowed values; given: "token"; allowed: requests, tokens; fix: did you mean "tokens"?',
  ],
  [
    { ...head, plugins: [{ type: "utilization-detector", parameters: { metricsStalenessThreshold: "200" } }] },
    'plugins[0].parameters.metricsStalenessThreshold: of the wrong type; given: "200"; allowed: a duration, such as "200ms"',
  ],
  [
    {
      ...head,
      plugins: [{ type: "disagg-profile-handler", parameters: { deciders: { prefill: "always" } } }],
      schedulingProfiles: both,
    },
    'plugins[0].parameters.deciders.prefill: no plugin has this name; given: "always"; allowed: a name in plugins',
  ],
  [
    { ...head, plugins: [{ type: "disagg-profile-handler" }], schedulingProfiles: both },
    'schedulingProfiles[0]: never runs: disagg-profile-handler has no decider for it; given: "prefill"; fix: name one in plugins[0].parameters.deciders.prefill',
  ],
  [
    {
      ...head,
      plugins: [{ type: "queue-scorer" }, decider, handler],
      schedulingProfiles: [{ name: "decode", plugins: [{ pluginRef: "queue-scorer" }] }],
    },
    'schedulingProfiles: disagg-profile-handler runs the profile "prefill", which is not there; allowed: a profile called prefill',
  ],
  [
    { ...head, plugins: [{ type: "queue-scorer" }], schedulingProfiles: both },
    "plugins: 2 profiles need a profile handler; allowed: disagg-profile-handler, data-parallel-profile-handler, header-profile-handler",
  ],
  [
    { ...head, plugins: [{ type: "single-profile-handler" }], schedulingProfiles: both },
    "schedulingProfiles: single-profile-handler takes one profile; given: 2; allowed: one profile, or another profile handler",
  ],
  [
    { ...head, plugins: [decider, handler, { type: "single-profile-handler" }], schedulingProfiles: both },
    'plugins[2]: there is a profile handler already, "disagg-profile-handler"; given: "single-profile-handler"; allowed: one profile handler',
  ],
  [
    {
      ...head,
      plugins: [{ type: "max-score-picker" }],
      schedulingProfiles: [{ name: "default", plugins: [{ pluginRef: "max-score-picker", weight: 2 }] }],
    },
    "schedulingProfiles[0].plugins[0].weight: max-score-picker does not score; given: 2; fix: remove the weight",
  ],
  [
    {
      ...head,
      plugins: pickers,
      schedulingProfiles: [
        { name: "default", plugins: [{ pluginRef: "max-score-picker" }, { pluginRef: "random-picker" }] },
      ],
    },
    'schedulingProfiles[0].plugins[1].pluginRef: the profile has the picker "max-score-picker" already; given: "random-picker"; allowed: one picker in a profile',
  ],
  [
    { ...head, plugins: pickers, schedulingProfiles: [{ name: "default", plugins: [] }] },
    "schedulingProfiles[0].plugins: names no picker, and gets one of several by chance; allowed: one of max-score-picker, random-picker",
  ],
  [
    { ...head, plugins: pickers },
    "schedulingProfiles: missing: without profiles all plugins make up one, which cannot have 2 pickers; allowed: one picker, or profiles that name theirs",
  ],
  [
    {
      ...head,
      plugins: [decider],
      schedulingProfiles: [{ name: "default", plugins: [{ pluginRef: "always-disagg-pd-decider" }] }],
    },
    'schedulingProfiles[0].plugins[0].pluginRef: always-disagg-pd-decider does nothing in a profile; given: "always-disagg-pd-decider"; allowed: filters, scorers and one picker',
  ],
  [
    { ...head, schedulingProfiles: [{ plugins: [{}] }] },
    "schedulingProfiles[0].name: missing; allowed: the name of the profile",
    "schedulingProfiles[0].plugins[0].pluginRef: missing; allowed: the name of a plugin",
  ],
  [
    { ...head, featureGates: ["flowcontrol", "flowControl=maybe"] },
    'featureGates[0]: no such feature gate; given: "flowcontrol"; allowed: flowControl, haPopulateNonLeaderDatastore; fix: did you mean "flowControl"?',
    'featureGates[1]: neither true nor false; given: "flowControl=maybe"; allowed: flowControl=true or flowControl=false',
  ],
  [
    { ...head, flowControl: { maxRequests: 5 } },
    "flowControl: not read without its feature gate; fix: add flowControl to featureGates",
  ],
  [
    {
      ...head,
      featureGates: ["flowControl"],
      flowControl: {
        maxBytes: "-1Gi",
        defaultRequestTTL: "-1s",
        priorityBands: [{ priority: 1 }, { priority: 1, orderingPolicyRef: "edf" }],
      },
    },
    'flowControl.defaultRequestTTL: too small; given: "-1s"; allowed: at least 0s',
    'flowControl.maxBytes: too small; given: "-1Gi"; allowed: at least 0',
    "flowControl.priorityBands[1].priority: two bands have this priority; given: 1",
    'flowControl.priorityBands[1].orderingPolicyRef: no plugin has this name; given: "edf"; allowed: the name of an element of plugins; fix: add { type: … } to plugins',
  ],
  [
    { ...head, parser: { pluginRef: "max-score-picker" }, requestHandler: { parsers: [{ pluginRef: "openai" }] } },
    'parser.pluginRef: max-score-picker is no parser; given: "max-score-picker"; allowed: openai-parser',
    'requestHandler.parsers[0].pluginRef: no plugin has this name; given: "openai"; allowed: the name of an element of plugins; fix: add { type: … } to plugins',
  ],
];

describe("bad configurations of the scheduler", () => {
  it("are enough", () => ok(cases.length >= 25));

  for (const [index, [config, ...messages]] of cases.entries()) {
    it(`are refused: case ${index + 1}`, () => {
      ok(messages.length > 0);
      deepStrictEqual(checkEndpointPickerConfig(config).map(describeProblem), messages);
    });
  }
});
