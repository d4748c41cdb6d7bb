import { createRequire } from "node:module";

import { nearest } from "../nearest";
import { assertNoProblems, ConfigurationError, type Problem } from "../problems";
import { type Contract, type ContractField, contractsOutput, type ContractVersion, versionNumbers } from "./contract";

/** One output of a referenced stack. */
export interface StackOutput {
  readonly value: unknown;
  readonly secret: boolean;
}

/** The outputs of a referenced stack by their names. */
export type StackOutputs = Readonly<Record<string, StackOutput>>;

/** What a stack says under a contract. */
export interface ReadContract<Fields extends object> {
  /** The version that the stack speaks. */
  readonly version: ContractVersion;
  /** Those fields that the stack has. */
  readonly values: Partial<Fields>;
}

/**
 * Reads the outputs of a stack under a contract. Fields that came with a newer minor version than the stack's are left out, those that only
 * the stack knows are passed over.
 *
 * @param stack name of the stack, for messages
 * @throws ConfigurationError when the stack has no outputs, does not speak the contract, speaks another major version of it (the error says
 * which side is to be upgraded), or for every field that is missing or wrong. No secret stands in it.
 */
export function readContract<Fields extends object>(
  contract: Contract<Fields>,
  stack: string,
  outputs: StackOutputs,
): ReadContract<Fields> {
  const version = spokenVersion(contract, stack, outputs);
  const { problemsOf } = lazyRequire("./validate") as typeof import("./validate");
  const schemas = contract.schema();
  const values: Partial<Fields> = {};
  const problems: Problem[] = [];
  for (const name of fieldNames(contract)) {
    const field = contract.fields[name];
    const output = outputs[name];
    if (isNewer(field.since, version)) continue;
    if (output === undefined || output.value === undefined || output.value === null) {
      if (!field.optional) problems.push(missing(contract, name, stack));
      continue;
    }
    const result = problemsOf(name, output, field, schemas[name]);
    problems.push(...result.problems);
    values[name] = result.value as Fields[typeof name];
  }
  assertNoProblems(subjectOf(contract, stack), problems);
  return { version, values };
}

const lazyRequire = createRequire(__filename);

/**
 * A field that the reader cannot do without.
 *
 * @param fix what to do in the referenced stack when it has no such output, though it knows of it
 * @throws ConfigurationError when the stack does not have it.
 */
export function requireField<Fields extends object, Name extends keyof Fields & string>(
  contract: Contract<Fields>,
  stack: string,
  read: ReadContract<Fields>,
  name: Name,
  fix?: string,
): NonNullable<Fields[Name]> {
  const value = read.values[name];
  if (value !== undefined && value !== null) return value;
  const { since } = contract.fields[name];
  const problem: Problem = isNewer(since, read.version)
    ? {
        path: name,
        message: `came with version ${since} of the contract "${contract.name}", and the stack speaks ${read.version}`,
        fix: upgradeStack(stack),
      }
    : { path: name, message: "the stack does not publish it", ...(fix !== undefined && { fix }) };
  throw new ConfigurationError(subjectOf(contract, stack), [problem]);
}

/**
 * One of several things that a stack has by their names.
 *
 * @param path the output, such as "services"
 * @param what one of them is called in messages, such as "service"
 * @param secretOf the stack, where the output is secret
 * @throws ConfigurationError with the nearest name, and all of them; of a secret output with neither, but with the command that shows it.
 */
export function requireEntry<T>(
  subject: string,
  path: string,
  what: string,
  entries: Readonly<Record<string, T>>,
  name: string,
  secretOf?: string,
): T {
  if (Object.hasOwn(entries, name)) return entries[name] as T;
  if (secretOf !== undefined) {
    throw new ConfigurationError(subject, [
      {
        path,
        given: name,
        message: `the stack has no ${what} of this name; the output is secret, so that nothing of it is shown`,
        fix: `see which there are: pulumi stack output ${path} --show-secrets -s ${secretOf}`,
      },
    ]);
  }
  const names = Object.keys(entries).sort();
  const guess = nearest(name, names);
  throw new ConfigurationError(subject, [
    {
      path,
      given: name,
      message: `the stack has no ${what} of this name`,
      allowed: names.length > 0 ? names.join(", ") : `none; the stack has no ${what}s`,
      ...(guess !== undefined && { fix: `did you mean "${guess}"?` }),
    },
  ]);
}

