import type { LabelExpression, LabelSelector } from "./listeners";

/** A label that the API server gives every namespace: its name. */
const nameLabel = "kubernetes.io/metadata.name";

/**
 * Whether a selector selects a namespace.
 *
 * @param labels undefined where they are not known.
 * @returns undefined where that is not known.
 */
export function selectsNamespace(
  selector: LabelSelector,
  namespace: string,
  labels: Readonly<Record<string, string>> | undefined,
): boolean | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const conditions: readonly LabelExpression[] = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In" as const, values: [value] })),
    ...matchExpressions,
  ];
  const results = conditions.map((condition) => {
    if (condition.key === nameLabel) return holds(condition, namespace);
    return labels
      ? holds(condition, Object.hasOwn(labels, condition.key) ? labels[condition.key] : undefined)
      : undefined;
  });
  if (results.includes(false)) return false;
  return results.length === 0 || results.includes(undefined) ? undefined : true;
}

/** Source: `Requirement.Matches` of k8s.io/apimachinery, pkg/labels/selector.go: what has not the label is not in the values. */
function holds({ operator, values = [] }: LabelExpression, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** As kubectl writes it: `serving=yes,team in (a,b),!test`. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
  });
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...expressions].join(",");
}
