const compiled = new Map<string, RegExp>();

/** Whether a text is one of the patterns, in which `*` stands for any characters. */
export function matches(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => expressionOf(pattern).test(text));
}

const whole = new Map<string, RegExp>();

/**
 * A regular expression for a whole text.
 *
 * @throws SyntaxError where it is none.
 */
export function wholeExpression(pattern: string): RegExp {
  const known = whole.get(pattern);
  if (known) return known;
  // By its source, so that `a)|(b` is none.
  const expression = new RegExp(`^(?:${new RegExp(pattern).source})$`);
  whole.set(pattern, expression);
  return expression;
}

function expressionOf(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${escaped.join(".*")}$`, "s");
  compiled.set(pattern, expression);
  return expression;
}
