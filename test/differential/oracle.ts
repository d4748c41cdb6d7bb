import { join } from "node:path";

import { stateRoot } from "../../local/paths";
import { startPiped, tailOfFile } from "../../local/process";
import type { Progress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";

/** JSON as requests and responses have it. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain | undefined };
export type PlainObject = { [key: string]: Plain | undefined };

/** The parts of the controller's configuration that decide a combination; see `Config` of KServe's `config_loader.go`. */
export interface OracleSettings {
  systemNamespace?: string;
  ingressGatewayName?: string;
  ingressGatewayNamespace?: string;
  enableTLS?: boolean;
  modelBasedRoutingHeaderName?: string;
}

/** What each request needs and what it is answered with; the oracle's sources say more. */
export interface OracleOperations {
  merge: { request: { specs: unknown[] }; answer: { spec: PlainObject } };
  combine: {
    request: { service: unknown; configs: unknown[]; configMaps?: unknown[]; settings: OracleSettings };
    answer: {
      spec: PlainObject;
      appliedConfigs: { name: string; namespace: string; source: string }[];
      modelName: string;
      schedulerConfigText?: string;
    };
  };
  validate: { request: { service: unknown; old?: unknown }; answer: OracleVerdict };
  validateConfig: { request: { config: unknown; settings?: OracleSettings }; answer: OracleVerdict };
  render: {
    request: { template: string; service: unknown; spec?: unknown; settings: OracleSettings };
    answer: { text: string };
  };
  replace: {
    request: { config: unknown; service: unknown; settings: OracleSettings };
    answer: { config: PlainObject };
  };
  default: { request: { kind: string; object: unknown; crds: string }; answer: { object: PlainObject } };
  bench: {
    request: { specs: unknown[]; iterations?: number; seconds?: number };
    answer: { iterations: number; nanoseconds: number };
  };
}

export interface OracleVerdict {
  errors: { field: string; type: string; detail: string }[];
  warnings: string[];
}

/** Either what KServe's code makes of something or why it makes nothing of it. */
export type OracleAnswer<T> = T | { error: string };

export interface Oracle {
  ask<O extends keyof OracleOperations>(
    operation: O,
    request: OracleOperations[O]["request"],
  ): Promise<OracleAnswer<OracleOperations[O]["answer"]>>;
  /** Folder with KServe's files at the pinned version. */
  readonly kserve: string;
  stop(): Promise<void>;
}

export function failed<T extends object>(answer: OracleAnswer<T>): answer is { error: string } {
  return "error" in answer;
}

/**
 * Starts KServe's own code as a child process; it is built when its sources have changed. Requests need not wait for each other.
 * @throws ToolchainError when it cannot be built, with what to do.
 */
export async function startOracle(progress?: Progress): Promise<Oracle> {
  const { tools, upstream } = await ensureToolchain({ only: ["oracle"], progress });
  const logFile = join(stateRoot(), "logs", "oracle.log");
  const child = startPiped({ name: "oracle", command: tools.oracle.path, args: [], logFile });
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let next = 0;
  let ended: Error | undefined;
  void child.exited.then(async ({ code, signal }) => {
    const tail = await tailOfFile(logFile, 20);
    ended = new Error(`the oracle ended (${signal ?? `exit code ${code}`})${tail ? `:\n${tail}` : ""}`);
    for (const { reject } of waiting.values()) reject(ended);
  });
  child.stdin.on("error", () => undefined);
  // node:readline would also end lines at U+2028, which JSON may hold as it is.
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { id, ...answer } = JSON.parse(line) as { id: number };
      waiting.get(id)?.resolve(answer as never);
      waiting.delete(id);
    }
  });
  return {
    kserve: upstream.kserve,
    ask: (operation, request) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = ++next;
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, op: operation, ...request })}\n`);
      }),
    stop: async () => {
      child.stdin.end();
      await child.stop(1000);
    },
  };
}
