import { type Area, type Check, CheckState, type DoctorOptions, failed, safeText } from "./check";
import { checkClouds } from "./clouds";
import { checkCluster } from "./cluster";
import { checkEmbedded } from "./embedded";
import { findKubeconfig } from "./kubeconfig";
import { checkSources } from "./network";
import { checkPlugins } from "./plugins";
import { checkProject } from "./project";
import { checkLanguageHost, checkStack, findBackend, findCli, isOwnBackend, selectedStack } from "./pulumi";
import { checkSecrets } from "./secrets";
import { readStackFile } from "./stackFile";

/** What a doctor found. */
export interface Report {
  readonly stack?: string;
  readonly areas: readonly Area[];
  /** Number of checks by how they came out. */
  readonly counts: Readonly<Record<CheckState, number>>;
}

/** Makes every check, those that do not need one another at once. Nothing is changed, and nothing is installed. */
export async function examine(options: DoctorOptions): Promise<Report> {
  const project = guarded("project", async () => checkProject(options));
  const cli = await findCli(options);
  const [backend, selected] = await Promise.all([
    findBackend(cli, options),
    options.stack === undefined ? selectedStack(cli, options) : undefined,
  ]);
  const stack = options.stack ?? selected;
  // The file and the field managers have the short name of acme/prod.
  const shortName = stack?.split("/").at(-1);
  const { check: configuration, file } = await readStackFile(options, shortName).catch((error: unknown) => ({
    check: crashed("configuration", error),
    file: undefined,
  }));

  const areas = await Promise.all([
    project,
    guarded("Pulumi", pulumiArea),
    guarded("cluster", clusterArea),
    guarded("what is fetched", sourcesArea),
    ...(options.local ? [guarded("embedded environment", embeddedArea)] : []),
  ]);
  const counts = Object.fromEntries(Object.values(CheckState).map((state) => [state, 0])) as Record<CheckState, number>;
  for (const { state } of areas.flatMap(({ checks }) => checks)) counts[state]++;
  return { ...(stack !== undefined && { stack }), areas, counts };

  async function pulumiArea(): Promise<Area> {
    const [host, ofStack, secrets, plugins] = await Promise.all([
      checkLanguageHost(cli, options),
      checkStack(cli, backend, stack, options),
      file ? checkSecrets(file.secrets, isOwnBackend(backend), options) : undefined,
      checkPlugins(cli, file, options),
    ]);
    const checks = [cli.check, host, backend.check, ofStack, configuration, ...(secrets ? [secrets] : []), ...plugins];
    return { title: "Pulumi", checks };
  }

  async function clusterArea(): Promise<Area> {
    const [clouds, access] = await Promise.all([checkClouds(file, options), findKubeconfig(cli, stack, file, options)]);
    const { title, checks } = await checkCluster(access, shortName, file, options);
    return { title, checks: [...clouds, ...checks] };
  }

  async function sourcesArea(): Promise<Area> {
    return { title: "what is fetched", checks: await checkSources(file, options) };
  }

  async function embeddedArea(): Promise<Area> {
    return { title: "embedded environment", checks: await checkEmbedded(options) };
  }

  /** What nobody has foreseen in one area leaves the others to be read. */
  async function guarded(title: string, check: () => Promise<Area>): Promise<Area> {
    try {
      return await check();
    } catch (error) {
      return { title, checks: [crashed(title, error)] };
    }
  }

  function crashed(name: string, error: unknown): Check {
    const message = safeText(error instanceof Error ? error.message : String(error), options.env);
    return failed(name, `could not be checked: ${message}`, {
      fix: "see whether the configuration is valid (npm run config -- check); otherwise report it as a bug",
    });
  }
}
