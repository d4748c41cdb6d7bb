import { deepStrictEqual, strictEqual } from "node:assert";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What a fresh process has loaded of the clouds' SDKs after a line of JavaScript. */
function loaded(code: string): string[] {
  const index = JSON.stringify(join(__dirname, "../../index.js"));
  const script = `
    const library = require(${index});
    ${code}
    process.stdout.write(JSON.stringify(Object.keys(require.cache).filter((file) => /@pulumi.(gcp|aws)\\b/.test(file))));
  `;
  const files = JSON.parse(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })) as string[];
  return files.map((file) => file.replaceAll("\\", "/").replace(/^.*node_modules\//, ""));
}

describe("the SDKs of clouds", () => {
  it("are not loaded with the package, nor by an error of a pool", () => {
    deepStrictEqual(loaded(""), []);
    const bad = `try { new library.AcceleratorPool("gpu", { cluster: { cloud: "gke", name: "c", gke: { location: "us-central1" } } }); } catch {}`;
    deepStrictEqual(loaded(bad), []);
  });

  it("are loaded file by file, and only that of the cluster's cloud", () => {
    const make = `
      const pulumi = require("@pulumi/pulumi");
      pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
      new library.AcceleratorPool("gpu", { cluster: { cloud: "gke", name: "c", gke: { location: "us-central1" } }, accelerator: "nvidia-l4", maxNodes: 1 });
    `;
    const files = loaded(make);
    strictEqual(files.includes("@pulumi/gcp/container/nodePool.js"), true);
    strictEqual(
      files.some((file) => file.startsWith("@pulumi/aws/") || file === "@pulumi/gcp/index.js"),
      false,
    );
    strictEqual(files.length < 10, true, files.join(", "));
  });
});
