// The process of the SDK's provider of dynamic resources; it ends with the engine, in whatever way that ends.
import { createRequire, flushCompileCache, Module } from "node:module";

process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));
process.stdin.resume();

// The SDK loads at once what it needs to turn functions into text, which takes most of its start. A provider runs only text.
const sdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
for (const name of ["typescript", "@npmcli/arborist"]) {
  const file = sdk.resolve(name);
  const unused = new Module(file);
  unused.loaded = true;
  require.cache[file] = unused;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the module starts serving when it is loaded
require("@pulumi/pulumi/cmd/dynamic-provider");
// The engine ends its plugins by a signal, after which nothing would be kept.
flushCompileCache();
