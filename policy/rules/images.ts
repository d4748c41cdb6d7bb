import { fullRepository, parseImage } from "../../sdk/api/image";
import type { View } from "../../sdk/api/view";
import { containersOf, isConfig, isService, modelUris, podsOf, type Subject } from "../subject";

/** Whose images a rule is about. */
export interface ImageScope {
  /** "services", or "all" for every workload of the stack. */
  readonly workloads: "services" | "all";
}

/** The setting of {@link ImageScope}. */
export const scopeProperty = {
  type: "string",
  enum: ["services", "all"],
  default: "services",
  description: "whose images: those of services, or of every workload, charts of controllers included",
} as const;

/** A place that names an image. */
export interface NamedImage {
  readonly at: View;
  readonly image: string;
}

/** Images that a resource names: of containers, image volumes and models in registries. What is not known yet is left out. */
export function imagesOf(subject: Subject, { workloads }: ImageScope): NamedImage[] {
  const ofServices = isService(subject) || isConfig(subject);
  if (workloads === "services" && !ofServices) return [];
  const places = podsOf(subject).flatMap((pod) => [
    ...containersOf(pod).map((container) => container.get("image")),
    ...pod.at.get("volumes").items.map((volume) => volume.get("image", "reference")),
  ]);
  const models = ofServices ? modelUris(subject).filter(({ text }) => /^oci(\+native)?:/.test(text ?? "")) : [];
  return [...places, ...models].flatMap((at) => {
    const image = at.text?.replace(/^oci(\+native)?:\/\//, "");
    return image ? [{ at, image }] : [];
  });
}

/** The registry and repository of an image in full. */
export const repositoryOf = (image: string): string => fullRepository(parseImage(image).repository);
