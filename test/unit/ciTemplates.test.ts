import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

  describe("replace the comment of before", () => {
    const marker = "<!-- pulumi-kserve preview inference/prod -->";
    const former = "<!-- pulumi-kserve preview prod -->";
    const other = "<!-- pulumi-kserve preview inference-services/prod -->";
    const comments = (...bodies: string[]): object[] =>
      bodies.map((body, index) => ({
        id: index + 1,
        body: `${body}\ntext`,
        user: { login: "github-actions[bot]" },
        author: { id: 7 },
      }));
    const foreign = { id: 99, body: marker, user: { login: "somebody" }, author: { id: 8 } };
    const cases: Record<string, [pages: object[][], replaced: number | undefined]> = {
      "by its marker, on whatever page, though one of the former marker comes first": [
        [[foreign, ...comments(other, former)], comments(other, former, other, marker).slice(3)],
        4,
      ],
      "by the former marker, which had no project": [[comments(other), comments(other, former).slice(1)], 2],
      "of this stack alone": [[[foreign, ...comments(other)], []], undefined],
    };
    let folder: string;
    before(function () {
      if (spawnSync("jq", ["--version"]).status !== 0) this.skip();
      folder = mkdtempSync(join(tmpdir(), "ci-templates-"));
      writeFileSync(join(folder, "comment.md"), `${marker}\nnew`);
    });
    after(() => folder && rmSync(folder, { recursive: true }));

    /** Runs a script with a program that answers with comments; what it was called with that changes something. */
    function calls(script: string, name: string, answer: string): string {
      const log = join(folder, "log");
      writeFileSync(log, "");
      writeFileSync(join(folder, name), `#!/bin/bash\n${answer}\n`, { mode: 0o755 });
      const env = {
        PATH: `${folder}:${process.env.PATH}`,
        STACK: "prod",
        log,
        work: folder,
        code: "0",
        folder,
        RUNNER_TEMP: folder,
        GITHUB_REPOSITORY: "a/b",
        GITHUB_STEP_SUMMARY: join(folder, "summary"),
        PULL_REQUEST: "1",
        CI_API_V4_URL: "https://gitlab",
        CI_PROJECT_ID: "1",
        CI_MERGE_REQUEST_IID: "1",
        GITLAB_COMMENT_TOKEN: "t",
      };
      const { status, stderr } = spawnSync("bash", ["--norc", "-eo", "pipefail", "-c", script], {
        env,
        encoding: "utf8",
      });
      deepStrictEqual([status, stderr], [0, ""]);
      return readFileSync(log, "utf8").trim();
    }

    for (const [name, [pages, replaced]] of Object.entries(cases)) {
      it(`${name}: GitHub`, () => {
        for (const [index, page] of pages.entries())
          writeFileSync(join(folder, `${index + 1}.json`), JSON.stringify(page));
        const script = githubScripts.find((one) => one.includes("gh api")) ?? "";
        const answer =
          'if [ "$2" = --paginate ]; then cat "$folder/1.json" "$folder/2.json"; else echo "$3 $4" >> "$log"; fi';
        strictEqual(
          calls(script, "gh", answer),
          replaced === undefined ? "POST repos/a/b/issues/1/comments" : `PATCH repos/a/b/issues/comments/${replaced}`,
        );
      });

      it(`${name}: GitLab`, () => {
        for (const [index, page] of pages.entries())
          writeFileSync(join(folder, `${index + 1}.json`), JSON.stringify(page));
        const start = gitlab.script.findIndex((line) => line.startsWith("notes="));
        const script = gitlab.script.slice(start).join("\n");
        const answer = [
          'all="$*"; last="${@: -1}"; page="${last##*page=}"',
          'case "$all" in',
          `  *"/user") echo '{"id": 7}';;`,
          '  *page=*) cp "$folder/$page.json" "$folder/notes.json"',
          '    printf "HTTP/2 200\\r\\nx-next-page: %s\\r\\n" "$([ "$page" = 1 ] && echo 2)" > "$folder/headers";;',
          '  *) echo "$3 $last" >> "$log";;',
          "esac",
        ].join("\n");
        const notes = "https://gitlab/projects/1/merge_requests/1/notes";
        strictEqual(
          calls(script, "curl", answer),
          replaced === undefined ? `POST ${notes}` : `PUT ${notes}/${replaced}`,
        );
      });
    }
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
