import { z } from "zod";

import { findingsOf } from "../../sdk/api/schema/issues";
import { pathText } from "../../sdk/api/view";
import { nearest } from "../../sdk/nearest";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { clusterSettings } from "../environment/kubeconfigSettings";
import { platformSettings } from "../environment/platformSettings";
import { existingSettings, poolSettings, preflightSettings } from "../environment/preflightSettings";
import { galleryEntries } from "./entries";
import type { GalleryEntry } from "./entry";

const text = z.string().min(1);

const settings = z.strictObject({
  cluster: clusterSettings.optional(),
  /** As in stacks/environment, like all that has no comment here; "existing" when another stack has installed it. */
  platform: z.union([z.literal("existing"), platformSettings]).optional(),
  /** Names of the entries. */
  gallery: z.array(text),
  /** Where the services live; created unless it is "default". */
  namespace: text.optional(),
  mirrors: z.record(z.string(), text).optional(),
  pools: z.array(poolSettings).optional(),
  existing: existingSettings.optional(),
  preflight: preflightSettings.optional(),
});

/** What a gallery is made of, as its configuration says it. */
export type GallerySettings = z.infer<typeof settings>;

/** The keys of the stack configuration that this program reads. */
export const gallerySettingKeys = Object.keys(settings.shape) as (keyof GallerySettings)[];

/**
 * Checks a gallery's configuration as a whole.
 *
 * @throws ConfigurationError with every problem: its path, what was given and what is allowed.
 */
export function parseGallerySettings(given: unknown): GallerySettings {
  const result = settings.safeParse(given, { reportInput: true });
  const problems = (result.error?.issues ?? [])
    .flatMap((issue) => findingsOf(issue, settings, "setting"))
    .map(({ at, ...problem }): Problem => ({ path: pathText("", at), ...problem }));
  problems.push(...checkNames((given as { gallery?: unknown } | undefined)?.gallery));
  if (!result.success || problems.length > 0) throw new ConfigurationError("gallery configuration", problems);
  return result.data;
}

/** The entries of some names, in the gallery's order. */
export function chosenEntries(names: readonly string[]): GalleryEntry[] {
  return galleryEntries.filter(({ name }) => names.includes(name));
}

function checkNames(names: unknown): Problem[] {
  if (!Array.isArray(names)) return [];
  const known = galleryEntries.map(({ name }) => name);
  if (names.length === 0) return [{ path: "gallery", message: "names no entry", allowed: known.join(", ") }];
  return names.flatMap((name: unknown, index): Problem[] => {
    const path = `gallery[${index}]`;
    if (typeof name !== "string" || name === "") return [];
    if (names.indexOf(name) < index) {
      return [{ path, given: name, message: "the entry is named twice", fix: "name each once" }];
    }
    if (known.includes(name)) return [];
    const guess = nearest(name, known);
    return [
      {
        path,
        given: name,
        message: "the gallery has no entry of this name",
        allowed: known.join(", "),
        ...(guess && { fix: `did you mean "${guess}"?` }),
      },
    ];
  });
}
