import { strict as assert } from "node:assert";

import { deviceObjects, nodeGroups, nodeKinds, nodeObjects } from "../../local/cluster/nodes";
import { ConfigurationError } from "../../sdk/problems";

interface NodeObject {
  metadata: { name: string; labels: Record<string, string> };
  spec: { podCIDR: string; taints?: unknown[] };
  status: { allocatable: Record<string, string>; conditions: { type: string; status: string }[] };
}

const make = (groups: Parameters<typeof nodeObjects>[0]) =>
  nodeObjects(groups, "1.34.4", new Date("2026-01-01T00:00:00Z")) as unknown as NodeObject[];

const onlyWhenAsked = ["nvidia-h100-80gb-dra", "amd-mi300x", "intel-max-1550", "aws-trainium2"].map((kind) => ({
  kind,
  nodes: 0,
}));

describe("nodes of the embedded cluster", () => {
  it("has two kinds of accelerators by default", () => {
    assert.deepEqual(nodeGroups(), [
      { kind: "cpu", nodes: 2 },
      { kind: "nvidia-h100-80gb", nodes: 4 },
      { kind: "tpu-v6e", nodes: 2 },
      ...onlyWhenAsked,
    ]);
    assert.deepEqual(nodeGroups([{ kind: "nvidia-h100-80gb", nodes: 1 }]), [
      { kind: "cpu", nodes: 2 },
      { kind: "nvidia-h100-80gb", nodes: 1 },
      { kind: "tpu-v6e", nodes: 2 },
      ...onlyWhenAsked,
    ]);
  });

  it("reports every wrong size in one error", () => {
    const asked = [
      { kind: "b200", nodes: 1 },
      { kind: "tpu-v6e", nodes: -1 },
      { kind: "tpu-v6e", nodes: 1.5 },
      { kind: "cpu", nodes: 0 },
    ];
    assert.throws(
      () => nodeGroups(asked),
      (error: unknown) =>
        error instanceof ConfigurationError &&
        assert.equal(
          error.message,
          [
            "nodes of the embedded cluster: 4 problems",
            '  - nodes[0]: unknown node kind; given: "b200"; allowed: cpu, nvidia-h100-80gb, tpu-v6e, nvidia-h100-80gb-dra, amd-mi300x, intel-max-1550, aws-trainium2',
            "  - nodes[1]: not a number of tpu-v6e nodes; given: -1; allowed: 0 to 120",
            '  - nodes[2]: the kind is given twice; given: "tpu-v6e"; fix: give each kind once',
            "  - nodes[2]: not a number of tpu-v6e nodes; given: 1.5; allowed: 0 to 120",
          ].join("\n"),
        ) === undefined,
    );
    assert.throws(() => nodeGroups([{ kind: "cpu", nodes: 0 }]), /cpu=0.*allowed: cpu=1 or more/);
    assert.throws(
      () => nodeGroups([{ kind: "cpu", nodes: 119 }]),
      /too many nodes in all; given: 125; allowed: at most 120/,
    );
  });

  it("makes Ready nodes with labels, taints and capacity of their kind and a pod network of their own", () => {
    const nodes = make([
      { kind: "cpu", nodes: 1 },
      { kind: "nvidia-h100-80gb", nodes: 2 },
      { kind: "tpu-v6e", nodes: 1 },
    ]);
    assert.deepEqual(
      nodes.map(({ metadata, spec }) => [metadata.name, spec.podCIDR]),
      [
        ["cpu-0", "10.128.0.0/16"],
        ["nvidia-h100-80gb-0", "10.129.0.0/16"],
        ["nvidia-h100-80gb-1", "10.130.0.0/16"],
        ["tpu-v6e-0", "10.131.0.0/16"],
      ],
    );
    const [cpu, h100, , tpu] = nodes;
    assert.equal(cpu?.spec.taints, undefined);
    assert.deepEqual([h100?.status.allocatable["nvidia.com/gpu"], h100?.status.allocatable["rdma/roce"]], ["8", "8"]);
    assert.deepEqual(h100?.spec.taints, [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }]);
    assert.equal(h100?.metadata.labels["nvidia.com/gpu.product"], "NVIDIA-H100-80GB-HBM3");
    assert.equal(tpu?.status.allocatable["google.com/tpu"], "8");
    assert.deepEqual(
      [
        tpu?.metadata.labels["cloud.google.com/gke-tpu-accelerator"],
        tpu?.metadata.labels["cloud.google.com/gke-tpu-topology"],
      ],
      ["tpu-v6e-slice", "2x4"],
    );
    for (const { status } of nodes) {
      assert.deepEqual(
        status.conditions.filter((condition) => condition.status === "True").map(({ type }) => type),
        ["Ready"],
      );
    }
  });

  it("taints only what its nodes have, so that the admission plugin's tolerations fit", () => {
    for (const [kind, { taints = [], capacity, devices }] of Object.entries(nodeKinds)) {
      // Pods that claim devices must bring their toleration.
      for (const { key } of taints) assert.ok(key in capacity || devices, `${kind}: ${key}`);
    }
  });

  it("offers devices of the nodes that have a DRA driver", () => {
    const groups = [
      { kind: "cpu", nodes: 1 },
      { kind: "nvidia-h100-80gb-dra", nodes: 2 },
    ];
    const nodes = nodeObjects(groups, "1.34.4", new Date(0)).map((node) => ({
      ...node,
      metadata: { ...node.metadata, uid: `uid of ${node.metadata.name}` },
    }));
    const [deviceClass, slice, ...others] = deviceObjects(groups, nodes);
    assert.deepEqual([deviceClass?.kind, deviceClass?.metadata.name], ["DeviceClass", "gpu.nvidia.com"]);
    assert.deepEqual(slice?.metadata, {
      name: "nvidia-h100-80gb-dra-0-gpu.nvidia.com",
      ownerReferences: [
        { apiVersion: "v1", kind: "Node", name: "nvidia-h100-80gb-dra-0", uid: "uid of nvidia-h100-80gb-dra-0" },
      ],
    });
    assert.equal((slice?.spec as { devices: unknown[] }).devices.length, 8);
    assert.equal(others.length, 1);
    assert.deepEqual(deviceObjects(nodeGroups(), nodes), []);
  });
});
