import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { isAlive, sleep, startProcess, tailOfFile, type ManagedProcess } from "../../local/process";
import { createWorld, type World } from "./toolchain/fixture";

describe("toolchain: interrupted and concurrent runs", function () {
  this.timeout(120_000);
  let world: World;
  beforeEach(() => (world = createWorld()));
  afterEach(() => world.remove());

  const start = (name: string): ManagedProcess =>
    startProcess({
      name,
      command: process.execPath,
      args: [join(__dirname, "toolchain", "child.js"), world.folder, "helm"],
      env: world.env,
      logFile: join(world.folder, `${name}.log`),
    });
  const log = (name: string) => tailOfFile(join(world.folder, `${name}.log`), 100);
  const tools = () => readdirSync(join(world.cache, "pulumi-kserve", "tools"));

  /** A Go whose build writes half a file, leaves its process number, and hangs. */
  const hangingGo = () => {
    const marker = join(world.folder, "go.pid");
    world.script(
      join(world.bin, "go"),
      `[ "$1" = build ] || exec ${world.go} "$@"
while [ "$1" != -o ]; do shift; done
echo half > "$2"; echo $$ > ${marker}.new; mv ${marker}.new ${marker}; exec sleep 60`,
    );
    return marker;
  };
  const pidIn = async (marker: string) => {
    while (!existsSync(marker)) await sleep(10);
    return Number(readFileSync(marker, "utf8"));
  };
  const workingRun = async () => {
    world.script(join(world.bin, "go"), `exec ${world.go} "$@"`);
    assert.deepEqual(await start("second").exited, { code: 0, signal: null }, await log("second"));
    const [path = ""] = JSON.parse((await log("second")).split("\n").at(-1) ?? "") as string[];
    assert.equal(spawnSync(path, { encoding: "utf8" }).stderr, "hello v1.2.3\n");
    assert.equal(tools().length, 1);
    assert.match(tools()[0] ?? "", /^helm-1\.2\.3-build-[0-9a-f]{16}$/);
  };

  it("stops the build when it is asked to end, leaves nothing that counts as built, and works the next time", async () => {
    const marker = hangingGo();
    const first = start("first");
    const go = await pidIn(marker);
    process.kill(first.pid, "SIGTERM");
    assert.deepEqual(await first.exited, { code: null, signal: "SIGTERM" });
    assert.equal(isAlive(go), false);
    assert.deepEqual(
      tools().filter((name) => !name.startsWith(".tmp-")),
      [],
    );
    await workingRun();
  });

  it("works after a run that was killed and left its lock and half a file", async () => {
    const marker = hangingGo();
    const first = start("first");
    const go = await pidIn(marker);
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    process.kill(go, "SIGKILL");
    assert.deepEqual(tools(), [`.tmp-module-tiny-${first.pid}`]);
    assert.equal(existsSync(join(world.cache, "pulumi-kserve", "locks", "module-tiny.lock")), true);
    await workingRun();
  });

  it("builds once for two runs at the same time; the second says what it waits for", async () => {
    const builds = join(world.folder, "builds");
    world.script(
      join(world.bin, "go"),
      `if [ "$1" = build ]; then echo build >> ${builds}; sleep 1; fi; exec ${world.go} "$@"`,
    );
    const runs = [start("one"), start("two")];
    const exits = await Promise.all(runs.map(({ exited }) => exited));
    const logs = await Promise.all(["one", "two"].map(log));
    assert.deepEqual(
      exits.map(({ code }) => code),
      [0, 0],
      logs.join("\n"),
    );
    assert.equal(readFileSync(builds, "utf8"), "build\n");
    assert.equal(logs[0]?.split("\n").at(-1), logs[1]?.split("\n").at(-1));
    const waiting = logs.filter((text) => text.includes("waiting for another run that builds tiny's executables …"));
    assert.equal(waiting.length, 1);
  });
});
