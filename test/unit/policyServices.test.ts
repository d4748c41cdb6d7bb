import { deepStrictEqual, ok, throws } from "node:assert";

import { judgeStack } from "../../policy/judge";
import { configOf } from "../../policy/rule";
import { acceleratorQuota } from "../../policy/rules/acceleratorQuota";
import { allowedModels } from "../../policy/rules/allowedModels";
import { allowedRegistries } from "../../policy/rules/allowedRegistries";
import { compositionKnown } from "../../policy/rules/compositionKnown";
import { imagesByDigest } from "../../policy/rules/imagesByDigest";
import { config, llama, object, service, serving1, unknown, violations, violationsAlone } from "./policy/resources";

const digest = `sha256:${"0".repeat(64)}`;
const pinned = `ghcr.io/llm-d/llm-d-cuda:v0.8.0@${digest}`;

describe("policy images-by-digest", () => {
  it("finds images without one, in every place", () => {
    const spec = {
      model: { uri: "oci://registry.example.com/models/llama:1" },
      template: {
        containers: [{ name: "main", image: "ghcr.io/llm-d/llm-d-cuda:v0.8.0" }],
        initContainers: [{ name: "fetch", image: "localhost:5000/fetch" }],
        volumes: [{ name: "weights", image: { reference: "weights:2" } }],
      },
    };
    deepStrictEqual(
      violations(imagesByDigest, [service(spec)]).map((text) => text.split(";").slice(0, 2).join(";")),
      [
        'spec.template.containers[0].image: no digest, so that whoever may push the tag decides what runs; given: "ghcr.io/llm-d/llm-d-cuda:v0.8.0"',
        'spec.template.initContainers[0].image: no digest, so that whoever may push the tag decides what runs; given: "localhost:5000/fetch"',
        'spec.template.volumes[0].image.reference: no digest, so that whoever may push the tag decides what runs; given: "weights:2"',
        'spec.model.uri: no digest, so that whoever may push the tag decides what runs; given: "oci://registry.example.com/models/llama:1"',
      ],
    );
  });

  it("lets through what has one, what is exempt and what is not known yet", () => {
    deepStrictEqual(violations(imagesByDigest, [service(serving1({ image: pinned }))]), []);
    deepStrictEqual(violations(imagesByDigest, [service(serving1({ image: unknown }))]), []);
    const exempt = ["docker.io/acme/*"];
    deepStrictEqual(violations(imagesByDigest, [service(serving1({ image: "acme/vllm:1" }))], { exempt }), []);
    deepStrictEqual(violations(imagesByDigest, [service(serving1({ image: "acmex/vllm:1" }))], { exempt }).length, 1);
  });

  it("judges the images of KServe's presets where they are in the stack, and says which preset it is", () => {
    const preset = config(
      "kserve-config-llm-template",
      { template: { containers: [{ name: "main", image: "vllm:1" }] } },
      "kserve",
    );
    const [message, ...rest] = violations(imagesByDigest, [preset, service({ model: llama })]);
    deepStrictEqual(rest, []);
    ok(message?.includes('given: "vllm:1"; set by preset kserve-config-llm-template'), message);
    // The preset itself is nobody's violation, and an overridden image is none.
    deepStrictEqual(violations(imagesByDigest, [preset]), []);
    deepStrictEqual(violations(imagesByDigest, [preset, service(serving1({ image: pinned }))]), []);
  });

  it("knows which images presets bring where they are in another stack", () => {
    const found = violations(imagesByDigest, [service({ model: llama, router: { scheduler: {}, route: {} } })]);
    deepStrictEqual(
      found.map((text) => text.split(": ")[0]),
      ["spec.template", "spec.router.scheduler.template"],
    );
    ok(found[0]?.includes("ghcr.io/llm-d/llm-d-cuda:v0.8.0"), found[0]);
    ok(found[1]?.includes("llm-d-router-endpoint-picker"), found[1]);
  });

  it("judges other workloads when it is told to", () => {
    const spec = { template: { spec: { containers: [{ name: "manager", image: "controller:1" }] } } };
    const deployment = object("apps/v1", "Deployment", { name: "controller", namespace: "x" }, { spec });
    deepStrictEqual(violations(imagesByDigest, [deployment]), []);
    deepStrictEqual(violations(imagesByDigest, [deployment], { workloads: "all" }).length, 1);
  });

  it("says of a service alone what its own spec says", () => {
    deepStrictEqual(violationsAlone(imagesByDigest, service(serving1({ image: "vllm:1" }))).length, 1);
    deepStrictEqual(violationsAlone(imagesByDigest, service({ model: llama })), []);
  });
});

