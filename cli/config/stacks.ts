import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename } from "node:path";

import { UsageError } from "../../local/commands/command";
import { configFile } from "../../local/engine/config";
import { projectRoot } from "../../local/paths";
import { nearest } from "../../sdk/nearest";

/** A stack and the file of its configuration. */
export interface NamedStack {
  readonly stack: string;
  readonly file: string;
}

/** Every stack that has a file in the project's folder, examples included. */
export async function allStacks(): Promise<NamedStack[]> {
  const names = await readdir(projectRoot());
  return names
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort()
    .map((stack) => ({ stack, file: configFile(stack) }));
}

/** A stack by its name. @throws UsageError when it has no file, with the nearest that has one. */
export async function stackOf(stack: string): Promise<NamedStack> {
  const file = configFile(stack);
  if (existsSync(file)) return { stack, file };
  const known = (await allStacks()).map((other) => other.stack);
  const guess = nearest(stack, known);
  throw new UsageError(
    `there is no ${basename(file)}${guess === undefined ? ";" : `, did you mean ${guess}?`} stacks: ${known.join(", ")}`,
  );
}

/** A stack by a file of any place. @throws UsageError when there is none. */
export function stackOfFile(file: string): NamedStack {
  if (!existsSync(file)) throw new UsageError(`--config ${file}: no such file`);
  return {
    stack: basename(file)
      .replace(/^Pulumi\./, "")
      .replace(/\.ya?ml$/, ""),
    file,
  };
}
