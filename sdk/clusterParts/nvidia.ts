import { gkeDraDriverLabel } from "../accelerators/poolSpec";
import { type Deciding, hasOwnTaints, type KnownPool, namesOf, tolerationsOf, unasked } from "./deciding";
import { type NvidiaStack, nvidiaStacks } from "./types";

/** GKE runs its own device plugin on nodes without this label. */
const withoutGkePlugin = { "gke-no-default-nvidia-gpu-device-plugin": "true" };
const withDraDriver = { [gkeDraDriverLabel]: "true" };

/**
 * Labels that nodes of GKE with NVIDIA GPUs need for a stack of NVIDIA's own, so that GKE keeps its own off them; none with GKE's.
 *
 * @example
 * ```ts
 * new AcceleratorPool("l4", { cluster, accelerator: "nvidia-l4", maxNodes: 4, labels: gkeNvidiaLabels("dra") });
 * ```
 */
export function gkeNvidiaLabels(nvidia: NvidiaStack | undefined): Record<string, string> {
  if (nvidia !== "operator" && nvidia !== "dra") return {};
  return { ...withoutGkePlugin, ...(nvidia === "dra" && withDraDriver) };
}

/** Decides how pods get NVIDIA GPUs: by one of device plugin, operator and DRA driver. */
export function decideNvidia(deciding: Deciding): void {
  const { nvidia, nodeFeatureDiscovery, cloud } = deciding.plan;
  if (nodeFeatureDiscovery) deciding.install("node-feature-discovery", "it is asked for", nfdValues(deciding.pools));
  if (!deciding.allowed("nvidia", nvidia, nvidiaStacks)) return;
  const gpus = deciding.of("nvidia");
  if (gpus.length === 0 && nvidia && nvidia !== "none" && cloud !== "existing")
    deciding.refuse("nvidia", nvidia, "there is no pool with NVIDIA GPUs", { fix: "leave it out, or add the pool" });
  else if (nvidia === "none") deciding.provide("nvidia.com/gpu", "you", 'nvidia is "none"');
  else if (cloud === "existing" && nvidia) install(deciding, nvidia, gpus);
  else if (gpus.length === 0) return;
  else if (cloud === "gke") onGke(deciding, nvidia, gpus);
  else if (cloud === "eks") onEks(deciding, nvidia ?? "device-plugin", gpus);
  else deciding.provide("nvidia.com/gpu", "who runs the cluster", unasked);
}

function onGke(deciding: Deciding, nvidia: NvidiaStack | undefined, gpus: readonly KnownPool[]): void {
  if (nvidia === undefined) {
    deciding.provide("NVIDIA driver and device plugin", "GKE", `nodes of ${namesOf(gpus)} get both from GKE`);
    return;
  }
  if (nvidia === "device-plugin") {
    deciding.refuse("nvidia", nvidia, "GKE runs a device plugin already; two would give one GPU to two pods", {
      fix: "leave it out",
    });
    return;
  }
  const onCos = gpus.filter(({ image }) => image !== "ubuntu");
  if (nvidia === "operator" && onCos.length > 0)
    deciding.refuse(
      "nvidia",
      nvidia,
      `the GPU operator does not support Container-Optimized OS, which nodes of ${namesOf(onCos)} run`,
      { fix: 'give these pools image "ubuntu", or leave nvidia out: GKE manages driver and device plugin' },
    );
  const labels = gkeNvidiaLabels(nvidia);
  for (const { labels: given, path } of gpus)
    for (const [label, value] of Object.entries(labels))
      if (given && given[label] !== value)
        deciding.refuse(`${path}.labels.${label}`, given[label], `must be "${value}" with nvidia "${nvidia}"`, {
          fix: "add the label to the pool",
        });
  install(deciding, nvidia, gpus);
}

function onEks(deciding: Deciding, nvidia: NvidiaStack, gpus: readonly KnownPool[]): void {
  const auto = gpus.filter(({ autoMode }) => autoMode);
  const groups = gpus.filter(({ autoMode }) => !autoMode);
  const shipped = groups.filter(({ image }) => image === "bottlerocket");
  const bare = groups.filter(({ image }) => image !== "bottlerocket");
  const both = "NVIDIA driver and device plugin";
  if (auto.length > 0) deciding.provide(both, "EKS Auto Mode", `nodes of ${namesOf(auto)} have both built in`);
  if (auto.length > 0 && nvidia !== "device-plugin")
    deciding.refuse("nvidia", nvidia, `nodes of Auto Mode (${namesOf(auto)}) keep their own device plugin`, {
      fix: "put the GPUs into node groups, or leave it out",
    });
  if (shipped.length > 0 && nvidia !== "device-plugin")
    deciding.refuse("nvidia", nvidia, `Bottlerocket ships a device plugin, and ${namesOf(shipped)} would have both`, {
      fix: 'give these pools image "al2023", or leave it out',
    });
  else if (shipped.length > 0) deciding.provide(both, "Bottlerocket", `nodes of ${namesOf(shipped)} have both`);
  if (shipped.length > 0 && bare.length > 0 && nvidia === "device-plugin")
    deciding.refuse(
      `${bare[0]!.path}.image`,
      bare[0]!.image ?? "al2023",
      `its nodes need a device plugin, which would run a second time on ${namesOf(shipped)} (Bottlerocket ships it)`,
      { fix: "give all pools with GPUs the same image" },
    );
  else if (bare.length > 0) install(deciding, nvidia, bare);
}

