import type { View } from "../../sdk/api/view";
import { matches } from "../patterns";
import type { Report, Rule } from "../rule";
import { containersOf, podsOf } from "../subject";

interface Config {
  readonly exemptNamespaces: readonly string[];
  readonly allowedCapabilities: readonly string[];
  readonly allowedHostPaths: readonly string[];
  readonly requireNoEscalation: boolean;
}

/** Pods that are walled off from their nodes. */
export const noPrivilegedPods: Rule<Config> = {
  name: "no-privileged-pods",
  description:
    "Pods are walled off from their nodes: not privileged, in no namespace of the host, without paths of the host.",
  remediation:
    "Leave the right out; for a part of the cluster that needs it, such as a device plugin, exempt its namespace.",
  severity: "critical",
  config: {
    exemptNamespaces: {
      type: "array",
      items: { type: "string" },
      default: ["kube-system", "gpu-operator", "gke-managed-*"],
      description: "namespaces of the parts of a cluster that work on its nodes",
    },
    allowedCapabilities: {
      type: "array",
      items: { type: "string" },
      default: ["IPC_LOCK", "SYS_RAWIO", "NET_RAW", "NET_BIND_SERVICE"],
      description:
        "capabilities that may be added; RDMA needs the first three, and KServe's presets for data parallelism have them",
    },
    allowedHostPaths: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "paths of nodes that may be mounted, such as /mnt/models/*",
    },
    requireNoEscalation: {
      type: "boolean",
      default: false,
      description: "whether each container must say allowPrivilegeEscalation: false",
    },
  },
  judge(subject, config, report) {
    if (matches(subject.object?.namespace ?? "", config.exemptNamespaces)) return;
    for (const pod of podsOf(subject)) {
      checkPod(pod.at, config, report);
      for (const container of containersOf(pod)) checkContainer(container, config, subject.whole, report);
    }
  },
};

function checkPod(pod: View, { allowedHostPaths }: Config, report: Report): void {
  for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
    if (pod.get(field).boolean)
      report(pod.get(field), { message: "the pod is in a namespace of its node", allowed: "false" });
  }
  for (const volume of pod.get("volumes").items) {
    const path = volume.get("hostPath", "path");
    if (path.absent || (path.text !== undefined && matches(path.text, allowedHostPaths))) continue;
    report(path, { message: "a path of the node", allowed: allowedHostPaths.join(", ") || "volumes of other kinds" });
  }
}

function checkContainer(container: View, config: Config, whole: boolean, report: Report): void {
  const security = container.get("securityContext");
  if (security.get("privileged").boolean)
    report(security.get("privileged"), {
      message: "the container may do everything that its node may",
      allowed: "false",
    });
  const escalation = security.get("allowPrivilegeEscalation");
  if (escalation.boolean || (config.requireNoEscalation && whole && escalation.absent && !container.unknown)) {
    report(escalation, { message: "a process may get more rights than the one that started it", allowed: "false" });
  }
  for (const capability of security.get("capabilities", "add").items) {
    const name = capability.text?.replace(/^CAP_/, "");
    if (name === undefined || matches(name, config.allowedCapabilities)) continue;
    report(capability, {
      message: "a capability that is not allowed",
      allowed: config.allowedCapabilities.join(", ") || "none",
    });
  }
}
