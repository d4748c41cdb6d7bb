import { strict as assert } from "node:assert";

import { canonicalSpec } from "../../sdk/compose/canonical";
import type { Json } from "../../sdk/compose/marked";
import { mergeSpecs } from "../../sdk/compose/merge";

describe("merge: free-form JSON", () => {
  const withInline = (inline: Json) => canonicalSpec({ router: { scheduler: { config: { inline } } } }).value;
  const inlineOf = (...specs: ReturnType<typeof withInline>[]) =>
    (mergeSpecs(specs).value as { router: { scheduler: { config: { inline: Json } } } }).router.scheduler.config.inline;

  it("loses nulls where it is new, however deep it lies, but not those in lists", () => {
    const inline = { plugins: { a: null, b: [null, { c: null, d: 1 }] } };
    assert.deepEqual(inlineOf({}, withInline(inline)), { plugins: { b: [null, { d: 1 }] } });
  });

  it("keeps nulls in the lowest spec, which is not merged over anything", () => {
    assert.deepEqual(inlineOf(withInline({ a: { b: null } }), withInline({ c: 1 })), { a: { b: null }, c: 1 });
  });

  it("removes what a null stands for", () => {
    assert.deepEqual(inlineOf(withInline({ a: 1, b: 2 }), withInline({ a: null })), { b: 2 });
  });
});

describe("canonical form: times", () => {
  it("takes what Go takes, and no date alone", () => {
    const problemsOf = (time: string) => {
      const metadata = { creationTimestamp: time };
      const volumes = [{ name: "a", ephemeral: { volumeClaimTemplate: { metadata } } }];
      return canonicalSpec({ template: { volumes } }).problems.length;
    };
    assert.deepEqual(["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+02:00", "2026-01-31"].map(problemsOf), [0, 0, 1]);
  });
});
