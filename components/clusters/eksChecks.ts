import type { Problem } from "../../sdk/problems";
import { Checks } from "./checks";
import { EksAccessPolicy, type EksClusterArgs } from "./eksArgs";
import { checkSystemNodes } from "./systemPoolChecks";

const fields = [
  ["region", "network", "name", "identifier", "version", "controlPlane", "access", "creatorIsAdmin", "secretsKeyArn"],
  ["autoMode", "systemPool", "addons", "logs", "support", "deletionProtection", "tags", "authentication"],
].flat();

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Add-ons that Auto Mode has built in for its own nodes; they are installed when node groups beside it need them. */
export const builtIntoAutoMode = ["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "aws-ebs-csi-driver"];

/** Without these no node of a group becomes Ready: the CNI has its role by Pod Identity. */
const neededByNodes = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

/** Whether node groups can be added to a cluster. */
export const hasNodeAddons = ({ autoMode, addons = {} }: Pick<EksClusterArgs, "autoMode" | "addons">): boolean =>
  neededByNodes.every((addon) => addons[addon] !== false && (autoMode !== true || addons[addon] !== undefined));

/** Everything that is wrong with the plain values of a cluster of EKS. */
export function problemsOfEksCluster(name: string, args: EksClusterArgs): Problem[] {
  const checks = new Checks();
  checks.fields("", args, fields);
  checks.matches(
    "name",
    args.name ?? name,
    /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/,
    "EKS does not take this name",
    "at most 100 letters, digits, hyphens and underscores",
  );
  if (args.region === undefined)
    checks.add({ path: "region", message: "is missing; it is not taken from the environment" });
  checks.matches("region", args.region, /^[a-z]{2}(-[a-z]+)+-\d$/, "not a region", 'such as "us-east-1"');
  checks.matches("version", args.version, /^1\.\d{2}$/, "not a minor version of Kubernetes", 'such as "1.35"');
  checkNetwork(checks, args);
  checkControlPlane(checks, args);
  checkAccess(checks, args);
  checks.matches("secretsKeyArn", args.secretsKeyArn, /^arn:[^:]+:kms:/, "not a key of KMS", "arn:aws:kms:…:key/…");
  checkNodes(checks, args);
  args.logs?.forEach((log, index) => checks.oneOf(`logs[${index}]`, log, logTypes));
  checks.oneOf("support", args.support, ["STANDARD", "EXTENDED"]);
  checks.fields("authentication", args.authentication, ["profile", "roleArn"]);
  checks.matches(
    "authentication.roleArn",
    args.authentication?.roleArn,
    /^arn:[^:]+:iam::/,
    "not a role",
    "arn:aws:iam::…:role/…",
  );
  return checks.problems;
}

/** AWS's partition of a region, which ARNs begin with. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function checkNetwork(checks: Checks, { region, network }: EksClusterArgs): void {
  checks.fields("network", network, ["zones", "cidr", "natGateways", "vpcId", "privateSubnetIds"]);
  if (!network) {
    checks.add({
      path: "network",
      message: "is missing",
      fix: "give zones of a new network, or vpcId and privateSubnetIds",
    });
    return;
  }
  const existing = network.vpcId !== undefined || network.privateSubnetIds !== undefined;
  const zones = existing ? Object.keys(network.privateSubnetIds ?? {}) : (network.zones ?? []);
  const path = existing ? "network.privateSubnetIds" : "network.zones";
  if (!checks.list(path, zones)) return;
  if (existing) {
    for (const field of ["vpcId", "privateSubnetIds"] as const)
      if (network[field] === undefined)
        checks.add({ path: `network.${field}`, message: "is missing: an existing network is meant" });
    for (const field of ["zones", "cidr", "natGateways"] as const)
      if (network[field] !== undefined)
        checks.add({
          path: `network.${field}`,
          given: network[field],
          message: "has no effect: the network exists",
          fix: "leave it out",
        });
    checks.matches("network.vpcId", network.vpcId, /^vpc-[0-9a-f]+$/, "not the ID of a VPC", "vpc-…");
    for (const [zone, id] of Object.entries(network.privateSubnetIds ?? {}))
      checks.matches(`${path}.${zone}`, id, /^subnet-[0-9a-f]+$/, "not the ID of a subnet", "subnet-…");
  } else {
    // Six zones of two subnets each, of a sixteenth of the network.
    checks.cidr("network.cidr", network.cidr, 16, 20);
    checks.oneOf("network.natGateways", network.natGateways, ["one", "per-zone"]);
    if (zones.length > 6) checks.add({ path, given: zones, message: "are too many", allowed: "two to six zones" });
  }
  if (zones.length < 2 && (!existing || network.privateSubnetIds))
    checks.add({
      path,
      given: zones,
      message: "EKS needs subnets in two availability zones at least",
      fix: "name one more zone",
    });
  zones.forEach((zone, index) => {
    if (zones.indexOf(zone) !== index)
      checks.add({ path: `${path}[${index}]`, given: zone, message: "is named twice" });
    if (typeof region === "string" && !zone.startsWith(region))
      checks.add({
        path: existing ? `${path}.${zone}` : `${path}[${index}]`,
        given: zone,
        message: `is no zone of the region, which is "${region}"`,
      });
  });
}

function checkControlPlane(checks: Checks, { controlPlane }: EksClusterArgs): void {
  checks.fields("controlPlane", controlPlane, ["publicAccess", "publicAccessCidrs"]);
  const cidrs = controlPlane?.publicAccessCidrs;
  if (cidrs && controlPlane.publicAccess === false)
    checks.add({
      path: "controlPlane.publicAccessCidrs",
      given: cidrs,
      message: "has no effect: controlPlane.publicAccess is false",
      fix: "leave one of them out",
    });
  if (cidrs?.length === 0)
    checks.add({
      path: "controlPlane.publicAccessCidrs",
      given: cidrs,
      message: "lets nobody in",
      fix: "set controlPlane.publicAccess to false",
    });
  cidrs?.forEach((cidr, index) => checks.cidr(`controlPlane.publicAccessCidrs[${index}]`, cidr, 0));
}

function checkAccess(checks: Checks, { access, creatorIsAdmin }: EksClusterArgs): void {
  for (const [name, entry] of Object.entries(access ?? {})) {
    const path = `access.${name}`;
    checks.matches(
      path,
      name,
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
      "names a resource",
      "small letters, digits and hyphens",
    );
    checks.fields(path, entry, ["principalArn", "policy", "namespaces"]);
    checks.matches(
      `${path}.principalArn`,
      entry.principalArn,
      /^arn:[^:]+:iam::\d{12}:(role|user)\//,
      "neither a role nor a user",
      "arn:aws:iam::<account>:role/<name>",
    );
    checks.oneOf(`${path}.policy`, entry.policy, Object.values(EksAccessPolicy));
    if (!entry.namespaces) continue;
    if (entry.namespaces.length === 0)
      checks.add({
        path: `${path}.namespaces`,
        given: [],
        message: "names no namespace",
        fix: "leave it out for the whole cluster",
      });
    if (entry.policy === EksAccessPolicy.ClusterAdmin)
      checks.add({
        path: `${path}.policy`,
        given: entry.policy,
        message: `is of the whole cluster, and ${path}.namespaces names some`,
        fix: 'set it to "admin", or leave namespaces out',
      });
  }
  const admins = Object.values(access ?? {}).filter(({ policy }) => policy === EksAccessPolicy.ClusterAdmin);
  if (creatorIsAdmin === false && admins.length === 0)
    checks.add({
      path: "creatorIsAdmin",
      given: false,
      message: "nobody could manage the cluster, Pulumi neither",
      fix: 'give a principal the policy "cluster-admin" in access',
    });
}

function checkNodes(checks: Checks, { autoMode, systemPool, addons }: EksClusterArgs): void {
  checks.fields("systemPool", systemPool, ["instanceType", "minNodes", "maxNodes", "diskSizeGb"]);
  for (const [name, addon] of Object.entries(addons ?? {})) {
    if (addon !== false) checks.fields(`addons.${name}`, addon, ["version", "configuration"]);
    if (!autoMode && addon === false && [...neededByNodes, "coredns"].includes(name))
      checks.add({
        path: `addons.${name}`,
        given: false,
        message:
          name === "eks-pod-identity-agent"
            ? "no add-on would get its role without it"
            : "no pod would start without it",
        fix: "leave it in",
      });
    if (addon !== false)
      checks.matches(
        `addons.${name}.version`,
        addon.version,
        /^v\d+\.\d+\.\d+-eksbuild\.\d+$/,
        "not a version of an add-on",
        'such as "v1.20.4-eksbuild.2"',
      );
  }
  if (!systemPool) return;
  if (autoMode) {
    checks.add({
      path: "systemPool",
      message: "has no effect: with autoMode EKS makes the nodes itself",
      fix: "leave one of them out",
    });
    return;
  }
  const { minNodes = 2, maxNodes = 6, diskSizeGb, instanceType: machine } = systemPool;
  checkSystemNodes(
    checks,
    { minNodes, maxNodes, diskSizeGb, machine },
    {
      cloud: "eks",
      most: { minNodes: 450, maxNodes: 450, diskSizeGb: 16384 },
      machine: { field: "instanceType", what: 'an instance type without accelerators, such as "m7i.2xlarge"' },
    },
  );
}
