import { deepStrictEqual, ok } from "node:assert";

import { type Json, Marked } from "../../sdk/compose/marked";
import { preflight } from "../../sdk/preflight/preflight";
import type { PreflightPlan } from "../../sdk/preflight/plan";
import { capacityCases } from "./preflight/capacityCases";
import { clusterCases } from "./preflight/clusterCases";
import { nameCases } from "./preflight/nameCases";
import { objectCases } from "./preflight/objectCases";
import { schedulerCases } from "./preflight/schedulerCases";

const cases = [...nameCases, ...clusterCases, ...capacityCases, ...objectCases, ...schedulerCases];

/** A value with everything in it secret, and what that is. */
function hidden(value: Json, secrets: Set<string>): Json {
  if (Array.isArray(value)) return value.map((item) => hidden(item, secrets));
  if (typeof value === "object" && value !== null && !(value instanceof Marked)) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, hidden(child, secrets)]));
  }
  if (value instanceof Marked || value === null) return value;
  // A digit may be in any sentence.
  if (String(value).length > 1) secrets.add(String(value));
  return new Marked(value, { unknown: false, secret: true, carriers: [] });
}

/** What anybody may know: all of the plan but the specs. */
function publicText({ services, ...rest }: PreflightPlan): string {
  return JSON.stringify([rest, services.map(({ name, namespace }) => [name, namespace])]);
}

describe("preflight of services whose specs are secret", () => {
  for (const { code, title, bad } of cases) {
    it(`shows nothing of it: ${code}, ${title}`, () => {
      const secrets = new Set<string>();
      const services = bad.services.map((service) => ({
        ...service,
        spec: hidden(service.spec, secrets),
        ...(service.annotations && { annotations: hidden(service.annotations, secrets) as Record<string, Json> }),
        ...(service.labels && { labels: hidden(service.labels, secrets) as Record<string, Json> }),
      }));
      const known = publicText(bad);
      const telling = [...secrets].filter((secret) => !known.includes(secret));
      ok(secrets.size > 0);
      for (const { given, message, allowed, fix } of preflight({ ...bad, services })) {
        const words = [JSON.stringify(given), message, allowed, fix].join(" ").split(/[^\w./:@-]+/);
        deepStrictEqual(
          telling.filter((secret) => words.includes(secret)),
          [],
          message,
        );
      }
    });
  }
});
