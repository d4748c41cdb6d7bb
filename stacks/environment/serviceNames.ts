import type { Problem } from "../../sdk/problems";

/** What is wrong with a service that has the name of an earlier one, of whatever namespace. */
export function repeatedService(index: number, first: number, name: unknown): Problem {
  return {
    path: `services[${index}].name`,
    given: name,
    message: `services[${first}] has this name too`,
    allowed: "a name once in a stack, since resources, outputs and references of app teams go by it",
    fix: "rename one of them, or move it to a stack of its own",
  };
}
