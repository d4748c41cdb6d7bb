import { type Deciding, type KnownPool, namesOf, tolerationsOf } from "./deciding";
import { type ClusterPartName, efaStacks } from "./types";

/** Decides what makes fast networks usable by pods: EFA on EKS, GPUDirect and DRANET on GKE. */
export function decideFabric(deciding: Deciding): void {
  const { efa, cloud } = deciding.plan;
  for (const pool of deciding.pools) checkFabric(deciding, pool);
  if (cloud === "gke") onGke(deciding);
  if (!deciding.allowed("efa", efa, efaStacks)) return;
  const pools = deciding.pools.filter(({ fabric }) => fabric === "efa");
  if (efa && efa !== "none" && pools.length === 0 && cloud !== "existing")
    deciding.refuse("efa", efa, "no pool has EFA", { fix: 'leave it out, or give a pool fabric "efa"' });
  else if (cloud !== "gke") withEfa(deciding, pools);
}

function checkFabric(deciding: Deciding, { path, fabric, machine, name, machineType }: KnownPool): void {
  const { cloud } = deciding.plan;
  const at = `${path}.fabric`;
  if (fabric === undefined || !deciding.allowed(at, fabric, ["efa", "gpudirect", "dranet"])) return;
  if (cloud !== "existing" && (fabric === "efa") !== (cloud === "eks")) {
    const allowed = cloud === "gke" ? "gpudirect, dranet" : "efa";
    deciding.refuse(at, fabric, `there is none on ${cloud.toUpperCase()}`, { allowed });
    return;
  }
  if (!machine) return;
  if (machine.cloud === "eks" ? machine.efaInterfaces === 0 : fabric === "gpudirect" && !machine.nics?.gpuDirect)
    deciding.refuse(at, fabric, `${machineType} of pool "${name}" has none`, {
      fix: "leave it out, or take a larger machine type",
    });
  if (fabric === "dranet" && !/^(a3|a4|a4x|ct6e|tpu7x)-/.test(machine.machineType))
    deciding.refuse(at, fabric, `DRANET does not work on ${machineType}`, {
      allowed: "machines of the families a3, a4, a4x, ct6e, tpu7x",
    });
}

function withEfa(deciding: Deciding, pools: readonly KnownPool[]): void {
  const { efa = pools.length > 0 ? "device-plugin" : "none", autoscaler } = deciding.plan;
  const values = {
    tolerations: tolerationsOf(["aws.amazon.com/neuron", "nvidia.com/gpu"], pools),
    ...supportedInstances(pools),
  };
  const whose = pools.length > 0 ? `interfaces of ${namesOf(pools)}` : "EFA interfaces";
  if (efa === "none") {
    if (pools.length > 0) deciding.provide("vpc.amazonaws.com/efa", "you", 'efa is "none"');
  } else if (efa === "device-plugin") {
    deciding.install("efa-device-plugin", `pods get the ${whose} as vpc.amazonaws.com/efa`, values);
  } else {
    const auto = pools.filter(({ autoMode }) => autoMode);
    if (auto.length > 0 || autoscaler === "karpenter")
      deciding.refuse(
        "efa",
        efa,
        `DRANET works on node groups only, not with ${auto.length > 0 ? `Auto Mode (${namesOf(auto)})` : "Karpenter"}`,
        { fix: 'set efa to "device-plugin"' },
      );
    if (deciding.since("efa", efa, 35, "aws-dranet's README"))
      deciding.install("aws-dranet", `pods claim the ${whose} by the DeviceClass efa.networking.k8s.aws`, values);
  }
}

/** Both charts run on a list of instance types, which is as old as they are; with the pools' own types it has no gap. */
function supportedInstances(pools: readonly KnownPool[]) {
  const types = [...new Set(pools.map(({ machineType }) => machineType))].sort();
  if (types.length === 0 || types.includes(undefined)) return {};
  return { supportedInstanceLabels: { keys: ["node.kubernetes.io/instance-type"], values: types } };
}

function onGke(deciding: Deciding): void {
  const managed = deciding.pools.filter(({ fabric }) => fabric === "dranet");
  if (managed.length > 0)
    deciding.provide(
      "DRANET",
      "GKE",
      `GKE runs it on nodes of ${namesOf(managed)} by their label cloud.google.com/gke-networking-dra-driver=true`,
    );
  for (const pool of deciding.of("nvidia").filter(({ fabric }) => fabric !== undefined && fabric !== "efa"))
    ncclPlugin(deciding, pool);
}

function ncclPlugin(deciding: Deciding, pool: KnownPool): void {
  if (pool.machine?.cloud !== "gke") {
    deciding.refuse(
      `${pool.path}.machineType`,
      pool.machineType,
      "which plugin NCCL needs depends on the machine type, and this one is not in the catalogue",
      { fix: "name one of docs/accelerators.md" },
    );
    return;
  }
  const { nics, machineType } = pool.machine;
  const reason = `on nodes of ${namesOf([pool])} NCCL needs its plugin for ${nics?.gpuDirect}`;
  if (nics?.gpuDirect === "RDMA") {
    const variant: ClusterPartName = machineType.startsWith("a4x-max")
      ? "nccl-rdma-installer-a4x-max"
      : machineType.startsWith("a4x-")
        ? "nccl-rdma-installer-a4x"
        : "nccl-rdma-installer";
    deciding.install(variant, reason);
  } else if (nics?.gpuDirect) {
    deciding.install(nics.gpuDirect === "TCPX" ? "nccl-tcpx-installer" : "nccl-tcpxo-installer", reason);
    deciding.install("nri-device-injector", `it gives pods the devices of ${nics.gpuDirect} on ${namesOf([pool])}`);
  }
}
