import { renderChart } from "./helm";
import { isObject, objectAt, textAt, type Json, type JsonObject } from "./json";
import { definedKind, kindOf, metadataOf } from "./kinds";
import type { Session } from "./session";
import { parseManifests } from "./yaml";

/** Runs one of the provider's functions. @throws Error for one that the stand-in does not have. */
export async function invoke(session: Session, token: string, args: JsonObject): Promise<JsonObject> {
  switch (token) {
    case "kubernetes:helm:template":
      return { result: await template(session, parseOptions(args)) };
    case "kubernetes:yaml:decode": {
      const objects = parseManifests(textAt(args, "text") ?? "", "kubernetes:yaml:decode");
      return { result: await withNamespace(session, objects, textAt(args, "defaultNamespace")) };
    }
    default:
      throw new Error(
        `${token} is not supported by pulumi-kserve's stand-in for the Kubernetes provider; it has kubernetes:helm:template ` +
          "and kubernetes:yaml:decode",
      );
  }
}

function parseOptions(args: JsonObject): JsonObject {
  let options: unknown;
  try {
    options = JSON.parse(textAt(args, "jsonOpts") ?? "");
  } catch {
    options = undefined;
  }
  if (!isObject(options)) throw new Error("kubernetes:helm:template: jsonOpts must be the JSON text of an object");
  return options;
}

/** Options of the SDK's `helm.v3.Chart`, in the spelling that it sends. */
const knownOptions = new Set([
  "api_versions",
  "chart",
  "fetch_opts",
  "helm_chart_debug",
  "helm_registry_config",
  "include_test_hook_resources",
  "kube_version",
  "namespace",
  "path",
  "release_name",
  "repo",
  "resource_prefix",
  "skip_crd_rendering",
  "skipAwait",
  "transformations",
  "values",
  "version",
]);
const knownFetchOptions = new Set([
  "ca_file",
  "cert_file",
  "devel",
  "key_file",
  "keyring",
  "password",
  "repo",
  "username",
  "verify",
  "version",
]);

async function template(session: Session, options: JsonObject): Promise<JsonObject[]> {
  const fetch = objectAt(options, "fetch_opts");
  const unknown = [
    ...Object.keys(options).filter((key) => !knownOptions.has(key)),
    ...Object.keys(fetch)
      .filter((key) => !knownFetchOptions.has(key))
      .map((key) => `fetch_opts.${key}`),
  ];
  if (unknown.length > 0)
    throw new Error(`kubernetes:helm:template: options that are not supported: ${unknown.join(", ")}`);
  const given = textAt(options, "path") ?? textAt(options, "chart");
  if (!given) throw new Error("kubernetes:helm:template: either path or chart is required");
  const repo = textAt(options, "repo");
  const prefixed = repo && !options.path && !fetch.repo && !given.includes("://") && !given.startsWith(`${repo}/`);
  const namespace = textAt(options, "namespace") ?? "default";
  const manifests = await renderChart(session, {
    chart: prefixed ? `${repo.replace(/\/$/, "")}/${given}` : given,
    name: textAt(options, "release_name") ?? "release-name",
    namespace,
    version: textAt(options, "version") ?? textAt(fetch, "version"),
    devel: fetch.devel === true,
    repo: textAt(fetch, "repo"),
    username: textAt(fetch, "username"),
    password: textAt(fetch, "password"),
    caFile: textAt(fetch, "ca_file"),
    certFile: textAt(fetch, "cert_file"),
    keyFile: textAt(fetch, "key_file"),
    keyring: textAt(fetch, "keyring"),
    verify: fetch.verify === true,
    values: objectAt(options, "values"),
    includeCrds: options.skip_crd_rendering !== true,
    hooks: options.include_test_hook_resources === true ? "all" : "without tests",
    lookup: false,
    kubeVersion: textAt(options, "kube_version"),
    apiVersions: texts(options.api_versions),
    registryConfig: textAt(options, "helm_registry_config"),
  });
  return withNamespace(session, parseManifests(manifests, `chart ${given}`), namespace);
}

function texts(value: Json | undefined): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

/** Puts namespaced objects that name no namespace into the given one. */
export async function withNamespace(
  session: Session,
  objects: readonly JsonObject[],
  namespace: string | undefined,
): Promise<JsonObject[]> {
  if (!namespace) return [...objects];
  const defined = new Map(
    objects.map(definedKind).map((found) => [found && `${found.group}/${found.kind}`, found?.scope] as const),
  );
  return Promise.all(
    objects.map(async (object) => {
      const metadata = metadataOf(object);
      if (metadata.namespace !== undefined) return object;
      const kind = kindOf(object);
      const scope = defined.get(`${kind.group}/${kind.kind}`) ?? (await session.cluster.scopeOf(kind));
      return scope === "Cluster" ? object : { ...object, metadata: { ...metadata, namespace } };
    }),
  );
}
