import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

import { load } from "js-yaml";

import { messageOf } from "./errors";
import { deepEqual, isObject, objectAt, objectsAt, textAt, type Json, type JsonObject } from "./json";
import { isUnknown } from "./properties";
import type { CheckFailure } from "./check";

/** The provider's configuration, all optional parts filled in. */
export interface ProviderConfig {
  /** Text of a kubeconfig, or its path. */
  kubeconfig: string;
  context: string | undefined;
  /** For namespaced objects that name none; undefined: the context's, else `default`. */
  namespace: string | undefined;
  upsertExistingObjects: boolean;
  patchForce: boolean;
  configMapMutable: boolean;
  secretMutable: boolean;
  deleteUnreachable: boolean;
  skipUpdateUnreachable: boolean;
}

/** Flags of the official provider, with the environment variable that sets them when the program does not. */
const flags = {
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
  skipUpdateUnreachable: "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
} as const;

/** What needs no support: these only silence warnings, of which the stand-in has none, or name things for the engine. */
const harmless = new Set([
  "clusterIdentifier",
  "context",
  "kubeconfig",
  "namespace",
  "pluginDownloadURL",
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "version",
  ...Object.keys(flags),
]);

/** @returns every option that the stand-in cannot honour, so that none is ignored in silence. */
export function checkConfig(inputs: JsonObject): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const [property, value] of Object.entries(inputs)) {
    if (harmless.has(property) || property.startsWith("__") || value === undefined || isUnset(value)) continue;
    if (property === "enableServerSideApply") {
      if (flagOf(value) !== true) failures.push(unsupported(property, "server-side apply is the only mode"));
    } else if (property === "strictMode") {
      if (flagOf(value) === true) failures.push(unsupported(property, "leave it out"));
    } else failures.push(unsupported(property, "leave it out, or use the official provider"));
  }
  for (const property of Object.keys(flags)) {
    const value = inputs[property];
    if (value !== undefined && !isUnset(value) && flagOf(value) === undefined && !isUnknown(value)) {
      failures.push({ property, reason: `given: ${JSON.stringify(value)}; allowed: true, false` });
    }
  }
  return failures;
}

function unsupported(property: string, fix: string): CheckFailure {
  return { property, reason: `not supported by pulumi-kserve's stand-in for the Kubernetes provider: ${fix}` };
}

/** The SDK sends structured and boolean options as JSON text. */
function isUnset(value: Json): boolean {
  return value === null || value === "" || value === "{}" || value === "null";
}

function flagOf(value: Json | undefined): boolean | undefined {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return undefined;
}

/** @param environment variables that stand in for what the program left out. @default the process's */
export function readConfig(inputs: JsonObject, environment: NodeJS.ProcessEnv = process.env): ProviderConfig {
  const flag = (name: keyof typeof flags): boolean => {
    const given = inputs[name];
    return flagOf(given === undefined || isUnset(given) ? environment[flags[name]] : given) === true;
  };
  return {
    kubeconfig: textAt(inputs, "kubeconfig") ?? ambientKubeconfig(environment),
    context: textAt(inputs, "context"),
    namespace: textAt(inputs, "namespace"),
    upsertExistingObjects: flag("upsertExistingObjects"),
    patchForce: flag("enablePatchForce"),
    configMapMutable: flag("enableConfigMapMutable"),
    secretMutable: flag("enableSecretMutable"),
    deleteUnreachable: flag("deleteUnreachable"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable"),
  };
}

function ambientKubeconfig(environment: NodeJS.ProcessEnv): string {
  return environment.KUBECONFIG?.split(delimiter)[0] || join(homedir(), ".kube", "config");
}

export interface ConfigDiff {
  changed: string[];
  replace: boolean;
}

/**
 * A provider is replaced, with everything that it manages, only when it points to another cluster: told by
 * `clusterIdentifier` when there is one, else by the cluster entry of the active context.
 */
export function diffConfig(before: JsonObject, after: JsonObject): ConfigDiff {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => key !== "version");
  const changed = keys.filter((key) => !deepEqual(before[key], after[key]));
  if (changed.length === 0) return { changed, replace: false };
  if (after.clusterIdentifier !== undefined) {
    // An identifier that is introduced now says nothing about the cluster of before.
    const replace = before.clusterIdentifier !== undefined && changed.includes("clusterIdentifier");
    return { changed, replace };
  }
  if (isUnknown(after.kubeconfig)) return { changed, replace: true };
  return { changed, replace: !deepEqual(activeCluster(before), activeCluster(after)) };
}

/** The cluster entry that a configuration selects; undefined when its kubeconfig cannot be read. */
function activeCluster(inputs: JsonObject): JsonObject | undefined {
  const { kubeconfig, context } = readConfig(inputs, {});
  try {
    const text =
      kubeconfig.includes("\n") || kubeconfig.startsWith("{") ? kubeconfig : readFileSync(kubeconfig, "utf8");
    const file = load(text);
    if (!isObject(file)) return undefined;
    const name = context ?? file["current-context"];
    const selected = objectsAt(file, "contexts").find((entry) => entry.name === name);
    const cluster = objectAt(selected, "context").cluster;
    return objectAt(
      objectsAt(file, "clusters").find((entry) => entry.name === cluster),
      "cluster",
    );
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
}
