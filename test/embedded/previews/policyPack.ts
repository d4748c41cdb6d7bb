// A pack of two small policies, one that warns and one that refuses, for what previews say of them.
import { PolicyPack } from "@pulumi/policy";

interface ServiceProps {
  kind?: string;
  metadata?: { name?: string };
  spec?: { replicas?: number; template?: { containers?: { image?: string }[] } };
}

void new PolicyPack("inference", {
  enforcementLevel: "advisory",
  policies: [
    {
      name: "images-by-digest",
      description: "Images are pinned by their digest.",
      validateResource: (args, report) => {
        const { kind, spec } = args.props as ServiceProps;
        if (kind !== "LLMInferenceService") return;
        for (const { image } of spec?.template?.containers ?? [])
          if (image !== undefined && !image.includes("@sha256:")) report(`the image "${image}" has no digest`);
      },
    },
    {
      name: "at-least-one-replica",
      description: "Services of production answer.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        const { kind, spec, metadata } = args.props as ServiceProps;
        if (kind === "LLMInferenceService" && spec?.replicas === 0) report(`"${metadata?.name}" has no replicas`);
      },
    },
  ],
});
