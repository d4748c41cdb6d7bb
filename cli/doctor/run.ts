import { type Area, CheckState, type DoctorOptions } from "./check";
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
  const project = checkProject(options);
  const cli = await findCli(options);
  const [backend, selected] = await Promise.all([
    findBackend(cli, options),
    options.stack === undefined ? selectedStack(cli, options) : undefined,
  ]);
  const stack = options.stack ?? selected;
  const { check: configuration, file } = await readStackFile(options, stack);

  const areas = await Promise.all([
    project,
    pulumiArea(),
    clusterArea(),
    sourcesArea(),
    ...(options.local ? [checkEmbedded().then((checks) => ({ title: "embedded environment", checks }))] : []),
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
    const { title, checks } = await checkCluster(access, stack, file, options);
    return { title, checks: [...clouds, ...checks] };
  }

  async function sourcesArea(): Promise<Area> {
    return { title: "what is fetched", checks: await checkSources(file, options) };
  }
}
