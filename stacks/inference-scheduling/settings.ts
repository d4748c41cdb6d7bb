import { z } from "zod";

import type { InferenceBenchmarkArgs } from "../../components/serving/inferenceBenchmark";
import { gatewayControllerFacts } from "../../sdk/gateways/facts";
import { nearest } from "../../sdk/nearest";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { standaloneRouterSettings } from "../environment/gatewayControllerSettings";
import { parseServiceStack, serviceStackSettings } from "../environment/serviceStackSettings";
import { acceleratorsOf, type GuideAccelerator, hardwareNames } from "./hardware";
import { checkPostfix } from "./names";
import { guideFragments } from "./service";

/** Name of the service, and part of every other name, of an installation that does not say it. */
export const defaultPostfix = "inference-scheduling";
/** Where an installation lives that does not say it, as in llm-d's guide. */
export const defaultNamespace = "llm-d-inference-scheduler";

const text = z.string().min(1);
const positive = z.int().min(1);
const quantities = z.record(z.string(), text);

/** Every argument has its setting, and no other: the compiler compares. What needs more than one of them is the component's to check. */
type Settings<Args> = Record<keyof Args, z.ZodType>;

const benchmark = z.strictObject({
  tokenizer: text.optional(),
  profile: z
    .strictObject({
      data: z
        .strictObject({
          groups: positive.optional(),
          promptsPerGroup: positive.optional(),
          systemPromptLength: positive.optional(),
          questionLength: positive.optional(),
          outputLength: positive.optional(),
        })
        .optional(),
      stages: z
        .array(z.strictObject({ rate: z.number().positive(), duration: z.number().positive() }))
        .min(1)
        .optional(),
      arrival: z.enum(["poisson", "constant"]).optional(),
      workers: positive.optional(),
      concurrencyPerWorker: positive.optional(),
    })
    .optional(),
  run: text.optional(),
  timeoutSeconds: positive.optional(),
  huggingFaceToken: z.strictObject({ secretName: text, key: text.optional() }).optional(),
  persistentVolumeClaim: text.optional(),
  image: text.optional(),
  resources: z.strictObject({ requests: quantities.optional(), limits: quantities.optional() }).optional(),
  nodeSelector: quantities.optional(),
} satisfies Settings<Omit<InferenceBenchmarkArgs, "url" | "model" | "namespace">>);

const guide = z.strictObject({
  hardware: z.enum(hardwareNames).optional(),
  /** Name of the service, and part of every other name, so that several installations live side by side. */
  postfix: text.optional(),
  /** A name at Hugging Face or an address; `secretName` holds the token that may fetch it. */
  model: z.union([text, z.strictObject({ uri: text, name: text.optional(), secretName: text.optional() })]).optional(),
  replicas: positive.optional(),
  /** Accelerators of one replica. */
  tensor: positive.optional(),
  /** Which of a backend's accelerators. */
  accelerator: text.optional(),
  /** Of TPU slices. */
  topology: text.optional(),
  /** Seconds until the service must be Ready. */
  timeoutSeconds: positive.optional(),
  /** Where there is no gateway: whether the service has a router of its own, or the router's arguments. */
  standaloneRouter: standaloneRouterSettings.optional(),
  benchmark: z.union([z.boolean(), benchmark]).optional(),
});

const { namespace, ...others } = serviceStackSettings;
/** The schema of an installation's settings. */
export const inferenceSchedulingSchema = z.strictObject({
  guide,
  namespace,
  /** False where another stack makes the namespace, such as for a second installation in it. */
  createNamespaces: z.boolean().optional(),
  ...others,
});

/** What an installation of the guide is made of, as its configuration says it. */
export type InferenceSchedulingSettings = z.infer<typeof inferenceSchedulingSchema>;
/** The setting `guide`. */
export type GuideSettings = z.infer<typeof guide>;

/** The keys of the stack configuration that this program reads. */
export const inferenceSchedulingKeys = Object.keys(
  inferenceSchedulingSchema.shape,
) as (keyof InferenceSchedulingSettings)[];

/**
 * Checks the configuration of an installation as a whole.
 *
 * @throws ConfigurationError with every problem: its path, what was given and what is allowed.
 */
export function parseInferenceScheduling(given: unknown): InferenceSchedulingSettings {
  return parseServiceStack(inferenceSchedulingSchema, given, "inference scheduling configuration", checkGuide);
}

/** The controller of the platform's gateway, where this stack installs one. */
export function controllerOf({ platform }: Pick<InferenceSchedulingSettings, "platform">): string | undefined {
  if (platform === "existing" || !platform?.gateway) return undefined;
  return platform.gateway.controller;
}

/** Whether clients reach the service through a router of its own. */
export function isStandalone(given: Pick<InferenceSchedulingSettings, "platform" | "guide">): boolean {
  const { standaloneRouter } = given.guide;
  if (standaloneRouter !== undefined) return standaloneRouter !== false;
  const controller = controllerOf(given);
  return controller !== undefined && gatewayControllerFacts(controller)?.withoutGateway === true;
}

/** What needs more than one setting, of what has the right form. */
function checkGuide(given: Readonly<Record<string, unknown>>): Problem[] {
  const whole = guide.safeParse(given.guide).data;
  const platform = serviceStackSettings.platform.safeParse(given.platform).data;
  if (!whole) return [];
  const parts = { guide: whole, platform };
  const problems = checkPostfix(whole.postfix ?? defaultPostfix, isStandalone(parts), "guide.postfix");
  const ofHardware = checkHardware(whole);
  return [...problems, ...(ofHardware.length > 0 ? ofHardware : checkFragments(parts))];
}

function checkHardware({ hardware = "cuda", accelerator, tensor, topology }: GuideSettings): Problem[] {
  const problems: Problem[] = [];
  const known = acceleratorsOf(hardware);
  if (accelerator !== undefined && !known.includes(accelerator as GuideAccelerator)) {
    const guess = nearest(accelerator, known);
    problems.push({
      path: "guide.accelerator",
      given: accelerator,
      message: `not an accelerator of "${hardware}"`,
      allowed: known.join(", "),
      ...(guess && { fix: `did you mean "${guess}"?` }),
    });
  }
  if (hardware === "cpu" && tensor !== undefined) {
    problems.push({
      path: "guide.tensor",
      given: tensor,
      message: "counts accelerators of a replica, and CPUs are none",
      fix: "leave it out",
    });
  }
  if (hardware !== "tpu" && topology !== undefined) {
    problems.push({
      path: "guide.topology",
      given: topology,
      message: `only slices of TPUs have one, and the hardware is "${hardware}"`,
      fix: 'leave it out, or set guide.hardware to "tpu"',
    });
  }
  return problems;
}

/** What recipes call what is a setting here. */
const settingOf: Readonly<Record<string, string>> = { uri: "model", modelName: "model.name", count: "tensor" };

/** What the recipes find, such as a number of TPU chips that no machine has. */
function checkFragments(given: Pick<InferenceSchedulingSettings, "platform" | "guide">): Problem[] {
  try {
    guideFragments(given.guide, { controller: controllerOf(given), standalone: isStandalone(given) });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => ({ ...problem, path: `guide.${settingOf[problem.path] ?? problem.path}` }));
  }
}
