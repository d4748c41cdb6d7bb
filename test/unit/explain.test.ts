import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";

import { compose } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { explainFields, originEntries } from "../../sdk/compose/explain";
import { compareCompositions, differenceLines } from "../../sdk/compose/explainDiff";
import { fieldsAt, UnknownPathError } from "../../sdk/compose/explainPaths";
import { explainReport, type ReportOptions } from "../../sdk/compose/explainReport";
import { pathSteps } from "../../sdk/compose/explainTree";
import { Marked } from "../../sdk/compose/marked";
import { oneLine, plainText } from "../../sdk/compose/textLines";
import { base, composed, presets } from "./explainFixture";

const report = (options: Partial<ReportOptions> = {}, composition = composed()): string =>
  plainText(explainReport(composition, { title: "llama", width: 100, ...options }));

const text = (...lines: string[]): string => `${lines.join("\n")}\n`;

const hidden = new Marked("hunter2", { unknown: false, secret: true, carriers: [] });
const encrypted = new Marked(undefined, { unknown: true, secret: true, carriers: [] });

const token = (value: Marked) => ({
  name: "token",
  spec: { template: { containers: [{ name: "main", env: [{ name: "TOKEN", value }] }] } },
});

describe("report of a composition", () => {
  it("shows sources, fields with who set them and what they replaced, and warnings; counts what presets alone set", () => {
    strictEqual(
      report(),
      text(
        "llama",
        "  preset kserve-config-llm-template   13 fields",
        '  fragment "gpu"                       2 fields',
        "  KServe's webhook                      1 field",
        "  spec                                 2 fields",
        "",
        "model:",
        '  name: "llama"                                             KServe\'s webhook',
        '  uri: "hf://meta/llama"                                    spec',
        "replicas: 3                                                 spec",
        '  over 2                                                    fragment "gpu"',
        "template:",
        "  containers[main]:",
        '    env[LOG].value: "DEBUG"                                 fragment "gpu"',
        '      over "INFO"                                           preset kserve-config-llm-template',
        "    … 7 fields from preset kserve-config-llm-template: command[…], image, ports[8000], resources",
        '  nodeSelector["cloud.google.com/gke-accelerator"]: "h100"  fragment "gpu"',
        "  … 4 fields from preset kserve-config-llm-template: volumes[…]",
        "",
        "1 warning",
        '  template.containers[main].image: fragment "gpu" sets it to "", which removes nothing: it stays',
        '    "vllm:1" (preset kserve-config-llm-template)',
        "    fix: say what it is meant to be: what a preset sets can be replaced, but not removed",
        "",
        "… counts what presets alone set: --all shows it, a path such as `template` shows a part",
      ),
    );
  });

  it("unfolds presets on demand, and cuts long texts to the width", () => {
    const lines = report({ all: true, width: 80, path: undefined }).split("\n");
    const start = lines.indexOf("  containers[main]:");
    deepStrictEqual(lines.slice(start, start + 9), [
      "  containers[main]:",
      '    command[0]: "/bin/bash"                    preset kserve-config-llm-template',
      '    command[1]: "-c"                           preset kserve-config-llm-template',
      '    command[2]: "vllm serve llama --flag --flag --flag --flag … (297 characters)',
      "        template in preset kserve-config-llm-template",
      '      over "vllm serve {{ .… (314 characters)  preset kserve-config-llm-template',
      '    env[LOG].value: "DEBUG"                    fragment "gpu"',
      '      over "INFO"                              preset kserve-config-llm-template',
      '    image: "vllm:1"                            preset kserve-config-llm-template',
    ]);
    for (const width of [80, 100, 140]) {
      const longest = Math.max(
        ...report({ all: true, width })
          .split("\n")
          .map((line) => line.length),
      );
      ok(longest <= width, `${longest} characters in ${width} columns`);
    }
  });

  it("shows one field whole, with everything that it replaced", () => {
    strictEqual(
      report({ path: "template.containers.main.env.LOG.value" }),
      text(
        "template.containers[main].env[LOG].value",
        'set by fragment "gpu"',
        "  DEBUG",
        "over preset kserve-config-llm-template",
        "  INFO",
      ),
    );
    const command = report({ path: "spec.template.containers[main].command[2]" });
    ok(command.includes(`vllm serve llama ${"--flag ".repeat(40)}`));
    ok(command.includes(`vllm serve {{ .Spec.Model.Name }} ${"--flag ".repeat(40)}`));
  });

  it("shows a part of the spec unfolded, with the warnings about it", () => {
    strictEqual(
      report({ path: "template.volumes" }),
      text(
        "template:",
        "  volumes[home].emptyDir: {}              preset kserve-config-llm-template",
        '  volumes[shm].emptyDir.medium: "Memory"  preset kserve-config-llm-template',
      ),
    );
    ok(report({ path: "template.containers" }).includes("1 warning\n"));
  });

  it("names the nearest path and what there is for one at which there is nothing", () => {
    const failsWith = (path: string, message: string): void =>
      throws(() => report({ path }), { name: UnknownPathError.name, message });
    failsWith(
      "template.containers.main.imag",
      "nothing sets template.containers.main.imag; did you mean template.containers[main].image? " +
        "template.containers[main] has: command, env, image, name, ports, resources",
    );
    failsWith("x.y", "nothing sets x.y; the spec has: model, replicas, template");
  });

  it("shows a list that replaced another as a whole above its parts", () => {
    const tolerations = (key: string) => ({
      name: key,
      spec: { template: { tolerations: [{ key, operator: "Exists" }] } },
    });
    const composition = composed({ fragments: [tolerations("low"), tolerations("high")] });
    strictEqual(
      report({ path: "template.tolerations" }, composition),
      text(
        "template:",
        '  tolerations:                                     fragment "high"',
        '    over [{ "key": "low", "operator": "Exists" }]  fragment "low"',
        "  tolerations[0]:",
        '    key: "high"                                    fragment "high"',
        '    operator: "Exists"                             fragment "high"',
      ),
    );
    deepStrictEqual(
      explainFields(composition).find(({ path }) => path === "template.tolerations"),
      {
        path: "template.tolerations",
        value: undefined,
        source: 'fragment "high"',
        overrides: [{ source: 'fragment "low"', value: [{ key: "low", operator: "Exists" }] }],
      },
    );
  });

  it("shows what is written to the cluster while a config is not known", () => {
    const notKnown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
    const undecided = composed({ baseRefs: ["site"], configs: new ConfigStore({ models: { site: notKnown } }) });
    strictEqual(
      report({}, undecided).split("\n").slice(0, 3).join("\n"),
      [
        "llama",
        "LLMInferenceServiceConfig models/site is not known here, so neither is what KServe makes of the",
        "  service. Below is what is written to the cluster.",
      ].join("\n"),
    );
  });

  it("says how many nodes a replica has, of the service and of prefill", () => {
    const workload = (data: number): object => ({
      parallelism: { data, dataLocal: 2 },
      worker: { containers: [{ name: "main" }] },
    });
    const preset = { template: { containers: [{ name: "main", image: "vllm:1" }] } };
    const names = ["worker-data-parallel", "decode-worker-data-parallel", "prefill-worker-data-parallel"];
    const added = Object.fromEntries(names.map((name) => [`kserve-config-llm-${name}`, preset]));
    const spread = composed({
      configs: new ConfigStore({ kserve: { ...presets, ...added } }),
      fragments: [],
      spec: { model: { uri: "hf://meta/llama" }, ...workload(8), prefill: workload(4) },
    });
    const shown = report({}, spread);
    ok(
      shown.includes("\n  each replica is a group of 4 nodes\n  each replica of prefill is a group of 2 nodes\n\n"),
      shown,
    );
    ok(!report().includes("group of"));
  });

  it("prints no secret anywhere, known or encrypted", () => {
    for (const secret of [hidden, encrypted]) {
      const composition = composed({
        fragments: [
          ...(base.fragments ?? []),
          token(secret),
          { name: "other", spec: { template: { containers: [{ name: "main", image: secret }] } } },
          { name: "over", priority: 2, spec: { template: { containers: [{ name: "main", image: "vllm:2" }] } } },
        ],
      });
      const path = "template.containers[main].env[TOKEN].value";
      const shown = [
        report({ all: true }, composition),
        report({ path }, composition),
        JSON.stringify(explainFields(composition)),
        JSON.stringify(originEntries(composition)),
        plainText(
          differenceLines(compareCompositions({ composition: composed() }, { composition }), { width: 100, all: true }),
        ),
      ];
      for (const output of shown) {
        ok(output.includes("[secret]") || output === shown[3], output);
        ok(!output.includes("hunter2"), output);
      }
      match(shown[0] ?? "", /env\[TOKEN\]\.value: \[secret\] +fragment "token"\n/);
      match(shown[0] ?? "", /image: "vllm:2" +fragment "over"\n +over \[secret\] +fragment "other"\n/);
    }
  });
});

