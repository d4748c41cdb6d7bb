import { access, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

import { type Check, type DoctorOptions, failed, notChecked, ok, warned } from "./check";
import { ask, findProgram, shortened } from "./programs";
import { neededPlugins } from "./plugins";
import type { StackFile } from "./stackFile";

/** Whether credentials of the clouds that a stack uses are there; whether they are still good only when that was asked for. */
export async function checkClouds(file: StackFile | undefined, options: DoctorOptions): Promise<readonly Check[]> {
  const plugins = neededPlugins(file);
  return Promise.all([
    ...(plugins.includes("gcp") ? [checkGoogle(options)] : []),
    ...(plugins.includes("aws") ? [checkAws(file, options)] : []),
  ]);
}

/** Source: order of Google's application default credentials, and of the variables that the provider reads (pulumi-gcp's schema). */
async function checkGoogle(options: DoctorOptions): Promise<Check> {
  const name = "Google Cloud credentials";
  const { env } = options;
  const variable = ["GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GOOGLE_OAUTH_ACCESS_TOKEN"].find(
    (each) => env[each],
  );
  const named = env.GOOGLE_APPLICATION_CREDENTIALS;
  const fix = "gcloud auth application-default login, or GOOGLE_APPLICATION_CREDENTIALS=<key file>";
  if (!variable && named && !(await isThere(resolve(options.root, named)))) {
    return failed(name, `GOOGLE_APPLICATION_CREDENTIALS names ${named}, which is not there`, { fix });
  }
  const gcloud = env.CLOUDSDK_CONFIG ?? join(home(options), ".config", "gcloud");
  const file = join(gcloud, "application_default_credentials.json");
  const seen = variable ?? (named ? "GOOGLE_APPLICATION_CREDENTIALS" : (await isThere(file)) ? file : undefined);
  if (!seen) return none(name, `neither variables nor ${file}`, { wanted: "application default credentials", fix });
  if (!options.deep) return ok(name, `${seen} (--deep asks whether they are still good)`);
  // Only the provider reads it; gcloud would try others.
  if (variable) return notChecked(name, `${variable}, which gcloud cannot try`);
  const program = await findProgram("gcloud", options);
  if (!program)
    return warned(name, `${seen}; there is no gcloud to try them by`, { fix: "install gcloud for this check" });
  // What it prints is a token, which is thrown away.
  const answer = await ask(program, ["auth", "application-default", "print-access-token", "--quiet"], options);
  return "failure" in answer
    ? failed(name, `${seen}: refused: ${shortened(answer.failure)}`, { fix })
    : ok(name, `${seen}, which give tokens`);
}

/** Source: order of the AWS SDK's default credential chain. */
async function checkAws(file: StackFile | undefined, options: DoctorOptions): Promise<Check> {
  const name = "AWS credentials";
  const { env } = options;
  const configured: unknown = file?.settings.cluster?.eks?.authentication?.profile;
  const profile = typeof configured === "string" ? configured : env.AWS_PROFILE;
  const variable = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  ].find((each) => env[each]);
  const folder = join(home(options), ".aws");
  const files = [
    env.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, "credentials"),
    env.AWS_CONFIG_FILE ?? join(folder, "config"),
  ];
  const found =
    variable ??
    (await firstThere(files)) ??
    ((await hasEntries(join(folder, "sso", "cache"))) ? "a login of AWS SSO" : undefined);
  const fix = "aws sso login, aws configure, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  if (variable === "AWS_ACCESS_KEY_ID" && !env.AWS_SECRET_ACCESS_KEY) {
    return failed(name, "AWS_ACCESS_KEY_ID without AWS_SECRET_ACCESS_KEY", { fix });
  }
  if (!found)
    return none(name, `neither variables nor ${files.join(", ")}`, { wanted: "credentials of the account", fix });
  const seen = `${found}${profile ? `, profile ${profile}` : ""}`;
  if (!options.deep) return ok(name, `${seen} (--deep asks whether they are still good)`);
  const program = await findProgram("aws", options);
  if (!program)
    return warned(name, `${seen}; there is no aws to try them by`, { fix: "install the AWS CLI for this check" });
  const answer = await ask(
    program,
    ["sts", "get-caller-identity", "--query", "Arn", "--output", "text", ...(profile ? ["--profile", profile] : [])],
    options,
  );
  return "failure" in answer
    ? failed(name, `${seen}: refused: ${shortened(answer.failure)}`, { fix })
    : ok(name, `${seen}, ${answer.stdout.trim()}`);
}

/** A machine of the cloud may have an identity of its own, which its metadata server gives. */
function none(name: string, seen: string, advice: { wanted: string; fix: string }): Check {
  return warned(name, `${seen}; whether this machine has an identity of its own was not asked`, advice);
}

function home({ env }: DoctorOptions): string {
  return env.HOME ?? homedir();
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(path)) return path;
  return undefined;
}

async function hasEntries(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length > 0;
}