describe("policy allowed-registries", () => {
  const allowed = ["ghcr.io/llm-d", "registry.example.com:5000/"];
  const found = (image: string): string[] => violations(allowedRegistries, [service(serving1({ image }))], { allowed });

  it("lets through the registries and folders that are allowed, and no others", () => {
    deepStrictEqual(found(pinned), []);
    deepStrictEqual(found("registry.example.com:5000/a/b:1"), []);
    deepStrictEqual(found("ghcr.io/llm-dx/vllm:1"), [
      'spec.template.containers[0].image: from a registry that is not allowed; given: "ghcr.io/llm-dx/vllm:1"; set by spec; allowed: ghcr.io/llm-d, registry.example.com:5000/',
    ]);
  });

  it("reads short names as container runtimes do", () => {
    deepStrictEqual(
      violations(allowedRegistries, [service(serving1({ image: "vllm/vllm:1" }))], { allowed: ["docker.io/vllm"] }),
      [],
    );
    deepStrictEqual(
      violations(allowedRegistries, [service(serving1({ image: "nginx" }))], { allowed: ["docker.io/library"] }),
      [],
    );
  });

  it("allows every registry until some are named", () => {
    deepStrictEqual(violations(allowedRegistries, [service(serving1({ image: "anything" }))]), []);
  });
});

describe("policy allowed-models", () => {
  const found = (model: Record<string, unknown>, given: object): string[] =>
    violations(allowedModels, [service({ model: model as never })], given);

  it("lets through what is allowed, adapters included", () => {
    const allowed = ["hf://meta-llama/*"];
    deepStrictEqual(found(llama, { allowed }), []);
    deepStrictEqual(
      found({ ...llama, lora: { adapters: [{ name: "a", uri: "hf://someone/adapter" }] } }, { allowed }),
      [
        'spec.model.lora.adapters[0].uri: a model that is not allowed; given: "hf://someone/adapter"; set by spec; allowed: hf://meta-llama/*',
      ],
    );
  });

  it("refuses what is denied all the same", () => {
    deepStrictEqual(found(llama, { allowed: ["hf://*"], denied: ["*Llama-3.1*"] }).length, 1);
  });

  it("shows no credentials, and waits for what is not known yet", () => {
    const [message] = found({ uri: "s3://key:hunter2@bucket/llama?sig=hunter3" }, { allowed: ["hf://*"] });
    ok(message && !/hunter/.test(message), message);
    const [other] = found({ uri: "s3://key:hun@ter@hunter2@bucket/a@b" }, { allowed: ["hf://*"] });
    ok(other?.includes('given: "s3://[secret]@bucket/a@b"'), other);
    deepStrictEqual(found({ uri: unknown }, { allowed: ["hf://*"] }), []);
  });

  it("judges a config that no service of the stack refers to by itself", () => {
    const base = config("base", { model: { uri: "hf://someone/else" } });
    const allowed = ["hf://meta-llama/*"];
    deepStrictEqual(violations(allowedModels, [base], { allowed }).length, 1);
    const user = service({ baseRefs: [{ name: "base" }], model: llama });
    // The service's own model wins.
    deepStrictEqual(violations(allowedModels, [base, user], { allowed }), []);
  });
});

