import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type Check, type DoctorOptions, failed, notChecked, ok, warned } from "./check";
import { type Cli, pulumiHome } from "./pulumi";
import type { StackFile } from "./stackFile";
import { findProgram } from "./programs";
import { answers } from "./reach";

/** The provider plugins that a stack's program starts, with the versions of its SDKs: installed, or to be had. */
export async function checkPlugins(
  cli: Cli,
  file: StackFile | undefined,
  options: DoctorOptions,
): Promise<readonly Check[]> {
  return Promise.all(neededPlugins(file).map((plugin) => checkPlugin(plugin, cli, options)));
}

/** Names of the packages whose provider a stack needs. */
export function neededPlugins(file: StackFile | undefined): string[] {
  const { gke, eks, existing } = file?.settings.cluster ?? {};
  return ["kubernetes", ...(gke || existing?.gke ? ["gcp"] : []), ...(eks || existing?.eks ? ["aws"] : [])];
}

async function checkPlugin(plugin: string, cli: Cli, options: DoctorOptions): Promise<Check> {
  const name = `plugin ${plugin}`;
  const version = await sdkVersion(plugin, options);
  if (!version) return notChecked(name, `the npm package @pulumi/${plugin} is not installed`);
  const file = `pulumi-resource-${plugin}`;
  const folder = join(pulumiHome(options), "plugins", `resource-${plugin}-v${version}`);
  if (await findProgram(join(folder, file), options)) return ok(name, `${version}, installed`);
  const onPath = await findProgram(file, options);
  if (onPath) {
    return warned(name, `${onPath}, whose version is not known`, {
      wanted: version,
      fix: `take it from PATH, and pulumi plugin install resource ${plugin} ${version}`,
    });
  }
  const fix = `pulumi plugin install resource ${plugin} ${version}, or, where the machine has no network, with --file <archive of pulumi-${plugin}'s release>`;
  if (options.env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION === "true") {
    return failed(name, "not installed, and PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION is set", {
      wanted: version,
      fix,
    });
  }
  if (options.offline)
    return warned(name, "not installed; whether it can be downloaded was not looked at (--offline)", {
      wanted: version,
      fix,
    });
  const address = `https://get.pulumi.com/releases/plugins/${file}-v${version}-${platform()}.tar.gz`;
  const reached = await answers(address, options);
  if (!reached.problem)
    return ok(
      name,
      `${version}, not installed; ${cli.path ? "Pulumi downloads it when it is needed" : "to be downloaded"}`,
    );
  return failed(name, `not installed, and cannot be downloaded: ${reached.problem}`, { wanted: version, fix });
}

async function sdkVersion(plugin: string, { root }: DoctorOptions): Promise<string | undefined> {
  try {
    const text = await readFile(join(root, "node_modules", "@pulumi", plugin, "package.json"), "utf8");
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** As in the names of Pulumi's archives. */
function platform(): string {
  return `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
}
