import * as pulumi from "@pulumi/pulumi";

import { type Json, type JsonObject, Marked, type Marks } from "../../sdk/compose/marked";

/** What an Output knows of itself; the SDK marks these as internal, and its own serializer uses them. */
interface OutputInternals {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
  promise(withUnknowns: boolean): Promise<unknown>;
  allResources(): Promise<Set<pulumi.Resource>>;
}

const plainMarks: Marks = { unknown: false, secret: false, carriers: [] };

/** Whether nothing in a value has to be waited for. */
export function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
  return Array.isArray(value) ? value.every(isPlain) : Object.values(value).every(isPlain);
}

/**
 * The values of inputs at any depth. Unlike `pulumi.output(input).apply`, it tells unknown and secret parts from the rest: they are
 * {@link Marked}, and so is what depends on resources; everything else is plain.
 */
export async function resolveInputs(input: unknown): Promise<Json> {
  return resolve(input, plainMarks);
}

async function resolve(value: unknown, marks: Marks): Promise<Json> {
  if (pulumi.Output.isInstance(value)) return resolveOutput(value, marks);
  if (value instanceof Promise) return resolve(await value, marks);
  if (pulumi.isUnknown(value)) return new Marked(undefined, { ...marks, unknown: true });
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolve(item, marks)));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, child]) => child !== undefined);
    const resolved = await Promise.all(
      entries.map(async ([key, child]) => [key, await resolve(child, marks)] as const),
    );
    return Object.fromEntries(resolved);
  }
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean" && value !== null)
    return null;
  return marks === plainMarks ? value : new Marked(value, marks);
}

async function resolveOutput(output: pulumi.Output<unknown>, outer: Marks): Promise<Json> {
  const internals = output as unknown as OutputInternals;
  const [known, secret, value, resources] = await Promise.all([
    internals.isKnown,
    internals.isSecret,
    internals.promise(true),
    internals.allResources(),
  ]);
  const isSecret = outer.secret || secret;
  const carriers = isSecret || resources.size > 0 || !known ? [...outer.carriers, output] : outer.carriers;
  const marks = { unknown: false, secret: isSecret, carriers };
  if (!known && value === undefined) return new Marked(undefined, { ...marks, unknown: true });
  return resolve(value, carriers.length > 0 ? marks : plainMarks);
}

/**
 * Turns composed values into inputs again: an unknown part is an unknown Output, a secret one a secret, and what depends on resources
 * still does.
 */
export function toInputs(value: Json): pulumi.Input<unknown> {
  if (value instanceof Marked) return markedInput(value);
  if (Array.isArray(value)) return value.map(toInputs);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, child]) => [key, toInputs(child)]));
}

function markedInput({ value, unknown, secret, carriers }: Marked): pulumi.Output<unknown> {
  const sources = carriers as pulumi.Output<unknown>[];
  const carried = unknown ? unknownBy(sources) : knownBy(sources, value);
  return secret ? pulumi.secret(carried) : carried;
}

function unknownBy(sources: readonly pulumi.Output<unknown>[]): pulumi.Output<unknown> {
  // One of them is not known, so that this is never called; without sources the sentinel itself was given.
  if (sources.length > 0) return joined(sources).apply(() => undefined);
  return pulumi.output<unknown>(pulumi.unknown);
}

/** The value with the dependencies of its sources. A part of an Output may be known while another is not, and then it cannot carry it. */
function knownBy(sources: readonly pulumi.Output<unknown>[], value: unknown): pulumi.Output<unknown> {
  const known = Promise.all(sources.map((source) => (source as unknown as OutputInternals).isKnown));
  const carriers = known.then((all) => sources.filter((_, index) => all[index]));
  return pulumi.output(carriers.then((usable) => joined(usable).apply(() => value))) as pulumi.Output<unknown>;
}

function joined(sources: readonly pulumi.Output<unknown>[]): pulumi.Output<unknown> {
  return pulumi.all(sources as pulumi.Output<pulumi.Unwrap<unknown>>[]) as pulumi.Output<unknown>;
}
