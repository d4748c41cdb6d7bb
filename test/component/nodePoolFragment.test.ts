import { deepStrictEqual, strictEqual, throws } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import {
  accelerator,
  AcceleratorPool,
  type AcceleratorPoolArgs,
  clusterPartsFor,
  type ConfigFragment,
  gkeNvidiaLabels,
  listMachines,
  preflight,
} from "../../index";
import { register } from "./mocks";
import { eksCluster, gkeCluster, poolOf } from "./nodePoolFixture";

async function pool(args: AcceleratorPoolArgs, name = "gpu"): Promise<AcceleratorPool> {
  const { result } = await register(() => new AcceleratorPool(name, args), {
    outputs: ({ type }): Record<string, unknown> => (type.includes("LaunchTemplate") ? { latestVersion: 1 } : {}),
  });
  return result;
}

interface Pod extends Record<string, unknown> {
  containers: { resources: { limits?: object; requests?: object } }[];
}
/** The spec as it is: these recipes make plain objects. */
const specOf = ({ spec }: ConfigFragment) => spec as unknown as { template: Pod; prefill: { template: Pod } };

describe("what an AcceleratorPool needs inside the cluster", () => {
  const gke = { cluster: gkeCluster({ version: "1.35.3-gke.1" }), maxNodes: 2, zones: ["us-central1-a"] };
  const networks = Array.from({ length: 8 }, (_, index) => ({ network: `net-${index}`, subnetwork: `sub-${index}` }));
  const labels = { "pulumi-kserve.dev/capacity": "on-demand", "pulumi-kserve.dev/pool": "gpu" };
  const cases: [string, AcceleratorPoolArgs, object, string[]][] = [
    [
      "nothing for a GPU whose driver and plugin GKE has",
      { ...gke, accelerator: "nvidia-l4", count: 1, minNodes: 2 },
      { accelerator: "nvidia-l4", machineType: "g2-standard-4", autoscales: false },
      [],
    ],
    [
      "NCCL's plugin for the networks of GPUDirect",
      { ...gke, accelerator: "nvidia-h100-mega-80gb", count: 8, rdma: { networks } },
      { accelerator: "nvidia-h100-mega-80gb", machineType: "a3-megagpu-8g", fabric: "gpudirect", autoscales: true },
      ["nri-device-injector", "nccl-tcpxo-installer"],
    ],
    [
      "NCCL's plugin where GKE makes the networks",
      { ...gke, accelerator: "nvidia-h200-141gb", count: 8, rdma: {} },
      { accelerator: "nvidia-h200-141gb", machineType: "a3-ultragpu-8g", fabric: "dranet", autoscales: true },
      ["nccl-rdma-installer"],
    ],
    [
      "a plugin for EFA, and none for GPUs that Bottlerocket has one for",
      {
        cluster: eksCluster(),
        maxNodes: 2,
        zones: ["us-east-2a"],
        accelerator: "nvidia-h100-80gb",
        count: 8,
        rdma: {},
        operatingSystem: "bottlerocket",
      },
      {
        accelerator: "nvidia-h100-80gb",
        machineType: "p5.48xlarge",
        image: "bottlerocket",
        fabric: "efa",
        autoscales: true,
      },
      ["efa-device-plugin", "cluster-autoscaler"],
    ],
  ];
  for (const [what, args, parts, installed] of cases)
    it(`is ${what}`, async () => {
      const made = await pool(args);
      deepStrictEqual(made.parts, { name: "gpu", ...parts, labels });
      const { parts: decided, problems } = clusterPartsFor({ cloud: args.cluster.cloud, pools: [made.parts] });
      deepStrictEqual(problems, []);
      deepStrictEqual(
        decided.map(({ name }) => name),
        installed,
      );
    });

  it("has no labels while one is not known, and may autoscale while a number is not", async () => {
    const made = await pool({
      ...gke,
      accelerator: "nvidia-l4",
      minNodes: pulumi.output(1),
      maxNodes: pulumi.output(1),
      labels: { team: pulumi.output("chat") },
    });
    deepStrictEqual(made.parts, {
      name: "gpu",
      accelerator: "nvidia-l4",
      machineType: "g2-standard-4",
      autoscales: true,
    });
  });

  it("agrees with the labels that NVIDIA's DRA driver needs on GKE", async () => {
    const made = await pool({ ...gke, accelerator: "nvidia-l4", labels: gkeNvidiaLabels("dra") });
    const { parts, problems } = clusterPartsFor({ cloud: "gke", pools: [made.parts], nvidia: "dra" });
    deepStrictEqual(problems, []);
    deepStrictEqual(
      parts.map(({ name }) => name),
      ["node-feature-discovery", "nvidia-driver-installer", "nvidia-dra-driver"],
    );
  });
});

