import { readFileSync } from "node:fs";

import { ConfigurationError } from "../sdk/problems";
import { type Command, parseCommand, UsageError } from "../local/commands/command";
import { type ExportedStack, joinPlan, type MoveStep, splitPlan } from "./stacks/movePlan";

/** Prints the commands that move an environment between one stack and three; it runs none of them. */
export const stacks: Command = {
  summary:
    "print the commands that split an environment's stack into cluster, platform and services, or join these again",
  usage: "split FILE | join FILE FILE [--organization NAME]   (each FILE from `pulumi stack export --file FILE`)",
  run(args) {
    const { values, positionals } = parseCommand(args, { organization: { type: "string" } }, 3);
    const [direction, ...files] = positionals;
    const options = values.organization === undefined ? {} : { organization: values.organization };
    const steps = planOf(direction, files, options);
    process.stdout.write(steps.map(shellLines).join("\n"));
    return Promise.resolve(0);
  },
};

function planOf(
  direction: string | undefined,
  files: readonly string[],
  options: { organization?: string },
): MoveStep[] {
  switch (direction) {
    case "split": {
      const [file] = files;
      if (file === undefined || files.length > 1) throw new UsageError("expected one file: the environment's state");
      return splitPlan(readExport(file), options);
    }
    case "join":
      if (files.length !== 2)
        throw new UsageError("expected two files: the states of the platform and of the services");
      return joinPlan(files.map(readExport), options);
    default:
      throw new UsageError(`${direction === undefined ? "missing" : `unknown`} direction; allowed: split, join`);
  }
}

function readExport(file: string): ExportedStack {
  const fail = (message: string): never => {
    throw new ConfigurationError("exported state", [
      { path: file, message, fix: "pulumi stack export --stack <stack> --file <file>" },
    ]);
  };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return fail((error as Error).message);
  }
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as ExportedStack) : fail("is no state of a stack");
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    return fail(`is no JSON: ${(error as Error).message}`);
  }
}

/** One command with a comment above it; each URN has a line of its own. */
function shellLines({ title, folder, args }: MoveStep): string {
  const isUrn = (argument: string): boolean => argument.startsWith("urn:");
  const words = ["pulumi", ...(folder === "." ? [] : ["-C", folder]), ...args.filter((each) => !isUrn(each))];
  const urns = args.filter(isUrn).map((urn) => ` \\\n  '${urn}'`);
  return `# ${title}\n${words.join(" ")}${urns.join("")}\n`;
}
