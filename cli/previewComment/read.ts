import {
  ChangeKind,
  changeOf,
  type Diagnostic,
  nameOf,
  type PolicyResult,
  type PreviewDocument,
  PreviewInputError,
  type PreviewStep,
  type ResourceSide,
} from "./document";
import { maskedProperties } from "./masked";

type Fields = Readonly<Record<string, unknown>>;

const howTo =
  'write it by "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json > preview.json", or without the variable, with --show-sames';

/**
 * Reads what `pulumi preview --json` wrote: one document, or with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW` a line for each event, which has the
 * results of policies too. Source: `ShowPreviewDigest` and `ShowJSONEvents` of github.com/pulumi/pulumi/pkg/v3 3.259.0.
 *
 * @param source what the input is called in messages.
 * @throws PreviewInputError for anything else, and for an input that is cut off.
 */
export function readPreview(text: string, source: string): PreviewDocument {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed === "")
    throw new PreviewInputError(`${source} is empty: the preview wrote nothing, so look at what it printed; ${howTo}`);
  if (!trimmed.startsWith("{"))
    throw new PreviewInputError(
      `${source} is not what a preview writes as JSON: it begins with ${JSON.stringify(trimmed.slice(0, 40))}; ${howTo}`,
    );
  const whole = parse(trimmed);
  if (whole !== undefined && !isEvent(whole)) return readDigest(whole, source);
  return readEvents(trimmed.split("\n"), source);
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEvent(value: Fields): boolean {
  return typeof value.sequence === "number" && typeof value.timestamp === "number";
}

/** Lines of events; the last ones may be cut off. */
function readEvents(lines: readonly string[], source: string): PreviewDocument {
  const reader = new PreviewReader();
  let isOver = false;
  let found = 0;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const event = parse(line);
    if (event === undefined || !isEvent(event)) {
      const isFirst = found === 0;
      throw new PreviewInputError(
        isFirst
          ? `${source} is cut off or damaged: it begins as JSON and does not end as JSON (${line.length} characters in line ${index + 1}); ${howTo}`
          : `${source} is cut off or damaged: line ${index + 1} of ${lines.length} is no event of a preview; ${howTo}`,
      );
    }
    found++;
    isOver = reader.event(event) || isOver;
  }
  if (!isOver)
    throw new PreviewInputError(
      `${source} is cut off: it has ${found} events and none that ends the preview; wait until "pulumi preview" has ended, and keep all it writes`,
    );
  return reader.done({ policies: true });
}

function readDigest(digest: Fields, source: string): PreviewDocument {
  if (isFields(digest.deployment))
    throw new PreviewInputError(`${source} is the state of a stack, as "pulumi stack export" writes it; ${howTo}`);
  const { steps = [], diagnostics = [], changeSummary } = digest;
  // A preview that fails before its first resource has diagnostics alone.
  const isDigest = "steps" in digest || "diagnostics" in digest || "changeSummary" in digest;
  if (!isDigest || !Array.isArray(steps) || !Array.isArray(diagnostics))
    throw new PreviewInputError(
      `${source} is JSON, but not that of a preview: it has ${listed(Object.keys(digest))} instead of steps and diagnostics; ${howTo}`,
    );
  const reader = new PreviewReader();
  for (const [index, step] of (steps as unknown[]).entries()) {
    if (!isFields(step) || typeof step.op !== "string" || typeof step.urn !== "string")
      throw new PreviewInputError(`${source}: steps[${index}] has no op and urn; ${howTo}`);
    if (!isFields(step.oldState) && !isFields(step.newState))
      throw new PreviewInputError(
        `${source}: steps[${index}] (${nameOf(step.urn)}) has neither oldState nor newState, so an older engine wrote it; take Pulumi 3.100 or newer; ${howTo}`,
      );
    reader.step({
      ...step,
      old: step.oldState,
      new: step.newState,
      diffs: step.diffReasons,
      keys: step.replaceReasons,
    });
  }
  for (const diagnostic of diagnostics as unknown[]) if (isFields(diagnostic)) reader.diagnostic(diagnostic);
  if (isFields(changeSummary)) reader.summary(changeSummary);
  return reader.done({ policies: false });
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
}

/** Collects what either form says. */
class PreviewReader {
  private readonly steps = new Map<string, PreviewStep>();
  private readonly diagnostics = new Map<string, Diagnostic>();
  private readonly policies = new Map<string, PolicyResult>();
  private readonly packs = new Map<string, string>();
  private changes: Record<string, number> = {};
  private isDone = false;

  /** @returns whether the preview is over with it. */
  event(event: Fields): boolean {
    const { resourcePreEvent, diagnosticEvent, policyEvent, summaryEvent } = event;
    const metadata = isFields(resourcePreEvent) ? resourcePreEvent.metadata : undefined;
    if (isFields(metadata)) this.step(metadata);
    if (isFields(diagnosticEvent) && diagnosticEvent.ephemeral !== true) this.diagnostic(diagnosticEvent);
    if (isFields(policyEvent)) this.policy(policyEvent);
    if (isFields(summaryEvent)) {
      this.isDone = summaryEvent.result !== "failed";
      if (isFields(summaryEvent.resourceChanges)) this.summary(summaryEvent.resourceChanges);
      for (const [name, version] of Object.entries(summaryEvent.PolicyPacks ?? {}))
        this.packs.set(name, String(version));
    }
    return "cancelEvent" in event || isFields(summaryEvent);
  }

