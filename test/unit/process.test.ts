import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  CommandError,
  freePort,
  isAlive,
  processStartTime,
  runCommand,
  sleep,
  startProcess,
  stopProcessGroup,
  tailOfFile,
  withFileLock,
  writeFileAtomic,
} from "../../local/process";

const processModule = JSON.stringify(join(__dirname, "..", "..", "local", "process.js"));

describe("processes", () => {
  let folder: string;
  let logFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-process-"));
    logFile = join(folder, "logs", "part.log");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const shell = (body: string, name = "part") => startProcess({ name, command: "sh", args: ["-c", body], logFile });
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await sleep(10);
  };
  /** A process number that was written to a file. */
  const pidIn = async (file: string) => {
    await until(async () => (await tailOfFile(file, 1)) !== "");
    return Number(readFileSync(file, "utf8"));
  };
  /** Runs a program in a Node.js process of its own. */
  const node = (program: string) =>
    spawn(process.execPath, ["-e", program], { stdio: ["ignore", "ignore", "inherit"], cwd: folder });
  const exit = (child: ReturnType<typeof node>) =>
    new Promise<unknown>((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));

  it("writes stdout and stderr to the log file and tells how it ended", async () => {
    const part = shell("echo out; echo err >&2; exit 3");
    assert.deepEqual(await part.exited, { code: 3, signal: null });
    assert.equal(readFileSync(logFile, "utf8"), "out\nerr\n");
    assert.equal(isAlive(part.pid), false);
  });

  it("stops the whole group, by force after the grace", async () => {
    const part = shell(`trap '' TERM; sleep 60 & echo $! > ${folder}/child; wait; wait; sleep 60`);
    const child = await pidIn(join(folder, "child"));
    await part.stop(100);
    assert.deepEqual(await part.exited, { code: null, signal: "SIGKILL" });
    await until(() => !isAlive(child));
  });

  it("lets a part end by itself within the grace", async () => {
    const part = shell(`trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done`);
    await until(async () => (await tailOfFile(logFile, 1)) === "ready");
    await part.stop();
    assert.deepEqual(await part.exited, { code: 0, signal: null });
    assert.equal(await tailOfFile(logFile, 1), "bye");
  });

  it("says why a process cannot be started", async () => {
    const start = (command: string, cwd?: string) => () =>
      startProcess({ name: "etcd", command, args: [], cwd, logFile });
    assert.throws(start("/nowhere/etcd"), /^Error: etcd could not be started: \/nowhere\/etcd does not exist$/);
    assert.throws(start("nowhere-etcd"), /^Error: etcd could not be started: nowhere-etcd was not found on PATH$/);
    assert.throws(start("sh", "/nowhere"), /its working folder \/nowhere does not exist$/);
    await assert.rejects(runCommand("nowhere-etcd", []), /nowhere-etcd could not be started: .* not found on PATH$/);
  });

  for (const [how, program, expected] of [
    ["ends", "setTimeout(() => undefined, 100)", 0],
    ["is killed", "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)", "SIGKILL"],
  ] as const) {
    it(`ends what is tied to the starter when that ${how}, and not before`, async () => {
      const starter = node(`
        const { startTied } = require(${processModule});
        startTied({ name: "tied", command: "sh", logFile: "tied.log", stdoutFile: "tied.out",
          args: ["-c", "echo $$; echo told >&2; cat; echo end of stdin; exec sleep 0.1"] });
        ${program}`);
      const pid = await pidIn(join(folder, "tied.out"));
      assert.equal(await exit(starter), expected);
      await until(() => !isAlive(pid));
      assert.equal(readFileSync(join(folder, "tied.out"), "utf8"), `${pid}\nend of stdin\n`);
      assert.equal(readFileSync(join(folder, "tied.log"), "utf8"), "told\n");
    });
  }

  it("leaves what is tied to it alone while it ends something at a signal", async () => {
    const starter = node(`
      const { startTied } = require(${processModule});
      startTied({ name: "tied", command: "sh", logFile: "tied.log", stdoutFile: "tied.out", args: ["-c", "echo $$; cat"] });
      process.once("SIGINT", () => setTimeout(() => undefined, 300));
      setInterval(() => fs.existsSync("end") && process.exit(5), 10);
      const fs = require("fs");`);
    const pid = await pidIn(join(folder, "tied.out"));
    starter.kill("SIGINT");
    await sleep(200);
    assert.equal(isAlive(pid), true);
    writeFileSync(join(folder, "end"), "");
    assert.equal(await exit(starter), 5);
    await until(() => !isAlive(pid));
  });

  for (const [how, program, expected] of [
    ["ends", "setTimeout(() => process.exit(4), 100)", 4],
    ["throws", "setTimeout(() => { fs.closeSync(2); throw 'on purpose' }, 100)", 1],
    ["gets SIGINT", "setTimeout(() => process.kill(process.pid, 'SIGINT'), 100)", "SIGINT"],
    ["gets SIGTERM", "setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100)", "SIGTERM"],
  ] as const) {
    it(`stops what it started when the starter ${how}, and keeps daemons`, async () => {
      const starter = node(`
        const { startProcess } = require(${processModule}), fs = require("fs");
        const start = (name, daemon) => startProcess({ name, daemon, command: "sh", logFile: name + ".log",
          args: ["-c", "echo $$ > " + name + ".pid; exec sleep 60"] });
        start("part", false); start("daemon", true);
        const ready = () => ["daemon.pid", "part.pid"].every((file) => fs.existsSync(file));
        const timer = setInterval(() => { if (ready()) { clearInterval(timer); ${program} } }, 10);`);
      const ended = await exit(starter);
      const [part, daemon] = [await pidIn(join(folder, "part.pid")), await pidIn(join(folder, "daemon.pid"))];
      assert.equal(ended, expected);
      assert.equal(isAlive(part), false);
      assert.equal(isAlive(daemon), true);
      await stopProcessGroup({ pid: daemon, startTime: processStartTime(daemon) });
      assert.equal(isAlive(daemon), false);
    });
  }

  it("does not stop a later process that has the same number", async () => {
    const part = shell("sleep 60");
    await stopProcessGroup({ pid: part.pid, startTime: "another" });
    assert.equal(isAlive(part.pid), true);
    assert.equal(isAlive(part.pid, "another"), false);
    assert.equal(isAlive(part.pid, part.startTime), true);
    await stopProcessGroup(part);
    assert.deepEqual(await part.exited, { code: null, signal: "SIGTERM" });
  });

  it("returns a command's output", async () => {
    const lines: string[] = [];
    const onLine = (line: string) => void lines.push(line);
    const output = await runCommand("sh", ["-c", "cat; echo err >&2"], { input: "in\n", onLine });
    assert.deepEqual(output, { stdout: "in\n", stderr: "err\n" });
    assert.deepEqual(lines.sort(), ["err", "in"]);
  });

  it("leaves no timer behind that would keep the caller running", async () => {
    const caller = node(`
      const { runCommand } = require(${processModule});
      runCommand("true", []).then(() => {
        process.exitCode = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
      });`);
    assert.equal(await exit(caller), 0);
  });

  it("throws a failed command's code and the end of its output", async () => {
    const error = await runCommand("sh", ["-c", "echo out; echo bad luck >&2; exit 5"], { logFile }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof CommandError);
    assert.equal(
      error.message,
      `sh -c echo out; echo bad luck >&2; exit 5 ended with exit code 5:\nbad luck\nall of its output: ${logFile}`,
    );
    assert.equal(error.code, 5);
    assert.equal(error.stdout, "out\n");
    await assert.rejects(runCommand("sh", ["-c", "sleep 60"], { timeoutMs: 50 }), /did not end within 50 ms/);
  });

  it("reads the end of a file", async () => {
    const file = join(folder, "long");
    writeFileSync(file, Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join(""));
    assert.equal(await tailOfFile(file, 2), "line 49998\nline 49999");
    assert.equal(await tailOfFile(join(folder, "none"), 2), "");
  });

  it("finds a port that can be listened on, out of reach of outgoing connections", async () => {
    const server = createServer();
    const port = await freePort();
    assert.ok(port >= 20_000 && port < 32_768, String(port));
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    await new Promise((resolve) => server.close(resolve));
  });

  it("replaces a file as a whole, with its mode, and leaves nothing else", async () => {
    const file = join(folder, "deep", "state.json");
    await writeFileAtomic(file, "one");
    await writeFileAtomic(file, "two", 0o600);
    assert.equal(readFileSync(file, "utf8"), "two");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(folder, "deep")), ["state.json"]);
    await assert.rejects(writeFileAtomic(join(folder, "deep"), "x"), /EISDIR|ENOTEMPTY|EEXIST/);
    assert.deepEqual(readdirSync(folder), ["deep"]);
  });

  describe("locks", () => {
    const holder = (lock: string, ms: number) => `
      const { withFileLock, sleep } = require(${processModule});
      const fs = require("fs");
      withFileLock(${JSON.stringify(lock)}, { waitingFor: "the other" }, async () => {
        fs.appendFileSync("order", "in ");
        await sleep(${ms});
        fs.appendFileSync("order", "out ");
      });`;

    it("let one process in at a time", async () => {
      const lock = join(folder, "a.lock");
      await Promise.all(Array.from({ length: 4 }, () => exit(node(holder(lock, 100)))));
      assert.equal(readFileSync(join(folder, "order"), "utf8"), "in out ".repeat(4));
      assert.deepEqual(readdirSync(folder), ["order"]);
    });

    it("of a killed owner are taken over by exactly one of those who wait", async () => {
      const lock = join(folder, "a.lock");
      const owner = node(holder(lock, 60_000));
      await until(async () => (await tailOfFile(join(folder, "order"), 1)) === "in");
      owner.kill("SIGKILL");
      await exit(owner);
      rmSync(join(folder, "order"));
      await Promise.all(Array.from({ length: 4 }, () => exit(node(holder(lock, 50)))));
      assert.equal(readFileSync(join(folder, "order"), "utf8"), "in out ".repeat(4));
      assert.deepEqual(readdirSync(folder), ["order"]);
    });

    it("say what is waited for", async () => {
      const lock = join(folder, "a.lock");
      const lines: string[] = [];
      const progress = {
        note: () => undefined,
        step: <T>(title: string, work: (update: (detail: string) => void) => Promise<T>) => {
          lines.push(title);
          return work((detail) => void (lines.includes(detail) || lines.push(detail)));
        },
      };
      let release = () => {};
      const first = withFileLock(lock, { waitingFor: "nobody" }, () => new Promise<void>((done) => (release = done)));
      await until(() => readdirSync(folder).includes("a.lock"));
      const second = withFileLock(lock, { waitingFor: "another start", progress }, () => Promise.resolve(5));
      await until(() => lines.length === 2);
      release();
      await first;
      assert.equal(await second, 5);
      assert.deepEqual(lines, ["waiting for another start", `process ${process.pid} holds ${lock}`]);
    });

    it("are free again after work that failed", async () => {
      const lock = join(folder, "a.lock");
      const options = { waitingFor: "nobody" };
      await assert.rejects(
        withFileLock(lock, options, () => Promise.reject(new Error("broken"))),
        /^Error: broken$/,
      );
      assert.equal(await withFileLock(lock, options, () => Promise.resolve(1)), 1);
    });

    it("of another machine are taken over when their heartbeat has stopped", async () => {
      const lock = join(folder, "a.lock");
      writeFileSync(lock, JSON.stringify({ token: "x", pid: process.pid, realm: "another machine" }));
      let entered = false;
      const work = withFileLock(lock, { waitingFor: "it" }, () => Promise.resolve((entered = true)));
      await sleep(250);
      assert.equal(entered, false);
      utimesSync(lock, new Date(Date.now() - 61_000), new Date(Date.now() - 61_000));
      assert.equal(await work, true);
    });
  });
});
