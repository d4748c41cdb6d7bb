import type { z } from "zod";

/** `<major>.<minor>`: a minor version adds fields, a major one changes or removes some. */
export type ContractVersion = `${number}.${number}`;

/** What a contract says of one output. */
export interface ContractField {
  /** The version that brought it; a stack that speaks an older one does not have it. @default `<major>.0` */
  readonly since?: ContractVersion;
  /** Left out by stacks that have no value for it. @default false */
  readonly optional?: boolean;
  /** A credential, which a stack must not publish as plain text. @default false; then it may be secret or not */
  readonly credential?: boolean;
}

/**
 * What the outputs of one kind of stack are for other stacks. Several contracts may be spoken by one stack; each has its own fields, or
 * shares them. `schema` loads the schemas, which a program that reads no other stack must not pay for.
 */
export interface Contract<Fields extends object> {
  /** Such as "pulumi-kserve/inference-platform". */
  readonly name: string;
  /** What a stack that speaks it is, in messages, such as "inference platform". */
  readonly title: string;
  readonly version: ContractVersion;
  /** Which program gives such a stack, in messages, such as "stacks/environment". */
  readonly program: string;
  readonly fields: { readonly [Name in keyof Fields]-?: ContractField };
  /** The schema of each field. Objects in them must not be strict: what a newer version adds is passed over. */
  readonly schema: () => { readonly [Name in keyof Fields]-?: z.ZodType<NonNullable<Fields[Name]>> };
}

/** The contract of some fields; what it is given. */
export function defineContract<Fields extends object>(contract: Contract<Fields>): Contract<Fields> {
  return contract;
}

/** The output by which a stack says what contracts it speaks: their versions by their names. */
export const contractsOutput = "contracts";

/** The value of the output {@link contractsOutput}. */
export function spokenContracts(
  ...contracts: readonly Pick<Contract<object>, "name" | "version">[]
): Record<string, string> {
  return Object.fromEntries(contracts.map(({ name, version }) => [name, version]));
}

/** A contract's version in numbers. @returns undefined for what is no version. */
export function versionNumbers(version: unknown): { major: number; minor: number } | undefined {
  const match = typeof version === "string" ? /^(\d+)\.(\d+)$/.exec(version) : null;
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}
