import { ok, strictEqual } from "node:assert";

import { Output } from "@pulumi/pulumi";

import type { EksClusterArgs } from "../../components/clusters/eksArgs";
import { problemsOfEksCluster } from "../../components/clusters/eksChecks";
import type { GkeClusterArgs } from "../../components/clusters/gkeArgs";
import { problemsOfGkeCluster } from "../../components/clusters/gkeChecks";
import { describeProblem, type Problem } from "../../sdk/problems";

const gke = (args: object): Problem[] =>
  problemsOfGkeCluster("prod", { project: "p", location: "us-central1", ...args } as GkeClusterArgs);

const network = { vpcId: "vpc-1", privateSubnetIds: { "us-east-1a": "subnet-1", "us-east-1b": "subnet-2" } };
const eks = (args: object): Problem[] =>
  problemsOfEksCluster("prod", { region: "us-east-1", network, ...args } as EksClusterArgs);

/** Wrong arguments, and the one line that says so. */
const gkeCases: [object, string][] = [
  [{ project: undefined }, "project: is missing"],
  [{ name: "a".repeat(41) }, "name: GKE does not take this name"],
  [{ location: undefined }, "location: is missing: a region or a zone"],
  [{ zones: "us-central1-a" }, 'zones: not a plain list: it decides which resources there are; given: "us-central1-a"'],
  [{ location: "us-central" }, 'location: neither a region nor a zone; given: "us-central"'],
  [{ zones: ["us-east1-b"] }, 'zones[0]: is no zone of the cluster\'s region, us-central1; given: "us-east1-b"'],
  [{ zones: ["us-central1-a", "us-central1-a"] }, "zones[1]: is named twice"],
  [{ zones: [] }, "zones: names no zone"],
  [{ releaseChannel: "regular" }, 'releaseChannel: not one of the allowed values; given: "regular"'],
  [{ minVersion: "v1.34" }, 'minVersion: not a version of GKE; given: "v1.34"'],
  [{ network: { nodes: "10.0.0.1/20" } }, 'network.nodes: addresses beyond the prefix are set; given: "10.0.0.1/20"'],
  [{ network: { nodes: "10.0.0.0/30" } }, "network.nodes: a range of size /30 is not possible here"],
  [{ network: { pods: "10.0.0.0/14" } }, 'network.pods: overlaps network.nodes, which is "10.0.0.0/20"'],
  [{ network: { services: "10.300.0.0/20" } }, "network.services: not a range of IPv4 addresses"],
  [{ network: { podRange: "10.0.0.0/14" } }, "network.podRange: no such field"],
  [
    { network: { network: "a", subnetwork: "b", podsRangeName: "c", servicesRangeName: "d", pods: "10.0.0.0/14" } },
    "network.pods: has no effect: the network that network.network names exists",
  ],
  [{ controlPlane: { access: "vpn" } }, 'controlPlane.access: not one of the allowed values; given: "vpn"'],
  [
    { controlPlane: { access: "ip", authorizedNetworks: [{ cidr: "1.2.3.4" }] } },
    "controlPlane.authorizedNetworks[0].cidr: not a range of IPv4 addresses",
  ],
  [{ systemPool: { minNodes: 0 } }, "systemPool.minNodes: not a number that is possible here; given: 0"],
  [{ systemPool: { minNodes: 8 } }, "systemPool.maxNodes: is less than systemPool.minNodes, which is 8; given: 6"],
  [{ systemPool: { diskSizeGb: 5 } }, "systemPool.diskSizeGb: not a number that is possible here"],
  [{ systemPool: { machineType: "a3-highgpu-8g" } }, "systemPool.machineType: has accelerators (nvidia-h100-80gb)"],
  [{ systemPool: { machineType: "ct6e-standard-4t" } }, "systemPool.machineType: has accelerators (tpu-v6e)"],
  [{ nodeServiceAccount: "nodes" }, "nodeServiceAccount: not an e-mail address of a service account"],
  [{ nodeServiceAccount: "a@b", nodeRoles: ["roles/x"] }, "nodeRoles: has no effect"],
  [{ nodeRoles: ["artifactregistry.reader"] }, "nodeRoles[0]: not a role"],
  [{ nodeRoles: ["roles/owner"] }, "nodeRoles[0]: every pod on the host network would have it"],
  [{ secretsKey: "my-key" }, 'secretsKey: not the full name of a key; given: "my-key"'],
  [
    { maintenance: { start: "2026-01-03T00:00:00Z", end: "2026-01-03T02:00:00Z", recurrence: "FREQ=DAILY" } },
    "maintenance.end: is less than 4 hours after maintenance.start",
  ],
  [
    { maintenance: { start: "2026-01-03T00:00:00Z", end: "2026-01-03T06:00:00Z", recurrence: "daily" } },
    "maintenance.recurrence: not a rule of RFC 5545",
  ],
  [
    { storageDrivers: { gcsfuse: true } },
    'storageDrivers.gcsfuse: no such field; allowed: gcsFuse, filestore, lustre; fix: did you mean "gcsFuse"?',
  ],
];

