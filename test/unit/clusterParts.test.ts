import { deepStrictEqual, ok, strictEqual } from "node:assert";

import { listMachines } from "../../sdk/accelerators/catalogue";
import { partArtifacts } from "../../sdk/clusterParts/artifacts";
import { clusterPartsFor } from "../../sdk/clusterParts/decide";
import { clusterPartNames, type ClusterPartsPlan, type PartsPool } from "../../sdk/clusterParts/types";
import { describeProblem } from "../../sdk/problems";

const pool = (accelerator: string, more: object = {}): PartsPool => ({ name: "a", accelerator, ...more }) as PartsPool;
const h100OnGke = pool("nvidia-h100-80gb", { machineType: "a3-highgpu-8g" });
const p5 = pool("nvidia-h100-80gb", { machineType: "p5.48xlarge" });
const trn2 = pool("aws-trainium2", { machineType: "trn2.48xlarge" });
const cpu: PartsPool = { name: "cpu" };
const tolerated = (key: string, effect = "NoSchedule") => ({ key, operator: "Exists", effect });

function decide(cloud: string, pools: PartsPool[], more: object = {}) {
  return clusterPartsFor({ cloud, pools, ...more } as ClusterPartsPlan);
}

/** What is installed; a problem is an error of the test. */
function parts(cloud: string, pools: PartsPool[], more: object = {}): string[] {
  const decision = decide(cloud, pools, more);
  strictEqual(decision.problems.map(describeProblem).join("\n"), "");
  return decision.parts.map(({ name }) => name);
}

