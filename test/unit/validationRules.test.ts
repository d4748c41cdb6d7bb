import { deepStrictEqual, ok, strictEqual } from "node:assert";

import { checkService, checkServiceConfig, checkWrittenService, serviceWarnings } from "../../sdk/api/validate";
import { Marked } from "../../sdk/compose/marked";
import { describeProblem, type Problem } from "../../sdk/problems";

const model = { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" };
const secret = (value: string | number): Marked => new Marked(value, { unknown: false, secret: true, carriers: [] });
const unknown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });

/** The problems of a service called llama, as they are printed. */
function described(spec: object, options: Parameters<typeof checkService>[1] = {}): string[] {
  return checkService({ name: "llama", spec: { model, ...spec } }, options).map(describeProblem);
}

describe("rules of a service", () => {
  it("say what is wrong, what was given, what is allowed, and what to do", () => {
    deepStrictEqual(
      described({ scaling: { minReplicas: 4, maxReplicas: 3, wva: { variantCost: "-1" } }, replicas: 2 }),
      [
        "spec.replicas: scaling decides the replicas already; given: 2; fix: remove replicas or scaling",
        "spec.scaling.minReplicas: more than maxReplicas (3); given: 4; allowed: at most maxReplicas",
        "spec.scaling.wva: does not say what carries the scaling out; allowed: hpa or keda; fix: add hpa: {} or keda: {}",
        'spec.scaling.wva.variantCost: not a cost; given: "-1"; allowed: a number of at least 0 as text, such as "10" or "0.5"',
      ],
    );
    deepStrictEqual(described({ router: { route: { weight: 10 }, scheduler: { replicas: 0, config: {} } } }), [
      "spec.router.route.group: missing; the weight is a share among the services of a group; allowed: group and weight together, or neither",
      "spec.router.scheduler.replicas: a scheduler without replicas would leave its pool without endpoints; given: 0; " +
        "allowed: at least 1; fix: leave router.scheduler out to serve without a scheduler",
      "spec.router.scheduler.config: says neither inline nor ref; allowed: inline, an EndpointPickerConfig, or ref, a ConfigMap",
    ]);
  });

  it("want an address of the model with a scheme, whoever fetches it", () => {
    const of = (uri: string | undefined, enabled?: boolean): string[] =>
      described({ model: { uri }, ...(enabled !== undefined && { storageInitializer: { enabled } }) });
    const missing = [
      "spec.model.uri: missing, and KServe has nothing to serve then; allowed: hf://<organisation>/<model>, for instance",
    ];
    deepStrictEqual(of(undefined), missing);
    deepStrictEqual(of("", false), missing);
    deepStrictEqual(of("gs://bucket/llama", false), []);
    deepStrictEqual(
      of("acme/llama", false).map((line) => line.split(";")[0]),
      ["spec.model.uri: the address has no scheme"],
    );
  });

  it("hold without a look at the single fields", () => {
    deepStrictEqual(
      described({ parallelism: { tensor: 1, pipeline: 0 }, prefill: { parallelism: { data: -1, dataLocal: 0 } } }),
      [
        "spec.parallelism.pipeline: too small; given: 0; allowed: at least 1",
        "spec.prefill.parallelism.data: too small; given: -1; allowed: at least 1",
        "spec.prefill.parallelism.dataLocal: too small; given: 0; allowed: at least 1",
      ],
    );
    deepStrictEqual(described({ scaling: { minReplicas: 2, wva: { hpa: {} } } }), [
      "spec.scaling.maxReplicas: missing; allowed: at least minReplicas (2)",
    ]);
  });

  it("compare with what is in the cluster", () => {
    deepStrictEqual(
      described({ parallelism: { data: 16, dataLocal: 4 } }, { previous: { parallelism: { pipeline: 2 } } }),
      [
        "spec.parallelism: makes groups of 4 instead of 2 nodes, which cannot be changed in a service that exists; " +
          "allowed: parallelism for 2 nodes: data / dataLocal, or pipeline; " +
          "fix: replace the service, or make another one and move the traffic",
      ],
    );
  });

  it("say where gateways differ", () => {
    const spec = {
      router: {
        gateway: { refs: [{ name: "public", namespace: "infra", sectionName: "https" }] },
        route: { http: { spec: { parentRefs: [{ name: "private" }] } } },
      },
    };
    deepStrictEqual(described(spec), [
      "spec.router.route.http.spec.parentRefs: names other gateways (private) than router.gateway.refs (infra/public/https); " +
        "allowed: the same names, namespaces and sectionNames in both, or only one of them; " +
        "fix: remove parentRefs; KServe derives them from router.gateway.refs",
    ]);
  });

  it("name who set the value, by its own path or that of its first part", () => {
    const asked: string[] = [];
    const origins: Record<string, string> = {
      "spec.replicas": 'fragment "small"',
      "spec.worker.containers[0].name": 'fragment "gpu"',
    };
    const problems = checkService(
      {
        name: "llama",
        spec: {
          model,
          replicas: 1,
          scaling: { maxReplicas: 2, wva: { hpa: {} } },
          worker: { containers: [{ name: "main" }] },
        },
      },
      {
        path: "services[2]",
        originOf: (path, steps) => {
          asked.push(steps.join("/"));
          return origins[path];
        },
      },
    );
    deepStrictEqual(
      problems.map(({ path, origin }) => [path, origin]),
      [
        ["services[2].spec.worker", 'fragment "gpu"'],
        ["services[2].spec.replicas", 'fragment "small"'],
      ],
    );
    deepStrictEqual(asked, ["worker", "worker/containers/0/name", "replicas"]);
    ok(problems[1] && describeProblem(problems[1]).includes('; given: 1; set by fragment "small"; fix: '));
  });

  it("say nothing about what is unknown", () => {
    const specs: object[] = [
      { worker: {}, parallelism: unknown },
      { worker: {}, parallelism: { pipeline: unknown } },
      { worker: unknown },
      { parallelism: { data: 8, dataLocal: unknown } },
      { replicas: 1, scaling: unknown },
      { scaling: { minReplicas: 3, maxReplicas: unknown, wva: { keda: unknown } } },
      {
        scaling: { maxReplicas: 3, wva: { hpa: unknown } },
        prefill: { scaling: { maxReplicas: 3, wva: { keda: {} } } },
      },
      { router: unknown },
      { router: { route: { group: "a", weight: unknown } } },
      { router: { gateway: unknown, route: { http: { refs: [{ name: "mine" }] } } } },
      {
        router: { gateway: { refs: [{ name: unknown }] }, route: { http: { spec: { parentRefs: [{ name: "a" }] } } } },
      },
      { router: { scheduler: {}, route: { http: { spec: { rules: [{ backendRefs: unknown }] } } } } },
      { router: { scheduler: { config: { inline: unknown } } } },
      { model: { uri: unknown, name: unknown, lora: { adapters: [unknown, { name: unknown, uri: unknown }] } } },
      { kvCacheOffloading: { cpu: unknown, secondary: [unknown, { fileSystem: { pvc: unknown } }] } },
    ];
    for (const spec of specs) deepStrictEqual(described(spec), [], JSON.stringify(spec));
    deepStrictEqual(checkService({ name: "llama", spec: unknown, annotations: unknown }), []);
    deepStrictEqual(described({ parallelism: { pipeline: 2 } }, { previous: unknown }), []);
  });

  it("take an Output or a promise for unknown", () => {
    deepStrictEqual(described({ worker: {}, parallelism: Promise.resolve({}), replicas: new (class Output {})() }), []);
  });

  it("judge secrets without showing them", () => {
    const spec = {
      model: {
        uri: secret("token-8471://host"),
        lora: { maxRank: secret(-8471), adapters: [{ name: secret(".."), uri: secret("oci://8471") }] },
        confidential: { enabled: true, resourceId: secret("8471") },
      },
      parallelism: { data: secret(84_711), dataLocal: secret(8471) },
      scaling: { minReplicas: secret(8471), maxReplicas: secret(847), wva: { variantCost: secret("8471$"), hpa: {} } },
      router: {
        scheduler: { replicas: secret(-8471), pool: { ref: { name: secret("8471") } } },
        route: { http: { spec: { rules: [{}] } } },
      },
    };
    const problems = checkService({ name: "llama", spec }, { previous: { parallelism: { pipeline: secret(8472) } } });
    deepStrictEqual(problems.map(({ path }) => path).sort(), [
      "spec.model.confidential.resourceId",
      "spec.model.lora.adapters[0].name",
      "spec.model.lora.adapters[0].uri",
      "spec.model.lora.maxRank",
      "spec.model.uri",
      "spec.parallelism",
      "spec.parallelism.data",
      "spec.router.route.http.spec.rules",
      "spec.router.scheduler.replicas",
      "spec.scaling.minReplicas",
      "spec.scaling.wva.variantCost",
    ]);
    const printed = problems.map(describeProblem).join("\n");
    ok(!/847|token/.test(printed), printed);
  });

  it("refuse what cannot be walked before anything else", () => {
    const cyclic: Record<string, unknown> = { model, replicas: -1 };
    cyclic.template = { self: cyclic };
    deepStrictEqual(
      checkWrittenService({ name: "llama", spec: cyclic }, { path: "services[0]" }).map(describeProblem),
      ["services[0].spec.template.self: contains itself; fix: remove the reference back to what contains it"],
    );
  });

  it("report a place once, by what is wrong with the field itself", () => {
    const problems = checkWrittenService({ name: "llama", spec: { model, parallelism: { pipeline: 0 } } });
    deepStrictEqual(problems.map(describeProblem), [
      "spec.parallelism.pipeline: too small; given: 0; allowed: at least 1",
    ]);
  });

  it("warn where the webhook warns", () => {
    const refs = [{ name: "public" }];
    const spec = {
      model: { uri: "oci://registry/model", confidential: { enabled: true } },
      router: { gateway: { refs }, route: { http: { spec: { parentRefs: refs } } } },
    };
    const messages = (problems: Problem[]): string[] => problems.map(({ path, message }) => `${path}: ${message}`);
    deepStrictEqual(checkService({ name: "llama", spec }), []);
    deepStrictEqual(messages(serviceWarnings({ name: "llama", spec })), [
      "spec.router.route.http.spec.parentRefs: says what router.gateway.refs says already",
      "spec.model.uri: confidential has no effect on it: the container runtime decrypts images, by runtimeClassName",
    ]);
  });

  it("refuse baseRefs in configs", () => {
    deepStrictEqual(
      checkServiceConfig({ spec: { baseRefs: [{ name: "a" }], router: { scheduler: { replicas: 0 } } } }).map(
        ({ path }) => path,
      ),
      ["spec.baseRefs", "spec.router.scheduler.replicas"],
    );
    strictEqual(checkServiceConfig({ spec: { worker: {} } }).length, 0);
  });

  it("take less than 2 ms for a service of four pods with what checks its fields", () => {
    const pod = {
      containers: ["main", "sidecar"].map((name) => ({
        name,
        image: "vllm",
        args: Array.from({ length: 10 }, (_, index) => `--flag-${index}`),
        env: Array.from({ length: 20 }, (_, index) => ({ name: `VARIABLE_${index}`, value: "x" })),
        resources: { limits: { cpu: "8", memory: "64Gi", "nvidia.com/gpu": "8" } },
      })),
    };
    const spec = {
      model,
      parallelism: { data: 16, dataLocal: 8 },
      template: pod,
      worker: pod,
      prefill: { template: pod },
      router: { scheduler: { template: pod } },
    };
    const check = (): number => checkWrittenService({ name: "llama", spec }).length;
    for (let warmUp = 0; warmUp < 200; warmUp++) strictEqual(check(), 0);
    const start = process.cpuUsage();
    for (let run = 0; run < 200; run++) check();
    const { user, system } = process.cpuUsage(start);
    // Around 0.2 ms of processor time; the limit allows for a busy machine.
    ok((user + system) / 1000 / 200 < 2, `${(user + system) / 1000 / 200} ms`);
  });
});
