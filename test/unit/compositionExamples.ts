import { dump, load } from "js-yaml";

import { compose, type ComposeArgs, type Composition } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { printable } from "../../sdk/compose/explain";
import { explainReport } from "../../sdk/compose/explainReport";
import type { Fragment } from "../../sdk/compose/fragments";
import type { Json } from "../../sdk/compose/marked";
import { plainText } from "../../sdk/compose/textLines";
import { ConfigurationError, describeProblem } from "../../sdk/problems";

/** A fenced block of docs/composition.md with a marker behind its language, such as "```yaml fragment gpu priority=1". */
export interface Block {
  readonly kind: string;
  readonly words: readonly string[];
  readonly content: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

/** Inputs, and the outputs that follow them. */
export interface Example {
  readonly heading: string;
  readonly inputs: readonly Block[];
  readonly outputs: readonly Block[];
}

const inputKinds = ["preset", "config", "fragment", "spec", "service"];
const outputKinds = ["result", "warnings", "error", "explain"];

/** The examples of a page, in its order. @throws for a marker that nothing reads. */
export function examplesOf(page: string): Example[] {
  const examples: { heading: string; inputs: Block[]; outputs: Block[] }[] = [];
  let heading = "";
  let current: (typeof examples)[number] | undefined;
  for (const block of blocksOf(page)) {
    if (block.kind === "heading") {
      heading = block.content;
      current = undefined;
      continue;
    }
    const isInput = inputKinds.includes(block.kind);
    if (!isInput && !outputKinds.includes(block.kind))
      throw new Error(`line ${block.line}: unknown marker ${block.kind}`);
    if (!current || (isInput && current.outputs.length > 0)) {
      current = { heading, inputs: [], outputs: [] };
      examples.push(current);
    }
    (isInput ? current.inputs : current.outputs).push(block);
  }
  return examples;
}

function blocksOf(page: string): Block[] {
  const pattern = /^#+ (?<heading>.*)$|^```(?:yaml|text) (?<marker>.+)\n(?<content>[^]*?)^```$|^```.*\n[^]*?^```$/gm;
  return [...page.matchAll(pattern)].flatMap((match) => {
    const { heading, marker, content = "" } = match.groups ?? {};
    const line = page.slice(0, match.index).split("\n").length;
    if (heading !== undefined) return [{ kind: "heading", words: [], content: heading, line }];
    if (marker === undefined) return [];
    const [kind = "", ...words] = marker.split(" ");
    return [{ kind, words, content, line }];
  });
}

const presetNames = ["scheduler", "router-route", "template", "worker-data-parallel", "tracing"];

/** What an example composes: service "llama" in namespace "models". */
export function argsOf({ inputs }: Example): ComposeArgs {
  const presets: Record<string, unknown> = Object.fromEntries(
    presetNames.map((name) => [`kserve-config-llm-${name}`, {}]),
  );
  const configs: Record<string, unknown> = {};
  const fragments: Fragment[] = [];
  let given: Partial<ComposeArgs> = {};
  let spec: unknown = { model: { uri: "hf://acme/llama" } };
  for (const { kind, words, content } of inputs) {
    const [name = ""] = words;
    const value = load(content);
    if (kind === "preset") presets[`kserve-config-llm-${name}`] = value;
    if (kind === "config") configs[name] = value;
    if (kind === "fragment") fragments.push({ name, priority: priorityIn(words), spec: value });
    if (kind === "spec") spec = value;
    if (kind === "service") given = value as Partial<ComposeArgs>;
  }
  return {
    baseRefs: Object.keys(configs),
    fragments,
    spec,
    ...given,
    service: { name: "llama", namespace: "models" },
    configs: new ConfigStore({ kserve: presets, models: configs }),
  };
}

function priorityIn(words: readonly string[]): number | undefined {
  const word = words.find((candidate) => candidate.startsWith("priority="));
  return word === undefined ? undefined : Number(word.slice("priority=".length));
}

/** What the code makes of an output block's inputs, as the block says it. */
export function outputOf(example: Example, { kind, words }: Block): string {
  const composition = attempt(() => compose(argsOf(example)));
  const [path = ""] = words;
  if (composition instanceof ConfigurationError) {
    if (kind !== "error") throw composition;
    return composition.problems.map((problem) => `${describeProblem(problem)}\n`).join("");
  }
  switch (kind) {
    case "result":
      return dump(printable(valueAt(composition, path)), {
        lineWidth: -1,
        noRefs: true,
        sortKeys: true,
        quoteStyle: "double",
      });
    case "warnings":
      return composition.warnings
        .map((warning) => `${warning.path}: ${warning.message}; fix: ${warning.fix}\n`)
        .join("");
    case "explain":
      return plainText(explainReport(composition, { title: "llama", width: 100, ...(path && { path }) }));
    default:
      throw new Error("composed without an error");
  }
}

function attempt<T>(work: () => T): T | ConfigurationError {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

/** A path with "spec." before it is one of what is written to the cluster. */
function valueAt({ effective, spec }: Composition, path: string): Json {
  const [first, ...rest] = path.split(".");
  const [start, keys] = first === "spec" ? [spec, rest] : [effective, path === "" ? [] : [first, ...rest]];
  return keys.reduce<Json>((value, key) => (value as Record<string, Json>)[key ?? ""] ?? null, (start ?? null) as Json);
}
