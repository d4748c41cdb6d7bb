import type { ExplainedField } from "./explain";
import { layoutRows, type Row, shownName, type TextLine } from "./textLines";

/** How a tree of fields is shown. */
export interface TreeOptions {
  /** Characters in a line. */
  readonly width: number;
  /** Shows what presets set and nothing else touched, instead of counting it. */
  readonly all: boolean;
}

interface Node {
  readonly label: string;
  /** The field itself; several where elements of a list have the same name. */
  readonly fields: ExplainedField[];
  readonly children: Map<string, Node>;
}

/** Fields as a tree: value, who set it, and below it what it replaced. */
export function fieldTree(fields: readonly ExplainedField[], { width, all }: TreeOptions): TextLine[] {
  const root = emptyNode("");
  for (const field of fields) {
    const steps = pathSteps(field.path);
    const node = steps.reduce((current, step) => childOf(current, step), root);
    node.fields.push(field);
  }
  return layoutRows(childRows(root, 0, all), width);
}

function emptyNode(label: string): Node {
  return { label, fields: [], children: new Map() };
}

function childOf(node: Node, step: string): Node {
  const known = node.children.get(step);
  if (known) return known;
  const added = emptyNode(step);
  node.children.set(step, added);
  return added;
}

/** A key in brackets; a name with the elements of lists that it picks; an element alone. */
const step =
  /\["(?:(?!"\](?:[.[]|$)).)*"\]|(?:^|\.)[^.[]+(?:\[(?!")(?:(?!\](?:[.[]|$)).)*\])*|\[(?:(?!\](?:[.[]|$)).)*\]/gs;

/** Steps of a path, each with the list element that it picks: `template`, `containers[main]`, `image`. */
export function pathSteps(path: string): string[] {
  const steps = path.match(step) ?? [path];
  return steps.map((text) => (text.startsWith('["') ? text.slice(2, -2) : text.replace(/^\./, "")));
}

function childRows(node: Node, indent: number, all: boolean): Row[] {
  const { shown, folded } = partsOf(node, all);
  return [...shown.flatMap((child) => nodeRows(child, indent, all)), ...foldedRows(folded, indent)];
}

/** What is shown and what is counted; the name of `containers[main]` is said already. */
function partsOf(node: Node, all: boolean): { shown: Node[]; folded: Node[] } {
  const children = [...node.children.values()];
  const others = children.filter((child) => !isElementName(child, node));
  const parts = others.length > 0 ? others : children;
  const shown: Node[] = [];
  const folded: Node[] = [];
  for (const part of parts) (all || !isUntouched(part) ? shown : folded).push(part);
  return { shown, folded };
}

function nodeRows(node: Node, indent: number, all: boolean): Row[] {
  const chain = [node];
  let last = node;
  while (last.fields.length === 0) {
    const { shown, folded } = partsOf(last, all);
    const [only, ...others] = shown;
    if (!only || others.length > 0 || folded.length > 0) break;
    chain.push((last = only));
  }
  const label = chain.map((part) => shownName(part.label)).reduce(joined);
  const opening = last.fields.length === 0 ? [{ indent, label: `${label}:` }] : [];
  return [
    ...opening,
    ...last.fields.flatMap((field) => fieldRows(field, label, indent)),
    ...childRows(last, indent + 2, all),
  ];
}

function joined(path: string, step: string): string {
  return step.includes(".") && !step.includes("[") ? `${path}["${step}"]` : `${path}.${step}`;
}

function fieldRows({ value, source, overrides }: ExplainedField, label: string, indent: number): Row[] {
  return [
    value === undefined ? { indent, label: `${label}:`, source } : { indent, label: `${label}: `, value, source },
    ...overrides
      // A text that must be there and was not given.
      .filter((replaced) => replaced.value !== "")
      .map((replaced) => ({
        indent: indent + 2,
        label: "over ",
        labelRole: "faint" as const,
        value: replaced.value,
        valueRole: "faint" as const,
        source: replaced.source,
      })),
  ];
}

function isElementName({ label, fields, children }: Node, parent: Node): boolean {
  const [field, ...others] = fields;
  if (!field || others.length > 0 || children.size > 0 || field.overrides.length > 0) return false;
  return repeatsName(label, field.value, parent.label);
}

/** Whether a field says no more than the element that it lies in, as `name` does in `containers[main]`. */
export function repeatsName(label: string, value: unknown, element: string): boolean {
  return elementNames.has(label) && element.endsWith(`[${String(value)}]`);
}

const elementNames = new Set(["name", "mountPath", "devicePath", "containerPort", "ip", "topologyKey", "uid"]);

function isUntouched({ fields, children }: Node): boolean {
  return fields.every(({ preset }) => preset !== undefined) && [...children.values()].every(isUntouched);
}

function foldedRows(nodes: readonly Node[], indent: number): Row[] {
  const byPreset = new Map<string, { count: number; labels: Set<string> }>();
  for (const node of nodes) {
    for (const { preset = "" } of fieldsIn(node)) {
      const entry = byPreset.get(preset) ?? { count: 0, labels: new Set() };
      byPreset.set(preset, entry);
      entry.count++;
      entry.labels.add(node.label);
    }
  }
  return [...byPreset].map(([preset, { count, labels }]) => ({
    indent,
    label: `… ${countOf(count, "field")} from preset ${preset}: `,
    labelRole: "faint",
    shorten: (room) => shortList(elementsJoined([...labels]), room),
    valueRole: "faint",
  }));
}

function fieldsIn(node: Node): ExplainedField[] {
  return [...node.fields, ...[...node.children.values()].flatMap(fieldsIn)];
}

/** `rules[0], rules[1], rules[2]` are said as `rules[…]`. */
function elementsJoined(labels: readonly string[]): string[] {
  const lists = new Map<string, string[]>();
  for (const label of labels) {
    const list = label.replace(/\[.*$/s, "");
    const elements = lists.get(list) ?? [];
    elements.push(label);
    lists.set(list, elements);
  }
  return [...lists].map(([list, elements]) => shownName(elements.length > 1 ? `${list}[…]` : (elements[0] ?? list)));
}

/** As many names as there is room for, and at least one. */
export function shortList(names: readonly string[], room: number): string {
  const [first = "", ...others] = names;
  let text = first;
  for (const [index, name] of others.entries()) {
    const isLast = index === others.length - 1;
    if (text.length + 2 + name.length + (isLast ? 0 : 3) > room) return `${text}, …`;
    text = `${text}, ${name}`;
  }
  return text;
}

/** Such as `1 field` and `12 fields`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
