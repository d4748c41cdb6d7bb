import type { Rule } from "../rule";

/** Says where the other rules could not see all of a service. */
export const compositionKnown: Rule = {
  name: "composition-known",
  description: "What a service is composed from is known, so that the other rules judge all of it.",
  remediation:
    "Give the service's configs in the same stack, or hand its fragments over inline; a value that is not known yet is judged by the update.",
  severity: "low",
  enforcement: "advisory",
  config: {},
  judgeStack(stack, _config, report) {
    for (const service of stack.services) {
      if (service.undecided === undefined) continue;
      report(service)("spec", { message: `judged by what the service says itself, because ${service.undecided}` });
    }
  },
};
