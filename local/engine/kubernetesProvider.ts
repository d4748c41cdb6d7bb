import { access, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

import { cacheRoot, projectRoot } from "../paths";
import { runCommand, writeFileAtomic } from "../process";
import { writeNodePlugin } from "./nodePlugin";

/** Where the engine's Kubernetes provider comes from. */
export const ProviderSource = {
  /** Named by the user. */
  configured: "configured",
  /** The official one, installed by an earlier use of Pulumi. */
  installed: "installed",
  /** The official one, fetched by the engine. */
  download: "download",
  /** This project's own, for the embedded environment. */
  standIn: "stand-in",
} as const;
export type ProviderSource = (typeof ProviderSource)[keyof typeof ProviderSource];

/** A folder that holds `pulumi-resource-kubernetes`. */
export interface KubernetesProvider {
  folder: string;
  source: ProviderSource;
}

/** What the choice depends on; a test replaces it. */
export interface ProviderSearch {
  /** Path of the `pulumi` binary, which downloads the official provider. */
  pulumi: string;
  /** Folder of the stack's engine: the choice is kept there, because changing the provider of a stack updates every object. */
  folder: string;
  /** A folder, or "stand-in". @default the environment variable PULUMI_KSERVE_KUBERNETES_PROVIDER */
  configured?: string;
  /** @default `$PULUMI_HOME`, or `~/.pulumi` */
  pulumiHome?: string;
  /** @default the user's cache of this project */
  cache?: string;
  /** Has the engine download the official provider into a Pulumi home. */
  install?: (pulumi: string, version: string, home: string) => Promise<void>;
}

/** The stand-in's program. */
export const kubernetesProviderMain = join(__dirname, "..", "provider", "main.js");

const executable = "pulumi-resource-kubernetes";
const variable = "PULUMI_KSERVE_KUBERNETES_PROVIDER";
/** How long a failed download is not tried again. */
const retryAfterMs = 24 * 3600 * 1000;

/**
 * The Kubernetes provider for a stack: one that the user names, the official one where it is installed or can be downloaded, else
 * the stand-in.
 *
 * @throws Error when the named folder does not hold a provider.
 */
export async function kubernetesProvider(search: ProviderSearch): Promise<KubernetesProvider> {
  const configured = search.configured ?? process.env[variable];
  if (configured) return configuredProvider(configured, search.folder);
  const choiceFile = join(search.folder, "provider.json");
  const kept = await readJson<KubernetesProvider>(choiceFile);
  if (kept?.source === ProviderSource.standIn) return standIn(search.folder);
  const chosen = kept && (await isProvider(kept.folder)) ? kept : await choose(search);
  await writeFileAtomic(choiceFile, `${JSON.stringify(chosen)}\n`);
  return chosen;
}

async function configuredProvider(configured: string, folder: string): Promise<KubernetesProvider> {
  if (configured === ProviderSource.standIn) return standIn(folder);
  const named = resolve(configured);
  if (await isProvider(named)) return { folder: named, source: ProviderSource.configured };
  throw new Error(
    `${variable}: ${named} holds no ${executable}; allowed: a folder that does, or "${ProviderSource.standIn}"`,
  );
}

async function choose(search: ProviderSearch): Promise<KubernetesProvider> {
  const version = await officialVersion();
  const plugin = join("plugins", `resource-kubernetes-v${version}`);
  const cache = search.cache ?? cacheRoot();
  const userHome = search.pulumiHome ?? process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const ownHome = join(cache, "pulumi-home");
  for (const home of [userHome, ownHome]) {
    const folder = join(home, plugin);
    if (await isProvider(folder)) return { folder, source: ProviderSource.installed };
  }
  const failureFile = join(cache, "kubernetes-provider-unreachable.json");
  const failed = await readJson<{ at: number }>(failureFile);
  if (!failed || Date.now() - failed.at > retryAfterMs) {
    try {
      await mkdir(ownHome, { recursive: true });
      await (search.install ?? installWithEngine)(search.pulumi, version, ownHome);
      const folder = join(ownHome, plugin);
      if (await isProvider(folder)) return { folder, source: ProviderSource.download };
    } catch {
      await writeFileAtomic(failureFile, JSON.stringify({ at: Date.now() }));
    }
  }
  return standIn(search.folder);
}

async function installWithEngine(pulumi: string, version: string, home: string): Promise<void> {
  const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" } as Record<string, string>;
  await runCommand(pulumi, ["plugin", "install", "resource", "kubernetes", version], { env, timeoutMs: 120_000 });
}

/** The provider that belongs to the SDK in use. */
async function officialVersion(): Promise<string> {
  const file = join(projectRoot(), "node_modules", "@pulumi", "kubernetes", "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}

async function standIn(folder: string): Promise<KubernetesProvider> {
  const plugin = join(folder, "provider");
  await writeNodePlugin(plugin, "kubernetes", kubernetesProviderMain);
  return { folder: plugin, source: ProviderSource.standIn };
}

async function isProvider(folder: string): Promise<boolean> {
  return access(join(folder, executable)).then(
    () => true,
    () => false,
  );
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}
