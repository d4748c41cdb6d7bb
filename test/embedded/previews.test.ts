import { strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { githubLimit, previewComment } from "../../cli/previewComment/comment";
import { readPreview } from "../../cli/previewComment/read";
import { projectRoot } from "../../local/paths";
import { previewCases, PreviewEnvironment } from "./previews/environment";

/** What the engine writes today gives the comments that the unit tests make of what it wrote when they were recorded. */
describe("comments of real previews", function () {
  this.timeout(120_000);
  let environment: PreviewEnvironment | undefined;

  before(async () => {
    environment = await PreviewEnvironment.start();
  });
  after(() => environment?.stop());

  for (const one of previewCases) {
    it(`are the golden ones: ${one.name}`, async () => {
      const preview = (await environment?.preview(one)) ?? "";
      const comment = previewComment(readPreview(preview, "preview"), { limit: githubLimit });
      strictEqual(comment, readFileSync(join(projectRoot(), "test", "unit", "previews", `${one.name}.md`), "utf8"));
    });
  }
});
