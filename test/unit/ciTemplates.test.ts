import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { previewComment } from "../../cli/previewComment";

const root = join(__dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface GithubStep {
  readonly uses?: string;
  readonly run?: string;
}

interface GithubWorkflow {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: {
    readonly preview: { readonly permissions: object; readonly if: string; readonly steps: GithubStep[] };
  };
}

interface GitlabJob {
  readonly before_script: string[];
  readonly script: string[];
  readonly rules: { if: string }[];
}

describe("templates for pull requests", () => {
  const github = load(read("ci-templates/github/preview.yml")) as GithubWorkflow;
  const gitlab = (load(read("ci-templates/gitlab/preview.yml")) as { preview: GitlabJob }).preview;
  const githubScripts = github.jobs.preview.steps.flatMap(({ run }) => run ?? []);
  const gitlabScripts = [...gitlab.before_script, ...gitlab.script];

  it("run only commands that there are, with options that they take", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const [name, script] of [
      ["github", githubScripts.join("\n")],
      ["gitlab", gitlabScripts.join("\n")],
    ] as const) {
      const commands = [...script.matchAll(/npm run (?:--\S+ )*(\S+) -- (.*)/g)];
      deepStrictEqual(
        commands.map(([, command]) => command),
        ["preview:comment"],
        name,
      );
      for (const [, command = "", rest = ""] of commands) {
        ok(command in scripts, command);
        for (const [option] of rest.matchAll(/(?<= )--[a-z]+/g)) ok(previewComment.usage.includes(option), option);
      }
      match(script, new RegExp(`--for ${name}`));
    }
  });

  it("build what they run, before the preview", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    ok("build" in scripts);
    for (const script of [githubScripts.join("\n"), gitlabScripts.join("\n")])
      match(script, /npm ci[\s\S]*npm run build\n[\s\S]*pulumi preview /);
  });

  it("give a fork's code no secrets, and a job no more rights than it needs", () => {
    deepStrictEqual(github.on, { pull_request: null });
    deepStrictEqual(github.permissions, { contents: "read" });
    deepStrictEqual(github.jobs.preview.permissions, {
      contents: "read",
      "pull-requests": "write",
      "id-token": "write",
    });
    match(github.jobs.preview.if, /head\.repo\.full_name == github\.repository/);
    match(gitlab.rules[0]?.if ?? "", /CI_MERGE_REQUEST_SOURCE_PROJECT_ID == \$CI_PROJECT_ID/);
  });

  it("put nothing that a pull request chooses into a script", () => {
    for (const script of githubScripts) ok(!script.includes("${{"), script);
  });

  it("keep no preview as an artifact, because its debug events are not masked", () => {
    for (const { uses = "" } of github.jobs.preview.steps) ok(!uses.includes("upload-artifact"), uses);
    ok(!("artifacts" in gitlab));
  });

  it("name the version of every action", () => {
    for (const { uses } of github.jobs.preview.steps) if (uses !== undefined) match(uses, /@(v\d+|[0-9a-f]{40})$/);
  });

  it("are told of in the docs, each", () => {
    const page = read("docs/pull-requests.md");
    const files = readdirSync(join(root, "ci-templates"), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".yml"),
    );
    strictEqual(files.length, 2);
    for (const file of files) ok(page.includes(`ci-templates/${file}`), file);
  });
});
