import { nearest } from "../nearest";
import { preflightCodes } from "./codes";
import type { Finding } from "./finding";
import type { Waiver } from "./plan";

/** Findings that may be waived, and what is wrong with the waivers themselves. */
export class Waivers {
  private readonly used = new Set<Waiver>();

  constructor(
    private readonly waivers: readonly Waiver[],
    /** Where they are in what the user gave. */
    private readonly path = "waive",
  ) {}

  /** A waived error becomes a warning that shows the reason. */
  apply(finding: Finding): Finding {
    const waiver = this.waivers.find((candidate) => isUsable(candidate) && matches(candidate, finding));
    if (!waiver) return finding;
    this.used.add(waiver);
    return { ...finding, severity: "warning", waived: waiver.reason };
  }

  /** Codes that do not exist and reasons that are missing. */
  wrong(): Finding[] {
    return this.waivers.flatMap(({ code, reason }, index) => {
      const path = `${this.path}[${index}]`;
      const found: Finding[] = [];
      if (!Object.hasOwn(preflightCodes, code)) {
        const close = typeof code === "string" ? nearest(code, Object.keys(preflightCodes)) : undefined;
        found.push({
          code: "waiver-unknown-code",
          severity: "error",
          path: `${path}.code`,
          given: code,
          message: "no finding has this code",
          allowed: "the codes in docs/preflight.md",
          fix: close ? `did you mean "${close}"?` : "take the code from the finding",
        });
      }
      if (!isReason(reason)) {
        found.push({
          code: "waiver-without-reason",
          severity: "error",
          path: `${path}.reason`,
          message: "missing; whoever reads the preview has to know why the finding does not matter",
          allowed: "a sentence",
          fix: "say why",
        });
      }
      return found;
    });
  }

  /** Those that met no finding; to be asked for after all services. */
  unused(): Finding[] {
    return this.waivers.flatMap((waiver, index) => {
      if (this.used.has(waiver) || !isUsable(waiver)) return [];
      const { code, service } = waiver;
      return [
        {
          code: "waiver-unused" as const,
          severity: "warning" as const,
          path: `${this.path}[${index}]`,
          given: code,
          message: `nothing has this finding${service === undefined ? "" : ` in service "${service}"`} any more`,
          allowed: "waivers of findings that there are",
          fix: "remove the waiver",
        },
      ];
    });
  }
}

function isUsable({ code, reason }: Waiver): boolean {
  return Object.hasOwn(preflightCodes, code) && isReason(reason);
}

/** Programs in JavaScript may leave it out. */
function isReason(reason: unknown): boolean {
  return typeof reason === "string" && reason.trim() !== "";
}

function matches({ code, service }: Waiver, finding: Finding): boolean {
  if (code !== finding.code) return false;
  return service === undefined || finding.service === service || finding.service?.split("/")[1] === service;
}
