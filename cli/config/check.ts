import { type Command, parseCommand, UsageError } from "../../local/commands/command";
import { displayOf, paint } from "../../local/paint";
import { readPresets } from "../../local/presets";
import { allStacks, type NamedStack, stackOf, stackOfFile } from "./stacks";
import { checkLines } from "./checkLines";
import { checkStack, isValid } from "./checkStack";

const options = {
  config: { type: "string" },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

export const check: Command = {
  summary: "check everything about a stack's configuration that can be said without a cluster",
  usage: "<stack>... | --config FILE | --all [--json]",
  async run(args) {
    const { values, positionals } = parseCommand(args, options, Infinity);
    const stacks = await chosen(positionals, values.config, values.all);
    const display = displayOf(process.stdout);
    const checked = [];
    for (const stack of stacks) checked.push(await checkStack(stack, readPresets));
    if (values.json) {
      const shown = checked.map((one) => ({ ...one, valid: isValid(one) }));
      process.stdout.write(
        `${JSON.stringify(values.all || positionals.length > 1 ? shown : shown[0], undefined, 2)}\n`,
      );
    } else {
      for (const one of checked) process.stdout.write(paint(checkLines(one, display.width), display));
    }
    return checked.every(isValid) ? 0 : 1;
  },
};

async function chosen(names: readonly string[], file: string | undefined, all: boolean): Promise<NamedStack[]> {
  const ways = [names.length > 0, file !== undefined, all].filter(Boolean).length;
  if (ways > 1) throw new UsageError("name stacks, a file by --config, or --all: only one of them");
  if (all) return allStacks();
  if (file !== undefined) return [stackOfFile(file)];
  if (names.length === 0) throw new UsageError("which stack?");
  return Promise.all(names.map(stackOf));
}
