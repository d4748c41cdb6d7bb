import { deepStrictEqual, strictEqual } from "node:assert";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parsedOnce } from "../../components/crds/parsedFiles";

describe("parsed files of CRD sets", () => {
  const cacheHome = process.env.XDG_CACHE_HOME;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "parsed-files-"));
    process.env.XDG_CACHE_HOME = folder;
  });

  afterEach(async () => {
    if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cacheHome;
    await rm(folder, { recursive: true });
  });

  it("parses a file once, and the same text under any name", async () => {
    let parsed = 0;
    const parse = (): object[] => [{ parsed: ++parsed }];
    deepStrictEqual(await parsedOnce("a: 1\n", parse), [{ parsed: 1 }]);
    deepStrictEqual(await parsedOnce("a: 1\n", parse), [{ parsed: 1 }]);
    deepStrictEqual(await parsedOnce("a: 2\n", parse), [{ parsed: 2 }]);
  });

  it("parses again what was damaged in the cache", async () => {
    await parsedOnce("a: 1\n", () => [{ a: 1 }]);
    const [name = ""] = await readdir(join(folder, "pulumi-kserve", "crds"));
    const file = join(folder, "pulumi-kserve", "crds", name);
    const kept = await readFile(file, "utf8");
    for (const damaged of [kept.replace('{"a":1}', '{"a":7}'), kept.slice(0, -2), ""]) {
      await writeFile(file, damaged);
      deepStrictEqual(await parsedOnce("a: 1\n", () => [{ a: 1 }]), [{ a: 1 }]);
      strictEqual(await readFile(file, "utf8"), kept);
    }
  });
});
