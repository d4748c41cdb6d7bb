import { plan, pod, type PreflightCase, service, waived } from "./plan";

const long = (length: number): string => "a".repeat(length);
const worker = pod({ "nvidia.com/gpu": "8" });
const groups = { worker, parallelism: { pipeline: 2 }, template: worker };
const served = (name: string) => ({ router: { route: {} }, model: { uri: "hf://a/b", name } });

/** Names, models and waivers. */
export const nameCases: readonly PreflightCase[] = [
  {
    code: "namespace-invalid",
    title: "a namespace that is longer than a label",
    bad: plan({}, {}, { namespace: long(64) }),
    finding:
      "namespace: 64 characters; the names of namespaces are parts of host names; given: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"; allowed: lower-case letters, digits and '-', at most 63 characters; fix: shorten it by 1 [namespace-invalid]",
    good: plan({}, {}, { namespace: long(63) }),
  },
  {
    code: "namespace-invalid",
    title: "a namespace with a dot",
    bad: plan({}, {}, { namespace: "team.models" }),
    finding:
      "namespace: not a name that namespaces can have; given: \"team.models\"; allowed: lower-case letters, digits and '-', at most 63 characters [namespace-invalid]",
    good: plan({}, {}, { namespace: "team-models" }),
  },
  {
    code: "label-invalid",
    title: "a label of the pods with a space",
    bad: plan({ labels: { team: "large models" } }),
    finding:
      "spec.labels.team: not a value that labels can have; given: \"large models\"; allowed: letters, digits, '-', '_' and '.', at most 63 characters, beginning and ending with a letter or digit [label-invalid]",
    good: plan({ labels: { team: "large-models" } }),
  },
  {
    code: "label-invalid",
    title: "a label of the prefill pods that is too long",
    bad: plan({ prefill: { labels: { owner: long(64) } } }),
    finding:
      "spec.prefill.labels.owner: 64 characters; a label's value has at most 63; given: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"; allowed: letters, digits, '-', '_' and '.', at most 63 characters, beginning and ending with a letter or digit [label-invalid]",
    good: plan({ prefill: { labels: { owner: long(63) } } }),
  },
  {
    code: "label-invalid",
    title: "a label of the service whose key ends in a dash",
    bad: plan({}, {}, { labels: { "cost-": "1" } }),
    finding:
      "labels[\"cost-\"]: not a key that labels can have; given: \"cost-\"; allowed: letters, digits, '-', '_' and '.', at most 63 characters, beginning and ending with a letter or digit [label-invalid]",
    good: plan({}, {}, { labels: { "example.com/cost": "1" } }),
  },
  {
    code: "host-name-too-long",
    title: "the whole name of a group's pod as its host name",
    bad: plan({ ...groups, template: pod({}, {}, { setHostnameAsFQDN: true }) }, {}, { name: "llama-70b-production" }),
    finding:
      'spec.template.setHostnameAsFQDN: the host name "llama-70b-production-kserve-mn-0-1.llama-70b-production-kserve-mn.models.svc.cluster.local" has 90 characters, and Linux takes at most 64: the pod would never start; allowed: at most 64 characters; fix: leave setHostnameAsFQDN out, or shorten the names of service and namespace [host-name-too-long]',
    good: plan({ ...groups, template: pod({}, {}, { setHostnameAsFQDN: true }) }, {}, { name: "a", namespace: "b" }),
  },
  {
    code: "host-name-too-long",
    title: "a host name and subdomain of the user's own",
    bad: plan({ template: pod({}, {}, { setHostnameAsFQDN: true, hostname: long(20), subdomain: long(20) }) }),
    finding:
      'spec.template.setHostnameAsFQDN: the host name "aaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaa.models.svc.cluster.local" has 66 characters, and Linux takes at most 64: the pod would never start; allowed: at most 64 characters; fix: leave setHostnameAsFQDN out, or shorten the names of service and namespace [host-name-too-long]',
    good: plan({ template: pod({}, {}, { setHostnameAsFQDN: true, hostname: "a", subdomain: "b" }) }),
  },
  {
    code: "certificate-host-name",
    title: "a scheduler in a namespace with a long name, with certificates",
    bad: plan({ router: { scheduler: {}, route: {} } }, { enableTLS: true }, { namespace: long(50) }),
    finding:
      'name: the scheduler\'s host name "llama-epp-service.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.svc" has 72 characters, and a certificate\'s common name at most 64; given: "llama"; allowed: at most 64 characters; fix: shorten the names of service and namespace by 8 together, or use certificates without a common name [certificate-host-name]',
    good: plan({ router: { scheduler: {}, route: {} } }, { enableTLS: true }),
  },
  {
    code: "group-name-too-long",
    title: "more groups than the name has room for",
    bad: plan({ ...groups, replicas: 101 }, {}, { name: long(39) }),
    finding:
      'spec.replicas: the pods of group 100 have the label controller-revision-hash, which is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-kserve-mn-100-" and 10 characters: 64 in all; given: 101; allowed: 63 characters; fix: shorten the service\'s name by 1, or have at most 100 groups [group-name-too-long]',
    good: plan({ ...groups, replicas: 100 }, {}, { name: long(39) }),
  },
  {
    code: "gateway-name-too-long",
    title: "a gateway of class istio",
    bad: plan(
      { router: { gateway: { refs: [{ name: long(60), namespace: "gw" }] }, route: {} } },
      { gateways: [{ namespace: "gw", name: long(60), className: "istio" }] },
    ),
    finding:
      'spec.router.gateway.refs[0].name: Istio names the gateway\'s Service "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-istio", which has 66 characters; given: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; allowed: at most 63 characters; fix: shorten the gateway\'s name by 3 [gateway-name-too-long]',
    good: plan(
      { router: { gateway: { refs: [{ name: long(57), namespace: "gw" }] }, route: {} } },
      { gateways: [{ namespace: "gw", name: long(57), className: "istio" }] },
    ),
  },
  {
    code: "model-name-shared",
    title: "two services of one model without a routing group",
    bad: {
      services: [service(served("llama"), { name: "one" }), service(served("llama"), { name: "two" })],
      cluster: {},
    },
    finding:
      'spec.model.name: service "one" in namespace "models" answers to this model name too, and the gateway sends requests for it to one of the two; given: "llama"; allowed: a name of its own for each service, or services of one routing group; fix: set spec.model.name, or router.route.group and weight of both [model-name-shared]',
    good: {
      services: [service(served("llama"), { name: "one" }), service(served("other"), { name: "two" })],
      cluster: {},
    },
  },
  {
    code: "served-name-differs",
    title: "arguments with another name",
    bad: plan({ template: pod({}, { args: ["--served-model-name", "llama3", "--port", "8000"] }) }),
    finding:
      'spec.template.containers[0].args[1]: the model server answers to this name, and clients are told "llama" (spec.model.name); given: "llama3"; allowed: llama; fix: serve it as "llama" too: --served-model-name llama3 llama [served-name-differs]',
    good: plan({ template: pod({}, { args: ["--served-model-name", "llama3", "llama"] }) }),
  },
  {
    code: "waiver-unknown-code",
    title: "a code that is misspelt",
    bad: waived([{ code: "image-lates", reason: "a test" }]),
    finding:
      'waive[0].code: no finding has this code; given: "image-lates"; allowed: the codes in docs/preflight.md; fix: did you mean "image-latest"? [waiver-unknown-code]',
    good: waived([{ code: "image-latest", reason: "a test" }]),
  },
  {
    code: "waiver-without-reason",
    title: "a reason of spaces",
    bad: waived([{ code: "image-latest", reason: " " }]),
    finding:
      "waive[0].reason: missing; whoever reads the preview has to know why the finding does not matter; allowed: a sentence; fix: say why [waiver-without-reason]",
    good: waived([{ code: "image-latest", reason: "a test" }]),
  },
  {
    code: "waiver-unused",
    title: "a finding that is no more",
    bad: waived([{ code: "image-latest", reason: "a test", service: "llama" }]),
    finding:
      'waive[0]: nothing has this finding in service "llama" any more; given: "image-latest"; allowed: waivers of findings that there are; fix: remove the waiver [waiver-unused]',
    good: waived([{ code: "image-latest", reason: "a test" }], { template: pod({}, { image: "vllm" }) }),
  },
];
