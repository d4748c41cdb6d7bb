import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFiles } from "../../components/crds/content";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const set = { name: "things", source: "https://upstream.invalid/v1/", files: { "a.yaml": sha256("a: 1\n") } };
const fix = "fix: make the address reachable, or set `mirrors` to a folder or URL prefix that holds the same files";

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("expected a failure");
}

describe("files of a CRD set", () => {
  let folder: string;
  let server: Server;
  let requests: string[];
  let answer: (path: string) => [number, string];
  const cacheHome = process.env.XDG_CACHE_HOME;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "crd-content-"));
    process.env.XDG_CACHE_HOME = join(folder, "cache");
    requests = [];
    answer = () => [200, "a: 1\n"];
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      const [status, text] = answer(request.url ?? "");
      response.writeHead(status, { connection: "close" }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
    if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cacheHome;
  });

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const cacheFile = (): string => join(folder, "cache", "pulumi-kserve", "crds", `${sha256("a: 1\n")}.yaml`);

  it("are read from a folder", async () => {
    writeFileSync(join(folder, "a.yaml"), "a: 1\n");
    assert.deepEqual([...(await loadFiles({ ...set, mirror: `${folder}/` }))], [["a.yaml", "a: 1\n"]]);
    assert.deepEqual(requests, []);
  });

  it("are downloaded once, and again when the cache is damaged", async () => {
    const mirrored = { ...set, mirror: url() };
    assert.deepEqual([...(await loadFiles(mirrored))], [["a.yaml", "a: 1\n"]]);
    assert.deepEqual([...(await loadFiles(mirrored))], [["a.yaml", "a: 1\n"]]);
    assert.deepEqual(requests, ["/a.yaml"]);
    writeFileSync(cacheFile(), "damaged");
    assert.deepEqual([...(await loadFiles(mirrored))], [["a.yaml", "a: 1\n"]]);
    assert.deepEqual(requests, ["/a.yaml", "/a.yaml"]);
    assert.equal(readFileSync(cacheFile(), "utf8"), "a: 1\n");
  });

  it("come from the official address without a mirror", async () => {
    assert.deepEqual([...(await loadFiles({ ...set, source: url() }))], [["a.yaml", "a: 1\n"]]);
    assert.deepEqual(requests, ["/a.yaml"]);
  });

  it("are tried again when the server is in trouble", async () => {
    answer = () => (requests.length < 3 ? [503, ""] : [200, "a: 1\n"]);
    assert.deepEqual([...(await loadFiles({ ...set, mirror: url() }))], [["a.yaml", "a: 1\n"]]);
    assert.deepEqual(requests, ["/a.yaml", "/a.yaml", "/a.yaml"]);
  });

  it("are refused with another content, and are not cached then", async () => {
    answer = () => [200, "a: 2\n"];
    assert.equal(
      await failure(loadFiles({ ...set, mirror: url() })),
      `CRD set "things": 1 of its 1 files cannot be used\n  - ${url()}a.yaml: has SHA-256 ${sha256("a: 2\n")}; expected ${sha256("a: 1\n")}\n${fix}`,
    );
    assert.throws(() => readFileSync(cacheFile()), { code: "ENOENT" });
  });

  it("are named, every one, when they cannot be had", async () => {
    const files = { "a.yaml": "aa", "b.yaml": "bb" };
    writeFileSync(join(folder, "a.yaml"), "a: 1\n");
    assert.equal(
      await failure(loadFiles({ ...set, files, mirror: `${folder}/` })),
      `CRD set "things": 2 of its 2 files cannot be used\n` +
        `  - ${folder}/a.yaml: has SHA-256 ${sha256("a: 1\n")}; expected aa\n  - ${folder}/b.yaml: does not exist\n${fix}`,
    );
    answer = () => [404, ""];
    assert.equal(
      await failure(loadFiles({ ...set, mirror: url() })),
      `CRD set "things": 1 of its 1 files cannot be used\n  - ${url()}a.yaml: the server answered 404 Not Found\n${fix}`,
    );
    assert.deepEqual(requests, ["/a.yaml"]);
  });
});
