import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ComponentResource } from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";

import { Operation, runOperation } from "../local/engine/run";
import { openStack } from "../local/engine/workspace";

/**
 * Which services a measured process declares: as LLMInferenceServices of this package, as raw CustomResources, or as raw
 * CustomResources in a component each that does nothing else, which is what any component costs.
 */
export type Program = "services" | "raw" | "wrapped";

/** What a measured process does; given as JSON in its only argument. */
export interface WorkerTask {
  program: Program;
  operation: "preview" | "up";
  /** Folder of the engine's state. */
  folder: string;
  kubeconfigPath: string;
  pulumi: string;
  helm: string;
  count: number;
  /** With the SDK's debug messages, as under the CLI. */
  debugMessages: boolean;
}

const spec = {
  model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "meta-llama/Llama-3.1-8B-Instruct" },
  replicas: 3,
  template: {
    containers: [
      {
        name: "main",
        image: "vllm/vllm-openai:v0.11.0",
        args: ["--model", "/mnt/models", "--max-model-len", "8192"],
        resources: { limits: { "nvidia.com/gpu": "1", cpu: "4", memory: "32Gi" } },
      },
    ],
  },
  router: { gateway: {}, route: {}, scheduler: {} },
};

const programs: Record<WorkerTask["program"], (task: WorkerTask) => PulumiFn> = {
  // Each side loads what its user would load, in the measured process.
  services: (task) => async () => {
    const { LLMInferenceService } = await import("../index");
    const { Provider } = await import("@pulumi/kubernetes/provider");
    const provider = new Provider("cluster", { kubeconfig: readFileSync(task.kubeconfigPath, "utf8") });
    for (let index = 0; index < task.count; index++) {
      new LLMInferenceService(`service-${index}`, { namespace: "default", spec, skipAwait: true }, { provider });
    }
  },
  raw: (task) => () => declareRaw(task, () => undefined),
  wrapped: (task) => () => declareRaw(task, (name) => new Wrapper(name)),
};

class Wrapper extends ComponentResource {
  constructor(name: string) {
    super("bench:index:Wrapper", name);
    this.registerOutputs();
  }
}

async function declareRaw(task: WorkerTask, parentOf: (name: string) => ComponentResource | undefined): Promise<void> {
  const k8s = await import("@pulumi/kubernetes");
  const provider = new k8s.Provider("cluster", { kubeconfig: readFileSync(task.kubeconfigPath, "utf8") });
  for (let index = 0; index < task.count; index++) {
    const name = `${task.program}-${index}`;
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "serving.kserve.io/v1alpha2",
        kind: "LLMInferenceService",
        metadata: { name, namespace: "default", annotations: { "pulumi.com/skipAwait": "true" } },
        spec,
      },
      { provider, parent: parentOf(name) },
    );
  }
}

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? "") as WorkerTask;
  const stack = await openStack({
    folder: task.folder,
    pulumi: task.pulumi,
    helm: task.helm,
    project: "bench",
    stack: "bench",
    program: programs[task.program](task),
    debugMessages: task.debugMessages,
  });
  const { changes } = await runOperation(Operation[task.operation], stack, {
    logFile: join(task.folder, "engine.log"),
  });
  process.stdout.write(JSON.stringify({ changes }));
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
