import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";

import { describeToolchain, ensureToolchain } from "../../local/toolchain/toolchain";
import { ToolchainError, type ToolName } from "../../local/toolchain/types";
import { createWorld, enter, recordingProgress, tinyCatalog, type World } from "./toolchain/fixture";

describe("toolchain: where a part comes from", function () {
  this.timeout(120_000);
  let world: World;
  let leave: () => void;

  beforeEach(() => {
    world = createWorld();
    leave = enter(world);
  });
  afterEach(() => {
    leave();
    world.remove();
  });

  const ensure = async (only: ToolName[], config = {}) => {
    const progress = recordingProgress();
    const toolchain = await ensureToolchain({ progress, only, config, catalog: tinyCatalog(world.folder) });
    return { ...toolchain, lines: progress.lines };
  };
  const failure = async (only: ToolName[], config = {}): Promise<string> => {
    const error = await ensure(only, config).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ToolchainError, `a ToolchainError is expected, got ${String(error)}`);
    return error.message;
  };

  it("prefers what the user names, then PATH, then a build", async () => {
    const configured = world.script(join(world.folder, "my-helm"), "echo v1.2.3+g123");
    const onPath = world.script(join(world.bin, "etcd"), "echo etcd Version: 1.2.3");
    world.script(join(world.bin, "helm"), "echo v1.2.3");
    const { tools, lines } = await ensure(["helm", "etcd", "kwok"], { tools: { helm: configured } });
    assert.deepEqual(tools.helm, { name: "helm", path: configured, version: "1.2.3", source: "configured" });
    assert.deepEqual(tools.etcd, { name: "etcd", path: onPath, version: "1.2.3", source: "path" });
    assert.equal(tools.kwok.source, "build");
    assert.equal(spawnSync(tools.kwok.path, { encoding: "utf8" }).stderr, "hello v1.2.3\n");
    assert.deepEqual(lines, [
      "> fetching the files of kserve, lws, gateway-api, inference-extension, workload-variant-autoscaler as Go modules",
      "> building kwok 1.2.3",
    ]);
    assert.deepEqual(
      describeToolchain({ tools }).map(({ name, source }) => `${name} ${source}`),
      ["etcd path", "helm configured", "kwok build"],
    );
  });

  it("takes an environment variable over the configuration", async () => {
    const fromVariable = world.script(join(world.folder, "a"), "echo 1.2.3");
    process.env.PULUMI_KSERVE_TOOL_KUBE_APISERVER = fromVariable;
    const { tools } = await ensure(["kube-apiserver"], { tools: { "kube-apiserver": "/nowhere" } });
    assert.equal(tools["kube-apiserver"].path, fromVariable);
  });

  it("refuses named parts of another version, all in one error that has both versions", async () => {
    const old = world.script(join(world.folder, "old"), "echo v1.2.2");
    const mute = world.script(join(world.folder, "mute"), "exit 3");
    process.env.PULUMI_KSERVE_TOOL_ETCD = old;
    const message = await failure(["etcd", "helm", "kwok"], { tools: { helm: "/nowhere/helm", kwok: mute } });
    assert.deepEqual(message.split("\n"), [
      "parts that were named cannot be used:",
      `- the environment variable PULUMI_KSERVE_TOOL_ETCD names ${old}, its version is 1.2.2, and etcd 1.2.3 is needed`,
      "- the configuration's tools.helm names /nowhere/helm, which is not an executable file",
      `- the configuration's tools.kwok names ${mute}, which does not say its version (1.2.3 is needed): ${mute} version ended with exit code 3 and said nothing`,
    ]);
  });

  it("passes over another version on PATH, and says so", async () => {
    const old = world.script(join(world.bin, "helm"), "echo v1.2.3-rc.1");
    const { tools, lines } = await ensure(["helm"]);
    assert.equal(tools.helm.source, "build");
    assert.equal(lines[0], `helm: ${old} on PATH is passed over: its version is 1.2.3-rc.1, and helm 1.2.3 is needed`);
  });

  it("starts no process and says nothing when all is there", async () => {
    const counter = join(world.folder, "starts");
    world.script(join(world.bin, "etcd"), `echo >> ${counter}; echo 1.2.3`);
    world.script(join(world.bin, "go"), `echo >> ${counter}; exec ${world.go} "$@"`);
    const first = await ensure(["etcd", "helm"]);
    rmSync(counter);
    const second = await ensure(["etcd", "helm"]);
    assert.equal(existsSync(counter), false);
    assert.deepEqual(second.lines, []);
    assert.deepEqual(second.tools, first.tools);
    assert.deepEqual(second.upstream, first.upstream);
  });

  it("asks an executable on PATH again after it has changed", async () => {
    const path = world.script(join(world.bin, "etcd"), "echo 1.2.3");
    assert.equal((await ensure(["etcd"])).tools.etcd.source, "path");
    world.script(path, "echo 1.2.10");
    assert.equal((await ensure(["etcd"])).tools.etcd.source, "build");
  });

  it("makes a changed executable in the cache again, and keeps one whose date alone changed", async () => {
    const { path } = (await ensure(["helm"])).tools.helm;
    utimesSync(path, 1, 1);
    assert.deepEqual((await ensure(["helm"])).lines, []);
    appendFileSync(path, "x");
    const { lines } = await ensure(["helm"]);
    assert.deepEqual(lines, [
      `${path} is not what was put there (size or SHA-256 differ): it is removed and made again`,
      "> building helm 1.2.3",
    ]);
    assert.equal(spawnSync(path, { encoding: "utf8" }).stderr, "hello v1.2.3\n");
  });

  it("builds this repository's own executables when asked for, and again when their sources have changed", async () => {
    world.script(join(world.bin, "oracle"), "echo 1.2.3");
    const first = await ensure(["helm", "oracle"]);
    assert.equal(first.tools.oracle.source, "build");
    assert.equal(spawnSync(first.tools.oracle.path, { encoding: "utf8" }).stderr, "I am the oracle\n");
    const source = join(world.folder, "modules", "tiny", "own", "main.go");
    appendFileSync(source, "\n// changed\n");
    const second = await ensure(["helm", "oracle"]);
    assert.deepEqual(second.lines, ["> building oracle 1.2.3"]);
    assert.equal(second.tools.helm.path, first.tools.helm.path);
    assert.notEqual(second.tools.oracle.path, first.tools.oracle.path);
  });

  it("says where the sources are of an own executable that cannot be built", async () => {
    const source = join(world.folder, "modules", "tiny", "own", "main.go");
    appendFileSync(source, "\nbroken\n");
    const message = await failure(["oracle"]);
    assert.match(message, /^building oracle 1\.2\.3 failed: /);
    assert.match(message, /syntax error/);
    assert.match(message, /still missing: oracle \(its sources: local\/toolchain\/modules\/tiny\/own\)$/);
  });

  it("names the folders of the upstream repositories", async () => {
    const { upstream } = await ensure([], { upstream: { lws: world.folder } });
    const fetched = join(world.folder, "modules", "tiny", "upstream");
    assert.deepEqual(upstream, {
      kserve: fetched,
      lws: world.folder,
      "gateway-api": fetched,
      "inference-extension": fetched,
      "workload-variant-autoscaler": fetched,
    });
    const catalog = tinyCatalog(world.folder);
    const earlier = await ensureToolchain({
      progress: recordingProgress(),
      only: [],
      earlier: ["kserve-before"],
      catalog,
    });
    assert.equal(earlier.upstream["kserve-before"], fetched);
    process.env.PULUMI_KSERVE_UPSTREAM_KSERVE = "/nowhere";
    assert.equal(
      await failure([]),
      "folders that were named cannot be used:\n- the environment variable PULUMI_KSERVE_UPSTREAM_KSERVE names /nowhere, which is not a folder",
    );
  });

  it("lists every missing part and every way to get it when there is no Go", async () => {
    rmSync(join(world.bin, "go"));
    process.env.PATH = world.bin;
    const message = await failure(["etcd", "kube-apiserver"], { upstream: { lws: world.folder } });
    assert.deepEqual(message.split("\n"), [
      "parts of the embedded environment are missing, and Go, which would build them, is not on PATH:",
      "- etcd 1.2.3: not on PATH; no download: nobody publishes it",
      "- kube-apiserver 1.2.3: not on PATH; no download: nobody publishes it",
      "- files of kserve 1.2.3: fetched by Go",
      "- files of gateway-api 1.2.3: fetched by Go",
      "- files of inference-extension 1.2.3: fetched by Go",
      "- files of workload-variant-autoscaler 1.2.3: fetched by Go",
      "any of these helps:",
      "- install Go 1.21 or newer (https://go.dev/dl) and run this again; every part is then built from pinned modules",
      "- put executables of exactly these versions on PATH, or name their paths in environment variables: PULUMI_KSERVE_TOOL_ETCD, PULUMI_KSERVE_TOOL_KUBE_APISERVER",
      "- name folders with the repositories' files at these versions in environment variables: PULUMI_KSERVE_UPSTREAM_KSERVE, PULUMI_KSERVE_UPSTREAM_GATEWAY_API, PULUMI_KSERVE_UPSTREAM_INFERENCE_EXTENSION, PULUMI_KSERVE_UPSTREAM_WORKLOAD_VARIANT_AUTOSCALER",
    ]);
  });

  it("says when Go is too old", async () => {
    const go = world.script(join(world.bin, "go"), "echo go1.20.14");
    const [first] = (await failure(["etcd"])).split("\n");
    assert.equal(
      first,
      `parts of the embedded environment are missing, and the Go on PATH (${go}, version 1.20.14) is too old to build them:`,
    );
  });

  it("says what to do when the disk is full, and leaves nothing", async () => {
    await ensure([]);
    world.script(
      join(world.bin, "go"),
      `[ "$1" = build ] || exec ${world.go} "$@"; echo "write /x: no space left on device" >&2; exit 1`,
    );
    const message = await failure(["etcd", "helm"]);
    assert.match(message, /^building etcd 1\.2\.3 failed: /);
    assert.match(message, /the disk is full: up to 12 GB are needed/);
    assert.match(message, /still missing: etcd 1\.2\.3 .*, helm 1\.2\.3 /);
    assert.deepEqual(readdirSync(join(world.cache, "pulumi-kserve", "tools")), []);
  });
});
