import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";

import { createCluster, deleteCluster } from "../../../local/cluster/cluster";
import type { Cluster } from "../../../local/cluster/types";
import { OperationError, runOperation, type Operation, type OperationResult } from "../../../local/engine/run";
import { openStack } from "../../../local/engine/workspace";
import { silentProgress } from "../../../local/progress";
import { ensureToolchain } from "../../../local/toolchain/toolchain";
import type { Toolchain } from "../../../local/toolchain/types";
import { KubernetesClient } from "../../../sdk/kubernetes/client";

export const project = "provider-test";

/** What a program of a test is given: options that lead to the test's cluster and namespace. */
export interface ProgramContext {
  /** Pass as the options of every resource. */
  options: { provider: k8s.Provider };
  namespace: string;
}

/** One cluster for all tests of the provider. */
export class ProviderTests {
  client!: KubernetesClient;
  kubeconfig!: string;
  private cluster!: Cluster;
  private toolchain!: Toolchain;
  private folder!: string;
  private readonly clusterName = `test-provider-${process.pid}`;

  async start(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), "provider-"));
    this.toolchain = await ensureToolchain({ progress: silentProgress });
    this.cluster = await createCluster({
      name: this.clusterName,
      toolchain: this.toolchain,
      progress: silentProgress,
    });
    this.kubeconfig = readFileSync(this.cluster.kubeconfigPath, "utf8");
    this.client = await KubernetesClient.fromKubeconfig(this.kubeconfig);
  }

  async stop(): Promise<void> {
    this.client?.close();
    await deleteCluster(this.clusterName);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * A stack in a namespace of its own that lies beside it. What it leaves goes with the cluster: only tests that make
   * cluster-wide objects of fixed names need to destroy it.
   *
   * @param provider arguments of the provider beside its kubeconfig and namespace
   * @param plugins other providers, by name, with the folder that has the executable of each
   */
  async open(
    name: string,
    program: (context: ProgramContext) => Record<string, unknown> | void,
    provider: Partial<k8s.ProviderArgs> = {},
    plugins: Readonly<Record<string, string>> = {},
  ): Promise<TestStack> {
    const namespace = `ns-${name}`;
    await this.client.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      { fieldManager: "test" },
    );
    const folder = join(this.folder, name);
    const stack = await openStack({
      folder,
      project,
      stack: name,
      plugins,
      pulumi: this.toolchain.tools.pulumi.path,
      helm: this.toolchain.tools.helm.path,
      program: () => {
        const instance = new k8s.Provider("cluster", {
          kubeconfig: pulumi.secret(this.kubeconfig),
          namespace,
          ...provider,
        });
        return Promise.resolve(program({ options: { provider: instance }, namespace }) ?? {});
      },
    });
    return new TestStack(stack, folder, name, namespace);
  }
}

/** Names of what an operation touched, sorted. An SDK that reads resources back makes the engine's own provider for that. */
export function touchedNames({ touched }: Outcome): string[] {
  return [...touched.keys()].filter((name) => name !== "default").sort();
}

/** One resource that an operation touched. */
export interface Touched {
  op: string;
  /** Property paths with what happened to them, such as `spec.replicas update`. */
  diff: string[];
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

export class TestStack {
  constructor(
    private readonly stack: Stack,
    private readonly folder: string,
    private readonly name: string,
    readonly namespace: string,
  ) {}

  readonly preview = (): Promise<Outcome> => this.run("preview");
  readonly up = (): Promise<Outcome> => this.run("up");
  readonly refresh = (): Promise<Outcome> => this.run("refresh");
  readonly destroy = (): Promise<Outcome> => this.run("destroy");

  /** @returns what the engine said about the failure. @throws Error when the operation succeeds. */
  async failure(operation: Operation): Promise<string> {
    try {
      await this.run(operation);
    } catch (error) {
      if (error instanceof OperationError) return error.diagnostics.join("\n");
      throw error;
    }
    throw new Error(`${operation} was expected to fail`);
  }

  /** The state as it lies on the disk. */
  state(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", project, `${this.name}.json`), "utf8");
  }

  /** Ends the engine as a crash would; its number is in the lock of the stack. @returns false when none runs */
  killEngine(): boolean {
    const locks = join(this.folder, "state", ".pulumi", "locks", "organization", project, this.name);
    let found = false;
    for (const file of readdirSync(locks).filter((name) => name.endsWith(".json"))) {
      const { pid } = JSON.parse(readFileSync(join(locks, file), "utf8")) as { pid: number };
      process.kill(pid, "SIGKILL");
      rmSync(join(locks, file));
      found = true;
    }
    return found;
  }

  private async run(operation: Operation): Promise<Outcome> {
    const record = new Map<string, Touched>();
    const progress: string[] = [];
    const events: EngineEvent[] = [];
    const started = Date.now();
    const result = await runOperation(operation, this.stack, {
      logFile: join(this.folder, "engine.log"),
      onEvent: (event) => {
        events.push(event);
        note(event, record, progress);
      },
    });
    return { ...result, touched: record, progress, events, seconds: (Date.now() - started) / 1000 };
  }
}

export interface Outcome extends OperationResult {
  /** By the resource's name; what stayed the same is left out. */
  touched: ReadonlyMap<string, Touched>;
  /** What was shown for a moment, such as what was being waited for. */
  progress: readonly string[];
  /** Everything that the engine said, as it said it. */
  events: readonly EngineEvent[];
  seconds: number;
}

function note(event: EngineEvent, record: Map<string, Touched>, progress: string[]): void {
  const diagnostic = event.diagnosticEvent;
  if (diagnostic?.ephemeral) progress.push(diagnostic.message.replace(/<\{%[^%]*%\}>/g, "").trim());
  const metadata = event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata;
  if (!metadata || metadata.op === "same" || metadata.op === "read") return;
  const name = metadata.urn.slice(metadata.urn.lastIndexOf("::") + 2);
  const diff = Object.entries(metadata.detailedDiff ?? {}).map(([path, change]) => `${path} ${change.diffKind}`);
  record.set(name, {
    op: metadata.op,
    diff: diff.sort(),
    inputs: (metadata.new?.inputs ?? {}) as Record<string, unknown>,
    outputs: (metadata.new?.outputs ?? {}) as Record<string, unknown>,
  });
}
