/** The parts of the embedded environment that are executables. */
export const toolNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "llmisvc",
  "lws",
  "helm",
  "kwok",
  "kwokctl",
  "pulumi",
] as const;
export type EmbeddedToolName = (typeof toolNames)[number];

/** Executables whose sources are this repository's own. They are built when asked for by name, and never looked for elsewhere. */
export const ownToolNames = ["oracle", "epp-oracle"] as const;
export type OwnToolName = (typeof ownToolNames)[number];

/**
 * Gateway controllers, and cert-manager for their certificates, that run in the embedded environment when an environment installs them, and are
 * built only then: upstream's code, started by a main function of this repository that gives them ports of their own. They are never
 * looked for elsewhere.
 */
export const gatewayToolNames = ["envoy-gateway", "envoy-ai-gateway", "cert-manager"] as const;
export type GatewayToolName = (typeof gatewayToolNames)[number];

/** Upstream's executables that tests alone run: the embedded environment has no data plane, and so no endpoint picker. */
export const testToolNames = ["epp"] as const;
export type TestToolName = (typeof testToolNames)[number];
export type ToolName = EmbeddedToolName | OwnToolName | GatewayToolName | TestToolName;

/** Whether an executable has sources of this repository, so that no other than the one built here will do. */
export function isOwnTool(name: ToolName): name is OwnToolName | GatewayToolName {
  return ([...ownToolNames, ...gatewayToolNames] as readonly ToolName[]).includes(name);
}

/** The upstream repositories whose files (charts, CRDs, Go types) are read at their pinned tag. */
export const upstreamNames = [
  "kserve",
  "lws",
  "gateway-api",
  "inference-extension",
  "workload-variant-autoscaler",
] as const;
/** Repositories at the version before the pinned one, for tests of upgrades; they are had only when asked for by name. */
export const earlierUpstreamNames = ["kserve-before"] as const;
export type EarlierUpstreamName = (typeof earlierUpstreamNames)[number];
/** Those of gateway controllers are had only when the executable of the same name is asked for. */
export type UpstreamName = (typeof upstreamNames)[number] | GatewayToolName | EarlierUpstreamName;

export interface Tool {
  name: ToolName;
  /** Absolute path of the executable. */
  path: string;
  /** Without a leading "v"; the one of sdk/versions.ts. */
  version: string;
  source: "configured" | "path" | "download" | "build";
}

export interface Toolchain<N extends ToolName = EmbeddedToolName> {
  tools: Record<N, Tool>;
  /** Folders, read-only, that hold the repositories' files at the pinned tag. */
  upstream: Record<(typeof upstreamNames)[number], string> & Partial<Record<UpstreamName, string>>;
}

/** What the user says about single parts. The environment variables PULUMI_KSERVE_TOOL_… and …_UPSTREAM_… win over it. */
export interface ToolchainConfig {
  /** Paths of executables. */
  tools?: Partial<Record<ToolName, string>>;
  /** Folders with a repository's files. */
  upstream?: Partial<Record<UpstreamName, string>>;
}

/** Names as in Go's GOOS and GOARCH. */
export interface Platform {
  os: string;
  arch: string;
}

/** Where the checksum of a download stands. All are SHA-256. */
export type Checksum =
  | { sha256: string }
  /** A published file: either the bare checksum or lines of checksum and file name. */
  | { url: string }
  /** An answer of GitHub's releases API, which states the checksum that GitHub took when the asset was uploaded. */
  | { releaseUrl: string };

export interface Download {
  url: string;
  checksum: Checksum;
  /** Path of the executable in the archive. @default the download is the executable itself */
  archivePath?: string;
}

/** Upstream publishes no executable of this part for this platform, and why. */
export interface NoDownload {
  none: string;
}

export interface Build {
  /** Folder name in {@link Catalog.modulesFolder}. */
  module: string;
  package: string;
  ldflags: string;
  /** Folder name in the module with the sources of an executable of this repository; they decide its content, too. */
  sources?: string;
}

export interface ToolDefinition {
  version: string;
  /** How an executable says its version: by being run, or by the Go module that is recorded in it. */
  versionFrom: { args: string[] } | { goModule: string };
  download: (platform: Platform) => Download | NoDownload;
  build: Build;
}

export interface UpstreamDefinition {
  version: string;
  /** Folder name in {@link Catalog.modulesFolder}, whose go.sum has the checksum. */
  module: string;
  goModule: string;
}

/** Everything that is pinned. */
export interface Catalog {
  modulesFolder: string;
  tools: Record<ToolName, ToolDefinition>;
  upstream: Record<UpstreamName, UpstreamDefinition>;
}

/** What could not be had, each part with every way that was tried, and how to help. */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";
}

export function hostPlatform(): Platform {
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  if (!["linux", "darwin"].includes(process.platform) || !arch) {
    throw new ToolchainError(
      `the embedded environment does not run on ${process.platform}/${process.arch}; it does on linux and darwin, x64 and arm64`,
    );
  }
  return { os: process.platform, arch };
}

/** The environment variable that names a part's executable or a repository's folder. */
export function variableName(kind: "TOOL" | "UPSTREAM", name: string): string {
  return `PULUMI_KSERVE_${kind}_${name.toUpperCase().replace(/-/g, "_")}`;
}
