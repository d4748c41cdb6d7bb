import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { dump } from "js-yaml";

import { runCli } from "../../local/cli";
import { readConfig, readEnvironment } from "../../local/engine/config";
import { Marked } from "../../sdk/compose/marked";
import { presets } from "./explainFixture";

const secret = { secure: "v1:c2VjcmV0:Y2lwaGVydGV4dA==" };

const services = [
  {
    name: "llama",
    namespace: "models",
    fragments: ["gpu"],
    spec: { model: { uri: "hf://meta/llama" }, replicas: 3 },
  },
  { name: "shared", namespace: "models", baseRefs: ["site"], spec: { model: { uri: "hf://meta/shared" } } },
  { name: "other", namespace: "b", spec: { model: { uri: "hf://meta/other" } } },
];

const gpu = {
  name: "gpu",
  spec: {
    replicas: 2,
    template: { containers: [{ name: "main", env: [{ name: "TOKEN", value: secret }] }] },
  },
};

describe("npm run explain", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "explain-"));
    await mirror("kserve", presets);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Writes presets as they lie in KServe's sources. */
  async function mirror(name: string, specs: Readonly<Record<string, unknown>>): Promise<string> {
    const chart = join(folder, name, "charts", "kserve-runtime-configs", "files", "llmisvcconfigs");
    await mkdir(chart, { recursive: true });
    const objects = Object.entries(specs).map(([preset, spec]) => ({
      kind: "LLMInferenceServiceConfig",
      metadata: { name: preset },
      spec,
    }));
    await writeFile(join(chart, "resources.yaml"), objects.map((object) => dump(object)).join("---\n"));
    return join(folder, name);
  }

  /** Writes a stack's configuration. */
  async function stackFile(name: string, changes: Record<string, unknown> = {}): Promise<string> {
    const file = join(folder, name);
    const settings = {
      cluster: { kubeconfig: secret },
      mirrors: { kserve: join(folder, "kserve") },
      fragments: [gpu],
      services,
      ...changes,
    };
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`pulumi-kserve:${key}`, value]));
    await writeFile(file, dump({ config: { ...config, "other:token": secret } }, { noRefs: true }));
    return file;
  }

  /** What the command prints and how it ends. */
  async function explain(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    const written = { out: "", err: "" };
    const { stdout, stderr } = process;
    const [writeOut, writeErr] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
    stdout.write = (text: string | Uint8Array) => ((written.out += String(text)), true);
    stderr.write = (text: string | Uint8Array) => ((written.err += String(text)), true);
    try {
      return { code: await runCli(["explain", ...argv]), ...written };
    } finally {
      stdout.write = writeOut;
      stderr.write = writeErr;
    }
  }

  it("prints one field with its history", async () => {
    const config = await stackFile("a.yaml");
    deepStrictEqual(await explain("llama", "replicas", "--config", config), {
      code: 0,
      out: 'replicas\nset by spec\n  3\nover fragment "gpu"\n  2\n',
      err: "",
    });
  });

  it("prints a tree without colours where nobody looks on, and no ciphertext", async () => {
    const config = await stackFile("a.yaml");
    const { code, out } = await explain("llama", "--config", config);
    strictEqual(code, 0);
    ok(out.startsWith(`llama in namespace models, composed into its spec, from ${config}\n`), out);
    match(out, /\n {4}env\[TOKEN\]\.value: \[secret\] +fragment "gpu"\n/);
    ok(!out.includes("\x1b") && !out.includes("v1:"), out);
  });

  it("says what keeps the service from becoming Ready, from the pools that the stack states", async () => {
    const config = await stackFile("pools.yaml", {
      pools: [{ name: "h100", accelerator: "nvidia-h100-80gb", acceleratorsPerNode: 8, maxNodes: 2 }],
      services: [
        {
          name: "llama",
          spec: {
            model: { uri: "hf://meta/llama" },
            template: { containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": 16 } } }] },
          },
        },
      ],
      preflight: { waive: [{ code: "accelerators-idle", reason: "a trial" }] },
    });
    const { out } = await explain("llama", "--config", config);
    const found = out.slice(out.indexOf("preflight:"));
    strictEqual(
      found
        .replace(/\n +/g, " ")
        .replace(/\n…[^]*/, "")
        .trim(),
      'preflight: 2 findings error accelerators-per-node, spec.template.containers[0].resources.limits["nvidia.com/gpu"]: ' +
        'the pods ask for 16 of nvidia.com/gpu, and a node of pool "h100" has 8 ' +
        "fix: spread the model over several nodes (parallelism and worker), or take a pool of larger nodes " +
        'warning accelerators-idle, spec.template.containers[0].resources.limits["nvidia.com/gpu"]: ' +
        "a pod asks for 16 of nvidia.com/gpu, and without parallelism.tensor it uses 1 waived: a trial " +
        "fix: set parallelism.tensor to 16, or ask for 1",
    );
  });

  it("shows the annotations that fragments bring, under those of the service, and what differs in them", async () => {
    const claim = { name: "claim", spec: {}, annotations: { "example.com/class": "gpu", "example.com/count": "2" } };
    const [llama] = services;
    const annotated = (own: Record<string, string>) =>
      ({ ...llama, fragments: ["claim"], annotations: own }) as Record<string, unknown>;
    const config = await stackFile("annotated.yaml", {
      fragments: [claim],
      services: [annotated({ "example.com/count": "1", team: "search" })],
    });
    const { out } = await explain("llama", "--config", config);
    ok(out.includes('\n  fragment "claim"                      1 field\n'), out);
    ok(out.includes("\n  service                              2 fields\n"), out);
    const tree = out.slice(out.indexOf("\nmetadata"), out.indexOf("\nmodel:"));
    strictEqual(
      tree,
      [
        "",
        "metadata.annotations:",
        '  example.com/class: "gpu"  fragment "claim"',
        '  example.com/count: "1"    service',
        '    over "2"                fragment "claim"',
        '  team: "search"            service',
      ].join("\n"),
    );
    const { fields } = JSON.parse((await explain("llama", "--config", config, "--json")).out) as { fields: unknown[] };
    deepStrictEqual(fields.slice(0, 2), [
      { path: 'metadata.annotations["example.com/class"]', value: "gpu", source: 'fragment "claim"', overrides: [] },
      {
        path: 'metadata.annotations["example.com/count"]',
        value: "1",
        source: "service",
        overrides: [{ source: 'fragment "claim"', value: "2" }],
      },
    ]);
    const other = await stackFile("other.yaml", {
      fragments: [claim],
      services: [annotated({ "example.com/count": "3", team: "search" })],
    });
    strictEqual(
      (await explain("llama", "--config", config, "--diff", other)).out,
      [
        `llama: - ${other} + ${config}`,
        '~ metadata.annotations["example.com/count"]',
        '    - "3"  service',
        '    + "1"  service',
        "",
      ].join("\n"),
    );
  });

  it("explains the services of a split environment, whose pools are in the cluster's stack", async () => {
    const stack = join(folder, "services");
    await mkdir(stack, { recursive: true });
    await writeFile(join(stack, "Pulumi.yaml"), dump({ name: "inference-services", runtime: "nodejs" }));
    const file = join(stack, "Pulumi.prod.yaml");
    const pooled = { name: "pooled", pool: "h100", spec: { model: { uri: "hf://meta/pooled" } } };
    const settings = { platformStack: "acme/inference-platform/prod", services: [services[2], pooled] };
    await writeFile(
      file,
      dump({
        config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`pulumi-kserve:${key}`, value])),
      }),
    );
    const { code, out, err } = await explain("other", "model", "--config", file);
    deepStrictEqual([code, err], [0, ""]);
    match(out, /hf:\/\/meta\/other/);
    const unknown = await explain("pooled", "--config", file);
    strictEqual(unknown.code, 2);
    match(unknown.err, /it has: other\npooled: not checked, since the stack of the cluster has their pools/);
  });

  it("explains the services of a gallery", async () => {
    const file = join(folder, "gallery.yaml");
    const more = { "kserve-config-llm-scheduler": {}, "kserve-config-llm-router-route": {} };
    const config = {
      "pulumi-kserve:mirrors": { kserve: await mirror("kserve-with-router", { ...presets, ...more }) },
      "pulumi-kserve:gallery": ["device-claims"],
    };
    await writeFile(file, dump({ config }));
    const { code, out, err } = await explain("device-claims", "--config", file);
    strictEqual(code, 0, err);
    ok(out.startsWith("device-claims in namespace gallery, composed into its spec, from "), out);
    ok(out.includes('serving.kserve.io/exp-dra-device-class: "gpu.nvidia.com"'), out);
    const wrong = join(folder, "wrong-gallery.yaml");
    await writeFile(wrong, dump({ config: { "pulumi-kserve:gallery": ["device-claim"] } }));
    match((await explain("device-claims", "--config", wrong)).err, /gallery\[0\]: .*did you mean "device-claims"\?/);
  });

  it("prints JSON", async () => {
    const config = await stackFile("a.yaml");
    const { out } = await explain("llama", "--config", config, "--json", "--mode", "references");
    const printed = JSON.parse(out) as { fields: { path: string }[] } & Record<string, unknown>;
    const { fields, ...rest } = printed;
    deepStrictEqual(rest, {
      service: "llama",
      namespace: "models",
      mode: "references",
      appliedConfigs: [
        { name: "kserve-config-llm-template", namespace: "kserve", source: "Preset" },
        { name: "gpu", namespace: "models", source: "UserRef" },
      ],
      warnings: [],
      preflight: [],
    });
    deepStrictEqual(
      fields.filter(({ path }) => path === "replicas" || path.includes("TOKEN")),
      [
        { path: "replicas", value: 3, source: "spec", overrides: [{ source: 'fragment "gpu"', value: 2 }] },
        {
          path: "template.containers[main].env[TOKEN].name",
          value: "TOKEN",
          source: 'fragment "gpu"',
          overrides: [],
        },
        {
          path: "template.containers[main].env[TOKEN].value",
          value: "[secret]",
          source: 'fragment "gpu"',
          overrides: [],
        },
      ],
    );
    const part = await explain("llama", "replicas", "--config", config, "--json");
    deepStrictEqual(
      (JSON.parse(part.out) as { fields: { path: string }[] }).fields.map(({ path }) => path),
      ["replicas"],
    );
  });

  it("compares with another file, which is the side before", async () => {
    const config = await stackFile("a.yaml");
    const [llama, ...others] = services;
    const other = await stackFile("b.yaml", {
      services: [{ ...llama, spec: { ...llama?.spec, replicas: 5 } }, ...others],
    });
    const text = await explain("llama", "--config", config, "--diff", other);
    const token = "template.containers[main].env[TOKEN].value";
    strictEqual(
      text.out,
      [
        `llama: - ${other} + ${config}`,
        "~ replicas",
        "    - 5  spec",
        "    + 3  spec",
        `secret or not known on both sides, so not compared: ${token}`,
        "",
      ].join("\n"),
    );
    const json = await explain("llama", "--config", config, "--diff", other, "--json");
    deepStrictEqual(JSON.parse(json.out), {
      service: "llama",
      namespace: "models",
      from: other,
      to: config,
      changes: [
        {
          path: "replicas",
          change: "changed",
          before: { value: 5, source: "spec" },
          after: { value: 3, source: "spec" },
        },
      ],
      notCompared: [token],
    });
    strictEqual(
      (await explain("llama", "model", "--config", config, "--diff", other)).out,
      `llama: - ${other} + ${config}\nno difference\n`,
    );
  });

  it("composes what lies in the cluster from a file, and says what is not known without it", async () => {
    const config = await stackFile("a.yaml");
    const unknown = await explain("shared", "--config", config);
    match(unknown.out, /\nLLMInferenceServiceConfig models\/site is not known here, /);
    const configs = join(folder, "site.yaml");
    const site = { kind: "LLMInferenceServiceConfig", metadata: { name: "site" }, spec: { replicas: 7 } };
    await writeFile(configs, dump({ kind: "List", items: [site] }));
    strictEqual(
      (await explain("shared", "replicas", "--config", config, "--configs", configs)).out,
      'replicas\nset by baseRef "site" in models\n  7\n',
    );
  });

  it("knows what other services of the environment publish", async () => {
    const published = { ...services[0], mode: "references", fragments: [{ name: "site", spec: { replicas: 4 } }] };
    const config = await stackFile("c.yaml", { services: [published, services[1]] });
    strictEqual(
      (await explain("shared", "replicas", "--config", config)).out,
      'replicas\nset by baseRef "site" in models\n  4\n',
    );
  });

  it("takes the gateway of services that name none from the platform's settings", async () => {
    const gateway = "{{ .GlobalConfig.IngressGatewayNamespace }}.{{ .GlobalConfig.IngressGatewayName }}";
    const labelled = { ...services[0], fragments: [{ name: "label", spec: { labels: { gateway } } }] };
    const config = await stackFile("e.yaml", {
      platform: { kserve: { gateway: "infra/edge" } },
      services: [labelled],
    });
    match((await explain("llama", "labels", "--config", config)).out, /\n {2}infra\.edge\n/);
    const own = await stackFile("own.yaml", { platform: { gateway: { gatewayName: "own" } }, services: [labelled] });
    match((await explain("llama", "labels", "--config", own)).out, /\n {2}kserve\.own\n/);
  });

  it("ends with 2 for what is not there and names the nearest", async () => {
    const config = await stackFile("a.yaml");
    const cases: [argv: string[], message: string][] = [
      [["lama"], `${config} has no service "lama", did you mean llama? it has: llama, shared, other`],
      [[], `which service? ${config} has: llama, shared, other`],
      [["llama", "replica"], "nothing sets replica; did you mean replicas? the spec has: model, replicas, template"],
      [["llama", "--mode", "inlined"], "--mode inlined: expected one of inline, references"],
    ];
    for (const [argv, message] of cases) {
      const { code, out, err } = await explain(...argv, "--config", config);
      deepStrictEqual({ code, out, err: err.split("\nusage: ")[0] }, { code: 2, out: "", err: `explain: ${message}` });
    }
    strictEqual((await explain("b/other", "model.name", "--config", config)).code, 0);
  });

  it("refuses services of one name in two namespaces, which one stack cannot have", async () => {
    const [llama] = services;
    const twins = await stackFile("f.yaml", { services: [llama, { ...llama, namespace: "b" }] });
    const { code, err } = await explain("llama", "--config", twins);
    strictEqual(code, 1);
    match(err, /services\[1\]\.name: services\[0\] has this name too; /);
    const namespaces = ["a", "b"];
    for (const namespace of namespaces) {
      const file = await stackFile(`${namespace}.twin.yaml`, { services: [{ ...llama, namespace }] });
      match((await explain("llama", "--config", file)).out, new RegExp(`^llama in namespace ${namespace}, `));
    }
  });

  it("ends with 1 for a wrong configuration, with every problem", async () => {
    const [llama] = services;
    const config = await stackFile("d.yaml", {
      services: [{ ...llama, spec: { ...llama?.spec, replica: 1, replicas: -1 } }],
    });
    const { code, err } = await explain("llama", "--config", config);
    strictEqual(code, 1);
    match(err, /^environment configuration: 2 problems\n/);
    match(err, /\n {2}- services\[0\]\.spec\.replica: no such field; .*; fix: did you mean "replicas"\?\n/);
    match(err, /\n {2}- services\[0\]\.spec\.replicas: .*; given: -1; /);
    const missing = await explain("llama", "--stack", "no-such-stack");
    strictEqual(missing.code, 1);
    match(missing.err, /^configuration of stack "no-such-stack": 1 problem\n/);
  });
});

