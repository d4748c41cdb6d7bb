import type { View } from "../view";
import type { Report, RuledService } from "./rule";

/** Annotations that let KServe make ResourceClaims (dynamic resource allocation). Source: `pkg/constants/constants.go` at 0.20. */
export const draAnnotations = {
  deviceClass: "serving.kserve.io/exp-dra-device-class",
  deviceCount: "serving.kserve.io/exp-dra-device-count",
  celSelector: "serving.kserve.io/exp-dra-cel-selector",
  containerName: "serving.kserve.io/exp-dra-container-name",
} as const;

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const dnsLabel = new RegExp(`^${label}$`);
const dnsSubdomain = new RegExp(`^${label}(\\.${label})*$`);
const largestInt64 = (1n << 63n) - 1n;

/** Source: `validateManagedDRAAnnotations` in `A/llm_inference_service_validation.go` at 0.20. */
export function checkDraAnnotations({ annotations }: RuledService, report: Report): void {
  const deviceClass = annotations.get(draAnnotations.deviceClass);
  const count = annotations.get(draAnnotations.deviceCount);
  const selector = annotations.get(draAnnotations.celSelector);
  const container = annotations.get(draAnnotations.containerName);
  if (deviceClass.absent && [count, selector, container].some((annotation) => annotation.present)) {
    report(deviceClass, {
      message: "missing, although other exp-dra annotations are set",
      allowed: "the name of a DeviceClass",
    });
  }
  checkName(deviceClass, "the name of a DeviceClass", { pattern: dnsSubdomain, longest: 253 }, report);
  const trimmed = count.text?.trim();
  if (trimmed && !isCount(trimmed)) {
    report(count, { message: "not a number of devices", allowed: "a whole number of at least 1, as text" });
  }
  if (selector.text !== undefined && selector.text.trim() === "") {
    report(selector, { message: "holds no expression", allowed: "CEL expressions, one on each line" });
  }
  checkName(container, "the name of a container", { pattern: dnsLabel, longest: 63 }, report);
}

function checkName(
  at: View,
  what: string,
  { pattern, longest }: { pattern: RegExp; longest: number },
  report: Report,
): void {
  const name = at.text?.trim();
  if (name === undefined || (name.length <= longest && pattern.test(name))) return;
  report(at, {
    message: name === "" ? "empty" : `not ${what}`,
    allowed: `${what}: lower-case letters, digits and '-'${pattern === dnsSubdomain ? ", in parts divided by dots" : ""}, at most ${longest} characters`,
  });
}

function isCount(text: string): boolean {
  const digits = /^\+?0*(\d{1,19})$/.exec(text)?.[1];
  return digits !== undefined && BigInt(digits) >= 1n && BigInt(digits) <= largestInt64;
}
