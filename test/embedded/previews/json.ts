import type { Stack } from "@pulumi/pulumi/automation";

/** How `pulumi preview` is asked. */
export interface PreviewJsonOptions {
  /** `digest` is one document, `events` a line for each event, with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW`. */
  readonly format: "digest" | "events";
  readonly policyPacks?: string[];
}

interface CommandOutput {
  readonly stdout: string;
}

interface PulumiCli {
  run(args: string[], cwd: string, env: Record<string, string>, ...rest: unknown[]): Promise<CommandOutput>;
}

/** What `pulumi preview --json` writes for a stack with an inline program, of one that fails too. */
export async function previewJson(stack: Stack, { format, policyPacks }: PreviewJsonOptions): Promise<string> {
  const workspace = stack.workspace as unknown as { pulumiCommand: PulumiCli };
  const cli = workspace.pulumiCommand;
  let written: string | undefined;
  const run: PulumiCli["run"] = async (args, cwd, env, onOutput, ...rest) => {
    if (args[0] !== "preview") return cli.run(args, cwd, env, onOutput, ...rest);
    const streaming: Record<string, string> =
      format === "events" ? { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" } : {};
    const collect = (text: string): void => void (written = (written ?? "") + text);
    return cli.run([...args, "--json"], cwd, { ...env, ...streaming }, collect, ...rest);
  };
  const capturing = new Proxy(cli, { get: (target, key): unknown => (key === "run" ? run : Reflect.get(target, key)) });
  // A getter of its class gives it.
  Object.defineProperty(workspace, "pulumiCommand", { configurable: true, value: capturing });
  try {
    await stack.preview({ color: "never", ...(policyPacks && { policyPacks }) });
  } catch (error) {
    if (written === undefined) throw error;
  } finally {
    Reflect.deleteProperty(workspace, "pulumiCommand");
  }
  if (written === undefined) throw new Error("pulumi preview wrote nothing");
  return written;
}
