import { type Command, runCommand } from "../local/commands/command";

/** The commands of the project beside `local`: for each its script in package.json, and what loads it. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  config: async () => (await import("./config/command")).config,
  doctor: async () => (await import("./doctor")).doctor,
  render: async () => (await import("./render")).render,
  drift: async () => (await import("./drift")).drift,
  "preview:comment": async () => (await import("./previewComment")).previewComment,
  stacks: async () => (await import("./stacks")).stacks,
};

/** Runs `npm run <command> -- …`. @returns the exit code: 0 when all is well, 1 after a failure, 2 for a wrong command line. */
export async function runProjectCommand([name = "", ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    process.stderr.write(`unknown command "${name}"; allowed: ${Object.keys(commands).join(", ")}\n`);
    return 2;
  }
  return runCommand(await load(), `npm run ${name} --`, args);
}

if (require.main === module) {
  // A pipe that is closed early, as by head, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  void runProjectCommand(process.argv.slice(2)).then((code) => process.exit(code));
}
