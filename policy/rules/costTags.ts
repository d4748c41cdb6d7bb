import { View } from "../../sdk/api/view";
import { wholeExpression } from "../patterns";
import type { Rule } from "../rule";
import type { Subject } from "../subject";

interface Config {
  readonly tags: Readonly<Record<string, string>>;
}

/** Tags by which clouds tell what costs belong to. */
export const costTags: Rule<Config> = {
  name: "cost-tags",
  description: "Clusters and node pools have the tags by which their costs are told apart.",
  remediation:
    "Add the tag: `tags` of AcceleratorPool, `labels` of GkeCluster, `tags` of EksCluster; or the provider's default tags or labels.",
  severity: "medium",
  config: {
    tags: {
      type: "object",
      additionalProperties: { type: "string" },
      default: {},
      description:
        "regular expressions for the whole value, by tag; on Google Cloud, where they are labels, the tag in lower case",
    },
  },
  expressions: ["tags"],
  judge(subject, { tags }, report) {
    const place = placeOf(subject);
    if (!place) return;
    for (const [key, pattern] of Object.entries(tags)) {
      const name = place.isGoogle ? key.toLowerCase() : key;
      const at = place.tags.get(name);
      const inherited = place.defaults.get(name);
      if (at.unknown || (at.absent && inherited.unknown)) continue;
      const value = at.absent ? inherited : at;
      if (value.absent) report(at, { message: "missing", allowed: `a value like ${pattern}` });
      else if (value.text !== undefined && !wholeExpression(pattern).test(value.text)) {
        report(at, { given: value.given, message: "not an allowed value", allowed: pattern });
      }
    }
  },
};

interface TagPlace {
  readonly tags: View;
  /** What the provider adds to everything. */
  readonly defaults: View;
  readonly isGoogle: boolean;
}

/** Where what costs money has its tags. */
function placeOf({ resource: { type, provider = {} }, root }: Subject): TagPlace | undefined {
  const settings = new View(provider);
  const google = (...path: string[]): TagPlace => ({
    tags: root.get(...path),
    defaults: settings.get("defaultLabels"),
    isGoogle: true,
  });
  switch (type) {
    case "gcp:container/cluster:Cluster":
      return google("resourceLabels");
    case "gcp:container/nodePool:NodePool":
      return google("nodeConfig", "resourceLabels");
    case "aws:eks/cluster:Cluster":
    case "aws:eks/nodeGroup:NodeGroup":
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { tags: root.get("tags"), defaults: settings.get("defaultTags", "tags"), isGoogle: false };
    default:
      return undefined;
  }
}
