import { TemplateError, unsupported } from "./errors";

/** Kinds of tokens; a keyword's kind is the keyword itself. */
export type TokenKind =
  | "text"
  | "left"
  | "right"
  | "space"
  | "field"
  | "variable"
  | "identifier"
  | "dot"
  | "nil"
  | "bool"
  | "number"
  | "charConstant"
  | "complex"
  | "string"
  | "rawString"
  | "assign"
  | "declare"
  | "pipe"
  | "leftParen"
  | "rightParen"
  | "char"
  | "keyword"
  | "error"
  | "eof";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** For a token of kind `error`: it is thrown when the parser gets there, so that what comes first is reported first. */
  readonly error?: TemplateError;
}

const keywords = new Set(["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"]);
const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
const word = /[\p{L}\p{Nd}_]*/uy;
const spaces = /[ \t\r\n]+/y;
/** Tokens of one action. */
const mostTokens = 10_000;

/** Splits a template as Go's text/template does with its usual delimiters, one action at a time. Comments are dropped. */
export class Lexer {
  private tokens: Token[] = [];
  private position = 0;
  private parentheses = 0;
  private ended = false;

  constructor(private readonly input: string) {}

  /** The next text and action; what is wrong with them, and the end of the input, are tokens too. */
  more(): readonly Token[] {
    this.tokens = [];
    while (this.tokens.length === 0) this.once();
    return this.tokens;
  }

  private once(): void {
    if (this.ended) return this.push("eof", "EOF");
    try {
      if (this.text()) return this.action();
      this.ended = true;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.ended = true;
      this.tokens.push({ kind: "error", text: error.reason, error });
    }
  }

  private push(kind: TokenKind, text: string): void {
    this.tokens.push({ kind, text });
  }

  private startsWith(text: string, at = this.position): boolean {
    return this.input.startsWith(text, at);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.input)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  /** Text up to the next action. False at the end of the input. */
  private text(): boolean {
    const next = this.input.indexOf("{{", this.position);
    let text = this.input.slice(this.position, next < 0 ? undefined : next);
    this.position = next < 0 ? this.input.length : next + 2;
    const trim = next >= 0 && this.leftTrim();
    if (trim) text = trimRight(text);
    if (text !== "") this.push("text", text);
    if (next < 0) return false;
    if (trim) this.position += 2;
    return true;
  }

  private leftTrim(): boolean {
    return this.input[this.position] === "-" && isSpace(this.input[this.position + 1]);
  }

  /** 0 when no action ends here, else the length of what ends it. */
  private rightDelimiter(): number {
    if (this.startsWith("}}")) return 2;
    return isSpace(this.input[this.position]) && this.startsWith("-}}", this.position + 1) ? 4 : 0;
  }

  private endAction(length: number): void {
    this.position += length;
    if (length === 4) this.match(spaces);
  }

  /** From behind the opening delimiter to behind the closing one. */
  private action(): void {
    if (this.startsWith("/*")) {
      const end = this.input.indexOf("*/", this.position + 2);
      if (end < 0) throw new TemplateError("unclosed comment");
      this.position = end + 2;
      const length = this.rightDelimiter();
      if (length === 0) throw new TemplateError("comment ends before closing delimiter");
      this.endAction(length);
      return;
    }
    this.push("left", "{{");
    this.parentheses = 0;
    for (;;) {
      const length = this.rightDelimiter();
      if (length > 0) {
        if (this.parentheses > 0) throw new TemplateError("unclosed left paren");
        this.push("right", "}}");
        this.endAction(length);
        return;
      }
      this.inside();
      if (this.tokens.length > mostTokens) throw unsupported(`an action of more than ${mostTokens} words`);
    }
  }

  private inside(): void {
    const first = this.input[this.position];
    if (first === undefined) throw new TemplateError("unclosed action");
    if (isSpace(first)) return this.space();
    switch (first) {
      case '"':
        return this.quote("string", first, "unterminated quoted string");
      case "'":
        return this.quote("charConstant", first, "unterminated character constant");
      case "`":
        return this.rawQuote();
      case "$":
        return this.name("variable");
      case ".": {
        const next = this.input[this.position + 1];
        if (next !== undefined && !isDigit(next)) return this.name("field");
        return this.number();
      }
      case "+":
      case "-":
        return this.number();
    }
    if (isDigit(first)) return this.number();
    if (/[\p{L}\p{Nd}_]/u.test(this.codePoint())) return this.identifier();
    this.symbol(first);
  }

