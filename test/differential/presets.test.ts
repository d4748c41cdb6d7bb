import { deepStrictEqual, strictEqual } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { readPresets } from "../../local/presets";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { presets } from "./merging";

describe("presets that explain reads", () => {
  let kserve: string;

  before(async () => {
    ({ kserve } = (await ensureToolchain({ only: [], progress: silentProgress })).upstream);
  });

  it("are those of KServe's sources", async () => {
    deepStrictEqual(await readPresets(), presets(kserve));
    deepStrictEqual(await readPresets({ kserve }), presets(kserve));
  });

  it("are what the chart renders, which prints the file as it is", async () => {
    const template = join(kserve, "charts", "kserve-runtime-configs", "templates", "llmisvcconfigs", "resources.yaml");
    strictEqual(
      await readFile(template, "utf8"),
      '{{- if .Values.kserve.llmisvcConfigs.enabled }}\n{{ .Files.Get "files/llmisvcconfigs/resources.yaml" }}\n{{- end }}\n',
    );
  });
});
