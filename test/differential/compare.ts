import fc from "fast-check";

import type { Progress } from "../../local/progress";
import type { Oracle } from "./oracle";
import type { Share } from "./properties";

/** What somebody made of a case: a value, or nothing, for a reason. */
export type Outcome = { value: unknown } | { failure: string };
/** Ours may refuse on purpose what KServe accepts. */
export type OurOutcome = Outcome | { stricter: string };

/** Something that must be the same in our engine and in KServe's code, whatever the case. */
export interface Property<C> {
  readonly cases: fc.Arbitrary<C>;
  ours(given: C): OurOutcome;
  theirs(given: C, oracle: Oracle): Promise<Outcome>;
  /** The body of a test that states what KServe does with the case; `differing` is where ours is another. */
  test(given: C, theirs: Outcome, differing: readonly Differing[]): string;
}

/** A part of the value that the two see in another way; undefined where one of them has none. */
export interface Differing {
  readonly path: readonly (string | number)[];
  readonly ours: unknown;
  readonly theirs: unknown;
}

export interface CompareOptions {
  cases: number;
  seed: number;
  progress?: (done: number) => void;
}

/** A case in which the two differ, the smallest that was found. */
export class Difference extends Error {
  override readonly name = "Difference";
}

/** How many cases the oracle has before it at a time. */
const chunkSize = 200;

/**
 * Compares on generated cases, the same for the same seed.
 * @throws {@link Difference} with the first case that differs, shrunk, as a test to paste.
 */
export async function compare({ title, ...share }: Share, oracle: Oracle, options: CompareOptions): Promise<void> {
  const property = share.property(oracle);
  const arbitrary = property.cases;
  for (let done = 0; done < options.cases; done += chunkSize) {
    // Far from the chunks of neighbouring seeds.
    const seed = (options.seed + (done / chunkSize) * 0x9e3779b1) | 0;
    const numRuns = Math.min(chunkSize, options.cases - done);
    const cases = fc.sample(arbitrary, { seed, numRuns });
    const asked = cases.map((given) => property.theirs(given, oracle));
    const ours = cases.map((given) => attempt(property, given));
    const theirs = await Promise.all(asked);
    const index = cases.findIndex((_, i) => !isSame(ours[i] as OurOutcome, theirs[i] as Outcome));
    if (index >= 0) throw await shrink(title, property, oracle, { seed, index });
    options.progress?.(done + numRuns);
  }
}

function attempt<C>(property: Property<C>, given: C): OurOutcome {
  try {
    return property.ours(given);
  } catch (error) {
    // Whatever a property expects to be thrown it has turned into a failure itself.
    return { value: `thrown by our code: ${(error as Error).stack}` };
  }
}

/** Both failed, or both made the same of it; why they failed may differ. What we refuse on purpose is not compared. */
function isSame(ours: OurOutcome, theirs: Outcome): boolean {
  if ("stricter" in ours) return true;
  if ("failure" in ours || "failure" in theirs) return "failure" in ours && "failure" in theirs;
  return stable(ours.value) === stable(theirs.value);
}

/** JSON with sorted keys. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

async function shrink<C>(
  title: string,
  property: Property<C>,
  oracle: Oracle,
  { seed, index }: { seed: number; index: number },
): Promise<Difference> {
  const deadline = Date.now() + 60_000;
  const isAlike = async (given: C) => isSame(attempt(property, given), await property.theirs(given, oracle));
  const details = await fc.check(
    fc.asyncProperty(property.cases, async (given) => Date.now() > deadline || (await isAlike(given))),
    { seed, path: String(index), numRuns: 1, endOnFailure: false },
  );
  const smallest = details.counterexample?.[0];
  if (smallest === undefined) return new Difference(`${title}: case ${index} of seed ${seed} differs only at times`);
  const ours = attempt(property, smallest);
  const theirs = await property.theirs(smallest, oracle);
  return new Difference(
    [
      `${title}: KServe and our engine differ (case ${index} of ${chunkSize} with seed ${seed}, shrunk ${details.numShrinks} times)`,
      ...describeDifference(ours, theirs),
      "as a test:",
      `it("${title}", () => {`,
      indent(property.test(smallest, theirs, differingParts(ours, theirs))),
      "});",
    ].join("\n"),
  );
}

function describeDifference(ours: OurOutcome, theirs: Outcome): string[] {
  const differing = differingParts(ours, theirs);
  if (differing.length === 0) return [`ours:   ${describe(ours)}`, `theirs: ${describe(theirs)}`];
  return differing
    .slice(0, 10)
    .map(
      (part) => `${part.path.join(".")}: ours ${stable(part.ours) ?? "none"}, theirs ${stable(part.theirs) ?? "none"}`,
    );
}

function describe(outcome: OurOutcome): string {
  if ("stricter" in outcome) return `refuses: ${outcome.stricter}`;
  return "failure" in outcome ? `fails: ${outcome.failure}` : stable(outcome.value);
}

function differingParts(ours: OurOutcome, theirs: Outcome): Differing[] {
  return "value" in ours && "value" in theirs ? partsThatDiffer(ours.value, theirs.value, []) : [];
}

function partsThatDiffer(ours: unknown, theirs: unknown, path: (string | number)[]): Differing[] {
  if (stable(ours) === stable(theirs)) return [];
  const bothLists = Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length;
  if (bothLists) return ours.flatMap((item, index) => partsThatDiffer(item, theirs[index], [...path, index]));
  if (!isRecord(ours) || !isRecord(theirs)) return [{ path, ours, theirs }];
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
  return keys.flatMap((key) => partsThatDiffer(ours[key], theirs[key], [...path, key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** A value as TypeScript. */
export function literal(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "undefined";
}

/** Runs several comparisons, each on its share of the cases, with progress. */
export async function compareAll(
  shares: readonly Share[],
  oracle: Oracle,
  { cases, seed }: CompareOptions,
  progress: Progress,
): Promise<void> {
  for (const share of shares) {
    const count = Math.ceil(cases * share.share);
    await progress.step(`${share.title}: ${count} cases, seed ${seed}`, (update) =>
      compare(share, oracle, { cases: count, seed, progress: (done) => update(`${done} of ${count}`) }),
    );
  }
}
