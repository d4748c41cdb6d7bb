import type { z } from "zod";

import { findingsOf } from "../api/schema/issues";
import { pathText } from "../api/view";
import type { Problem } from "../problems";
import type { ContractField } from "./contract";
import type { StackOutput } from "./read";

/** What one output comes to, and what is wrong with it. Of a secret neither the value nor what is in it is shown. */
export function problemsOf(
  name: string,
  { value, secret }: StackOutput,
  field: ContractField,
  schema: z.ZodType,
): { value: unknown; problems: Problem[] } {
  const problems: Problem[] = [];
  if (field.credential && !secret) {
    problems.push({
      path: name,
      message: "published as plain text, so that whoever may read the stack's state has it",
      allowed: "a secret output",
      fix: "publish it with pulumi.secret(…), bring the stack up again, and exchange the credential",
    });
    return { value: undefined, problems };
  }
  const result = schema.safeParse(value, { reportInput: !secret });
  if (result.success) return { value: result.data, problems };
  if (secret) {
    problems.push({ path: name, message: "not as the contract has it; it is secret, so that nothing of it is shown" });
  } else {
    for (const issue of result.error.issues) {
      const findings = findingsOf(issue, schema);
      problems.push(...findings.map(({ at, ...found }): Problem => ({ path: pathText("", [name, ...at]), ...found })));
    }
  }
  return { value: undefined, problems };
}
