import type * as pulumi from "@pulumi/pulumi";

import { KubernetesObject, type Manifest } from "../../kubernetesObject";

/**
 * The certificates with which Envoy Gateway's controller and its Envoys know each other, made in the cluster by Envoy Gateway's own command
 * `certgen`. It leaves Secrets alone that exist, so that certificates made elsewhere stay.
 *
 * Objects are those of the chart's hooks (gateway 1.8.1, charts/gateway-helm/templates/certgen.yaml and certgen-rbac.yaml), except that
 * the Job stays when it has ended: one that vanished would come again with the next refresh.
 */
export function makeControlPlaneCertificates(
  name: string,
  { namespace, image }: { namespace: string; image: string },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const metadata = { name: "eg-gateway-helm-certgen", namespace };
  const account = new KubernetesObject(
    `${name}-certgen-account`,
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    opts,
  );
  const role = new KubernetesObject(
    `${name}-certgen-role`,
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata,
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "create", "update"] }],
    },
    opts,
  );
  const binding = new KubernetesObject(
    `${name}-certgen-binding`,
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: metadata.name, namespace }],
    },
    opts,
  );
  const job = new KubernetesObject(`${name}-certgen`, jobOf(metadata, image), {
    ...opts,
    dependsOn: [account, role, binding],
    // Its name is fixed, and what it runs cannot be changed.
    deleteBeforeReplace: true,
  });
  return [job];
}

function jobOf(metadata: { name: string; namespace: string }, image: string): Manifest {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: {
      backoffLimit: 3,
      template: {
        metadata: { labels: { app: "certgen" } },
        spec: {
          serviceAccountName: metadata.name,
          restartPolicy: "Never",
          containers: [
            {
              name: "envoy-gateway-certgen",
              image,
              command: ["envoy-gateway", "certgen"],
              args: ["--disable-topology-injector"],
              env: [
                { name: "ENVOY_GATEWAY_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                { name: "KUBERNETES_CLUSTER_DOMAIN", value: "cluster.local" },
              ],
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                privileged: false,
                readOnlyRootFilesystem: true,
                runAsNonRoot: true,
                runAsGroup: 65532,
                runAsUser: 65532,
                seccompProfile: { type: "RuntimeDefault" },
              },
            },
          ],
        },
      },
    },
  };
}
