import { deepStrictEqual, ok, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";

import type { ClusterHandle } from "../../components/clusters/clusterHandle";
import { EksCluster } from "../../components/clusters/eks";
import { ClusterParts, type ClusterPartsArgs } from "../../components/clusters/clusterParts";
import { type MockOptions, named, register, type Registration } from "./mocks";

const chartType = "kubernetes:helm.sh/v4:Chart";
const outputs: MockOptions["outputs"] = ({ name }) => ({ arn: `arn:${name}`, name });

function handle(cloud: "gke" | "eks"): ClusterHandle {
  return {
    cloud,
    name: "prod",
    identifier: "prod",
    kubeconfig: pulumi.output("kubeconfig"),
    provider: new Provider("kubernetes", { kubeconfig: "kubeconfig" }),
    ...(cloud === "gke" && {
      gke: { location: "us-central1", network: "projects/p/global/networks/inference", version: "1.34.3-gke.1" },
    }),
    ...(cloud === "eks" && {
      eks: {
        region: "us-east-1",
        version: "1.35",
        vpcId: "vpc-1",
        subnetIds: { "us-east-1a": "subnet-1", "us-east-1b": "subnet-2" },
        securityGroupId: "sg-nodes",
        nodeRoleArn: "arn:nodes",
      },
    }),
  };
}

async function install(cloud: "gke" | "eks", args: Partial<ClusterPartsArgs>) {
  const { registrations, result } = await register(
    () => new ClusterParts("parts", { cluster: handle(cloud), pools: [], ...args }),
    { outputs },
  );
  return { registrations, parts: result };
}

function of(registrations: Registration[], type: string): Registration[] {
  return registrations.filter((registration) => registration.type === type);
}

const p5 = {
  name: "h100",
  accelerator: "nvidia-h100-80gb",
  machineType: "p5.48xlarge",
  fabric: "efa",
  autoscales: true,
} as const;

describe("ClusterParts", () => {
  it("installs official charts, each once, with what the cluster gives", async () => {
    const { registrations, parts } = await install("eks", { pools: [p5] });
    deepStrictEqual(
      of(registrations, chartType)
        .map(({ name, parent }) => [name, parent])
        .sort(),
      [
        ["parts-cluster-autoscaler", "parts"],
        ["parts-efa-device-plugin", "parts"],
        ["parts-nvidia-device-plugin", "parts"],
      ],
    );
    const tolerations = (key: string) => ({ effect: "NoSchedule", key, operator: "Exists" });
    deepStrictEqual(named(registrations, "parts-efa-device-plugin").inputs, {
      chart: "aws-efa-k8s-device-plugin",
      name: "efa",
      namespace: "kube-system",
      repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
      resourcePrefix: "efa-device-plugin",
      values: {
        supportedInstanceLabels: { keys: ["node.kubernetes.io/instance-type"], values: ["p5.48xlarge"] },
        tolerations: [tolerations("aws.amazon.com/neuron"), tolerations("nvidia.com/gpu")],
      },
      version: "v0.5.30",
    });
    const autoscaler = of(registrations, chartType).find(({ name }) => name === "parts-cluster-autoscaler")!;
    deepStrictEqual(autoscaler.inputs.values, {
      autoDiscovery: { clusterName: "prod" },
      awsRegion: "us-east-1",
      cloudProvider: "aws",
      extraArgs: { "balance-similar-node-groups": true },
      rbac: { serviceAccount: { name: "cluster-autoscaler" } },
    });
    ok(autoscaler.dependsOn.includes("parts-cluster-autoscaler-policy"), autoscaler.dependsOn.join(", "));
    strictEqual(parts.decision.parts.length, 3);
  });

  it("takes charts from mirrors of their own, and manifests by their path in the repository", async () => {
    const { registrations } = await install("gke", {
      pools: [{ name: "h100", accelerator: "nvidia-h100-80gb", machineType: "a3-highgpu-8g" }],
      nvidia: "dra",
      mirrors: { charts: { "dra-driver-nvidia-gpu": "oci://registry.example.com" }, manifests: "/mirror" },
    });
    const address = (name: string) => named(registrations, name).inputs;
    strictEqual(address("parts-nvidia-dra-driver").chart, "oci://registry.example.com/dra-driver-nvidia-gpu");
    strictEqual(
      address("parts-node-feature-discovery").chart,
      "oci://registry.k8s.io/nfd/charts/node-feature-discovery",
    );
    strictEqual(
      address("parts-nvidia-driver-installer").file,
      "/mirror/nvidia-driver-installer/cos/daemonset-preloaded.yaml",
    );
  });

  it("merges values of yours over its own field by field", async () => {
    const { registrations } = await install("eks", {
      pools: [{ name: "cpu", autoscales: true, expanderPriorities: { 20: ["^eks-a-.*"] } }],
      values: {
        "cluster-autoscaler": { extraArgs: { v: 2 }, rbac: { serviceAccount: { automountServiceAccountToken: true } } },
      },
    });
    const chart = of(registrations, chartType).find(({ name }) => name === "parts-cluster-autoscaler");
    const { extraArgs, rbac, expanderPriorities } = chart!.inputs.values as Record<string, unknown>;
    deepStrictEqual(extraArgs, { "balance-similar-node-groups": true, expander: "priority", v: 2 });
    deepStrictEqual(rbac, { serviceAccount: { name: "cluster-autoscaler", automountServiceAccountToken: true } });
    strictEqual(expanderPriorities, '20:\n  - "^eks-a-.*"\n1:\n  - ".*"\n');
  });

  it("lets cluster-autoscaler change the groups of its own cluster alone, by Pod Identity", async () => {
    const { registrations } = await install("eks", { pools: [{ name: "cpu", autoscales: true }] });
    const policy = JSON.parse(of(registrations, "aws:iam/rolePolicy:RolePolicy")[0]!.inputs.policy as string) as {
      Statement: { Action: string[]; Condition?: unknown }[];
    };
    const changing = policy.Statement.filter(({ Action }) => Action.some((action) => !/:(Describe|Get)/.test(action)));
    deepStrictEqual(
      changing.map(({ Condition }) => Condition),
      [{ StringEquals: { "aws:ResourceTag/k8s.io/cluster-autoscaler/prod": "owned" } }],
    );
    deepStrictEqual(of(registrations, "aws:eks/podIdentityAssociation:PodIdentityAssociation")[0]!.inputs, {
      clusterName: "prod",
      namespace: "kube-system",
      region: "us-east-1",
      roleArn: "arn:parts-cluster-autoscaler",
      serviceAccount: "cluster-autoscaler",
    });
  });

  it("installs the DRA driver on GKE after node feature discovery, in namespaces with a quota for critical pods", async () => {
    const { registrations } = await install("gke", {
      pools: [{ name: "h100", accelerator: "nvidia-h100-80gb", machineType: "a3-highgpu-8g" }],
      nvidia: "dra",
    });
    const driver = named(registrations, "parts-nvidia-dra-driver");
    deepStrictEqual(driver.inputs, {
      chart: "oci://registry.k8s.io/dra-driver-nvidia/charts/dra-driver-nvidia-gpu",
      name: "dra-driver-nvidia-gpu",
      namespace: "dra-driver-nvidia-gpu",
      resourcePrefix: "nvidia-dra-driver",
      values: {
        gpuResourcesEnabledOverride: true,
        nvidiaDriverRoot: "/home/kubernetes/bin/nvidia",
        resources: { computeDomains: { enabled: false } },
      },
      version: "0.5.0",
    });
    for (const before of ["parts-quota-dra-driver-nvidia-gpu", "parts-namespace-node-feature-discovery"])
      ok(driver.dependsOn.includes(before), `${before} is missing in ${driver.dependsOn.join(", ")}`);
    deepStrictEqual(named(registrations, "parts-quota-dra-driver-nvidia-gpu").inputs.metadata, {
      name: "critical-pods",
      namespace: "dra-driver-nvidia-gpu",
    });
  });

  it("installs NCCL's plugins on GKE from a commit", async () => {
    const { registrations } = await install("gke", {
      pools: [{ name: "h200", accelerator: "nvidia-h200-141gb", machineType: "a3-ultragpu-8g", fabric: "gpudirect" }],
    });
    deepStrictEqual(named(registrations, "parts-nccl-rdma-installer").inputs, {
      file: "https://raw.githubusercontent.com/GoogleCloudPlatform/container-engine-accelerators/2c776f7e9656a2b6476f19938b738b4186000ce3/gpudirect-rdma/nccl-rdma-installer.yaml",
      resourcePrefix: "nccl-rdma-installer",
    });
  });

  it("makes a file system in every zone for models on EKS", async () => {
    const { registrations, parts } = await install("eks", { modelCaches: [{ kind: "efs" }] });
    deepStrictEqual(named(registrations, "parts-model-cache-efs-us-east-1a").inputs, {
      fileSystemId: "parts-model-cache-efs-id",
      region: "us-east-1",
      securityGroups: ["parts-model-cache-efs-id"],
      subnetId: "subnet-1",
    });
    strictEqual(of(registrations, "aws:efs/mountTarget:MountTarget").length, 2);
    const storageClass = of(registrations, "kubernetes:storage.k8s.io/v1:StorageClass")[0]!;
    deepStrictEqual(storageClass.inputs, {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "model-cache-efs" },
      parameters: { directoryPerms: "700", fileSystemId: "parts-model-cache-efs-id", provisioningMode: "efs-ap" },
      provisioner: "efs.csi.aws.com",
      volumeBindingMode: "Immediate",
    });
    ok(storageClass.dependsOn.includes("parts-aws-efs-csi-driver"), storageClass.dependsOn.join(", "));
    deepStrictEqual(parts.storageClasses, ["model-cache-efs"]);
    const rules = of(registrations, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    deepStrictEqual(
      rules.map(({ inputs }) => [inputs.referencedSecurityGroupId, inputs.fromPort]),
      [
        ["sg-nodes", 2049],
        ["parts-model-cache-efs-id", 2049],
      ],
    );
  });

  it("makes classes of Filestore in the cluster's network and of Lustre in one zone", async () => {
    const filestore = await install("gke", { modelCaches: [{ kind: "filestore", parameters: { tier: "zonal" } }] });
    deepStrictEqual(named(filestore.registrations, "parts-model-cache-filestore").inputs.parameters, {
      network: "inference",
      tier: "zonal",
    });
    const lustre = await install("eks", { modelCaches: [{ kind: "fsx-lustre", name: "lustre" }] });
    const storageClass = of(lustre.registrations, "kubernetes:storage.k8s.io/v1:StorageClass")[0]!;
    deepStrictEqual(storageClass.inputs.parameters, {
      deploymentType: "SCRATCH_2",
      securityGroupIds: "parts-lustre-id",
      subnetId: "subnet-1",
    });
  });

  it("comes after a cluster that is made in the same program, and knows its version", async () => {
    const made = (more: Partial<ClusterPartsArgs>) =>
      register(
        () => {
          const cluster = new EksCluster("prod", {
            region: "us-east-1",
            version: "1.34",
            network: { vpcId: "vpc-1", privateSubnetIds: { "us-east-1a": "subnet-1", "us-east-1b": "subnet-2" } },
          });
          new ClusterParts("parts", { cluster, pools: [p5], modelCaches: [{ kind: "efs" }], ...more });
        },
        {
          outputs: (resource) =>
            resource.type === "aws:eks/cluster:Cluster"
              ? {
                  endpoint: "https://e",
                  certificateAuthority: { data: "Q0E=" },
                  vpcConfig: { clusterSecurityGroupId: "sg" },
                }
              : resource.type.includes("launchTemplate")
                ? { latestVersion: 1 }
                : { arn: `arn:${resource.name}`, name: resource.name },
        },
      );
    const { registrations } = await made({});
    for (const type of ["aws:eks/podIdentityAssociation:PodIdentityAssociation", "aws:eks/addon:Addon"])
      for (const { name, dependsOn } of of(registrations, type))
        ok(dependsOn.includes("prod-cluster"), `${name} depends on ${dependsOn.join(", ")}`);
    const message = await made({ efa: "dranet" }).then(
      () => "",
      (error: Error) => error.message,
    );
    ok(message.includes("efa: needs Kubernetes 1.35 (aws-dranet's README), and the cluster has 1.34"), message);
  });

  it("takes charts from a mirror", async () => {
    const chart = async (charts: string) =>
      named(
        (await install("eks", { pools: [{ ...p5, autoscales: false }], mirrors: { charts } })).registrations,
        "parts-nvidia-device-plugin",
      ).inputs;
    const oci = await chart("oci://mirror/charts/");
    deepStrictEqual(
      [oci.chart, oci.version, oci.repositoryOpts],
      ["oci://mirror/charts/nvidia-device-plugin", "0.18.2", undefined],
    );
    const folder = await chart("/charts");
    deepStrictEqual([folder.chart, folder.version], ["/charts/nvidia-device-plugin", undefined]);
    const repository = await chart("https://mirror/charts");
    deepStrictEqual(
      [repository.chart, repository.repositoryOpts],
      ["nvidia-device-plugin", { repo: "https://mirror/charts" }],
    );
  });

  it("reports everything that is wrong at once", async () => {
    let message = "";
    await install("eks", {
      pools: [{ ...p5, autoscales: false }],
      autoscaler: "karpenter",
      nvidia: "dra",
      values: { "neuron-device-plugin": {} },
      mirrors: { charts: "mirror" },
      modelCaches: [{ kind: "filestore" }],
    }).catch((error: Error) => (message = error.message));
    for (const part of [
      'ClusterParts "parts": 5 problems',
      "autoscaler: it makes no nodes for pods that claim devices by DRA",
      "modelCaches[0].kind: it is made on GKE only",
      'karpenter: is missing, and autoscaler is "karpenter"',
      "values.neuron-device-plugin: has no effect: it is not installed",
      "mirrors.charts: charts cannot come from here",
    ])
      ok(message.includes(part), `${part} is missing in ${message}`);
  });
});
