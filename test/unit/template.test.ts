import { strictEqual, throws } from "node:assert";

import type { JsonObject } from "../../sdk/compose/marked";
import { templateData } from "../../sdk/compose/template/serviceData";
import { parseTemplate, renderTemplate, structValue, TemplateError } from "../../sdk/compose/template/template";

const settings = {
  systemNamespace: "kserve",
  ingressGatewayName: "kserve-ingress-gateway",
  ingressGatewayNamespace: "gateways",
  enableTLS: true,
  modelBasedRoutingHeaderName: "X-Gateway-Model-Name",
  inferencePoolNamespacedName: "team/llama-inference-pool",
};
const metadata = { name: "llama", namespace: "team", labels: { tier: "gold" } };
const small: JsonObject = { model: { uri: "hf://a/b", name: "a/b" } };
const large: JsonObject = {
  model: {
    uri: "hf://a/b",
    name: "a/b",
    lora: {
      adapters: [
        { uri: "hf://x", name: "one" },
        { uri: "hf://y", name: "two" },
      ],
    },
  },
  replicas: 0,
  parallelism: { tensor: 8, data: 4, dataLocal: 2, dataRPCPort: 5557, expert: true },
  template: {
    containers: [{ name: "main", args: ["--x", "--y"], resources: { limits: { cpu: "2" } } }],
    terminationGracePeriodSeconds: 90,
  },
  worker: { containers: [], terminationGracePeriodSeconds: 17 },
  kvCacheOffloading: {
    cpu: "2500m",
    evictionPolicy: "arc",
    secondary: [{}, { fileSystem: { emptyDir: { size: "1Gi" } } }],
  },
  prefill: {
    parallelism: { tensor: 2, data: 6, dataLocal: 3, dataRPCPort: 5558, expert: true },
    kvCacheOffloading: { cpu: "1Gi" },
  },
  router: { gateway: { refs: [{ name: "gw", namespace: "" }] } },
};

function render(template: string, spec: JsonObject = large): string {
  return renderTemplate(parseTemplate(template), templateData({ metadata, spec }, settings));
}

