// Run as a process of its own: node child.js FOLDER NAME... ensures the tiny catalogue's parts and prints their paths.
import { createProgress } from "../../../local/progress";
import { ensureToolchain } from "../../../local/toolchain/toolchain";
import type { ToolName } from "../../../local/toolchain/types";
import { tinyCatalog } from "./fixture";

const [folder = "", ...names] = process.argv.slice(2);

ensureToolchain({ catalog: tinyCatalog(folder), only: names as ToolName[], progress: createProgress() }).then(
  ({ tools }) => console.log(JSON.stringify(Object.values(tools).map(({ path }) => path))),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
