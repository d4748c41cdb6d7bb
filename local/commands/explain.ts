import { statSync } from "node:fs";

import { type Composition, CompositionMode } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { explainFields, type ExplainedField } from "../../sdk/compose/explain";
import { compareCompositions, differenceLines } from "../../sdk/compose/explainDiff";
import { fieldsAt, touches, UnknownPathError } from "../../sdk/compose/explainPaths";
import { explainReport } from "../../sdk/compose/explainReport";
import { line, type TextLine, wrapped } from "../../sdk/compose/textLines";
import type { Finding } from "../../sdk/preflight/finding";
import { nearest } from "../../sdk/nearest";
import { composeService, defaultNamespace } from "../../stacks/environment/composeService";
import { preflightService } from "../../stacks/environment/plan";
import { annotationFields, type EnvironmentSettings, type ServiceSettings } from "../../stacks/environment/settings";
import { configFile, environmentOf, readLayers } from "../engine/config";
import { checkOtherProgram, type OtherProgram } from "../engine/otherPrograms";
import { type Display, displayOf, paint } from "../paint";
import { readConfigs, readPresets } from "../presets";
import { type Command, parseCommand, UsageError } from "./command";

const options = {
  stack: { type: "string", default: "local" },
  config: { type: "string" },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  diff: { type: "string" },
  mode: { type: "string" },
  configs: { type: "string", multiple: true },
} as const;

export const explain: Command = {
  summary: "show what a service is composed to and who set each field, without a cluster",
  usage:
    "<service> [path] [--stack NAME | --config FILE] [--diff STACK|FILE] [--all] [--mode inline|references] [--configs FILE]... [--json]",
  async run(args) {
    const { values, positionals } = parseCommand(args, options, 2);
    const [service, path] = positionals;
    const mode = readMode(values.mode);
    const compose = async (stack: string, config?: string) =>
      composeFrom({ stack, config, service, mode, configs: values.configs ?? [] });
    const display = displayOf(process.stdout);
    const current = await compose(values.stack, values.config);
    try {
      if (values.diff === undefined)
        print(values.json ? asJson(current, path) : asText(current, path, values.all, display));
      else {
        const other = await compose(...stackOrFile(values.diff));
        print(difference(other, current, { ...values, path, display }));
      }
    } catch (error) {
      if (error instanceof UnknownPathError) throw new UsageError(error.message);
      throw error;
    }
    return 0;
  },
};

function readMode(mode: string | undefined): CompositionMode | undefined {
  const allowed = Object.values(CompositionMode);
  const found = allowed.find((candidate) => candidate === mode);
  if (mode !== undefined && found === undefined)
    throw new UsageError(`--mode ${mode}: expected one of ${allowed.join(", ")}`);
  return found;
}

interface Request {
  readonly stack: string;
  readonly config: string | undefined;
  readonly service: string | undefined;
  readonly mode: CompositionMode | undefined;
  readonly configs: readonly string[];
}

/** A service of one configuration, composed. */
interface Explained {
  readonly composition: Composition;
  /** What the preflight finds. */
  readonly findings: readonly Finding[];
  /** Annotations of the service. */
  readonly metadata: readonly ExplainedField[];
  readonly entry: ServiceSettings;
  readonly namespace: string;
  readonly mode: CompositionMode;
  /** The file that it comes from. */
  readonly file: string;
}

async function composeFrom({ stack, config, service, mode, configs }: Request): Promise<Explained> {
  const { environment, plan, notes = [] } = await programOf(stack, config);
  const file = configFile(stack, config);
  const entry = findService(environment, service, file, notes);
  const namespace = entry.namespace ?? defaultNamespace;
  const [presets, ...others] = await Promise.all([readPresets(environment.mirrors), ...configs.map(readConfigs)]);
  const store = new ConfigStore({ kserve: presets }).with(
    namespace,
    Object.assign({}, ...others) as Record<string, unknown>,
  );
  const composition = composeService(environment, entry, { configs: store, mode });
  const findings = preflightService(environment, entry, composition, plan);
  const metadata = annotationFields(entry, environment);
  return {
    composition,
    findings,
    metadata,
    entry,
    namespace,
    mode: mode ?? entry.mode ?? CompositionMode.inline,
    file,
  };
}

async function programOf(
  stack: string,
  config: string | undefined,
): Promise<Partial<OtherProgram> & Pick<OtherProgram, "environment">> {
  const layers = await readLayers(stack, config);
  return (await checkOtherProgram(layers)) ?? { environment: await environmentOf(stack, layers) };
}

