import {
  type PolicyConfigSchema,
  type ReportViolation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";

import { type Json, Marked } from "../sdk/compose/marked";
import { judgeResource, judgeStack, type Violation } from "./judge";
import type { StackResource } from "./resource";
import { configOf } from "./rule";
import { type AnyRule } from "./rules";
import { Stack } from "./stack";

/** Judges resources as the engine registers them, and the stack when it has them all. */
export type PackPolicy = ResourceValidationPolicy & StackValidationPolicy;

/**
 * The rules as policies. A policy sees a resource's inputs when it is registered and its outputs at the end; the inputs are kept, since
 * they are what a preview surely knows, and the stack is judged by them.
 */
export function policiesOf(rules: readonly AnyRule[]): PackPolicy[] {
  const registered = new Registered();
  return rules.map((rule) => policyOf(rule, registered));
}

/** What one run of the engine has registered; the process ends with the run. */
class Registered {
  private readonly resources = new Map<string, StackResource>();
  private last: { readonly urns: string; readonly stack: Stack } | undefined;

  /** Every policy is told of every resource. */
  add(urn: string, make: () => StackResource): StackResource {
    const known = this.resources.get(urn);
    if (known) return known;
    const resource = make();
    this.resources.set(urn, resource);
    return resource;
  }

  /** The resources that are in the stack at its end. */
  stack(urns: readonly string[]): Stack {
    const key = urns.join("\n");
    if (this.last?.urns !== key) {
      const resources = urns.flatMap((urn) => this.resources.get(urn) ?? []);
      this.last = { urns: key, stack: new Stack(resources) };
    }
    return this.last.stack;
  }
}

function policyOf(rule: AnyRule, registered: Registered): PackPolicy {
  const reported = new Map<string, number>();
  const config = (args: { getConfig<T extends object>(): T }): Record<string, never> =>
    configOf(rule, args.getConfig());
  /** A service's own spec is judged first, and all of it later, where the same may be at another place of a list. */
  const report = (violations: readonly Violation[], reportViolation: ReportViolation): void => {
    const found = new Map<string, Map<string, Violation>>();
    for (const violation of violations) {
      const { urn, message } = violation;
      const key = `${urn} ${message.replaceAll(/\[\d+\]/g, "[]").replace(/; set by [^;]*/, "")}`;
      const alike = found.get(key) ?? new Map<string, Violation>();
      found.set(key, alike.set(message, violation));
    }
    for (const [key, alike] of found) {
      const known = reported.get(key) ?? 0;
      for (const { urn, message } of [...alike.values()].slice(known)) reportViolation(message, urn);
      reported.set(key, Math.max(known, alike.size));
    }
  };
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.enforcement ?? "mandatory",
    severity: rule.severity,
    remediationSteps: rule.remediation,
    configSchema: { properties: rule.config } as unknown as PolicyConfigSchema,
    validateResource: (args, reportViolation) => {
      const { urn, type, props, provider } = args;
      const resource = registered.add(urn, () => ({
        urn,
        type,
        inputs: plainObject(props),
        ...(provider && { provider: providerSettings(provider.props) }),
      }));
      report(judgeResource(rule, config(args), resource), reportViolation);
    },
    validateStack: (args, reportViolation) => {
      const stack = registered.stack(args.resources.map(({ urn }) => urn).sort());
      report(judgeStack(rule, config(args), stack), reportViolation);
    },
  };
}

/** Properties as they are given to policies: an unknown one throws when it is read. */
function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map((_, index) => read(value, index));
  if (typeof value !== "object" || value === null) return value as Json;
  return plainObject(value as Record<string, unknown>);
}

function plainObject(value: Readonly<Record<string, unknown>>): Record<string, Json> {
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(value, key)]));
}

function read(container: object, key: string | number): Json {
  try {
    return plain((container as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    return new Marked(undefined, { unknown: true, secret: false, carriers: [] });
  }
}

/** Settings of a provider that are no texts are their JSON. */
function providerSettings(props: Readonly<Record<string, unknown>>): Record<string, Json> {
  const settings = plainObject(props);
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, fromJson(value)]));
}

function fromJson(value: Json): Json {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
