import { z } from "zod";

import type {
  EksAccessArgs,
  EksAddonArgs,
  EksAuthenticationArgs,
  EksClusterArgs,
  EksControlPlaneArgs,
  EksNetworkArgs,
  EksSystemPoolArgs,
} from "../../components/clusters/eksArgs";
import type { EksClusterDetails, GkeClusterDetails } from "../../components/clusters/clusterHandle";
import type { ExistingClusterArgs } from "../../components/clusters/existing";
import type {
  GkeClusterArgs,
  GkeControlPlaneArgs,
  GkeMaintenanceArgs,
  GkeNetworkArgs,
  GkeStorageDriverArgs,
  GkeSystemPoolArgs,
} from "../../components/clusters/gkeArgs";
import { clusterSettings } from "./kubeconfigSettings";

const text = z.string().min(1);
const texts = z.array(text);
const map = z.record(z.string(), text);
const flag = z.boolean();
const count = z.int().min(0);

/** Every argument has its setting, and no other: the compiler compares. What values are allowed is the component's to say. */
type Settings<Args> = Record<keyof Args, z.ZodType>;

const gkeNetwork = z.strictObject({
  network: text.optional(),
  subnetwork: text.optional(),
  podsRangeName: text.optional(),
  servicesRangeName: text.optional(),
  nodes: text.optional(),
  pods: text.optional(),
  services: text.optional(),
} satisfies Settings<GkeNetworkArgs>);

const gkeControlPlane = z.strictObject({
  access: z.enum(["dns", "ip"]).optional(),
  external: flag.optional(),
  authorizedNetworks: z.array(z.strictObject({ cidr: text, name: text.optional() })).optional(),
} satisfies Settings<GkeControlPlaneArgs>);

const gkeSystemPool = z.strictObject({
  machineType: text.optional(),
  minNodes: count.optional(),
  maxNodes: count.optional(),
  diskSizeGb: count.optional(),
} satisfies Settings<GkeSystemPoolArgs>);

/** A cluster of GKE that the environment makes, as arguments of GkeCluster. */
const gkeSettings = z.strictObject({
  project: text,
  location: text,
  name: text.optional(),
  identifier: text.optional(),
  zones: texts.optional(),
  releaseChannel: text.optional(),
  minVersion: text.optional(),
  network: gkeNetwork.optional(),
  controlPlane: gkeControlPlane.optional(),
  systemPool: gkeSystemPool.optional(),
  nodeServiceAccount: text.optional(),
  nodeRoles: texts.optional(),
  secretsKey: text.optional(),
  gatewayApi: flag.optional(),
  storageDrivers: z
    .strictObject({
      gcsFuse: flag.optional(),
      filestore: flag.optional(),
      lustre: flag.optional(),
    } satisfies Settings<GkeStorageDriverArgs>)
    .optional(),
  multiNetworking: flag.optional(),
  maintenance: z
    .strictObject({ start: text, end: text, recurrence: text } satisfies Settings<GkeMaintenanceArgs>)
    .optional(),
  deletionProtection: flag.optional(),
  labels: map.optional(),
  useApplicationDefaultCredentials: flag.optional(),
} satisfies Settings<GkeClusterArgs>);

const eksNetwork = z.strictObject({
  zones: texts.optional(),
  cidr: text.optional(),
  natGateways: z.enum(["one", "per-zone"]).optional(),
  vpcId: text.optional(),
  privateSubnetIds: map.optional(),
} satisfies Settings<EksNetworkArgs>);

const eksControlPlane = z.strictObject({
  publicAccess: flag.optional(),
  publicAccessCidrs: texts.optional(),
} satisfies Settings<EksControlPlaneArgs>);

const eksAccess = z.strictObject({
  principalArn: text,
  policy: text,
  namespaces: texts.optional(),
} satisfies Settings<EksAccessArgs>);

const eksAddon = z.strictObject({
  version: text.optional(),
  configuration: z.record(z.string(), z.unknown()).optional(),
} satisfies Settings<EksAddonArgs>);

/** A cluster of EKS that the environment makes, as arguments of EksCluster. */
const eksSettings = z.strictObject({
  region: text,
  network: eksNetwork,
  name: text.optional(),
  identifier: text.optional(),
  version: text.optional(),
  controlPlane: eksControlPlane.optional(),
  access: z.record(z.string(), eksAccess).optional(),
  creatorIsAdmin: flag.optional(),
  secretsKeyArn: text.optional(),
  autoMode: flag.optional(),
  systemPool: z
    .strictObject({
      instanceType: text.optional(),
      minNodes: count.optional(),
      maxNodes: count.optional(),
      diskSizeGb: count.optional(),
    } satisfies Settings<EksSystemPoolArgs>)
    .optional(),
  addons: z.record(z.string(), z.union([z.literal(false), eksAddon])).optional(),
  logs: texts.optional(),
  support: z.enum(["STANDARD", "EXTENDED"]).optional(),
  deletionProtection: flag.optional(),
  tags: map.optional(),
  authentication: z
    .strictObject({ profile: text.optional(), roleArn: text.optional() } satisfies Settings<EksAuthenticationArgs>)
    .optional(),
} satisfies Settings<EksClusterArgs>);

const gkeDetails = z.strictObject({
  project: text.optional(),
  location: text,
  zones: texts.optional(),
  version: text.optional(),
  network: text.optional(),
  subnetwork: text.optional(),
  nodeServiceAccount: text.optional(),
  dataplaneV2: flag.optional(),
  multiNetworking: flag.optional(),
  workloadIdentity: flag.optional(),
  releaseChannel: text.optional(),
  autopilot: flag.optional(),
} satisfies Settings<Omit<GkeClusterDetails, "provider">>);

const eksDetails = z.strictObject({
  region: text.optional(),
  version: text.optional(),
  vpcId: text,
  subnetIds: map,
  securityGroupId: text,
  nodeRoleArn: text,
  autoMode: flag.optional(),
  nodeAddons: flag.optional(),
} satisfies Settings<Omit<EksClusterDetails, "provider">>);

/** A cluster that somebody else takes care of, as arguments of ExistingCluster. */
const existingClusterSettings = z.strictObject({
  kubeconfig: text.optional(),
  kubeconfigFile: text.optional(),
  context: text.optional(),
  identifier: text.optional(),
  name: text.optional(),
  gke: gkeDetails.optional(),
  eks: eksDetails.optional(),
} satisfies Settings<ExistingClusterArgs>);

/** The cluster of an environment: one that is made, or one that is there. */
export const environmentClusterSettings = z.strictObject({
  ...clusterSettings.shape,
  gke: gkeSettings.optional(),
  eks: eksSettings.optional(),
  existing: existingClusterSettings.optional(),
});

/** The cluster of an environment, as its configuration says it. */
export type ClusterSettings = z.infer<typeof environmentClusterSettings>;
