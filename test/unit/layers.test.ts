import { deepStrictEqual, strictEqual } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { dump } from "js-yaml";

import { Marked } from "../../sdk/compose/marked";
import { ConfigurationError, describeProblem } from "../../sdk/problems";
import { layersBelow, withBase } from "../../stacks/environment/baseFiles";
import { explainLayers, mergeLayers } from "../../stacks/environment/layers";
import { located } from "../../stacks/environment/located";
import { parseSettings, settingKeys } from "../../stacks/environment/settings";

const layer = (name: string, settings: Record<string, unknown>) => ({ name, settings });
const merged = (base: Record<string, unknown>, stack: Record<string, unknown>) =>
  mergeLayers([layer("base.yaml", base), layer("Pulumi.dev.yaml", stack)]);

/** What is wrong, a line each. */
function problems(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(describeProblem);
    throw error;
  }
  return [];
}

describe("layers of settings", () => {
  const model = { uri: "hf://meta/llama" };

  it("merge objects by key and services by name; other lists replace, null removes", () => {
    const base = {
      mirrors: { kserve: "a", lws: "b" },
      existing: { crds: ["x", "y"] },
      services: [
        { name: "llama", namespace: "chat", labels: { team: "a", tier: "1" }, spec: { model, replicas: 1 } },
        { name: "qwen", spec: { model } },
      ],
    };
    const stack = {
      mirrors: { kserve: null },
      existing: { crds: ["z"] },
      services: [
        { name: "llama", labels: { tier: null }, spec: { replicas: 4 } },
        { name: "qwen", remove: true },
        { name: "phi", spec: { model } },
      ],
    };
    const before = structuredClone([base, stack]);
    deepStrictEqual(merged(base, stack), {
      settings: {
        mirrors: { lws: "b" },
        existing: { crds: ["z"] },
        services: [
          { name: "llama", namespace: "chat", labels: { team: "a" }, spec: { model, replicas: 4 } },
          { name: "phi", spec: { model } },
        ],
      },
      problems: [],
    });
    deepStrictEqual([base, stack], before);
  });

  it("merge lists in specs by the keys of Kubernetes, and free-form lists as a whole", () => {
    const container = (more: object) => ({ spec: { template: { containers: [{ name: "main", ...more }] } } });
    const mounts = [
      { name: "data", mountPath: "/a" },
      { name: "data", mountPath: "/b" },
    ];
    const base = {
      fragments: [
        {
          name: "gpu",
          ...container({ args: ["--a"], env: [{ name: "A", value: "1" }], volumeMounts: mounts, image: "x" }),
        },
      ],
    };
    const stack = {
      fragments: [
        {
          name: "gpu",
          priority: 2,
          ...container({
            args: ["--b"],
            env: [{ name: "A", value: "2" }, { name: "B" }],
            volumeMounts: [{ name: "more", mountPath: "/b" }],
          }),
        },
      ],
    };
    deepStrictEqual(merged(base, stack).settings, {
      fragments: [
        {
          name: "gpu",
          priority: 2,
          ...container({
            args: ["--b"],
            env: [{ name: "A", value: "2" }, { name: "B" }],
            volumeMounts: [mounts[0], { name: "more", mountPath: "/b" }],
            image: "x",
          }),
        },
      ],
    });
  });

  it("find a service in whatever namespace, and refuse two of one name", () => {
    const several = {
      services: [
        { name: "a", namespace: "x", spec: { replicas: 1 } },
        { name: "a", namespace: "y" },
      ],
    };
    deepStrictEqual(merged(several, { services: [{ name: "a", mode: "inline" }] }).problems.map(describeProblem), [
      'services[1].name: services[0] has this name too; given: "a"; set by base.yaml; allowed: a name once in a stack, ' +
        "since resources, outputs and references of app teams go by it; fix: rename one of them, or move it to a stack of its own",
    ]);
    const moved = merged(
      { services: [{ name: "a", namespace: "x" }] },
      { services: [{ name: "a", namespace: "dev" }] },
    );
    deepStrictEqual(moved.settings.services, [{ name: "a", namespace: "dev" }]);
  });

  it("refuse two of one name in a layer, and what removes nothing", () => {
    const { problems } = merged(
      { pools: [{ name: "a" }, { name: "b" }, { name: "a" }], services: [{ name: "llama" }] },
      {
        services: [
          { name: "lama", remove: true },
          { name: "llama", remove: true, mode: "inline" },
        ],
      },
    );
    deepStrictEqual(problems.map(describeProblem), [
      'pools[2].name: pools[0] has this name too; given: "a"; set by base.yaml; fix: rename one of them',
      'services[lama]: is removed, and no layer below has it; set by Pulumi.dev.yaml; allowed: llama; fix: did you mean "llama"?',
      "services[llama]: is removed, and has mode nevertheless; set by Pulumi.dev.yaml; fix: leave one out",
    ]);
  });

  it("remove elements by whatever key a list has, and refuse two of one key in a layer", () => {
    const main = (more: object) => ({
      fragments: [{ name: "gpu", spec: { template: { containers: [{ name: "main", ...more }] } } }],
    });
    const mount = { name: "data", mountPath: "/a" };
    deepStrictEqual(
      merged(main({ volumeMounts: [mount, { ...mount, mountPath: "/b" }] }), {
        ...main({ volumeMounts: [{ mountPath: "/a", remove: true }] }),
      }),
      { settings: main({ volumeMounts: [{ ...mount, mountPath: "/b" }] }), problems: [] },
    );
    const listeners = [{ name: "https" }, { name: "https" }];
    const { problems } = merged(main({ volumeMounts: [mount] }), {
      platform: { gateway: { listeners } },
      ...main({ volumeMounts: [mount, mount] }),
    });
    const at = "fragments[gpu].spec.template.containers[main].volumeMounts";
    deepStrictEqual(
      problems.map(({ path, message }) => [path, message]),
      [
        ["platform.gateway.listeners[1].name", "platform.gateway.listeners[0] has this name too"],
        [`${at}[1].mountPath`, `${at}[0] has this mountPath too`],
      ],
    );
  });

  it("are found for paths with brackets that belong to nothing", () => {
    const layers = [layer("base.yaml", { mirrors: { "a[b": "x", c: "y" } }), layer("stack", {})];
    const [problem] = located([{ path: "mirrors.a[", message: "wrong" }], layers);
    strictEqual(problem?.origin, "base.yaml");
  });

  it("keep marked and encrypted values whole, and keys such as __proto__", () => {
    const secret = new Marked("s", { unknown: false, secret: true, carriers: [] });
    const { settings } = merged(
      { a: { b: 1 }, c: { d: 1 } },
      { a: secret, c: { secure: "v1:x" }, mirrors: JSON.parse('{"__proto__": "x"}') as unknown },
    );
    strictEqual(settings.a, secret);
    deepStrictEqual(settings.c, { secure: "v1:x" });
    deepStrictEqual(Object.keys(settings.mirrors as object), ["__proto__"]);
  });

  it("say who set each setting, what it overrode, and what was removed", () => {
    const { fields } = explainLayers([
      layer("all.yaml", { mirrors: { kserve: "a" }, platform: { gateway: { gatewayClassName: "x" } }, pools: [] }),
      layer("base.yaml", { mirrors: { kserve: "b" }, services: [{ name: "llama", labels: { "a.b/c": "d" } }] }),
      layer("stack", { mirrors: { kserve: "c" }, platform: { gateway: false }, pools: null }),
    ]);
    deepStrictEqual(fields, [
      {
        path: "mirrors.kserve",
        value: "c",
        source: "stack",
        overrides: [
          { source: "base.yaml", value: "b" },
          { source: "all.yaml", value: "a" },
        ],
      },
      {
        path: "platform.gateway",
        value: false,
        source: "stack",
        overrides: [{ source: "all.yaml", value: { gatewayClassName: "x" } }],
      },
      { path: "services[llama].name", value: "llama", source: "base.yaml", overrides: [] },
      { path: 'services[llama].labels["a.b/c"]', value: "d", source: "base.yaml", overrides: [] },
      { path: "pools", value: null, source: "stack", overrides: [{ source: "all.yaml", value: [] }] },
    ]);
  });
});

