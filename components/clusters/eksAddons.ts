import type * as pulumi from "@pulumi/pulumi";

import { requireOfCloud } from "../cloudSdk";
import type { EksAddonArgs, EksClusterArgs } from "./eksArgs";
import { builtIntoAutoMode, partitionOf } from "./eksChecks";
import { eksRole, podIdentityService } from "./eksPodIdentity";

const lazyRequire = requireOfCloud(__filename);

const podIdentityAgent = "eks-pod-identity-agent";

/** Without these a node does not become Ready, so they come before the first one. */
const beforeNodes = ["vpc-cni", "kube-proxy", podIdentityAgent];

/** These run as pods, and would be reported as degraded while there is no node. */
const afterNodes = ["coredns", "aws-ebs-csi-driver", "eks-node-monitoring-agent"];

/** What an add-on may do in AWS, by Pod Identity: its service account, and the policy of AWS for it. */
const identities: Record<string, { serviceAccount: string; policy: string }> = {
  "vpc-cni": { serviceAccount: "aws-node", policy: "AmazonEKS_CNI_Policy" },
  "aws-ebs-csi-driver": { serviceAccount: "ebs-csi-controller-sa", policy: "service-role/AmazonEBSCSIDriverPolicy" },
  "aws-efs-csi-driver": { serviceAccount: "efs-csi-controller-sa", policy: "service-role/AmazonEFSCSIDriverPolicy" },
  "aws-fsx-csi-driver": { serviceAccount: "fsx-csi-controller-sa", policy: "AmazonFSxFullAccess" },
};

/** What all add-ons of one cluster share. */
export interface EksAddonCluster {
  /** Prefix of the resources' names. */
  name: string;
  region: string;
  clusterName: pulumi.Input<string>;
  tags?: Record<string, string>;
}

/** One add-on with the role that it needs. */
export function eksAddon(
  { name, region, clusterName, tags }: EksAddonCluster,
  addonName: string,
  addon: EksAddonArgs,
  opts: { parent: pulumi.Resource; dependsOn?: pulumi.Resource[]; provider?: pulumi.ProviderResource },
): pulumi.Resource {
  const { Addon } = lazyRequire("@pulumi/aws/eks/addon") as typeof import("@pulumi/aws/eks/addon");
  const identity = identities[addonName];
  const role =
    identity &&
    eksRole(
      `${name}-${addonName}`,
      {
        service: podIdentityService,
        tagSession: true,
        managed: { policy: `arn:${partitionOf(region)}:iam::aws:policy/${identity.policy}` },
        ...(tags && { tags }),
      },
      opts.parent,
      opts.provider,
    );
  return new Addon(
    `${name}-${addonName}`,
    {
      region,
      clusterName,
      addonName,
      ...(addon.version !== undefined && { addonVersion: addon.version }),
      ...(addon.configuration && { configurationValues: JSON.stringify(addon.configuration) }),
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      ...(role && { podIdentityAssociations: [{ roleArn: role.arn, serviceAccount: identity.serviceAccount }] }),
      ...(tags && { tags }),
    },
    { ...opts, dependsOn: [...(opts.dependsOn ?? []), ...(role?.grants ?? [])] },
  );
}

/** The add-ons of a cluster that is made, in the two groups in which they are installed. */
export class EksAddons {
  private readonly wanted: Record<string, EksAddonArgs>;

  constructor(
    private readonly name: string,
    private readonly args: EksClusterArgs,
    private readonly clusterName: pulumi.Output<string>,
    private readonly parent: pulumi.Resource,
  ) {
    const always = [...beforeNodes, ...afterNodes].filter(
      (addon) => !args.autoMode || !builtIntoAutoMode.includes(addon),
    );
    this.wanted = Object.fromEntries(
      Object.entries({ ...Object.fromEntries(always.map((addon) => [addon, {}])), ...args.addons })
        .filter((entry): entry is [string, EksAddonArgs] => entry[1] !== false)
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    );
  }

  beforeNodes(): pulumi.Resource[] {
    // The agent first: roles of the others reach their pods through it.
    const agent = this.install((addon) => addon === podIdentityAgent, []);
    const others = this.install((addon) => beforeNodes.includes(addon) && addon !== podIdentityAgent, agent);
    return [...agent, ...others];
  }

  afterNodes(nodes: pulumi.Resource[]): pulumi.Resource[] {
    return this.install((addon) => !beforeNodes.includes(addon), nodes);
  }

  private install(chosen: (addon: string) => boolean, dependsOn: pulumi.Resource[]): pulumi.Resource[] {
    const cluster = { name: this.name, region: this.args.region, clusterName: this.clusterName, tags: this.args.tags };
    return Object.entries(this.wanted)
      .filter(([addon]) => chosen(addon))
      .map(([addon, given]) => eksAddon(cluster, addon, given, { parent: this.parent, dependsOn }));
  }
}
