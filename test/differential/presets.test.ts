import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { load } from "js-yaml";

import { projectRoot } from "../../local/paths";
import { readPresets } from "../../local/presets";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { ConfigStore } from "../../sdk/compose/configs";
import { explainReport } from "../../sdk/compose/explainReport";
import { plainText } from "../../sdk/compose/textLines";
import { composeService } from "../../stacks/environment/composeService";
import { parseSettings, settingsOfConfig } from "../../stacks/environment/settings";
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

  it("give the output that the README shows", async () => {
    const readme = await readFile(join(projectRoot(), "README.md"), "utf8");
    const section = /^## Fragments\n([^]*?)^## /m.exec(readme)?.[1] ?? "";
    const config = /```yaml\n([^]*?)```/.exec(section)?.[1] ?? "";
    const shown = /```\n\$ npm run -s explain -- llama-8b --stack team\n([^]*?)```/.exec(section)?.[1];
    const environment = parseSettings(settingsOfConfig(load(config) as Record<string, unknown>));
    const [entry] = environment.services ?? [];
    ok(entry);
    const composition = composeService(environment, entry, {
      configs: new ConfigStore({ kserve: await readPresets() }),
    });
    const title = "llama-8b in namespace models, composed into its spec, from Pulumi.team.yaml";
    strictEqual(shown, plainText(explainReport(composition, { title, width: 120 })));
  });
});
