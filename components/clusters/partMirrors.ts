import { type ChartAddress, chartAddress as addressOf, join } from "../../sdk/charts";
import type { PartChart, PartManifest } from "../../sdk/clusterParts/artifacts";
import type { Problem } from "../../sdk/problems";

/** Addresses that replace the official ones of parts, for air-gapped sites. */
export interface PartMirrors {
  /** Folder of unpacked charts, `oci://` prefix or address of a chart repository, for all charts. */
  charts?: string;
  /** Folder or URL prefix that holds the files of container-engine-accelerators under their paths there. */
  manifests?: string;
}

/** What is wrong with mirrors. */
export function problemsOfPartMirrors(mirrors: PartMirrors = {}): Problem[] {
  return Object.entries(mirrors as Record<string, string>).flatMap(([name, given]) => {
    const path = `mirrors.${name}`;
    if (name !== "charts" && name !== "manifests")
      return [{ path, message: "nothing has this name", allowed: "charts, manifests" }];
    const oci = name === "charts" && given.startsWith("oci://");
    if (oci || /^(https?:\/\/|\.{0,2}\/|[A-Za-z]:[\\/])/.test(given)) return [];
    const allowed = `a folder's path that starts with "/" or ".", an http(s):// prefix${name === "charts" ? ", an oci:// prefix" : ""}`;
    return [{ path, given, message: `${name} cannot come from here`, allowed }];
  });
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
