import { nearest } from "../sdk/nearest";
import { type Command, runCommand } from "./commands/command";
import { aliases, commands, defaultCommand } from "./commands/table";

/** Runs `npm run local -- …`. @returns the exit code: 0 when all is well, 1 after a failure, 2 for a wrong command line. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === "help" || first === "--help" || first === "-h") return help(rest[0]);
  const given = first === undefined || first.startsWith("-") ? defaultCommand : first;
  const args = given === first ? rest : [...argv];
  const command = find(given);
  if (!command) {
    const names = [...Object.keys(commands), "help"];
    const close = nearest(given, [...names, ...Object.keys(aliases)]);
    process.stderr.write(
      `unknown command "${given}"${close ? `, did you mean ${close}?` : ";"} allowed: ${names.join(", ")}\n`,
    );
    return 2;
  }
  return runCommand(command, `npm run local -- ${given}`, args);
}

function find(name: string): Command | undefined {
  const target = Object.hasOwn(aliases, name) ? aliases[name] : name;
  return target !== undefined && Object.hasOwn(commands, target) ? commands[target] : undefined;
}

function help(name: string | undefined): number {
  const command = name === undefined ? undefined : find(name);
  if (name !== undefined && command) {
    process.stdout.write(`${command.summary}\nusage: npm run local -- ${name} ${command.usage}\n`);
    return 0;
  }
  const width = Math.max(...Object.keys(commands).map((key) => key.length));
  const lines = Object.entries(commands).map(([key, { summary }]) => `  ${key.padEnd(width)}  ${summary}`);
  process.stdout.write(
    `usage: npm run local -- [COMMAND] [OPTIONS]\n\n${lines.join("\n")}\n\n` +
      `Without a command: ${defaultCommand}. Other names: ${Object.entries(aliases)
        .map(([alias, target]) => `${alias} for ${target}`)
        .join(", ")}. Options of a command: npm run local -- help COMMAND\n`,
  );
  return name === undefined ? 0 : 2;
}

if (require.main === module) {
  // A pipe that is closed early, as by head, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  void runCli(process.argv.slice(2)).then((code) => process.exit(code));
}
