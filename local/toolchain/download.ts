import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { runCommand } from "../process";
import type { Progress } from "../progress";
import { sha256OfFile } from "./cache";
import type { Checksum, Download } from "./types";

const connectTimeoutMs = 3_000;
const silenceTimeoutMs = 60_000;

/** Downloads that fall through fast where there is no internet: a host that did not answer once is not asked again. */
export class Downloader {
  private readonly hosts = new Map<string, Promise<string | undefined>>();

  constructor(private readonly progress: Progress) {}

  /** Why a host cannot be reached, or undefined when it can. Asked once for each host; a failure is said once. */
  unreachable(url: string): Promise<string | undefined> {
    const { origin, host } = new URL(url);
    let answer = this.hosts.get(origin);
    if (!answer) {
      answer = request(`${origin}/`, "HEAD").then(
        (response) => {
          response.destroy();
          return undefined;
        },
        (error: Error) => {
          this.progress.note(`${host} cannot be reached (${error.message}): nothing is downloaded from it`);
          return `${host} cannot be reached: ${error.message}`;
        },
      );
      this.hosts.set(origin, answer);
    }
    return answer;
  }

  /**
   * Fetches an executable into a folder, compares its checksum, and unpacks it.
   * @returns the executable's path in the folder, and the checksum of what was downloaded
   * @throws when it cannot be fetched or is not what was published.
   */
  async fetch(
    download: Download,
    folder: string,
    executableName: string,
    update: (detail: string) => void,
  ): Promise<{ file: string; sha256: string }> {
    const fileName = basename(new URL(download.url).pathname);
    const file = join(folder, `${fileName}.part`);
    update("its checksum");
    const expected = await publishedChecksum(download.checksum, fileName);
    await save(download.url, file, update);
    const actual = await sha256OfFile(file);
    if (actual !== expected) {
      throw new Error(`${download.url} has the SHA-256 ${actual}, published is ${expected}: it was thrown away`);
    }
    if (!download.archivePath) {
      await rename(file, join(folder, executableName));
      return { file: executableName, sha256: actual };
    }
    update("unpacking");
    const unpacked = join(folder, "files");
    await mkdir(unpacked);
    if (fileName.endsWith(".zip")) await runCommand("unzip", ["-q", file, "-d", unpacked]);
    else await runCommand("tar", ["-xzf", file, "-C", unpacked]);
    await rm(file);
    return { file: join("files", download.archivePath), sha256: actual };
  }
}

async function publishedChecksum(checksum: Checksum, fileName: string): Promise<string> {
  if ("sha256" in checksum) return checksum.sha256;
  const url = "url" in checksum ? checksum.url : checksum.releaseUrl;
  const text = await textOf(url);
  const found = "url" in checksum ? checksumInList(text, fileName) : checksumInRelease(text, fileName);
  if (!found || !/^[0-9a-f]{64}$/.test(found)) throw new Error(`${url} states no SHA-256 of ${fileName}`);
  return found;
}

function checksumInList(text: string, fileName: string): string | undefined {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+\*?/));
  const bare = lines.length <= 2 && lines[0]?.length === 1 ? lines[0] : undefined;
  return (bare ?? lines.find(([, name]) => name !== undefined && basename(name) === fileName))?.[0]?.toLowerCase();
}

function checksumInRelease(text: string, fileName: string): string | undefined {
  const { assets } = JSON.parse(text) as { assets?: { name: string; digest?: string | null }[] };
  return assets?.find(({ name }) => name === fileName)?.digest?.replace(/^sha256:/, "");
}

async function textOf(url: string): Promise<string> {
  const response = await get(url);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function save(url: string, file: string, update: (detail: string) => void): Promise<void> {
  const response = await get(url);
  const total = Number(response.headers["content-length"] ?? 0);
  let received = 0;
  response.on("data", (chunk: Buffer) => {
    received += chunk.length;
    const megabytes = (received / 1e6).toFixed(0);
    update(total ? `${megabytes} of ${(total / 1e6).toFixed(0)} MB` : `${megabytes} MB`);
  });
  await pipeline(response, createWriteStream(file));
}

/** Follows redirects. */
async function get(url: string, redirects = 5): Promise<http.IncomingMessage> {
  const response = await request(url, "GET");
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400 && response.headers.location && redirects > 0) {
    response.destroy();
    return get(new URL(response.headers.location, url).href, redirects - 1);
  }
  if (status !== 200) {
    response.destroy();
    throw new Error(`${url} answers with HTTP status ${status}`);
  }
  return response;
}

/** One request, through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. */
function request(url: string, method: "GET" | "HEAD"): Promise<http.IncomingMessage> {
  const { protocol } = new URL(url);
  const client = protocol === "http:" ? http : https;
  const agent = new client.Agent({ proxyEnv: process.env });
  return new Promise((resolve, reject) => {
    const sent = client.request(url, { method, agent, headers: { "user-agent": "pulumi-kserve" } }, (response) => {
      clearTimeout(timer);
      response.setTimeout(silenceTimeoutMs, () =>
        response.destroy(new Error(`${url} sent nothing for ${silenceTimeoutMs / 1000} s`)),
      );
      resolve(response);
    });
    // Covers name resolution, connection and the proxy; an answer that takes longer than a connection is given more time.
    let timer = setTimeout(
      () => sent.destroy(new Error(`no connection within ${connectTimeoutMs / 1000} s`)),
      connectTimeoutMs,
    );
    const connected = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => sent.destroy(new Error(`no answer within ${silenceTimeoutMs / 1000} s`)),
        silenceTimeoutMs,
      );
    };
    sent.once("socket", (socket) => socket.once(protocol === "http:" ? "connect" : "secureConnect", connected));
    sent.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.end();
  });
}
