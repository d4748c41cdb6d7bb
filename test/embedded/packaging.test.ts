import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PackedLibrary, run, tsc } from "./packaging/freshProject";
import { programs, typesOnly } from "./packaging/programs";

/** Node.js takes types out of TypeScript by itself, but `import … = require(…)` only so. */
const withoutTypes = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning"];

describe("the packed library", function () {
  // It writes declarations and compiles: seconds of CPU time, minutes on a machine that others use.
  this.timeout(300_000);
  let library: PackedLibrary;

  before(() => {
    library = new PackedLibrary();
  });
  after(() => {
    rmSync(library.folder, { recursive: true, force: true });
  });

  it("has what a program needs and nothing of the development", () => {
    const files = library.files();
    const allowed = [
      /^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/,
      /^dist\/index\.(js|d\.ts)$/,
      /^dist\/(sdk|components)\/.+\.(js|d\.ts)$/,
      /^dist\/plugin\/(construct|knownValue|main|provider|recipes)\.js$/,
      /^dist\/policy\/.+\.js$/,
      /^policy\/(PulumiPolicy\.yaml|package\.json)$/,
      /^plugin\/(PulumiPlugin\.yaml|package\.json|schema\.json)$/,
    ];
    deepStrictEqual(
      files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
      [],
    );
    // Each compiled file has its declarations, and the other way round.
    const without = (extension: string): string[] =>
      files
        .filter((file) => file.endsWith(extension) && !/^dist\/(plugin|policy)\//.test(file))
        .map((file) => file.slice(0, -extension.length))
        .sort();
    deepStrictEqual(without(".js"), without(".d.ts"));
    for (const file of ["LICENSE", "README.md", "dist/index.js"]) ok(files.includes(file), file);
    // What is packed is small: 0.5 MB at 0.1.0.
    const { size } = statSync(library.tarball);
    ok(size < 1_000_000, `${size} bytes`);
  });

  it("runs in a fresh project in JavaScript and TypeScript, as CommonJS and as ES module", () => {
    const folder = library.project("programs");
    for (const [file, text] of Object.entries(programs)) {
      writeFileSync(join(folder, file), text);
      const printed = JSON.parse(run(process.execPath, [...withoutTypes, file], folder)) as Record<string, unknown>;
      deepStrictEqual(printed.registered, [
        "kubernetes:core/v1:Secret",
        "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService",
        "pulumi-kserve:index:AcceleratorPool",
        "pulumi-kserve:index:LLMInferenceService",
        "pulumi-kserve:index:ModelCredentials",
      ]);
      strictEqual(printed.namespace, "models");
      ok(
        /MissingCloudSdkError: GKE .*npm install @pulumi\/gcp$/.test(String(printed.missing)),
        String(printed.missing),
      );
      ok(/replica/.test(String(printed.refused)), String(printed.refused));
    }
  });

  it("has types for every way in which TypeScript finds modules", () => {
    const folder = library.project("types", { extra: ["@types/node"] });
    for (const [file, text] of Object.entries(programs)) writeFileSync(join(folder, file), text);
    writeFileSync(join(folder, "types.ts"), typesOnly);
    const check = (module: string, moduleResolution: string, files: readonly string[]): string => {
      const compilerOptions = {
        ...{ module, moduleResolution, target: "es2022", types: ["node"] },
        ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
      };
      const config = join(folder, `tsconfig.${moduleResolution}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files }));
      return run(process.execPath, [tsc, "-p", config], folder);
    };
    strictEqual(check("nodenext", "nodenext", ["program.cts", "program.mts"]), "");
    strictEqual(check("esnext", "bundler", ["types.ts"]), "");
    strictEqual(check("commonjs", "node10", ["types.ts"]), "");
  });
});
