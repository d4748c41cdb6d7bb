import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

import type { EngineEvent, OutputMap, Stack, StepEventMetadata } from "@pulumi/pulumi/automation";

import { sleep } from "../process";
import { type Progress, silentProgress } from "../progress";

/** What the engine is asked to do. */
export const Operation = {
  preview: "preview",
  up: "up",
  refresh: "refresh",
  destroy: "destroy",
} as const;
export type Operation = (typeof Operation)[keyof typeof Operation];

/** What an operation did, or would do. */
export interface OperationResult {
  /** Number of resources by what happened to them, such as `{ create: 12, same: 3 }`. */
  readonly changes: Readonly<Record<string, number>>;
  /** Each resource that changed (or would), in the order of the engine. */
  readonly steps: readonly Step[];
  readonly warnings: readonly string[];
  /** Outputs of the stack; after a preview, undefined. */
  readonly outputs?: OutputMap;
  readonly logFile: string;
}

/** One resource that the engine touches. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Paths of the properties that differ. */
  readonly diffs: readonly string[];
}

/** How an operation is run. */
export interface OperationOptions {
  /** Receives everything that the engine prints. */
  logFile: string;
  progress?: Progress;
  /** Stops the engine as Ctrl-C would: running steps end, the state is saved. */
  signal?: AbortSignal;
  /** Where a preview writes its plan: every resource with its inputs and dependencies. @default nowhere */
  plan?: string;
  /** Receives every event, for callers that want more than the result. */
  onEvent?: (event: EngineEvent) => void;
  /** Policy packs that previews and updates are judged by. @default none */
  policyPacks?: readonly PolicyPackChoice[];
}

/** A policy pack and what it is told. */
export interface PolicyPackChoice {
  /** Folder of its `PulumiPolicy.yaml`. */
  folder: string;
  /** A file of JSON. @default its own settings */
  configFile?: string;
}

/** The engine refused or failed; the message holds what it said about each resource. */
export class OperationError extends Error {
  constructor(
    readonly operation: Operation,
    readonly diagnostics: readonly string[],
    readonly logFile: string,
    cause: unknown,
    /** The program failed before it could register any resource, because the engine did not answer it. */
    readonly neverConnected = false,
  ) {
    super(
      `pulumi ${operation} failed\n${diagnostics.map((text) => indent(text)).join("\n")}\nWhole output: ${logFile}`,
      { cause },
    );
    this.name = "OperationError";
  }
}

/**
 * Runs one operation of a stack and shows what it is doing, and what it is waiting for.
 *
 * A program that could not reach its engine before anything was done is begun anew.
 */
export async function runOperation(
  operation: Operation,
  stack: Stack,
  options: OperationOptions,
): Promise<OperationResult> {
  try {
    return await runOnce(operation, stack, options);
  } catch (error) {
    if (!(error instanceof OperationError) || !error.neverConnected) throw error;
    options.progress?.note("the program could not reach the engine; trying once more");
    await sleep(reconnectDelayMs);
    return runOnce(operation, stack, options);
  }
}

/** Longer than gRPC holds back from an address that did not answer. */
const reconnectDelayMs = 2000;

async function runOnce(operation: Operation, stack: Stack, options: OperationOptions): Promise<OperationResult> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: "a", mode: 0o600 });
  const record = new EventRecord();
  let shown = 0;
  const write = (text: string): void => void log.write(text);
  try {
    return await (options.progress ?? silentProgress).step(`pulumi ${operation}`, async (update) => {
      const common = {
        color: "never" as const,
        onOutput: write,
        onError: write,
        signal: options.signal,
        plan: options.plan,
        onEvent: (event: EngineEvent): void => {
          record.add(event);
          if (Date.now() - shown > 100) {
            shown = Date.now();
            update(record.summary());
          }
          options.onEvent?.(event);
        },
      };
      const outputs = await throughProgram(operation, stack, () => call(operation, stack, common, options.policyPacks));
      return {
        changes: record.changes,
        steps: record.steps,
        warnings: record.warnings,
        outputs,
        logFile: options.logFile,
      };
    });
  } catch (error) {
    const diagnostics = record.errors.length > 0 ? record.errors : [withoutCommand(error)];
    const lost = diagnostics.some((text) => text.includes("No connection established") || text === lostEngine);
    const neverConnected = lost && !record.registered;
    throw new OperationError(operation, diagnostics, options.logFile, error, neverConnected);
  } finally {
    await new Promise((resolve) => log.end(resolve));
  }
}

const lostEngine =
  "the program lost its connection to the engine before it ended, and the engine took what it had declared until then for all of it; " +
  "run it again: what was deleted is made anew";

/**
 * Sees to it that the engine's word is not taken for a program that did not end: where a call of the SDK fails because nobody answers, or is
 * cancelled, the SDK tells the engine that the program is over.
 *
 * @throws Error with {@link lostEngine}
 */