describe("encrypted values of a stack's configuration", () => {
  let folder: string;
  before(async () => void (folder = await mkdtemp(join(tmpdir(), "encrypted-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  async function file(config: Record<string, unknown>): Promise<string> {
    const path = join(folder, "Pulumi.yaml");
    await writeFile(path, dump({ config }));
    return path;
  }

  it("are secret and not known in specs, and texts elsewhere", async () => {
    const path = await file({
      "pulumi-kserve:cluster": { kubeconfig: secret },
      "pulumi-kserve:services": [{ name: "llama", annotations: { key: secret }, spec: { model: { uri: secret } } }],
    });
    const { cluster, services } = await readEnvironment("x", path);
    deepStrictEqual(cluster, { kubeconfig: "[secret]" });
    deepStrictEqual(services?.[0]?.annotations, { key: "[secret]" });
    const { uri } = (services?.[0]?.spec as { model: { uri: Marked } }).model;
    deepStrictEqual([uri instanceof Marked, uri.unknown, uri.secret], [true, true, true]);
  });

  it("are refused where they are a whole spec or more", async () => {
    const path = await file({
      "pulumi-kserve:fragments": secret,
      "pulumi-kserve:services": [
        { name: "llama", spec: secret },
        { name: "other", spec: { model: secret } },
      ],
    });
    await rejects(readEnvironment("x", path), {
      name: "ConfigurationError",
      message: [
        'configuration of stack "x": 2 problems',
        ...["services[0].spec", "fragments"].map(
          (part) =>
            `  - ${part}: is encrypted as a whole, so that nothing can be said about it here; ` +
            "fix: encrypt single values in it: pulumi config set --secret --path pulumi-kserve:<path of the value>",
        ),
      ].join("\n"),
    });
  });

  it("of an existing cluster's kubeconfig do not hide which pools can be added to it", async () => {
    const { existing, pools } = {
      existing: { kubeconfig: secret, gke: { project: "p", location: "us-central1" } },
      pools: [{ name: "l4", accelerator: "nvidia-l4", maxNodes: 1 }],
    };
    const path = await file({ "pulumi-kserve:cluster": { existing }, "pulumi-kserve:acceleratorPools": pools });
    deepStrictEqual(await readConfig("x", path), {
      "pulumi-kserve:cluster": { existing: { ...existing, kubeconfig: "[secret]" } },
      "pulumi-kserve:acceleratorPools": pools,
    });
    deepStrictEqual(await readConfig("x", await file({ "pulumi-kserve:cluster": secret })), {});
  });

  it("are refused by the embedded environment where it needs them, and left out where it does not", async () => {
    const path = await file({
      "pulumi-kserve:cluster": { kubeconfig: secret },
      "other:token": secret,
      "other:plain": "x",
    });
    deepStrictEqual(await readConfig("x", path), {
      "other:plain": "x",
      "pulumi-kserve:cluster": { kubeconfig: "[secret]" },
    });
    const needed = await file({ "pulumi-kserve:services": [{ name: "llama", spec: { model: { uri: secret } } }] });
    await rejects(readConfig("x", needed), {
      name: "ConfigurationError",
      message:
        'configuration of stack "x": 1 problem\n' +
        "  - services[0].spec.model.uri: is encrypted for another stack, and the embedded environment cannot decrypt it; " +
        "fix: name a file with a plain value by --config",
    });
  });
});
