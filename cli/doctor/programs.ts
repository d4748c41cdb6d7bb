import { findOnPath, isExecutable } from "../../local/executables";
import { CommandError, runCommand } from "../../local/process";
import { type DoctorOptions, safeText } from "./check";

/** What a program said. */
export type Answer =
  | { readonly stdout: string; readonly stderr: string }
  /** Why it said nothing of use, on one line and without secrets. */
  | { readonly failure: string };

/**
 * The first executable of a name on PATH. Folders that npm puts there for its scripts are passed over: outside of them, where Pulumi
 * runs, they are not on PATH.
 */
export async function findProgram(name: string, { env }: Pick<DoctorOptions, "env">): Promise<string | undefined> {
  if (name.includes("/")) return (await isExecutable(name)) ? name : undefined;
  return findOnPath(name, env.PATH, (folder) =>
    /[\\/]node_modules[\\/]\.bin[\\/]?$|[\\/]node-gyp-bin[\\/]?$/.test(folder),
  );
}

/** Runs a program to its end, or until its time is up. */
export async function ask(
  program: string,
  args: string[],
  { env, root, timeoutMs }: Pick<DoctorOptions, "env" | "root" | "timeoutMs">,
): Promise<Answer> {
  try {
    const quiet = { PULUMI_SKIP_UPDATE_CHECK: "true", NO_COLOR: "1", ...env };
    return await runCommand(program, args, { cwd: root, env: quiet, timeoutMs });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const said = error.stderr.trim() || error.stdout.trim();
    const timedOut = error.message.includes("did not end within");
    const text = timedOut ? `no answer within ${timeoutMs / 1000} s` : said.replace(/^error: /, "") || error.message;
    return { failure: shortened(safeText(text, env)) };
  }
}

/** Messages of some programs hold pages. */
export function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** A program's answer as JSON. */
export async function askJson(program: string, args: string[], options: DoctorOptions): Promise<unknown> {
  const answer = await ask(program, args, options);
  if ("failure" in answer) return undefined;
  try {
    return JSON.parse(answer.stdout) as unknown;
  } catch {
    return undefined;
  }
}
