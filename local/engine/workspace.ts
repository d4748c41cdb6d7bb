import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

import { LocalWorkspace, type PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { dump, load } from "js-yaml";

import { replaceLink } from "../files";
import { writeFileAtomic } from "../process";
import { projectRoot } from "../paths";
import { checkpointFile, readingCheckpoint } from "./checkpoint";
import { pulumiCommand } from "./command";
import { shareNoConnections } from "./connections";
import { sendDebugMessages } from "./debugMessages";
import {
  type KubernetesProvider,
  kubernetesProvider,
  kubernetesProviderMain,
  ProviderSource,
} from "./kubernetesProvider";
import { recoverStack } from "./recovery";
import { writeNodePlugin, writePolicyAnalyzer } from "./nodePlugin";
import { standBy } from "./standby";

/** What an engine run needs. */
export interface WorkspaceOptions {
  /** Holds the engine's home, state, plugins and project; one folder for each cluster. */
  folder: string;
  /** Path of the `pulumi` binary. */
  pulumi: string;
  /** Path of the `helm` binary, with which the stand-in provider renders charts. */
  helm: string;
  /** Name of the Pulumi project. @default "pulumi-kserve" */
  project?: string;
  stack: string;
  program: PulumiFn;
  /** Other providers, by name, with the folder that has the executable of each. @default none */
  plugins?: Readonly<Record<string, string>>;
  /** Providers are started before the engine asks for them, for the first engine that does; they end with it or with this process. @default false */
  providersAhead?: boolean;
  /** Called once the CLI is starting, which is when this process has nothing else to do. @default nothing is called */
  meanwhile?: () => void;
  /** Configuration as in a `Pulumi.<stack>.yaml`, with full keys such as "pulumi-kserve:services". */
  config?: Record<string, unknown>;
  /** Port of a Kubernetes provider that runs already, which the engine attaches itself to. @default one that the engine starts */
  kubernetesPort?: number;
  /** The SDK's debug messages reach the engine, as those of a program that the CLI starts do, and cost their time. @default false */
  debugMessages?: boolean;
}

const defaultProject = "pulumi-kserve";
const dynamicProviderMain = join(__dirname, "dynamicProviderMain.js");

/**
 * Prepares a Pulumi stack whose program runs in this process: the real engine, a file backend, secrets encrypted with a
 * passphrase of this folder, and the Kubernetes provider that can be had.
 */
export async function openStack(options: WorkspaceOptions): Promise<Stack> {
  const { folder, stack } = options;
  sendDebugMessages(options.debugMessages ?? false);
  shareNoConnections();
  const project = options.project ?? defaultProject;
  // Stacks of several projects may be moved into each other, each from the folder of its project.
  const work = join(folder, project === defaultProject ? "project" : `project-${project}`);
  const paths = { work, state: join(folder, "state"), home: join(folder, "home") };
  await Promise.all(Object.values(paths).map((path) => mkdir(path, { recursive: true, mode: 0o700 })));

  const environment = await engineEnvironment(folder, options, paths);
  const [command, kubernetes] = await Promise.all([
    pulumiCommand(folder, options.pulumi, options.meanwhile),
    writeProject(paths.work, project, options),
    writeStackConfig(paths.work, stack, options.config ?? {}),
  ]);
  const standby = options.providersAhead && {
    folder: join(folder, "standby"),
    providers: {
      "pulumi-nodejs": dynamicProviderMain,
      ...(kubernetes.source === ProviderSource.standIn && { kubernetes: kubernetesProviderMain }),
    },
    cwd: paths.work,
    env: { ...environment, PULUMI_NODEJS_PROJECT: project },
  };
  await recoverStack(paths.state, project, stack);
  const checkpoint = checkpointFile(paths.state, project, stack);
  const workspace = await LocalWorkspace.create({
    workDir: paths.work,
    pulumiHome: paths.home,
    pulumiCommand: command,
    envVars: { ...environment, ...(standby && (await standBy(standby))) },
    program: options.program,
  });
  // Every command of the Automation API names its stack; to select one would start the CLI for nothing.
  workspace.selectStack = () => Promise.resolve();
  const open = existsSync(checkpoint) ? "select" : "create";
  return readingCheckpoint(await Stack[open](stack, workspace), checkpoint);
}

async function engineEnvironment(
  folder: string,
  options: WorkspaceOptions,
  paths: { state: string },
): Promise<Record<string, string>> {
  return {
    // Plugins written in JavaScript look for node on PATH.
    PATH: [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
    PULUMI_BACKEND_URL: `file://${paths.state}`,
    PULUMI_CONFIG_PASSPHRASE: await passphrase(folder),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The engine works for seconds, and would spend a quarter of them on garbage that the end of its process clears.
    GOGC: "400",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_KSERVE_TOOL_HELM: options.helm,
    ...(options.kubernetesPort !== undefined && { PULUMI_DEBUG_PROVIDERS: `kubernetes:${options.kubernetesPort}` }),
  };
}

/** A passphrase of its own for each folder, so that secrets in the state are as safe as the user's files. */
async function passphrase(folder: string): Promise<string> {
  const file = join(folder, "passphrase");
  const existing = await readFile(file, "utf8").catch(() => undefined);
  if (existing) return existing;
  const made = randomBytes(24).toString("base64url");
  await writeFileAtomic(file, made, 0o600);
  return made;
}

/** @returns the Kubernetes provider that the project names */
async function writeProject(work: string, project: string, options: WorkspaceOptions): Promise<KubernetesProvider> {
  const { folder, pulumi, plugins = {}, kubernetesPort } = options;
  const dynamic = join(folder, "dynamic-provider");
  const analyzer = join(folder, "policy-analyzer");
  const [kubernetes] = await Promise.all([
    kubernetesProvider({ pulumi, folder, ...(kubernetesPort !== undefined && { configured: "stand-in" }) }),
    // The SDK's provider of dynamic resources, found without looking in the project's folder, and started faster.
    writeNodePlugin(dynamic, "pulumi-nodejs", dynamicProviderMain),
    writePolicyAnalyzer(analyzer),
  ]);
  const settings = {
    name: project,
    runtime: "nodejs",
    plugins: {
      providers: [
        { name: "kubernetes", path: kubernetes.folder },
        // The provider of dynamic resources, which CRD sets are.
        { name: "pulumi-nodejs", path: dynamic },
        ...Object.entries(plugins).map(([name, path]) => ({ name, path })),
      ],
      // What starts policy packs, which the engine does when it is given some.
      analyzers: [{ name: "policy-nodejs", path: analyzer }],
    },
  };
  await writeFileAtomic(join(work, "Pulumi.yaml"), dump(settings));
  // As in a user's project: CRD sets load their code from "pulumi-kserve", their provider comes from "@pulumi/pulumi".
  const modules = join(work, "node_modules");
  await mkdir(modules, { recursive: true });
  const root = projectRoot();
  await replaceLink(join(modules, "pulumi-kserve"), root);
  await replaceLink(join(modules, "@pulumi"), join(root, "node_modules", "@pulumi"));
  return kubernetes;
}

async function writeStackConfig(work: string, stack: string, config: Record<string, unknown>): Promise<void> {
  const file = join(work, `Pulumi.${stack}.yaml`);
  const existing = load((await readFile(file, "utf8").catch(() => "")) || "{}") as { encryptionsalt?: string };
  // The salt belongs to the secrets that are in the state already.
  const settings = { ...(existing.encryptionsalt && { encryptionsalt: existing.encryptionsalt }), config };
  await writeFileAtomic(file, dump(settings));
}