/** What errors about a referenced stack are about. */
export function subjectOf({ title }: Pick<Contract<object>, "title">, stack: string): string {
  return `${title} in stack "${stack}"`;
}

function fieldNames<Fields extends object>({ fields }: Contract<Fields>): (keyof Fields & string)[] {
  return Object.keys(fields) as (keyof Fields & string)[];
}

function spokenVersion(contract: Contract<object>, stack: string, outputs: StackOutputs): ContractVersion {
  const fail = (problem: Omit<Problem, "path">, path = contractsOutput): never => {
    throw new ConfigurationError(subjectOf(contract, stack), [{ path, ...problem }]);
  };
  const names = Object.keys(outputs).sort();
  if (names.length === 0) {
    fail(
      { message: "the stack has no outputs: it was never brought up, or it was destroyed", fix: bringUp(stack) },
      "outputs",
    );
  }
  const spoken = outputs[contractsOutput]?.value;
  if (typeof spoken !== "object" || spoken === null) fail(withoutContracts(contract, stack, names));
  const versions = spoken as Readonly<Record<string, unknown>>;
  const given = Object.hasOwn(versions, contract.name) ? versions[contract.name] : undefined;
  if (given === undefined) {
    fail({
      message: `the stack is no ${contract.title}: it does not speak the contract "${contract.name}"`,
      allowed: `a stack of ${contract.program}; this one speaks ${Object.keys(versions).sort().join(", ") || "none"}`,
    });
  }
  const theirs = versionNumbers(given);
  if (!theirs)
    return fail({ given, message: "not the version of a contract", allowed: '"<major>.<minor>"' }, pathOf(contract));
  const ours = versionNumbers(contract.version) as NonNullable<typeof theirs>;
  if (theirs.major < ours.major) {
    fail(
      {
        given,
        message: "the stack speaks an older contract than this program reads",
        allowed: `${ours.major}.x`,
        fix: upgradeStack(stack),
      },
      pathOf(contract),
    );
  }
  if (theirs.major > ours.major) {
    fail(
      {
        given,
        message: "the stack speaks a newer contract than this program reads",
        allowed: `${ours.major}.x`,
        fix: "upgrade pulumi-kserve in the project of this program (npm install pulumi-kserve@latest)",
      },
      pathOf(contract),
    );
  }
  return given as ContractVersion;
}

/** Stacks of this package had outputs before they had contracts. */
function withoutContracts(contract: Contract<object>, stack: string, names: readonly string[]): Omit<Problem, "path"> {
  const fields = contract.fields as Readonly<Record<string, ContractField>>;
  const required = Object.entries(fields).filter(([, { optional }]) => !optional);
  const known = required.filter(([name]) => names.includes(name));
  if (known.length >= 2 && known.length * 2 >= required.length) {
    return {
      message: `missing; the stack was brought up by a version of pulumi-kserve from before the contract "${contract.name}"`,
      allowed: `version ${contract.version} of the contract`,
      fix: upgradeStack(stack),
    };
  }
  return {
    message: `missing; the stack is no ${contract.title} of pulumi-kserve`,
    allowed: `a stack of ${contract.program}; this one has the outputs ${shortList(names)}`,
    fix: "check the name of the referenced stack",
  };
}

function missing(contract: Contract<object>, name: string, stack: string): Problem {
  return { path: name, message: `missing, though the contract "${contract.name}" has it`, fix: bringUp(stack) };
}

function pathOf({ name }: Pick<Contract<object>, "name">): string {
  return `${contractsOutput}[${JSON.stringify(name)}]`;
}

function isNewer(since: ContractVersion | undefined, version: ContractVersion): boolean {
  return (versionNumbers(since)?.minor ?? 0) > (versionNumbers(version)?.minor ?? 0);
}

function bringUp(stack: string): string {
  return `pulumi up -s ${stack} in the project of that stack`;
}

function upgradeStack(stack: string): string {
  return `upgrade pulumi-kserve in the project of that stack, then ${bringUp(stack).replace(" in the project of that stack", " there")}`;
}

function shortList(names: readonly string[]): string {
  const most = 10;
  return names.length > most ? `${names.slice(0, most).join(", ")} and ${names.length - most} more` : names.join(", ");
}
