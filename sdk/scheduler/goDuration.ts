const units: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Seconds of what Go's time.ParseDuration reads, such as "1m30s"; undefined where it would refuse. */
export function goDurationSeconds(text: string): number | undefined {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const rest = text.slice(sign.length);
  if (rest === "0") return 0;
  let seconds = 0;
  let at = 0;
  while (at < rest.length) {
    part.lastIndex = at;
    const found = part.exec(rest);
    if (!found) return undefined;
    seconds += Number(found[1]) * (units[found[2] ?? ""] ?? 0);
    at = part.lastIndex;
  }
  if (rest === "" || seconds > 9223372036.854775) return undefined;
  return sign === "-" ? -seconds : seconds;
}
