import { deepStrictEqual, strictEqual } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump } from "js-yaml";

import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { readResourceTables } from "../../local/cluster/resourceTables";
import type { Cluster } from "../../local/cluster/types";
import { openEnvironment } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient } from "../../sdk/kubernetes/client";
import { changesBetween, everyObject } from "./everyObject";

const clusterName = "test-inference-scheduling";
const namespace = "llm-d";

/** Two installations of llm-d's guide in one namespace: the first with the platform, the second beside it. */
describe("inference scheduling on the embedded control plane", function () {
  this.timeout(300_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let empty: string[];
  let first: OperationResult;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    empty = await everyObject(client);
    first = await run(Operation.up, "first");
    await run(Operation.up, "second");
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
  });

  const configs: Readonly<Record<string, Record<string, unknown>>> = {
    first: {
      namespace,
      guide: { timeoutSeconds: 120 },
      platform: {
        leaderWorkerSet: false,
        gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
      },
    },
    second: {
      namespace,
      createNamespaces: false,
      guide: { postfix: "second", replicas: 2, timeoutSeconds: 120 },
      platform: "existing",
    },
  };

  async function run(operation: Operation, name: string): Promise<OperationResult> {
    const config = Object.fromEntries(
      Object.entries(configs[name] ?? {}).map(([key, value]) => [`pulumi-kserve:${key}`, value]),
    );
    const configFile = join(cluster.folder, `Pulumi.${name}.yaml`);
    await writeFile(configFile, dump({ config }));
    const stack = await openEnvironment({ cluster, toolchain, stack: name, configFile });
    return runOperation(operation, stack, { logFile: join(cluster.folder, "logs", `${name}.log`) });
  }

  /** What `npm run local -- resources -n llm-d` prints, without what differs from run to run. */
  async function listing(): Promise<string[]> {
    const hash = /-[a-z0-9]{8,10}(-[a-z0-9]{5})?$/;
    const tables = await readResourceTables(client, namespace);
    return tables.flatMap(({ kind, columns, rows }) =>
      rows.map(({ name, cells }) => {
        const shown = kind === "pod" || kind === "replicaset.apps" ? name.replace(hash, "-*") : name;
        const state = cells.filter((_, index) => !["CLUSTER-IP", "ADDRESS", "URL"].includes(columns[index] ?? ""));
        return `${kind}/${shown} ${state.join(" ")}`;
      }),
    );
  }

  const ofInstallation = (name: string, replicas: number): string[] => {
    const [servers, picker] = [`${name}-kserve`, `${name}-kserve-router-scheduler`];
    return [
      ...Array.from({ length: replicas }, () => `pod/${servers}-* 1/1 Running 0`),
      `pod/${picker}-* 1/1 Running 0`,
      `service/${name}-epp-service ClusterIP <none> 9002/TCP,9003/TCP,9090/TCP,5557/TCP`,
      `service/${name}-kserve-workload-svc ClusterIP <none> 8000/TCP`,
      `deployment.apps/${servers} ${replicas}/${replicas} ${replicas} ${replicas}`,
      `deployment.apps/${picker} 1/1 1 1`,
      `replicaset.apps/${servers}-* ${replicas} ${replicas} ${replicas}`,
      `replicaset.apps/${picker}-* 1 1 1`,
      `httproute.gateway.networking.k8s.io/${name}-kserve-route <none> True`,
      `inferencepool.inference.networking.k8s.io/${name}-inference-pool True`,
      `llminferenceservice.serving.kserve.io/${name} True`,
    ];
  };
  const gateway = "gateway.gateway.networking.k8s.io/kserve-ingress-gateway istio True";

  it("brings both up side by side: servers, endpoint pickers, routes and pools of both, and nothing else", async () => {
    const services = first.outputs?.services?.value as Record<string, Record<string, string>>;
    strictEqual(services["inference-scheduling"]?.ready, "True");
    const expected = [...ofInstallation("inference-scheduling", 8), ...ofInstallation("second", 2), gateway];
    deepStrictEqual((await listing()).sort(), expected.sort());
  });

  it("says which charts and CRDs were installed", () => {
    deepStrictEqual(
      (first.outputs?.installed?.value as { kind: string; name: string }[]).map(({ kind, name }) => `${kind} ${name}`),
      [
        "crds gateway-api",
        "crds inference-extension",
        "crds kserve",
        "chart kserve-llmisvc-resources",
        "chart kserve-runtime-configs",
      ],
    );
  });

  it("leaves the first when the second is destroyed, and nothing when both are", async () => {
    await run(Operation.destroy, "second");
    deepStrictEqual((await listing()).sort(), [...ofInstallation("inference-scheduling", 8), gateway].sort());
    await run(Operation.destroy, "first");
    deepStrictEqual(changesBetween(empty, await everyObject(client)), []);
  });
});
