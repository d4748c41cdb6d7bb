import { createHash } from "node:crypto";

import { dump } from "js-yaml";

import { deepEqual, type JsonObject, textAt } from "../../local/provider/json";
import { isSecretKind, kindOf, metadataOf } from "../../local/provider/kinds";
import { parseManifests } from "../../local/provider/yaml";
import { identity, type Manifest } from "./manifests";

/** How manifests are written. */
export interface FileOptions {
  readonly stack: string;
  /** Say by Argo CD's annotation which wave an object is in. */
  readonly argocd: boolean;
  /** Add a kustomization.yaml that lists everything. */
  readonly kustomize: boolean;
}

/** Contents of files by their path in the folder, in the order in which they are to be applied. */
export function filesOf(manifests: readonly Manifest[], options: FileOptions): Map<string, string> {
  const paths = pathsOf(manifests);
  const files = new Map(
    manifests.map((manifest, index) => [paths[index] ?? "", contentOf(manifest, options)] as const),
  );
  if (options.kustomize) {
    const resources = [...files.keys()];
    const kustomization = {
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      // Otherwise kustomize sorts by its own list of kinds.
      sortOptions: { order: "fifo" },
      resources,
    };
    files.set("kustomization.yaml", yaml(kustomization, false));
  }
  return files;
}

/** `wave-<n>/<kind>_<namespace>_<name>.yaml`. Kubernetes allows no underscore in most names, so that none means another object. */
export function pathsOf(manifests: readonly Pick<Manifest, "object" | "wave">[]): string[] {
  const nameOf = waveNames(manifests);
  const plain = manifests.map(({ object, wave }) => {
    const { kind } = kindOf(object);
    const metadata = metadataOf(object);
    const parts = [kind.toLowerCase(), textAt(metadata, "namespace"), textAt(metadata, "name")];
    const name = parts.flatMap((part) => (part === undefined ? [] : [safe(part)])).join("_");
    return `${nameOf(wave)}/${name}`;
  });
  const counts = new Map<string, number>();
  // Some file systems do not tell upper from lower case.
  for (const path of plain) counts.set(path.toLowerCase(), (counts.get(path.toLowerCase()) ?? 0) + 1);
  return plain.map((path, index) => {
    const object = manifests[index]?.object ?? {};
    const isAlone = counts.get(path.toLowerCase()) === 1 && path.length <= longestPath;
    return isAlone ? `${path}.yaml` : `${path.slice(0, longestPath)}_${shortDigest(identity(object))}.yaml`;
  });
}

/** Names of waves, which sort as the waves do. */
export function waveNames(manifests: readonly Pick<Manifest, "wave">[]): (wave: number) => string {
  const digits = Math.max(2, String(Math.max(0, ...manifests.map(({ wave }) => wave))).length);
  return (wave) => `wave-${String(wave).padStart(digits, "0")}`;
}

/** File systems allow names of 255 bytes. */
const longestPath = 200;

function safe(part: string): string {
  return part.replace(/[^A-Za-z0-9._-]/g, "-");
}

function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

function contentOf({ object, resource, wave }: Manifest, { stack, argocd }: FileOptions): string {
  const shown = argocd ? withSyncWave(object, wave) : object;
  const origin = `# Made by \`npm run render\` of resource "${resource}" of stack "${stack}". Change the stack, not this file.`;
  return `${origin.replace(/[\r\n]/g, " ")}\n${readable(shown)}`;
}

/** Source: argo-cd.readthedocs.io, user-guide/sync-waves. */
function withSyncWave(object: JsonObject, wave: number): JsonObject {
  const metadata = metadataOf(object);
  const annotations = {
    ...(metadata.annotations as JsonObject | undefined),
    "argocd.argoproj.io/sync-wave": String(wave),
  };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** YAML that Kubernetes reads as this object. What YAML 1.1 would take for something else than a text is quoted. */
function readable(object: JsonObject): string {
  const readsBack = (text: string): boolean => {
    const [read, ...others] = parseManifests(text, identity(object));
    return others.length === 0 && deepEqual(read, withoutUndefined(object));
  };
  for (const quoted of [false, true]) {
    const text = isSecretKind(object) ? withQuotedPlaceholders(yaml(object, quoted)) : yaml(object, quoted);
    if (readsBack(text)) return text;
  }
  // JSON is YAML too.
  return `${JSON.stringify(sorted(object), undefined, 2)}\n`;
}

/** What they are replaced by has to be a text still, also where it looks like a number, as `MTIz` in base64 may. */
function withQuotedPlaceholders(text: string): string {
  return text.replace(/^( +.+: )(\$\{SECRET_[A-Z0-9_]+\})$/gm, '$1"$2"');
}

function yaml(object: object, forceQuotes: boolean): string {
  return dump(object, { sortKeys: true, lineWidth: -1, noRefs: true, forceQuotes, skipInvalid: false });
}

function withoutUndefined(object: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(object)) as JsonObject;
}

function sorted(object: JsonObject): unknown {
  return JSON.parse(
    JSON.stringify(object, (_key, value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
        : value,
    ),
  );
}
