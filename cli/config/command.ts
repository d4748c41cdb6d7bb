import { type Command, UsageError } from "../../local/commands/command";

/** The subcommands of `npm run config`, each loaded when it is asked for. */
const parts: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import("./check")).check,
  explain: async () => (await import("./explain")).explain,
  schema: async () => (await import("./schemaCommand")).schema,
};

export const config: Command = {
  summary:
    "check a stack's configuration, say where each setting comes from, write the schema for editors; without a cluster",
  usage:
    "check <stack>... | check --config FILE | check --all [--json]\n" +
    "       npm run config -- explain <stack> [path] | explain --config FILE [path] [--json]\n" +
    "       npm run config -- schema [--write]",
  async run([name = "", ...args]) {
    const load = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (load) return (await load()).run(args);
    const allowed = Object.keys(parts).join(", ");
    throw new UsageError(name === "" ? `which of ${allowed}?` : `unknown command "${name}"; allowed: ${allowed}`);
  },
};
