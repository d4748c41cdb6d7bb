import { basename } from "node:path";

import { type Command, parseCommand, UsageError } from "../../local/commands/command";
import { readLayers } from "../../local/engine/config";
import { displayOf, paint } from "../../local/paint";
import type { ExplainedField } from "../../sdk/compose/explain";
import { fieldsAt, UnknownPathError } from "../../sdk/compose/explainPaths";
import { fieldHistory } from "../../sdk/compose/explainReport";
import { countOf, fieldTree } from "../../sdk/compose/explainTree";
import { line, type TextLine, wrapped } from "../../sdk/compose/textLines";
import { explainSettings, packageDefault } from "./explainSettings";
import { stackOf, stackOfFile } from "./stacks";

const options = {
  config: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

export const explain: Command = {
  summary: "show every setting of a stack with the file that set it and what it overrode",
  usage: "<stack> [path] | --config FILE [path] [--json]",
  async run(args) {
    const { values, positionals } = parseCommand(args, options, 2);
    const [first, second] = positionals;
    if (values.config === undefined && first === undefined) throw new UsageError("which stack?");
    if (values.config !== undefined && second !== undefined)
      throw new UsageError("name a stack, or a file by --config: only one of them");
    const { stack, file } = values.config === undefined ? await stackOf(first ?? "") : stackOfFile(values.config);
    const path = values.config === undefined ? second : first;
    const { layers, program } = await readLayers(stack, file);
    const all = explainSettings(layers, program);
    try {
      const fields = path === undefined ? all : fieldsAt(all, path, "the configuration");
      if (values.json) {
        const shown = { stack, layers: layers.map(({ name }) => name), settings: fields };
        process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`);
      } else {
        const display = displayOf(process.stdout);
        const title = `settings of ${basename(file)}`;
        const names = layers.map(({ name }) => name);
        process.stdout.write(paint(report(fields, { title, names, path, width: display.width }), display));
      }
    } catch (error) {
      if (error instanceof UnknownPathError) throw new UsageError(error.message);
      throw error;
    }
    return 0;
  },
};

interface ReportOptions {
  readonly title: string;
  /** Of the layers, the lowest first. */
  readonly names: readonly string[];
  readonly path: string | undefined;
  readonly width: number;
}

function report(fields: readonly ExplainedField[], { title, names, path, width }: ReportOptions): TextLine[] {
  const [only, ...others] = fields;
  if (path !== undefined && only && others.length === 0) return fieldHistory(only);
  const tree = fieldTree(fields, { width, all: true });
  if (path !== undefined) return tree;
  const sources = [packageDefault, ...names];
  const longest = Math.max(...sources.map(({ length }) => length));
  return [
    ...wrapped(title, width, "title"),
    ...sources.map((name): TextLine => {
      const count = fields.filter(({ source }) => source === name || source.endsWith(` of ${name}`)).length;
      return [
        { text: `  ${name.padEnd(longest)}  `, role: "source" },
        { text: countOf(count, "setting").padStart(12), role: "plain" },
      ];
    }),
    line(""),
    ...tree,
  ];
}