function failure(template: string, spec: JsonObject = large): TemplateError {
  try {
    render(template, spec);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${template} was rendered`);
}

describe("templates: what the presets of KServe 0.20 use", () => {
  const kvLarge =
    "--kv-transfer-config '{" +
    String.raw`\\\"kv_connector\\\":\\\"OffloadingConnector\\\",\\\"kv_connector_extra_config\\\":{\\\"cpu_bytes_to_use\\\":3,` +
    String.raw`\\\"eviction_policy\\\":\\\"arc\\\",\\\"secondary_tiers\\\":[{\\\"root_dir\\\":\\\"/mnt/kv-cache-1\\\",\\\"type\\\":\\\"fs\\\"}],` +
    String.raw`\\\"spec_name\\\":\\\"TieringOffloadingSpec\\\"},\\\"kv_role\\\":\\\"kv_both\\\"}'`;
  const kvPrefill =
    "--kv-transfer-config '{" +
    String.raw`\\\"kv_connector\\\":\\\"OffloadingConnector\\\",\\\"kv_connector_extra_config\\\":{\\\"cpu_bytes_to_use\\\":1073741824,` +
    String.raw`\\\"spec_name\\\":\\\"TieringOffloadingSpec\\\"},\\\"kv_role\\\":\\\"kv_both\\\"}'`;
  /** Each expression with what it gives for the large service and for the small one; an error where that has nothing to read. */
  const cases: [template: string, large: string, small: string | { error: string }][] = [
    ["{{ if .GlobalConfig.EnableTLS }}https{{ else }}http{{ end }}", "https", "https"],
    ["{{ .Spec.Model.Name }}", "a/b", "a/b"],
    ["{{ .ObjectMeta.Namespace }}/{{ .ObjectMeta.Name }}", "team/llama", "team/llama"],
    [
      "{{ ChildName .ObjectMeta.Name `-kserve-self-signed-certs` }}",
      "llama-kserve-self-signed-certs",
      "llama-kserve-self-signed-certs",
    ],
    ["{{ ChildName .ObjectMeta.Name `-inference-pool` }}", "llama-inference-pool", "llama-inference-pool"],
    [
      "{{ ChildName .ObjectMeta.Name `-kserve-workload-svc` }}",
      "llama-kserve-workload-svc",
      "llama-kserve-workload-svc",
    ],
    ["{{ ChildName .ObjectMeta.Name `-epp-service` }}", "llama-epp-service", "llama-epp-service"],
    ["{{ .GlobalConfig.ModelBasedRoutingHeaderName }}", "X-Gateway-Model-Name", "X-Gateway-Model-Name"],
    ["{{ .GlobalConfig.InferencePoolNamespacedName }}", "team/llama-inference-pool", "team/llama-inference-pool"],
    ["{{ .GlobalConfig.IngressGatewayNamespace }}", "gateways", "gateways"],
    ["{{ .GlobalConfig.IngressGatewayName }}", "kserve-ingress-gateway", "kserve-ingress-gateway"],
    [
      "{{ or .Spec.Parallelism.DataLocal 1 }}",
      "2",
      { error: "nil pointer evaluating *v1alpha2.ParallelismSpec.DataLocal" },
    ],
    ["{{ or .Spec.Parallelism.Data 1 }}", "4", { error: "nil pointer evaluating *v1alpha2.ParallelismSpec.Data" }],
    [
      "{{ or .Spec.Prefill.Parallelism.DataLocal 1 }}",
      "3",
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.Parallelism" },
    ],
    [
      "{{ or .Spec.Prefill.Parallelism.Data 1 }}",
      "6",
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.Parallelism" },
    ],
    ["{{ kvTransferConfig .Spec.KVCacheOffloading }}", kvLarge, ""],
    [
      "{{ kvTransferConfig .Spec.Prefill.KVCacheOffloading }}",
      kvPrefill,
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.KVCacheOffloading" },
    ],
    ["{{ if .Spec.Prefill }}yes{{ end }}", "yes", ""],
    ["{{ .Spec.Parallelism.Tensor }}", "8", { error: "nil pointer evaluating *v1alpha2.ParallelismSpec.Tensor" }],
    [
      "{{ .Spec.Prefill.Parallelism.Tensor }}",
      "2",
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.Parallelism" },
    ],
    [
      "{{ if .Spec.Parallelism.DataRPCPort }}{{ .Spec.Parallelism.DataRPCPort }}{{else}}5555{{- end }}",
      "5557",
      { error: "nil pointer evaluating *v1alpha2.ParallelismSpec.DataRPCPort" },
    ],
    [
      "{{ if .Spec.Prefill.Parallelism.DataRPCPort }}{{ .Spec.Prefill.Parallelism.DataRPCPort }}{{ end }}",
      "5558",
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.Parallelism" },
    ],
    ["{{ shutdownTimeout .Spec.Template 15 }}", "70", "40"],
    ["{{ shutdownTimeout nil 15 }}", "40", "40"],
    ["{{ shutdownTimeout .Spec.Worker 15 }}", "0", "40"],
    [
      "{{ shutdownTimeout .Spec.Prefill.Template 15 }}",
      "40",
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.Template" },
    ],
    [
      "{{ shutdownTimeout .Spec.Prefill.Worker 15 }}",
      "40",
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.Worker" },
    ],
    [
      "a {{- if and .Spec.Parallelism .Spec.Parallelism.Tensor }} -t {{ .Spec.Parallelism.Tensor }} {{- end }} b",
      "a -t 8 b",
      "a b",
    ],
    [
      "a {{- if .Spec.Parallelism.Expert -}} -e {{- end }}",
      "a-e",
      { error: "nil pointer evaluating *v1alpha2.ParallelismSpec.Expert" },
    ],
    ["{{- if and .Spec.Prefill .Spec.Prefill.Parallelism .Spec.Prefill.Parallelism.Tensor }}t{{- end }}", "t", ""],
    [
      "{{- if .Spec.Prefill.Parallelism.Expert }}e{{- end }}",
      "e",
      { error: "nil pointer evaluating *v1alpha2.WorkloadSpec.Parallelism" },
    ],
  ];
  for (const [template, forLarge, forSmall] of cases) {
    it(template, () => {
      strictEqual(render(template), forLarge);
      if (typeof forSmall === "string") strictEqual(render(template, small), forSmall);
      else strictEqual(failure(template, small).reason, forSmall.error);
    });
  }
});

