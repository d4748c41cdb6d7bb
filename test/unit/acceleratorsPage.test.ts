import { strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { projectRoot } from "../../local/paths";
import * as catalogue from "../../sdk/accelerators/catalogue";

describe("docs/accelerators.md", () => {
  it("is what the generator makes of the catalogue", () => {
    const generator = createRequire(__filename)(join(projectRoot(), "scripts", "generate-accelerators.mjs")) as {
      acceleratorsPage: (given: typeof catalogue) => string;
    };
    strictEqual(
      readFileSync(join(projectRoot(), "docs", "accelerators.md"), "utf8"),
      generator.acceleratorsPage(catalogue),
    );
  });
});
