import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

import { type ComposeArgs, compose, type Composition } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { originEntries } from "../../sdk/compose/explain";
import { Marked } from "../../sdk/compose/marked";
import { ConfigurationError, describeProblem } from "../../sdk/problems";

/** Presets as short as they can be; KServe's own are composed in test/differential. */
const presets = {
  "kserve-config-llm-template": {
    template: {
      terminationGracePeriodSeconds: 60,
      containers: [
        {
          name: "main",
          image: "preset:1",
          env: [{ name: "HOME", value: "/home" }],
          args: [
            "{{ .Spec.Model.Name }}",
            "{{ if and .Spec.Parallelism .Spec.Parallelism.Tensor }}--tensor-parallel-size {{ .Spec.Parallelism.Tensor }}{{ end }}",
          ],
        },
      ],
      volumes: [{ name: "cache", emptyDir: {} }],
    },
  },
  "kserve-config-llm-scheduler": {
    router: {
      scheduler: {
        pool: {
          spec: {
            selector: {},
            targetPorts: [{ number: 8000 }],
            endpointPickerRef: {
              name: "{{ ChildName .ObjectMeta.Name `-epp-service` }}",
              failureMode: "FailOpen",
              kind: "Service",
            },
          },
        },
        template: { containers: [{ name: "main", image: "epp:1" }] },
      },
    },
  },
  "kserve-config-llm-router-route": {
    router: {
      route: {
        http: {
          spec: {
            parentRefs: [{ name: "{{ .GlobalConfig.IngressGatewayName }}" }],
            rules: [
              {
                matches: [
                  { path: { type: "PathPrefix", value: "/{{ .ObjectMeta.Namespace }}/{{ .ObjectMeta.Name }}" } },
                ],
                backendRefs: [
                  {
                    group: "inference.networking.k8s.io",
                    kind: "InferencePool",
                    name: "{{ ChildName .ObjectMeta.Name `-inference-pool` }}",
                    port: 8000,
                  },
                ],
              },
            ],
          },
        },
      },
    },
  },
};

const model = { uri: "hf://a/b" };

function composed(args: Partial<ComposeArgs>): Composition {
  const configs = new ConfigStore({
    kserve: presets,
    models: {
      envs: main({ env: ["A", "B"].map((name) => ({ name, value: "0" })) }),
      shared: { model: { uri: "", name: "from-config" }, parallelism: { tensor: 8 } },
    },
  });
  return compose({ service: { name: "llama", namespace: "models" }, configs, spec: { model }, ...args });
}

/** The problems of a composition, one line each. */
function problems(args: Partial<ComposeArgs>): string[] {
  try {
    composed(args);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(describeProblem);
    throw error;
  }
  return [];
}

