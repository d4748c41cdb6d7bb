import { childNames } from "../../api/names";
import type { View } from "../../api/view";
import type { Workload } from "../pods";
import { unlessSecret } from "./amount";
import type { CheckedCluster, CheckedService, Report } from "./check";
import { gatewaysOf } from "./gateways";

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const labelName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const longestLabel = 63;
/** HOST_NAME_MAX of Linux. */
const longestHostName = 64;

/** Names that are made of the service's and its namespace's. */
export function checkNames(service: CheckedService, cluster: CheckedCluster, report: Report): void {
  checkNamespaceName(service, report);
  checkLabels(service, report);
  for (const workload of service.workloads) {
    checkHostNames(service, workload, report);
    checkGroupNames(service, workload, report);
  }
  checkCertificateName(service, cluster, report);
  checkGatewayNames(service, cluster, report);
}

function checkNamespaceName({ namespace }: CheckedService, report: Report): void {
  if (namespace === undefined || (namespace.length <= longestLabel && dnsLabel.test(namespace))) return;
  report("namespace-invalid", "namespace", {
    given: namespace,
    message:
      namespace.length > longestLabel
        ? `${namespace.length} characters; the names of namespaces are parts of host names`
        : "not a name that namespaces can have",
    allowed: `lower-case letters, digits and '-', at most ${longestLabel} characters`,
    ...(namespace.length > longestLabel && { fix: `shorten it by ${namespace.length - longestLabel}` }),
  });
}

/** KServe puts them on workloads and pods, whose labels the API server checks. */
function checkLabels({ spec, labels }: CheckedService, report: Report): void {
  const maps: [View, string?][] = [
    [labels, "labels"],
    [spec.get("labels")],
    [spec.get("prefill", "labels")],
    [spec.get("router", "scheduler", "labels")],
  ];
  for (const [map, path] of maps) {
    for (const key of map.keys) {
      const value = map.get(key).text;
      const reason = wrongKey(key) ?? (value === undefined ? undefined : wrongValue(value));
      if (reason === undefined) continue;
      const at = path === undefined ? map.get(key) : `${path}[${JSON.stringify(key)}]`;
      report("label-invalid", at, {
        given: wrongKey(key) === undefined ? map.get(key).given : key,
        message: reason,
        allowed: `letters, digits, '-', '_' and '.', at most ${longestLabel} characters, beginning and ending with a letter or digit`,
      });
    }
  }
}

function wrongKey(key: string): string | undefined {
  const name = key.slice(key.indexOf("/") + 1);
  if (name.length > longestLabel)
    return `the key's name has ${name.length} characters; labels take at most ${longestLabel}`;
  return labelName.test(name) ? undefined : "not a key that labels can have";
}

function wrongValue(value: string): string | undefined {
  if (value.length > longestLabel) return `${value.length} characters; a label's value has at most ${longestLabel}`;
  return value === "" || labelName.test(value) ? undefined : "not a value that labels can have";
}

/**
 * A pod that is to have its whole name as host name stays in ContainerCreating when it is longer than Linux allows.
 *
 * Source: `truncatePodHostnameIfNeeded` and `GeneratePodHostNameAndDomain` of the kubelet; LeaderWorkerSet names the pods
 * `<set>-<group>-<worker>` and their subdomain after the set.
 */
function checkHostNames(
  { name, namespace }: CheckedService,
  { pods, multiNode, role }: Workload,
  report: Report,
): void {
  if (namespace === undefined) return;
  for (const { at } of pods) {
    const flag = at.get("setHostnameAsFQDN");
    if (flag.boolean !== true) continue;
    const set = role === "prefill" ? childNames(name).prefillLeaderWorkerSet : childNames(name).leaderWorkerSet;
    const subdomain = multiNode ? set : at.get("subdomain").text;
    const hostname = at.get("hostname").text ?? (multiNode ? `${set}-0-1` : undefined);
    if (!subdomain || hostname === undefined) continue;
    const shown = (name: string): string => unlessSecret(name, at.get("hostname"), at.get("subdomain"));
    const full = `${hostname}.${subdomain}.${namespace}.svc.cluster.local`;
    if (full.length <= longestHostName) continue;
    report("host-name-too-long", flag, {
      given: undefined,
      message: `the host name "${shown(full)}" has ${full.length} characters, and Linux takes at most ${longestHostName}: the pod would never start`,
      allowed: `at most ${longestHostName} characters`,
      fix: "leave setHostnameAsFQDN out, or shorten the names of service and namespace",
    });
  }
}

/** `-<10 characters>` of the StatefulSet's revision in the label controller-revision-hash. */
const revisionSuffixLength = 11;

/** `checkServiceName` leaves room for the first hundred groups. */
function checkGroupNames(
  { name }: CheckedService,
  { multiNode, maxReplicas, role, replicasAt, at }: Workload,
  report: Report,
): void {
  if (!multiNode || maxReplicas === undefined || maxReplicas <= 100) return;
  const set = role === "prefill" ? childNames(name).prefillLeaderWorkerSet : childNames(name).leaderWorkerSet;
  const longest = `${set}-${maxReplicas - 1}`.length + revisionSuffixLength;
  if (longest <= longestLabel) return;
  report("group-name-too-long", at.get("scaling").present ? at.get("scaling", "maxReplicas") : replicasAt, {
    message: `the pods of group ${maxReplicas - 1} have the label controller-revision-hash, which is "${set}-${maxReplicas - 1}-" and 10 characters: ${longest} in all`,
    allowed: `${longestLabel} characters`,
    fix: `shorten the service's name by ${longest - longestLabel}, or have at most 100 groups`,
  });
}

/** Certificates of clients that verify the scheduler often carry its host name as common name. Source: ub-common-name of RFC 5280. */
function checkCertificateName(
  { name, namespace, spec }: CheckedService,
  { enableTLS }: CheckedCluster,
  report: Report,
): void {
  if (namespace === undefined || enableTLS !== true || !spec.get("router", "scheduler").present) return;
  const picker = spec.get("router", "scheduler", "pool", "spec", "endpointPickerRef", "name");
  const host = `${picker.text ?? childNames(name).schedulerService}.${namespace}.svc`;
  if (host.length <= longestHostName) return;
  report("certificate-host-name", "name", {
    given: name,
    message: `the scheduler's host name "${unlessSecret(host, picker)}" has ${host.length} characters, and a certificate's common name at most ${longestHostName}`,
    allowed: `at most ${longestHostName} characters`,
    fix: `shorten the names of service and namespace by ${host.length - longestHostName} together, or use certificates without a common name`,
  });
}

/** Istio makes a Service `<gateway>-<class>`. Source: Istio's gateway deployment controller, "automated deployment". */
function checkGatewayNames({ spec, namespace }: CheckedService, cluster: CheckedCluster, report: Report): void {
  if (namespace === undefined) return;
  for (const { name, namespace: owner, at } of gatewaysOf(spec, namespace, cluster) ?? []) {
    const gateway = cluster.gateways?.find((one) => one.name === name && one.namespace === owner);
    if (gateway?.className !== "istio") continue;
    const service = `${name}-${gateway.className}`;
    if (service.length <= longestLabel) continue;
    report("gateway-name-too-long", at, {
      given: name,
      message: `Istio names the gateway's Service "${service}", which has ${service.length} characters`,
      allowed: `at most ${longestLabel} characters`,
      fix: `shorten the gateway's name by ${service.length - longestLabel}`,
    });
  }
}
