import { kserveNamespace } from "../../sdk/api/constants";
import type { KubernetesClient } from "../../sdk/kubernetes/client";
import { type Check, failed, ok } from "./check";

interface Attributes {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly namespace?: string;
}

const cluster = (group: string, ...resources: string[]): Attributes[] =>
  resources.map((resource) => ({ verb: "create", group, resource }));

/** What `up` creates first, and what a smaller role most often lacks. */
const needed: readonly Attributes[] = [
  ...cluster("apiextensions.k8s.io", "customresourcedefinitions"),
  ...cluster("", "namespaces"),
  ...cluster(
    "admissionregistration.k8s.io",
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
    "validatingadmissionpolicies",
  ),
  ...cluster("rbac.authorization.k8s.io", "clusterroles", "clusterrolebindings"),
  // Without it, roles cannot be made that allow more than the user may do.
  { verb: "escalate", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
  { verb: "create", group: "apps", resource: "deployments", namespace: kserveNamespace },
  { verb: "create", group: "", resource: "secrets", namespace: kserveNamespace },
  { verb: "create", group: "serving.kserve.io", resource: "llminferenceservices" },
];

/**
 * Asks the API server what the user may do; nothing is tried.
 *
 * @throws ApiError where it does not say.
 */
export async function checkRights(client: KubernetesClient, timeout: number): Promise<readonly Check[]> {
  const name = "rights";
  const answers = await Promise.all(
    needed.map(async (attributes) => {
      const body = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: attributes },
      };
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      const review = (await client.request("POST", path, { body, timeout })) as { status?: { allowed?: boolean } };
      return { attributes, allowed: review.status?.allowed === true };
    }),
  );
  const refused = answers.filter(({ allowed }) => !allowed).map(({ attributes }) => shown(attributes));
  if (refused.length === 0)
    return [ok(name, "CRDs, namespaces, webhooks, cluster roles, workloads and services may be created")];
  return [
    failed(name, `the user may not: ${refused.join(", ")}`, {
      wanted: "a user who may administer the cluster",
      fix: "have an administrator bind the user to the ClusterRole cluster-admin, or install the platform by one who is",
    }),
  ];
}

function shown({ verb, group, resource, namespace }: Attributes): string {
  return `${verb} ${resource}${group ? `.${group}` : ""}${namespace ? ` in ${namespace}` : ""}`;
}
