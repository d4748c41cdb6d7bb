import { countOf } from "../../sdk/compose/explainTree";
import { platformConsequences, serviceConsequences, type Consequence } from "./consequences";
import { type Diagnostic, type PreviewDocument, stackOf } from "./document";
import { code, plainText, table } from "./markdown";
import { platformChanges } from "./platform";
import {
  acceleratorTable,
  alike,
  diagnosticLines,
  fieldDetails,
  otherLine,
  platformHeader,
  platformRow,
  policyHeader,
  policyRow,
  serviceHeader,
  serviceRow,
  summaryLine,
} from "./sections";
import { type ServiceChange, serviceChanges } from "./services";

/** How a comment is written. */
export interface CommentOptions {
  /** Most bytes in UTF-8, so that it has no more characters either. */
  readonly limit: number;
  /** By its name, with the project of the preview before it, or by its full name. @default the stack in the preview */
  readonly stack?: string;
  /** The project where the preview does not say it, because it failed before it had a resource. */
  readonly project?: string;
  /** Where the whole preview can be read, such as the run of the pipeline. */
  readonly link?: string;
}

/** Characters in a comment of GitHub, which refuses longer ones. */
export const githubLimit = 65_536;
/** Characters in a note of GitLab. */
export const gitlabLimit = 1_000_000;
/** Below it there is no room for what has to be said. */
export const leastLimit = 4000;

/** Fields of a service that are shown while there is room. */
const mostFields = [60, 20, 8];

/** The line by which a bot finds the comment that it has made for a stack. */
export function markerOf(stack: string): string {
  return `<!-- pulumi-kserve preview ${stack.replace(/[^\w./-]/g, "")} -->`;
}

/** What was said, without what says nothing about the change. */
function said({ diagnostics }: PreviewDocument, severity: Diagnostic["severity"]): Diagnostic[] {
  return diagnostics.filter((one) => one.severity === severity && !/^using pulumi-\S+ from /.test(one.message));
}

/**
 * The comment of a pull request for a preview, in Markdown that GitHub and GitLab show: what happens to services, by whose fragment, what it
 * costs and interrupts, and what preflight and policies found. The same preview gives the same comment; secrets are not in it.
 *
 * What does not fit is left out as a whole: fields first, those of the last services, then rows; a line says so.
 */
export function previewComment(document: PreviewDocument, options: CommentOptions): string {
  const stack = nameOfStack(document, options);
  const { services, configs, unchanged } = serviceChanges(document);
  const platform = platformChanges(document);
  const consequences = [...serviceConsequences(services), ...platformConsequences(document)];
  const [errors, warnings] = [said(document, "error"), said(document, "warning")];
  const policies = [...(document.policies ?? [])].sort((left, right) => rankOf(left.level) - rankOf(right.level));

  const head = [
    markerOf(stack),
    `### Inference changes in ${code(stack)}`,
    "",
    ...(document.isRefused ? ["**A mandatory policy refuses this change.**", ""] : []),
    ...(document.isFailed ? ["**The preview failed, so this is not all of it.**", ""] : []),
    ...(document.isFailed && services.length === 0
      ? []
      : [summaryLine(services, consequences, !document.isFailed), ""]),
  ];
  const noOrigins = services.some(({ hasOrigins, fields }) => !hasOrigins && fields.length > 0) ? originsNote : [];
  const fixed = [...head, ...noOrigins, ...leftOutLines(["x".repeat(400)], stack, options.link)];
  const room = new Room(options.limit - sizeOf(fixed));
  const downtime = consequences.filter(({ isDowntime }) => isDowntime);
  const further = consequences.filter(({ isDowntime }) => !isDowntime);
  // In the order of what matters; what comes first may take more of the room than its part.
  const parts = {
    errors: room.list(["#### Errors", ""], errors.flatMap(diagnosticLines), 0.25, "line of errors"),
    downtime: room.list(alert("CAUTION", "Downtime"), downtime.map(consequenceLine), 0.25, "interruption"),
    policies: room.list(["#### Policies", ""], table(policyHeader, policies.map(policyRow)), 0.25, "policy result", 2),
    met: room.block(policyNote(document), "the policies that are met"),
    further: room.list(
      alert("WARNING", "Replacements and refusals"),
      further.map(consequenceLine),
      0.25,
      "replacement",
    ),
    accelerators: room.block(acceleratorTable(services, unchanged), "the table of accelerators"),
    services: room.list(["#### Services", ""], table(serviceHeader, services.map(serviceRow)), 0.5, "service", 2),
    warnings: room.list(["#### Warnings", ""], warnings.flatMap(diagnosticLines), 0.3, "line of warnings"),
    platform: room.list(
      ["#### Platform", ""],
      table(platformHeader, platform.notable.map(platformRow)),
      0.4,
      "resource",
      2,
    ),
    others: room.block(otherLine(platform), "the number of other resources"),
    fields: room.details([...configs, ...services].filter(({ fields }) => fields.length > 0).sort(byNews)),
  };
  const body = [
    ...head,
    ...parts.errors,
    ...parts.downtime,
    ...parts.further,
    ...(document.isRefused ? parts.policies : []),
    ...parts.services,
    ...parts.accelerators,
    ...parts.fields,
    ...parts.platform,
    ...parts.others,
    ...parts.warnings,
    ...(document.isRefused ? [] : parts.policies),
    ...parts.met,
    ...(parts.fields.length > 0 ? noOrigins : []),
    ...leftOutLines(room.leftOut, stack, options.link),
  ];
  return `${body.join("\n").trimEnd()}\n`;
}