describe("difference of two compositions", () => {
  const other = composed({
    fragments: [...(base.fragments ?? []), { name: "traces", spec: { tracing: {} } }],
    spec: { model: { uri: "hf://meta/llama", name: "meta/llama" }, template: { serviceAccountName: "runner" } },
  });
  const lines = (all: boolean, from = composed(), to = other): string =>
    plainText(differenceLines(compareCompositions({ composition: from }, { composition: to }), { width: 100, all }));

  it("shows what is added, removed and changed, with who is responsible on both sides", () => {
    strictEqual(
      lines(false),
      text(
        "~ model.name",
        '    - "llama"                                          KServe\'s webhook',
        '    + "meta/llama"                                     spec',
        "~ replicas",
        "    - 3                                                spec",
        '    + 2                                                fragment "gpu"',
        "~ template.containers[main].command[2]",
        '    - "vllm serve llama --flag --fl… (297 characters)  template in preset kserve-config-llm-template',
        '    + "vllm serve meta/llama --flag… (302 characters)  template in preset kserve-config-llm-template',
        '+ template.serviceAccountName: "runner"                spec',
        "+ … 2 fields from preset kserve-config-llm-tracing: tracing.exporter, tracing.exporterEndpoint",
      ),
    );
  });

  it("is turned round by turning the sides round", () => {
    const [one, two] = [{ composition: composed() }, { composition: other }];
    const [forth, back] = [compareCompositions(one, two), compareCompositions(two, one)];
    deepStrictEqual(
      back.changes.map(({ path, before, after }) => ({ path, before, after })),
      forth.changes.map(({ path, before, after }) => ({ path, before: after, after: before })),
    );
    strictEqual(lines(false, other, other), "no difference\n");
  });

  it("counts fields of which only the source differs, and lists them on demand", () => {
    const moved = composed({
      spec: { model: { uri: "hf://meta/llama" } },
      fragments: [{ name: "count", spec: { replicas: 3 } }],
    });
    const from = composed({ fragments: [] });
    strictEqual(lines(false, from, moved), "1 field with the same value from another source\n");
    strictEqual(lines(true, from, moved), text("~ replicas", "    - 3  spec", '    + 3  fragment "count"'));
  });

  it("says once what changes in several places alike", () => {
    const labels = Object.fromEntries(["a", "b", "l10", "l9"].map((key) => [key, "{{ .Spec.Model.Name }}"]));
    const [from, to] = ["x", "y"].map((name) =>
      composed({ fragments: [{ name: "all", spec: { labels } }], spec: { model: { uri: "hf://a/b", name } } }),
    );
    const changed = lines(false, from, to).split("\n");
    deepStrictEqual(changed.slice(0, 3), [
      "~ labels.a and 3 others",
      `    - "x"${" ".repeat(46)}template in fragment "all"`,
      `    + "y"${" ".repeat(46)}template in fragment "all"`,
    ]);
    deepStrictEqual(
      lines(true, from, to)
        .split("\n")
        .filter((line) => line.startsWith("~ labels")),
      ["~ labels.a", "~ labels.b", "~ labels.l9", "~ labels.l10"],
    );
  });

  it("shows long texts from where they differ", () => {
    const script = (end: string) => ({ name: "script", spec: { annotations: { script: `${"x".repeat(500)}${end}` } } });
    const [from, to] = ["old", "new"].map((end) => composed({ fragments: [script(end)] }));
    const shown = lines(false, from, to).split("\n");
    deepStrictEqual(
      shown.map((line) => /(x{4}\w*)"/.exec(line)?.[1]?.replace(/^x+/, "") ?? line.slice(0, 20)),
      ["~ annotations.script", "old", "new", ""],
    );
  });

  it("tells known secrets apart without showing them, and says what it could not compare", () => {
    const other = new Marked("swordfish", { unknown: false, secret: true, carriers: [] });
    const [from, to] = [hidden, other].map((value) => composed({ fragments: [token(value)] }));
    strictEqual(
      lines(false, from, to),
      text(
        "~ template.containers[main].env[TOKEN].value",
        '    - [secret]  fragment "token"',
        '    + [secret]  fragment "token"',
      ),
    );
    strictEqual(lines(false, from, composed({ fragments: [token(hidden)] })), "no difference\n");
    const [left, right] = [encrypted, encrypted].map((value) => composed({ fragments: [token(value)] }));
    strictEqual(
      lines(false, left, right),
      "secret or not known on both sides, so not compared: template.containers[main].env[TOKEN].value\n",
    );
  });
});

describe("paths of fields", () => {
  it("are taken apart at keys and elements, whatever is in their names", () => {
    deepStrictEqual(pathSteps('template.containers[main].resources.limits["nvidia.com/gpu"]'), [
      "template",
      "containers[main]",
      "resources",
      "limits",
      "nvidia.com/gpu",
    ]);
    deepStrictEqual(pathSteps("a.volumeMounts[/var/run.d/x].mountPath"), [
      "a",
      "volumeMounts[/var/run.d/x]",
      "mountPath",
    ]);
    deepStrictEqual(pathSteps('annotations["a.b"][0][1].c'), ["annotations", "a.b", "[0]", "[1]", "c"]);
  });

  it("may be written with dots only", () => {
    const fields = explainFields(composed());
    deepStrictEqual(
      fieldsAt(fields, "template.nodeSelector.cloud.google.com/gke-accelerator").map(({ value }) => value),
      ["h100"],
    );
    deepStrictEqual(fieldsAt(fields, "spec").length, fields.length);
  });
});

describe("values in a line", () => {
  it("are JSON, cut with the count of their characters", () => {
    strictEqual(oneLine(["a", { b: 1 }, {}], 80), '["a", { "b": 1 }, {}]');
    strictEqual(oneLine("one\ntwo", 80), '"one\\ntwo"');
    strictEqual(oneLine("x".repeat(2000), 30), '"xxxxxxxxx… (2,000 characters)');
  });
});

describe("fields of a composition", () => {
  it("say which come from a preset untouched", () => {
    const byPath = new Map(explainFields(composed()).map((field) => [field.path, field]));
    deepStrictEqual(byPath.get("template.containers[main].command[0]"), {
      path: "template.containers[main].command[0]",
      value: "/bin/bash",
      source: "preset kserve-config-llm-template",
      overrides: [],
      preset: "kserve-config-llm-template",
    });
    strictEqual(byPath.get("template.containers[main].command[2]")?.preset, "kserve-config-llm-template");
    strictEqual(byPath.get("template.containers[main].env[LOG].value")?.preset, undefined);
  });

  it("are those of a composition whose presets are given under another name", () => {
    const configs = new ConfigStore({ kserve: { "site-config-llm-template": presets["kserve-config-llm-template"] } });
    const composition = compose({ ...base, configs, settings: { presetPrefix: "site-" } });
    strictEqual(explainFields(composition).at(-1)?.preset, "site-config-llm-template");
  });
});
