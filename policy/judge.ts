import type { View } from "../sdk/api/view";
import { describeProblem } from "../sdk/problems";
import type { StackResource } from "./resource";
import { type Report, type Rule } from "./rule";
import { Stack, subjectOf } from "./stack";
import { pathOf, type Subject } from "./subject";

/** A rule that is not kept. */
export interface Violation {
  /** The resource; none where it is about the stack. */
  readonly urn: string | undefined;
  readonly message: string;
}

/** What a resource alone violates, of a service what its own spec says. */
export function judgeResource<Config extends object>(
  rule: Rule<Config>,
  config: Config,
  resource: StackResource,
): Violation[] {
  const subject = subjectOf(resource);
  const found: Violation[] = [];
  if (subject) rule.judge?.(subject, config, reportTo(found, subject));
  return found;
}

/** What all resources of a stack violate, services by what KServe's controller makes of them. */
export function judgeStack<Config extends object>(
  rule: Rule<Config>,
  config: Config,
  resources: readonly StackResource[] | Stack,
): Violation[] {
  const stack = resources instanceof Stack ? resources : new Stack(resources);
  const found: Violation[] = [];
  for (const subject of stack.subjects) rule.judge?.(subject, config, reportTo(found, subject));
  rule.judgeStack?.(stack, config, (subject) => reportTo(found, subject));
  return found;
}

function reportTo(found: Violation[], subject: Subject | undefined): Report {
  return (at: View | string, details) => {
    const isPlace = typeof at !== "string";
    const origin = isPlace ? subject?.originAt(at) : undefined;
    const message = describeProblem({
      path: isPlace ? pathOf(at) : at,
      ...(isPlace && { given: at.given }),
      ...(origin !== undefined && { origin }),
      ...details,
    });
    found.push({ urn: subject?.resource.urn, message: message.replace(/^: /, "") });
  };
}