describe("templates: values as Go sees them", () => {
  const cases: [template: string, text: string][] = [
    // A pointer to 0 is true, and is printed as what it points to; a zero that is no pointer is false.
    ["{{ .Spec.Replicas }} {{ if .Spec.Replicas }}set{{ end }}", "0 set"],
    ["{{ .Spec.Parallelism.Pipeline }} {{ if .Spec.Parallelism.Pipeline }}set{{ else }}nil{{ end }}", "<nil> nil"],
    [
      "{{ if .Spec.Model }}struct{{ end }}{{ if .Spec.Labels }}map{{ end }}{{ if .Spec.Worker.Containers }}list{{ end }}",
      "struct",
    ],
    ["{{ .Spec.WorkloadSpec.Replicas }} {{ .LLMInferenceService.Name }} {{ .Labels.tier }}", "0 llama gold"],
    ["{{ .Spec.Model.URI }} {{ .Spec.KVCacheOffloading.CPU }}", "hf://a/b 2500m"],
    ["{{ .Spec.Prefill.Template }} {{ .Spec.Tracing }}", "nil <nil>"],
    ["{{ .Labels }} {{ (index .Spec.Template.Containers 0).Args }}", "map[tier:gold] [--x --y]"],
    ["{{ range $i, $a := .Spec.Model.LoRA.Adapters }}{{ $i }}={{ $a.Name }};{{ end }}", "0=one;1=two;"],
    ["{{ range .Spec.Labels }}{{ . }}{{ else }}none{{ end }}", "none"],
    ["{{ range 3 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ . }}{{ end }}", "02"],
    ["{{ range 9 }}{{ if gt . 2 }}{{ break }}{{ end }}{{ . }}{{ end }}", "012"],
    ["{{ with .Spec.Tracing }}a{{ else with .Spec.Model }}{{ .Name }}{{ end }}", "a/b"],
    ["{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", "32"],
    ["{{ and 1 0 2 }} {{ or 0 `x` }} {{ not nil }} {{ and .Spec.Tracing .Spec.Tracing.Sampler }}", "0 x true <nil>"],
    ["{{ `-svc` | ChildName .Name | printf `%-12s|%q` }}|", "llama-svc   |%!q(MISSING)|"],
    ["{{ printf `%05d %x %v %t %T %s` -42 255 1.5 true .Spec.Replicas 7 }}", "-0042 ff 1.5 true *int32 %!s(int=7)"],
    ["{{ 1e6 }} {{ 'a' }} {{ 0x1f }} {{ 1_000 }} {{ 1e-5 }}", "1e+06 97 31 1000 1e-05"],
    ["{{ eq .Name `x` `llama` }} {{ ne .Spec.Replicas nil }} {{ lt `a` `b` }}", "true true true"],
    ["{{ index .Labels `missing` }}.{{ index `é` 1 }} {{ len `é` }} {{ slice `abcd` 1 3 }}", ".169 2 bc"],
    ["{{ html `<a>` }} {{ js `'` }} {{ urlquery `a b` }} {{ print 1 2 `a` 3 }}", "&lt;a&gt; \\' a+b 1 2a3"],
    ["a  {{- /* note */ -}}  b {{ `{{` }} }}", "ab {{ }}"],
    ['{{ "q\\"\\u00e9\\n" }}', 'q"é\n'],
    ["{{ shutdownTimeout .Spec.Template .Spec.Template.TerminationGracePeriodSeconds }}", "0"],
  ];
  for (const [template, text] of cases) it(template, () => strictEqual(render(template), text));

  it("makes a nil pointer of a struct that is not there", () => {
    const pool = parseTemplate("{{ if . }}set{{ else }}nil{{ end }}");
    strictEqual(renderTemplate(pool, structValue("core/v1.PodSpec", undefined)), "nil");
    strictEqual(renderTemplate(pool, structValue("core/v1.PodSpec", {})), "set");
  });
});

