import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { compareVersions } from "../../local/toolchain/go";
import { nearest } from "../../sdk/nearest";
import { versions } from "../../sdk/versions";
import { type Check, type DoctorOptions, failed, notChecked, ok, safeText, warned } from "./check";
import { ask, askJson, findProgram } from "./programs";

const install = "install it (https://www.pulumi.com/docs/iac/download-install), or put its folder on PATH";

/** The CLI on PATH. */
export interface Cli {
  readonly check: Check;
  /** None where it is missing or does not run. */
  readonly path?: string;
}

/** Finds the CLI. Older than the SDK's minimum it cannot work; older than what is tested here it may. */
export async function findCli(options: DoctorOptions): Promise<Cli> {
  const name = "Pulumi CLI";
  const minimum = minimumCli(options.root);
  const wanted = `${versions.pulumi} or newer, which is tested here${minimum ? `; ${minimum} at least` : ""}`;
  const path = await findProgram("pulumi", options);
  if (!path) return { check: failed(name, "not on PATH", { wanted, fix: install }) };
  const answer = await ask(path, ["version"], options);
  if ("failure" in answer) {
    return { check: failed(name, `${path} does not run: ${answer.failure}`, { wanted, fix: install }) };
  }
  const version = answer.stdout.trim().replace(/^v/, "");
  const seen = `${version}, ${path}`;
  if (minimum && compareVersions(version, minimum) < 0) {
    return { check: failed(name, seen, { wanted, fix: `update it: ${install}` }), path };
  }
  if (compareVersions(version, versions.pulumi) < 0) {
    return { check: warned(name, seen, { wanted, fix: `update it: ${install}` }), path };
  }
  return { check: ok(name, seen), path };
}

/** What the installed SDK asks of the CLI. */
function minimumCli(root: string): string | undefined {
  try {
    const { minimumVersion } = createRequire(join(root, "package.json"))(
      "@pulumi/pulumi/automation/minimumVersion",
    ) as { minimumVersion: { major: number; minor: number; patch: number } };
    return `${minimumVersion.major}.${minimumVersion.minor}.${minimumVersion.patch}`;
  } catch {
    return undefined;
  }
}

/** The language host, which runs programs for the CLI: beside it, in Pulumi's home, or on PATH. */
export async function checkLanguageHost(cli: Cli, options: DoctorOptions): Promise<Check> {
  const name = "Node.js language host";
  const program = "pulumi-language-nodejs";
  const places = [...(cli.path ? [dirname(cli.path)] : []), join(pulumiHome(options), "bin")];
  for (const place of places) {
    const path = await findProgram(join(place, program), options);
    if (path) return ok(name, path);
  }
  const onPath = await findProgram(program, options);
  if (onPath) return ok(name, onPath);
  return failed(name, `no ${program} beside the CLI, in ${join(pulumiHome(options), "bin")} or on PATH`, {
    fix: "install Pulumi whole: its release has the language hosts beside the CLI",
  });
}

export function pulumiHome({ env, root }: DoctorOptions): string {
  return env.PULUMI_HOME ? resolve(root, env.PULUMI_HOME) : join(env.HOME ?? homedir(), ".pulumi");
}

/** Where state is kept. */
export interface Backend {
  readonly check: Check;
  readonly url?: string;
}

export async function findBackend(cli: Cli, options: DoctorOptions): Promise<Backend> {
  const name = "backend";
  if (!cli.path) return { check: notChecked(name, "there is no Pulumi CLI to ask") };
  const answer = await ask(cli.path, ["whoami", "--json", "--non-interactive"], options);
  if ("failure" in answer) {
    return {
      check: failed(name, answer.failure, {
        wanted: "a backend that you are logged in to",
        fix: "pulumi login, or export PULUMI_ACCESS_TOKEN; for state in files PULUMI_BACKEND_URL=file://<an existing folder>",
      }),
    };
  }
  try {
    const { user, url } = JSON.parse(answer.stdout) as { user: string; url: string };
    return { check: ok(name, `${safeText(url, options.env)} as ${user}`), url };
  } catch {
    return { check: failed(name, "pulumi whoami --json gave no JSON", { fix: `update the CLI: ${install}` }) };
  }
}

/** Whether the backend is one of files or buckets, in which a stack's secrets have a passphrase by default. */
export function isOwnBackend({ url }: Backend): boolean | undefined {
  return url === undefined ? undefined : !/^https?:\/\//.test(url);
}

/** The stack that Pulumi has selected. */
export async function selectedStack(cli: Cli, options: DoctorOptions): Promise<string | undefined> {
  if (!cli.path) return undefined;
  const answer = await ask(cli.path, ["stack", "--show-name", "--non-interactive"], options);
  return "failure" in answer ? undefined : answer.stdout.trim() || undefined;
}

/** Whether the stack is there. */
export async function checkStack(
  cli: Cli,
  backend: Backend,
  stack: string | undefined,
  options: DoctorOptions,
): Promise<Check> {
  const name = "stack";
  if (stack === undefined) {
    return notChecked(name, "none is named, and Pulumi has none selected: npm run doctor -- <stack>");
  }
  if (!cli.path || !backend.url) return notChecked(name, "there is no backend to ask");
  const listed = (await askJson(cli.path, ["stack", "ls", "--json", "--non-interactive"], options)) as
    { name: string; resourceCount?: number; updateInProgress?: boolean }[] | undefined;
  if (!Array.isArray(listed)) return notChecked(name, "pulumi stack ls --json did not answer");
  const found =
    listed.find((each) => each.name === stack) ??
    // The CLI leaves out the user's own organization.
    listed.find((each) => each.name.endsWith(`/${stack}`) || stack.endsWith(`/${each.name}`));
  if (!found) {
    const names = listed.map((each) => each.name);
    const guess = nearest(stack, names);
    return failed(name, `"${stack}" is not there${guess ? `, did you mean "${guess}"?` : ""}`, {
      ...(names.length > 0 && { wanted: `one of ${names.join(", ")}` }),
      fix: `pulumi stack init ${stack}`,
    });
  }
  if (found.updateInProgress) {
    return warned(name, `"${found.name}" is being updated, or an update was killed`, {
      fix: "wait for it; when its engine is gone: pulumi cancel (docs/tasks.md)",
    });
  }
  return ok(name, `"${found.name}"${found.resourceCount === undefined ? "" : `, ${found.resourceCount} resources`}`);
}
