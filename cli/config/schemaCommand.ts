import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { type Command, parseCommand } from "../../local/commands/command";
import { projectRoot } from "../../local/paths";
import { writeFileAtomic } from "../../local/process";
import { schemaText } from "./schema";

/** Where the schema lies in the project. */
export const schemaFile = "schemas/pulumi-config.schema.json";

export const schema: Command = {
  summary: "print the JSON schema of a stack's configuration for editors, or write it to its place",
  usage: "[--write]",
  async run(args) {
    const { values } = parseCommand(args, { write: { type: "boolean", default: false } } as const);
    const text = schemaText();
    if (!values.write) {
      process.stdout.write(text);
      return 0;
    }
    const path = join(projectRoot(), schemaFile);
    const before = await readFile(path, "utf8").catch(() => undefined);
    await mkdir(dirname(path), { recursive: true });
    if (before !== text) await writeFileAtomic(path, text);
    process.stdout.write(`${schemaFile}: ${before === text ? "is up to date" : "written"}\n`);
    return 0;
  },
};
