/** What differs between two previews of the same, or tells of the machine; the rest of what an engine writes stays. */
const volatile = new Set([
  "timestamp",
  "created",
  "modified",
  "sourcePosition",
  "stackTrace",
  "duration",
  "durationSeconds",
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "propertyDependencies",
]);

/** A preview without these, and without events that only debug: they hold secrets in plain text. */
export function scrubbed(preview: string): string {
  const [first = ""] = preview.split("\n");
  if (!first.startsWith('{"sequence"')) return `${JSON.stringify(scrub(JSON.parse(preview)))}\n`;
  const events = preview
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, { severity?: string } | undefined>)
    .filter(({ diagnosticEvent, resOutputsEvent }) => diagnosticEvent?.severity !== "debug" && !resOutputsEvent);
  return events
    .map((event, sequence) => `${JSON.stringify({ ...(scrub(event) as object), sequence, timestamp: 0 })}\n`)
    .join("");
}

function scrub(value: unknown): unknown {
  if (typeof value === "string")
    return value
      .replace(/\/[\w./-]*\/plugins\//g, "/plugins/")
      .replace(/::[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "::id");
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !volatile.has(key))
      .map(([key, child]) => [key.replace(/(\|local\|).*/, "$1/pack"), scrub(child)]),
  );
}
