import fc from "fast-check";

const fields = [
  ".",
  ".Name",
  ".Labels",
  ".Labels.app",
  ".Annotations",
  ".Spec.Model.Name",
  ".Spec.Model.URI",
  ".Spec.Model.LoRA",
  ".Spec.Model.LoRA.Adapters",
  ".Spec.Replicas",
  ".Spec.Labels",
  ".Spec.Parallelism",
  ".Spec.Parallelism.Tensor",
  ".Spec.Parallelism.Data",
  ".Spec.Parallelism.Expert",
  ".Spec.Prefill",
  ".Spec.Prefill.Parallelism",
  ".Spec.Prefill.Replicas",
  ".Spec.Template",
  ".Spec.Template.Containers",
  ".Spec.Template.NodeSelector",
  ".Spec.Template.TerminationGracePeriodSeconds",
  ".Spec.KVCacheOffloading",
  ".Spec.KVCacheOffloading.CPU",
  ".Spec.KVCacheOffloading.EvictionPolicy",
  ".Spec.Router.Gateway.Refs",
  ".Spec.Router.Route.HTTP.Spec.Hostnames",
  ".Spec.Router.Scheduler.Pool.Spec.Selector.MatchLabels",
  ".Spec.Scaling.WVA.VariantCost",
  ".Spec.Tracing",
  ".GlobalConfig.EnableTLS",
  ".Args",
  ".Nope",
  "$",
  "$x",
  "$y",
];
const literals = [
  "0",
  "1",
  "2",
  "-1",
  "15",
  "1.5",
  "`a`",
  "`app`",
  "``",
  "true",
  "false",
  "nil",
  "'a'",
  "`%v`",
  "`%s-%d`",
  "`%5v`",
  "`%q`",
  "`b<c`",
];
const functions = [
  ...[
    "and",
    "or",
    "not",
    "len",
    "index",
    "slice",
    "print",
    "println",
    "printf",
    "html",
    "js",
    "urlquery",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
  ],
  ...["ChildName", "kvTransferConfig", "shutdownTimeout", "call", "nope"],
];
const pieces = ["a", " ", "  b  ", "\n", '"', "\\", "<", "é", "{", "}", "}}", "{{", "x\ty", "😀", " - "];

const open = fc.constantFrom("{{", "{{ ", "{{- ", "{{-");
const close = fc.constantFrom("}}", " }}", " -}}", "-}}");
const action = (inside: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(open, inside, close).map((parts) => parts.join(""));
const fixed = (text: string): fc.Arbitrary<string> => action(fc.constant(text));
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(""));

/** Templates that are mostly well formed, with all that text/template has but definitions. */
export const templateText: fc.Arbitrary<string> = fc.letrec<
  Record<"operand" | "command" | "pipe" | "node" | "list", string>
>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 3 },
    { weight: 5, arbitrary: fc.constantFrom(...fields) },
    { weight: 3, arbitrary: fc.constantFrom(...literals) },
    { weight: 1, arbitrary: joined(fc.constant("("), tie("pipe"), fc.constantFrom(")", ")", ").Name", ").Nope")) },
  ),
  command: fc.oneof(
    tie("operand"),
    fc
      .tuple(fc.constantFrom(...functions), fc.array(tie("operand"), { maxLength: 3 }))
      .map(([name, operands]) => [name, ...operands].join(" ")),
  ),
  pipe: fc.array(tie("command"), { minLength: 1, maxLength: 2 }).map((commands) => commands.join(" | ")),
  node: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 6, arbitrary: action(tie("pipe")) },
    { weight: 1, arbitrary: action(joined(fc.constantFrom("$x := ", "$y := ", "$x = ", "$y:="), tie("pipe"))) },
    {
      weight: 2,
      arbitrary: joined(action(joined(fc.constantFrom("if ", "with "), tie("pipe"))), tie("list"), fixed("end")),
    },
    {
      weight: 2,
      arbitrary: joined(
        fixed("if .Spec.Prefill"),
        tie("list"),
        action(joined(fc.constantFrom("else", "else if "), fc.constantFrom("", "1", "0"))),
        tie("list"),
        fixed("end"),
      ),
    },
    {
      weight: 2,
      arbitrary: joined(
        action(
          joined(
            fc.constantFrom("range ", "range $x := ", "range $y, $x := ", "range $x = "),
            fc.oneof(fc.constantFrom("3", ...fields), tie("pipe")),
          ),
        ),
        tie("list"),
        fc.oneof(fc.constant(""), fixed("else"), fixed("break"), fixed("continue")),
        fixed("end"),
      ),
    },
  ),
  list: fc.array(tie("node"), { minLength: 1, maxLength: 2 }).map((nodes) => nodes.join("")),
})).list;
