import { deepStrictEqual, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { canonicalQuantity, withCanonicalResources } from "../../sdk/api/quantity";

describe("canonicalQuantity", () => {
  // Expected values are what resource.MustParse(…).String() of k8s.io/apimachinery 0.34.4 prints for a quantity without cached text.
  const cases: [string | number, string][] = [
    ["1000m", "1"],
    ["0.5", "500m"],
    ["1.5Gi", "1536Mi"],
    ["1024Mi", "1Gi"],
    ["32Gi", "32Gi"],
    ["2000m", "2"],
    ["256m", "256m"],
    ["1000", "1k"],
    ["1500", "1500"],
    ["0.1", "100m"],
    ["0.5Gi", "512Mi"],
    ["512", "512"],
    ["100Mi", "100Mi"],
    ["0", "0"],
    ["0Mi", "0"],
    [4, "4"],
    ["1e3", "1e3"],
    ["1.5G", "1500M"],
    // MustParse writes "5280000", which it reads and writes as "5280k".
    ["5156.25Ki", "5280k"],
    ["not a quantity", "not a quantity"],
  ];
  for (const [given, expected] of cases) {
    it(`writes ${JSON.stringify(given)} as ${JSON.stringify(expected)}`, () =>
      strictEqual(canonicalQuantity(given), expected));
  }
});

describe("withCanonicalResources", () => {
  it("changes the limits and requests of containers, and nothing else", () => {
    const later = pulumi.output("0.5");
    const spec = {
      template: {
        containers: [
          { name: "main", resources: { limits: { cpu: "0.5", memory: later }, claims: [{ name: "1000m" }] } },
        ],
      },
      limits: { cpu: "0.5" },
    };
    deepStrictEqual(withCanonicalResources(spec), {
      template: {
        containers: [
          { name: "main", resources: { limits: { cpu: "500m", memory: later }, claims: [{ name: "1000m" }] } },
        ],
      },
      limits: { cpu: "0.5" },
    });
  });
});
