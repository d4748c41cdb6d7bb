// The process of the SDK's provider of dynamic resources; it ends with the engine, in whatever way that ends.
import { flushCompileCache } from "node:module";

import { leaveOutSerializer } from "./startup";

process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));
process.stdin.resume();

// A provider runs only text.
leaveOutSerializer();

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the module starts serving when it is loaded
require("@pulumi/pulumi/cmd/dynamic-provider");
// With no engine there yet (see standby.ts), there is time to load what the first set of CRDs needs.
if (process.argv[2] === "") setImmediate(() => void import("../../components/crds/install"));
// The engine ends its plugins by a signal, after which nothing would be kept.
flushCompileCache();
