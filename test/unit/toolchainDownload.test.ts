import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { freePort } from "../../local/process";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Download, ToolName } from "../../local/toolchain/types";
import { createWorld, enter, recordingProgress, tinyCatalog, type World } from "./toolchain/fixture";

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

describe("toolchain: downloads", function () {
  this.timeout(120_000);
  let world: World;
  let leave: () => void;
  let server: Server;
  let base: string;
  let requests: string[];
  let files: Record<string, string | Buffer>;

  beforeEach(async () => {
    world = createWorld();
    leave = enter(world);
    requests = [];
    files = {};
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const content = files[request.url ?? ""];
      if (request.url === "/moved/helm") response.writeHead(302, { location: "/helm" }).end();
      else response.writeHead(content === undefined ? 404 : 200).end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    leave();
    server.closeAllConnections();
    server.close();
    world.remove();
  });

  const ensure = async (only: ToolName[], downloads: Partial<Record<ToolName, Download>>) => {
    const progress = recordingProgress();
    const { tools } = await ensureToolchain({ progress, only, catalog: tinyCatalog(world.folder, downloads) });
    return { tools, lines: progress.lines };
  };

  it("takes a download whose published checksum fits, once", async () => {
    files["/helm"] = "#!/bin/sh\necho downloaded\n";
    files["/helm.sha256"] = `${sha256(files["/helm"])}\n`;
    const helm: Download = { url: `${base}/moved/helm`, checksum: { url: `${base}/helm.sha256` } };
    const { tools, lines } = await ensure(["helm"], { helm });
    assert.equal(tools.helm.source, "download");
    assert.equal(execFileSync(tools.helm.path, { encoding: "utf8" }), "downloaded\n");
    assert.deepEqual(lines.slice(0, 1), [`> downloading helm 1.2.3 from ${new URL(base).host}`]);
    assert.deepEqual(requests, ["HEAD /", "GET /helm.sha256", "GET /moved/helm", "GET /helm"]);
    const again = await ensure(["helm"], { helm });
    assert.deepEqual(again, { tools, lines: [] });
    assert.equal(requests.length, 4);
  });

  it("reads checksum lists, GitHub's release answers, and archives", async () => {
    const source = join(world.folder, "archive");
    mkdirSync(join(source, "etcd-v1"), { recursive: true });
    world.script(join(source, "etcd-v1", "etcd"), "echo from the archive");
    execFileSync("tar", ["-czf", join(world.folder, "etcd.tar.gz"), "-C", source, "etcd-v1"]);
    files["/etcd.tar.gz"] = readFileSync(join(world.folder, "etcd.tar.gz"));
    files["/SHA256SUMS"] = `${"0".repeat(64)}  other.tar.gz\n${sha256(files["/etcd.tar.gz"])} *etcd.tar.gz\n`;
    files["/kwok"] = "#!/bin/sh\necho kwok\n";
    files["/release"] = JSON.stringify({
      assets: [
        { name: "kwokctl", digest: null },
        { name: "kwok", digest: `sha256:${sha256(files["/kwok"])}` },
      ],
    });
    const { tools } = await ensure(["etcd", "kwok"], {
      etcd: { url: `${base}/etcd.tar.gz`, checksum: { url: `${base}/SHA256SUMS` }, archivePath: "etcd-v1/etcd" },
      kwok: { url: `${base}/kwok`, checksum: { releaseUrl: `${base}/release` } },
    });
    assert.deepEqual([tools.etcd.source, tools.kwok.source], ["download", "download"]);
    assert.equal(execFileSync(tools.etcd.path, { encoding: "utf8" }), "from the archive\n");
  });

  it("throws away a download that is not what was published, says so, and builds", async () => {
    files["/helm"] = "#!/bin/sh\necho evil\n";
    const helm: Download = { url: `${base}/helm`, checksum: { sha256: sha256("good") } };
    const { tools, lines } = await ensure(["helm"], { helm });
    assert.equal(tools.helm.source, "build");
    assert.ok(
      lines.includes(
        `helm is not downloaded: ${base}/helm has the SHA-256 ${sha256(files["/helm"])}, published is ${sha256("good")}: it was thrown away`,
      ),
      lines.join("\n"),
    );
  });

  it("builds when a file or its checksum is not published", async () => {
    files["/etcd.sha256"] = "not a checksum at all\n";
    const { tools, lines } = await ensure(["helm", "etcd"], {
      helm: { url: `${base}/helm`, checksum: { sha256: sha256("good") } },
      etcd: { url: `${base}/etcd`, checksum: { url: `${base}/etcd.sha256` } },
    });
    assert.deepEqual([tools.helm.source, tools.etcd.source], ["build", "build"]);
    assert.ok(lines.includes(`helm is not downloaded: ${base}/helm answers with HTTP status 404`));
    assert.ok(lines.includes(`etcd is not downloaded: ${base}/etcd.sha256 states no SHA-256 of etcd`));
  });

  it("falls through to the build when a host cannot be reached, asking it once and saying it once", async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const download = (name: string): Download => ({
      url: `http://${host}/${name}`,
      checksum: { url: `http://${host}/${name}.sha256` },
    });
    const { tools, lines } = await ensure(["helm", "etcd"], { helm: download("helm"), etcd: download("etcd") });
    assert.deepEqual([tools.helm.source, tools.etcd.source], ["build", "build"]);
    const said = lines.filter((line) => line.includes(host));
    assert.deepEqual(said, [`${host} cannot be reached (connect ECONNREFUSED ${host}): nothing is downloaded from it`]);
  });
});