  private symbol(first: string): void {
    this.position += 1;
    switch (first) {
      case "=":
        return this.push("assign", first);
      case ":":
        if (!this.startsWith("=")) throw new TemplateError("expected :=");
        this.position += 1;
        return this.push("declare", ":=");
      case "|":
        return this.push("pipe", first);
      case "(":
        this.parentheses += 1;
        return this.push("leftParen", first);
      case ")":
        this.parentheses -= 1;
        if (this.parentheses < 0) throw new TemplateError("unexpected right paren");
        return this.push("rightParen", first);
    }
    if (first < " " || first > "~") throw new TemplateError(`unrecognized character in action: ${codeOf(first)}`);
    this.push("char", first);
  }

  /** A space before a closing `-}}` belongs to that. */
  private space(): void {
    let text = this.match(spaces) ?? "";
    if (this.startsWith("-}}")) {
      text = text.slice(0, -1);
      this.position -= 1;
    }
    if (text !== "") this.push("space", text);
  }

  /** A line end ends what is quoted, unless it is raw. A regular expression would exceed the stack for a long text. */
  private quote(kind: TokenKind, mark: string, unterminated: string): void {
    for (let end = this.position + 1; end < this.input.length && this.input[end] !== "\n"; end++) {
      if (this.input[end] === mark) {
        this.push(kind, this.input.slice(this.position, end + 1));
        this.position = end + 1;
        return;
      }
      if (this.input[end] !== "\\") continue;
      end += 1;
      if (this.input[end] === "\n") break;
    }
    throw new TemplateError(unterminated);
  }

  private rawQuote(): void {
    const end = this.input.indexOf("`", this.position + 1);
    if (end < 0) throw new TemplateError("unterminated raw quoted string");
    this.push("rawString", this.input.slice(this.position, end + 1));
    this.position = end + 1;
  }

  private name(kind: "field" | "variable"): void {
    const start = this.position;
    this.position += 1;
    this.match(word);
    if (!this.atTerminator()) throw new TemplateError(`bad character ${codeOf(this.codePoint())}`);
    const text = this.input.slice(start, this.position);
    this.push(text === "." ? "dot" : kind, text);
  }

  private identifier(): void {
    const text = this.match(word) ?? "";
    if (!this.atTerminator()) throw new TemplateError(`bad character ${codeOf(this.codePoint())}`);
    if (keywords.has(text)) this.push("keyword", text);
    else if (text === "nil") this.push("nil", text);
    else this.push(text === "true" || text === "false" ? "bool" : "identifier", text);
  }

  private number(): void {
    const start = this.position;
    const scan = (): boolean => {
      this.match(number);
      const next = this.codePoint();
      if (!/[\p{L}\p{Nd}_]/u.test(next)) return true;
      this.position += next.length;
      return false;
    };
    const bad = (): TemplateError =>
      new TemplateError(`bad number syntax: ${JSON.stringify(this.input.slice(start, this.position))}`);
    if (!scan()) throw bad();
    const next = this.input[this.position];
    if (next === "+" || next === "-") {
      if (!scan() || this.input[this.position - 1] !== "i") throw bad();
      return this.push("complex", this.input.slice(start, this.position));
    }
    this.push("number", this.input.slice(start, this.position));
  }

  /** What may follow a name. */
  private atTerminator(): boolean {
    const next = this.input[this.position];
    return next === undefined || isSpace(next) || ".,|:()".includes(next) || this.startsWith("}}");
  }

  private codePoint(): string {
    const code = this.input.codePointAt(this.position);
    return code === undefined ? "" : String.fromCodePoint(code);
  }
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\n";
}

/** A regular expression would take quadratic time for long runs of spaces within the text. */
function trimRight(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

function codeOf(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code} '${char}'`;
}
