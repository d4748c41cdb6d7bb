import { checkModelUri } from "../api/modelUri";
import type { LoraAdapterArgs, ModelArgs, ModelCredentialsRef } from "./model";
import { credentialKeys } from "./modelSecrets";
import { isKnown, objectName, RecipeChecks } from "./recipeChecks";
import { checkPods } from "./workloadPods";

const argumentNames = [
  "uri",
  "modelName",
  "adapters",
  "maxLoraRank",
  "maxAdapters",
  "maxCpuAdapters",
  "credentials",
  "pods",
  "fetchImage",
  "name",
  "priority",
];

/** One rule for each scheme; what follows it. */
const forms: readonly { readonly scheme: string; readonly pattern: RegExp; readonly allowed: string }[] = [
  {
    scheme: "hf://",
    pattern: /^[\w.-]+\/[\w.-]+(:[\w./-]+)?$/,
    allowed: "hf://<organisation>/<model>, and :<revision> where needed",
  },
  { scheme: "s3://", pattern: /^[^/]+\/.+$/, allowed: "s3://<bucket>/<path>" },
  { scheme: "gs://", pattern: /^[^/]+\/.+$/, allowed: "gs://<bucket>/<path>" },
  { scheme: "oci://", pattern: /^\S+$/, allowed: "oci://<image>" },
  { scheme: "oci+native://", pattern: /^\S+$/, allowed: "oci+native://<image>" },
  {
    scheme: "pvc://",
    pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/.*)?$/,
    allowed: "pvc://<claim>, and /<path> where needed",
  },
];

/** @throws ConfigurationError with every problem of the arguments. */
export function checkModelArgs(args: ModelArgs): void {
  const checks = new RecipeChecks("model");
  checks.fields("", args, argumentNames);
  const { uri, adapters = [], credentials, pods = ["template"] } = args;
  checkUri(uri, checks);
  for (const [path, adapter] of checks.objects("adapters", adapters, ["name", "uri"]))
    checkAdapter(path, adapter, checks);
  if (adapters.length > 0 && typeof uri === "string" && uri.startsWith("gs://")) {
    checks.report({
      path: "adapters",
      message: "KServe attaches adapters through its storage initializer, which it does not use for gs://",
      fix: "use s3:// with storage.googleapis.com as its endpoint, or a volume",
    });
  }
  for (const field of ["maxLoraRank", "maxAdapters", "maxCpuAdapters"] as const) {
    checks.integer(field, args[field], { min: 1 });
    if (args[field] === undefined || adapters.length > 0) continue;
    checks.report({
      path: field,
      given: args[field],
      message: "there are no adapters",
      fix: "remove it, or add adapters",
    });
  }
  checkPods(pods, checks);
  if (credentials) checkCredentials(uri, credentials, checks);
  checks.done();
}

function checkUri(uri: unknown, checks: RecipeChecks): void {
  if (typeof uri !== "string") {
    checks.report({
      path: "uri",
      message: "missing, or not a plain text",
      allowed: forms.map(({ allowed }) => allowed).join("; "),
    });
    return;
  }
  const form = forms.find(({ scheme }) => uri.startsWith(scheme));
  if (!form) {
    for (const problem of checkModelUri(uri, "uri")) {
      checks.report({ ...problem, allowed: forms.map(({ scheme }) => scheme).join(", ") });
    }
  } else if (!form.pattern.test(uri.slice(form.scheme.length))) {
    checks.report({ path: "uri", given: uri, message: "not of the form of its scheme", allowed: form.allowed });
  }
}

const adapterSchemes = ["hf://", "s3://", "pvc://"];

function checkAdapter(path: string, { name, uri }: LoraAdapterArgs, checks: RecipeChecks): void {
  checks.text(`${path}.name`, name, { pattern: /^(?!\.{1,2}$)\S+$/, allowed: "a name without spaces", required: true });
  if (typeof uri === "string" && adapterSchemes.some((scheme) => uri.startsWith(scheme) && uri !== scheme)) return;
  checks.report({
    path: `${path}.uri`,
    given: uri,
    message: "KServe cannot take an adapter from there",
    allowed: adapterSchemes.join(", "),
  });
}

function checkCredentials(uri: string, credentials: ModelCredentialsRef, checks: RecipeChecks): void {
  const { secretName, key, serviceAccountName, exposeToServer } = credentials;
  checks.fields("credentials", credentials, ["secretName", "key", "serviceAccountName", "exposeToServer"]);
  checks.boolean("credentials.exposeToServer", exposeToServer);
  checks.text("credentials.secretName", secretName, objectName);
  checks.text("credentials.serviceAccountName", serviceAccountName, objectName);
  if (secretName === undefined && serviceAccountName === undefined) {
    checks.report({
      path: "credentials",
      message: "names neither a Secret nor a ServiceAccount",
      allowed: "secretName, serviceAccountName, or both",
    });
  }
  if (typeof uri !== "string") return;
  if (uri.startsWith("pvc://")) {
    checks.report({
      path: "credentials",
      message: "a volume is mounted, not fetched, so that nothing uses them",
      fix: "remove them",
    });
  }
  const takesKey = uri.startsWith("hf://") || uri.startsWith("gs://");
  if (key !== undefined && !(takesKey && secretName !== undefined)) {
    checks.report({
      path: "credentials.key",
      given: key,
      message: "only a Secret for hf:// or gs:// can have another key",
      allowed: `for s3:// the Secret has the keys ${credentialKeys.s3AccessKeyId[0]} and ${credentialKeys.s3SecretAccessKey[0]}`,
      fix: "remove it",
    });
  }
  if (exposeToServer && !(uri.startsWith("hf://") && secretName !== undefined)) {
    checks.report({
      path: "credentials.exposeToServer",
      message: "only a Hugging Face token in a Secret can be given to the server",
      fix: "remove it, or name a Secret for an hf:// model",
    });
  }
  if (key !== undefined && isKnown(key) && !/^[-._a-zA-Z0-9]+$/.test(key)) {
    checks.report({
      path: "credentials.key",
      given: key,
      message: "not a key that a Secret can have",
      allowed: "letters, digits, '-', '_' and '.'",
    });
  }
}
