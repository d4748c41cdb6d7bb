import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import { dump } from "js-yaml";

import { checkStack, isValid, type StackCheck } from "../../cli/config/checkStack";
import { allStacks, stackOf } from "../../cli/config/stacks";
import { runProjectCommand } from "../../cli/main";
import { readConfig } from "../../local/engine/config";
import { describeProblem } from "../../sdk/problems";
import { presets } from "./explainFixture";

const secret = { secure: "v1:c2VjcmV0:Y2lwaGVydGV4dA==" };
const model = { uri: "hf://meta/llama" };

const containers = [{ name: "main", image: "vllm:1" }];
/** Stand-ins for all presets of KServe. */
const allPresets: Record<string, unknown> = Object.fromEntries(
  [
    ["scheduler", { router: { scheduler: { template: { containers } } } }] as const,
    ["router-route", { router: { route: { http: { spec: {} } } } }] as const,
    ...["template", "decode-template", "prefill-template"].map((name) => [name, templateOf(name, "template")] as const),
    ...["worker-data-parallel", "decode-worker-data-parallel", "prefill-worker-data-parallel"].map(
      (name) => [name, templateOf(name, "worker")] as const,
    ),
  ].map(([name, spec]) => [`kserve-config-llm-${name}`, spec]),
);

function templateOf(name: string, key: string): object {
  return name.startsWith("prefill") ? { prefill: { [key]: { containers } } } : { [key]: { containers } };
}