/** Milliseconds of processor time, which a busy machine does not stretch. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const main = (fields: object): object => ({ template: { containers: [{ name: "main", ...fields }] } });
const unknown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
const secret = (value: string): Marked => new Marked(value, { unknown: false, secret: true, carriers: [] });

describe("compose", () => {
  it("puts fragments over presets by priority, and the spec over all", () => {
    const { effective, spec, appliedConfigs } = composed({
      fragments: [
        { name: "late", priority: 5, spec: main({ image: "late:1" }) },
        { name: "first", spec: main({ image: "first:1", env: [{ name: "A", value: "1" }] }) },
        { name: "second", spec: { ...main({ image: "second:1" }), replicas: 3 } },
      ],
      spec: { model, replicas: 2 },
    });
    deepStrictEqual(spec, {
      model: { uri: "hf://a/b" },
      replicas: 2,
      template: { containers: [{ env: [{ name: "A", value: "1" }], image: "late:1", name: "main", resources: {} }] },
    });
    deepStrictEqual(effective, {
      model: { name: "llama", uri: "hf://a/b" },
      replicas: 2,
      template: {
        terminationGracePeriodSeconds: 60,
        containers: [
          {
            name: "main",
            image: "late:1",
            env: [
              { name: "A", value: "1" },
              { name: "HOME", value: "/home" },
            ],
            args: ["llama", ""],
            resources: {},
          },
        ],
        volumes: [{ name: "cache", emptyDir: {} }],
      },
    });
    deepStrictEqual(appliedConfigs, [{ name: "kserve-config-llm-template", namespace: "kserve", source: "Preset" }]);
  });

  it("names who set each field, and what it overrode", () => {
    const composition = composed({
      fragments: [
        { name: "image", spec: main({ image: "mine:1" }) },
        { name: "debug", priority: 1, spec: main({ image: "debug:1", env: [{ name: "HOME", value: "/tmp" }] }) },
      ],
      spec: { model, router: { scheduler: {}, route: {} } },
    });
    const origins = originEntries(composition);
    const preset = "preset kserve-config-llm-template";
    deepStrictEqual(origins["template.containers[main].image"], {
      source: 'fragment "debug"',
      overrides: [
        { source: 'fragment "image"', value: "mine:1" },
        { source: preset, value: "preset:1" },
      ],
    });
    deepStrictEqual(origins["template.containers[main].env[HOME].value"], {
      source: 'fragment "debug"',
      overrides: [{ source: preset, value: "/home" }],
    });
    deepStrictEqual(origins["template.containers[main].name"], { source: preset });
    deepStrictEqual(origins["model.uri"], { source: "spec" });
    deepStrictEqual(origins["model.name"], { source: "KServe's webhook" });
    deepStrictEqual(origins["template.containers[main].args[0]"], {
      source: `template in ${preset}`,
      overrides: [{ source: preset, value: "{{ .Spec.Model.Name }}" }],
    });
    deepStrictEqual(origins['router.scheduler.pool.spec.selector.matchLabels["app.kubernetes.io/name"]'], {
      source: "controller: pool selector",
    });
    deepStrictEqual(origins["router.scheduler.pool.spec.endpointPickerRef.port.number"], {
      source: "controller: port of the endpoint picker",
    });
    deepStrictEqual(origins["router.scheduler.template.serviceAccountName"], {
      source: "controller: service account of the endpoint picker",
    });
  });

  it("publishes fragments in mode references, lowest first, and refers to them", () => {
    const { spec, configs, appliedConfigs } = composed({
      mode: "references",
      baseRefs: ["shared"],
      fragments: [
        { name: "b", priority: 2, spec: { replicas: 2 } },
        { name: "a", spec: { model: { name: "x" }, template: {} } },
      ],
    });
    deepStrictEqual(configs, [
      { name: "a", spec: { model: { name: "x", uri: "" }, template: { containers: [] } } },
      { name: "b", spec: { model: { uri: "" }, replicas: 2 } },
    ]);
    deepStrictEqual(spec, { baseRefs: [{ name: "shared" }, { name: "a" }, { name: "b" }], model: { uri: "hf://a/b" } });
    deepStrictEqual(
      appliedConfigs.map(({ name, source }) => `${source} ${name}`),
      ["Preset kserve-config-llm-template", "UserRef shared", "UserRef a", "UserRef b"],
    );
  });

  it("routes to the service without a scheduler, and to the pool that is referred to", () => {
    const backendOf = ({ effective }: Composition): unknown =>
      JSON.parse(/"backendRefs":(\[.*?\])/.exec(JSON.stringify(effective))?.[1] ?? "null");
    const without = composed({ spec: { model, router: { route: {} } } });
    deepStrictEqual(backendOf(without), [
      { group: "", kind: "Service", name: "llama-kserve-workload-svc", port: 8000, weight: 1 },
    ]);
    const referred = composed({
      spec: { model, router: { route: {}, scheduler: { pool: { ref: { name: "mine" } } } } },
    });
    deepStrictEqual(backendOf(referred), [
      { group: "inference.networking.k8s.io", kind: "InferencePool", name: "mine", port: 8000, weight: 1 },
    ]);
  });

  describe("unknown and secret parts", () => {
    it("leaves only those fields unknown that an unknown part touches", () => {
      const { effective, undecided } = composed({
        fragments: [{ name: "later", spec: { replicas: unknown, parallelism: { tensor: unknown } } }],
      });
      strictEqual(undecided, undefined);
      ok(effective);
      const text = JSON.stringify(effective);
      deepStrictEqual(text.match(/"\w+":"\[unknown\]"/g), ['"replicas":"[unknown]"', '"tensor":"[unknown]"']);
      ok(text.includes('"args":["llama","[unknown]"]'), text);
    });

    it("says what has to be known before the presets are", () => {
      const { effective, undecided, spec } = composed({ fragments: [{ name: "later", spec: { router: unknown } }] });
      deepStrictEqual({ effective, undecided }, { effective: undefined, undecided: "router.scheduler" });
      strictEqual(JSON.stringify(spec), '{"model":{"uri":"hf://a/b"},"router":"[unknown]"}');
    });

    it("shows no secret by which elements of lists are told apart", () => {
      const number = new Marked(8080, { unknown: false, secret: true, carriers: [] });
      const container = (value: string, ...protocols: string[]): object => ({
        name: secret("hunter2"),
        env: [{ name: secret("HUNTER_TOKEN"), value }],
        ports: protocols.map((protocol) => ({ containerPort: number, protocol })),
      });
      const composition = composed({
        spec: { model },
        fragments: [
          { name: "low", spec: { template: { containers: [container("a", "SCTP")] } } },
          { name: "high", spec: { template: { containers: [container("", "TCP", "UDP")] } } },
        ],
      });
      const { warnings } = composition;
      const shown = JSON.stringify([warnings, composition.origins()]);
      ok(!/hunter2|HUNTER_TOKEN|8080/.test(shown), shown);
      deepStrictEqual(warnings.map(({ path, message }) => `${path}: ${message}`).sort(), [
        'template.containers[0].env[0].value: fragment "high" sets it to "", which removes nothing: it stays "a" (fragment "low")',
        'template.containers[0].ports: fragment "high" has 2 elements with containerPort [secret], which are merged into one: containerPort alone tells elements of this list apart',
      ]);
    });

    it("shows no secret in origins, warnings and problems", () => {
      const hidden = main({ image: "", env: [{ name: "HOME", value: secret("hunter2") }] });
      const composition = composed({
        fragments: [
          { name: "secret", spec: hidden },
          { name: "over", spec: main({ env: [{ name: "HOME", value: "/x" }] }) },
        ],
      });
      const entry = originEntries(composition)["template.containers[main].env[HOME].value"];
      deepStrictEqual(entry?.overrides?.[0], { source: 'fragment "secret"', value: "[secret]" });
      const wrong = [
        ...problems({ fragments: [{ name: "s", spec: main({ resources: { limits: { cpu: secret("hunter2") } } }) }] }),
        ...problems({ fragments: [{ name: "s", spec: main({ args: [secret("{{ hunter2")] }) }] }),
        ...problems({ spec: { model: { uri: secret("ftp://hunter2") } } }),
        ...problems({ fragments: [{ name: "s", spec: { replicas: secret("hunter2") } }] }),
      ];
      strictEqual(wrong.length, 4, wrong.join("\n"));
      const everything = JSON.stringify([
        originEntries(composition),
        composition.warnings,
        wrong,
        composition.effective,
      ]);
      strictEqual(everything.includes("hunter2"), false, everything);
    });
  });

  describe("warnings", () => {
    const warningsOf = (args: Partial<ComposeArgs>): string[] =>
      composed(args).warnings.map(({ path, message }) => `${path}: ${message}`);

    it("tells a value that was meant to be unset", () => {
      deepStrictEqual(
        composed({ fragments: [{ name: "x", spec: main({ image: "", env: [] }) }] }).warnings,
        ["image", "env"].map((name, index) => ({
          path: `template.containers[main].${name}`,
          message: [
            'fragment "x" sets it to "", which removes nothing: it stays "preset:1" (preset kserve-config-llm-template)',
            'fragment "x" sets it to [], which removes nothing: it stays [{"name":"HOME","value":"/home"}] (preset kserve-config-llm-template)',
          ][index],
          fix: "say what it is meant to be: what a preset sets can be replaced, but not removed",
        })),
      );
      deepStrictEqual(warningsOf({ fragments: [{ name: "x", spec: { replicas: 0 } }] }), []);
    });

    it("tells members of a union that survive together", () => {
      const claim = { volumes: [{ name: "cache", persistentVolumeClaim: { claimName: "c" } }] };
      const env = [{ name: "HOME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }];
      deepStrictEqual(
        warningsOf({
          fragments: [{ name: "pvc", spec: { template: { ...claim, containers: [{ name: "main", env }] } } }],
        }),
        [
          'template.containers[main].env[HOME]: value (preset kserve-config-llm-template) and valueFrom (fragment "pvc") are both set, of which Kubernetes accepts one: merging clears neither',
          'template.volumes[cache]: emptyDir (preset kserve-config-llm-template) and persistentVolumeClaim (fragment "pvc") are both set, of which Kubernetes accepts one: merging clears neither',
        ],
      );
    });

    it("tells a port that a duplicate key swallows", () => {
      const ports = [
        { containerPort: 80, name: "tcp", protocol: "TCP" },
        { containerPort: 80, name: "udp", protocol: "UDP" },
      ];
      const both = {
        fragments: [
          { name: "a", spec: main({ ports: [{ containerPort: 1 }] }) },
          { name: "b", spec: main({ ports }) },
        ],
      };
      deepStrictEqual(warningsOf(both), [
        'template.containers[main].ports: fragment "b" has 2 elements with containerPort 80, which are merged into one: containerPort alone tells elements of this list apart',
      ]);
    });

    it("tells a default of the CRD that replaces what a preset says", () => {
      const spec = {
        selector: { matchLabels: { a: "b" } },
        targetPorts: [{ number: 1 }],
        endpointPickerRef: { name: "mine", port: { number: 2 } },
      };
      deepStrictEqual(
        warningsOf({ fragments: [{ name: "pool", spec: { router: { scheduler: { pool: { spec } } } } }] }),
        [
          'router.scheduler.pool.spec.endpointPickerRef.failureMode: is left out in fragment "pool", where the API server adds "FailClose", which replaces "FailOpen" (preset kserve-config-llm-scheduler)',
        ],
      );
    });

    it("tells a required field that is left out, and removes what was there", () => {
      const volume = (projected: object) => ({ template: { volumes: [{ name: "all", projected }] } });
      const fragments = [
        { name: "sources", spec: volume({ sources: [{ secret: { name: "s" } }] }) },
        { name: "mode", priority: 1, spec: volume({ defaultMode: 256 }) },
      ];
      deepStrictEqual(warningsOf({ fragments }), [
        'template.volumes[0].projected.sources: is left out by fragment "mode", which removes [{"secret":{"name":"s"}}] (fragment "sources"): KServe\'s controller writes null for what its types require there',
      ]);
    });

    it("take time in proportion to the elements of a list", () => {
      const timeOf = (length: number): number => {
        const env = Array.from({ length }, (_, index) => ({ name: `V${index}`, value: "x" }));
        return processorTime(() =>
          deepStrictEqual(warningsOf({ fragments: [{ name: "many", spec: main({ env }) }] }), []),
        );
      };
      timeOf(1000);
      const [few, many] = [timeOf(1000), timeOf(8000)];
      // Eight times as long, or 64 times where each is compared with each.
      ok(many < 24 * few + 50, `${few} ms, ${many} ms`);
    });

    it("tells a route without rules that replaces those of the preset", () => {
      const spec = { hostnames: ["llama.example.com"] };
      const [warning] = warningsOf({ fragments: [{ name: "host", spec: { router: { route: { http: { spec } } } } }] });
      ok(
        warning?.startsWith(
          'router.route.http.spec.rules: is left out in fragment "host", where the API server adds [{"matches":[{"path":{"type":"PathPrefix","value":"/"}}]}], which replaces ',
        ),
        warning,
      );
    });

    it("tells what the templates of presets cannot see", () => {
      const fragments = [{ name: "gpu", spec: { parallelism: { tensor: 4 } } }];
      deepStrictEqual(warningsOf({ fragments }), []);
      deepStrictEqual(warningsOf({ fragments, mode: "references" }), [
        'parallelism: only fragment "gpu" sets it, where the templates of KServe\'s presets cannot see it: the server starts without it',
      ]);
      deepStrictEqual(warningsOf({ fragments, mode: "references", kserveVersion: "0.21.0" }), []);
    });

    it("tells where the order of a list depends on the mode", () => {
      const env = (...names: string[]) => main({ env: names.map((name) => ({ name, value: "1" })) });
      const fragments = [
        { name: "low", spec: env("C", "A") },
        { name: "high", priority: 1, spec: env("B") },
      ];
      const baseRefs = ["envs"];
      deepStrictEqual(warningsOf({ fragments, baseRefs }), []);
      deepStrictEqual(warningsOf({ fragments, baseRefs, mode: "references" }), [
        'template.containers[main].env: has another order than with mode "inline" (C, A, B, HOME instead of B, C, A, HOME): KServe merges the configs one by one over its presets, and new elements go first each time',
      ]);
    });

    it("tells a config's model name that beats the service's", () => {
      const [, warning] = warningsOf({ baseRefs: ["shared"], spec: { model: { ...model, name: "mine" } } });
      strictEqual(
        warning,
        'model.name: baseRef "shared" in models says "from-config", which wins over the service\'s own "mine": KServe takes the name of a config first',
      );
    });
  });

  describe("bad input", () => {
    const cases: [string, Partial<ComposeArgs>, string][] = [
      [
        "a config that is nowhere",
        { baseRefs: ["sharde"] },
        'baseRefs[0]: there is no LLMInferenceServiceConfig of this name in namespace models or kserve; given: "sharde"; fix: did you mean "shared"?',
      ],
      [
        "{{ in a text",
        { fragments: [{ name: "bad", spec: main({ args: ["{{oops"] }) }] },
        'spec.template.containers[0].args[0]: cannot be rendered as a template: function "oops" not defined (set by fragment "bad"); fix: to have {{ in the text, write {{`{{`}}',
      ],
      [
        "a quote in the model's name",
        { fragments: [{ name: "bad", spec: { model: { name: 'a"b' } } }] },
        'spec.model.name: holds a quote, a backslash or a control character, which breaks the templates of KServe\'s presets; set by fragment "bad"; allowed: what clients can write as the name of a model, such as meta-llama/Llama-3.1-8B',
      ],
      [
        "a quantity that is none",
        { fragments: [{ name: "q", spec: main({ resources: { limits: { cpu: "4 cores" } } }) }] },
        'fragment "q": spec.template.containers[0].resources.limits.cpu: not a quantity; given: "4 cores"; allowed: a number with an optional unit, such as "500m" or "64Gi"',
      ],
      [
        "two fragments of one name",
        {
          fragments: [
            { name: "q", spec: {} },
            { name: "q", spec: {} },
          ],
        },
        'fragments[1].name: fragments[0] has this name too, so that nobody could tell which of them set a field; given: "q"; fix: rename one of them',
      ],
      [
        "keys that change prototypes",
        { fragments: [{ name: "q", spec: JSON.parse('{"labels":{"__proto__":"x"}}') as unknown }] },
        'fragment "q": spec.labels.__proto__: "__proto__" is not a key that a spec can have, because JavaScript gives it a meaning of its own',
      ],
      [
        "scheduler configurations that cannot be merged",
        {
          fragments: ["a", "b"].map((name) => ({
            name,
            spec: { router: { scheduler: { config: { inline: { plugins: [{ type: name }] } } } } },
          })),
        },
        'spec.router.scheduler.config.inline.plugins: is set in two places, and KServe\'s controller cannot merge lists or objects of free-form configuration (fragment "b" over fragment "a"); fix: set it in one place only, as a whole',
      ],
      [
        "an instruction of strategic merge",
        { fragments: [{ name: "q", spec: { labels: { $patch: "delete" } } }] },
        'fragment "q": spec.labels: the key "$patch" would be an instruction to strategic merge, which KServe\'s controller carries out; fix: rename it',
      ],
    ];
    for (const [what, args, expected] of cases) {
      it(`refuses ${what}`, () => deepStrictEqual(problems(args), [expected]));
    }

    it("shows the problems of all fragments at once", () => {
      deepStrictEqual(
        problems({
          fragments: [
            { name: "A", spec: {} },
            { name: "typo", spec: { replica: 2 } },
            { name: "type", spec: { replicas: "two" } },
          ],
          spec: { model: { uri: 7 } },
        }).map((line) => line.replace(/; .*/, "")),
        [
          "fragments[0].name: no name that a Kubernetes object can have",
          'fragment "typo": spec.replica: no such field',
          'fragment "type": spec.replicas: a string instead of a number',
          "spec.model.uri: a number instead of a string",
        ],
      );
    });

    it("refuses cycles, depth and size", () => {
      const cyclic: Record<string, unknown> = {};
      cyclic.inline = { again: cyclic };
      const deep = Array.from({ length: 1000 }).reduce<object>((inner) => ({ inner }), {});
      const inline = (value: unknown): object => ({ router: { scheduler: { config: { inline: value } } } });
      for (const spec of [inline(cyclic), inline(deep), { labels: { big: "x".repeat(10 << 20) } }]) {
        const [problem] = problems({ fragments: [{ name: "bad", spec }] });
        ok(problem?.startsWith('fragment "bad": spec'), problem);
      }
    });

    it("leaves the prototype of objects alone, and what it is given", () => {
      const fragment = { name: "f", spec: main({ env: [{ name: "HOME", value: "/x" }] }) };
      const before = JSON.stringify(fragment);
      composed({ fragments: [fragment] });
      strictEqual(JSON.stringify(fragment), before);
      strictEqual(({} as Record<string, unknown>).polluted, undefined);
    });

    it("refuses what is no version of KServe", () => {
      throws(
        () => composed({ kserveVersion: "latest" }),
        /"latest" is no version of KServe; allowed: such as "0.20.0"/,
      );
    });
  });
});
