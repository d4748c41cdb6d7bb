import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump } from "js-yaml";

import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { openEnvironment } from "../../local/engine/environment";
import { Operation, OperationError, runOperation } from "../../local/engine/run";
import { silentProgress } from "../../local/progress";
import { sleep } from "../../local/process";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { diagnose } from "../../sdk/diagnosis/diagnose";
import type { Diagnosis } from "../../sdk/diagnosis/diagnosis";
import { diagnosisLines } from "../../sdk/diagnosis/lines";
import { KubernetesClient } from "../../sdk/kubernetes/client";
import { apply, atOnce, createOnHold, type PlannedService } from "./composition/liveCluster";
import { expected } from "./diagnosis/expected";
import { failures, serviceObject, surroundings } from "./diagnosis/failures";
import { failureStages } from "./diagnosis/stages";

const clusterName = "test-diagnosis";

/** Failures of every kind, on the real controllers, scheduler and API server; what kubelets and gateways report is played by kwok. */
describe("diagnosis on the embedded control plane", function () {
  this.timeout(300_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  });

  after(async () => {
    client.close();
    await deleteCluster(clusterName);
  });

  const linesOf = async (namespace: string, name: string): Promise<string[]> =>
    causeLines(await diagnose(client, { namespace, name }));

  it("says that KServe is not installed", async () => {
    deepStrictEqual(await linesOf("models", "llama"), [
      "LLMInferenceService llama: the API server does not serve its kind: KServe's CRDs are not installed",
      "fix: install KServe first, and let the service depend on it (InferencePlatform.ready)",
      'Deployment llmisvc-controller-manager: does not exist in namespace "kserve", so that nothing acts on the service',
      "fix: install KServe's controller (InferencePlatform, or KServe)",
    ]);
  });

  it("is printed by the engine, once, when a service is not Ready in time", async () => {
    const service = {
      name: "llama",
      namespace: "models",
      timeoutSeconds: 10,
      baseRefs: ["gpu-defaults"],
      spec: { model: { uri: "hf://a/b" }, router: { route: {}, scheduler: {} } },
    };
    const configFile = join(cluster.folder, "Pulumi.test.yaml");
    const config = {
      "pulumi-kserve:platform": {
        gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
      },
      "pulumi-kserve:services": [service],
    };
    await writeFile(configFile, dump({ config }));
    const stack = await openEnvironment({ cluster, toolchain, stack: "test", configFile });
    const ofService: string[] = [];
    const up = runOperation(Operation.up, stack, {
      logFile: join(cluster.folder, "logs", "pulumi.log"),
      onEvent: ({ diagnosticEvent }) => {
        if (diagnosticEvent?.severity === "error" && diagnosticEvent.urn?.endsWith("::llama-service")) {
          ofService.push(diagnosticEvent.message);
        }
      },
    });
    await rejects(up, (error: unknown) => {
      ok(error instanceof OperationError, String(error));
      const cause = '1. LLMInferenceServiceConfig gpu-defaults: does not exist in namespace "models", nor in "kserve"';
      strictEqual(error.message.split(cause).length, 2, error.message);
      ok(error.message.includes("but did not become ready within 10 s"), error.message);
      return true;
    });
    strictEqual(ofService.filter((message) => message.includes("is not Ready:")).length, 1, ofService.join("\n"));
  });

  it("has a namespace and a service to look for", async () => {
    deepStrictEqual(await linesOf("nowhere", "llama"), [
      "Namespace nowhere: does not exist",
      "fix: create it before the service",
    ]);
    deepStrictEqual(await linesOf("default", "llama"), [
      'LLMInferenceService llama: does not exist in namespace "default"',
      "fix: where the API server refused it, the error of the operation says why",
    ]);
  });

  describe("of failing services", () => {
    before(async () => {
      await atOnce([...failureStages], (object) => apply(client, object));
      for (const object of surroundings) await apply(client, object);
      const planned: PlannedService[] = failures.map((failure) => ({ namespace: "failures", ...failure }));
      await createOnHold(client, planned);
      await atOnce(failures, (failure) => apply(client, serviceObject(failure)));
    });

    for (const { name, namespace = "failures" } of failures) {
      it(name, async () => {
        let found: string[] = [];
        // What settles last are events and the conditions of Deployments.
        for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(500)) {
          found = await linesOf(namespace, name);
          if (JSON.stringify(found) === JSON.stringify(expected[name])) break;
        }
        deepStrictEqual(found, expected[name]);
        const [first = "", ...rest] = diagnosisLines(await diagnose(client, { namespace, name }));
        strictEqual(first, `LLMInferenceService ${namespace}/${name} is not Ready:`);
        ok(rest.includes("  conditions that do not hold:"), rest.join("\n"));
        ok(rest.includes(`    kubectl -n ${namespace} describe llminferenceservice ${name}`));
      });
    }
  });

  // A describe of its own, because mocha runs the tests of a suite before the suites in it.
  describe("at last", () => {
    it("says that KServe's controller does not run", async () => {
      const path = await client.pathOf("apps/v1", "Deployment", "kserve", "llmisvc-controller-manager");
      await client.request("PATCH", path, {
        body: { spec: { replicas: 0 } },
        contentType: "application/merge-patch+json",
      });
      const wanted = "Deployment llmisvc-controller-manager: KServe's controller has no ready pod";
      let [found = ""] = await linesOf("failures", "base-ref");
      for (const deadline = Date.now() + 60_000; !found.startsWith(wanted) && Date.now() < deadline; await sleep(500)) {
        [found = ""] = await linesOf("failures", "base-ref");
      }
      ok(found.startsWith(wanted), found);
    });
  });
});

/** Causes and what to do, without what is generated in them. */
function causeLines({ causes }: Diagnosis): string[] {
  return causes
    .flatMap(({ object, message, fix }) => [`${object}: ${message}`, ...(fix ? [`fix: ${fix}`] : [])])
    .map((line) =>
      line
        .replace(/(-kserve(?:-router-scheduler)?)-[a-z0-9]{6,10}-[a-z0-9]{5}\b/g, "$1-…")
        .replace(/config:1:\d+/, "config:1:…"),
    );
}
