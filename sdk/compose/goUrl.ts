/** Thrown for a text that Go's `url.Parse` refuses. */
export class GoUrlError extends Error {
  override readonly name = "GoUrlError";
}

/**
 * A URL as Go writes it again after reading it, which is what KServe does with every model URI: the scheme in lower case, and what needs
 * it escaped.
 *
 * Source: `url.Parse` and `URL.String` of Go's net/url, through `apis.URL` of knative.dev/pkg.
 *
 * @throws GoUrlError where Go refuses the text.
 */
export function canonicalUrl(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(\/[A-Za-z0-9_.~@:=+,$&;/-]*)?$/.test(text)) return text;
  if (/[\x00-\x1f\x7f]/.test(text)) throw new GoUrlError("holds a control character");
  const [beforeFragment, fragment] = cut(text, "#");
  const { scheme, rest } = splitScheme(beforeFragment);
  const [address, query] = cut(rest, "?");
  const tail =
    (query === undefined ? "" : `?${query}`) + (fragment ? `#${escaped(unescaped(fragment), fragmentSafe)}` : "");
  const prefix = scheme && `${scheme}:`;
  if (!address.startsWith("/")) {
    if (scheme) return address === "" ? `${prefix}${tail}` : `${prefix}${address}${tail}`;
    if (address.split("/", 1)[0]?.includes(":")) throw new GoUrlError("its first path segment holds a colon");
    return writtenPath(address) + tail;
  }
  if (!address.startsWith("//") || (!scheme && address.startsWith("///"))) return prefix + writtenPath(address) + tail;
  const [authority = "", ...segments] = address.slice(2).split("/");
  const path = segments.length > 0 ? `/${segments.join("/")}` : "";
  return `${prefix}${authority === "" && path === "" ? "" : "//"}${canonicalAuthority(authority)}${writtenPath(path)}${tail}`;
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function splitScheme(text: string): { scheme: string; rest: string } {
  if (text.startsWith(":")) throw new GoUrlError("its scheme is missing");
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (!match?.[1]) return { scheme: "", rest: text };
  return { scheme: match[1].toLowerCase(), rest: text.slice(match[0].length) };
}

function canonicalAuthority(authority: string): string {
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? "" : authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new GoUrlError("its user name holds a wrong character");
  return (at < 0 ? "" : `${escaped(unescaped(user), userSafe)}@`) + canonicalHost(authority.slice(at + 1));
}

function canonicalHost(host: string): string {
  const port = host.startsWith("[") ? host.slice(host.lastIndexOf("]") + 1) : host.slice(colonOf(host));
  if (!/^(:\d*)?$/.test(port)) throw new GoUrlError(`its port "${port}" is no number`);
  if (/%(?![89A-Fa-f][0-9A-Fa-f])/.test(host)) throw new GoUrlError("its host holds a wrong escape");
  if (/[ \\^`{|}]/.test(host)) throw new GoUrlError("its host holds a wrong character");
  return escaped(unescaped(host), hostSafe);
}

function colonOf(host: string): number {
  const at = host.lastIndexOf(":");
  return at < 0 ? host.length : at;
}

/** As it was written where that is a valid encoding, else encoded anew. */
function writtenPath(path: string): string {
  const decoded = unescaped(path);
  return /^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]/%]*$/.test(path) ? path : escaped(decoded, pathSafe);
}

function unescaped(text: string): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < text.length;) {
    const next = text.indexOf("%", i);
    const end = next < 0 ? text.length : next;
    parts.push(Buffer.from(text.slice(i, end)));
    if (next < 0) break;
    const code = text.slice(next + 1, next + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(code)) throw new GoUrlError(`"%${code}" is no escape`);
    parts.push(Buffer.from(code, "hex"));
    i = next + 3;
  }
  return Buffer.concat(parts);
}

const pathSafe = /[A-Za-z0-9\-_.~$&+,/:;=@]/;
const hostSafe = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/;
const userSafe = /[A-Za-z0-9\-_.~$&+,;=:]/;
const fragmentSafe = /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/;

function escaped(bytes: Buffer, safe: RegExp): string {
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return byte < 0x80 && safe.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
