import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";

import { type ArtifactMirrors, artifacts, resolveChart, resolveFiles } from "../../sdk/artifacts";
import { isUrl } from "../../sdk/charts";
import { ConfigurationError } from "../../sdk/problems";
import { type Check, type DoctorOptions, failed, notChecked, ok, safeText } from "./check";
import { answers } from "./reach";
import type { StackFile } from "./stackFile";
import { wantedSets } from "./wantedSets";

/** Something that `up` fetches. */
interface Source {
  readonly name: string;
  /** Folder or URL. */
  readonly address: string;
  /** A file under the address that must be there, of a set of files. */
  readonly file?: string;
}

/** Whether everything that the platform is installed from can be had: each at its mirror or its official address. */
export async function checkSources(file: StackFile | undefined, options: DoctorOptions): Promise<readonly Check[]> {
  const name = "CRD files and charts";
  const { mirrors = {} } = file?.settings ?? {};
  const encrypted = encryptedIn(mirrors ?? {});
  if (encrypted.length > 0) return [notChecked(name, `encrypted in the stack's file: mirrors.${encrypted.join(", ")}`)];
  let sources: Source[];
  try {
    sources = sourcesOf(file);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [notChecked(name, "the mirrors are wrong; see configuration above")];
  }
  return [
    ...wantedSets(file)
      .filter(({ set }) => !set)
      .map((one) =>
        notChecked(
          `CRD files of ${one.name}`,
          `${one.setting.replace(/\.\w+$/, "")} is wrong; see configuration above`,
        ),
      ),
    ...(await Promise.all(sources.map((source) => checkSource(source, options)))),
  ];
}

/** Names of the mirrors whose address only Pulumi can read. */
function encryptedIn(mirrors: object): string[] {
  return Object.entries(mirrors).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value !== "object" || value === null) return [];
    return "secure" in value ? [name] : encryptedIn(value).map((inner) => `${name}.${inner}`);
  });
}

function sourcesOf(file: StackFile | undefined): Source[] {
  const { platform, mirrors: given } = file?.settings ?? {};
  const mirrors = (given ?? {}) as ArtifactMirrors;
  const withSet = platform?.leaderWorkerSet !== false;
  // CRDs that somebody else installs are not fetched. One file stands for all that are at one address.
  const owned = wantedSets(file).flatMap(({ set, ownership }) => (set && ownership === "own" ? [set] : []));
  const sets = new Map(owned.map((set) => [set.source, set])).values();
  const charts = [artifacts.kserveController, ...(withSet ? [artifacts.leaderWorkerSet] : [])];
  return [
    ...[...sets].map((set) => ({
      name: `CRD files of ${set.upstream}`,
      address: resolveFiles(set, mirrors),
      file: Object.keys(set.files)[0] ?? "",
    })),
    ...charts.map((chart) => ({ name: `charts of ${chart.upstream}`, address: resolveChart(chart, mirrors).chart })),
  ];
}

async function checkSource({ name, address, file }: Source, options: DoctorOptions): Promise<Check> {
  const shown = safeText(address, options.env);
  if (!isUrl(address)) {
    const path = resolve(options.root, address);
    const there = await stat(file === undefined ? path : join(path, file)).catch(() => undefined);
    return there
      ? ok(name, `folder ${path}`)
      : failed(name, `${file === undefined ? path : join(path, file)} is not there`, {
          fix: "put the upstream repository's files there, at the pinned version, or name another folder in mirrors",
        });
  }
  if (options.offline) return notChecked(name, `--offline; ${shown}`);
  // A registry of charts is asked whether it is one; it says 401 to those who have no token.
  const isRegistry = address.startsWith("oci://");
  const url = isRegistry ? `${address.replace(/^oci:\/\/([^/]+).*$/, "https://$1")}/v2/` : address + (file ?? "");
  const { problem } = await answers(url, options, isRegistry);
  if (!problem) return ok(name, shown);
  return failed(name, `${shown}: ${safeText(problem, options.env)}`, {
    wanted: "an address that answers from where Pulumi runs",
    fix: "let it through the firewall or proxy, or name a mirror in mirrors (docs/settings.md)",
  });
}
