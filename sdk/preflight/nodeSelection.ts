import type { View } from "../api/view";
import { hasLabel, type KnownPool } from "./pools";

/**
 * Whether a pod's nodeSelector and required node affinity admit the nodes of a pool; undefined when nobody knows.
 *
 * @param only judge this key of the nodeSelector alone.
 */
export function matchesNode(pod: View, pool: KnownPool, only?: string): boolean | undefined {
  const selector = pod.get("nodeSelector");
  const keys = only === undefined ? selector.keys : [only];
  const labels = keys.map((key) => {
    const value = selector.get(key).text;
    return value === undefined ? undefined : hasLabel(pool, key, [value]);
  });
  if (only !== undefined) return all(labels);
  return all([...labels, matchesAffinity(pod, pool)]);
}

/** One of the terms has to match, with all of its expressions. */
function matchesAffinity(pod: View, pool: KnownPool): boolean | undefined {
  const terms = pod.get(
    "affinity",
    "nodeAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms",
  );
  if (terms.unknown || terms.items.length === 0) return terms.unknown ? undefined : true;
  const results = terms.items.map((term) =>
    all(term.get("matchExpressions").items.map((one) => matchesExpression(one, pool))),
  );
  if (results.includes(true)) return true;
  return results.includes(undefined) ? undefined : false;
}

function matchesExpression(expression: View, pool: KnownPool): boolean | undefined {
  const key = expression.get("key").text;
  const values = expression.get("values").items.map((value) => value.text);
  if (key === undefined || values.includes(undefined)) return undefined;
  const known = values.filter((value): value is string => value !== undefined);
  switch (expression.get("operator").text) {
    case "In":
      return hasLabel(pool, key, known);
    case "Exists":
      return hasLabel(pool, key, undefined);
    case "NotIn":
      return not(hasLabel(pool, key, known));
    case "DoesNotExist":
      return not(hasLabel(pool, key, undefined));
    default:
      return undefined;
  }
}

function all(results: readonly (boolean | undefined)[]): boolean | undefined {
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

function not(result: boolean | undefined): boolean | undefined {
  return result === undefined ? undefined : !result;
}
