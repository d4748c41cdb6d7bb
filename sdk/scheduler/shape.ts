import { isQuantity } from "../api/quantity";
import { isOpaque, shownValue } from "../api/view";
import { Marked } from "../compose/marked";
import { nearest } from "../nearest";
import { goDurationSeconds } from "./goDuration";
import { SchedulerRouter } from "./routers";

/** Adds a finding about a place; `tolerated` when the router starts all the same. */
export type Report = (
  path: string,
  problem: { given?: unknown; message: string; allowed?: string; fix?: string },
  tolerated?: true,
) => void;

/** What the fields of a configuration are. */
type Shape =
  | "string"
  | "boolean"
  | "integer"
  | "number"
  | "quantity"
  | "duration"
  | "any"
  | { readonly list: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const reference: Shape = { fields: { pluginRef: "string" } };
const band: Shape = {
  fields: {
    priority: "integer",
    maxBytes: "quantity",
    maxRequests: "quantity",
    fairnessPolicyRef: "string",
    orderingPolicyRef: "string",
  },
};
const flowControl = {
  maxBytes: "quantity",
  maxRequests: "quantity",
  defaultRequestTTL: "duration",
  defaultPriorityBand: band,
  priorityBands: { list: band },
  usageLimitPolicyPluginRef: "string",
} as const;
const source: Shape = { fields: { pluginRef: "string", extractors: { list: reference } } };
const common = {
  apiVersion: "string",
  kind: "string",
  featureGates: { list: "string" },
  plugins: { list: { fields: { name: "string", type: "string", parameters: "any" } } },
  schedulingProfiles: {
    list: {
      fields: { name: "string", plugins: { list: { fields: { pluginRef: "string", weight: "number" } } } },
    },
  },
  saturationDetector: reference,
  parser: reference,
} as const satisfies Record<string, Shape>;

/** Source: `apix/config/v1alpha1/endpointpickerconfig_types.go` of either repository; see the tables of plugins. */
const shapes: Readonly<Record<SchedulerRouter, Shape>> = {
  [SchedulerRouter.inferenceExtension]: {
    fields: {
      ...common,
      dataLayer: { fields: { sources: { list: source } } },
      flowControl: { fields: flowControl },
    },
  },
  [SchedulerRouter.llmD]: {
    fields: {
      ...common,
      dataLayer: { fields: { injectDefaults: "boolean", sources: { list: source }, discovery: "any" } },
      flowControl: { fields: { ...flowControl, saturationDetector: reference } },
      requestHandler: { fields: { parsers: { list: reference } } },
    },
  },
};

/** Reports fields that the router's strict decoder does not know, and values of another type than it wants. */
export function checkShape(config: unknown, router: SchedulerRouter, path: string, report: Report): void {
  check(config, shapes[router], path, report);
}

function check(raw: unknown, shape: Shape, path: string, report: Report): void {
  const value = raw instanceof Marked ? raw.value : raw;
  // Go takes null for nothing.
  if (value === undefined || value === null || isOpaque(raw) || shape === "any") return;
  const wrong = (allowed: string): void => {
    const shown = raw instanceof Marked && raw.secret ? {} : { given: shownValue(value) };
    report(path, { message: "of the wrong type", ...shown, allowed });
  };
  if (typeof shape === "string") {
    const allowed = wrongType(value, shape);
    if (allowed !== undefined) wrong(allowed);
  } else if ("list" in shape) {
    if (!Array.isArray(value)) return wrong("a list");
    for (const [index, item] of value.entries()) check(item, shape.list, `${path}[${index}]`, report);
  } else {
    if (typeof value !== "object" || Array.isArray(value)) return wrong("an object");
    for (const [key, item] of Object.entries(value)) {
      const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
      if (field !== undefined) check(item, field, join(path, key), report);
      else if (item !== undefined) report(join(path, key), unknownName("field", key, Object.keys(shape.fields)));
    }
  }
}

/** What is said about a name that is not there, with the nearest one. */
export function unknownName(
  what: string,
  name: string,
  known: readonly string[],
): { message: string; allowed: string; fix?: string } {
  const near = nearest(name, known);
  return {
    message: `no such ${what}`,
    allowed: known.length > 0 ? known.join(", ") : "none",
    ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
  };
}

/** What is allowed instead of a value, undefined when it is allowed itself. Go's types, as JSON is read into them. */
export function wrongType(value: unknown, type: string): string | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" ? undefined : "text";
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : "a number";
    case "integer":
    case "nanoseconds":
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 63 ? undefined : "a whole number";
    case "duration":
      return typeof value === "string" && goDurationSeconds(value) !== undefined
        ? undefined
        : 'a duration, such as "200ms"';
    case "quantity":
      return (typeof value === "string" || typeof value === "number") && isQuantity(value)
        ? undefined
        : 'a quantity, such as "1Gi" or 100';
    default:
      return undefined;
  }
}

/** The steps of a path that {@link join} and indexes of lists made. */
export function stepsOf(path: string): (string | number)[] {
  const steps = path.matchAll(/\.?([A-Za-z0-9_-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g);
  return [...steps].map(([, key, index, quoted]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? (JSON.parse(quoted) as string) : (key ?? ""),
  );
}

export function join(path: string, key: string): string {
  const step = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
  if (step !== key) return `${path}[${step}]`;
  return path === "" ? key : `${path}.${key}`;
}