describe("policy accelerator-quota", () => {
  const gpus = (count: number) => serving1({ resources: { limits: { "nvidia.com/gpu": count } } });
  const team = (name: string) => ({ labels: { team: name } });
  const quotas = [
    { team: "search", environment: "dev", accelerators: 8 },
    { accelerators: 100, team: "*", resource: "nvidia.com/gpu" },
  ];

  it("adds up the services of a team", () => {
    const services = [
      service({ ...gpus(2), replicas: 3 }, { ...team("search"), name: "a" }),
      service({ ...gpus(4), replicas: 1 }, { ...team("search"), name: "b" }),
      service({ ...gpus(8), replicas: 9 }, { ...team("other"), name: "c" }),
    ];
    deepStrictEqual(violations(acceleratorQuota, services, { quotas }), [
      'team "search" in "dev": too many of nvidia.com/gpu (models/a 6, models/b 4); given: 10; allowed: at most 8; fix: fewer replicas, smaller groups or fewer accelerators; or have the quota raised',
    ]);
    deepStrictEqual(violations(acceleratorQuota, services.slice(1), { quotas }), []);
    deepStrictEqual(violations(acceleratorQuota, services), []);
  });

  it("counts groups of nodes, prefill, and what autoscaling may grow to", () => {
    const pods = { containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": 8 } } }] };
    const spec = {
      model: llama,
      template: pods,
      worker: pods,
      parallelism: { data: 16, dataLocal: 8, tensor: 1 },
      replicas: 2,
    };
    const limit = [{ accelerators: 31 }];
    ok(violations(acceleratorQuota, [service(spec)], { quotas: limit })[0]?.includes("given: 32"));
    const scaled = { ...gpus(1), scaling: { minReplicas: 1, maxReplicas: 40, wva: { hpa: {} } } };
    const [message] = violations(acceleratorQuota, [service(scaled)], { quotas: limit });
    ok(message?.startsWith('services without the label team in "dev"') && message.includes("given: 40"), message);
  });

  it("counts neither what is stopped nor what is not known yet", () => {
    const stopped = object(
      "serving.kserve.io/v1alpha2",
      "LLMInferenceService",
      { name: "a", namespace: "models", annotations: { "serving.kserve.io/stop": "true" } },
      { spec: gpus(8) },
    );
    const later = service({ ...gpus(8), replicas: unknown }, { name: "b" });
    deepStrictEqual(violations(acceleratorQuota, [stopped, later], { quotas: [{ accelerators: 1 }] }), []);
  });
});

describe("policies and what a service is composed from", () => {
  it("judge configs of the stack as parts of the services that refer to them", () => {
    const base = config("base", serving1({ image: "vllm:1" }));
    const [message, ...rest] = violations(imagesByDigest, [
      base,
      service({ model: llama, baseRefs: [{ name: "base" }] }),
    ]);
    deepStrictEqual(rest, []);
    ok(message?.includes('set by baseRef "base" in models'), message);
  });

  it("say what they could not see", () => {
    const elsewhere = service({ model: llama, baseRefs: [{ name: "elsewhere" }] });
    deepStrictEqual(violations(compositionKnown, [elsewhere]), [
      'spec: judged by what the service says itself, because baseRef "elsewhere" is not in this stack',
    ]);
    deepStrictEqual(violations(compositionKnown, [service({ model: llama })]), []);
    deepStrictEqual(violations(compositionKnown, [service(unknown)]).length, 1);
  });

  it("still judge what such a service says itself", () => {
    const spec = { ...serving1({ image: "vllm:1" }), baseRefs: [{ name: "elsewhere" }] };
    deepStrictEqual(violations(imagesByDigest, [service(spec)]).length, 1);
  });

  it("are about the resource that is at fault", () => {
    const [violation] = judgeStack(imagesByDigest, configOf(imagesByDigest, {}), [service(serving1({ image: "a:1" }))]);
    deepStrictEqual(violation?.urn, service({}).urn);
  });

  it("do not take settings that they do not have", () => {
    throws(
      () => configOf(imagesByDigest, { exemt: [] }),
      /images-by-digest\.exemt: no such setting; allowed: workloads, exempt; fix: did you mean "exempt"\?/,
    );
  });
});
