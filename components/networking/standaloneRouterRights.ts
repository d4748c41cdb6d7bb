import * as pulumi from "@pulumi/pulumi";

import { KubernetesObject, type ManifestMetadata } from "../kubernetesObject";

const api = "rbac.authorization.k8s.io";
const reading = ["get", "list", "watch"];

/**
 * What the endpoint picker may do: what KServe 0.20 lets its own one (`expectedSchedulerRole` and `expectedSchedulerAuthDelegatorBinding` in scheduler.go),
 * which is to read the pods and what they are to be chosen by, to elect a leader, and to ask whether somebody may read its metrics.
 */
export function createRouterRights(
  name: string,
  metadata: ManifestMetadata & { name: string; namespace: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): KubernetesObject[] {
  const { name: account, namespace, labels } = metadata;
  const subjects = [{ kind: "ServiceAccount", name: account, namespace }];
  const serviceAccount = new KubernetesObject(
    `${name}-account`,
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    opts,
  );
  const role = new KubernetesObject(`${name}-role`, { apiVersion: `${api}/v1`, kind: "Role", metadata, rules }, opts);
  const binding = new KubernetesObject(
    `${name}-binding`,
    {
      apiVersion: `${api}/v1`,
      kind: "RoleBinding",
      metadata,
      subjects,
      roleRef: { apiGroup: api, kind: "Role", name: account },
    },
    { parent: opts.parent, dependsOn: [serviceAccount, role] },
  );
  const reviewer = new KubernetesObject(
    `${name}-metrics-binding`,
    {
      apiVersion: `${api}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: pulumi.interpolate`${namespace}-${account}-auth`, labels },
      subjects,
      roleRef: { apiGroup: api, kind: "ClusterRole", name: "system:auth-delegator" },
    },
    { parent: opts.parent, dependsOn: [serviceAccount] },
  );
  return [serviceAccount, role, binding, reviewer];
}

const alpha = "inference.networking.x-k8s.io";

const rules = [
  { apiGroups: [""], resources: ["pods"], verbs: reading },
  { apiGroups: ["inference.networking.k8s.io"], resources: ["inferencepools"], verbs: reading },
  { apiGroups: [alpha, "llm-d.ai"], resources: ["inferenceobjectives", "inferencemodelrewrites"], verbs: reading },
  { apiGroups: [alpha], resources: ["inferencepoolimports"], verbs: reading },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: reading },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: [...reading, "create", "update", "patch", "delete"],
  },
];
