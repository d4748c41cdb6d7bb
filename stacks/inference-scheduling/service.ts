import type { ConfigFragment } from "../../sdk/api/configFragment";
import { accelerator } from "../../sdk/recipes/accelerator";
import { model, type ModelArgs, type ModelUri } from "../../sdk/recipes/model";
import { singleNode } from "../../sdk/recipes/parallelism";
import { managedRouter } from "../../sdk/recipes/router";
import { vllm } from "../../sdk/recipes/vllm";
import { schedulerFragment } from "../../sdk/scheduler/fragment";
import { throughputScheduler } from "../../sdk/scheduler/presets";
import { type GuideAccelerator, hardwareDefaults } from "./hardware";
import type { GuideSettings } from "./settings";

/** The guide's weights: free queues, free KV cache, prompt starts that were served before. */
const weights = { queue: 2, kvCache: 2, prefixCache: 3 } as const;

/** Where the service will be. */
export interface GuidePlace {
  /** Of the platform's gateway. */
  readonly controller: string | undefined;
  /** Whether the service has a router of its own in the place of a gateway. */
  readonly standalone: boolean;
}

/**
 * The guide's service: the model, its replicas and hardware, and behind a gateway the scheduler with the guide's scorers. A router of its
 * own brings the same scorers.
 *
 * @throws ConfigurationError with what the first recipe finds that refuses its arguments.
 */
export function guideFragments(guide: GuideSettings, { controller, standalone }: GuidePlace): ConfigFragment[] {
  const { hardware = "cuda", topology } = guide;
  const defaults = hardwareDefaults(hardware, controller);
  const { replicas = defaults.replicas, tensor = defaults.tensor } = guide;
  return [
    model(modelArgs(guide.model ?? defaults.model)),
    singleNode({ replicas, ...(tensor !== undefined && { tensor }) }),
    accelerator({
      name: "hardware",
      ...defaults.pod,
      accelerator: (guide.accelerator as GuideAccelerator | undefined) ?? defaults.accelerator,
      ...(tensor !== undefined && { count: tensor }),
      ...(topology !== undefined && { topology }),
    }),
    ...(defaults.vllm ? [vllm(defaults.vllm)] : []),
    ...(standalone ? [] : [managedRouter(), schedulerFragment(throughputScheduler(weights))]),
  ];
}

/** A name without a scheme is one of Hugging Face's, where clients ask for a model by its name there. */
function modelArgs(given: NonNullable<GuideSettings["model"]>): ModelArgs {
  const { uri: address, name, secretName } = typeof given === "string" ? { uri: given } : { name: undefined, ...given };
  const uri = (address.includes("://") ? address : `hf://${address}`) as ModelUri;
  const modelName = name ?? (uri.startsWith("hf://") ? uri.slice("hf://".length) : undefined);
  return {
    uri,
    ...(modelName !== undefined && { modelName }),
    ...(secretName !== undefined && { credentials: { secretName } }),
  };
}
