import { createProgress } from "../local/progress";
import { type Command, formatTable, parseCommand, UsageError } from "../local/commands/command";
import type { Rendered } from "./render/render";
import type { SecretHandling } from "./render/secrets";

const options = {
  config: { type: "string" },
  secrets: { type: "string", default: "placeholders" },
  "secret-store": { type: "string" },
  "secret-key": { type: "string" },
  argocd: { type: "boolean", default: false },
  kustomize: { type: "boolean", default: false },
  "kube-version": { type: "string" },
  "api-version": { type: "string", multiple: true },
  "pinned-sources": { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

export const render: Command = {
  summary: "write the manifests that `pulumi up` would apply, one file for each object, for a GitOps tool to apply",
  usage:
    "<stack> <folder> [--config FILE] [--secrets placeholders | --secrets external-secrets --secret-store [KIND/]NAME [--secret-key TEMPLATE]] " +
    "[--argocd] [--kustomize] [--kube-version VERSION] [--api-version GROUP/VERSION]... [--pinned-sources] [--json]",
  async run(args) {
    const { values, positionals } = parseCommand(args, options, 2);
    const [stack, folder] = positionals;
    if (stack === undefined || folder === undefined) throw new UsageError("which stack, and to which folder?");
    const secrets = readSecretHandling(values);
    const progress = createProgress();
    // Before anything that takes time.
    const { checkFolder } = await import("./render/folder");
    await checkFolder(folder, stack);
    // Loaded here, because it takes a second.
    const { loadSdkFaster } = await import("../local/engine/startup");
    loadSdkFaster();
    const { renderStack } = await import("./render/render");
    const rendered = await renderStack({
      stack,
      folder,
      configFile: values.config,
      secrets,
      argocd: values.argocd,
      kustomize: values.kustomize,
      kubeVersion: values["kube-version"],
      apiVersions: values["api-version"] ?? [],
      pinnedSources: values["pinned-sources"],
      progress,
    });
    process.stdout.write(values.json ? `${JSON.stringify(rendered, undefined, 2)}\n` : asText(rendered, folder));
    return 0;
  },
};

interface SecretValues {
  readonly secrets: string;
  readonly "secret-store"?: string;
  readonly "secret-key"?: string;
}

const defaultRemoteKey = "{namespace}/{name}";
const storeKinds = ["ClusterSecretStore", "SecretStore"] as const;
const keyParts = ["stack", "namespace", "name", "key"];

/** @throws UsageError for unknown modes and for options that go with another. */
export function readSecretHandling(values: SecretValues): SecretHandling {
  const { secrets, "secret-store": given, "secret-key": remoteKey = defaultRemoteKey } = values;
  if (secrets === "placeholders") {
    const surplus = (["secret-store", "secret-key"] as const).find((name) => values[name] !== undefined);
    if (surplus) throw new UsageError(`--${surplus} goes with --secrets external-secrets`);
    return { mode: "placeholders" };
  }
  if (secrets !== "external-secrets")
    throw new UsageError(`--secrets ${secrets}: expected placeholders or external-secrets`);
  if (given === undefined) throw new UsageError("--secrets external-secrets needs --secret-store [KIND/]NAME");
  const slash = given.indexOf("/");
  const kind = storeKinds.find((name) => name === (slash < 0 ? storeKinds[0] : given.slice(0, slash)));
  const name = given.slice(slash + 1);
  if (!kind || name === "")
    throw new UsageError(
      `--secret-store ${given}: expected NAME, or a kind and a name: ${storeKinds.join("/NAME or ")}/NAME`,
    );
  const unknown = [...remoteKey.matchAll(/\{(\w*)\}/g)].find(([, part = ""]) => !keyParts.includes(part));
  if (unknown)
    throw new UsageError(
      `--secret-key ${remoteKey}: ${unknown[0]} is none of ${keyParts.map((part) => `{${part}}`).join(", ")}`,
    );
  return { mode: "external-secrets", store: { kind, name }, remoteKey };
}

function asText({ objects, waves, leftOut, expected, warnings, secrets }: Rendered, folder: string): string {
  const parts = [...warnings.map((warning) => `warning: ${warning}\n`)];
  parts.push(
    formatTable(
      ["WAVE", "OBJECTS", "KINDS"],
      waves.map(({ name, kinds }) => [name, String(count(kinds)), listed(kinds)]),
    ),
  );
  if (leftOut.length > 0) {
    const title = secrets === "placeholders" ? "PLACEHOLDER" : "KEY IN THE STORE";
    parts.push(
      formatTable(
        ["SECRET", "KEY", title, "SETTING"],
        leftOut.map(({ namespace, secret, key, place, setting = "" }) => [
          `${namespace}/${secret}`,
          key,
          place,
          setting,
        ]),
      ),
    );
  }
  const sets = Object.entries(expected);
  if (sets.length > 0) parts.push(`expected in the cluster: the CRDs of ${sets.map(([name]) => name).join(", ")}\n`);
  parts.push(`${objects} objects in ${folder}\n`);
  return parts.join("\n");
}

function count(kinds: Readonly<Record<string, number>>): number {
  return Object.values(kinds).reduce((sum, number) => sum + number, 0);
}

function listed(kinds: Readonly<Record<string, number>>): string {
  return Object.entries(kinds)
    .map(([kind, number]) => (number === 1 ? kind : `${number} ${kind}`))
    .join(", ");
}
