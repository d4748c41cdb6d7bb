import { parseArgs, type ParseArgsConfig } from "node:util";

/** One command of `npm run local`. */
export interface Command {
  /** One line for `help`. */
  readonly summary: string;
  /** What follows the command's name, such as `<part> [-f]`. */
  readonly usage: string;
  /** Does it. @returns the exit code: 0 when all is well, 1 when it is not. @throws UsageError for wrong arguments. */
  run(args: string[]): Promise<number>;
}

/** The command line is wrong; ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Runs a command with its arguments, and says on stderr what went wrong.
 *
 * @param invocation what calls it, such as `npm run local -- up`, for its usage
 * @returns the exit code: 0 when all is well, 1 after a failure, 2 for a wrong command line.
 */
export async function runCommand(command: Command, invocation: string, args: string[]): Promise<number> {
  const name = invocation.replace(/ --$/, "").split(" ").at(-1) ?? invocation;
  const usage = `usage: ${invocation} ${command.usage}\n`;
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${command.summary}\n${usage}`);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${name}: ${error.message}\n${usage}`);
      return 2;
    }
    // What is known to go wrong says what to do in its message; for anything else the stack is needed.
    const known = error instanceof Error && error.name !== "Error" && error.name !== "TypeError";
    process.stderr.write(
      `${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  }
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Parses a command's arguments. @throws UsageError for unknown options, missing values and more arguments than allowed. */
export function parseCommand<T extends Options>(args: string[], options: T, positionals = 0) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    const surplus = parsed.positionals.slice(positionals);
    if (surplus.length > 0) throw new UsageError(`unexpected argument "${surplus.join(" ")}"`);
    return parsed;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("ERR_PARSE_ARGS")) throw new UsageError(message.split(/\n|\. To specify/)[0]);
    throw error;
  }
}

/** Reads a whole number from an option. @throws UsageError when it is none or out of range. */
export function wholeNumber(option: string, value: string, minimum: number, maximum: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= minimum && number <= maximum) return number;
  throw new UsageError(`${option} ${value}: expected a whole number from ${minimum} to ${maximum}`);
}

/** Lines up columns by blanks; the last is not padded. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** Time since an ISO time, in its largest unit, such as `4m`. */
export function age(since: string | undefined, now: number = Date.now()): string {
  if (since === undefined) return "";
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
