import { relative, sep } from "node:path";

import { environmentOf, readLayers } from "../../local/engine/config";
import { checkOtherProgram, type OtherProgram } from "../../local/engine/otherPrograms";
import type { ArtifactMirrors } from "../../sdk/artifacts";
import type { Composition } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import type { CompositionWarning } from "../../sdk/compose/warnings";
import type { Finding } from "../../sdk/preflight/finding";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { composeService, defaultNamespace } from "../../stacks/environment/composeService";
import { configNamespace } from "../../stacks/environment/origins";
import { preflightServices } from "../../stacks/environment/plan";
import type { ServiceSettings } from "../../stacks/environment/settings";
import { platformProblems } from "./platformProblems";
import type { NamedStack } from "./stacks";

/** What can be said of a stack's configuration without a cluster. */
export interface StackCheck {
  readonly stack: string;
  /** As the user would name it from where he is. */
  readonly file: string;
  /** The files that the settings come from, the lowest first. */
  readonly layers: readonly string[];
  /** `<namespace>/<name>` of each service that was composed. */
  readonly services: readonly string[];
  readonly problems: readonly Problem[];
  /** What the preflight finds, waived or not. */
  readonly findings: readonly Finding[];
  readonly warnings: readonly (CompositionWarning & { readonly service: string })[];
  /** What a stack may leave out, and should not without knowing. */
  readonly notes: readonly string[];
  /** Keys of other packages. */
  readonly notChecked: readonly string[];
}

/** Whether `pulumi preview` would get as far as the cluster. */
export function isValid({ problems, findings }: StackCheck): boolean {
  return problems.length === 0 && findings.every(({ severity }) => severity !== "error");
}

/**
 * Checks a stack's configuration.
 *
 * @param presets reads KServe's presets, without which services cannot be composed; asked for only when there are services
 */
export async function checkStack(
  { stack, file }: NamedStack,
  presets: (mirrors?: ArtifactMirrors) => Promise<Record<string, unknown>>,
): Promise<StackCheck> {
  const shown = relative(process.cwd(), file).split(sep).join("/");
  const empty = {
    stack,
    file: shown,
    services: [],
    problems: [],
    findings: [],
    warnings: [],
    notes: [],
    notChecked: [],
  };
  const read = await caught(() => readLayers(stack, file));
  if ("problems" in read) return { ...empty, layers: [shown], problems: read.problems };
  const { config, layers } = read.value;
  const known = {
    ...empty,
    layers: layers.map(({ name }) => name),
    notChecked: Object.keys(config)
      .filter((key) => !key.startsWith(`${configNamespace}:`))
      .sort(),
  };
  const parsed = await caught(
    async (): Promise<OtherProgram> =>
      (await checkOtherProgram(read.value)) ?? {
        environment: await environmentOf(stack, read.value),
        notes: notesOf(config),
      },
  );
  if ("problems" in parsed) return { ...known, problems: parsed.problems };
  const { notes } = parsed.value;
  return { ...known, ...(await checkEnvironment(parsed.value, presets)), notes };
}

async function checkEnvironment(
  { environment, plan }: OtherProgram,
  presets: Parameters<typeof checkStack>[1],
): Promise<Pick<StackCheck, "services" | "problems" | "findings" | "warnings">> {
  const { services = [] } = environment;
  const configs = new ConfigStore({ kserve: services.length > 0 ? await presets(environment.mirrors) : {} });
  const problems: Problem[] = [...platformProblems(environment.platform)];
  const composed: [ServiceSettings, Composition][] = [];
  for (const entry of services) {
    const composition = await caught(() => composeService(environment, entry, { configs }));
    if ("value" in composition) composed.push([entry, composition.value]);
    else
      problems.push(
        ...composition.problems.map((problem) => ({ ...problem, path: `${fullName(entry)}, ${problem.path}` })),
      );
  }
  return {
    services: composed.map(([entry]) => fullName(entry)),
    problems,
    // What a waiver is for may be found where the platform is known.
    findings: preflightServices(environment, composed, plan).filter(({ code }) => !plan || code !== "waiver-unused"),
    warnings: composed.flatMap(([entry, { warnings }]) =>
      warnings.map((warning) => ({ service: fullName(entry), ...warning })),
    ),
  };
}

function notesOf(config: Readonly<Record<string, unknown>>): string[] {
  if (config[`${configNamespace}:cluster`] !== undefined) return [];
  return ["it names no cluster, so only the embedded environment (npm run local) can bring it up"];
}

function fullName({ namespace = defaultNamespace, name }: ServiceSettings): string {
  return `${namespace}/${name}`;
}

type Caught<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

async function caught<T>(run: () => T | Promise<T>): Promise<Caught<T>> {
  try {
    return { value: await run() };
  } catch (error) {
    if (error instanceof ConfigurationError) return { problems: error.problems };
    throw error;
  }
}
