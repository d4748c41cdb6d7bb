import { z } from "zod";

import { findingsOf } from "../../sdk/api/schema/issues";
import { pathText } from "../../sdk/api/view";
import { ConfigurationError } from "../../sdk/problems";
import { inLayers } from "../environment/origins";

const text = z.string().min(1);

/** The schema of an app team's settings. */
export const appTeamSettingsSchema = z.strictObject({
  /** The stack with the platform, as `<organization>/<project>/<stack>`. */
  platformStack: text.regex(/^[^/\s]+\/[^/\s]+\/[^/\s]+$/, { error: "not the full name of a stack" }),
  /** A kubeconfig of the team, where the platform's stack publishes none: its text. One in JSON is read before it gets here. */
  kubeconfig: z
    .union([z.record(z.string(), z.unknown()).transform((content) => JSON.stringify(content)), text])
    .optional(),
  /** The platform's service that the application uses. */
  service: text,
  /** Where the application lives; made by this stack. */
  namespace: text.optional(),
  /** The application: whatever reads OPENAI_BASE_URL and MODEL_NAME. */
  image: text.optional(),
  replicas: z.int().min(0).optional(),
  /** A model of the team's own on the platform. */
  ownModel: z
    .strictObject({
      name: text,
      uri: text,
      modelName: text.optional(),
      image: text.optional(),
      gpus: z.int().min(1).optional(),
    })
    .optional(),
});

/** Settings of an app team's stack. */
export type AppTeamSettings = z.infer<typeof appTeamSettingsSchema>;

/** The keys of the stack configuration that this program reads. */
export const appTeamKeys = Object.keys(appTeamSettingsSchema.shape);

/** @throws ConfigurationError with every problem. */
export function parseAppTeamSettings(given: unknown): AppTeamSettings {
  const result = appTeamSettingsSchema.safeParse(given, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => findingsOf(issue, appTeamSettingsSchema, "setting"));
  throw new ConfigurationError(
    "app team configuration",
    inLayers(
      given,
      problems.map(({ at, ...problem }) => ({ path: pathText("", at), ...problem })),
    ),
  );
}
