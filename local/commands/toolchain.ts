import { createProgress } from "../progress";
import { describeToolchain, ensureToolchain } from "../toolchain/toolchain";
import { formatTable, parseCommand, type Command } from "./command";

export const toolchain: Command = {
  summary: "make sure of all executables and show where each comes from",
  usage: "",
  async run(args) {
    parseCommand(args, {});
    const found = await ensureToolchain({ progress: createProgress() });
    const tools = describeToolchain(found).map(({ name, version, source, path }) => [name, version, source, path]);
    const files = Object.entries(found.upstream).map(([name, folder]) => [`${name} files`, "", "", folder]);
    process.stdout.write(formatTable(["PART", "VERSION", "SOURCE", "PATH"], [...tools, ...files]));
    return 0;
  },
};
