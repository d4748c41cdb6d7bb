import type { LLMInferenceServiceArgs } from "../../index";

/** One way of serving a model, which can be brought up by itself. */
export interface GalleryEntry {
  /** Chosen by it in `pulumi-kserve:gallery`. */
  readonly name: string;
  readonly title: string;
  /** What it shows; where an example of KServe or llm-d cannot be served as it is, why. */
  readonly description: string;
  /** What KServe makes of it. */
  readonly makes: string;
  /** Its services by name; the program adds the namespace and KServe's presets. */
  readonly services: Readonly<Record<string, LLMInferenceServiceArgs>>;
  /** Accelerators of all its pods together, at the most, by extended resource or DeviceClass. @default none */
  readonly accelerators?: Readonly<Record<string, number>>;
  /** What must be there that neither the platform nor the entry brings. @default nothing */
  readonly needs?: readonly Prerequisite[];
}

/** Something that an entry refers to. */
export interface Prerequisite {
  readonly kind: "PersistentVolumeClaim" | "Secret" | "DeviceClass" | "Installation";
  readonly name: string;
  readonly why: string;
}
