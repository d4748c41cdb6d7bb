import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

import {
  findAccelerator,
  listAccelerators,
  listMachines,
  listTopologies,
  sourceText,
} from "../../sdk/accelerators/catalogue";
import { isBelow } from "../../sdk/accelerators/gkeVersions";
import { findMachine, type MachineRequest } from "../../sdk/accelerators/findMachine";
import { nodeSelectorFor, type PlacementArgs, resourceLimits, tolerationsFor } from "../../sdk/accelerators/placement";
import { type AcceleratorName, acceleratorNames } from "../../sdk/accelerators/types";
import { nodeKinds } from "../../local/cluster/nodes";

describe("catalogue of accelerators", () => {
  it("has each accelerator once, under its name", () => {
    deepStrictEqual(
      listAccelerators().map(({ name }) => name),
      acceleratorNames,
    );
    for (const name of acceleratorNames) strictEqual(findAccelerator(name).name, name);
  });

  it("says where everything was read", () => {
    for (const entry of [...listAccelerators(), ...listMachines(), ...listTopologies()]) {
      ok(
        entry.source.length > 0 || (entry.source.length === 0 && "name" in entry && entry.name === "nvidia-gb300"),
        JSON.stringify(entry),
      );
      for (const key of entry.source) ok(sourceText(key), key);
    }
    for (const { gke, eks } of listAccelerators()) {
      for (const fact of [gke?.minimumVersions, gke?.driver, gke?.capacity, eks?.driver, eks?.minimumKubernetes]) {
        for (const key of fact?.source ?? []) ok(sourceText(key), key);
      }
    }
  });

  it("has lowest versions that something can be below", () => {
    const compared = /^(standard|cluster-toolkit|fractional|GPUDirect)/;
    for (const { name, gke, eks } of listAccelerators()) {
      const floors = Object.entries(gke?.minimumVersions?.value ?? {}).filter(([feature]) => compared.test(feature));
      const versions = [...floors.map(([, version]) => version), eks?.minimumKubernetes?.value];
      for (const version of versions.filter((value) => value !== undefined))
        ok(isBelow("1.1", version), `${name}: ${version}`);
    }
  });

  it("names each machine once, with an accelerator that its cloud has", () => {
    const machines = listMachines();
    strictEqual(new Set(machines.map(({ machineType }) => machineType)).size, machines.length);
    deepStrictEqual([listMachines({ cloud: "gke" }).length, listMachines({ cloud: "eks" }).length], [57, 63]);
    for (const { accelerator, cloud, count } of machines) {
      ok(findAccelerator(accelerator)[cloud], `${accelerator} on ${cloud}`);
      ok(Number.isInteger(count) && count > 0);
    }
  });

  it("has topologies whose sides, chips and hosts agree", () => {
    strictEqual(listTopologies().length, 55);
    for (const { topology, chips, hosts, machineType, accelerator } of listTopologies()) {
      const machine = listMachines({ accelerator }).find((candidate) => candidate.machineType === machineType)!;
      const sides = topology.split("x").map(Number);
      deepStrictEqual(
        [chips, chips],
        [sides.reduce((product, side) => product * side, 1), hosts * machine.count],
        topology,
      );
    }
  });
});

