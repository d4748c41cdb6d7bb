import { type ChartMirrors, isUrl, problemsOfChartMirrors } from "./charts";
import { crdSets } from "./crdSets.generated";
import { ConfigurationError, type Problem } from "./problems";
import { versions } from "./versions";

/**
 * Addresses that replace the official ones, for air-gapped sites and for the embedded environment.
 *
 * A source tree mirror is a folder or an `http(s)://` prefix that holds the upstream repository's files at the pinned version
 * under their paths there. What comes from it is verified by its checksum all the same.
 */
export interface ArtifactMirrors {
  /** Source tree of github.com/kserve/kserve; its CRDs, and its charts when it is a folder. */
  kserve?: string;
  /** Folder of charts, `oci://` prefix or chart repository for KServe's charts alone. */
  "kserve-charts"?: string;
  /** Source tree of github.com/kubernetes-sigs/lws. */
  lws?: string;
  /** Folder of charts, `oci://` prefix or chart repository for LeaderWorkerSet's chart alone. */
  "lws-charts"?: string;
  /** Source tree of github.com/kubernetes-sigs/gateway-api. */
  "gateway-api"?: string;
  /** Source tree of github.com/cert-manager/cert-manager; its CRDs. */
  "cert-manager"?: string;
  /** Source tree of github.com/kubernetes-sigs/gateway-api-inference-extension. Nothing is read from it: KServe has its CRDs. */
  "inference-extension"?: string;
  /** Source tree of github.com/llm-d/llm-d-workload-variant-autoscaler, for its CRD. */
  "workload-variant-autoscaler"?: string;
  /** Source tree of github.com/envoyproxy/gateway; its CRDs. */
  "envoy-gateway"?: string;
  /** Source tree of github.com/envoyproxy/ai-gateway; its CRDs. */
  "envoy-ai-gateway"?: string;
  /** Charts of gateway controllers and of what else the platform installs. */
  charts?: ChartMirrors;
}

/** A project whose files or charts this package installs. */
export type Upstream =
  | "kserve"
  | "lws"
  | "gateway-api"
  | "workload-variant-autoscaler"
  | "envoy-gateway"
  | "envoy-ai-gateway"
  | "cert-manager";

/** A set of CRDs that is installed and upgraded as one: files of an upstream repository at one tag. */
export interface CrdSet {
  readonly name: string;
  /** Which of several forms of the same CRDs, such as "full" or "experimental". */
  readonly variant?: string;
  readonly upstream: Upstream;
  /** Version of what the CRDs belong to. */
  readonly version: string;
  /** Official address, with a trailing slash; a file's address is this and its path. */
  readonly source: string;
  /** SHA-256 of each file by its path in the upstream repository. */
  readonly files: Readonly<Record<string, string>>;
  readonly crds: Readonly<Record<string, CrdSummary>>;
  /** Other objects in the files, as "<kind>/<name>". */
  readonly others: readonly string[];
  /** Objects in the files that are somebody else's, as in `crds` and `others`. @default none */
  readonly leftOut?: readonly string[];
}

/** What a preview says about one CRD. */
export interface CrdSummary {
  readonly group: string;
  readonly kind: string;
  /** Served versions. */
  readonly versions: readonly string[];
  /** The version in which objects are stored. */
  readonly storageVersion: string;
}

/** A chart at its official address. */
export interface ChartArtifact {
  readonly upstream: "kserve" | "lws";
  readonly name: string;
  /** `oci://` address. */
  readonly chart: string;
  readonly version: string;
  /** Folder in the upstream repository. */
  readonly path: string;
}

/** Every chart and CRD set that this package installs. */
export const artifacts = {
  /** KServe's controller for LLMInferenceServices, its RBAC, configuration and webhooks. */
  kserveController: chart("kserve", "kserve-llmisvc-resources", "oci://ghcr.io/kserve/charts", `v${versions.kserve}`),
  /** The presets that every LLMInferenceService is merged with. */
  kservePresets: chart("kserve", "kserve-runtime-configs", "oci://ghcr.io/kserve/charts", `v${versions.kserve}`),
  leaderWorkerSet: chart("lws", "lws", "oci://registry.k8s.io/lws/charts", versions.leaderWorkerSet),
  crds: crdSets,
} as const;

function chart(upstream: ChartArtifact["upstream"], name: string, registry: string, version: string): ChartArtifact {
  return { upstream, name, chart: `${registry}/${name}`, version, path: `charts/${name}` };
}

/**
 * Where the files of a CRD set are read: the mirror of its upstream, or its official address. Ends with a slash.
 *
 * @throws ConfigurationError when a mirror has an unknown name or an address that files cannot come from.
 */
export function resolveFiles(set: Pick<CrdSet, "upstream" | "source">, mirrors: ArtifactMirrors = {}): string {
  checkMirrors(mirrors);
  return withSlash(mirrors[set.upstream] ?? set.source);
}

/**
 * What to give helm for a chart: its own mirror, else its folder in a mirrored source tree, else the official address.
 *
 * @returns `version` is left out where the address already says it.
 * @throws ConfigurationError when a mirror has an unknown name or an address that charts cannot come from.
 */
export function resolveChart(
  artifact: ChartArtifact,
  mirrors: ArtifactMirrors = {},
): { chart: string; version?: string } {
  checkMirrors(mirrors);
  const { upstream, name, version, path } = artifact;
  const charts = mirrors[`${upstream}-charts`];
  if (charts?.startsWith("oci://")) return { chart: withSlash(charts) + name, version };
  // A chart repository keeps its packages beside its index.
  if (charts && isUrl(charts)) return { chart: `${withSlash(charts)}${name}-${version}.tgz` };
  if (charts) return { chart: withSlash(charts) + name };
  const tree = mirrors[upstream];
  if (tree && !isUrl(tree)) return { chart: withSlash(tree) + path };
  return { chart: artifact.chart, version };
}

const mirrorNames = [
  "kserve",
  "kserve-charts",
  "lws",
  "lws-charts",
  "gateway-api",
  "cert-manager",
  "inference-extension",
  "workload-variant-autoscaler",
  "envoy-gateway",
  "envoy-ai-gateway",
];

/** @throws ConfigurationError when a mirror has an unknown name or an address that its files or charts cannot come from. */
export function checkMirrors({ charts, ...mirrors }: ArtifactMirrors): void {
  const problems = Object.entries(mirrors as Record<string, unknown>).flatMap(([name, address]): Problem[] => {
    const path = `mirrors.${name}`;
    if (!mirrorNames.includes(name)) {
      return [{ path, message: "nothing has this name", allowed: [...mirrorNames, "charts"].join(", ") }];
    }
    if (address === undefined) return [];
    if (typeof address !== "string") return [{ path, message: "is no text" }];
    const forCharts = name.endsWith("-charts");
    if (/^(https?:\/\/|\.{0,2}\/|[A-Za-z]:[\\/])/.test(address) || (forCharts && address.startsWith("oci://")))
      return [];
    return [
      {
        path,
        given: address,
        message: forCharts ? "charts cannot come from here" : "files cannot come from here",
        allowed: `a folder's path that starts with "/" or ".", an http(s):// prefix${forCharts ? ", an oci:// prefix" : ""}`,
        ...(address.startsWith("oci://") &&
          mirrorNames.includes(`${name}-charts`) && { fix: `put it under mirrors.${name}-charts` }),
      },
    ];
  });
  problems.push(...problemsOfChartMirrors(charts, "mirrors.charts"));
  if (problems.length > 0) throw new ConfigurationError("mirrors", problems);
}

function withSlash(address: string): string {
  return address.endsWith("/") ? address : `${address}/`;
}