function install(deciding: Deciding, nvidia: NvidiaStack, pools: readonly KnownPool[]): void {
  const { cloud, nodeFeatureDiscovery, installed } = deciding.plan;
  const whose = pools.length > 0 ? `nodes of ${namesOf(pools)}` : "nodes with GPUs";
  if (nvidia === "device-plugin") {
    deciding.install("nvidia-device-plugin", `${whose} offer nvidia.com/gpu only with it`, {
      // The chart waits for labels of node feature discovery otherwise, which nothing else needs.
      ...(cloud === "eks" && { affinity: acceleratorNodes }),
      tolerations: tolerationsOf(["nvidia.com/gpu"], pools),
    });
  } else if (nvidia === "operator") {
    deciding.install("gpu-operator", `it is asked for, for ${whose}`, {
      // The AMI has the driver and the container toolkit.
      ...(cloud === "eks" && { driver: { enabled: false }, toolkit: { enabled: false } }),
      nfd: { enabled: !nodeFeatureDiscovery && !installed?.includes("node-feature-discovery") },
      // Charts of the operator tolerate the taint's value "present" alone, which is GKE's; that of our groups on EKS is "true".
      daemonsets: { tolerations: tolerationsOf(["nvidia.com/gpu"], pools) },
      "node-feature-discovery": { worker: { tolerations: tolerationsOf(["nvidia.com/gpu"], pools) } },
    });
  } else if (deciding.since("nvidia", nvidia, 34, "where dynamic resource allocation is stable")) {
    deciding.install("node-feature-discovery", "the DRA driver runs on the nodes that it labels", nfdValues(pools));
    if (cloud === "gke") installDriver(deciding, pools);
    deciding.install("nvidia-dra-driver", `it is asked for, for ${whose}`, {
      gpuResourcesEnabledOverride: true,
      resources: { computeDomains: { enabled: false } },
      ...(hasOwnTaints(pools) && { kubeletPlugin: { tolerations: tolerationsOf(["nvidia.com/gpu"], pools) } }),
      ...(cloud === "gke" && { nvidiaDriverRoot: "/home/kubernetes/bin/nvidia" }),
    });
  }
}

/**
 * GKE installs its driver with its device plugin, which the DRA driver's labels keep away. Source: GKE's page "Prepare GKE infrastructure
 * for DRA workloads".
 */
function installDriver(deciding: Deciding, pools: readonly KnownPool[]): void {
  const grace = pools.filter(({ machine }) => machine?.machineType.startsWith("a4x-"));
  if (grace.length > 0)
    deciding.provide("NVIDIA driver", "you", `the DaemonSet for nodes of A4X (${namesOf(grace)}) is not known here`);
  const others = pools.filter((pool) => !grace.includes(pool));
  const ubuntu = others.filter(({ image }) => image === "ubuntu");
  if (others.length === 0) return;
  const isUbuntu = ubuntu.length === others.length;
  if (ubuntu.length > 0 && !isUbuntu)
    deciding.refuse(
      `${ubuntu[0]!.path}.image`,
      "ubuntu",
      "its driver is installed by a DaemonSet of the same name as that of COS",
      {
        fix: "give all pools with GPUs the same image",
      },
    );
  deciding.install(
    isUbuntu ? "nvidia-driver-installer-ubuntu" : "nvidia-driver-installer",
    `nodes of ${namesOf(others)} get no driver from GKE with nvidia "dra"`,
  );
}

/**
 * Without the tolerations nodes with accelerators get no labels, and the DRA driver never runs there. It looks for a label of the vendor,
 * `pci-10de.present`, without the class that discovery puts before it by default; NVIDIA's own charts set it so too.
 */
function nfdValues(pools: readonly KnownPool[]): Record<string, unknown> {
  const resources = ["aws.amazon.com/neuron", "google.com/tpu", "nvidia.com/gpu"];
  return {
    worker: {
      tolerations: tolerationsOf(resources, pools),
      config: { sources: { pci: { deviceClassWhitelist: ["02", "03", "12"], deviceLabelFields: ["vendor"] } } },
    },
  };
}

/** Nodes of node groups with GPUs: this package labels them, and nodes of Auto Mode have a plugin of their own. */
const acceleratorNodes = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: "k8s.amazonaws.com/accelerator", operator: "Exists" },
            { key: "eks.amazonaws.com/compute-type", operator: "NotIn", values: ["auto"] },
          ],
        },
      ],
    },
  },
};
