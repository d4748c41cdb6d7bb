import { deepStrictEqual, strictEqual } from "node:assert";

import { Marked, type Json, type JsonObject } from "../../sdk/compose/marked";
import { renderStrings } from "../../sdk/compose/template/renderJson";
import { templateData } from "../../sdk/compose/template/serviceData";
import { TemplateError } from "../../sdk/compose/template/template";

const settings = {
  systemNamespace: "kserve",
  ingressGatewayName: "gw",
  ingressGatewayNamespace: "gateways",
  enableTLS: false,
  modelBasedRoutingHeaderName: "X-Model",
  inferencePoolNamespacedName: "team/pool",
};
const metadata = { name: "llama", namespace: "team" };
const carrier = { made: "by a resource" };
const secret = (value: string | number): Marked =>
  new Marked(value, { unknown: false, secret: true, carriers: [carrier] });
const unknown = new Marked(undefined, { unknown: true, secret: false, carriers: [carrier] });

function data(spec: JsonObject = {}): ReturnType<typeof templateData> {
  return templateData({ metadata, spec: { model: { uri: "", name: 'say "hi"' }, ...spec } }, settings);
}

function rendered(text: string, spec?: JsonObject): Json {
  return (renderStrings({ text }, data(spec)) as JsonObject)["text"] as Json;
}

