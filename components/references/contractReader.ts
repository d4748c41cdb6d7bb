import * as pulumi from "@pulumi/pulumi";

import { ConfigurationError } from "../../sdk/problems";
import type { Contract } from "../../sdk/references/contract";
import { type ReadContract, readContract, requireField, type StackOutputs, subjectOf } from "../../sdk/references/read";

/** Which stack is referenced. */
export interface ContractReferenceArgs {
  /** `<organization>/<project>/<stack>`. @default the resource's name */
  stack?: pulumi.Input<string>;
}

/** A contract as one stack speaks it. */
export interface ReadStack<Fields extends object> extends ReadContract<Fields> {
  /** Name of the stack. */
  readonly stack: string;
  /** Whether an output of the stack is secret, and nothing of it may be shown. */
  readonly isSecret: (output: keyof Fields & string) => boolean;
}

/** What the SDK is told of the stack that arguments mean. */
export function stackReferenceArgs({ stack }: ContractReferenceArgs): pulumi.StackReferenceArgs | undefined {
  return stack === undefined ? undefined : { name: stack };
}

/**
 * The outputs of a referenced stack, read under a contract. The stack is read in previews, too, and what is wrong with its outputs is an
 * error there, whether they are used or not. Each output is secret only if it is so in the referenced stack.
 */
export class ContractReader<Fields extends object> {
  readonly #contract: Contract<Fields>;
  readonly #reference: pulumi.StackReference;
  readonly #read: Promise<ReadStack<Fields> | undefined>;

  constructor(contract: Contract<Fields>, reference: pulumi.StackReference) {
    this.#contract = contract;
    this.#reference = reference;
    this.#read = this.#readStack();
  }

  /** What errors about the stack are about. */
  subject(stack: string): string {
    return subjectOf(this.#contract, stack);
  }

  /** A part of a field, undefined where the stack has none; as secret as the field. */
  field<Name extends keyof Fields & string, Part = Fields[Name]>(
    name: Name,
    part: (value: Fields[Name] | undefined, read: ReadStack<Fields>) => Part = (value) => value as Part,
  ): pulumi.Output<Part> {
    return this.#reference.getOutput(name).apply(async () => {
      const read = await this.#read;
      // The output is known, so that the reading is.
      return part((read as ReadStack<Fields>).values[name], read as ReadStack<Fields>);
    }) as pulumi.Output<Part>;
  }

  /** A part of a field that the stack must have. @param fix what to do in the stack where it has none */
  requiredField<Name extends keyof Fields & string, Part = NonNullable<Fields[Name]>>(
    name: Name,
    part: (value: NonNullable<Fields[Name]>, read: ReadStack<Fields>) => Part = (value) => value as unknown as Part,
    fix?: string,
  ): pulumi.Output<Part> {
    return this.field(name, (_, read) => part(requireField(this.#contract, read.stack, read, name, fix), read));
  }

  /**
   * A field as plain text, for what decides which resources there are, or stands in messages.
   *
   * @returns undefined while the name of the stack is not known, or where it has none
   * @throws ConfigurationError when the field is secret
   */
  async plainField<Name extends keyof Fields & string>(name: Name): Promise<Fields[Name] | undefined> {
    const [read, isSecret] = await Promise.all([this.#read, pulumi.isSecret(this.#reference.getOutput(name))]);
    if (read && isSecret) {
      throw new ConfigurationError(this.subject(read.stack), [
        {
          path: name,
          message: "is secret, and is read as plain text",
          allowed: "an output that is not secret",
          fix: "find the value that makes this output of the stack secret, and take it out of what the output is made of",
        },
      ]);
    }
    return read?.values[name];
  }

  /** Undefined while the name of the stack is not known. */
  async #readStack(): Promise<ReadStack<Fields> | undefined> {
    const { name, outputs: all, secretOutputNames } = this.#reference;
    const parts = pulumi.all([name, all, secretOutputNames as pulumi.Input<string[] | undefined>]);
    const [resolved, isSecret] = await Promise.all([promiseOf(parts), pulumi.isSecret(all)]);
    if (resolved === undefined) return undefined;
    const [stack, values, secretNames] = resolved;
    const outputs: StackOutputs = Object.fromEntries(
      Object.entries(values as Record<string, unknown>).map(([name, value]) => [
        name,
        // Engines that do not say which outputs are secret say only whether any is.
        { value, secret: secretNames ? secretNames.includes(name) : isSecret },
      ]),
    );
    return {
      stack,
      isSecret: (output) => outputs[output]?.secret === true,
      ...readContract(this.#contract, stack, outputs),
    };
  }
}

/** Undefined when the output is not known; the SDK marks this as internal. */
function promiseOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return (output as unknown as { promise(): Promise<T | undefined> }).promise();
}
