import { createProgress } from "../progress";
import { describeToolchain, ensureToolchain } from "../toolchain/toolchain";
import { type GatewayToolName, gatewayToolNames, toolNames } from "../toolchain/types";
import { formatTable, parseCommand, type Command, UsageError } from "./command";

/** Names gateway controllers to be built beside the rest. */
export const withOption = { with: { type: "string", multiple: true } } as const;
export const withUsage = `[--with ${gatewayToolNames.join("|")}]...`;

/** @throws UsageError for a name that is none. */
export function readWith(names: readonly string[] = []): GatewayToolName[] {
  const unknown = names.filter((name) => !(gatewayToolNames as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`--with ${unknown.join(", ")}: expected ${gatewayToolNames.join(" or ")}`);
  }
  return names as GatewayToolName[];
}

export const toolchain: Command = {
  summary: "make sure of all executables and show where each comes from",
  usage: withUsage,
  async run(args) {
    const only = [...toolNames, ...readWith(parseCommand(args, withOption).values.with)];
    const found = await ensureToolchain({ progress: createProgress(), only });
    const tools = describeToolchain(found).map(({ name, version, source, path }) => [name, version, source, path]);
    const files = Object.entries(found.upstream).map(([name, folder]) => [`${name} files`, "", "", folder]);
    process.stdout.write(formatTable(["PART", "VERSION", "SOURCE", "PATH"], [...tools, ...files]));
    return 0;
  },
};