describe("findMachine", () => {
  const found = (request: MachineRequest) => {
    const result = findMachine(request);
    if (!result.found) throw new Error(result.reason);
    return { type: result.machine.machineType, hosts: result.topology?.hosts, unverified: result.unverified };
  };
  const missing = (request: MachineRequest) => {
    const result = findMachine(request);
    if (result.found) throw new Error(`found ${result.machine.machineType}`);
    return {
      reason: result.reason,
      alternatives: result.alternatives.map(({ machine, difference }) => `${machine.machineType}: ${difference}`),
    };
  };

  it("takes the smallest that has it all", () => {
    deepStrictEqual(found({ accelerator: "nvidia-h100-80gb", cloud: "gke", count: 8 }).type, "a3-highgpu-8g");
    deepStrictEqual(found({ accelerator: "nvidia-l4", cloud: "gke", count: 1 }).type, "g2-standard-4");
    deepStrictEqual(
      found({ accelerator: "nvidia-l4", cloud: "gke", count: 1, minimumMemoryGiB: 60 }).type,
      "g2-standard-16",
    );
    deepStrictEqual(found({ accelerator: "nvidia-l4", cloud: "eks", count: 1, rdma: true }).type, "g6.8xlarge");
    deepStrictEqual(found({ accelerator: "nvidia-rtx-pro-6000", cloud: "gke" }).type, "g4-standard-48");
    deepStrictEqual(
      found({ accelerator: "nvidia-rtx-pro-6000", cloud: "gke", machineType: "g4-standard-6" }).type,
      "g4-standard-6",
    );
  });

  it("tells slices of one host from those of several", () => {
    deepStrictEqual(found({ accelerator: "tpu-v6e", cloud: "gke", count: 8 }), {
      type: "ct6e-standard-8t",
      hosts: 1,
      unverified: [],
    });
    deepStrictEqual(found({ accelerator: "tpu-v6e", cloud: "gke", topology: "4x4" }), {
      type: "ct6e-standard-4t",
      hosts: 4,
      unverified: [],
    });
    deepStrictEqual(found({ accelerator: "tpu-v6e", cloud: "gke", topology: "2x4", count: 4 }).hosts, 2);
  });

  it("says what no source confirms", () => {
    deepStrictEqual(found({ accelerator: "nvidia-h100-80gb", cloud: "eks", count: 8, capacity: "spot" }), {
      type: "p5.48xlarge",
      hosts: undefined,
      unverified: ["no source says whether p5.48xlarge can be had as spot"],
    });
  });

  it("gives the reason and what comes near", () => {
    deepStrictEqual(missing({ accelerator: "nvidia-l4", cloud: "gke", count: 3 }), {
      reason: "no machine type of gke has 3 nvidia-l4: the numbers are 1, 2, 4, 8",
      alternatives: ["g2-standard-48: 4 chips instead of 3"],
    });
    deepStrictEqual(missing({ accelerator: "nvidia-a10g", cloud: "gke", count: 4 }), {
      reason: "no machine type of gke with nvidia-a10g is known",
      alternatives: ["g5.12xlarge: on eks", "a2-highgpu-4g: nvidia-a100-40gb instead of nvidia-a10g"],
    });
    deepStrictEqual(missing({ accelerator: "nvidia-gb200", cloud: "gke", count: 4, capacity: "spot" }), {
      reason: "a4x-highgpu-4g, a4x-highgpu-4g-nolssd cannot be had as spot",
      alternatives: [
        "a4x-highgpu-4g: not as spot",
        "p6e-gb200.36xlarge: on eks",
        "g4-standard-192: nvidia-rtx-pro-6000 instead of nvidia-gb200",
      ],
    });
    deepStrictEqual(missing({ accelerator: "tpu-v5e", cloud: "gke", topology: "4x5" }), {
      reason: "4x5 is no topology of tpu-v5e: there are 1x1, 2x2, 2x4, 4x4, 4x8, 8x8, 8x16, 16x16",
      alternatives: ["ct5lp-hightpu-4t: topology 4x4 instead of 4x5"],
    });
    strictEqual(
      missing({ accelerator: "nvidia-b200", cloud: "gke", count: 8, capacity: "capacity-block" }).reason,
      "gke has no capacity of kind capacity-block",
    );
    strictEqual(
      missing({ accelerator: "nvidia-l4", cloud: "gke", machineType: "a3-highgpu-8g" }).reason.split(":")[0],
      "a3-highgpu-8g is no machine type of gke with nvidia-l4",
    );
    strictEqual(
      missing({ accelerator: "nvidia-l4", cloud: "gke", rdma: true, count: 8 }).reason,
      "none of g2-standard-96 has RDMA or GPUDirect",
    );
    strictEqual(
      missing({ accelerator: "nvidia-l4", cloud: "gke", minimumVcpu: 200 }).reason,
      "none has 200 vCPU: the most are 96",
    );
  });

  it("finds every machine of the catalogue by its name", () => {
    for (const { accelerator, cloud, machineType, count } of listMachines()) {
      const topology = listTopologies(accelerator).find((slice) => slice.machineType === machineType)?.topology;
      strictEqual(
        found({ accelerator, cloud, machineType, count, ...(topology ? { topology } : {}) }).type,
        machineType,
      );
    }
  });

  it("refuses unknown names with the nearest one", () => {
    throws(() => findMachine({ accelerator: "nvidia-h100-80g", cloud: "aks", count: 0.5 } as never), {
      name: "ConfigurationError",
      message: [
        "machine request: 3 problems",
        `  - accelerator: not one of the allowed values; given: "nvidia-h100-80g"; allowed: ${acceleratorNames.join(", ")}; fix: did you mean "nvidia-h100-80gb"?`,
        '  - cloud: not one of the allowed values; given: "aks"; allowed: gke, eks; fix: did you mean "eks"?',
        "  - count: not a positive number; given: 0.5; allowed: 1, 2, 4, …",
      ].join("\n"),
    });
  });
});

