import type { Progress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { startJsonLines } from "./jsonLines";

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
  const { ask, stop } = startJsonLines("oracle", tools.oracle.path);
  return {
    kserve: upstream.kserve,
    ask: (operation, request) => ask({ op: operation, ...request }),
    stop,
  };
}
