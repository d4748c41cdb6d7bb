import {
  type ChartAddress,
  chartAddress as addressOf,
  type ChartMirrors,
  join,
  problemsOfChartMirrors,
} from "../../sdk/charts";
import type { PartChart, PartManifest } from "../../sdk/clusterParts/artifacts";
import type { Problem } from "../../sdk/problems";

/** Addresses that replace the official ones of parts, for air-gapped sites. */
export interface PartMirrors {
  /** Folder of unpacked charts, `oci://` prefix or address of a chart repository: one for all charts, or one for each by the chart's name. */
  charts?: ChartMirrors;
  /** Folder or URL prefix that holds the files of container-engine-accelerators under their paths there. */
  manifests?: string;
}

/** What is wrong with mirrors. */
export function problemsOfPartMirrors(mirrors: PartMirrors = {}): Problem[] {
  const { charts, manifests, ...others } = mirrors;
  const problems = Object.keys(others).map((name): Problem => ({
    path: `mirrors.${name}`,
    message: "nothing has this name",
    allowed: "charts, manifests",
  }));
  problems.push(...problemsOfChartMirrors(charts, "mirrors.charts"));
  if (manifests === undefined || /^(https?:\/\/|\.{0,2}\/|[A-Za-z]:[\\/])/.test(manifests)) return problems;
  const allowed = 'a folder\'s path that starts with "/" or ".", an http(s):// prefix';
  return [
    ...problems,
    { path: "mirrors.manifests", given: manifests, message: "manifests cannot come from here", allowed },
  ];
}

/** Where helm takes a chart from. */
export function chartAddress(part: PartChart, { charts }: PartMirrors = {}): ChartAddress {
  return addressOf(part, charts);
}

/** Where a manifest is read. */
export function manifestAddress({ url }: PartManifest, { manifests }: PartMirrors = {}): string {
  // https://raw.githubusercontent.com/<owner>/<repository>/<commit>/<path>
  return manifests ? join(manifests, url.split("/").slice(6).join("/")) : url;
}