describe("a fragment of an AcceleratorPool", () => {
  it("is the accelerator's, with the pool's label, tolerations, and the order of the ladder", async () => {
    const made = await pool({
      cluster: gkeCluster(),
      accelerator: "nvidia-l4",
      count: 1,
      maxNodes: 2,
      zones: ["us-central1-a"],
      taints: [{ key: "team", effect: "NoSchedule" }],
      capacity: [{ kind: "reservation", reservation: "mine" }, "spot"],
    });
    const fragment = made.fragment({ memory: "40Gi" });
    strictEqual(fragment.name, "gpu");
    const plain = specOf(accelerator({ accelerator: "nvidia-l4", count: 1, cloud: "gke", memory: "40Gi" })).template;
    const { tolerations, affinity, nodeSelector, ...rest } = specOf(fragment).template;
    const { nodeSelector: selector, ...plainRest } = plain;
    delete plainRest.tolerations;
    deepStrictEqual(rest, plainRest);
    deepStrictEqual(nodeSelector, { ...(selector as object), "pulumi-kserve.dev/pool": "gpu" });
    deepStrictEqual(tolerations, [
      { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
      { key: "team", operator: "Exists", effect: "NoSchedule" },
    ]);
    const term = (value: string) => ({
      matchExpressions: [{ key: "pulumi-kserve.dev/capacity", operator: "In", values: [value] }],
    });
    deepStrictEqual(affinity, {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, preference: term("reservation") },
          { weight: 90, preference: term("spot") },
        ],
      },
    });
    const only = specOf(made.fragment({ capacity: ["reservation"], pods: ["prefill"] }));
    deepStrictEqual(only.prefill.template.affinity, {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term("reservation")] } },
    });
    throws(() => made.fragment({ capacity: ["on-demand"] }), /the pool has no such nodes.*reservation, spot/);
    throws(
      () => made.fragment({ count: 16 }),
      /count: a node of pool "gpu" has 1; given: 16; allowed: 1 to 1; fix: spread/,
    );
  });

  it("asks for all EFA interfaces of a whole node, and for none of a part of one", async () => {
    const made = await pool({
      cluster: eksCluster(),
      accelerator: "nvidia-h100-80gb",
      count: 8,
      maxNodes: 2,
      zones: ["us-east-2a"],
      rdma: {},
    });
    const limits = (count?: number) =>
      specOf(made.fragment(count === undefined ? {} : { count })).template.containers[0]!.resources.limits;
    deepStrictEqual(limits(), { "nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32" });
    deepStrictEqual(limits(4), { "nvidia.com/gpu": "4" });
  });

  it("asks for CPUs and memory only, of nodes without accelerators", async () => {
    const made = await pool({ cluster: eksCluster(), machineType: "m7i.2xlarge", maxNodes: 2 }, "cpu");
    const { nodeSelector, containers } = specOf(made.fragment({ cpu: "4", memory: "8Gi" })).template;
    deepStrictEqual(nodeSelector, { "pulumi-kserve.dev/pool": "cpu" });
    deepStrictEqual(containers[0]!.resources, { limits: { memory: "8Gi" }, requests: { cpu: "4", memory: "8Gi" } });
  });

  it("finds its pool in the preflight, for every machine of the catalogue", async () => {
    const machines = listMachines();
    const { result: pools } = await register(() => machines.map((machine, index) => poolOf(machine, `pool-${index}`)), {
      outputs: ({ type }): Record<string, unknown> => (type.includes("LaunchTemplate") ? { latestVersion: 1 } : {}),
    });
    for (const [index, { machineType, count }] of machines.entries()) {
      const made = pools[index]!;
      strictEqual(made.machineType, machineType);
      strictEqual(made.resources[Object.keys(made.resources)[0]!], String(count));
      const { spec } = made.fragment();
      const findings = preflight({
        services: [{ name: "llm", namespace: "default", spec: JSON.parse(JSON.stringify(spec)) as never }],
        cluster: { pools: made.plan },
      }).filter(({ severity }) => severity === "error");
      deepStrictEqual(findings, [], `${machineType}: ${JSON.stringify(findings)}`);
    }
  }).timeout(60_000);

  it("leaves out of its plan what is not known", async () => {
    const { plan } = await pool({
      cluster: gkeCluster(),
      accelerator: "nvidia-l4",
      maxNodes: pulumi.output(3),
      labels: { team: pulumi.output("search") },
    });
    strictEqual("maxNodes" in plan[0]! || "labels" in plan[0]!, false);
    deepStrictEqual(plan[0]!.taints, [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }]);
  });
});
