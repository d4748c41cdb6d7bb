import * as pulumi from "@pulumi/pulumi";

import { type PodSecurityArgs, problemsOfPodSecurity, securedLabels } from "../../sdk/platform/podSecurity";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import { KubernetesObject } from "../kubernetesObject";

/** Arguments of {@link SecuredNamespace}. */
export interface SecuredNamespaceArgs {
  /** `metadata.name`. @default the resource's name */
  namespaceName?: string;
  /** What its pods may do; false for no labels. @default enforces "baseline", warns of what is not "restricted" */
  podSecurity?: PodSecurityArgs | false;
  /** Beside those of Pod Security. @default none */
  labels?: Record<string, string>;
  /** @default none */
  annotations?: Record<string, string>;
  /** The most that all pods together may ask for, such as `{ "requests.nvidia.com/gpu": "16", pods: "50" }`. @default no quota */
  quota?: Record<string, string | number>;
}

/** A namespace for services, with Pod Security labels and a quota. */
export class SecuredNamespace extends pulumi.ComponentResource {
  readonly namespaceName: string;
  /** Its labels, for a preflight. */
  readonly labels: Record<string, string>;
  /** What lives in the namespace must depend on it. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError for a name that no namespace can have, and levels that there are not. */
  constructor(name: string, args: SecuredNamespaceArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:SecuredNamespace", name, {}, opts);
    const { annotations, quota } = args;
    this.namespaceName = args.namespaceName ?? name;
    assertNoProblems(`SecuredNamespace "${name}"`, checkNamespace(this.namespaceName, args));
    this.labels = securedLabels(args);

    const namespace = new KubernetesObject(
      `${name}-namespace`,
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: this.namespaceName, labels: this.labels, ...(annotations && { annotations }) },
      },
      { parent: this, dependsOn: opts.dependsOn },
    );
    const limited = quota
      ? [
          new KubernetesObject(
            `${name}-quota`,
            {
              apiVersion: "v1",
              kind: "ResourceQuota",
              metadata: { name: "inference", namespace: this.namespaceName },
              spec: { hard: Object.fromEntries(Object.entries(quota).map(([key, value]) => [key, String(value)])) },
            },
            { parent: this, dependsOn: namespace },
          ),
        ]
      : [];

    this.ready = pulumi.output([namespace, ...limited] as pulumi.Resource[]);
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}

function checkNamespace(namespaceName: string, { podSecurity }: SecuredNamespaceArgs): Problem[] {
  const problems = podSecurity ? problemsOfPodSecurity(podSecurity, "podSecurity") : [];
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespaceName)) return problems;
  return [
    {
      path: "namespaceName",
      given: namespaceName,
      message: "no namespace can have this name",
      allowed: "a-z, 0-9 and -, at most 63",
    },
    ...problems,
  ];
}
