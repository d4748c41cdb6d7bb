import { wholeExpression } from "../patterns";
import type { Rule } from "../rule";

interface Config {
  readonly kinds: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels that objects must have. */
export const requiredLabels: Rule<Config> = {
  name: "required-labels",
  description: "Objects have the labels by which they are found and accounted for.",
  remediation: "Add the label: `labels` of LLMInferenceService, `services[].labels` of an environment.",
  severity: "medium",
  config: {
    kinds: {
      type: "array",
      items: { type: "string" },
      default: ["LLMInferenceService"],
      description: "kinds of Kubernetes objects",
    },
    labels: {
      type: "object",
      additionalProperties: { type: "string" },
      default: {},
      description: "regular expressions for the whole value, by label",
    },
  },
  expressions: ["labels"],
  judge({ object, root }, { kinds, labels }, report) {
    if (object === undefined || !kinds.includes(object.kind)) return;
    const given = root.get("metadata", "labels");
    for (const [key, pattern] of Object.entries(labels)) {
      const at = given.get(key);
      if (at.absent) report(at, { message: "missing", allowed: `a value like ${pattern}` });
      else if (at.text !== undefined && !wholeExpression(pattern).test(at.text)) {
        report(at, { message: "not an allowed value", allowed: pattern });
      }
    }
  },
};