describe("templates: errors", () => {
  const cases: [template: string, message: string][] = [
    ["{{ .Spec.Nope }}", "can't evaluate field Nope in type v1alpha2.LLMInferenceServiceSpec at <.Spec.Nope>"],
    ["{{ .Labels.nope }}", 'map has no entry for key "nope" at <.Labels.nope>'],
    ["{{ .Spec.Tracing.Sampler }}", "nil pointer evaluating *v1alpha2.TracingSpec.Sampler at <.Spec.Tracing.Sampler>"],
    ["{{ .Spec.Model.Name.X }}", "can't evaluate field X in type *string at <.Spec.Model.Name.X>"],
    ["{{ eq .Spec.Replicas 0 }}", "error calling eq: incompatible types for comparison: *int32 and int at <eq>"],
    ["{{ lt true false }}", "error calling lt: invalid type for comparison at <lt>"],
    ["{{ ChildName .Name }}", "wrong number of args for ChildName: want 2 got 1 at <ChildName>"],
    ["{{ ChildName .Name 1 }}", "expected string; found 1 at <1>"],
    [
      "{{ ChildName (index .Spec.Router.Gateway.Refs 0).Name `x` }}",
      "wrong type for value; expected string; got v1.ObjectName at <(index .Spec.Router.Gateway.Refs 0).Name>",
    ],
    ["{{ shutdownTimeout nil 1.5 }}", "expected integer; found 1.5 at <1.5>"],
    ["{{ len .Spec.Tracing }}", "error calling len: len of nil pointer at <len>"],
    ["{{ index .Spec.Template.Containers 9 }}", "error calling index: index out of range at <index>"],
    ["{{ range .Name }}{{ end }}", "range can't iterate over a value of type string at <.Name>"],
    ["{{ nope }}", 'function "nope" not defined'],
    ["{{ $x }}", 'undefined variable "$x"'],
    ["{{ .Spec", "unclosed action"],
    ["{{ if true }}", "unexpected EOF"],
    ["{{ end }}", "unexpected {{end}}"],
    ["{{ }}", "missing value for command"],
    ["{{ 1 | 2 }}", "non executable command in pipeline stage 2"],
    ["{{ break }}", "{{break}} outside {{range}}"],
    ["{{ `a }}", "unterminated raw quoted string"],
    ["{{ /* a */ }}", 'unexpected "/" in command'],
  ];
  for (const [template, message] of cases) it(template, () => strictEqual(failure(template).message, message));

  it("refuses what Go could do and this cannot", () => {
    for (const [template, reason] of [
      ["{{ define `x` }}{{ end }}", "{{define}} is not supported"],
      ["{{ .GetName }}", "methods are not supported"],
      ["{{ .ObjectMeta.UID }}", "only the cluster knows it"],
      ["{{ .Status.URL }}", "only the cluster knows it"],
      ["{{ .Spec.Model }}", "printing a struct of type v1alpha2.LLMModelSpec"],
      ["{{ print .Spec.Replicas }}", "printing a pointer of type *int32, which would print an address"],
      ["{{ eq .Spec.Replicas .Spec.Replicas }}", "comparing values of type *int32"],
      ["{{ 1i }}", "complex numbers are not supported"],
    ] as const) {
      const error = failure(template);
      strictEqual(error.unsupported, true, template);
      strictEqual(error.reason.includes(reason), true, error.reason);
    }
  });

  it("has bounds", () => {
    const deep = (levels: number): string => "{{if 1}}".repeat(levels) + "x" + "{{end}}".repeat(levels);
    strictEqual(render(deep(100)), "x");
    strictEqual(failure(deep(101)).message, "nested deeper than 100");
    strictEqual(failure(`{{ ${"(".repeat(200)}1${")".repeat(200)} }}`).message, "nested deeper than 100");
    strictEqual(render("{{ range 100000 }}{{ end }}"), "");
    strictEqual(failure("{{ range 100001 }}{{ end }}").reason, "more than 100000 iterations");
    strictEqual(failure("{{ range 400 }}{{ range 400 }}{{ end }}{{ end }}").reason, "more than 100000 iterations");
    strictEqual(
      failure(`{{ range 90000 }}${"x".repeat(100)}{{ end }}`).reason,
      "the output is longer than 1048576 characters",
    );
    strictEqual(failure("{{ printf `%99999d` 1 }}").reason, "a width above 10000");
    strictEqual(failure(`{{ print${" 1".repeat(6000)} }}`).reason, "an action of more than 10000 words");
    strictEqual(failure(`{{ 1 }}${"x".repeat(1 << 20)}`).reason, "a template longer than 1048576 characters");
    strictEqual(failure(`{{ nope${"e".repeat(1000)} }}`).message.length < 500, true);
  });

  it("gives up on what takes too long", () => {
    const doubled = "{{ $x = print $x $x }}";
    strictEqual(render(`{{ $x := \`a\` }}${doubled.repeat(20)}{{ len $x }}`), "1048576");
    for (const template of [
      `{{ $x := \`a\` }}${doubled.repeat(60)}`,
      "{{ $x := `aaaa` }}{{ range 90000 }}{{ $x = printf `%s%s` $x $x }}{{ end }}",
      `{{ range 90000 }}${"{{ len $.Labels }}".repeat(50)}{{ end }}`,
      "{{ range 90000 }}{{ range $.Labels }}{{ break }}{{ end }}{{ range $.Labels }}{{ break }}{{ end }}{{ end }}",
    ]) {
      const { reason } = failure(template);
      strictEqual(/^(rendering takes too long|more than 100000 iterations)$/.test(reason), true, reason);
    }
  });

  it("is quick with long texts", () => {
    const text = `${" ".repeat(200_000)}x${" {{- 1 -}} ".repeat(20_000)}`;
    const start = process.cpuUsage();
    strictEqual(render(text).length, 220_001);
    const { user } = process.cpuUsage(start);
    strictEqual(user < 2_000_000, true, `${user} µs`);
  });

  it("reads no prototype", () => {
    throws(() => render("{{ .Labels.constructor }}"), /map has no entry for key "constructor"/);
    throws(() => render("{{ .Labels.__proto__ }}"), /map has no entry for key "__proto__"/);
    strictEqual(render("{{ index .Labels `toString` }}."), ".");
    throws(() => render("{{ .constructor }}"), /can't evaluate field constructor/);
  });
});
