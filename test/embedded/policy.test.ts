import { deepStrictEqual, ok, rejects } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";

import { KubernetesObject } from "../../components/kubernetesObject";
import { LLMInferenceService, type LLMInferenceServiceArgs } from "../../components/serving/llmInferenceService";
import { ServiceDisruptionBudget } from "../../components/serving/serviceDisruptionBudget";
import { OperationError, runOperation } from "../../local/engine/run";
import { projectRoot } from "../../local/paths";
import type { ConfigFragment } from "../../sdk/api/configFragment";
import type { LLMInferenceServiceSpecArgs } from "../../sdk/api/llmInferenceService";
import { stackWithoutCluster } from "./stackWithoutCluster";

const digest = `sha256:${"0".repeat(64)}`;
const spec: LLMInferenceServiceSpecArgs = {
  model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" },
  replicas: 2,
  template: {
    containers: [
      {
        name: "main",
        image: `ghcr.io/llm-d/llm-d-cuda:v0.8.0@${digest}`,
        resources: { limits: { "nvidia.com/gpu": "4" } },
      },
    ],
  },
};
const pinned: ConfigFragment = { name: "pinned", spec };

/** The pack in a process of its own, started by the real engine; no cluster is asked, as in a preview of what comes with its cluster. */
describe("policy pack in the engine", function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  let stack: Stack;
  let service: LLMInferenceServiceArgs;
  let others: () => void = () => undefined;

  before(async () => {
    stack = await stackWithoutCluster({
      folder,
      stack: "production",
      program: () => {
        new LLMInferenceService("llama", { namespace: "models", skipAwait: true, ...service });
        others();
        return Promise.resolve();
      },
      config: { "kubernetes:kubeconfig": kubeconfig },
    });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  async function preview(settings: object = {}): Promise<{ errors: readonly string[]; warnings: readonly string[] }> {
    const configFile = join(folder, "policy.json");
    writeFileSync(configFile, JSON.stringify(settings));
    const policyPacks = [{ folder: join(projectRoot(), "policy"), configFile }];
    try {
      const { warnings } = await runOperation("preview", stack, { logFile: join(folder, "log"), policyPacks });
      return { errors: [], warnings: warnings.filter(isPolicys) };
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      return { errors: error.diagnostics.filter(isPolicys), warnings: [] };
    }
  }

  const budget = (): void => void new ServiceDisruptionBudget("llama", { serviceName: "llama", namespace: "models" });

  it("fails the preview of a service that violates it, with everything at once", async () => {
    service = {
      spec: {
        ...spec,
        replicas: 1,
        template: {
          hostNetwork: true,
          containers: [
            {
              name: "main",
              image: "docker.io/someone/vllm:latest",
              env: [{ name: "HF_TOKEN", value: pulumi.secret("hunter2") }],
            },
          ],
        },
      },
    };
    others = () => undefined;
    const { errors } = await preview({ "allowed-registries": { allowed: ["ghcr.io/llm-d"] } });
    deepStrictEqual(errors.map((text) => text.split(": ").slice(0, 2).join(": ")).sort(), [
      "llama-service: allowed-registries",
      "llama-service: images-by-digest",
      "llama-service: no-plain-text-secrets",
      "llama-service: no-privileged-pods",
      "llama-service: production-availability",
      "llama-service: production-availability",
    ]);
    ok(
      errors.some((text) => text.includes('given: "docker.io/someone/vllm:latest"; allowed: ghcr.io/llm-d')),
      errors.join("\n"),
    );
    ok(!errors.join().includes("hunter2"));
  });

  it("passes a service that keeps it", async () => {
    service = { fragments: [pinned] };
    others = budget;
    deepStrictEqual(await preview({ "allowed-registries": { allowed: ["ghcr.io/llm-d"] } }), {
      errors: [],
      warnings: [],
    });
  });

  it("judges fragments that the service refers to", async () => {
    service = { fragments: [pinned], mode: "references", labels: { team: "search" } };
    others = budget;
    const quotas = [{ team: "search", environment: "prod*", accelerators: 4 }];
    const { errors } = await preview({ "accelerator-quota": { quotas } });
    deepStrictEqual(errors.length, 1);
    ok(
      errors[0]?.includes(
        'team "search" in "production": too many of nvidia.com/gpu (models/llama 8); given: 8; allowed: at most 4',
      ),
      errors[0],
    );
  });

  it("warns where the settings say so, and where it cannot see all", async () => {
    service = { spec: { ...spec, template: { hostNetwork: true } }, baseRefs: ["elsewhere"] };
    others = () => undefined;
    const { errors, warnings } = await preview({ "no-privileged-pods": "advisory" });
    deepStrictEqual(errors, []);
    deepStrictEqual(warnings.map((text) => text.split(": ").slice(0, 2).join(": ")).sort(), [
      "llama-service: composition-known",
      "llama-service: no-privileged-pods",
    ]);
  });

  it("does not take settings that the pack does not have", async () => {
    service = { fragments: [pinned] };
    others = budget;
    const policyPacks = [{ folder: join(projectRoot(), "policy"), configFile: join(folder, "wrong.json") }];
    writeFileSync(join(folder, "wrong.json"), JSON.stringify({ "allowed-models": { alowed: [] } }));
    await rejects(
      runOperation("preview", stack, { logFile: join(folder, "log"), policyPacks }),
      /allowed-models\.alowed: no such setting; allowed: allowed, denied; fix: did you mean "allowed"\?/,
    );
  });

  it("judges gateways with their routes", async () => {
    service = { fragments: [pinned] };
    others = () => {
      budget();
      new KubernetesObject("gateway", {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { name: "gateway", namespace: "kserve" },
        spec: { gatewayClassName: "istio", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
      });
    };
    const { errors } = await preview();
    deepStrictEqual(
      errors.map((text) => text.split(": ").slice(0, 2).join(": ")),
      ["gateway: tls-on-external-listeners"],
    );
  });
});

const isPolicys = (text: string): boolean =>
  /^[^:]*: ?(images|allowed|accelerator|required|cost|no-|tls|production|composition)-?/.test(text);

/** Of a cluster that does not answer. */
const kubeconfig = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "none",
  contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
  clusters: [{ name: "none", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "none", user: {} }],
});
