import { z } from "zod";

import { nearest } from "../../sdk/nearest";
import type { Problem } from "../../sdk/problems";
import { parseServiceStack, serviceStackSettings } from "../environment/serviceStackSettings";
import { galleryEntries } from "./entries";
import type { GalleryEntry } from "./entry";

const { cluster, platform, ...others } = serviceStackSettings;

/** The schema of a gallery's settings. */
export const gallerySettingsSchema = z.strictObject({
  cluster,
  platform,
  /** Names of the entries. */
  gallery: z.array(z.string().min(1)),
  ...others,
});

/** What a gallery is made of, as its configuration says it. */
export type GallerySettings = z.infer<typeof gallerySettingsSchema>;

/** The keys of the stack configuration that this program reads. */
export const gallerySettingKeys = Object.keys(gallerySettingsSchema.shape) as (keyof GallerySettings)[];

/**
 * Checks a gallery's configuration as a whole.
 *
 * @throws ConfigurationError with every problem: its path, what was given and what is allowed.
 */
export function parseGallerySettings(given: unknown): GallerySettings {
  return parseServiceStack(gallerySettingsSchema, given, "gallery configuration", ({ gallery }) => checkNames(gallery));
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
