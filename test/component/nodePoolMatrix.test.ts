import { deepStrictEqual, ok } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { AcceleratorPool } from "../../index";
import { register, type Registration } from "./mocks";
import type { Give, Inputs, Row } from "./nodePoolRows";
import { eksRows } from "./nodePoolRowsEks";
import { gkeRows } from "./nodePoolRowsGke";

const known: Give = (value) => value;
const unknown: Give = <T>() => pulumi.output(pulumi.unknown as unknown) as pulumi.Output<T>;
/** How the engine is told of an unknown. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

async function childrenOf({ args }: Row, give: Give): Promise<Registration[]> {
  const { registrations } = await register(() => new AcceleratorPool("p", args(give)), {
    preview: give === unknown,
    outputs: ({ type }): Inputs =>
      type === "aws:ec2/launchTemplate:LaunchTemplate"
        ? { latestVersion: 3 }
        : type === "aws:ec2/placementGroup:PlacementGroup"
          ? { name: "placement" }
          : type === "gcp:compute/resourcePolicy:ResourcePolicy"
            ? { name: "policy" }
            : {},
  });
  return registrations.filter(({ custom }) => custom);
}

const byName = (children: readonly Registration[]) =>
  Object.fromEntries(children.map(({ name, inputs }) => [name, inputs] as const));

describe("AcceleratorPool, every input of every child", () => {
  for (const row of [...gkeRows, ...eksRows]) {
    it(row.title, async () => {
      deepStrictEqual(byName(await childrenOf(row, known)), row.children);
    });

    it(`${row.title}, of Outputs that a preview does not know`, async () => {
      const children = await childrenOf(row, unknown);
      ok(JSON.stringify(children).includes(unknownText));
      const seen = byName(children);
      deepStrictEqual(Object.keys(seen).sort(), Object.keys(row.children).sort());
      for (const [name, inputs] of Object.entries(row.children)) {
        deepStrictEqual(seen[name], veiled(inputs, seen[name]), name);
      }
    });
  }
});

/** What is expected, but for what is unknown. */
function veiled(expected: unknown, seen: unknown): unknown {
  if (seen === unknownText) return unknownText;
  if (Array.isArray(expected)) return expected.map((entry, index) => veiled(entry, (seen as unknown[])?.[index]));
  if (typeof expected !== "object" || expected === null) return expected;
  const other = (seen ?? {}) as Inputs;
  return Object.fromEntries(Object.entries(expected).map(([key, entry]) => [key, veiled(entry, other[key])]));
}