describe("base files", () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-base-"))));
  after(() => rmSync(folder, { recursive: true }));

  function write(name: string, content: unknown): string {
    mkdirSync(join(folder, "environments"), { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : dump(content));
    return name;
  }

  const wrong = (base: unknown): string[] =>
    problems(() =>
      withBase({ name: "Pulumi.dev.yaml", settings: { base } }, { folder, keys: () => ({ known: settingKeys }) }),
    );

  it("are read one below the other, each from the folder of the file that names it", () => {
    write("environments/all.yaml", { config: { "pulumi-kserve:createNamespaces": false } });
    const base = write("environments/base.yaml", {
      config: { "pulumi-kserve:base": "all.yaml", "pulumi-kserve:mirrors": { kserve: "x" } },
    });
    const own = { name: "Pulumi.dev.yaml", settings: { base, mirrors: { lws: "y" } } };
    deepStrictEqual(layersBelow(own, { folder, keys: () => ({ known: settingKeys }) }), [
      { name: "environments/all.yaml", settings: { createNamespaces: false } },
      { name: "environments/base.yaml", settings: { mirrors: { kserve: "x" } } },
      { name: "Pulumi.dev.yaml", settings: { mirrors: { lws: "y" } } },
    ]);
    deepStrictEqual(withBase(own, { folder, keys: () => ({ known: settingKeys }) }), {
      createNamespaces: false,
      mirrors: { kserve: "x", lws: "y" },
    });
  });

  it("that are not there, or no path, are told with the nearest file", () => {
    write("environments/base.yaml", {});
    deepStrictEqual(wrong("environments/bas.yaml"), [
      'base: no such file; given: "environments/bas.yaml"; set by Pulumi.dev.yaml; ' +
        "allowed: path of a YAML file, from the folder of the project (in a base: from the folder of that one); " +
        'fix: did you mean "base.yaml"?',
    ]);
    deepStrictEqual(wrong(["a.yaml"]), [
      'base: not a path; given: ["a.yaml"]; set by Pulumi.dev.yaml; allowed: path of a YAML file',
    ]);
    strictEqual(wrong("environments").length, 1);
  });

  it("that include themselves are refused", () => {
    write("environments/a.yaml", { config: { "pulumi-kserve:base": "b.yaml" } });
    write("environments/b.yaml", { config: { "pulumi-kserve:base": "a.yaml" } });
    deepStrictEqual(wrong("environments/a.yaml"), [
      "base: includes itself: environments/a.yaml -> environments/b.yaml -> environments/a.yaml; " +
        'given: "a.yaml"; set by environments/b.yaml',
    ]);
  });

  it("that do not parse, or are no configuration, are refused", () => {
    deepStrictEqual(wrong(write("broken.yaml", "config:\n  a: [1\n  b: 2\n")).length, 1);
    deepStrictEqual(/is not YAML: .* \(line \d, column \d+\)/.test(wrong("broken.yaml")[0] ?? ""), true);
    deepStrictEqual(wrong(write("list.yaml", [1])), [
      'base: is no configuration; given: "list.yaml"; set by Pulumi.dev.yaml; ' +
        'allowed: "config:" with pulumi-kserve:… below it, as in a Pulumi.<stack>.yaml',
    ]);
  });

  it("have neither encrypted values nor keys of other programs", () => {
    const services = [{ name: "llama", spec: { model: { uri: { secure: "v1:x" } } } }];
    write("mixed.yaml", {
      encryptionsalt: "v1:x",
      services: [],
      config: {
        "gcp:project": "p",
        "pulumi-kserve:gallery": [],
        "pulumi-kserve:service": [],
        "pulumi-kserve:services": services,
      },
    });
    const known = settingKeys.join(", ");
    deepStrictEqual(wrong("mixed.yaml"), [
      "encryptionsalt: a base has nothing but its config; set by mixed.yaml; fix: leave it out",
      'services: a base has nothing but its config; set by mixed.yaml; fix: write pulumi-kserve:services below "config:"',
      "gcp:project: is not for this program, and Pulumi does not read a base; set by mixed.yaml; allowed: keys of pulumi-kserve; " +
        "fix: put it into the configuration of the stack, or of the project (Pulumi.yaml) for all stacks",
      `gallery: no such setting; set by mixed.yaml; allowed: ${known}`,
      `service: no such setting; set by mixed.yaml; allowed: ${known}; fix: did you mean "services"?`,
      "services[0].spec.model.uri: is encrypted, and only the stack that it was encrypted for can decrypt it; set by mixed.yaml; " +
        "fix: leave it out here, and set it in each stack: pulumi config set --secret --path 'pulumi-kserve:services[0].spec.model.uri'",
    ]);
  });

  it("are named by problems of what was merged, with services by their names", () => {
    const base = write("environments/base.yaml", {
      config: {
        "pulumi-kserve:services": [
          { name: "first", spec: { model: { uri: "hf://a/b" } } },
          { name: "llama", spec: { model: { uri: "hf://a/b" }, replica: 1 } },
        ],
      },
    });
    const own = { name: "Pulumi.dev.yaml", settings: { base, services: [{ name: "llama", spec: { replicas: -1 } }] } };
    const found = problems(() => parseSettings(withBase(own, { folder, keys: () => ({ known: settingKeys }) })));
    deepStrictEqual(
      found.map((text) => /^([^:]*): .*; set by ([^;]*)/.exec(text)?.slice(1)),
      [
        ["services[llama].spec.replicas", "Pulumi.dev.yaml"],
        ["services[llama].spec.replica", "environments/base.yaml"],
      ],
      found.join("\n"),
    );
  });
});

