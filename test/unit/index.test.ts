import { deepStrictEqual, strictEqual } from "node:assert";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { projectRoot } from "../../local/paths";

/** Runs code in a process of its own, because what is loaded stays loaded. */
function run(code: string): unknown {
  const file = JSON.stringify(join(projectRoot(), "dist", "index.js"));
  const loaded = "Object.keys(require.cache).map((file) => file.replaceAll('\\\\', '/'))";
  const script = `const library = require(${file}); const loaded = () => ${loaded}; console.log(JSON.stringify((() => { ${code} })()))`;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }));
}

describe("the library's public face", () => {
  it("loads a file when something of it is first asked for", () => {
    strictEqual(run("return loaded().length"), 1);
    deepStrictEqual(run("library.childNames; return loaded().map((file) => file.split('/dist/')[1])"), [
      "index.js",
      "sdk/api/names.js",
    ]);
  });

  it("has something behind every name, and loads no cloud SDK for it", () => {
    deepStrictEqual(run("return Object.keys(library).filter((name) => library[name] === undefined)"), []);
    deepStrictEqual(
      run("Object.values(library); return loaded().filter((file) => /@pulumi.(gcp|aws)/.test(file))"),
      [],
    );
  });
});
