import { createRequire } from "node:module";

import type { Problem } from "../problems";

const longestName = 63;
/** What remains of the longest name beside an MD5 sum in hexadecimal. */
const headLength = longestName - 32;

/**
 * The name that KServe's controller derives for a child of a service: parent and suffix where they fit into 63 characters,
 * else a shortened parent with its MD5 sum, so that the name stays unique.
 *
 * Source: `kmeta.ChildName` of knative.dev/pkg, which the controller calls.
 */
export function childName(parent: string, suffix: string): string {
  if (parent.length + suffix.length <= longestName) return parent + suffix;
  if (suffix.length < headLength) return parent.slice(0, headLength - suffix.length) + md5(parent) + suffix;
  const hashed = parent.slice(0, headLength) + md5(parent + suffix);
  return (hashed + suffix.slice(0, longestName - hashed.length)).replace(/[^a-z0-9]+$/, "");
}

/** Few names are too long, and loading the module takes longer than everything else here. */
const lazyRequire = createRequire(__filename);

function md5(text: string): string {
  const { createHash } = lazyRequire("node:crypto") as typeof import("node:crypto");
  return createHash("md5").update(text).digest("hex");
}

/** Names of the objects that KServe 0.20 makes for a service; which of them exist depends on its spec. */
export interface ChildNames {
  readonly deployment: string;
  readonly leaderWorkerSet: string;
  readonly prefillDeployment: string;
  readonly prefillLeaderWorkerSet: string;
  readonly workloadService: string;
  readonly httpRoute: string;
  readonly inferencePool: string;
  readonly schedulerDeployment: string;
  readonly schedulerService: string;
}

/** The child names of the service called `name`. Source: kserve-spec section 5, read from the controller at 0.20. */
export function childNames(name: string): ChildNames {
  return {
    deployment: childName(name, "-kserve"),
    leaderWorkerSet: childName(name, "-kserve-mn"),
    prefillDeployment: childName(name, "-kserve-prefill"),
    prefillLeaderWorkerSet: childName(name, "-kserve-mn-prefill"),
    workloadService: childName(name, "-kserve-workload-svc"),
    httpRoute: childName(name, "-kserve-route"),
    inferencePool: childName(name, "-inference-pool"),
    schedulerDeployment: childName(name, "-kserve-router-scheduler"),
    schedulerService: childName(name, "-epp-service"),
  };
}

const dnsLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
/** `-<10 characters>`: what the StatefulSet controller appends to a name for the label controller-revision-hash. */
const revisionSuffixLength = 11;
/** `-<group index>`: LeaderWorkerSet names a group's StatefulSet after the set and the group's index. */
const groupSuffixLength = 3;

/**
 * Checks a service's name against the limits of everything that is named after it.
 *
 * Multi-node workloads have the tightest: LeaderWorkerSet makes a StatefulSet `<set>-<index>` for each group, whose pods
 * carry the label `controller-revision-hash: <statefulset>-<hash>`, and a label's value has at most 63 characters.
 */
export function checkServiceName(
  name: string,
  workload: { multiNode: boolean; multiNodePrefill: boolean },
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  if (!dnsLabel.test(name)) {
    problems.push({
      path,
      given: name,
      message: "not a name that Kubernetes Services can carry",
      allowed: "lower-case letters, digits and '-', beginning with a letter and not ending with '-'",
    });
  }
  if (name.length > longestName) {
    problems.push({
      path,
      given: name,
      message: `${name.length} characters; the label app.kubernetes.io/name that KServe sets to it takes at most ${longestName}`,
      allowed: `at most ${longestName} characters`,
      fix: `shorten it by ${name.length - longestName}`,
    });
  }
  const names = childNames(name);
  const longestSet = longestName - revisionSuffixLength - groupSuffixLength;
  const sets = [
    ...(workload.multiNode ? [{ set: names.leaderWorkerSet, suffix: "-kserve-mn" }] : []),
    ...(workload.multiNodePrefill ? [{ set: names.prefillLeaderWorkerSet, suffix: "-kserve-mn-prefill" }] : []),
  ];
  for (const { set, suffix } of sets) {
    if (set.length <= longestSet) continue;
    problems.push({
      path,
      given: name,
      message:
        `KServe names its LeaderWorkerSet "${set}" (${set.length} characters), and the pods' label controller-revision-hash, ` +
        `which adds ${revisionSuffixLength + groupSuffixLength}, would exceed ${longestName}`,
      allowed: `at most ${longestSet - suffix.length} characters for this service`,
      fix: `shorten it by ${name.length - (longestSet - suffix.length)}`,
    });
  }
  return problems;
}
