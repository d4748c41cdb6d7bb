import type { Json } from "../../../sdk/compose/marked";
import { h100, plan, pod, type PreflightCase } from "./plan";

const configured = (inline: Record<string, Json>, image?: string): Record<string, Json> => ({
  router: {
    route: {},
    scheduler: {
      config: {
        inline: { apiVersion: "inference.networking.x-k8s.io/v1alpha1", kind: "EndpointPickerConfig", ...inline },
      },
      ...(image && { template: { containers: [{ name: "main", image }] } }),
    },
  },
});
const profile = (...refs: string[]): Json => [{ name: "default", plugins: refs.map((pluginRef) => ({ pluginRef })) }];
const scored = (scorer: string): Record<string, Json> => ({
  plugins: [{ type: scorer }, { type: "max-score-picker" }],
  schedulingProfiles: profile(scorer, "max-score-picker"),
});

/** Configurations of the endpoint picker, and the plan itself. */
export const schedulerCases: readonly PreflightCase[] = [
  {
    code: "scheduler-config",
    title: "a plugin whose name is misspelt",
    bad: plan(configured(scored("queue-scorrer"))),
    finding:
      'spec.router.scheduler.config.inline.plugins[0].type: llm-d-router-0.9.0 has no such plugin; given: "queue-scorrer"; allowed: a type that docs/scheduler.md lists for it; fix: did you mean "queue-scorer"? [scheduler-config]',
    good: plan(configured(scored("queue-scorer"))),
  },
  {
    code: "scheduler-config",
    title: "a plugin that this endpoint picker does not have",
    bad: plan(
      configured(scored("precise-prefix-cache-scorer"), "registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0"),
    ),
    finding:
      'spec.router.scheduler.config.inline.plugins[0].type: inference-extension-1.5.0 has no such plugin; given: "precise-prefix-cache-scorer"; allowed: a type that docs/scheduler.md lists for it; fix: llm-d-router-0.9.0 has it [scheduler-config]',
    good: plan(configured(scored("precise-prefix-cache-scorer"), "registry.example.com/epp:v1")),
  },
  {
    code: "scheduler-config-ignored",
    title: "a weight of a plugin that does not score",
    bad: plan(
      configured({
        ...scored("queue-scorer"),
        schedulingProfiles: [
          { name: "default", plugins: [{ pluginRef: "queue-scorer" }, { pluginRef: "max-score-picker", weight: 2 }] },
        ],
      }),
    ),
    finding:
      "spec.router.scheduler.config.inline.schedulingProfiles[0].plugins[1].weight: max-score-picker does not score; given: 2; fix: remove the weight [scheduler-config-ignored]",
    good: plan(configured(scored("queue-scorer"))),
  },
  {
    code: "pool-accelerator-unknown",
    title: "an accelerator whose name is misspelt",
    bad: plan({ template: pod({}) }, { pools: [{ ...h100, accelerator: "nvidia-h100-80g" }] }),
    finding:
      'pools[0].accelerator: not in the catalogue of accelerators, so that nobody knows what its nodes offer; given: "nvidia-h100-80g"; allowed: nvidia-t4, nvidia-l4, nvidia-l40s, nvidia-a10g, nvidia-a100-40gb, nvidia-a100-80gb, nvidia-h100-80gb, nvidia-h100-mega-80gb, nvidia-h200-141gb, nvidia-b200, nvidia-b300, nvidia-gb200, nvidia-gb300, nvidia-rtx-pro-6000, nvidia-rtx-pro-4500, tpu-v4, tpu-v5e, tpu-v5p, tpu-v6e, tpu7x, aws-inferentia2, aws-trainium1, aws-trainium2, aws-trainium3; fix: did you mean "nvidia-h100-80gb"? [pool-accelerator-unknown]',
    good: plan(
      { template: pod({}) },
      { pools: [{ name: "amd", accelerator: "amd-mi300x", acceleratorResource: "amd.com/gpu" }] },
    ),
  },
];
