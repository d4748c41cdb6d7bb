import * as pulumi from "@pulumi/pulumi";

import { nearest } from "../../sdk/nearest";
import type { Problem } from "../../sdk/problems";

/** Collects the problems of one set of arguments. Values that are not known yet (Outputs, promises) are passed over. */
export class Checks {
  readonly problems: Problem[] = [];

  add(problem: Problem): void {
    this.problems.push(problem);
  }

  /** Fields that nothing reads, which TypeScript does not see in arguments that come from configuration. */
  fields(path: string, given: object | undefined, allowed: readonly string[]): void {
    for (const key of Object.keys(given ?? {})) {
      if (allowed.includes(key)) continue;
      const similar = nearest(key, allowed);
      this.add({
        path: path === "" ? key : `${path}.${key}`,
        message: "no such field",
        allowed: allowed.join(", "),
        ...(similar && { fix: `did you mean "${similar}"?` }),
      });
    }
  }

  oneOf(path: string, given: unknown, allowed: readonly string[]): void {
    if (!isPlain(given) || (typeof given === "string" && allowed.includes(given))) return;
    const similar = typeof given === "string" ? nearest(given, allowed) : undefined;
    this.add({
      path,
      given,
      message: "not one of the allowed values",
      allowed: allowed.join(", "),
      ...(similar && { fix: `did you mean "${similar}"?` }),
    });
  }

  matches(path: string, given: unknown, pattern: RegExp, message: string, allowed: string): void {
    if (!isPlain(given) || (typeof given === "string" && pattern.test(given))) return;
    this.add({ path, given, message, allowed });
  }

  integer(path: string, given: unknown, least: number, most: number): void {
    if (!isPlain(given)) return;
    if (typeof given === "number" && Number.isInteger(given) && given >= least && given <= most) return;
    this.add({ path, given, message: "not a number that is possible here", allowed: `${least} to ${most}, whole` });
  }

  /** Whether a value is a list that is known now, as what decides which resources there are must be. */
  list(path: string, given: unknown): boolean {
    if (Array.isArray(given)) return true;
    this.add({
      path,
      ...(isPlain(given) && { given }),
      message: "not a plain list: it decides which resources there are",
    });
    return false;
  }

  /** Checks a range of IPv4 addresses and returns it, or undefined when it is not known or wrong. */
  cidr(path: string, given: unknown, widest = 8, narrowest = 32): Cidr | undefined {
    if (!isPlain(given)) return undefined;
    const range = parseCidr(given);
    const allowed = `an IPv4 range from /${widest} to /${narrowest}, such as "10.0.0.0/${Math.max(widest, 16)}"`;
    if (!range) {
      this.add({ path, given, message: "not a range of IPv4 addresses", allowed });
    } else if (range.prefix < widest || range.prefix > narrowest) {
      this.add({ path, given, message: `a range of size /${range.prefix} is not possible here`, allowed });
    } else if (range.first !== range.given) {
      const fixed = `${[24, 16, 8, 0].map((shift) => (range.first >>> shift) & 255).join(".")}/${range.prefix}`;
      this.add({ path, given, message: "addresses beyond the prefix are set", allowed, fix: `write "${fixed}"` });
    } else {
      return range;
    }
    return undefined;
  }

  /** Ranges of one network must not share addresses. */
  disjoint(ranges: readonly { path: string; given: unknown; range: Cidr | undefined }[]): void {
    ranges.forEach((right, index) => {
      for (const left of ranges.slice(0, index)) {
        if (!left.range || !right.range) continue;
        if (left.range.first > right.range.last || right.range.first > left.range.last) continue;
        this.add({
          path: right.path,
          given: right.given,
          message: `overlaps ${left.path}, which is ${JSON.stringify(left.given)}`,
          fix: "give each its own addresses",
        });
      }
    });
  }
}

/** A range of IPv4 addresses as numbers. */
export interface Cidr {
  readonly given: number;
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

function parseCidr(given: unknown): Cidr | undefined {
  if (typeof given !== "string") return undefined;
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(given);
  if (!match) return undefined;
  const parts = match.slice(1).map(Number);
  const [prefix] = parts.splice(4, 1);
  if (prefix === undefined || prefix > 32 || parts.some((part) => part > 255)) return undefined;
  const address = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(address / size) * size;
  return { given: address, first, last: first + size - 1, prefix };
}

/** Whether a value is given and known now. */
export function isPlain(value: unknown): boolean {
  return value !== undefined && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}
