const compiled = new Map<string, RegExp>();

/** Whether a text is one of the patterns, in which `*` stands for any characters. */
export function matches(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => expressionOf(pattern).test(text));
}

function expressionOf(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${escaped.join(".*")}$`, "s");
  compiled.set(pattern, expression);
  return expression;
}
