import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterHandle, EksClusterDetails, GkeClusterDetails } from "../../components/clusters/clusterHandle";
import { AcceleratorPool, type AcceleratorPoolArgs, type CapacityKind, type Machine } from "../../index";

const access = () => ({
  identifier: "test",
  kubeconfig: pulumi.output("{}"),
  // Pools do not touch the Kubernetes provider.
  provider: undefined as unknown as Provider,
});

/** A cluster of GKE as its component would describe it. */
export const gkeCluster = (details: Partial<GkeClusterDetails> = {}): ClusterHandle => ({
  ...access(),
  cloud: "gke",
  name: "serving",
  gke: {
    project: "acme",
    location: "us-central1",
    version: "1.34.3-gke.1318000",
    nodeServiceAccount: "nodes@acme.iam.gserviceaccount.com",
    dataplaneV2: true,
    multiNetworking: true,
    workloadIdentity: true,
    ...details,
  },
});

/** A cluster of EKS as its component would describe it. */
export const eksCluster = (details: Partial<EksClusterDetails> = {}): ClusterHandle => ({
  ...access(),
  cloud: "eks",
  name: "serving",
  eks: {
    version: "1.34",
    vpcId: "vpc-1",
    subnetIds: { "us-east-2a": "subnet-a", "us-east-2b": "subnet-b" },
    securityGroupId: "sg-cluster",
    nodeRoleArn: "arn:aws:iam::1:role/nodes",
    ...details,
  },
});

/** A cluster that somebody else takes care of. */
export const existingCluster = (): ClusterHandle => ({ ...access(), cloud: "existing", name: "serving" });

/** A pool of one machine type, got in the first way that is known of it. */
export function poolOf(
  { cloud, accelerator, machineType, capacity }: Machine,
  name: string,
  more: Partial<AcceleratorPoolArgs> = {},
): AcceleratorPool {
  const sold = Object.entries(capacity).find(([, isSold]) => isSold)?.[0];
  const kind = (sold ?? "on-demand") as CapacityKind;
  const isReserved = kind === "reservation" || kind === "capacity-block";
  return new AcceleratorPool(name, {
    cluster: cloud === "gke" ? gkeCluster({ version: "1.35.3-gke.1" }) : eksCluster(),
    accelerator,
    machineType,
    zones: [cloud === "gke" ? "us-central1-a" : "us-east-2a"],
    ...(more.topology === undefined && { maxNodes: 3 }),
    capacity: [{ kind, ...(isReserved && { reservation: "cr-0123456789" }) }],
    ...more,
  });
}
