import { pathText, type View } from "../sdk/api/view";
import { nearest } from "../sdk/nearest";
import { assertNoProblems, type Problem } from "../sdk/problems";
import { wholeExpression } from "./patterns";
import type { Stack } from "./stack";
import type { Subject } from "./subject";

/** JSON schema of one property of a rule's configuration; every property has a default. */
export interface ConfigProperty {
  readonly type: "string" | "boolean" | "integer" | "array" | "object";
  readonly description: string;
  readonly default: unknown;
  readonly [keyword: string]: unknown;
}

/** Adds a violation about a place; what was given there is shown unless the details say otherwise. */
export type Report = (at: View | string, details: Omit<Problem, "path">) => void;

/** One rule of the pack. It knows nothing of Pulumi's engine, and may be judged without it. */
export interface Rule<Config extends object = Record<string, unknown>> {
  /** By which a configuration file names it. */
  readonly name: string;
  /** What holds where the rule is kept, in one sentence. */
  readonly description: string;
  /** What to do where it is not. */
  readonly remediation: string;
  readonly severity: "low" | "medium" | "high" | "critical";
  /** @default "mandatory" */
  readonly enforcement?: "advisory" | "mandatory";
  readonly config: { readonly [Key in keyof Config]: ConfigProperty };
  /** Settings that are maps of regular expressions. */
  readonly expressions?: readonly (keyof Config & string)[];
  /** Judges one resource. */
  readonly judge?: (subject: Subject, config: Config, report: Report) => void;
  /** Judges what several resources tell together. */
  readonly judgeStack?: (stack: Stack, config: Config, report: (subject: Subject | undefined) => Report) => void;
}

/**
 * The configuration of a rule, with its defaults. The engine checks types; it does not see that a property has no such name.
 *
 * @throws ConfigurationError for properties that the rule does not have, and for regular expressions that are none.
 */
export function configOf<Config extends object>(rule: Rule<Config>, given: object): Config {
  const names = Object.keys(rule.config);
  const problems = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name): Problem => {
      const guess = nearest(name, names);
      return {
        path: `${rule.name}.${name}`,
        message: "no such setting",
        allowed: names.length > 0 ? names.join(", ") : "none",
        ...(guess && { fix: `did you mean "${guess}"?` }),
      };
    });
  const defaults = names.map((name) => [name, rule.config[name as keyof Config].default]);
  const config = { ...(Object.fromEntries(defaults) as Config), ...given };
  for (const name of rule.expressions ?? []) problems.push(...wrongExpressions(`${rule.name}.${name}`, config[name]));
  assertNoProblems("configuration of the policy pack", problems);
  return config;
}

function wrongExpressions(path: string, expressions: unknown): Problem[] {
  return Object.entries(expressions ?? {}).flatMap(([key, given]: [string, unknown]): Problem[] => {
    try {
      wholeExpression(String(given));
      return [];
    } catch (error) {
      const message = `no regular expression: ${(error as Error).message.replace(/^.*: /s, "")}`;
      return [{ path: pathText(path, [key]), given, message }];
    }
  });
}
