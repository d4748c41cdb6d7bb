import { deepStrictEqual } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";

import { projectRoot } from "../../local/paths";

const root = projectRoot();
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  devDependencies: Record<string, string>;
};

/** The npm packages that compiled files ask for: types that vanish in them need nobody at run time. */
function required(folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, "dist", folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const names = new Set<string>();
  for (const file of files) {
    for (const [, module = ""] of readFileSync(file, "utf8").matchAll(/[rR]equire\(\s*"([^"]+)"/g)) {
      const [name] = /^(@[^/]+\/)?[^/]+/.exec(module) ?? [];
      const known = module.startsWith(".") || module.startsWith("node:") || builtinModules.includes(module);
      if (name && !known) names.add(name);
    }
  }
  return [...names].sort();
}

describe("package.json", () => {
  it("names every package that the library loads as dependency or peer, and no other", () => {
    const named = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)].sort();
    deepStrictEqual(named, required(["sdk", "components", "plugin", "policy"]));
  });

  it("leaves out the clouds' SDKs where nobody asks for them", () => {
    deepStrictEqual(manifest.peerDependenciesMeta, {
      "@pulumi/aws": { optional: true },
      "@pulumi/gcp": { optional: true },
    });
  });

  it("asks of peers at least the versions that are tested here", () => {
    const tested = Object.keys(manifest.peerDependencies).map((name) => [name, `^${manifest.devDependencies[name]}`]);
    deepStrictEqual(manifest.peerDependencies, Object.fromEntries(tested));
  });
});
