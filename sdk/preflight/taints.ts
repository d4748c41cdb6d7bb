import type { View } from "../api/view";

interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

/** Whether a list of tolerations has one for a taint; true when it may. Source: `ToleratesTaint` of k8s.io/api/core/v1. */
export function tolerates(tolerations: View, { key, value = "", effect }: Taint): boolean {
  if (tolerations.unknown) return true;
  return tolerations.items.some((toleration) => {
    if (toleration.unknown || ["key", "operator", "value", "effect"].some((field) => toleration.get(field).unknown))
      return true;
    const forEffect = toleration.get("effect").text ?? "";
    if (forEffect !== "" && forEffect !== effect) return false;
    const forKey = toleration.get("key").text ?? "";
    if (forKey !== "" && forKey !== key) return false;
    if ((toleration.get("operator").text ?? "") === "Exists") return true;
    return forKey !== "" && (toleration.get("value").text ?? "") === value;
  });
}
