// Writes plugin/schema.json, what other languages know of the package, from the declarations in plugin/components.ts.
// Run it by `npm run generate:plugin` after they, or the package's version, have changed; the component tests say when.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { makeSchema } = createRequire(import.meta.url)(join(root, "dist", "plugin", "makeSchema.js"));
writeFileSync(join(root, "plugin", "schema.json"), makeSchema(root));
