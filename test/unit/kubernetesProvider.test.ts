import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { kubernetesProvider, type ProviderSearch } from "../../local/engine/kubernetesProvider";

describe("choice of the Kubernetes provider", () => {
  let root: string;
  let search: ProviderSearch;
  let installs: string[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "kubernetes-provider-"));
    installs = [];
    search = {
      pulumi: "pulumi",
      folder: join(root, "engine"),
      configured: "",
      pulumiHome: join(root, "home"),
      cache: join(root, "cache"),
      install: (_pulumi, version) => {
        installs.push(version);
        return Promise.reject(new Error("no such host"));
      },
    };
    await mkdir(search.folder, { recursive: true });
    await mkdir(join(root, "cache"), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  async function putProvider(folder: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "pulumi-resource-kubernetes"), "");
    return folder;
  }
  const official = (home: string): string => join(home, "plugins", "resource-kubernetes-v4.34.2");

  it("takes the folder that the user names, and refuses one without a provider", async () => {
    const folder = await putProvider(join(root, "mine"));
    deepStrictEqual(await kubernetesProvider({ ...search, configured: folder }), { folder, source: "configured" });
    await rejects(
      kubernetesProvider({ ...search, configured: join(root, "empty") }),
      /empty holds no pulumi-resource-kubernetes; allowed:/,
    );
  });

  it("takes the official one that Pulumi has installed, without a download", async () => {
    const folder = await putProvider(official(join(root, "home")));
    deepStrictEqual(await kubernetesProvider(search), { folder, source: "installed" });
    deepStrictEqual(installs, []);
  });

  it("downloads the official one where it can be had", async () => {
    const install: ProviderSearch["install"] = async (_pulumi, _version, home) =>
      void (await putProvider(official(home)));
    deepStrictEqual(await kubernetesProvider({ ...search, install }), {
      folder: official(join(root, "cache", "pulumi-home")),
      source: "download",
    });
  });

  it("falls back to the stand-in, and does not try the download again for every stack", async () => {
    deepStrictEqual(await kubernetesProvider(search), { folder: join(search.folder, "provider"), source: "stand-in" });
    const other = join(root, "other");
    await mkdir(other);
    strictEqual((await kubernetesProvider({ ...search, folder: other })).source, "stand-in");
    deepStrictEqual(installs, ["4.34.2"]);
  });

  it("keeps a stack's provider when another one turns up later", async () => {
    await kubernetesProvider(search);
    await putProvider(official(join(root, "home")));
    strictEqual((await kubernetesProvider(search)).source, "stand-in");
  });

  it("uses the stand-in when told to, although the official one is there", async () => {
    await putProvider(official(join(root, "home")));
    strictEqual((await kubernetesProvider({ ...search, configured: "stand-in" })).source, "stand-in");
  });
});