describe("npm run config", () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), "config-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes a file with settings of this project, and others as they are. */
  function write(name: string, settings: Record<string, unknown>, others: Record<string, unknown> = {}): string {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`pulumi-kserve:${key}`, value]));
    writeFileSync(file, dump({ config: { ...config, ...others } }));
    return file;
  }

  const checked = (file: string): Promise<StackCheck> =>
    checkStack({ stack: "dev", file }, () => Promise.resolve({ ...presets }));
  const problems = async (file: string): Promise<string[]> => (await checked(file)).problems.map(describeProblem);

  /** What a command prints and how it ends. */
  async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    const written = { out: "", err: "" };
    const { stdout, stderr } = process;
    const [writeOut, writeErr] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
    stdout.write = (text: string | Uint8Array) => ((written.out += String(text)), true);
    stderr.write = (text: string | Uint8Array) => ((written.err += String(text)), true);
    try {
      return { code: await runProjectCommand(["config", ...argv]), ...written };
    } finally {
      Object.assign(stdout, { write: writeOut });
      Object.assign(stderr, { write: writeErr });
    }
  }

  describe("check", () => {
    for (const name of ["dev.example", "staging.example", "prod.example", "existing.example", "local", "gallery"]) {
      it(`finds nothing wrong with Pulumi.${name}.yaml`, async () => {
        const found = await checkStack(await stackOf(name), () => Promise.resolve(allPresets));
        strictEqual(isValid(found), true, JSON.stringify([found.problems, found.findings]));
        ok(found.services.length > 0);
      });
    }

    it("checks the configuration of an app team", async () => {
      const file = join(__dirname, "../../../stacks/app-team/Pulumi.example.yaml");
      deepStrictEqual([await problems(file), isValid(await checked(file))], [[], true]);
      const wrong = write("Pulumi.team.yaml", { platformStack: "prod", service: "llama", replica: 1 });
      deepStrictEqual(
        (await problems(wrong)).map((text) => text.split(":")[0]),
        ["platformStack", "replica"],
      );
    });

    it("checks the parts of an environment in three stacks, but for what another stack has", async () => {
      const services = [
        { name: "llama", spec: { model } },
        { name: "qwen", pool: "l4", spec: { model } },
      ];
      const found = await checked(
        write("Pulumi.part.yaml", { platformStack: "acme/inference-platform/prod", services }),
      );
      deepStrictEqual([found.problems, found.services], [[], ["default/llama"]]);
      match(found.notes.join(), /^qwen: not checked/);
      const wrong = write("Pulumi.part2.yaml", { clusterStack: "acme/inference-cluster/prod", services });
      match((await problems(wrong)).join(), /^services: is a setting of the services stack; /);
    });

    it("names services of such a part by their own places, and does not check them against a platform that it does not know", async () => {
      const services = [
        { name: "qwen", pool: "l4", spec: { model } },
        { name: "llama", spec: { model, replica: 1 } },
      ];
      const platformStack = "acme/inference-platform/prod";
      match(
        (await problems(write("Pulumi.part3.yaml", { platformStack, services }))).join(),
        /^services\[1\]\.spec\.replica: /,
      );
      // Platforms install nothing that scales unless they say so.
      const spec = { model, scaling: { minReplicas: 1, maxReplicas: 2, wva: { keda: {} } } };
      const found = await checkStack(
        { stack: "dev", file: write("Pulumi.part4.yaml", { platformStack, services: [{ name: "llama", spec }] }) },
        () => Promise.resolve(allPresets),
      );
      deepStrictEqual([found.problems, found.findings], [[], []]);
    });

    it("knows the program by the name of the project", async () => {
      const inner = mkdtempSync(join(folder, "services-"));
      const file = join(inner, "Pulumi.dev.yaml");
      writeFileSync(join(inner, "Pulumi.yaml"), dump({ name: "inference-services" }));
      writeFileSync(file, dump({ config: { "pulumi-kserve:services": [] } }));
      match((await problems(file)).join(), /^platformStack: does not say which stack this one builds upon/);
      writeFileSync(join(inner, "Pulumi.yaml"), dump({ name: "pulumi-kserve-gallery" }));
      writeFileSync(join(inner, "base.yaml"), dump({ config: { "pulumi-kserve:gallery": ["single-nod"] } }));
      writeFileSync(file, dump({ config: { "pulumi-kserve:base": "base.yaml" } }));
      match((await problems(file)).join(), /^gallery\[0\]: the gallery has no entry of this name/);
    });

    it("refuses services of one name in two namespaces, and so does explain, whichever program has them", async () => {
      const services = ["x", "y"].map((namespace) => ({ name: "llama", namespace, pool: "l4", spec: { model } }));
      for (const more of [{}, { platformStack: "acme/inference-platform/prod" }]) {
        const file = write("Pulumi.twins.yaml", { services, ...more });
        match((await problems(file)).join("\n"), /^services\[1\]\.name: services\[0\] has this name too; [^\n]*$/);
        const { code, err } = await run("explain", "--config", file);
        deepStrictEqual([code, err.includes("services[0] has this name too")], [1, true]);
      }
    });

    describe("of programs that share a base", () => {
      const links = {
        cluster: {},
        platform: { clusterStack: "acme/inference-cluster/prod" },
        services: { platformStack: "acme/inference-platform/prod" },
      };

      /** A stack's file in a project's folder, beside the base. */
      const stackIn = (project: string, base: object, settings: Record<string, unknown> = {}): string => {
        const inner = mkdtempSync(join(folder, "shared-"));
        write(join(basename(inner), "base.yaml"), { ...base });
        mkdirSync(join(inner, "project"));
        writeFileSync(join(inner, "project", "Pulumi.yaml"), dump({ name: project }));
        return write(join(basename(inner), "project", "Pulumi.prod.yaml"), { base: "../base.yaml", ...settings });
      };

      const base = {
        cluster: { existing: { kubeconfigFile: "kubeconfig.yaml", gke: { project: "p", location: "europe-west4-a" } } },
        pools: [{ name: "l4", accelerator: "nvidia-l4", acceleratorsPerNode: 1, maxNodes: 3, labels: {} }],
        platform: { gateway: { gatewayClassName: "istio" } },
        existing: { components: { istio: true } },
        createNamespaces: true,
        serviceDefaults: { namespace: "chat" },
        services: [{ name: "llama", spec: { model } }],
      };
      const programs = [
        ["pulumi-kserve", {}],
        ...Object.entries(links).map(([part, link]) => [`inference-${part}`, link] as const),
      ] as const;

      for (const [project, link] of programs) {
        it(`takes what that of ${project} reads, and shows nothing else`, async () => {
          const file = stackIn(project, base, link);
          deepStrictEqual(await problems(file), []);
          const { out } = await run("explain", "--config", file, "--json");
          const { settings } = JSON.parse(out) as { settings: { path: string }[] };
          const shown = [...new Set(settings.map(({ path }) => (/^\w+/.exec(path) ?? [""])[0]))].sort();
          const expected: Record<string, string[]> = {
            "pulumi-kserve": Object.keys(base).sort(),
            "inference-cluster": ["cluster", "pools"],
            "inference-platform": ["clusterStack", "existing", "platform"],
            "inference-services": ["createNamespaces", "platformStack", "serviceDefaults", "services"],
          };
          deepStrictEqual(shown, expected[project]);
        });

        it(`refuses in that of ${project} what no program knows`, async () => {
          match(
            (await problems(stackIn(project, { ...base, sevices: [] }, link))).join("\n"),
            /^sevices: no such setting; set by \.\.\/base\.yaml; .*fix: did you mean "services"\?$/,
          );
        });
      }

      it("lets a base say on which stacks the parts build", async () => {
        const linked = { ...base, ...links.platform, ...links.services };
        for (const [project] of programs) deepStrictEqual(await problems(stackIn(project, linked)), [], project);
      });

      it("names the file of the base where a part reads what is wrong", async () => {
        const services = [
          { name: "qwen", pool: "l4", spec: { model } },
          { name: "llama", spec: { model, replica: 1 } },
        ];
        match(
          (await problems(stackIn("inference-services", { ...base, services }, links.services))).join("\n"),
          /^services\[llama\]\.spec\.replica: no such field; set by \.\.\/base\.yaml; /,
        );
        match(
          (await problems(stackIn("inference-services", { ...base, services }, links.platform))).join("\n"),
          /^clusterStack: is a setting of the platform stack; /,
        );
      });

      it("reads that of an app team, whatever its project is called", async () => {
        const team = { service: "llama", namespace: "assistant", replicas: 2 };
        const link = { platformStack: "acme/pulumi-kserve/prod" };
        for (const project of ["app-team", "assistant"]) {
          const file = stackIn(project, team, link);
          deepStrictEqual(await problems(file), []);
          const { out } = await run("explain", "--config", file, "--json");
          const { settings } = JSON.parse(out) as { settings: { path: string }[] };
          deepStrictEqual(
            settings.map(({ path }) => path),
            ["service", "namespace", "replicas", "platformStack"],
          );
          match(
            (await problems(stackIn(project, { ...team, replicas: "two" }, link))).join("\n"),
            /^replicas: .*set by \.\.\/base\.yaml/,
          );
          match(
            (await problems(stackIn(project, { ...team, services: [] }, link))).join("\n"),
            /^services: no such setting; set by \.\.\/base\.yaml; .*did you mean "service"\?$/,
          );
        }
      });
    });

    it("finds a key with a typing error whose value is encrypted", async () => {
      await rejects(readConfig("dev", write("Pulumi.typo.yaml", { sevices: [secret] })), /sevices: no such setting/);
    });

    it("knows every stack of the project, examples included", async () => {
      const stacks = (await allStacks()).map(({ stack }) => stack);
      ok(stacks.includes("prod.example") && stacks.includes("gallery"), stacks.join(", "));
    });

    it("says every problem at once: unknown keys, wrong types, compositions", async () => {
      const file = write(
        "Pulumi.bad.yaml",
        { platfrom: {}, createNamespaces: "yes", services: [{ name: "llama", spec: { model, replica: 2 } }] },
        { "gcp:project": "p", "aws:token": secret },
      );
      const found = await checked(file);
      deepStrictEqual(
        found.problems.map(({ path, fix }) => [path, fix]),
        [
          ["createNamespaces", undefined],
          ["platfrom", 'did you mean "platform"?'],
          ["services[0].spec.replica", 'did you mean "replicas"?'],
        ],
      );
      deepStrictEqual([isValid(found), found.notChecked], [false, ["aws:token", "gcp:project"]]);
    });

    it("composes and preflights all services together, and takes encrypted values as secret", async () => {
      const services = ["a", "b"].map((name) => ({
        name,
        spec: {
          model: { uri: secret },
          template: { containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": "3" } } }] },
        },
      }));
      const pools = [{ name: "gpu", accelerator: "nvidia-l40s", acceleratorsPerNode: 4, maxNodes: 1, labels: {} }];
      const waive = [{ code: "cluster-too-small", service: "default/none", reason: "tried" }];
      const found = await checked(write("Pulumi.small.yaml", { services, pools, preflight: { waive } }));
      deepStrictEqual(found.services, ["default/a", "default/b"]);
      ok(!JSON.stringify(found).includes(secret.secure));
      const codes = found.findings.map(({ code, service }) => `${code} ${service ?? ""}`);
      ok(codes.includes("cluster-too-small default/b"), codes.join("; "));
      ok(
        codes.some((code) => code.startsWith("waiver-unused")),
        codes.join("; "),
      );
    });

    it("checks the platform as its components would", async () => {
      const platform = {
        gateway: { gatewayName: "Not_A_Name" },
        networkPolicies: {},
        certManager: { issuers: { ca: {} } },
      };
      deepStrictEqual(
        (await checked(write("Pulumi.platform.yaml", { platform }))).problems.map(({ path }) => path),
        ["platform.certManager.issuers.ca", "platform.gateway.gatewayName"],
      );
    });

    it("reads a base, and names the file that is wrong", async () => {
      write("environments/base.yaml", { services: [{ name: "llama", spec: { model, replica: 2 } }] });
      const file = write("Pulumi.based.yaml", { base: "environments/base.yaml", createNamespaces: true });
      match(
        (await problems(file)).join("\n"),
        /^services\[llama\]\.spec\.replica: no such field; set by environments\/base\.yaml; /,
      );
      const missing = write("Pulumi.missing.yaml", { base: "environments/bass.yaml" });
      match((await problems(missing)).join("\n"), /^base: no such file; .*did you mean "base.yaml"\?$/);
    });

    it("takes what the project's file has for all stacks, which a stack replaces key by key", async () => {
      const project = {
        name: "pulumi-kserve",
        config: {
          createNamespaces: false,
          "pulumi-kserve:base": "all.yaml",
          "pulumi-kserve:mirrors": { value: { kserve: "project" } },
          "pulumi-kserve:preflight": { value: { requireDigests: "yes" } },
        },
      };
      const inner = mkdtempSync(join(folder, "project-"));
      writeFileSync(join(inner, "Pulumi.yaml"), dump(project));
      writeFileSync(join(inner, "all.yaml"), dump({ config: { "pulumi-kserve:mirrors": { lws: "base" } } }));
      writeFileSync(
        join(inner, "Pulumi.dev.yaml"),
        dump({ config: { "pulumi-kserve:preflight": { requireDigests: true } } }),
      );
      const { code, out } = await run("explain", "--config", join(inner, "Pulumi.dev.yaml"), "--json");
      const { settings, layers } = JSON.parse(out) as { settings: Record<string, string>[]; layers: string[] };
      deepStrictEqual([code, layers], [0, ["all.yaml", "Pulumi.yaml", "Pulumi.dev.yaml"]]);
      deepStrictEqual(
        settings.map(({ path, value, source }) => [path, value, source]),
        [
          ["mirrors.lws", "base", "all.yaml"],
          ["mirrors.kserve", "project", "Pulumi.yaml"],
          ["createNamespaces", false, "Pulumi.yaml"],
          ["preflight.requireDigests", true, "Pulumi.dev.yaml"],
        ],
      );
    });

    it("takes a setting or the project's base away by null", async () => {
      const inner = mkdtempSync(join(folder, "null-"));
      writeFileSync(
        join(inner, "Pulumi.yaml"),
        dump({ name: "pulumi-kserve", config: { "pulumi-kserve:base": "base.yaml" } }),
      );
      writeFileSync(
        join(inner, "base.yaml"),
        dump({ config: { "pulumi-kserve:services": [{ name: "llama", spec: { model } }] } }),
      );
      const file = join(inner, "Pulumi.dev.yaml");
      for (const [config, layers] of [
        [{ "pulumi-kserve:services": null }, ["base.yaml", "Pulumi.dev.yaml"]],
        [{ "pulumi-kserve:base": null }, ["Pulumi.dev.yaml"]],
      ] as const) {
        writeFileSync(file, dump({ config }));
        const found = await checked(file);
        deepStrictEqual([found.problems, found.services, found.layers], [[], [], layers]);
      }
    });

    it("says what a file is that is no configuration", async () => {
      const file = join(folder, "Pulumi.broken.yaml");
      writeFileSync(file, "config:\n  a: [1\n");
      match(
        (await problems(file)).join("\n"),
        /: is not YAML: .* \(line \d+, column \d+\); fix: create or mend the file/,
      );
      writeFileSync(file, "- a\n");
      match((await problems(file)).join("\n"), /: is no configuration: /);
      writeFileSync(file, "");
      deepStrictEqual(await problems(file), []);
    });

    it("ends with 1 for a wrong stack, with 2 for none, and prints JSON", async () => {
      const wrong = write("Pulumi.wrong.yaml", { services: {} });
      const { code, out } = await run("check", "--config", wrong, "--json");
      const shown = JSON.parse(out) as { valid: boolean; problems: unknown[] };
      deepStrictEqual([code, shown.valid, shown.problems.length], [1, false, 1]);
      const text = await run("check", "--config", wrong);
      strictEqual(text.code, 1);
      match(text.out, /Pulumi\.wrong\.yaml: 1 problem\n {2}- services: an object instead of a list; /);
      for (const argv of [["check"], ["check", "pord.example"], ["check", "a", "--all"], ["chekc"], []]) {
        strictEqual((await run(...argv)).code, 2, argv.join(" "));
      }
      match(
        (await run("check", "pord.example")).err,
        /there is no Pulumi\.pord\.example\.yaml, did you mean prod\.example\?/,
      );
    });
  });

  describe("explain", () => {
    it("shows each setting with the file that set it, defaults of services, and what was overridden", async () => {
      const { code, out } = await run("explain", "prod.example");
      strictEqual(code, 0);
      match(
        out,
        /^settings of Pulumi\.prod\.example\.yaml\n {2}default +\d+ settings\n {2}environments\/base\.yaml +\d+ settings\n/,
      );
      const line = (pattern: RegExp) => match(out.replace(/ +/g, " "), pattern);
      line(/\n replicas: 4 Pulumi\.prod\.example\.yaml\n over 1 environments\/base\.yaml\n/);
      line(/\n namespace: "chat" serviceDefaults of environments\/base\.yaml\n/);
      line(/\n mode: "inline" default\n/);
      const one = await run("explain", "prod.example", "services.llama-70b.spec.replicas");
      strictEqual(
        one.out,
        "services[llama-70b].spec.replicas\nset by Pulumi.prod.example.yaml\n  2\nover environments/base.yaml\n  1\n",
      );
      match((await run("explain", "prod.example", "platfrom")).err, /nothing sets platfrom; did you mean platform\?/);
    });

    it("shows what was removed, and annotations of defaults only where no fragment brings them", async () => {
      write("base2.yaml", {
        serviceDefaults: { annotations: { a: "x", "b.c/d": "y" }, fragments: ["f"] },
        fragments: [{ name: "f", spec: {}, annotations: { a: "z" } }],
        services: [{ name: "one", annotations: { e: "f" } }, { name: "two" }],
      });
      const file = write("Pulumi.removed.yaml", { base: "base2.yaml", services: [{ name: "two", remove: true }] });
      const { out } = await run("explain", "--config", file, "services", "--json");
      const { settings } = JSON.parse(out) as { settings: { path: string; value: unknown }[] };
      deepStrictEqual(
        settings.map(({ path, value }) => [path, value]),
        [
          ["services[two]", null],
          ["services[one].name", "one"],
          ["services[one].annotations.e", "f"],
          ['services[one].annotations["b.c/d"]', "y"],
          ["services[one].fragments", ["f"]],
          ["services[one].namespace", "default"],
          ["services[one].mode", "inline"],
        ],
      );
    });

    it("passes over defaults that a layer removes, and those of a wrong form", async () => {
      for (const serviceDefaults of [
        null,
        [],
        { fragments: null, annotations: null, criticality: null },
        { fragments: "f" },
      ]) {
        const services = [{ name: "one" }, { name: "two", fragments: null }];
        const file = write("Pulumi.nulls.yaml", {
          serviceDefaults,
          fragments: null,
          services,
          outputs: { kubeconfig: true },
        });
        const { code, out } = await run("explain", "--config", file, "--json");
        const { settings } = JSON.parse(out) as { settings: { path: string; value: unknown }[] };
        const at = (path: string) => settings.find((field) => field.path === path);
        deepStrictEqual([code, at("services[one].criticality"), at("outputs.kubeconfig")?.value], [0, undefined, true]);
      }
    });

    it("never shows secrets", async () => {
      write("base3.yaml", { cluster: { kubeconfig: "apiVersion: plain-token" } });
      const file = write("Pulumi.secrets.yaml", {
        base: "base3.yaml",
        cluster: { kubeconfig: secret },
        services: [{ name: "llama", spec: { model: { uri: secret }, args: [secret] } }],
      });
      for (const argv of [[], ["--json"], ["cluster"], ["services"]]) {
        const { code, out } = await run("explain", "--config", file, ...argv);
        strictEqual(code, 0);
        ok(out.includes("[secret]") && !out.includes(secret.secure) && !out.includes("plain-token"), out);
      }
    });
  });
});
