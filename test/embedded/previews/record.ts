// Writes the previews of test/unit/previews anew, after the program or the engine has changed:
//   npm run build && node dist/test/embedded/previews/record.js
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { projectRoot } from "../../../local/paths";
import { previewCases, PreviewEnvironment } from "./environment";
import { scrubbed } from "./scrub";

async function main(): Promise<void> {
  const environment = await PreviewEnvironment.start();
  try {
    for (const one of previewCases) {
      const file = join(projectRoot(), "test", "unit", "previews", `${one.name}.json`);
      await writeFile(file, scrubbed(await environment.preview(one)));
      process.stderr.write(`${file}\n`);
    }
  } finally {
    await environment.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exit(1);
  },
);
