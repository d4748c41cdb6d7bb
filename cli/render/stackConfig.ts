import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { configFile, programOf, readLayers } from "../../local/engine/config";
import { nearest } from "../../sdk/nearest";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { encryptedPaths } from "../../stacks/environment/encrypted";
import { rememberLayers } from "../../stacks/environment/origins";
import { settingsOfConfig } from "../../stacks/environment/settings";

/** A stack's configuration as it is rendered. */
export interface RenderConfig {
  /** With a cluster that nothing is asked of, and a text of its own in place of each encrypted value. */
  readonly config: Record<string, unknown>;
  /** The setting that each of those texts stands for. */
  readonly encrypted: ReadonlyMap<string, string>;
}

const prefix = "pulumi-kserve:";

/**
 * Reads and checks the configuration of a stack. Encrypted values are not decrypted, which only the stack's backend can do.
 *
 * @throws ConfigurationError with every problem: no such stack, nothing configured, settings that make something in a cloud.
 */
export async function readRenderConfig(stack: string, file?: string): Promise<RenderConfig> {
  await refuseMissing(stack, file);
  const { config: given, layers } = await readLayers(stack, file);
  const subject = `configuration of stack "${stack}"`;
  const own = Object.entries(given).filter(([key]) => key.startsWith(prefix));
  if (own.length === 0) {
    throw new ConfigurationError(subject, [
      {
        path: configFile(stack, file),
        message: "has no configuration of this project",
        fix: `add settings such as ${prefix}services; Pulumi.existing.example.yaml has an example`,
      },
    ]);
  }
  const encrypted = new Map<string, string>();
  const config: Record<string, unknown> = { [`${prefix}cluster`]: unaskedCluster };
  for (const [key, value] of own) {
    config[key] = key === `${prefix}cluster` ? withUnaskedCluster(value) : withoutEncrypted(value, key, encrypted);
  }
  const problems = cloudProblems(settingsOfConfig(given));
  if (problems.length > 0) throw new ConfigurationError(subject, problems);
  const { parse } = await programOf(config);
  try {
    parse(rememberLayers(settingsOfConfig(config), layers));
  } catch (error) {
    throw withEncryptedProblems(error, encrypted);
  }
  return { config, encrypted };
}

/** @throws ConfigurationError that names the stacks there are. */
async function refuseMissing(stack: string, file: string | undefined): Promise<void> {
  const path = configFile(stack, file);
  if (await stat(path).catch(() => undefined)) return;
  const known = file === undefined ? await stacksBeside(path) : [];
  const close = nearest(stack, known);
  throw new ConfigurationError(`configuration of stack "${stack}"`, [
    {
      path,
      message: "there is no such file",
      ...(known.length > 0 && { allowed: known.join(", ") }),
      fix: close ? `did you mean ${close}?` : "create it, or name another one with --config",
    },
  ]);
}

async function stacksBeside(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  return names.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(basename(name))?.[1] ?? []).sort();
}

/** Of a name that is never resolved: a render that asked for anything would fail. */
const unaskedKubeconfig = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "render",
  contexts: [{ name: "render", context: { cluster: "render", user: "render" } }],
  clusters: [{ name: "render", cluster: { server: "https://render.invalid" } }],
  users: [{ name: "render", user: {} }],
});
const unaskedCluster = { kubeconfig: unaskedKubeconfig, identifier: "render" };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withUnaskedCluster(cluster: unknown): unknown {
  if (!isObject(cluster) || isEncrypted(cluster)) return unaskedCluster;
  const { existing } = cluster;
  if (!isObject(existing) || isEncrypted(existing))
    return "gke" in cluster || "eks" in cluster ? cluster : unaskedCluster;
  const kept = Object.entries(existing).filter(([key]) => key !== "kubeconfigFile" && key !== "context");
  return { existing: { ...Object.fromEntries(kept), kubeconfig: unaskedKubeconfig } };
}

/** What only a cloud's API can make has no manifest. */
function cloudProblems(settings: Record<string, unknown>): Problem[] {
  const cluster = isObject(settings.cluster) ? settings.cluster : {};
  const made = (["gke", "eks"] as const).filter((cloud) => cluster[cloud] !== undefined);
  const pools = Array.isArray(settings.acceleratorPools) && settings.acceleratorPools.length > 0;
  return [
    ...made.map((cloud) => ({
      path: `cluster.${cloud}`,
      message: "makes a cluster through the cloud's API, which has no manifest",
      fix: "make the cluster in a stack of its own and render one whose cluster.existing means it",
    })),
    ...(pools
      ? [
          {
            path: "acceleratorPools",
            message: "makes node pools through the cloud's API, which have no manifest",
            fix: "make them in the cluster's stack, and describe them here by pools",
          },
        ]
      : []),
  ];
}

function isEncrypted(value: unknown): boolean {
  return encryptedPaths(value)[0] === "";
}

function withoutEncrypted(value: unknown, path: string, encrypted: Map<string, string>): unknown {
  if (isEncrypted(value)) {
    const text = `encrypted-${createHash("sha256").update(path).digest("hex").slice(0, 24)}`;
    encrypted.set(text, path);
    return text;
  }
  if (Array.isArray(value)) return value.map((item, index) => withoutEncrypted(item, `${path}[${index}]`, encrypted));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withoutEncrypted(child, `${path}.${key}`, encrypted)]),
  );
}

/** A value that is needed and encrypted is told as that, and not by the text that stands for it. */
function withEncryptedProblems(error: unknown, encrypted: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof ConfigurationError)) return error;
  const paths = new Set([...encrypted.values()].map((path) => path.slice(prefix.length)));
  return new ConfigurationError(
    error.subject,
    error.problems.map((problem) =>
      paths.has(problem.path) || encrypted.has(String(problem.given))
        ? {
            path: problem.path,
            message: "is encrypted, and what is rendered depends on it",
            fix: "encrypt only texts that are secret: pulumi config set --secret --path pulumi-kserve:<path of the text>",
          }
        : problem,
    ),
  );
}