function failure(config: Json, spec?: JsonObject): TemplateError {
  try {
    renderStrings(config, data(spec));
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error("it was rendered");
}

describe("renderStrings", () => {
  it("changes only what holds a template, and says what it changed", () => {
    const kept = { env: [{ name: "A", value: "}} {" }], port: 8000, on: true, none: null };
    const config = {
      kept,
      args: ["--name", "{{ .Name }}"],
      nested: { deep: ["x", { text: "<{{ .Namespace }}>" }] },
      same: "{{ `x` }}",
    };
    const changes: [string, unknown, unknown][] = [];
    const result = renderStrings(config, data(), (path, before, after) =>
      changes.push([JSON.stringify(path), before, after]),
    ) as typeof config;
    deepStrictEqual(result, {
      kept,
      args: ["--name", "llama"],
      nested: { deep: ["x", { text: "<team>" }] },
      same: "x",
    });
    strictEqual(result.kept, kept);
    strictEqual(config.args[1], "{{ .Name }}");
    deepStrictEqual(changes, [
      ['["args",1]', "{{ .Name }}", "llama"],
      ['["nested","deep",1,"text"]', "<{{ .Namespace }}>", "<team>"],
      ['["same"]', "{{ `x` }}", "x"],
    ]);
  });

  it("returns a config without templates as it is", () => {
    const config = { a: ["{", "}}"], b: { c: "{ {" } };
    strictEqual(renderStrings(config, data()), config);
  });

  it("renders the text as it stands in JSON", () => {
    // Line ends are two characters there, so that only spaces are trimmed.
    strictEqual(rendered("a\n  {{- .Name -}}  \nb"), "a\nllama\nb");
    strictEqual(rendered('say "{{ .Name }}" \\ \t\u2028'), 'say "llama" \\ \t\u2028');
    // A < within an action is \\u003c, six characters; printed, it is a < again.
    strictEqual(rendered("{{ len `<` }} {{ `<` }} {{ html `<` }}"), "6 < <");
    strictEqual(rendered("{{ `a\\n` }}{{ `\\\\` }}"), "a\\n\\\\");
    strictEqual(rendered("{{ js `é<` }}"), "é\\u003c");
    strictEqual(rendered("\ud800{{ .Name }}"), "\ufffdllama");
  });

  it("decodes arguments for vLLM once", () => {
    strictEqual(
      rendered('KV="{{ kvTransferConfig .Spec.KVCacheOffloading }}"', { kvCacheOffloading: { cpu: "1Ki" } }),
      String.raw`KV="--kv-transfer-config '{\"kv_connector\":\"OffloadingConnector\",\"kv_connector_extra_config\":{\"cpu_bytes_to_use\":1024,\"spec_name\":\"TieringOffloadingSpec\"},\"kv_role\":\"kv_both\"}'"`,
    );
  });

  it("renders the keys of maps", () => {
    deepStrictEqual(renderStrings({ labels: { "{{ .Name }}/x": "{{ .Namespace }}", plain: "a" } }, data()), {
      labels: { "llama/x": "team", plain: "a" },
    });
    strictEqual(
      failure({ labels: { llama: "a", "{{ .Name }}": "b" } }).message,
      'labels["{{ .Name }}"]: the key is rendered to one that is there already',
    );
  });

  it("names the path of what cannot be rendered, and how to write braces", () => {
    const wrong = failure({ spec: { template: { containers: [{ args: ["{{ .Values.image }}"] }] } } });
    strictEqual(
      wrong.message,
      `spec.template.containers[0].args[0]: can't evaluate field Values in type ${rootType} at <.Values.image>`,
    );
    deepStrictEqual(wrong.path, ["spec", "template", "containers", 0, "args", 0]);
    const braces = failure({ annotations: { "a/b": "a {{ b" } });
    strictEqual(
      braces.message,
      'annotations["a/b"]: function "b" not defined; fix: to have {{ in the text, write {{`{{`}}',
    );
    strictEqual(rendered("a {{`{{`}} b }}"), "a {{ b }}");
    strictEqual(
      failure(["{{ if true }}", "{{ end }}"]).message,
      "[0]: unexpected EOF; fix: to have {{ in the text, write {{`{{`}}",
    );
    strictEqual(failure({ text: '{{ "a" }}' }).reason, 'unexpected "\\\\" in command');
  });

  it("refuses output that would break the JSON", () => {
    const breaks =
      "text: what is rendered has a quote, a backslash or a control character that breaks the JSON around it; fix: use a value without it";
    strictEqual(failure({ text: "{{ .Spec.Model.Name }}" }).message, breaks);
    strictEqual(failure({ text: "{{ println 1 }}" }).message, breaks);
    strictEqual(failure({ text: "{{ slice `\\` 0 1 }}" }).message, breaks);
  });

  it("stops where lists are nested too deep", () => {
    let deep: Json = "{{ .Name }}";
    for (let level = 0; level < 1001; level++) deep = [deep];
    strictEqual(failure(deep).reason, "nested deeper than 1000");
  });

  it("renders many different texts", () => {
    const texts = Array.from({ length: 30_000 }, (_, index) => `{{ .Name }}${index}`);
    const result = renderStrings(texts, data()) as string[];
    deepStrictEqual(
      [result[0], result[29_999], renderStrings(texts[0] ?? "", data())],
      ["llama0", "llama29999", "llama0"],
    );
  });

  it("decodes the whole where an escape sequence is cut", () => {
    strictEqual(rendered("{{ slice `\\u0041` 0 1 }}n"), "\n");
    strictEqual(rendered("{{ slice `\\` 0 1 }}{{ slice `\\` 0 1 }}"), "\\");
  });
});

const rootType = "struct { *v1alpha2.LLMInferenceService; GlobalConfig llmisvc.templateGlobalConfig }";

describe("renderStrings with marked values", () => {
  const spec = {
    replicas: unknown,
    model: { uri: "", name: secret("hidden") },
    parallelism: { tensor: secret(8), expert: true },
  };

  it("marks only the texts that read them", () => {
    const result = renderStrings(
      {
        known: "{{ .Name }}",
        unknown: "x {{ .Spec.Replicas }}",
        secret: "{{ .Spec.Model.Name }}!",
        expert: "{{ .Spec.Parallelism.Expert }}",
      },
      data(spec),
    ) as JsonObject;
    strictEqual(result["known"], "llama");
    strictEqual(result["expert"], "true");
    deepStrictEqual(result["unknown"], new Marked(undefined, { unknown: true, secret: false, carriers: [carrier] }));
    deepStrictEqual(result["secret"], new Marked("hidden!", { unknown: false, secret: true, carriers: [carrier] }));
  });

  it("reads them in conditions and functions too", () => {
    const result = renderStrings(
      [
        "{{ if .Spec.Replicas }}a{{ end }}",
        "{{ if .Spec.Parallelism.Tensor }}tensor{{ end }}",
        "{{ or 1 .Spec.Replicas }}",
      ],
      data(spec),
    ) as Json[];
    strictEqual((result[0] as Marked).unknown, true);
    deepStrictEqual(result[1], new Marked("tensor", { unknown: false, secret: true, carriers: [carrier] }));
    strictEqual(result[2], "1");
    const whole = renderStrings(["{{ if .Spec.Prefill.Parallelism }}a{{ end }}"], data({ prefill: unknown })) as Json[];
    strictEqual((whole[0] as Marked).unknown, true);
    const kv = renderStrings(
      ["{{ kvTransferConfig .Spec.KVCacheOffloading }}"],
      data({ kvCacheOffloading: { cpu: unknown } }),
    ) as Json[];
    strictEqual((kv[0] as Marked).unknown, true);
  });

  it("renders marked texts and leaves unknown ones", () => {
    const changes: unknown[] = [];
    const text = secret("token {{ .Name }}");
    const result = renderStrings({ text, unknown, plain: secret("a") }, data(), (path, before, after) =>
      changes.push([path, before, after]),
    ) as JsonObject;
    const after = new Marked("token llama", { unknown: false, secret: true, carriers: [carrier] });
    deepStrictEqual(result["text"], after);
    strictEqual(result["unknown"], unknown);
    deepStrictEqual(changes, [[["text"], text, after]]);
  });

  it("keeps secrets out of errors", () => {
    const error = failure({ text: secret("{{ hunter2 }}") });
    strictEqual(
      error.message,
      "text: the secret text has {{ in it, and is no template that can be rendered; fix: to have {{ in the text, write {{`{{`}}",
    );
    strictEqual(failure({ text: "{{ range .Spec.Model.Name }}{{ end }}" }, spec).message.includes("hidden"), false);
    strictEqual(
      failure({ labels: { "{{ .Spec.Model.Name }}": "a" } }, spec).message,
      'labels["{{ .Spec.Model.Name }}"]: the key of a map would be secret',
    );
  });

  it("does not know a map of which it does not know a key", () => {
    const result = renderStrings(
      { labels: { "{{ .Spec.Replicas }}": "a" }, other: "{{ .Name }}" },
      data(spec),
    ) as JsonObject;
    strictEqual((result["labels"] as Marked).unknown, true);
    strictEqual(result["other"], "llama");
  });
});
