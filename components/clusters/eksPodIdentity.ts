import * as pulumi from "@pulumi/pulumi";

import { requireOfCloud } from "../cloudSdk";

const lazyRequire = requireOfCloud(__filename);

/** A role of IAM and the policies that it has. */
export interface EksRoleArgs {
  /** Service that takes the role, such as "ec2.amazonaws.com". */
  service: string;
  /** Whether sessions carry tags, as those of Pod Identity and Auto Mode do. @default false */
  tagSession?: boolean;
  /** ARNs of managed policies, by a short name. */
  managed?: Readonly<Record<string, string>>;
  /** A policy of its own. @default none */
  inline?: pulumi.Input<string>;
  tags?: Record<string, string>;
}

/** The role, and what must exist before it is of use. */
export interface EksRole {
  arn: pulumi.Output<string>;
  grants: pulumi.Resource[];
}

/** Service that takes roles for pods. */
export const podIdentityService = "pods.eks.amazonaws.com";

/** A role with exactly the policies that are given. */
export function eksRole(
  name: string,
  args: EksRoleArgs,
  parent: pulumi.Resource,
  provider?: pulumi.ProviderResource,
): EksRole {
  const opts = { parent, ...(provider && { provider }) };
  const iam = {
    ...(lazyRequire("@pulumi/aws/iam/role") as typeof import("@pulumi/aws/iam/role")),
    ...(lazyRequire("@pulumi/aws/iam/rolePolicyAttachment") as typeof import("@pulumi/aws/iam/rolePolicyAttachment")),
    ...(lazyRequire("@pulumi/aws/iam/rolePolicy") as typeof import("@pulumi/aws/iam/rolePolicy")),
  };
  const role = new iam.Role(
    name,
    { assumeRolePolicy: trustPolicy(args.service, args.tagSession ?? false), ...(args.tags && { tags: args.tags }) },
    opts,
  );
  const grants: pulumi.Resource[] = Object.entries(args.managed ?? {}).map(
    ([suffix, policyArn]) => new iam.RolePolicyAttachment(`${name}-${suffix}`, { role: role.name, policyArn }, opts),
  );
  if (args.inline !== undefined)
    grants.push(new iam.RolePolicy(`${name}-policy`, { role: role.id, policy: args.inline }, opts));
  return { arn: role.arn, grants };
}

function trustPolicy(service: string, tagSession: boolean): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: tagSession ? ["sts:AssumeRole", "sts:TagSession"] : "sts:AssumeRole",
      },
    ],
  });
}
