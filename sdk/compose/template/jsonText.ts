/** A text as it is inside a JSON string of Go, which also escapes what HTML would take for markup. */
export function goJsonText(text: string): string {
  return JSON.stringify(wellFormed(text))
    .slice(1, -1)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What a text stands for inside a JSON string; undefined when it cannot be there. Go replaces halves of surrogate pairs. */
export function decodeJsonText(text: string): string | undefined {
  if (!needsDecoding(text)) return text;
  try {
    return wellFormed(JSON.parse(`"${text}"`) as string);
  } catch {
    return undefined;
  }
}

/** Whether a text means something else inside a JSON string, or nothing: it has a quote, a backslash or a control character. */
export function needsDecoding(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x22 || code === 0x5c) return true;
  }
  return false;
}

/** Halves of surrogate pairs become what Go makes of them. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