  /** Of a replacement there may be several steps. */
  step({ op, urn, old, new: fresh, type, diffs, keys, detailedDiff }: Fields): void {
    if (typeof op !== "string" || typeof urn !== "string") return;
    const kind = changeOf(op);
    if (kind === undefined) return;
    const isRetained = kind === ChangeKind.removed && isFields(old) && old.retainOnDelete === true;
    const change = isRetained ? ChangeKind.retained : kind;
    const [before, after] = [sideOf(old), sideOf(isRetained ? old : fresh)];
    const states = [fresh, old].filter(isFields);
    const known = this.steps.get(urn);
    const parent = states.map((state) => state.parent).find((value) => typeof value === "string" && value !== "");
    const stateType = states.map((state) => state.type).find((value) => typeof value === "string");
    const paths = [...texts(diffs), ...Object.keys(isFields(detailedDiff) ? detailedDiff : {})];
    this.steps.set(urn, {
      urn,
      type: textOf(stateType) || textOf(type) || (urn.split("::")[2]?.split("$").at(-1) ?? ""),
      name: nameOf(urn),
      change: known?.change === ChangeKind.replaced ? ChangeKind.replaced : change,
      ...(parent !== undefined && { parent: parent as string }),
      ...optional("before", change === ChangeKind.added ? undefined : (before ?? known?.before)),
      ...optional("after", change === ChangeKind.removed ? undefined : (after ?? known?.after)),
      diffs: merged(known?.diffs, paths),
      replaceReasons: merged(known?.replaceReasons, texts(keys)),
    });
  }

  diagnostic({ severity, message, urn }: Fields): void {
    if (typeof message !== "string" || !isSeverity(severity)) return;
    const text = plain(message).replace(/^(error|warning|info): /, "");
    if (text === "") return;
    const known = typeof urn === "string" && urn !== "" ? { urn } : {};
    this.diagnostics.set(JSON.stringify([severity, text, urn]), { severity, message: text, ...known });
  }

  /** The language host says an error of the program again, with words before it; and one of a resource is said without the resource too. */
  private withoutEchoes(): Diagnostic[] {
    const all = [...this.diagnostics.values()];
    return all.filter(
      (one) =>
        !all.some(
          (other) =>
            other !== one &&
            other.severity === one.severity &&
            one.urn === undefined &&
            one.message.endsWith(other.message) &&
            (one.message.length > other.message.length || other.urn !== undefined),
        ),
    );
  }

  policy({ policyName, policyPackName, enforcementLevel, message, resourceUrn }: Fields): void {
    const result = {
      policy: textOf(policyName),
      pack: textOf(policyPackName),
      level: textOf(enforcementLevel),
      message: plain(textOf(message)),
      ...(typeof resourceUrn === "string" && resourceUrn !== "" && { urn: resourceUrn }),
    };
    this.policies.set(JSON.stringify(result), result);
  }

  summary(changes: Fields): void {
    this.changes = Object.fromEntries(
      Object.entries(changes).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
  }

  done({ policies }: { policies: boolean }): PreviewDocument {
    const isRefused = [...this.policies.values()].some(({ level }) => level === "mandatory");
    // All that the engine says then, which the results of the policies say better.
    const diagnostics = this.withoutEchoes().filter(({ message }) => !(isRefused && message === "preview failed"));
    const steps = [...this.steps.values()].sort(by(({ urn }) => urn));
    return {
      steps,
      isRefused,
      isFailed: (policies && !this.isDone && !isRefused) || diagnostics.some(({ severity }) => severity === "error"),
      diagnostics: diagnostics.sort(by(({ urn = "", message }) => `${nameOf(urn)} ${message}`)),
      ...(policies && { policies: [...this.policies.values()].sort(by((result) => JSON.stringify(result))) }),
      policyPacks: [...this.packs].map(([name, version]) => ({ name, version })).sort(by(({ name }) => name)),
      changes: this.changes,
      hasSame: steps.some(({ change, type }) => change === ChangeKind.same && type !== "pulumi:pulumi:Stack"),
    };
  }
}

function sideOf(state: unknown): ResourceSide | undefined {
  if (!isFields(state)) return undefined;
  return { inputs: maskedProperties(state.inputs), outputs: maskedProperties(state.outputs) };
}

function optional<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: T });
}

function isSeverity(severity: unknown): severity is Diagnostic["severity"] {
  return severity === "error" || severity === "warning" || severity === "info";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function merged(known: readonly string[] = [], more: readonly string[]): string[] {
  return [...new Set([...known, ...more])].sort();
}

/** Without colours, of terminals and of the engine's own, such as `<{%reset%}>`. */
function plain(text: string): string {
  return text.replace(/<\{%[^%]*%\}>|\u001b\[[0-9;]*[A-Za-z]/g, "").trim();
}

/** Not by the machine's language, so that the order is the same everywhere. */
function by<T>(key: (item: T) => string): (left: T, right: T) => number {
  return (left, right) => {
    const [one, other] = [key(left), key(right)];
    return one < other ? -1 : one > other ? 1 : 0;
  };
}
