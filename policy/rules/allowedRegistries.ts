import type { Rule } from "../rule";
import { type ImageScope, imagesOf, repositoryOf, scopeProperty } from "./images";

interface Config extends ImageScope {
  readonly allowed: readonly string[];
}

/** Registries that images may come from. */
export const allowedRegistries: Rule<Config> = {
  name: "allowed-registries",
  description: "Images come from registries that are allowed.",
  remediation: "Name a copy of the image in one of the registries, or add its registry to the rule's `allowed`.",
  severity: "high",
  config: {
    workloads: scopeProperty,
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "registries, or folders in them, such as ghcr.io/llm-d; with none every registry is allowed",
    },
  },
  judge(subject, { workloads, allowed }, report) {
    if (allowed.length === 0) return;
    for (const { at, image } of imagesOf(subject, { workloads })) {
      const repository = repositoryOf(image);
      if (allowed.some((registry) => `${repository}/`.startsWith(`${registry.replace(/\/$/, "")}/`))) continue;
      report(at, { message: "from a registry that is not allowed", allowed: allowed.join(", ") });
    }
  },
};
