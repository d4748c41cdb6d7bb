import { TemplateError, unsupported } from "./errors";
import { Lexer, type Token, type TokenKind } from "./lexer";
import { decodeJsonText } from "./jsonText";
import { parseCharacter, parseNumber, unquote, unquoteRaw } from "./literals";
import { describe, type BranchNode, type Command, type Node, type Operand, type Pipe } from "./nodes";

/** Branches and parentheses within each other; Go stops at 10,000 parentheses. */
const deepest = 100;
/** No object that the API server stores is longer. */
const longestText = 1 << 20;

/** @throws TemplateError */
export function parse(text: string, functions: ReadonlySet<string>): readonly Node[] {
  if (text.length > longestText) throw unsupported(`a template longer than ${longestText} characters`);
  return new Parser(new Lexer(text), functions).all();
}

type ListEnd = { readonly kind: "end" } | { readonly kind: "else"; readonly branch?: "if" | "with" };
type BranchKind = BranchNode["kind"];

class Parser {
  /** Those of the text and action where the parser is. */
  private tokens: Token[] = [];
  private next = 0;
  private depth = 0;
  private ranges = 0;
  /** Variables that are declared where the parser is. */
  private readonly variables = ["$"];

  constructor(
    private readonly lexer: Lexer,
    private readonly functions: ReadonlySet<string>,
  ) {}

  all(): readonly Node[] {
    const nodes: Node[] = [];
    while (this.peek().kind !== "eof") {
      const node = this.textOrAction();
      if (node.kind === "end" || node.kind === "else") throw new TemplateError(`unexpected {{${node.kind}}}`);
      nodes.push(node);
    }
    return nodes;
  }

  private peek(): Token {
    let token = this.tokens[this.next];
    if (!token) {
      this.tokens.push(...this.lexer.more());
      token = this.tokens[this.next] ?? { kind: "eof", text: "EOF" };
    }
    if (token.error) throw token.error;
    return token;
  }

  private take(): Token {
    const token = this.peek();
    this.next += 1;
    return token;
  }

  private peekNonSpace(): Token {
    while (this.peek().kind === "space") this.next += 1;
    return this.peek();
  }

  private takeNonSpace(): Token {
    this.peekNonSpace();
    return this.take();
  }

  private expect(kind: TokenKind, context: string): void {
    const token = this.takeNonSpace();
    if (token.kind !== kind) throw unexpected(token, context);
  }

  private textOrAction(): Node | ListEnd {
    // Nothing goes back behind the beginning of an action.
    this.tokens = this.tokens.slice(this.next);
    this.next = 0;
    const token = this.takeNonSpace();
    if (token.kind === "text") return textNode(token.text);
    if (token.kind === "left") return this.action();
    throw unexpected(token, "input");
  }

  /** The nodes up to `{{end}}` or `{{else}}`, and which of these it was. */
  private list(): { nodes: Node[]; end: ListEnd } {
    const nodes: Node[] = [];
    while (this.peekNonSpace().kind !== "eof") {
      const node = this.textOrAction();
      if (node.kind === "end" || node.kind === "else") return { nodes, end: node };
      nodes.push(node);
    }
    throw new TemplateError("unexpected EOF");
  }

  private action(): Node | ListEnd {
    const token = this.peekNonSpace();
    if (token.kind !== "keyword") return { kind: "action", pipe: this.pipeline("command", "right") };
    this.next += 1;
    switch (token.text) {
      case "if":
      case "with":
      case "range":
        return this.branch(token.text);
      case "end":
        this.expect("right", "end");
        return { kind: "end" };
      case "else":
        return this.elseBranch();
      case "break":
      case "continue":
        this.expect("right", `{{${token.text}}}`);
        if (this.ranges === 0) throw new TemplateError(`{{${token.text}}} outside {{range}}`);
        return { kind: token.text };
      default:
        throw unsupported(`{{${token.text}}} is not supported`);
    }
  }

  private elseBranch(): ListEnd {
    const token = this.peekNonSpace();
    if (token.kind === "keyword" && (token.text === "if" || token.text === "with"))
      return { kind: "else", branch: token.text };
    this.expect("right", "else");
    return { kind: "else" };
  }

  private branch(kind: BranchKind): BranchNode {
    const declared = this.variables.length;
    this.enter();
    const pipe = this.pipeline(kind, "right");
    if (kind === "range") this.ranges += 1;
    const { nodes, end } = this.list();
    if (kind === "range") this.ranges -= 1;
    const orElse = end.kind === "else" ? this.alternative(kind, end) : undefined;
    this.depth -= 1;
    this.variables.length = declared;
    return { kind, pipe, list: nodes, ...(orElse ? { orElse } : {}) };
  }

  /** `{{else if …}}` is an `{{if …}}` within the `{{else}}`, and shares its `{{end}}`. */
  private alternative(kind: BranchKind, end: ListEnd & { kind: "else" }): readonly Node[] {
    if (end.branch && end.branch === kind) {
      this.next += 1;
      return [this.branch(end.branch)];
    }
    const { nodes, end: last } = this.list();
    if (last.kind !== "end") throw new TemplateError("expected end; found {{else}}");
    return nodes;
  }