const eksCases: [object, string][] = [
  [
    {
      region: "useast1",
      network: { vpcId: "vpc-1", privateSubnetIds: { useast1a: "subnet-1", useast1b: "subnet-2" } },
    },
    'region: not a region; given: "useast1"',
  ],
  [{ name: "-prod" }, "name: EKS does not take this name"],
  [{ version: "1.35.1" }, 'version: not a minor version of Kubernetes; given: "1.35.1"'],
  [{ network: undefined }, "network: is missing"],
  [{ network: { zones: Output.create(["us-east-1a"]) } }, "network.zones: not a plain list"],
  [{ network: { zones: ["us-east-1a"] } }, "network.zones: EKS needs subnets in two availability zones at least"],
  [
    { network: { zones: ["us-east-1a", "us-west-2a"] } },
    'network.zones[1]: is no zone of the region, which is "us-east-1"',
  ],
  [{ network: { zones: ["us-east-1a", "us-east-1a"] } }, "network.zones[1]: is named twice"],
  [
    { network: { zones: ["us-east-1a", "us-east-1b"], cidr: "10.0.0.0/24" } },
    "network.cidr: a range of size /24 is not possible here",
  ],
  [
    { network: { zones: ["us-east-1a", "us-east-1b"], natGateways: "two" } },
    "network.natGateways: not one of the allowed values",
  ],
  [{ network: { vpcId: "vpc-1" } }, "network.privateSubnetIds: is missing"],
  [{ network: { ...network, cidr: "10.0.0.0/16" } }, "network.cidr: has no effect: the network exists"],
  [{ network: { ...network, vpcId: "my-vpc" } }, 'network.vpcId: not the ID of a VPC; given: "my-vpc"'],
  [
    { controlPlane: { publicAccess: false, publicAccessCidrs: ["1.2.3.4/32"] } },
    "controlPlane.publicAccessCidrs: has no effect",
  ],
  [{ controlPlane: { publicAccessCidrs: [] } }, "controlPlane.publicAccessCidrs: lets nobody in"],
  [{ controlPlane: { publicAccessCidrs: ["1.2.3.4/24"] } }, 'fix: write "1.2.3.0/24"'],
  [{ creatorIsAdmin: false }, "creatorIsAdmin: nobody could manage the cluster, Pulumi neither"],
  [{ access: { a: { principalArn: "platform", policy: "view" } } }, "access.a.principalArn: neither a role nor a user"],
  [
    { access: { a: { principalArn: "arn:aws:iam::123456789012:role/a", policy: "viewer" } } },
    'access.a.policy: not one of the allowed values; given: "viewer"; allowed: cluster-admin, admin, edit, view; fix: did you mean "view"?',
  ],
  [
    { access: { a: { principalArn: "arn:aws:iam::123456789012:role/a", policy: "cluster-admin", namespaces: ["x"] } } },
    "access.a.policy: is of the whole cluster, and access.a.namespaces names some",
  ],
  [{ secretsKeyArn: "key" }, "secretsKeyArn: not a key of KMS"],
  [{ autoMode: true, systemPool: {} }, "systemPool: has no effect: with autoMode EKS makes the nodes itself"],
  [{ addons: { coredns: false } }, "addons.coredns: no pod would start without it"],
  [
    { addons: { "eks-pod-identity-agent": false } },
    "addons.eks-pod-identity-agent: no add-on would get its role without it",
  ],
  [{ addons: { coredns: { version: "1.12" } } }, "addons.coredns.version: not a version of an add-on"],
  [{ systemPool: { instanceType: "p5.48xlarge" } }, "systemPool.instanceType: has accelerators (nvidia-h100-80gb)"],
  [{ systemPool: { instanceType: "trn2.48xlarge" } }, "systemPool.instanceType: has accelerators (aws-trainium2)"],
  [
    { systemPool: { minNodes: 4, maxNodes: 3 } },
    "systemPool.maxNodes: is less than systemPool.minNodes, which is 4; given: 3",
  ],
  [{ logs: ["audits"] }, 'logs[0]: not one of the allowed values; given: "audits"'],
  [{ support: "LONG" }, "support: not one of the allowed values"],
  [{ authentication: { roleArn: "deploy" } }, "authentication.roleArn: not a role"],
  [{ systemPol: {} }, 'did you mean "systemPool"?'],
];

describe("checks of clusters", () => {
  for (const [cloud, check, cases] of [
    ["GKE", gke, gkeCases],
    ["EKS", eks, eksCases],
  ] as const) {
    it(`takes plain arguments of ${cloud}`, () => strictEqual(check({}).map(describeProblem).join("\n"), ""));
    for (const [args, expected] of cases)
      it(`${cloud}: ${expected}`, () => {
        const problems = check(args).map(describeProblem);
        strictEqual(problems.length, 1, problems.join("\n"));
        ok(problems[0]!.includes(expected), problems[0]);
      });
  }

  it("passes over what is not known yet", () => {
    const later = Output.create("anything");
    strictEqual(gke({ project: later, minVersion: later, secretsKey: later, nodeServiceAccount: later }).length, 0);
    strictEqual(eks({ secretsKeyArn: later, network: { ...network, vpcId: later } }).length, 0);
  });
});
