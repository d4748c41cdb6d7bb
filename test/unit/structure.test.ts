import { deepStrictEqual, ok } from "node:assert";

import { checkStructure } from "../../sdk/api/structure";
import { Marked } from "../../sdk/compose/marked";

/** An object that holds itself `depth` times over. */
function nested(depth: number): object {
  let inner: object = {};
  for (let level = 0; level < depth; level++) inner = { a: inner };
  return inner;
}

/** The problems of a value, and the milliseconds of processor time that finding them took. */
function timed(value: unknown): { problems: { path: string; message: string }[]; milliseconds: number } {
  const start = process.cpuUsage();
  const problems = checkStructure(value, "spec").map(({ path, message }) => ({ path, message }));
  const { user, system } = process.cpuUsage(start);
  return { problems, milliseconds: (user + system) / 1000 };
}

describe("structure of what is given", () => {
  it("accepts a spec, with null, marks and shared parts", () => {
    const shared = { requests: { cpu: "1" } };
    const secret = new Marked("x", { unknown: false, secret: true, carriers: [] });
    deepStrictEqual(checkStructure({ a: shared, b: [shared, null, undefined, 1, true], c: secret }, "spec"), []);
    deepStrictEqual(checkStructure(nested(99), "spec"), []);
  });

  it("does not walk into what is no plain object", () => {
    class Output {
      readonly self = this;
    }
    deepStrictEqual(checkStructure({ a: new Output() }, "spec"), []);
  });

  it("names the keys that JavaScript gives a meaning to", () => {
    const given: unknown = JSON.parse('{"template":{"labels":{"__proto__":{"admin":true}}}}');
    deepStrictEqual(timed(given).problems, [
      {
        path: "spec.template.labels.__proto__",
        message: '"__proto__" is not a key that a spec can have, because JavaScript gives it a meaning of its own',
      },
    ]);
    for (const key of ["constructor", "prototype"]) {
      deepStrictEqual(
        timed({ model: { [key]: 1 } }).problems.map(({ path }) => path),
        [`spec.model.${key}`],
      );
    }
  });

  it("finds a value that contains itself", () => {
    const cyclic: Record<string, unknown> = { list: [{}] };
    (cyclic.list as unknown[]).push(cyclic);
    deepStrictEqual(timed({ a: cyclic }).problems, [{ path: "spec.a.list[1]", message: "contains itself" }]);
  });

  it("refuses more than 100 levels", () => {
    deepStrictEqual(timed(nested(100)).problems, [
      { path: "spec.a.a.a.a.a.a.a.a.a.a.a.a…", message: "nested too deeply" },
    ]);
  });

  it("refuses a text of more than 1 MiB, also as a key", () => {
    deepStrictEqual(timed({ args: ["x".repeat((1 << 20) + 1)] }).problems, [
      { path: "spec.args[0]", message: "a text of 1048577 characters" },
    ]);
    const { problems } = timed({ ["x".repeat((1 << 20) + 1)]: 1 });
    deepStrictEqual(
      problems.map(({ message }) => message),
      ["a text of 1048577 characters"],
    );
    ok((problems[0]?.path.length ?? 0) < 300);
  });

  // Nothing of this ends when it is done without bounds; how fast it is no test can tell on a busy machine.
  it("refuses what is enormous in bounded time", () => {
    const list = Array.from({ length: 400_000 }, (_, index) => ({ name: `container-${index}` }));
    ok(JSON.stringify(list).length > 10 << 20);
    const shared: object[] = [{}];
    for (let level = 0; level < 60; level++) shared.push({ left: shared[level], right: shared[level] });
    const cases = {
      deep: nested(1000),
      deeper: nested(1_000_000),
      list: { containers: list },
      text: { args: "x".repeat(10 << 20) },
      // 2^60 paths in 61 objects.
      shared: shared[60],
    };
    for (const [name, value] of Object.entries(cases)) {
      const { problems, milliseconds } = timed(value);
      deepStrictEqual(problems.length, 1, name);
      // It takes a few milliseconds to 40; the limit allows for a busy machine.
      ok(milliseconds < 5000, `${name} took ${milliseconds} ms`);
    }
  });
});
