import { readdirSync } from "node:fs";
import { join } from "node:path";

import { compose } from "../sdk/compose/compose";
import { ConfigStore } from "../sdk/compose/configs";
import { fragments, readPresets } from "./compositions";

/** Composes as many services as the second argument says, and prints the seconds that it took. */
function main(): void {
  const [kserve = "", count = "0"] = process.argv.slice(2);
  const names = readdirSync(join(kserve, "config", "llmisvcconfig"))
    .filter((file) => file.startsWith("config-llm-"))
    .map((file) => file.replace(/\.yaml$/, ""));
  const presets = readPresets(kserve, names);
  const start = process.hrtime.bigint();
  const configs = new ConfigStore({ kserve: presets });
  let fields = 0;
  for (let index = 0; index < Number(count); index++) {
    const { effective } = compose({
      service: { name: `llama-${index}`, namespace: `team-${index % 20}` },
      fragments,
      spec: { replicas: 1 + (index % 7), parallelism: { tensor: 4 } },
      configs,
    });
    if (!effective) throw new Error("nothing was composed");
    fields += Object.keys(effective).length;
  }
  if (fields === 0 && Number(count) > 0) throw new Error("empty specs were composed");
  process.stdout.write(String(Number(process.hrtime.bigint() - start) / 1e9));
}

main();
