import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";

import { type ArtifactMirrors, artifacts, resolveChart, resolveFiles } from "../../sdk/artifacts";
import { isUrl } from "../../sdk/charts";
import { ConfigurationError } from "../../sdk/problems";
import { type Check, type DoctorOptions, failed, notChecked, ok } from "./check";
import { answers } from "./reach";
import type { StackFile } from "./stackFile";

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
  let sources: Source[];
  try {
    sources = sourcesOf(file);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [notChecked("CRD files and charts", "the mirrors are wrong; see configuration above")];
  }
  return Promise.all(sources.map((source) => checkSource(source, options)));
}

function sourcesOf(file: StackFile | undefined): Source[] {
  const { platform, mirrors: given } = file?.settings ?? {};
  const mirrors = (given ?? {}) as ArtifactMirrors;
  const { gatewayApiStandard, kserveFull, leaderWorkerSet } = artifacts.crds;
  const withSet = platform?.leaderWorkerSet !== false;
  const sets = [
    ...(owns(platform?.gatewayApi?.crds) ? [gatewayApiStandard] : []),
    ...(owns(platform?.kserve?.crds) || owns(platform?.inferenceExtension?.crds) ? [kserveFull] : []),
    ...(withSet && owns(platform?.leaderWorkerSet && platform.leaderWorkerSet.crds) ? [leaderWorkerSet] : []),
  ];
  const charts = [artifacts.kserveController, ...(withSet ? [artifacts.leaderWorkerSet] : [])];
  return [
    ...sets.map((set) => ({
      name: `CRD files of ${set.upstream}`,
      address: resolveFiles(set, mirrors),
      file: Object.keys(set.files)[0] ?? "",
    })),
    ...charts.map((chart) => ({ name: `charts of ${chart.upstream}`, address: resolveChart(chart, mirrors).chart })),
  ];
}

/** CRDs that somebody else installs are not fetched. */
function owns(crds: unknown): boolean {
  return crds === undefined || crds === "own";
}

async function checkSource({ name, address, file }: Source, options: DoctorOptions): Promise<Check> {
  if (!isUrl(address)) {
    const path = resolve(options.root, address);
    const there = await stat(file === undefined ? path : join(path, file)).catch(() => undefined);
    return there
      ? ok(name, `folder ${path}`)
      : failed(name, `${file === undefined ? path : join(path, file)} is not there`, {
          fix: "put the upstream repository's files there, at the pinned version, or name another folder in mirrors",
        });
  }
  if (options.offline) return notChecked(name, `--offline; ${address}`);
  // A registry of charts is asked whether it is one; it says 401 to those who have no token.
  const isRegistry = address.startsWith("oci://");
  const url = isRegistry ? `https://${new URL(address.replace(/^oci:/, "https:")).host}/v2/` : address + (file ?? "");
  const { problem } = await answers(url, options, isRegistry);
  if (!problem) return ok(name, address);
  return failed(name, `${address}: ${problem}`, {
    wanted: "an address that answers from where Pulumi runs",
    fix: "let it through the firewall or proxy, or name a mirror in mirrors (README.md)",
  });
}
