import { z } from "zod";

import { findingsOf } from "../../sdk/api/schema/issues";
import { pathText } from "../../sdk/api/view";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { clusterSettings } from "./kubeconfigSettings";
import { inLayers } from "./origins";
import { platformSettings } from "./platformSettings";
import { existingSettings, poolSettings, preflightSettings } from "./preflightSettings";
import { checkWaivers, mirrorSettings } from "./settings";

/** Settings of stacks that bring up services of their own on one platform, in one namespace; as in stacks/environment. */
export const serviceStackSettings = {
  /** Path of a file with settings below these ones; resolved before they are parsed. */
  base: z.string().min(1).optional(),
  cluster: clusterSettings.optional(),
  /** "existing" when another stack has installed it. */
  platform: z.union([z.literal("existing"), platformSettings]).optional(),
  /** Where the services live; created unless it is "default". */
  namespace: z.string().min(1).optional(),
  mirrors: mirrorSettings.optional(),
  pools: z.array(poolSettings).optional(),
  existing: existingSettings.optional(),
  preflight: preflightSettings.optional(),
};

/** What {@link serviceStackSettings} come to. */
export type ServiceStackSettings = z.infer<z.ZodObject<typeof serviceStackSettings>>;

/**
 * Checks a stack's configuration as a whole.
 *
 * @param subject what is wrong, in the error
 * @param more what needs more than one setting, or a setting's meaning; given whatever is wrong with the rest
 * @throws ConfigurationError with every problem: its path, what was given and what is allowed.
 */
export function parseServiceStack<Schema extends z.ZodObject>(
  schema: Schema,
  given: unknown,
  subject: string,
  more: (given: Readonly<Record<string, unknown>>) => readonly Problem[],
): z.infer<Schema> {
  const result = schema.safeParse(given, { reportInput: true });
  const problems = (result.error?.issues ?? [])
    .flatMap((issue) => findingsOf(issue, schema, "setting"))
    .map(({ at, ...problem }): Problem => ({ path: pathText("", at), ...problem }));
  problems.push(...more((given ?? {}) as Readonly<Record<string, unknown>>), ...checkWaivers(given));
  if (!result.success || problems.length > 0) throw new ConfigurationError(subject, inLayers(given, problems));
  return result.data;
}
