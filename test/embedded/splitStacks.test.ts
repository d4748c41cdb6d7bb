import { deepStrictEqual, strictEqual } from "node:assert";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";

import { type ExportedStack, joinPlan, type MoveStep, splitPlan } from "../../cli/stacks/movePlan";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { nodePools } from "../../local/cluster/nodes";
import { readRecord } from "../../local/cluster/layout";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder, serviceRows } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient } from "../../sdk/kubernetes/client";
import { cluster as clusterProgram } from "../../stacks/cluster/cluster";
import { environment } from "../../stacks/environment/environment";
import { platform as platformProgram } from "../../stacks/platform/platform";
import { services as servicesProgram } from "../../stacks/services/services";
import { everyObject } from "./everyObject";

const clusterName = "test-split";
const organization = "organization";

const chat = {
  name: "chat",
  namespace: "models",
  spec: {
    model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "meta-llama/Llama-3.1-8B-Instruct" },
    replicas: 1,
    template: {
      containers: [
        {
          name: "main",
          image: "vllm/vllm-openai:v0.11.0",
          resources: { limits: { "nvidia.com/gpu": "1", cpu: "4", memory: "32Gi" } },
        },
      ],
    },
    router: { gateway: {}, route: {}, scheduler: {} },
  },
};

const readyOf = ({ outputs }: OperationResult): string | undefined =>
  serviceRows(outputs ?? {}).find(({ name }) => name === chat.name)?.ready;

/** One environment as one stack, then as three, then as one again, with the real engine, API server and controllers. */
describe("an environment that is split into stacks on the embedded control plane", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let objects: string[];

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    strictEqual(readyOf(await up("environment")), "True");
    objects = await listed();
  });

  after(async () => {
    await deleteCluster(clusterName);
  });

  /** Every object with its UID. The API server may have closed a connection that was not used during an update. */
  async function listed(): Promise<string[]> {
    const client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    try {
      return await everyObject(client, { uids: true });
    } finally {
      client.close();
    }
  }

  const own = () => ({ cluster: { kubeconfigFile: cluster.kubeconfigPath, identifier: "embedded" }, pools: pools() });
  const pools = () => nodePools(readRecord(cluster.name)?.nodes ?? []);
  const platform = {
    platform: {
      leaderWorkerSet: false,
      gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
    },
  };
  const services = { services: [chat] };

  const stacks = {
    environment: { project: "pulumi-kserve", config: () => ({ ...own(), ...platform, ...services }) },
    cluster: { project: "inference-cluster", config: own },
    platform: {
      project: "inference-platform",
      config: () => ({ clusterStack: `${organization}/inference-cluster/prod`, ...platform }),
    },
    services: {
      project: "inference-services",
      config: () => ({ platformStack: `${organization}/inference-platform/prod`, ...services }),
    },
  };
  type Name = keyof typeof stacks;

  async function program(name: Name): Promise<Record<string, unknown>> {
    const { caPem, certPem, keyPem } = cluster.servingCertificates;
    const mirrors = toolchain.upstream;
    const certificates = {
      provided: { certificate: certPem, privateKey: pulumi.secret(keyPem), caBundle: caPem },
    };
    switch (name) {
      case "environment":
        return { ...environment({ mirrors, certificates }) };
      case "cluster":
        return { ...clusterProgram() };
      case "platform":
        return { ...(await platformProgram({ mirrors, certificates })) };
      case "services":
        return { ...(await servicesProgram({ mirrors })) };
    }
  }

  function open(name: Name): Promise<Stack> {
    const { project, config } = stacks[name];
    return openStack({
      folder: engineFolder(cluster),
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      project,
      stack: "prod",
      config: Object.fromEntries(Object.entries(config()).map(([key, value]) => [`pulumi-kserve:${key}`, value])),
      program: () => program(name),
    });
  }

  const run = async (operation: Operation, name: Name): Promise<OperationResult> =>
    runOperation(operation, await open(name), { logFile: join(cluster.folder, "logs", `${name}.log`) });
  const up = (name: Name): Promise<OperationResult> => run(Operation.up, name);

  const exported = async (name: Name): Promise<ExportedStack> =>
    (await (await open(name)).exportStack()) as unknown as ExportedStack;

  /** Runs the commands of a plan, each in the folder of its project. @param opened a stack that is there before */
  async function move(opened: Name, steps: readonly MoveStep[]): Promise<void> {
    const { workspace } = await open(opened);
    for (const { folder, args } of steps) {
      const project = folder === "." ? "pulumi-kserve" : folder.replace("stacks/", "inference-");
      const work = join(engineFolder(cluster), folder === "." ? "project" : `project-${project}`);
      await mkdir(work, { recursive: true });
      if (folder !== ".") await writeFile(join(work, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
      const env = { ...process.env, ...workspace.envVars, PULUMI_HOME: workspace.pulumiHome };
      await promisify(execFile)(toolchain.tools.pulumi.path, [...args, "--non-interactive"], { cwd: work, env });
    }
  }

  /** Providers are entries of a state, and nothing in a cluster. */
  const changed = ({ steps }: OperationResult): string[] =>
    steps.filter(({ type }) => !type.startsWith("pulumi:providers:")).map(({ op, name }) => `${op} ${name}`);

  it("goes on as three stacks, and nothing is made anew", async () => {
    await move("environment", splitPlan(await exported("environment")));
    const results = { cluster: await up("cluster"), platform: await up("platform"), services: await up("services") };
    deepStrictEqual(
      Object.entries(results).flatMap(([name, result]) => changed(result).map((step) => `${name}: ${step}`)),
      [],
    );
    deepStrictEqual(await listed(), objects);
    strictEqual(readyOf(results.services), "True");
  });

  it("goes on as one stack again, and nothing is made anew", async () => {
    await move("cluster", joinPlan([await exported("platform"), await exported("services")]));
    const result = await up("environment");
    deepStrictEqual(changed(result), []);
    deepStrictEqual(await listed(), objects);
  });
});
