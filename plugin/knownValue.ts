import * as pulumi from "@pulumi/pulumi";

interface OutputInternals<T> {
  promise(withUnknowns?: boolean): Promise<T>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

/** What another component may have given. */
export interface KnownValue<T> {
  /** Undefined when it is not known yet, such as in the preview that creates its source. */
  value: T | undefined;
  /** Whether it, or anything in it, is secret. */
  secret: boolean;
}

/** Waits for a value without hanging in previews, where some never come. */
export async function knownValue<T>(given: unknown): Promise<KnownValue<T>> {
  if (given === undefined) return { value: undefined, secret: false };
  const output = pulumi.output(given) as unknown as OutputInternals<T>;
  const [known, secret] = await Promise.all([output.isKnown, output.isSecret]);
  return { value: known ? await output.promise() : undefined, secret };
}

/** @throws Error that names the argument, when it is not known yet */
export async function neededValue<T>(given: unknown, what: string): Promise<KnownValue<T>> {
  const found = await knownValue<T>(given);
  if (given === undefined || found.value !== undefined) return found;
  throw new Error(`${what} must be known when the program runs, because it decides which resources there are`);
}
