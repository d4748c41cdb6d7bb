import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { type Command, parseCommand, UsageError, wholeNumber } from "../local/commands/command";
import { readProject } from "../local/engine/stackYaml";
import { writeFileAtomic } from "../local/files";
import { projectRoot } from "../local/paths";
import { githubLimit, gitlabLimit, leastLimit, previewComment as commentOf } from "./previewComment/comment";
import { PreviewInputError } from "./previewComment/document";
import { readPreview } from "./previewComment/read";

const options = {
  out: { type: "string" },
  for: { type: "string", default: "github" },
  limit: { type: "string" },
  stack: { type: "string" },
  link: { type: "string" },
} as const;

const limits: Readonly<Record<string, number>> = { github: githubLimit, gitlab: gitlabLimit };

export const previewComment: Command = {
  summary: "turn what `pulumi preview --json` wrote into a comment for a pull request",
  usage: "[FILE|-] [--out FILE] [--for github|gitlab] [--limit N] [--stack NAME] [--link URL]",
  async run(args) {
    const { values, positionals } = parseCommand(args, options, 1);
    const limit = limitOf(values.for, values.limit);
    const link = linkOf(values.link);
    const [file = "-"] = positionals;
    const document = readPreview(await inputOf(file), file === "-" ? "standard input" : file);
    const { stack, out } = values;
    const { name: project } = await readProject(join(projectRoot(), "Pulumi.yaml"), "the project");
    const comment = commentOf(document, {
      limit,
      ...(stack && { stack }),
      ...(project !== undefined && { project }),
      ...(link && { link }),
    });
    if (out === undefined) process.stdout.write(comment);
    else await writeFileAtomic(out, comment);
    return 0;
  },
};

function limitOf(platform: string, given: string | undefined): number {
  const limit = Object.hasOwn(limits, platform) ? limits[platform] : undefined;
  if (limit === undefined) throw new UsageError(`--for ${platform}: expected one of ${Object.keys(limits).join(", ")}`);
  return given === undefined ? limit : wholeNumber("--limit", given, leastLimit, limit);
}

function linkOf(link: string | undefined): string | undefined {
  if (link !== undefined && !/^https?:\/\//.test(link)) throw new UsageError(`--link ${link}: expected an http(s) URL`);
  return link;
}

async function inputOf(file: string): Promise<string> {
  if (file === "-") {
    if (process.stdin.isTTY) throw new UsageError("no input: name a file, or pipe a preview into it");
    return text(process.stdin);
  }
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new PreviewInputError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
