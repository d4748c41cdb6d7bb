import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { dump } from "js-yaml";

import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder, openEnvironment } from "../../local/engine/environment";
import { Operation, OperationError, type OperationResult, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient } from "../../sdk/kubernetes/client";
import { appTeam } from "../../stacks/app-team/appTeam";

const clusterName = "test-app-team";
const platformStack = "organization/pulumi-kserve/platform";

/** A platform and an app team, each a stack of its own project, with the real engine, API server and controllers. */
describe("an app team on the platform of another stack", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let published: Record<string, unknown>;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    const { outputs = {} } = await run(Operation.up, await openPlatform(true));
    published = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
    strictEqual(outputs.kubeconfig?.secret, true);
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
  });

  const run = (operation: Operation, stack: Stack): Promise<OperationResult> =>
    runOperation(operation, stack, { logFile: join(cluster.folder, "logs", "app-team.log") });

  async function openPlatform(kubeconfig: boolean): Promise<Stack> {
    const config = {
      "pulumi-kserve:outputs": { kubeconfig },
      "pulumi-kserve:platform": {
        leaderWorkerSet: false,
        gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
      },
      "pulumi-kserve:services": [
        {
          name: "llama-8b",
          namespace: "models",
          spec: {
            model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "meta-llama/Llama-3.1-8B-Instruct" },
            template: {
              containers: [
                { name: "main", image: "vllm/vllm-openai:v0.11.0", resources: { limits: { "nvidia.com/gpu": "1" } } },
              ],
            },
            router: { gateway: {}, route: {}, scheduler: {} },
          },
        },
      ],
    };
    const configFile = join(cluster.folder, "Pulumi.platform.yaml");
    await writeFile(configFile, dump({ config }));
    return openEnvironment({ cluster, toolchain, stack: "platform", configFile });
  }

  /** Another stack on the same backend. */
  function open(
    project: string,
    stack: string,
    program: PulumiFn,
    config: Record<string, unknown> = {},
  ): Promise<Stack> {
    const { pulumi: engine, helm } = toolchain.tools;
    return openStack({
      folder: engineFolder(cluster),
      pulumi: engine.path,
      helm: helm.path,
      project,
      stack,
      program,
      config,
    });
  }

  const own = { name: "qwen", uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" };

  const openAppTeam = (more: Record<string, unknown> = {}): Promise<Stack> => {
    const settings = { platformStack, service: "llama-8b", replicas: 0, ...more };
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`pulumi-kserve:${key}`, value]));
    return open("app-team", "dev", () => Promise.resolve({ ...appTeam() }), config);
  };

  /** What a preview says that has to fail. */
  async function errorOf(stack: Promise<Stack>): Promise<string> {
    let message = "";
    await rejects(run(Operation.preview, await stack), (error: unknown) => {
      ok(error instanceof OperationError, String(error));
      message = error.message;
      return true;
    });
    return message;
  }

  it("publishes the contract, and a second update changes nothing", async () => {
    deepStrictEqual(Object.keys(published).sort(), [
      "contracts",
      "gatewayAddresses",
      "gatewayUrls",
      "kserveVersion",
      "kubeconfig",
      "platform",
      "services",
    ]);
    deepStrictEqual(published.contracts, { "pulumi-kserve/inference-platform": "1.0" });
    const again = await run(Operation.up, await openPlatform(true));
    deepStrictEqual(again.steps, []);
    deepStrictEqual(again.warnings, []);
  });

  it("gives the application the URL and the model's name, and checks a model of the team's own in the preview", async () => {
    const message = await errorOf(openAppTeam({ ownModel: { ...own, gpus: 9 } }));
    ok(message.includes("nvidia.com/gpu"), message);
    ok(message.includes("[accelerators-per-node]"), message);
    const { changes } = await run(Operation.preview, await openAppTeam({ ownModel: own }));
    deepStrictEqual(changes, { create: 7 });
  });

  it("brings up the application and the team's own model, which a second update does not change", async () => {
    const { outputs } = await run(Operation.up, await openAppTeam({ ownModel: own }));
    const { http } = published.gatewayUrls as { http: string };
    strictEqual(outputs?.baseUrl?.value, `${http}/models/llama-8b/v1`);
    strictEqual(outputs.ownUrl?.value, `${http}/assistant/qwen`);
    deepStrictEqual([outputs.baseUrl.secret, outputs.modelName?.secret, outputs.ownUrl.secret], [false, false, false]);
    const model = await client.get("v1", "ConfigMap", "assistant", "model");
    deepStrictEqual((model as { data?: unknown } | undefined)?.data, {
      MODEL_NAME: "meta-llama/Llama-3.1-8B-Instruct",
      OPENAI_BASE_URL: `${http}/models/llama-8b/v1`,
    });
    const again = await run(Operation.up, await openAppTeam({ ownModel: own }));
    deepStrictEqual(again.steps, []);
  });

  it("says in the preview which services there are, and leaves what was there alone", async () => {
    const message = await errorOf(openAppTeam({ service: "llama-7b", ownModel: own }));
    const expected = `inference platform in stack "${platformStack}": 1 problem
    - services: the stack has no service of this name; given: "llama-7b"; allowed: llama-8b; fix: did you mean "llama-8b"?`;
    ok(message.includes(expected), message);
    ok(await client.get("serving.kserve.io/v1alpha2", "LLMInferenceService", "assistant", "qwen"));
  });

  it("removes the app team's part alone", async () => {
    await run(Operation.destroy, await openAppTeam({ ownModel: own }));
    strictEqual(await client.get("v1", "Namespace", undefined, "assistant"), undefined);
    ok(await client.get("serving.kserve.io/v1alpha2", "LLMInferenceService", "models", "llama-8b"));
  });
});
