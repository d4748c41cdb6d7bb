import { strict as assert } from "node:assert";

import { sleep } from "../../local/process";
import { createProgress, silentProgress, type ProgressOptions } from "../../local/progress";

function collect(tty: boolean, options: ProgressOptions = {}) {
  let text = "";
  const write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  const progress = createProgress({ write, isTTY: tty, columns: 40 }, options);
  return { progress, text: () => text.replace(/\d+\.\d s/g, "N s") };
}

describe("progress", () => {
  it("writes plain lines at the start, in between and at the end when it is not a terminal", async () => {
    const { progress, text } = collect(false, { plainIntervalMs: 40 });
    const result = await progress.step("building etcd", async (update) => {
      update("12 packages");
      await sleep(60);
      return 7;
    });
    progress.note("that is all");
    assert.equal(result, 7);
    assert.equal(
      text(),
      "building etcd …\nstill building etcd, 0 s: 12 packages\nbuilding etcd … done in N s\nthat is all\n",
    );
  });

  it("says that a step failed, and passes its error on", async () => {
    const { progress, text } = collect(false);
    await assert.rejects(
      progress.step("building etcd", () => Promise.reject(new Error("no Go"))),
      /^Error: no Go$/,
    );
    assert.equal(text(), "building etcd …\nbuilding etcd … failed after N s\n");
  });

  it("redraws one line for each running step on a terminal, below the lines that stay", async () => {
    const { progress, text } = collect(true, { color: false });
    const finish: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => finish.push(resolve));
    const steps = [progress.step("one", work), progress.step("two", work)];
    progress.note("a note");
    finish[0]?.();
    await steps[0];
    finish[1]?.();
    await steps[1];
    assert.equal(
      text(),
      [
        "one 0 s\n",
        "\x1b[1A\r\x1b[Jone 0 s\ntwo 0 s\n",
        "\x1b[2A\r\x1b[Ja note\none 0 s\ntwo 0 s\n",
        "\x1b[2A\r\x1b[Jone … done in N s\ntwo 0 s\n",
        "\x1b[1A\r\x1b[Jtwo … done in N s\n",
      ].join(""),
    );
  });

  it("never writes a live line that is wider than the terminal", async () => {
    const { progress, text } = collect(true, { color: false });
    await progress.step("building", async (update) => {
      update("x".repeat(100));
      await sleep(250);
    });
    assert.ok(text().includes(`building 0 s ${"x".repeat(39 - "building 0 s ".length)}\n`), JSON.stringify(text()));
  });

  it("uses colour on a terminal only, and not with NO_COLOR", async () => {
    const endings = [];
    const before = process.env.NO_COLOR;
    for (const [tty, noColor] of [
      [true, ""],
      [true, "1"],
      [false, ""],
    ] as const) {
      process.env.NO_COLOR = noColor;
      const { progress, text } = collect(tty, { interactive: false });
      await progress.step("x", () => Promise.resolve());
      endings.push(text().includes("\x1b["));
    }
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
    assert.deepEqual(endings, [true, false, false]);
  });

  it("can be silent", async () => {
    assert.equal(await silentProgress.step("x", () => Promise.resolve(3)), 3);
  });
});
