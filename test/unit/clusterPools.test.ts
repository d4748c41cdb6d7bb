import { deepStrictEqual } from "node:assert";

import { nodeGroups, nodePools } from "../../local/cluster/nodes";
import { preflight } from "../../sdk/preflight/preflight";
import { plan, pod } from "./preflight/plan";

describe("the embedded cluster's nodes as node pools", () => {
  it("say what the nodes have", () => {
    const [cpu, h100, tpu] = nodePools(nodeGroups());
    deepStrictEqual(
      [cpu, h100, tpu].map((pool) => [pool?.name, pool?.maxNodes, pool?.accelerator, pool?.acceleratorsPerNode]),
      [
        ["cpu", 2, undefined, undefined],
        ["nvidia-h100-80gb", 4, "nvidia-h100-80gb", 8],
        ["tpu-v6e", 2, "tpu-v6e", 8],
      ],
    );
    deepStrictEqual(nodePools([{ kind: "cpu", nodes: 0 }]), []);
  });

  it("take what fits on them, and refuse what does not", () => {
    const cluster = { pools: nodePools(nodeGroups()) };
    const codes = (limits: Record<string, string>) =>
      preflight(plan({ template: pod(limits) }, cluster)).map(({ code }) => code);
    deepStrictEqual(codes({ "nvidia.com/gpu": "1", "rdma/roce": "1", memory: "1Ti" }), []);
    deepStrictEqual(codes({ "google.com/tpu": "1" }), []);
    deepStrictEqual(codes({ "amd.com/gpu": "1" }), ["accelerator-missing"]);
    deepStrictEqual(codes({ "google.com/tpu": "1", "rdma/roce": "1" }), ["accelerator-missing"]);
    deepStrictEqual(codes({ cpu: "1001" }), ["node-too-small"]);
  });
});
