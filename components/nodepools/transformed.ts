import { isDeepStrictEqual } from "node:util";

import * as pulumi from "@pulumi/pulumi";

/** What transforms changed of the children of a pool: known only when the children are made, and wanted before. */
export class TransformedChildren {
  private readonly changes: [child: string | undefined, change: Record<string, unknown>][] = [];
  private settle: () => void = () => undefined;
  private readonly settled = new Promise<void>((resolve) => (this.settle = resolve));

  /** Takes a change of one child, or of a resource that all of them use. */
  readonly changed = (child: string | undefined, before: object, after: object): void => {
    const change = before === after ? {} : plainChanges(before, after);
    if (Object.keys(change).length > 0) this.changes.push([child, change]);
  };

  /** All children are made. */
  done(): void {
    this.settle();
  }

  /** What differs for a child from what it would be, once all are made. Outputs are left out: they may be known too late. */
  async of(child: string): Promise<Record<string, unknown>[]> {
    await this.settled;
    return this.changes.filter(([name]) => name === undefined || name === child).map(([, change]) => change);
  }
}

type Fields = Record<string, unknown>;

function plainChanges(before: object, after: object): Fields {
  const [old, now] = [plain(before) as Fields, plain(after) as Fields];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return Object.fromEntries(
    keys.filter((key) => !isDeepStrictEqual(old[key], now[key])).map((key) => [key, now[key] ?? null]),
  );
}

function plain(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return undefined;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
}
