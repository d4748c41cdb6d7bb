import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runProjectCommand } from "../../cli/main";
import { githubLimit, gitlabLimit, previewComment } from "../../cli/previewComment/comment";
import { readPreview } from "../../cli/previewComment/read";
import { manyServices, previewText } from "./previewFixture";

const comment = (text: string, options: { limit?: number; stack?: string; link?: string } = {}): string =>
  previewComment(readPreview(text, "input"), { limit: githubLimit, ...options });

/** The rows of a table or list under a heading. */
function section(markdown: string, heading: string): string {
  const [, after = ""] = markdown.split(`#### ${heading}\n`);
  return after.split("\n#### ")[0] ?? "";
}

describe("comments of previews", function () {
  this.timeout(20_000);
  // Written by the engine for the program of test/embedded/previews, which compares them with what it writes today.
  for (const name of ["changes", "changes-digest", "nothing", "first", "failing"]) {
    it(`are as they were for the recorded preview "${name}"`, () => {
      const expected = readFileSync(join(__dirname, "../../../test/unit/previews", `${name}.md`), "utf8");
      strictEqual(comment(previewText(name)), expected);
    });
  }

  it("name the fragment that set the new value, and of what is gone the one that had set it", () => {
    const fields = section(comment(previewText("changes")), "What changes, and who set it");
    match(fields, /\| `parallelism\.tensor` \| `4` \| `8` \| fragment "h100" \|/);
    match(fields, /\| `replicas` \| `2` \| `3` \| fragment "model" \|/);
    match(fields, /\| `template\.containers\[main\]\.image` \| `"[^"]*v0\.11\.0"` \| `"[^"]*v0\.12\.0"` \| spec \|/);
    match(fields, /env\[TRACING\]\.value` \| `"legacy"` \| \*gone\* \| fragment "observability" \|/);
    match(fields, /metadata\.annotations\["example\.com\/dashboard"\]` \|[^|]*\|[^|]*\| fragment "observability" \|/);
  });

  it("name nobody for a side of which nothing is recorded", () => {
    const lines = previewText("changes").split("\n");
    const unrecorded = lines.map((line) => {
      if (!line.includes('"resourcePreEvent"') || !line.includes('LLMInferenceService::chat"')) return line;
      const event = JSON.parse(line) as { resourcePreEvent: { metadata: { old: { inputs: { origins?: unknown } } } } };
      delete event.resourcePreEvent.metadata.old.inputs.origins;
      return JSON.stringify(event);
    });
    const fields = section(comment(unrecorded.join("\n")), "What changes, and who set it");
    match(fields, /env\[TRACING\]\.value` \| `"legacy"` \| \*gone\* \|  \|/);
    match(fields, /\| `replicas` \| `2` \| `3` \| fragment "model" \|/);
  });

  it("are the same whatever order the engine worked in", () => {
    const lines = previewText("changes").trimEnd().split("\n");
    const events = lines.slice(0, -2);
    strictEqual(comment([...events.reverse(), ...lines.slice(-2)].join("\n")), comment(previewText("changes")));
  });

  it("hold no secret, however it is marked", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"hf_plain"' };
    const marks = [secret, { secure: "v1:cipher" }];
    for (const mark of marks) {
      const text = previewText("changes").replaceAll('"registry.example.com/vllm:v0.12.0"', JSON.stringify(mark));
      const made = comment(text);
      match(made, /image` \| `"registry[^|]*\| `\[secret\]` \|/);
      ok(!/hf_plain|v1:cipher/.test(made));
    }
    ok(!/hf_before|hf_after|BEGIN CERTIFICATE|client-key-data/.test(comment(previewText("changes"))));
  });

  it("say that a secret changed where the provider says it", () => {
    const moved = comment(previewText("changes"));
    match(
      moved,
      /env\[HF_TOKEN\]\.value` \| `\[secret\]` \| `\[secret\] \(perhaps changed\)` \| fragment "credentials"/,
    );
  });

  describe("values that would be markup", () => {
    const hostile = [
      "`code` | cell | <b>html</b> <!-- comment -->",
      "@everyone and #123 and org/repo#4 and !7 in a text",
      "</details>\n\n## heading\n/merge\n| a | b |",
      "``` \u202e\u0007 https://evil.example.com [link](https://evil.example.com)",
    ];
    for (const value of hostile) {
      it(`stay text: ${JSON.stringify(value)}`, () => {
        const inserted = JSON.stringify(value).slice(1, -1);
        const made = comment(
          previewText("changes")
            .replaceAll("registry.example.com/vllm:v0.12.0", inserted)
            .replaceAll("replaced, because gpu changed", inserted)
            .replaceAll('fragment \\"model\\"', `fragment ${inserted.replaceAll('"', "")}`),
        );
        const lines = made.split("\n");
        // Every line begins as one that this tool writes.
        for (const line of lines)
          match(
            line,
            /^$|^>$|^(<!-- pulumi-kserve|### |#### |\*\*A mandatory policy|Services[: ]|> |\||<details>|<\/details>| {0,2}- |Beside these)/,
            line,
          );
        const outside = lines.map(withoutCode).join("\n");
        ok(!/@\w|(?<!#)#\d|<b>html|<!-- comment|\]\(|https:\/\//.test(outside), outside);
        // A cell more would be another column.
        const columns = lines.filter((line) => line.startsWith("| `")).map((line) => line.split(/(?<!\\)\|/).length);
        deepStrictEqual([...new Set(columns)], [6], made);
      });
    }
  });

  describe("that have no room for everything", () => {
    for (const count of [100, 500]) {
      it(`keep to the limits with ${count} changed services, and say what is left out`, () => {
        const text = manyServices(count);
        const [small, large] = [comment(text), comment(text, { limit: gitlabLimit })];
        ok(Buffer.byteLength(small) <= githubLimit && Buffer.byteLength(small) > githubLimit * 0.8);
        ok(Buffer.byteLength(large) <= gitlabLimit);
        match(small, new RegExp(`Services: ${count} changed`));
        match(
          small,
          /Left out, because a comment has no room for it: .*fields of \d+ services\. See `pulumi preview --diff --stack prod`/,
        );
        ok(!large.includes("Left out"));
        strictEqual(large.match(/<details>/g)?.length, count);
        // Nothing is cut in its middle.
        strictEqual(small.match(/<details>/g)?.length, small.match(/<\/details>/g)?.length);
      });
    }

    it("tell of services with the same change together", () => {
      const made = comment(manyServices(300, () => "vllm:v0.12.0"));
      strictEqual(made.match(/<details>/g)?.length, 1);
      match(made, /<b>default\/chat-0<\/b>, .* and 295 more · changed · 7 fields each/);
    });

    it("keep what is lost, and the delta of accelerators, in the smallest", () => {
      const made = comment(previewText("changes"), { limit: 4000, link: "https://ci.example.com/1" });
      ok(Buffer.byteLength(made) <= 4000);
      match(made, /\*\*Downtime\*\*/);
      match(made, /`default\/legacy` is \*\*removed\*\*/);
      match(made, /\[the whole preview\]\(<https:\/\/ci\.example\.com\/1>\)/);
    });
  });

  describe("of an input that is no preview", () => {
    const digest = previewText("first");
    const events = previewText("changes");
    const cases: Record<string, [string, RegExp]> = {
      empty: ["", /input is empty: .*pulumi preview --json/],
      "blank lines": [" \n\n", /input is empty/],
      "a text": [
        "error: no stack selected",
        /is not what a preview writes as JSON: it begins with "error: no stack selected"/,
      ],
      "a list": ["[]", /is not what a preview writes as JSON/],
      "a cut document": [digest.slice(0, -100), /is cut off or damaged: it begins as JSON/],
      "events that end within a line": [events.slice(0, -100), /is cut off or damaged: line \d+ of \d+ is no event/],
      "events without an end": [
        events.trimEnd().split("\n").slice(0, -2).join("\n"),
        /is cut off: it has \d+ events and none that ends/,
      ],
      "other JSON": ['{"a": 1, "b": 2}', /is JSON, but not that of a preview: it has a, b instead of steps/],
      "the state of a stack": ['{"version": 3, "deployment": {}}', /is the state of a stack/],
      "a document of an older engine": [
        '{"steps": [{"op": "create", "urn": "urn:pulumi:a::b::c:d:E::f"}], "changeSummary": {}}',
        /steps\[0\] \(f\) has neither oldState nor newState, so an older engine wrote it/,
      ],
      "a step without an operation": ['{"steps": [{"urn": "u"}]}', /steps\[0\] has no op and urn/],
    };
    for (const [name, [text, message]] of Object.entries(cases)) {
      it(`is an error: ${name}`, () => {
        throws(() => comment(text), { name: "PreviewInputError", message });
      });
    }
  });

  describe("by the command", () => {
    let folder = "";
    before(() => (folder = mkdtempSync(join(tmpdir(), "preview-comment-"))));
    after(() => rmSync(folder, { recursive: true }));

    it("go to a file, which a wrong input leaves as it is", async () => {
      const [input, out] = [join(folder, "preview.json"), join(folder, "comment.md")];
      writeFileSync(input, previewText("first"));
      strictEqual(await runProjectCommand(["preview:comment", input, "--out", out, "--stack", "dev"]), 0);
      const made = readFileSync(out, "utf8");
      match(made, /^<!-- pulumi-kserve preview inference\/dev -->\n### Inference changes in `inference\/dev`\n/);
      writeFileSync(input, previewText("first").slice(0, 200));
      const said = await quietly(() => runProjectCommand(["preview:comment", input, "--out", out]));
      deepStrictEqual([said.result, readFileSync(out, "utf8")], [1, made]);
      match(said.text, /cut off or damaged/);
    });

    it("name the project, by which stacks of one name are told apart, also where the preview has no resource", async () => {
      const [input, out] = [join(folder, "empty.json"), join(folder, "named.md")];
      const diagnostics = [{ severity: "error", message: "no such plugin" }];
      for (const [stack, text, marker] of [
        ["prod", previewText("changes"), "inference/prod"],
        [
          "prod",
          previewText("changes").replaceAll("::inference::", "::inference-services::"),
          "inference-services/prod",
        ],
        ["acme/inference/prod", previewText("changes"), "acme/inference/prod"],
        ["prod", JSON.stringify({ diagnostics }), "pulumi-kserve/prod"],
      ] as const) {
        writeFileSync(input, text);
        strictEqual(await runProjectCommand(["preview:comment", input, "--out", out, "--stack", stack]), 0);
        strictEqual(readFileSync(out, "utf8").split("\n")[0], `<!-- pulumi-kserve preview ${marker} -->`);
      }
    });

    it("are not written for a wrong command line", async () => {
      const out = join(folder, "none.md");
      for (const wrong of [
        ["--limit", "10"],
        ["--for", "bitbucket"],
        ["--link", "javascript:alert(1)"],
        ["--limit", "65537"],
      ]) {
        const said = await quietly(() => runProjectCommand(["preview:comment", "x.json", "--out", out, ...wrong]));
        strictEqual(said.result, 2, wrong.join(" "));
        match(said.text, new RegExp(`${wrong[0]} `));
      }
      const missing = await quietly(() =>
        runProjectCommand(["preview:comment", join(folder, "missing.json"), "--out", out]),
      );
      deepStrictEqual([missing.result, existsSync(out)], [1, false]);
    });
  });
});

/** A line without its code spans and the tool's own HTML. */
function withoutCode(line: string): string {
  return line
    .replace(/(`+)(?:(?!\1).|(?<=`)\1)*?\1(?!`)/g, "")
    .replace(/^<details>.*<\/summary>$|^<!-- pulumi-kserve.*-->$|^#+ /, "");
}

async function quietly(work: () => Promise<number>): Promise<{ result: number; text: string }> {
  const write = process.stderr.write.bind(process.stderr);
  let text = "";
  process.stderr.write = ((chunk: string) => ((text += chunk), true)) as typeof process.stderr.write;
  try {
    return { result: await work(), text };
  } finally {
    process.stderr.write = write;
  }
}
