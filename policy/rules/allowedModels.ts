import { matches } from "../patterns";
import type { Rule } from "../rule";
import { isConfig, isService, modelUris } from "../subject";

interface Config {
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

/** Models that may be served. */
export const allowedModels: Rule<Config> = {
  name: "allowed-models",
  description: "Models and adapters come from addresses that are allowed.",
  remediation: "Serve a model that is allowed, or have the model reviewed and add it to the rule's `allowed`.",
  severity: "high",
  config: {
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "addresses, such as hf://meta-llama/*; with none every model is allowed",
    },
    denied: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "addresses that are refused all the same",
    },
  },
  judge(subject, { allowed, denied }, report) {
    if (!isService(subject) && !isConfig(subject)) return;
    for (const at of modelUris(subject)) {
      if (at.text === undefined) continue;
      const given = withoutCredentials(at.text);
      if (matches(at.text, denied)) {
        report(at, { given, message: "a model that is refused", fix: "serve another one" });
      } else if (allowed.length > 0 && !matches(at.text, allowed)) {
        report(at, { given, message: "a model that is not allowed", allowed: allowed.join(", ") });
      }
    }
  },
};

/** An address may have a password in it, or a signature. */
function withoutCredentials(uri: string): string {
  // To the last @ before the path, since a password may have one too.
  return uri.replace(/\/\/[^/?#]*@/, "//[secret]@").replace(/\?.*$/s, "?[secret]");
}
