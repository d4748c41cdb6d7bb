import type { DoctorOptions } from "./check";

/** Whether an address of the internet answers. */
export interface Reached {
  /** Status of HTTP, where one came. */
  readonly status?: number;
  /** Why it is of no use. */
  readonly problem?: string;
}

/**
 * Asks an address for its head.
 *
 * @param any whether any status is good, as of a registry that answers 401 to those who are not logged in. @default false
 */
export async function answers(
  address: string,
  { timeoutMs }: Pick<DoctorOptions, "timeoutMs">,
  any = false,
): Promise<Reached> {
  if (!URL.canParse(address)) return { problem: "is no URL" };
  const url = new URL(address);
  const { host, username, password } = url;
  // fetch refuses a URL with them, and repeats it in its message.
  const credentials = [username, password].map(decoded).join(":");
  url.username = url.password = "";
  const headers =
    credentials === ":" ? undefined : { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
  try {
    const { status } = await fetch(url, { method: "HEAD", headers, signal: AbortSignal.timeout(timeoutMs) });
    if (any ? status < 500 : status < 400) return { status };
    return { status, problem: `${host} answers ${status}` };
  } catch (error) {
    return { problem: `${host}: ${reasonOf(error as Error, timeoutMs)}` };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function reasonOf(error: Error, timeoutMs: number): string {
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
