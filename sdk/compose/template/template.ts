import type { Marked } from "../marked";
import { TemplateError } from "./errors";
import { walk } from "./evaluate";
import { functionNames } from "./functions";
import type { GoValue } from "./goValue";
import { describe, type Node } from "./nodes";
import { parse } from "./parser";
import { needsEscaped, unknownRead, type Run } from "./run";

export { TemplateError } from "./errors";
export { structValue, type GoValue } from "./goValue";

/** What a template's `.` is; made by `templateData`. */
export type TemplateData = GoValue;

/** A template of Go's text/template, parsed. */
export interface Template {
  readonly nodes: readonly Node[];
  /** An action cuts an escape sequence of JSON in two, so that only the whole output can be decoded. */
  readonly cutsEscapes: boolean;
}

/**
 * Parses a template once, to be rendered many times. Template definitions (`define`, `template`, `block`), methods, complex numbers and
 * whatever nests deeper than 100 are left out.
 *
 * @throws TemplateError
 */
export function parseTemplate(text: string): Template {
  const nodes = parse(text, functionNames);
  return { nodes, cutsEscapes: cutsEscapes(nodes) };
}

function cutsEscapes(nodes: readonly Node[]): boolean {
  return nodes.some((node) => {
    if (node.kind === "text") return node.decoded === undefined;
    return "list" in node && (cutsEscapes(node.list) || cutsEscapes(node.orElse ?? []));
  });
}

/** What a text was rendered to, and what that depends on. */
export interface Rendering {
  /** Undefined when it depends on a value that is not known yet. */
  readonly text: string | undefined;
  /** `text` is as it is inside a JSON string, and not what that stands for. */
  readonly escaped: boolean;
  /** Marked values that were read. */
  readonly marks: readonly Marked[];
}

/**
 * Renders a template that stands inside a JSON string. The text is decoded where every piece of it can be decoded by itself; the rest is
 * left to the caller.
 *
 * @throws TemplateError
 */
export function renderInJson(template: Template, data: TemplateData): Rendering {
  if (template.cutsEscapes) return execute(template, data, true);
  try {
    return execute(template, data, false);
  } catch (error) {
    if (error !== needsEscaped) throw error;
    return execute(template, data, true);
  }
}

/**
 * Renders a template by itself, with what Go's `Execute` would write.
 *
 * @throws TemplateError also when it reads a value that is not known yet or secret
 */
export function renderTemplate(template: Template, data: TemplateData): string {
  const { text, marks } = execute(template, data, true);
  if (text === undefined || marks.length > 0)
    throw new TemplateError("the template reads a value that is secret or not known yet");
  return text;
}

function execute(template: Template, data: TemplateData, escaped: boolean): Rendering {
  const run: Run = { variables: [{ name: "$", value: data }], marks: [], escaped, output: "", iterations: 0, work: 0 };
  try {
    walk(run, data, template.nodes);
  } catch (error) {
    if (error === unknownRead) return { text: undefined, escaped, marks: run.marks };
    if (error instanceof TemplateError && error.at === undefined && run.at !== undefined) {
      const { reason, unsupported } = error;
      throw new TemplateError(reason, { at: describe(run.at), ...(unsupported === undefined ? {} : { unsupported }) });
    }
    throw error;
  }
  return { text: run.output, escaped, marks: run.marks };
}