describe("clusterPartsFor", () => {
  /** The decision table: cloud, pools, choices, what is installed. */
  const table: [string, string, PartsPool[], object, string[]][] = [
    ["nothing for CPUs on GKE", "gke", [cpu], {}, []],
    ["nothing for CPUs on EKS", "eks", [cpu], {}, []],
    ["GKE's own plugin for GPUs", "gke", [h100OnGke], {}, []],
    ["GKE's own plugin for TPUs", "gke", [pool("tpu-v6e")], {}, []],
    [
      "TCPX on A3 High",
      "gke",
      [{ ...h100OnGke, fabric: "gpudirect" }],
      {},
      ["nri-device-injector", "nccl-tcpx-installer"],
    ],
    [
      "TCPXO on A3 Mega",
      "gke",
      [pool("nvidia-h100-mega-80gb", { machineType: "a3-megagpu-8g", fabric: "gpudirect" })],
      {},
      ["nri-device-injector", "nccl-tcpxo-installer"],
    ],
    [
      "RDMA on A3 Ultra",
      "gke",
      [pool("nvidia-h200-141gb", { machineType: "a3-ultragpu-8g", fabric: "gpudirect" })],
      {},
      ["nccl-rdma-installer"],
    ],
    [
      "RDMA on A4 with DRANET",
      "gke",
      [pool("nvidia-b200", { machineType: "a4-highgpu-8g", fabric: "dranet" })],
      {},
      ["nccl-rdma-installer"],
    ],
    [
      "RDMA on A4X",
      "gke",
      [pool("nvidia-gb200", { machineType: "a4x-highgpu-4g", fabric: "gpudirect" })],
      {},
      ["nccl-rdma-installer-a4x"],
    ],
    [
      "RDMA on A4X Max",
      "gke",
      [pool("nvidia-gb300", { machineType: "a4x-maxgpu-4g-metal", fabric: "gpudirect" })],
      {},
      ["nccl-rdma-installer-a4x-max"],
    ],
    ["DRANET on TPUs", "gke", [pool("tpu-v6e", { machineType: "ct6e-standard-4t", fabric: "dranet" })], {}, []],
    [
      "DRA driver on GKE",
      "gke",
      [h100OnGke],
      { nvidia: "dra", kubernetesVersion: "1.34.3-gke.1" },
      ["node-feature-discovery", "nvidia-driver-installer", "nvidia-dra-driver"],
    ],
    ["operator on Ubuntu", "gke", [{ ...h100OnGke, image: "ubuntu" }], { nvidia: "operator" }, ["gpu-operator"]],
    ["GKE's own autoscaler", "gke", [{ ...h100OnGke, autoscales: true }], {}, []],
    ["device plugin on AL2023", "eks", [p5], {}, ["nvidia-device-plugin"]],
    ["nothing on Bottlerocket", "eks", [{ ...p5, image: "bottlerocket" }], {}, []],
    ["EFA", "eks", [{ ...p5, fabric: "efa" }], {}, ["nvidia-device-plugin", "efa-device-plugin"]],
    [
      "DRANET on EKS",
      "eks",
      [{ ...p5, fabric: "efa" }],
      { efa: "dranet", kubernetesVersion: "1.35" },
      ["nvidia-device-plugin", "aws-dranet"],
    ],
    [
      "DRA driver on EKS",
      "eks",
      [p5],
      { nvidia: "dra", kubernetesVersion: "1.34" },
      ["node-feature-discovery", "nvidia-dra-driver"],
    ],
    ["operator on EKS", "eks", [p5], { nvidia: "operator" }, ["gpu-operator"]],
    ["Neuron", "eks", [trn2], {}, ["neuron-device-plugin"]],
    ["Neuron with EFA", "eks", [{ ...trn2, fabric: "efa" }], {}, ["neuron-device-plugin", "efa-device-plugin"]],
    ["Neuron by DRA", "eks", [trn2], { neuron: "dra", kubernetesVersion: "1.35" }, ["neuron-dra-driver"]],
    ["cluster-autoscaler where a group scales", "eks", [{ ...cpu, autoscales: true }], {}, ["cluster-autoscaler"]],
    ["Karpenter when asked for", "eks", [cpu], { autoscaler: "karpenter" }, ["karpenter"]],
    ["Auto Mode alone", "eks", [{ ...p5, autoMode: true, autoscales: true }], { autoMode: true }, []],
    ["EFA on Auto Mode", "eks", [{ ...p5, autoMode: true, fabric: "efa" }], { autoMode: true }, ["efa-device-plugin"]],
    [
      "nothing that is there",
      "eks",
      [{ ...p5, fabric: "efa" }],
      { installed: ["nvidia-device-plugin"] },
      ["efa-device-plugin"],
    ],
    ["nothing that is left to you", "eks", [{ ...p5, fabric: "efa" }], { nvidia: "none", efa: "none" }, []],
    ["nothing unasked in an existing cluster", "existing", [p5, { ...trn2, name: "b" }], {}, []],
    [
      "what is asked for in an existing cluster",
      "existing",
      [p5],
      { nvidia: "device-plugin" },
      ["nvidia-device-plugin"],
    ],
    [
      "node feature discovery when asked for",
      "eks",
      [p5],
      { nodeFeatureDiscovery: true },
      ["node-feature-discovery", "nvidia-device-plugin"],
    ],
  ];
  for (const [name, cloud, pools, more, expected] of table)
    it(`installs ${name}: ${expected.join(", ") || "nothing"}`, () =>
      deepStrictEqual(parts(cloud, pools, more), expected));

  it("gives a reason for what it installs and for what is there", () => {
    const decision = decide("eks", [
      { ...trn2, autoscales: true },
      { ...p5, name: "auto", image: "bottlerocket" },
    ]);
    deepStrictEqual(
      decision.parts.map(({ reason }) => reason),
      [
        'nodes of pool "a" offer aws.amazon.com/neuron only with it; pods that take several devices of pool "a" name the scheduler "neuron-scheduler", which keeps them together',
        'EKS does not move pool "a" between minimum and maximum by itself',
      ],
    );
    deepStrictEqual(decision.provided, [
      { what: "NVIDIA driver and device plugin", by: "Bottlerocket", reason: 'nodes of pool "auto" have both' },
    ]);
  });

  it("sets what keeps two parts apart", () => {
    const values = (more: object, pools = [p5]) => decide("eks", pools, more).parts.map((part) => part.values);
    const tolerating = { tolerations: [tolerated("nvidia.com/gpu")] };
    const operator = {
      driver: { enabled: false },
      toolkit: { enabled: false },
      daemonsets: tolerating,
      "node-feature-discovery": { worker: tolerating },
    };
    deepStrictEqual(values({ nvidia: "operator" }), [{ ...operator, nfd: { enabled: true } }]);
    deepStrictEqual(values({ nvidia: "operator", nodeFeatureDiscovery: true })[1], {
      ...operator,
      nfd: { enabled: false },
    });
    deepStrictEqual(values({ neuron: "dra" }, [trn2]), [
      { devicePlugin: { enabled: false }, draDriver: { enabled: true }, npd: { enabled: false } },
    ]);
    deepStrictEqual(values({ nvidia: "dra" })[0], {
      worker: {
        tolerations: ["aws.amazon.com/neuron", "google.com/tpu", "nvidia.com/gpu"].map((key) => tolerated(key)),
        config: { sources: { pci: { deviceClassWhitelist: ["02", "03", "12"], deviceLabelFields: ["vendor"] } } },
      },
    });
  });

  it("has what runs on every node tolerate the pools' own taints", () => {
    const taints = [
      { key: "team", effect: "NoExecute" },
      { key: "soft", effect: "PreferNoSchedule" },
    ];
    const own = tolerated("team", "NoExecute");
    const values = (accelerator: PartsPool, more: object = {}) =>
      decide("eks", [{ ...accelerator, taints }], { kubernetesVersion: "1.35", ...more }).parts.map(
        (part) => part.values,
      );
    const [plugin, efa] = values({ ...p5, fabric: "efa" });
    deepStrictEqual(plugin!.tolerations, [tolerated("nvidia.com/gpu"), own]);
    deepStrictEqual(efa!.tolerations, [tolerated("aws.amazon.com/neuron"), tolerated("nvidia.com/gpu"), own]);
    deepStrictEqual(efa!.supportedInstanceLabels, {
      keys: ["node.kubernetes.io/instance-type"],
      values: ["p5.48xlarge"],
    });
    const neuron = { tolerations: [tolerated("aws.amazon.com/neuron"), own] };
    deepStrictEqual(values(trn2)[0]!.devicePlugin, { enabled: true, ...neuron });
    deepStrictEqual(values(trn2, { neuron: "dra" })[0]!.draDriver, { enabled: true, ...neuron });
    const gpu = { tolerations: [tolerated("nvidia.com/gpu"), own] };
    const [discovery, driver] = values(p5, { nvidia: "dra" });
    deepStrictEqual((discovery!.worker as { tolerations: object[] }).tolerations.at(-1), own);
    deepStrictEqual(driver!.kubeletPlugin, gpu);
    const [operator] = values(p5, { nvidia: "operator" });
    deepStrictEqual([operator!.daemonsets, operator!["node-feature-discovery"]], [gpu, { worker: gpu }]);
  });

  it("has cluster-autoscaler grow the groups of a ladder in its order, and all others after them", () => {
    const ladder = {
      ...p5,
      autoscales: true,
      expanderPriorities: { 20: ["^eks-a-spot-.*"], 10: ["^eks-a-od-.*"] },
    };
    const values = (pools: PartsPool[]) =>
      decide("eks", pools).parts.find(({ name }) => name === "cluster-autoscaler")!.values;
    deepStrictEqual(values([ladder, { ...cpu, autoscales: true }]), {
      extraArgs: { expander: "priority" },
      expanderPriorities: '20:\n  - "^eks-a-spot-.*"\n10:\n  - "^eks-a-od-.*"\n1:\n  - ".*"\n',
    });
    deepStrictEqual(values([{ ...cpu, autoscales: true }]), {});
  });

  it("installs the driver that GKE leaves out for DRA, but for A4X", () => {
    const more = { nvidia: "dra" };
    deepStrictEqual(parts("gke", [{ ...h100OnGke, image: "ubuntu" }], more)[1], "nvidia-driver-installer-ubuntu");
    const a4x = decide("gke", [pool("nvidia-gb200", { machineType: "a4x-highgpu-4g" })], more);
    deepStrictEqual(
      a4x.parts.map(({ name }) => name),
      ["node-feature-discovery", "nvidia-dra-driver"],
    );
    ok(a4x.provided.some(({ what, by }) => what === "NVIDIA driver" && by === "you"));
    const mixed = decide(
      "gke",
      [
        { ...h100OnGke, image: "ubuntu" },
        { ...h100OnGke, name: "b" },
      ],
      more,
    );
    deepStrictEqual(mixed.problems.map(describeProblem), [
      'pools[0].image: its driver is installed by a DaemonSet of the same name as that of COS; given: "ubuntu"; fix: give all pools with GPUs the same image',
    ]);
  });

  it("names storage classes, and makes none for buckets", () => {
    const decision = decide("gke", [h100OnGke], {
      modelCaches: [{ kind: "filestore" }, { kind: "gcs-fuse" }, { kind: "hyperdisk-ml", name: "fast" }],
    });
    deepStrictEqual(decision.modelCaches, [
      { kind: "filestore", name: "model-cache-filestore" },
      { kind: "hyperdisk-ml", name: "fast" },
    ]);
    strictEqual(decision.problems.length, 0);
  });

  /** Wrong plans, and the one line that says so. */
  const wrong: [string, PartsPool[], object, string][] = [
    [
      "gke",
      [h100OnGke],
      { nvidia: "device-plugin" },
      "nvidia: GKE runs a device plugin already; two would give one GPU to two pods",
    ],
    [
      "gke",
      [h100OnGke],
      { nvidia: "operator" },
      'nvidia: the GPU operator does not support Container-Optimized OS, which nodes of pool "a" run',
    ],
    [
      "gke",
      [{ ...h100OnGke, labels: { "gke-no-default-nvidia-gpu-device-plugin": "true" } }],
      { nvidia: "dra" },
      'pools[0].labels.cloud.google.com/gke-nvidia-gpu-dra-driver: must be "true" with nvidia "dra"',
    ],
    ["gke", [h100OnGke], { nvidia: "dra", kubernetesVersion: "1.33.4-gke.1" }, "nvidia: needs Kubernetes 1.34"],
    ["gke", [cpu], { nvidia: "dra" }, "nvidia: there is no pool with NVIDIA GPUs"],
    ["gke", [h100OnGke], { nvidia: "driver" }, 'nvidia: not one of the allowed values; given: "driver"'],
    ["gke", [h100OnGke], { neuron: "dra" }, "neuron: there is no pool with Neuron devices"],
    ["gke", [pool("aws-trainium2")], {}, "pools[0].accelerator: there is none on GKE"],
    ["eks", [pool("tpu-v6e")], {}, "pools[0].accelerator: there is none on EKS"],
    ["eks", [pool("nvidia-h100")], {}, 'pools[0].accelerator: not one of the allowed values; given: "nvidia-h100"'],
    ["eks", [p5, p5], {}, "pools[1].name: another pool has this name"],
    [
      "eks",
      [{ ...p5, image: "windows" } as unknown as PartsPool],
      {},
      'pools[0].image: not one of the allowed values; given: "windows"',
    ],
    ["gke", [{ ...h100OnGke, fabric: "efa" }], {}, "pools[0].fabric: there is none on GKE"],
    ["eks", [{ ...p5, fabric: "gpudirect" }], {}, "pools[0].fabric: there is none on EKS"],
    [
      "eks",
      [pool("nvidia-l40s", { machineType: "g6e.xlarge", fabric: "efa" })],
      {},
      'pools[0].fabric: g6e.xlarge of pool "a" has none',
    ],
    [
      "gke",
      [pool("nvidia-l4", { machineType: "g2-standard-8", fabric: "gpudirect" })],
      {},
      'pools[0].fabric: g2-standard-8 of pool "a" has none',
    ],
    [
      "gke",
      [pool("nvidia-l4", { machineType: "g2-standard-8", fabric: "dranet" })],
      {},
      "pools[0].fabric: DRANET does not work on g2-standard-8",
    ],
    [
      "gke",
      [pool("nvidia-h100-80gb", { fabric: "gpudirect" })],
      {},
      "pools[0].machineType: which plugin NCCL needs depends on the machine type",
    ],
    ["eks", [p5], { efa: "dranet" }, "efa: no pool has EFA"],
    ["eks", [{ ...p5, fabric: "efa" }], { efa: "dranet", kubernetesVersion: "1.34" }, "efa: needs Kubernetes 1.35"],
    [
      "eks",
      [{ ...p5, fabric: "efa" }],
      { efa: "dranet", autoscaler: "karpenter" },
      "efa: DRANET works on node groups only, not with Karpenter",
    ],
    [
      "eks",
      [{ ...p5, fabric: "efa", autoMode: true }],
      { efa: "dranet", autoMode: true },
      "efa: DRANET works on node groups only, not with Auto Mode",
    ],
    [
      "eks",
      [p5, { ...p5, name: "b", image: "bottlerocket" }],
      {},
      'pools[0].image: its nodes need a device plugin, which would run a second time on pool "b"',
    ],
    ["eks", [{ ...p5, image: "bottlerocket" }], { nvidia: "operator" }, "nvidia: Bottlerocket ships a device plugin"],
    ["eks", [{ ...p5, autoMode: true }], { autoMode: true, nvidia: "dra" }, "nvidia: nodes of Auto Mode"],
    ["eks", [{ ...trn2, autoMode: true }], { autoMode: true, neuron: "dra" }, "neuron: nodes of Auto Mode"],
    ["eks", [{ ...cpu, autoMode: true }], {}, "pools[0].autoMode: the cluster has no Auto Mode"],
    [
      "eks",
      [p5],
      { installed: ["gpu-operator"] },
      "installed: nvidia-device-plugin and gpu-operator exclude each other: each would give out the same GPUs",
    ],
    [
      "eks",
      [trn2],
      { installed: ["neuron-dra-driver"] },
      "installed: neuron-device-plugin and neuron-dra-driver exclude each other",
    ],
    [
      "eks",
      [{ ...p5, fabric: "efa" }],
      { installed: ["aws-dranet"] },
      "installed: efa-device-plugin and aws-dranet exclude each other",
    ],
    [
      "eks",
      [{ ...cpu, autoscales: true }],
      { installed: ["karpenter"] },
      "installed: cluster-autoscaler and karpenter exclude each other",
    ],
    ["eks", [cpu], { installed: ["efa-plugin"] }, 'installed[0]: not one of the allowed values; given: "efa-plugin"'],
    [
      "eks",
      [{ ...cpu, autoscales: true }],
      { autoscaler: "none" },
      'autoscaler: nothing would move pool "a" between minimum and maximum'.replace('"a"', '"cpu"'),
    ],
    [
      "eks",
      [{ ...cpu, autoscales: true }],
      { autoscaler: "karpenter" },
      'autoscaler: it makes nodes of its own and does not change pool "cpu"',
    ],
    [
      "eks",
      [p5],
      { autoscaler: "karpenter", nvidia: "dra" },
      "autoscaler: it makes no nodes for pods that claim devices by DRA",
    ],
    [
      "eks",
      [cpu],
      { autoscaler: "cluster-autoscaler", autoMode: true },
      "autoscaler: Auto Mode makes nodes for pods that wait",
    ],
    [
      "eks",
      [{ ...cpu, autoscales: true }],
      { autoMode: true },
      "pools[0].autoscales: Auto Mode does not change node groups",
    ],
    ["gke", [cpu], { autoscaler: "cluster-autoscaler" }, "autoscaler: GKE has its own"],
    ["existing", [cpu], { autoscaler: "karpenter" }, "autoscaler: it is installed on EKS only"],
    ["eks", [cpu], { modelCaches: [{ kind: "filestore" }] }, "modelCaches[0].kind: it is made on GKE only"],
    ["existing", [cpu], { modelCaches: [{ kind: "efs" }] }, "modelCaches[0].kind: it is made on EKS only"],
    [
      "eks",
      [cpu],
      { modelCaches: [{ kind: "nfs" }] },
      'modelCaches[0].kind: not one of the allowed values; given: "nfs"',
    ],
    [
      "eks",
      [cpu],
      { modelCaches: [{ kind: "efs" }, { kind: "efs" }] },
      "modelCaches[1].name: another model cache has this name",
    ],
    [
      "eks",
      [cpu],
      { modelCaches: [{ kind: "efs", name: "Models" }] },
      "modelCaches[0].name: Kubernetes does not take this name",
    ],
    [
      "gke",
      [pool("nvidia-rtx-pro-6000", { machineType: "g4-standard-48" })],
      { modelCaches: [{ kind: "hyperdisk-ml" }] },
      'modelCaches[0].kind: it cannot be attached to g4-standard-48 of pool "a"',
    ],
  ];
  for (const [cloud, pools, more, expected] of wrong)
    it(`refuses on ${cloud}: ${expected}`, () => {
      const problems = decide(cloud, pools, more).problems.map(describeProblem);
      strictEqual(problems.length, 1, problems.join("\n"));
      ok(problems[0]!.includes(expected), problems[0]);
    });

  it("reports everything at once", () => {
    strictEqual(
      decide("eks", [{ ...p5, fabric: "efa" }], {
        efa: "dranet",
        kubernetesVersion: "1.33",
        nvidia: "dra",
        autoscaler: "karpenter",
        modelCaches: [{ kind: "filestore" }],
      }).problems.length,
      4,
    );
  });

  it("finds a way for every machine of the catalogue, with and without its fast network", () => {
    for (const machine of listMachines()) {
      const { accelerator, machineType, cloud } = machine;
      const fast =
        machine.cloud === "eks"
          ? machine.efaInterfaces !== 0 && ("efa" as const)
          : machine.nics?.gpuDirect && ("gpudirect" as const);
      for (const fabric of [undefined, fast || undefined])
        strictEqual(
          decide(cloud, [{ name: "a", accelerator, machineType, ...(fabric && { fabric }) }])
            .problems.map(describeProblem)
            .join("\n"),
          "",
          machineType,
        );
    }
  });

  it("pins every part, to a version or to a commit", () => {
    deepStrictEqual(Object.keys(partArtifacts), [...clusterPartNames]);
    for (const artifact of Object.values(partArtifacts))
      if (artifact.kind === "manifest") ok(/\/[0-9a-f]{40}\/.+\.yaml$/.test(artifact.url), artifact.url);
      else ok(/^v?\d+\.\d+\.\d+$/.test(artifact.version), artifact.chart);
  });
});
