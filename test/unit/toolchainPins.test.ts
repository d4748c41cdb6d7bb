import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { defaultCatalog } from "../../local/toolchain/catalog";
import {
  earlierUpstreamNames,
  gatewayToolNames,
  testToolNames,
  toolNames,
  upstreamNames,
} from "../../local/toolchain/types";
import { versions } from "../../sdk/versions";

const catalog = defaultCatalog();
const goMod = (module: string) => readFileSync(join(catalog.modulesFolder, module, "go.mod"), "utf8");

/** The version that a go.mod requires of the module which holds a package. */
function required(module: string, goPackage: string): string | undefined {
  const requirements = [...goMod(module).matchAll(/^\t(\S+) v(\S+)(?: \/\/ indirect)?$/gm)];
  const holders = requirements.filter(([, path]) => goPackage === path || goPackage.startsWith(`${path}/`));
  return holders.sort((a, b) => (a[1] ?? "").length - (b[1] ?? "").length).at(-1)?.[2];
}

describe("toolchain: pins", () => {
  for (const name of [...toolNames, ...testToolNames]) {
    const { version, build } = catalog.tools[name];
    it(`builds ${name} ${version} from the go.mod of ${build.module}`, () => {
      assert.equal(required(build.module, build.package), version);
      assert.match(goMod(build.module), new RegExp(`^\\s*(tool )?${build.package}$`, "m"));
    });
  }

  it("builds the oracle with KServe's pinned code, from this repository's own sources", () => {
    const { version, build } = catalog.tools.oracle;
    assert.equal(required(build.module, "github.com/kserve/kserve"), version);
    assert.ok(existsSync(join(catalog.modulesFolder, build.module, build.sources ?? "", "main.go")));
  });

  it("builds the oracle of the endpoint picker with the inference extension's pinned code", () => {
    const { version, build } = catalog.tools["epp-oracle"];
    assert.equal(required(build.module, "sigs.k8s.io/gateway-api-inference-extension"), version);
    assert.ok(existsSync(join(catalog.modulesFolder, build.module, build.sources ?? "", "main.go")));
  });

  for (const [name, goModule] of [
    ["envoy-gateway", "github.com/envoyproxy/gateway"],
    ["envoy-ai-gateway", "github.com/envoyproxy/ai-gateway"],
    ["cert-manager", "github.com/cert-manager/cert-manager"],
  ] as const) {
    it(`builds ${name} with upstream's pinned code, and a main function of this repository`, () => {
      const { version, build } = catalog.tools[name];
      assert.equal(required(build.module, goModule), version);
      assert.ok(existsSync(join(catalog.modulesFolder, build.module, build.sources ?? "", "main.go")));
    });
  }

  for (const name of [...upstreamNames, ...gatewayToolNames, ...earlierUpstreamNames]) {
    const { version, module, goModule } = catalog.upstream[name];
    it(`reads the files of ${name} ${version} with a checksum`, () => {
      assert.equal(required(module, goModule), version);
      const goSum = readFileSync(join(catalog.modulesFolder, module, "go.sum"), "utf8");
      assert.match(goSum, new RegExp(`^${goModule} v${version.replace(/\./g, "\\.")} h1:`, "m"));
    });
  }

  it("pins Kubernetes' staging modules to the same release", () => {
    const [, minorAndPatch] = /^1\.(.*)$/.exec(versions.kubernetes) ?? [];
    const staged = [...goMod("kubernetes").matchAll(/^\t(k8s\.io\/[a-z-]+) => \1 v(\S+)$/gm)];
    assert.ok(staged.length >= 30);
    assert.deepEqual([...new Set(staged.map(([, , version]) => version))], [`0.${minorAndPatch}`]);
  });

  it("knows a download or its absence for every platform", () => {
    const none: string[] = [];
    for (const os of ["linux", "darwin"]) {
      for (const arch of ["amd64", "arm64"]) {
        for (const name of [...toolNames, ...testToolNames]) {
          const download = catalog.tools[name].download({ os, arch });
          if ("none" in download) none.push(`${name} ${os}/${arch}`);
          else assert.match(download.url, new RegExp(`^https://[^ ]*v${catalog.tools[name].version}`));
        }
      }
    }
    const everywhere = ["llmisvc", "lws", "epp"].flatMap((name) =>
      ["linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"].map((platform) => `${name} ${platform}`),
    );
    const darwin = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].flatMap((name) =>
      ["darwin/amd64", "darwin/arm64"].map((platform) => `${name} ${platform}`),
    );
    assert.deepEqual(none.sort(), [...everywhere, ...darwin].sort());
  });
});