describe("defaults of services", () => {
  const spec = { model: { uri: "hf://a/b" } };

  it("lie below each service's own settings, and below annotations of its fragments", () => {
    const { services } = parseSettings({
      fragments: [
        { name: "common", spec: {}, annotations: { a: "fragment" } },
        { name: "gpu", spec: {} },
      ],
      serviceDefaults: {
        namespace: "models",
        timeoutSeconds: 60,
        labels: { team: "x", tier: "1" },
        annotations: { a: "default", b: "default", c: "default" },
        fragments: ["common"],
      },
      services: [
        { name: "one", spec },
        { name: "two", namespace: "own", labels: { tier: "2" }, annotations: { b: "own" }, fragments: ["gpu"], spec },
        { name: "three", fragments: ["gpu", "common"], timeoutSeconds: 5, spec },
      ],
    });
    const common = { labels: { team: "x", tier: "1" }, timeoutSeconds: 60, namespace: "models" };
    const annotations = { b: "default", c: "default" };
    deepStrictEqual(services, [
      { ...common, name: "one", annotations, fragments: ["common"], spec },
      {
        ...common,
        name: "two",
        namespace: "own",
        labels: { team: "x", tier: "2" },
        annotations: { b: "own", c: "default" },
        fragments: ["common", "gpu"],
        spec,
      },
      { ...common, name: "three", annotations, fragments: ["gpu", "common"], timeoutSeconds: 5, spec },
    ]);
  });

  it("are checked once, and services of one name are found in the namespace of the defaults", () => {
    deepStrictEqual(
      problems(() =>
        parseSettings({
          serviceDefaults: { fragments: ["gpu"], mod: "inline" },
          services: [{ name: "one", spec }],
        }),
      ).map((text) => text.split(";")[0]),
      ["serviceDefaults.mod: no such setting"],
    );
    deepStrictEqual(
      problems(() =>
        parseSettings({
          fragments: [{ name: "gpus", spec: {} }],
          serviceDefaults: { namespace: "models", fragments: ["gpu"] },
          services: [
            { name: "one", spec },
            { name: "one", namespace: "models", fragments: ["gpus", "gups"], spec },
          ],
        }),
      ).map((text) => text.split(";")[0]),
      [
        "serviceDefaults.fragments[0]: the environment has no fragment of this name",
        "services[1].name: services[0] has this name too",
        "services[1].fragments[1]: the environment has no fragment of this name",
      ],
    );
  });
});
