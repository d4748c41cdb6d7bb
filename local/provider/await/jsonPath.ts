import { asText, isObject, type Json } from "../json";

type Step =
  | { kind: "field"; name: string }
  | { kind: "index"; index: number }
  | { kind: "all" }
  | { kind: "filter"; path: Step[]; operator: "==" | "!=" | "exists"; value: string };

/** A compiled JSONPath: the values it finds in an object. */
export type JsonPath = (object: Json) => Json[];

/**
 * Compiles the JSONPath that kubectl understands in conditions: fields (dots in names as `\.` or in brackets), indexes,
 * `[*]`, and filters such as `[?(@.type=="Ready")]`.
 *
 * @param text the expression with its braces, such as `{.status.phase}`
 * @throws Error when it is not such an expression.
 */
export function compileJsonPath(text: string): JsonPath {
  const body = /^\{\s*(.*?)\s*\}$/s.exec(text.trim())?.[1];
  if (body === undefined) throw new Error(`the JSONPath "${text}" must stand in braces, such as {.status.phase}`);
  const reader = new Reader(body.replace(/^\$/, ""), text);
  const steps = reader.steps();
  if (!reader.atEnd()) throw reader.problem("unexpected text");
  if (steps.length === 0) throw reader.problem("empty path");
  return (object) => walk([object], steps);
}

function walk(values: Json[], steps: Step[]): Json[] {
  let found = values;
  for (const step of steps) found = found.flatMap((value) => take(value, step));
  return found;
}

function take(value: Json, step: Step): Json[] {
  switch (step.kind) {
    case "field": {
      const item = isObject(value) ? value[step.name] : undefined;
      return item === undefined ? [] : [item];
    }
    case "index": {
      const item = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case "all":
      return Array.isArray(value)
        ? value
        : isObject(value)
          ? Object.values(value).filter((item) => item !== undefined)
          : [];
    case "filter":
      return Array.isArray(value) ? value.filter((item) => matches(item, step)) : [];
  }
}

function matches(item: Json, { path, operator, value }: Extract<Step, { kind: "filter" }>): boolean {
  const [found] = walk([item], path);
  if (operator === "exists") return found !== undefined;
  return (found !== undefined && asText(found) === value) === (operator === "==");
}

class Reader {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly whole: string,
  ) {}

  atEnd(): boolean {
    return this.position === this.text.length;
  }

  problem(what: string): Error {
    return new Error(
      `the JSONPath "${this.whole}" cannot be used: ${what} at "${this.text.slice(this.position)}"; allowed: .field, ` +
        `['field'], [0], [*], [?(@.field=="value")]`,
    );
  }

  steps(): Step[] {
    const steps: Step[] = [];
    for (;;) {
      if (this.accept(/\.?\[\*\]|\.\*/y)) steps.push({ kind: "all" });
      else if (this.peek("[")) steps.push(this.bracket());
      else {
        const field = this.accept(/\.((?:\\.|[^.[\]{}()\\=!\s])+)/y);
        if (!field) return steps;
        steps.push({ kind: "field", name: (field[1] ?? "").replace(/\\(.)/g, "$1") });
      }
    }
  }

  private bracket(): Step {
    const index = this.accept(/\[(-?\d+)\]/y);
    if (index) return { kind: "index", index: Number(index[1]) };
    const field = this.accept(/\[(?:'([^']*)'|"([^"]*)")\]/y);
    if (field) return { kind: "field", name: field[1] ?? field[2] ?? "" };
    if (!this.accept(/\[\?\(\s*@/y)) throw this.problem("unknown selector");
    const path = this.steps();
    const operator = this.accept(/\s*(==|!=)\s*/y)?.[1] as "==" | "!=" | undefined;
    let value = "";
    if (operator) {
      const literal = this.accept(/'([^']*)'|"([^"]*)"|([^\s)'"]+)/y);
      if (!literal) throw this.problem("expected a value");
      value = literal[1] ?? literal[2] ?? literal[3] ?? "";
    }
    if (!this.accept(/\s*\)\]/y)) throw this.problem("expected )]");
    return { kind: "filter", path, operator: operator ?? "exists", value };
  }

  private peek(text: string): boolean {
    return this.text.startsWith(text, this.position);
  }

  private accept(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.position = pattern.lastIndex;
    return match;
  }
}