  private enter(): void {
    this.depth += 1;
    if (this.depth > deepest) throw unsupported(`nested deeper than ${deepest}`);
  }

  private pipeline(context: string, end: TokenKind): Pipe {
    const { variables, assigns } = this.declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.peekNonSpace();
      if (token.kind === end) {
        this.next += 1;
        checkPipeline(commands, context);
        return { kind: "pipe", variables, assigns, commands };
      }
      if (!startsOperand(token)) throw unexpected(token, context);
      commands.push(this.command());
    }
  }

  /** `$x :=`, `$x =`, and for a range `$i, $x :=`. A variable that neither follows is an operand. */
  private declarations(context: string): { variables: string[]; assigns: boolean } {
    const variables: string[] = [];
    for (;;) {
      const start = this.next;
      const variable = this.peekNonSpace();
      if (variable.kind !== "variable") return { variables, assigns: false };
      this.next += 1;
      const token = this.peekNonSpace();
      if (token.kind === "assign" || token.kind === "declare") {
        this.next += 1;
        variables.push(variable.text);
        this.variables.push(variable.text);
        return { variables, assigns: token.kind === "assign" };
      }
      if (token.kind !== "char" || token.text !== ",") {
        this.next = start;
        return { variables, assigns: false };
      }
      this.next += 1;
      variables.push(variable.text);
      this.variables.push(variable.text);
      if (context !== "range" || variables.length > 1) throw new TemplateError(`too many declarations in ${context}`);
      if (!["variable", "right", "rightParen"].includes(this.peekNonSpace().kind))
        throw new TemplateError("range can only initialize variables");
    }
  }

  private command(): Command {
    const operands: Operand[] = [];
    for (;;) {
      this.peekNonSpace();
      const operand = this.operand();
      if (operand) operands.push(operand);
      const token = this.peek();
      if (token.kind === "space") continue;
      if (token.kind === "pipe") this.next += 1;
      else if (token.kind !== "right" && token.kind !== "rightParen") throw unexpected(token, "operand");
      const [head, ...rest] = operands;
      if (!head) throw new TemplateError("empty command");
      return { head, operands: rest };
    }
  }

  private operand(): Operand | undefined {
    const term = this.term();
    if (!term || this.peek().kind !== "field") return term;
    const names: string[] = [];
    while (this.peek().kind === "field") names.push(this.take().text.slice(1));
    switch (term.kind) {
      case "field":
      case "variable":
        return { ...term, names: [...term.names, ...names] };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        throw new TemplateError(`unexpected . after term ${JSON.stringify(describe(term))}`);
      default:
        return { kind: "chain", of: term, names };
    }
  }

  private term(): Operand | undefined {
    const token = this.peekNonSpace();
    if (!startsOperand(token)) return undefined;
    this.next += 1;
    switch (token.kind) {
      case "dot":
      case "nil":
        return { kind: token.kind };
      case "bool":
        return { kind: "bool", value: token.text === "true" };
      case "field":
        return { kind: "field", names: [token.text.slice(1)] };
      case "variable":
        if (!this.variables.includes(token.text))
          throw new TemplateError(`undefined variable ${JSON.stringify(token.text)}`);
        return { kind: "variable", name: token.text, names: [] };
      case "number":
        return { kind: "number", value: parseNumber(token.text) };
      case "charConstant":
        return { kind: "number", value: parseCharacter(token.text) };
      case "string":
        return { kind: "string", value: unquote(token.text), source: token.text };
      case "rawString":
        return { kind: "string", value: unquoteRaw(token.text), source: token.text };
      case "leftParen": {
        this.enter();
        const pipe = this.pipeline("parenthesized pipeline", "rightParen");
        this.depth -= 1;
        return pipe;
      }
      case "identifier":
        if (!this.functions.has(token.text))
          throw new TemplateError(`function ${JSON.stringify(token.text)} not defined`);
        return { kind: "function", name: token.text };
      default:
        throw unsupported("complex numbers are not supported", token.text);
    }
  }
}

const operandStarts: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "charConstant",
  "complex",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

function startsOperand(token: Token): boolean {
  return operandStarts.has(token.kind);
}

function textNode(text: string): Node {
  const decoded = decodeJsonText(text);
  return { kind: "text", text, ...(decoded === undefined ? {} : { decoded }) };
}

function checkPipeline(commands: readonly Command[], context: string): void {
  if (commands.length === 0) throw new TemplateError(`missing value for ${context}`);
  commands.forEach(({ head }, index) => {
    if (index > 0 && ["bool", "dot", "nil", "number", "string"].includes(head.kind)) {
      throw new TemplateError(`non executable command in pipeline stage ${index + 1}`);
    }
  });
}

function unexpected(token: Token, context: string): TemplateError {
  const what = token.kind === "eof" ? "EOF" : token.kind === "keyword" ? `<${token.text}>` : JSON.stringify(token.text);
  return new TemplateError(`unexpected ${what} in ${context}`);
}
