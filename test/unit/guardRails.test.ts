import { deepStrictEqual, ok, strictEqual } from "node:assert";

import { floorAbove, isBelow } from "../../sdk/accelerators/gkeVersions";
import { poolProblems } from "../../sdk/accelerators/guardRails";
import { pending, type PoolSpec } from "../../sdk/accelerators/poolSpec";
import { describeProblem } from "../../sdk/problems";
import { capacityCases } from "./nodePools/capacityCases";
import { eksCases } from "./nodePools/eksCases";
import { gkeCases } from "./nodePools/gkeCases";
import { machineCases } from "./nodePools/machineCases";
import { nodeCases } from "./nodePools/nodeCases";
import { h100, l4 } from "./nodePools/pools";

const cases = { ...machineCases, ...capacityCases, ...nodeCases, ...gkeCases, ...eksCases };

const merged = (left: PoolSpec, right: Partial<PoolSpec>): PoolSpec =>
  Object.fromEntries(
    Object.entries({ ...left, ...right }).filter(([, value]) => value !== undefined),
  ) as unknown as PoolSpec;

describe("guard-rails of node pools", () => {
  for (const [name, { of, wrong, path, says, right }] of Object.entries(cases)) {
    it(`refuse ${name}`, () => {
      const problems = poolProblems(merged(of, wrong));
      deepStrictEqual(
        problems.map((problem) => problem.path),
        [path],
        problems.map(describeProblem).join("\n"),
      );
      ok(says.test(describeProblem(problems[0]!)), describeProblem(problems[0]!));
      deepStrictEqual(poolProblems(merged(of, right)).map(describeProblem), []);
    });
  }

  it("tell everything at once", () => {
    const problems = poolProblems({
      ...l4,
      name: "GPU",
      minNodes: 9,
      capacity: [{ kind: "spot", reservation: "mine" }],
      taints: [{ key: "a", effect: "Never" }],
      placement: "compact",
      rdma: { mode: "networks" },
    });
    deepStrictEqual(
      problems.map(({ path }) => path),
      ["name", "taints[0].effect", "capacity[0].reservation", "minNodes", "rdma", "zones"],
    );
  });

  it("do not judge what is not known yet", () => {
    const spec: PoolSpec = {
      ...h100,
      minNodes: pending,
      maxNodes: pending,
      version: pending,
      disk: { sizeGiB: pending },
      labels: { team: pending },
      capacity: [{ kind: "reservation", reservation: pending }],
      cluster: { version: pending, location: pending },
    };
    deepStrictEqual(poolProblems(spec), []);
  });
});

describe("versions of GKE", () => {
  it("are compared number by number, and what is left out is taken for the newest", () => {
    strictEqual(isBelow("1.34.1-gke.999", "1.34.1-gke.1829001"), true);
    strictEqual(isBelow("1.34.1-gke.1829001", "1.34.1-gke.1829001"), false);
    strictEqual(isBelow("1.34", "1.34.1-gke.1829001"), false);
    strictEqual(isBelow("1.9", "1.34.1-gke.1829001"), true);
    strictEqual(isBelow("latest", "1.34.1-gke.1829001"), false);
  });

  it("have floors by minor", () => {
    const floors = { "standard on 1.32": "1.32.8-gke.2", "standard on 1.33 or later": "1.33.4-gke.1" };
    strictEqual(floorAbove("1.32.7-gke.1", floors, "standard"), "1.32.8-gke.2");
    strictEqual(floorAbove("1.33.3-gke.1", floors, "standard"), "1.33.4-gke.1");
    strictEqual(floorAbove("1.31.9-gke.1", floors, "standard"), "1.32.8-gke.2");
    strictEqual(floorAbove("1.34.0-gke.1", floors, "standard"), undefined);
    strictEqual(floorAbove("1.20", floors, "autopilot"), undefined);
  });
});
