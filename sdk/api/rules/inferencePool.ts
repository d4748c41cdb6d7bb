import type { View } from "../view";
import type { Report } from "./rule";

/**
 * Rules of the InferencePoolSpec that the CRD states in CEL, beside its schema.
 *
 * Source: `x-kubernetes-validations` in `config/crd/full/llmisvc` at 0.20.
 */
export function checkInferencePool(pool: View, report: Report): void {
  const picker = pool.get("endpointPickerRef");
  const [kind, port] = [picker.get("kind"), picker.get("port")];
  if (picker.present && (kind.absent || kind.text === "Service") && port.absent) {
    report(port, {
      message: "missing; the Service of an endpoint picker needs it",
      allowed: "port: { number: 9002 }, or another kind",
    });
  }
  const first = new Map<number, View>();
  for (const target of pool.get("targetPorts").items) {
    const number = target.get("number");
    if (number.number === undefined) continue;
    if (first.has(number.number)) report(number, { message: "given twice", allowed: "distinct ports" });
    else first.set(number.number, target);
  }
}