/** With its project, since those of several projects may have one name, and a pull request a comment for each. */
function nameOfStack({ steps, diagnostics }: PreviewDocument, given: CommentOptions): string {
  const urn = steps[0]?.urn ?? diagnostics.find((one) => one.urn !== undefined)?.urn;
  const found = urn === undefined ? undefined : stackOf(urn);
  const stack = given.stack ?? found?.stack ?? "stack";
  const project = found?.project ?? given.project;
  return project === undefined || stack.includes("/") ? stack : `${project}/${stack}`;
}

/** What comes or goes as a whole is told by its row; the fields of it are the first to be left out. */
function byNews(left: ServiceChange, right: ServiceChange): number {
  const isWhole = ({ before, after }: ServiceChange): number => Number(!before !== !after);
  return isWhole(left) - isWhole(right);
}

function rankOf(level: string): number {
  return ["mandatory", "remediate", "advisory"].indexOf(level) >>> 0;
}

/** Shown by GitHub and GitLab as a box; elsewhere it is a quotation. */
function alert(kind: string, title: string): string[] {
  return [`> [!${kind}]`, `> **${title}**`, ">"];
}

function consequenceLine({ text }: Consequence): string {
  return `> - ${text}`;
}

const originsNote = ["Who set the fields is not in this preview: write it with `--show-sames`, or as events.", ""];

/** Of a preview that failed, policies have not seen everything. */
function policyNote({ policies, policyPacks, isFailed }: PreviewDocument): string[] {
  if (isFailed || policies === undefined || policies.length > 0 || policyPacks.length === 0) return [];
  const packs = policyPacks.map(({ name, version }) => code(version ? `${name} ${version}` : name)).join(", ");
  return ["#### Policies", "", `All policies of ${packs} are met.`, ""];
}

function leftOutLines(leftOut: readonly string[], stack: string, link: string | undefined): string[] {
  if (leftOut.length === 0) return [];
  const where = link === undefined ? "" : `, or [the whole preview](<${link.replace(/[<>\s]/g, "")}>)`;
  const name = code(`pulumi preview --diff --stack ${stack.split("/").at(-1) ?? stack}`);
  return [
    "---",
    "",
    `Left out, because a comment has no room for it: ${leftOut.map(plainText).join(", ")}. See ${name}${where}.`,
    "",
  ];
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}

/** What is left of a comment, and what did not fit. */
class Room {
  readonly leftOut: string[] = [];

  constructor(private left: number) {}

  /** All of it, or nothing. @param what it is called when it is left out. */
  block(lines: readonly string[], what: string): readonly string[] {
    const size = sizeOf(lines);
    if (size === 0) return lines;
    if (size > this.left) {
      this.leftOut.push(what);
      return [];
    }
    this.left -= size;
    return lines;
  }

  /**
   * As many items as fit into a part of what is left.
   *
   * @param fixed how many of the items are the head of a table.
   */
  list(title: readonly string[], items: readonly string[], part: number, noun: string, fixed = 0): readonly string[] {
    if (items.length <= fixed) return [];
    let room = Math.floor(this.left * part) - sizeOf([...title, "", "… and 100000 more of them"]);
    let shown = 0;
    for (const item of items) {
      room -= Buffer.byteLength(item) + 1;
      if (room < 0) break;
      shown++;
    }
    const left = items.length - Math.max(shown, fixed);
    if (left > 0)
      this.leftOut.push(noun.startsWith("line ") ? `${countOf(left, "line")}${noun.slice(4)}` : countOf(left, noun));
    if (shown <= fixed) return [];
    const more = title[0]?.startsWith(">")
      ? `> - … and ${left} more`
      : left > 0 && fixed > 0
        ? ""
        : `- … and ${left} more`;
    const lines = [...title, ...items.slice(0, shown), ...(left > 0 && more !== "" ? [more] : []), ""];
    this.left -= sizeOf(lines);
    return lines;
  }

  /** Fields of as many services as fit, of all of them with fewer fields rather than of some with all. */
  details(services: readonly ServiceChange[]): string[] {
    if (services.length === 0) return [];
    const title = ["#### What changes, and who set it", ""];
    const groups = alike(services);
    let blocks: string[][] = [];
    for (const most of mostFields) {
      blocks = groups.map((group) => [...fieldDetails(group, most), ""]);
      if (sizeOf([...title, ...blocks.flat()]) <= this.left) break;
    }
    let room = this.left - sizeOf(title);
    let shown = 0;
    for (const block of blocks) {
      room -= sizeOf(block);
      if (room < 0) break;
      shown++;
    }
    const left = groups.slice(shown).flat().length;
    if (left > 0) this.leftOut.push(`the fields of ${countOf(left, "service")}`);
    if (shown === 0) return [];
    const lines = [...title, ...blocks.slice(0, shown).flat()];
    this.left -= sizeOf(lines);
    return lines;
  }
}
