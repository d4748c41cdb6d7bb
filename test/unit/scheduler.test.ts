import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import {
  checkEndpointPickerConfig,
  endpointPickerConfig,
  kvCacheScorer,
  latencyScheduler,
  maxScorePicker,
  prefillDecodeScheduler,
  prefixCacheScorer,
  prefixReuseScheduler,
  queueScorer,
  schedulerFragment,
  schedulerPlugin,
  SchedulerRouter,
  throughputScheduler,
} from "../../index";
import { checkService } from "../../sdk/api/validate";
import { selectPresets } from "../../sdk/compose/presets";
import type { JsonObject } from "../../sdk/compose/marked";

const message = (build: () => unknown): string => {
  try {
    build();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("scheduler configurations", () => {
  it("for prefill and decode take two lines", () => {
    const scorers = [
      { pluginRef: "queue-scorer", weight: 2 },
      { pluginRef: "kv-cache-utilization-scorer", weight: 2 },
      { pluginRef: "prefix-cache-scorer", weight: 3 },
      { pluginRef: "max-score-picker" },
    ];
    deepStrictEqual(prefillDecodeScheduler({ queue: 2, kvCache: 2, prefixCache: 3 }), {
      apiVersion: "llm-d.ai/v1alpha1",
      kind: "EndpointPickerConfig",
      plugins: [
        { type: "always-disagg-pd-decider" },
        { type: "disagg-profile-handler", parameters: { deciders: { prefill: "always-disagg-pd-decider" } } },
        { type: "prefill-filter" },
        { type: "queue-scorer" },
        { type: "kv-cache-utilization-scorer" },
        { type: "prefix-cache-scorer" },
        { type: "max-score-picker" },
        { type: "decode-filter" },
      ],
      schedulingProfiles: [
        { name: "prefill", plugins: [{ pluginRef: "prefill-filter" }, ...scorers] },
        { name: "decode", plugins: [{ pluginRef: "decode-filter" }, ...scorers] },
      ],
    });
    deepStrictEqual(prefillDecodeScheduler({ queue: 1, prefill: { nonCachedTokens: 512 } }).plugins.slice(0, 2), [
      { type: "prefix-based-pd-decider", parameters: { nonCachedTokens: 512 } },
      { type: "disagg-profile-handler", parameters: { deciders: { prefill: "prefix-based-pd-decider" } } },
    ]);
  });

  it("for throughput and prefix reuse differ in their weights, and keep the cache's parameters where KServe leaves them", () => {
    const weights = ({ schedulingProfiles }: ReturnType<typeof throughputScheduler>) =>
      schedulingProfiles.map(({ name, plugins }) => [name, ...plugins.map(({ weight }) => weight)]);
    deepStrictEqual(weights(throughputScheduler()), [["default", 3, 2, 1, undefined]]);
    deepStrictEqual(weights(prefixReuseScheduler({ lora: 4 })), [["default", 1, 1, 5, 4, undefined]]);
    deepStrictEqual(weights(throughputScheduler({ kvCache: 0 })), [["default", 3, 1, undefined]]);
    deepStrictEqual(prefixReuseScheduler({ prefix: { blockSizeTokens: 64 } }).plugins, [
      { type: "single-profile-handler" },
      { type: "queue-scorer" },
      { type: "kv-cache-utilization-scorer" },
      { type: "approx-prefix-cache-producer", parameters: { blockSizeTokens: 64 } },
      { type: "prefix-cache-scorer" },
      { type: "max-score-picker" },
    ]);
    deepStrictEqual(
      throughputScheduler({ router: SchedulerRouter.inferenceExtension }).apiVersion,
      "inference.networking.x-k8s.io/v1alpha1",
    );
  });

  it("for latency make KServe start its latency predictor", () => {
    const fragment = schedulerFragment(
      latencyScheduler({ streaming: true, prefix: { maxPrefixTokensToMatch: 262144 } }),
    );
    deepStrictEqual(selectPresets(fragment.spec as JsonObject), [
      "config-llm-scheduler",
      "config-llm-scheduler-latency-predictor",
      "config-llm-template",
    ]);
  });

  it("declare a plugin of several profiles once, and refuse two of one name", () => {
    const config = endpointPickerConfig({
      plugins: [
        schedulerPlugin("disagg-profile-handler", { deciders: { prefill: "always" } }),
        schedulerPlugin("always-disagg-pd-decider", {}, { name: "always" }),
      ],
      profiles: { prefill: [queueScorer(2), maxScorePicker()], decode: [queueScorer(1), maxScorePicker()] },
    });
    deepStrictEqual(
      config.plugins.map(({ name, type }) => name ?? type),
      ["disagg-profile-handler", "always", "queue-scorer", "max-score-picker"],
    );
    deepStrictEqual(
      message(() =>
        endpointPickerConfig({
          profiles: { default: [prefixCacheScorer(1, { autoTune: true }), prefixCacheScorer(1, { autoTune: false })] },
        }),
      ),
      'scheduler configuration: 1 problem\n  - profiles.default[1]: another plugin is called "approx-prefix-cache-producer"; fix: give one of them another name',
    );
  });

  it("know the plugins of an image of your own when they are told", () => {
    const args = {
      profiles: { default: [schedulerPlugin("acme-scorer", { region: "eu" }, { weight: 2 }), kvCacheScorer()] },
    };
    ok(endpointPickerConfig({ ...args, extraPlugins: { "acme-scorer": "scorer" } }));
    deepStrictEqual(
      message(() => endpointPickerConfig(args)),
      "scheduler configuration: 1 problem\n  - plugins[0].type: llm-d-router-0.9.0 has no such plugin; " +
        'given: "acme-scorer"; allowed: a type that docs/scheduler.md lists for it; ' +
        "fix: if the scheduler's image has it, say so by the option plugins",
    );
  });

  it("refuse several profiles for the inference extension's own endpoint picker", () => {
    throws(
      () =>
        endpointPickerConfig({
          router: SchedulerRouter.inferenceExtension,
          profiles: { prefill: [queueScorer()], decode: [queueScorer()] },
        }),
      /plugins: 2 profiles need a profile handler; allowed: one profile: inference-extension-1\.5\.0 has no handler for several/,
    );
  });

  it("take a weight that is not given for the default one", () => {
    deepStrictEqual(throughputScheduler({ queue: undefined } as never), throughputScheduler());
  });

  it("become a fragment with a template that is known later, and no image", () => {
    const template = pulumi.output({ nodeSelector: { pool: "system" } });
    const { spec } = schedulerFragment(throughputScheduler(), { template });
    strictEqual((spec as { router: { scheduler: { template: unknown } } }).router.scheduler.template, template);
  });

  it("refuse arguments that say nothing or something else, all of them at once", () => {
    const bad = (make: () => unknown): string[] => message(make).split("\n");
    deepStrictEqual(
      bad(() => prefillDecodeScheduler({ queues: 1, kvCache: "2", prefill: { nonCachedTokens: 0 } } as never)),
      [
        "recipe prefillDecodeScheduler: 3 problems",
        '  - queues: no such argument; allowed: queue, kvCache, prefixCache, lora, prefix, prefill; fix: did you mean "queue"?',
        '  - kvCache: not a weight; given: "2"; allowed: a number of at least 0',
        "  - prefill.nonCachedTokens: out of range; given: 0; allowed: a whole number of at least 1",
      ],
    );
    deepStrictEqual(
      bad(() => prefillDecodeScheduler({ queue: 0, prefill: "never" as never })),
      [
        "recipe prefillDecodeScheduler: 2 problems",
        "  - queue, kvCache, prefixCache, lora: without any weight servers are picked at random; allowed: a weight above 0 for at least one of them",
        '  - prefill: not one of the allowed values; given: "never"; allowed: "always", or { nonCachedTokens: 512 }',
      ],
    );
    deepStrictEqual(
      bad(() => throughputScheduler({ prefixCache: 0, prefix: { blockSizeTokens: 64 } })),
      [
        "recipe throughputScheduler: 1 problem",
        "  - prefix: nothing scores prompt starts; fix: give prefixCache a weight, or remove prefix",
      ],
    );
    deepStrictEqual(
      bad(() => latencyScheduler({ streeming: true } as never)),
      [
        "recipe latencyScheduler: 1 problem",
        '  - streeming: no such argument; allowed: router, prefix, streaming; fix: did you mean "streaming"?',
      ],
    );
    deepStrictEqual(
      bad(() => throughputScheduler({ router: "llm-d-router-0.9" as never })),
      [
        "scheduler configuration: 1 problem",
        '  - router: no such router; given: "llm-d-router-0.9"; allowed: llm-d-router-0.9.0, inference-extension-1.5.0; fix: did you mean "llm-d-router-0.9.0"?',
      ],
    );
    deepStrictEqual(
      bad(() => endpointPickerConfig({ profile: {} } as never)),
      [
        "scheduler configuration: 2 problems",
        '  - profile: no such argument; allowed: router, profiles, plugins, featureGates, saturationDetector, parser, dataLayer, flowControl, extraPlugins; fix: did you mean "profiles"?',
        "  - profiles: missing; allowed: an object with a list of plugins for each profile",
      ],
    );
    deepStrictEqual(
      bad(() => endpointPickerConfig({ profiles: { default: queueScorer(), other: [{ name: "queue" }] } } as never)),
      [
        "scheduler configuration: 2 problems",
        "  - profiles.default: not a list; allowed: a list of plugins",
        '  - profiles.other[0]: no plugin; allowed: such as queueScorer(2), or schedulerPlugin("queue-scorer")',
      ],
    );
    deepStrictEqual(
      bad(() => {
        const template = pulumi.output({ nodeSelector: { pool: "system" } });
        schedulerFragment(throughputScheduler(), {
          replica: 2,
          failureMode: "FailClosed",
          image: "epp:1",
          template,
        } as never);
      }),
      [
        "recipe schedulerFragment: 3 problems",
        '  - replica: no such argument; allowed: name, priority, image, replicas, failureMode, template; fix: did you mean "replicas"?',
        '  - failureMode: not one of the allowed values; given: "FailClosed"; allowed: "FailOpen", "FailClose"; fix: did you mean "FailClose"?',
        "  - template: not known yet, so that the image cannot be added to it; fix: leave image out, and say it in the template's container main",
      ],
    );
  });

  it("become a fragment with image, replicas and failure mode, which KServe takes", () => {
    const config = throughputScheduler();
    const fragment = schedulerFragment(config, {
      name: "epp",
      priority: 5,
      image: "registry.example.com/epp:1",
      replicas: 2,
      failureMode: "FailClose",
      template: { containers: [{ name: "main", args: ["--v=4"] }, { name: "tokenizer" }] },
    });
    deepStrictEqual([fragment.name, fragment.priority], ["epp", 5]);
    const { router } = fragment.spec as {
      router: { scheduler: { template: object; replicas: number; pool: { spec: { endpointPickerRef: object } } } };
    };
    deepStrictEqual(router.scheduler.template, {
      containers: [{ name: "main", args: ["--v=4"], image: "registry.example.com/epp:1" }, { name: "tokenizer" }],
    });
    deepStrictEqual(router.scheduler.pool.spec.endpointPickerRef, {
      kind: "Service",
      name: "{{ ChildName .ObjectMeta.Name `-epp-service` }}",
      port: { number: 9002 },
      failureMode: "FailClose",
    });
    const spec = { model: { uri: "hf://acme/llama" }, ...(fragment.spec as object) };
    deepStrictEqual(checkService({ name: "llama", spec }), []);
    deepStrictEqual(schedulerFragment(config), {
      name: "scheduler",
      spec: { router: { scheduler: { config: { inline: config } } } },
    });
  });

  it("are the same every time", () => {
    deepStrictEqual(JSON.stringify(latencyScheduler()), JSON.stringify(latencyScheduler()));
    deepStrictEqual(checkEndpointPickerConfig(latencyScheduler()), []);
  });
});