describe("placement of accelerators", () => {
  it("selects nodes by the labels of their cloud", () => {
    const selectors: [AcceleratorName, PlacementArgs, Record<string, string>][] = [
      ["nvidia-h100-80gb", {}, {}],
      ["nvidia-h100-80gb", { cloud: "gke", count: 8 }, { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb" }],
      ["nvidia-h100-80gb", { cloud: "eks" }, { "k8s.amazonaws.com/accelerator": "nvidia-h100" }],
      ["nvidia-t4", { cloud: "gke" }, { "cloud.google.com/gke-accelerator": "nvidia-tesla-t4" }],
      [
        "nvidia-l4",
        { cloud: "gke", machineType: "g2-standard-96" },
        { "cloud.google.com/gke-accelerator": "nvidia-l4", "node.kubernetes.io/instance-type": "g2-standard-96" },
      ],
      [
        "tpu-v5e",
        { cloud: "gke", count: 4, topology: "4x8" },
        { "cloud.google.com/gke-tpu-accelerator": "tpu-v5-lite-podslice", "cloud.google.com/gke-tpu-topology": "4x8" },
      ],
      ["aws-trainium2", { cloud: "eks", count: 16 }, { "node.kubernetes.io/instance-type": "trn2.48xlarge" }],
      ["aws-inferentia2", { cloud: "eks", count: 2 }, { "node.kubernetes.io/instance-type": "inf2.24xlarge" }],
    ];
    for (const [name, args, selector] of selectors) deepStrictEqual(nodeSelectorFor(name, args), selector);
  });

  it("leads to the nodes of the embedded cluster", () => {
    for (const name of ["nvidia-h100-80gb", "tpu-v6e"] as const) {
      for (const cloud of name === "tpu-v6e" ? (["gke", "embedded"] as const) : (["gke", "eks", "embedded"] as const)) {
        const { labels, taints, capacity } = nodeKinds[name]!;
        const selector = nodeSelectorFor(name, { cloud, count: 8 });
        deepStrictEqual({ ...labels, ...selector }, labels);
        deepStrictEqual(resourceLimits(name, 8), { [taints![0]!.key]: capacity[taints![0]!.key] });
        strictEqual(tolerationsFor(name)[0]!.key, taints![0]!.key);
      }
    }
  });

  it("tolerates the taints of the nodes", () => {
    deepStrictEqual(tolerationsFor("aws-trainium1"), [
      { key: "aws.amazon.com/neuron", operator: "Exists", effect: "NoSchedule" },
    ]);
    deepStrictEqual(tolerationsFor("nvidia-gb200"), [
      { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
      { key: "kubernetes.io/arch", operator: "Equal", value: "arm64", effect: "NoSchedule" },
    ]);
  });

  it("refuses what no node has", () => {
    const bad: [AcceleratorName, PlacementArgs, string][] = [
      [
        "nvidia-l4",
        { cloud: "gke", count: 16 },
        "count: no machine of gke has that many nvidia-l4; given: 16; allowed: 1 to 8 in one pod; fix: spread the model over several pods: spec.parallelism with a worker",
      ],
      ["tpu-v6e", { cloud: "eks" }, 'cloud: has no tpu-v6e; given: "eks"; allowed: gke'],
      ["nvidia-l40s", { cloud: "gke" }, 'cloud: has no nvidia-l40s; given: "gke"; allowed: eks'],
      [
        "tpu-v6e",
        { cloud: "gke", count: 2 },
        "count: no machine has that many tpu-v6e, and a pod takes all chips of its node; given: 2; allowed: 1, 4, 8",
      ],
      [
        "tpu-v6e",
        { cloud: "gke", count: 8, topology: "4x4" },
        "count: no machine has that many tpu-v6e in topology 4x4, and a pod takes all chips of its node; given: 8; allowed: 4",
      ],
      [
        "tpu-v6e",
        { cloud: "gke", count: 4, topology: "4x9" },
        'topology: not one of the allowed values; given: "4x9"; allowed: 1x1, 2x2, 2x4, 4x4, 4x8, 8x8, 8x16, 16x16; fix: did you mean "4x4"?',
      ],
      [
        "nvidia-gb300",
        { cloud: "gke", machineType: "a4x-maxgpu-4g" },
        'machineType: not one of the allowed values; given: "a4x-maxgpu-4g"; allowed: a4x-maxgpu-4g-metal',
      ],
      [
        "nvidia-h100-80gb",
        { count: 9 },
        "count: no machine has that many nvidia-h100-80gb; given: 9; allowed: 1 to 8 in one pod; fix: spread the model over several pods: spec.parallelism with a worker",
      ],
    ];
    for (const [name, args, problem] of bad) {
      throws(() => nodeSelectorFor(name, args), { message: `accelerator placement: 1 problem\n  - ${problem}` });
    }
  });
});
