import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { checkFolder, markerFile, writeFolder } from "../../cli/render/folder";

describe("folder of a render", () => {
  let root: string;
  let target: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "render-folder-"));
    target = join(root, "clusters", "prod");
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const files = (...entries: [string, string][]): Map<string, string> => new Map(entries);
  const content = async (): Promise<string[]> =>
    (await readdir(target, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1))
      .sort();

  it("is made, and replaced as a whole by the next render", async () => {
    await writeFolder(target, "prod", files(["wave-00/a.yaml", "a"], ["wave-01/b.yaml", "b"]));
    deepStrictEqual(await content(), [markerFile, "wave-00/a.yaml", "wave-01/b.yaml"]);
    await writeFolder(target, "prod", files(["wave-00/a.yaml", "new"]));
    deepStrictEqual(await content(), [markerFile, "wave-00/a.yaml"]);
    strictEqual(await readFile(join(target, "wave-00/a.yaml"), "utf8"), "new");
    deepStrictEqual(await readdir(join(root, "clusters")), ["prod"]);
  });

  it("may be there and empty", async () => {
    await mkdir(target, { recursive: true });
    await writeFolder(target, "prod", files(["a.yaml", "a"]));
    deepStrictEqual(await content(), [markerFile, "a.yaml"]);
  });

  it("is refused with files of somebody else in it, which stay", async () => {
    await mkdir(target, { recursive: true });
    await writeFile(join(target, "notes.md"), "mine");
    const message = `render folder ${target}: 1 problem\n  - ${target}: is not empty, and holds no render; given: "notes.md"; fix: name a folder that is empty or not there`;
    await rejects(writeFolder(target, "prod", files(["a.yaml", "a"])), { message });
    deepStrictEqual(await content(), ["notes.md"]);
  });

  it("is refused when a file was added to a render, or changed in it", async () => {
    await writeFolder(target, "prod", files(["wave-00/a.yaml", "a"], ["wave-00/b.yaml", "b"]));
    await writeFile(join(target, "wave-00", "secret.yaml"), "mine");
    await writeFile(join(target, "wave-00", "a.yaml"), "filled in");
    await rejects(checkFolder(target, "prod"), (error: Error) => {
      deepStrictEqual(
        error.message.split("\n").map((line) => line.split(";")[0]),
        [
          `render folder ${target}: 2 problems`,
          "  - wave-00/a.yaml: was changed since it was rendered",
          "  - wave-00/secret.yaml: is not of the render that the folder holds",
        ],
      );
      return true;
    });
    await rejects(writeFolder(target, "prod", files(["a.yaml", "a"])));
    strictEqual(await readFile(join(target, "wave-00", "a.yaml"), "utf8"), "filled in");
  });

  it("is refused when it holds the render of another stack, which stays", async () => {
    await writeFolder(target, "staging", files(["a.yaml", "a"]));
    await rejects(writeFolder(target, "prod", files(["b.yaml", "b"])), {
      message: `render folder ${target}: 1 problem\n  - ${target}: holds the render of stack staging; fix: name another folder or delete it`,
    });
    deepStrictEqual(await content(), [markerFile, "a.yaml"]);
  });

  it("is refused when its list of files is none", async () => {
    await mkdir(target, { recursive: true });
    await writeFile(join(target, markerFile), '{ "stack": "prod", "files": null }');
    await rejects(checkFolder(target, "prod"), /is not empty, and holds no render/);
  });

  it("is written where a link leads, and the link stays", async () => {
    await writeFolder(target, "prod", files(["a.yaml", "a"]));
    const link = join(root, "link");
    await symlink(target, link);
    await writeFolder(link, "prod", files(["b.yaml", "b"]));
    deepStrictEqual(await content(), [markerFile, "b.yaml"]);
    strictEqual((await lstat(link)).isSymbolicLink(), true);
  });

  it("is refused when it is a file, or would be in one", async () => {
    await writeFile(join(root, "file"), "");
    await rejects(checkFolder(join(root, "file"), "prod"), /file: is not a folder/);
    await rejects(checkFolder(join(root, "file", "in", "it"), "prod"), /is not a folder|cannot be read/);
  });

  it("is refused where nothing can be made", async () => {
    // Whoever runs the tests, nobody makes folders there.
    await rejects(writeFolder("/proc/sys/render", "prod", files(["a.yaml", "a"])), (error: Error) => {
      strictEqual(error.name, "ConfigurationError");
      return true;
    });
  });
});