async function throughProgram<T>(operation: Operation, { workspace }: Stack, work: () => Promise<T>): Promise<T> {
  const { program } = workspace;
  if (!program || (operation !== Operation.preview && operation !== Operation.up)) return work();
  let ended = false;
  workspace.program = async () => {
    const outputs = await program();
    ended = true;
    return outputs;
  };
  try {
    const result = await work();
    if (!ended) throw new Error(lostEngine);
    return result;
  } finally {
    workspace.program = program;
  }
}

type CommonOptions = NonNullable<Parameters<Stack["preview"]>[0]>;

async function call(
  operation: Operation,
  stack: Stack,
  { plan, ...options }: CommonOptions,
  packs: readonly PolicyPackChoice[] = [],
): Promise<OutputMap | undefined> {
  const policies = packs.length > 0 && {
    policyPacks: packs.map(({ folder }) => folder),
    // The engine takes a file for each pack, or none at all; an empty one leaves a pack as it is.
    ...(packs.some(({ configFile }) => configFile !== undefined) && {
      policyPackConfigs: packs.map(({ configFile = "" }) => configFile),
    }),
  };
  switch (operation) {
    case Operation.preview:
      await stack.preview({ ...options, plan, ...policies });
      return undefined;
    case Operation.up:
      return (await stack.up({ ...options, ...policies })).outputs;
    case Operation.refresh:
      await stack.refresh(options);
      return stack.outputs();
    case Operation.destroy:
      await stack.destroy(options);
      return undefined;
  }
}

/** What the events of one operation say, kept up to date while they come. */
class EventRecord {
  changes: Record<string, number> = {};
  readonly steps: Step[] = [];
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  private readonly running = new Map<string, string>();
  private done = 0;
  /** Whether the program has registered anything but its stack. */
  registered = false;

  add(event: EngineEvent): void {
    const started = event.resourcePreEvent?.metadata;
    if (started) {
      this.registered ||= started.type !== "pulumi:pulumi:Stack";
      this.running.set(started.urn, started.op);
      if (started.op !== "refresh") this.addStep(started);
    }
    const ended = event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
    if (ended) {
      // Only its end says what a refresh found.
      if (this.running.get(ended.urn) === "refresh") this.addStep(ended);
      if (this.running.delete(ended.urn)) this.done += 1;
    }
    const diagnostic = event.diagnosticEvent;
    if (diagnostic && !diagnostic.ephemeral) {
      const text = `${diagnostic.urn ? `${nameOf(diagnostic.urn)}: ` : ""}${plain(diagnostic.message)}`;
      // A problem of one resource is said again by each output that depends on it.
      if (diagnostic.severity === "error" && !this.errors.includes(text)) this.errors.push(text);
      if (diagnostic.severity === "warning") this.warnings.push(text);
    }
    const violation = event.policyEvent;
    if (violation) {
      const { resourceUrn = "", policyName, enforcementLevel } = violation;
      const text = `${resourceUrn && `${nameOf(resourceUrn)}: `}${policyName}: ${plain(violation.message).replace("\n", " ")}`;
      (enforcementLevel === "mandatory" ? this.errors : this.warnings).push(text);
    }
    if (event.summaryEvent) this.changes = { ...event.summaryEvent.resourceChanges };
  }

  private addStep({ op, urn, type, diffs, detailedDiff }: StepEventMetadata): void {
    if (op === "same" || op === "read" || op === "refresh") return;
    const paths = diffs ?? Object.keys(detailedDiff ?? {});
    // The engine updates the default provider of dynamic resources whenever the stack's configuration changes.
    if (op === "update" && paths.length === 0 && type.startsWith("pulumi:providers:")) return;
    this.steps.push({ op, urn, type, name: nameOf(urn), diffs: paths });
  }

  summary(): string {
    const waiting = [...this.running].filter(([urn, op]) => op !== "same" && !urn.includes("pulumi:pulumi:Stack"));
    const custom = waiting.filter(([urn]) => !urn.includes("pulumi-kserve:index:")).map(([urn]) => nameOf(urn));
    const names = custom.length > 0 ? custom : waiting.map(([urn]) => nameOf(urn));
    const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
    return `${this.done} done${shown && `, waiting for ${shown}`}`;
  }
}

/** The last part of a URN. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** What the CLI printed as an error, without the command line around it; it fails this way before there are events. */
function withoutCommand(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, signal] = /^.*Command was killed with (SIG[A-Z]+)/m.exec(text) ?? [];
  if (signal) return `the engine was killed (${signal}); begin it again: it takes over what it has made`;
  const lines = text.split("\n").filter((line) => line.startsWith("error: "));
  return lines.length > 0 ? [...new Set(lines)].join("\n") : text;
}

/** Removes the engine's colour directives, such as `<{%reset%}>`. */
function plain(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "").trimEnd();
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
