import type { Cause, Diagnosis, FalseCondition } from "./diagnosis";

/** More than these say nothing new: what comes first explains the rest. */
const shownCauses = 8;
/** Characters of a condition's reason and message; what is longer holds whole objects. */
const shownMessage = 400;

/** A diagnosis as plain text: causes with what to do about them, conditions, and where to look further. */
export function diagnosisLines(diagnosis: Diagnosis): string[] {
  const { namespace, name, ready, causes, conditions, unread, commands } = diagnosis;
  const subject = `LLMInferenceService ${namespace}/${name}`;
  const notes = unread.map((what) => `  could not be read: ${what}`);
  if (ready) return [`${subject} is Ready`, ...notes];
  const more = causes.length - shownCauses;
  return [
    `${subject} is not Ready${causes.length === 0 ? ", and nothing that was read says why" : ":"}`,
    ...causes.slice(0, shownCauses).flatMap(causeLines),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...(conditions.length > 0 ? ["  conditions that do not hold:", ...conditions.map(conditionLine)] : []),
    ...notes,
    "  look further:",
    ...commands.map((command) => `    ${command}`),
  ];
}

function causeLines({ object, message, fix, command }: Cause, index: number): string[] {
  return [
    `  ${index + 1}. ${object}: ${message}`,
    ...(fix ? [`     fix: ${fix}`] : []),
    ...(command ? [`     more: ${command}`] : []),
  ];
}

function conditionLine({ types, status, reason, message }: FalseCondition): string {
  const why = [reason, message].filter(Boolean).join(": ");
  const short = why.length > shownMessage ? `${why.slice(0, shownMessage)}…` : why;
  return `    ${types.join(", ")} ${status}${short ? `: ${short}` : ""}`;
}
