import { deepStrictEqual, ok } from "node:assert";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import { projectRoot } from "../../local/paths";

describe("links of documents", () => {
  it("lead to files and headings that are there", () => {
    const root = projectRoot();
    const documents = ["*.md", "docs/**/*.md", "examples/**/*.md"].flatMap((pattern) =>
      globSync(pattern, { cwd: root }),
    );
    ok(documents.length > 15);
    deepStrictEqual(documents.flatMap((document) => brokenLinks(root, document)).sort(), []);
  });
});

function brokenLinks(root: string, document: string): string[] {
  const text = readFileSync(join(root, document), "utf8").replace(/^```[^]*?^```/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? join(root, document) : resolve(root, dirname(document), path);
    const isThere = existsSync(target) && (anchor === undefined || anchorsOf(target).has(anchor));
    return isThere
      ? []
      : [`${document}: ${path === "" ? "" : relative(root, target)}${anchor === undefined ? "" : `#${anchor}`}`];
  });
}

/** As GitHub makes them of headings. */
function anchorsOf(file: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = [
    ...readFileSync(file, "utf8")
      .replace(/^```[^]*?^```/gm, "")
      .matchAll(/^#+ +(.+)$/gm),
  ].map(([, heading = ""]) => {
    const name = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replace(/ /g, "-");
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}-${count}`;
  });
  return new Set(anchors);
}