/** By its name, or by `<namespace>/<name>`, as other commands write it. */
function findService(
  { services = [] }: EnvironmentSettings,
  wanted: string | undefined,
  file: string,
  notes: readonly string[],
): ServiceSettings {
  const fullName = ({ namespace = defaultNamespace, name }: ServiceSettings): string => `${namespace}/${name}`;
  const names = services.map(({ name }) => name);
  const list = names.length === 0 ? "none" : names.join(", ");
  if (wanted === undefined) throw new UsageError(`which service? ${file} has: ${list}`);
  const entry = services.find((one) => one.name === wanted || fullName(one) === wanted);
  if (!entry) {
    const close = nearest(wanted, names);
    throw new UsageError(
      `${file} has no service "${wanted}"${close ? `, did you mean ${close}?` : ";"} it has: ${list}${notes.map((note) => `\n${note}`).join("")}`,
    );
  }
  return entry;
}

function stackOrFile(given: string): [stack: string, config?: string] {
  const isFile = statSync(given, { throwIfNoEntry: false })?.isFile() === true;
  return isFile || /[\\/]|\.ya?ml$/.test(given) ? [given, given] : [given];
}

function asText(
  { composition, findings, metadata, entry, namespace, mode, file }: Explained,
  path: string | undefined,
  all: boolean,
  display: Display,
) {
  const title = `${entry.name} in namespace ${namespace}, ${modeText[mode]}, from ${shortFile(file)}`;
  const report = explainReport(composition, { title, width: display.width, all, path, metadata });
  const concerned = findings.filter((finding) => path === undefined || touches(finding.path, path));
  return paint([...report, ...findingLines(concerned, display.width)], display);
}

/** What keeps the service from becoming Ready; nothing when nothing does. */
function findingLines(findings: readonly Finding[], width: number): TextLine[] {
  if (findings.length === 0) return [];
  return [
    line(""),
    line(`preflight: ${findings.length === 1 ? "1 finding" : `${findings.length} findings`}`, "warning"),
    ...findings.flatMap(({ code, severity, path, message, fix, waived }) => [
      ...wrapped(`  ${severity} ${code}, ${path}: ${message}`, width),
      ...(waived === undefined ? [] : wrapped(`    waived: ${waived}`, width)),
      ...(fix === undefined ? [] : wrapped(`    fix: ${fix}`, width, "faint")),
    ]),
  ];
}

const modeText: Readonly<Record<CompositionMode, string>> = {
  inline: "composed into its spec",
  references: "composed by the cluster from references",
};

function asJson(
  { composition, findings, metadata, entry, namespace, mode }: Explained,
  path: string | undefined,
): string {
  const fields = [...metadata, ...explainFields(composition)];
  return json({
    service: entry.name,
    namespace,
    mode,
    ...(composition.undecided !== undefined && { undecided: composition.undecided }),
    appliedConfigs: composition.appliedConfigs,
    warnings: composition.warnings,
    preflight: findings.map(findingForJson),
    fields: (path === undefined ? fields : fieldsAt(fields, path)).map(fieldForJson),
  });
}

function findingForJson({ code, severity, path, given, message, allowed, fix, waived }: Finding) {
  return { code, severity, path, given, message, allowed, fix, waived };
}

function fieldForJson({ path, value, source, overrides }: ExplainedField) {
  return { path, value, source, overrides };
}

interface DifferenceOptions {
  readonly all: boolean;
  readonly json: boolean;
  readonly path: string | undefined;
  readonly display: Display;
}

function difference(
  before: Explained,
  after: Explained,
  { all, json: asJson, path, display }: DifferenceOptions,
): string {
  const found = compareCompositions(before, after, path);
  const [from, to] = [shortFile(before.file), shortFile(after.file)];
  if (asJson) {
    const { name } = after.entry;
    return json({ service: name, namespace: after.namespace, from, to, ...found });
  }
  const title = [
    line(`${after.entry.name}: - ${from} + ${to}`, "title"),
    ...undecidedNotes([before, after], display.width),
  ];
  return paint([...title, ...differenceLines(found, { width: display.width, all })], display);
}

function undecidedNotes(sides: readonly Explained[], width: number): TextLine[] {
  return sides.flatMap(({ composition: { undecided }, file }) => {
    const note = `${shortFile(file)}: ${undecided ?? ""} is not known here; this side is what is written to the cluster`;
    return undecided === undefined ? [] : wrapped(note, width, "warning");
  });
}

function shortFile(file: string): string {
  const start = `${process.cwd()}/`;
  return file.startsWith(start) ? file.slice(start.length) : file;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function print(text: string): void {
  process.stdout.write(text);
}
