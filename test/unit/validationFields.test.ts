import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { runCommand } from "../../local/process";
import { projectRoot } from "../../local/paths";
import { checkAgainstSchema } from "../../sdk/api/schema/checkAgainstSchema";
import { checkSpec } from "../../sdk/api/schema/checkSpec";
import { Marked } from "../../sdk/compose/marked";
import type { Problem } from "../../sdk/problems";
import { fieldSpecs } from "../differential/validationFields";

const secret = (value: string | number): Marked => new Marked(value, { unknown: false, secret: true, carriers: [] });
const unknown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
const paths = (problems: readonly Problem[]): string[] => problems.map(({ path }) => path);

const distinct = (problems: readonly Problem[]): string[] => [...new Set(paths(problems))].sort();

describe("fields of a spec", () => {
  it("have a table that is what the pinned module of KServe holds, and is small", async function () {
    this.timeout(60_000);
    const script = join(projectRoot(), "scripts", "generate-schema.mjs");
    const { stdout } = await runCommand(process.execPath, [script, "--print"], { cwd: projectRoot() });
    strictEqual(stdout, readFileSync(join(projectRoot(), "sdk", "api", "schema", "crd.generated.ts"), "utf8"));
    ok(stdout.length < 40_000, `${stdout.length} characters`);
  });

  it("are the same in zod as in the CRD, every one of them", function () {
    this.timeout(60_000);
    let count = 0;
    for (const spec of fieldSpecs()) {
      count += 1;
      deepStrictEqual(
        distinct(checkSpec(spec, { form: "service" })),
        distinct(checkAgainstSchema(spec, "spec")),
        JSON.stringify(spec),
      );
    }
    ok(count > 20_000);
  });

  it("are described by what is wrong, what was given, and what is allowed", () => {
    deepStrictEqual(
      checkSpec(
        {
          model: { uri: 5 },
          replicas: -1,
          paralelism: { tensor: 8 },
          kvCacheOffloading: { cpu: "64 GB", evictionPolicy: "fifo" },
          router: { route: { group: "My Group", weight: 2_000_000 } },
          template: {
            containers: [{ name: "main", imag: "vllm", args: "--port=8000" }],
          },
        },
        { form: "service", path: "services[0].spec" },
      ),
      [
        { path: "services[0].spec.replicas", given: -1, message: "too small", allowed: "at least 0" },
        {
          path: "services[0].spec.template.containers[0].imag",
          message: "no such field",
          allowed:
            "args, command, env, envFrom, image, imagePullPolicy, lifecycle, livenessProbe, name, ports, readinessProbe, " +
            "resizePolicy, resources, restartPolicy, restartPolicyRules, securityContext, startupProbe, stdin, stdinOnce, " +
            "terminationMessagePath, terminationMessagePolicy, tty, volumeDevices, volumeMounts, workingDir",
          fix: 'did you mean "image"?',
        },
        {
          path: "services[0].spec.template.containers[0].args",
          given: "--port=8000",
          message: "a string instead of a list",
          allowed: "a list",
        },
        {
          path: "services[0].spec.kvCacheOffloading.cpu",
          given: "64 GB",
          message: "not a quantity",
          allowed: 'a number with an optional unit, such as "500m" or "64Gi"',
        },
        {
          path: "services[0].spec.kvCacheOffloading.evictionPolicy",
          given: "fifo",
          message: "not one of the allowed values",
          allowed: '"lru", "arc"',
        },
        {
          path: "services[0].spec.model.uri",
          given: 5,
          message: "a number instead of a string",
          allowed: "a string",
          fix: 'quote it: "5"',
        },
        {
          path: "services[0].spec.router.route.group",
          given: "My Group",
          message: "not in the required form",
          allowed: "text that matches ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        },
        {
          path: "services[0].spec.router.route.weight",
          given: 2_000_000,
          message: "too large",
          allowed: "at most 1000000",
        },
        {
          path: "services[0].spec.paralelism",
          message: "no such field",
          allowed:
            "replicas, scaling, parallelism, labels, annotations, template, worker, kvCacheOffloading, model, prefill, " +
            "router, storageInitializer, tracing, baseRefs",
          fix: 'did you mean "parallelism"?',
        },
      ],
    );
  });

  it("are not required in a fragment", () => {
    const fragment = {
      model: { name: "llama" },
      scaling: { minReplicas: 2, wva: { keda: { fallback: { replicas: 1 } } } },
      kvCacheOffloading: { secondary: [{ fileSystem: { emptyDir: {} } }] },
      template: { containers: [{ image: "vllm" }] },
      router: {
        scheduler: {
          config: { ref: { name: "epp" } },
          pool: { spec: { appProtocol: "http", endpointPickerRef: { failureMode: "FailOpen" } } },
        },
      },
    };
    deepStrictEqual(checkSpec(fragment, { form: "fragment" }), []);
    deepStrictEqual(paths(checkSpec(fragment, { form: "service" })).sort(), [
      "spec.kvCacheOffloading.cpu",
      "spec.kvCacheOffloading.secondary[0].fileSystem.emptyDir.size",
      "spec.model.uri",
      "spec.router.scheduler.config.ref.key",
      "spec.router.scheduler.pool.spec.endpointPickerRef.name",
      "spec.router.scheduler.pool.spec.selector",
      "spec.router.scheduler.pool.spec.targetPorts",
      "spec.scaling.maxReplicas",
      "spec.scaling.wva.keda.fallback.failureThreshold",
      "spec.template.containers[0].name",
    ]);
    deepStrictEqual(paths(checkSpec({ replicas: -1, router: { gateways: {} } }, { form: "fragment" })), [
      "spec.replicas",
      "spec.router.gateways",
    ]);
  });

  it("may be templates in configs where the config's CRD allows it", () => {
    const spec = {
      router: {
        scheduler: {
          pool: {
            spec: {
              selector: { matchLabels: { app: "{{ .ObjectMeta.Name }}" } },
              targetPorts: [{ number: 8000 }],
              endpointPickerRef: { name: "{{ ChildName .ObjectMeta.Name `-epp-service` }}" },
            },
          },
        },
      },
    };
    deepStrictEqual(checkSpec(spec, { form: "config" }), []);
    deepStrictEqual(paths(checkSpec(spec, { form: "service" })), [
      "spec.router.scheduler.pool.spec.selector.matchLabels.app",
    ]);
  });

  it("are left alone where they are unknown", () => {
    const spec = {
      model: unknown,
      replicas: unknown,
      scaling: { maxReplicas: unknown },
      template: { containers: [unknown, { name: unknown, args: unknown, resources: { limits: { cpu: unknown } } }] },
      baseRefs: [{ name: unknown }],
      router: { route: { http: { spec: unknown } } },
    };
    deepStrictEqual(checkSpec(spec, { form: "service" }), []);
    deepStrictEqual(checkSpec(unknown, { form: "service" }), []);
    class Output {}
    deepStrictEqual(checkSpec({ model: new Output(), template: new Output() }, { form: "service" }), []);
  });

  it("are checked where they are secret, and not shown", () => {
    const spec = {
      model: { uri: secret("hf://token@a/b") },
      tracing: { exporter: secret(5) },
      router: { route: { group: secret("My Group"), weight: 1 } },
      template: { containers: [{ name: "main", env: [{ name: "TOKEN", value: secret(42) }], image: secret("vllm") }] },
    };
    const problems = checkSpec(spec, { form: "service" });
    deepStrictEqual(paths(problems), [
      "spec.template.containers[0].env[0].value",
      "spec.router.route.group",
      "spec.tracing.exporter",
    ]);
    ok(!/My Group|42|"given"/.test(JSON.stringify(problems)), JSON.stringify(problems));
  });

  it("are reported a hundred times at most, in bounded time", () => {
    const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`containerz${index}`, 1]));
    const start = process.cpuUsage();
    strictEqual(checkSpec(keys, { form: "service" }).length, 100);
    strictEqual(checkSpec({ template: keys }, { form: "service" }).length, 100);
    const items = Array.from({ length: 60_000 }, () => ({ name: 1 }));
    strictEqual(checkSpec({ template: { containers: items }, baseRefs: items }, { form: "service" }).length, 100);
    const { user } = process.cpuUsage(start);
    ok(user < 3_000_000, `${user / 1000} ms`);
  });

  it("load zod and the table only when something is checked", async () => {
    const script = `
      const { checkService } = require("./dist/sdk/api/validate.js");
      checkService({ name: "a", spec: {} });
      console.log(Object.keys(require.cache).filter((file) => file.includes("node_modules/zod/")).length);
    `;
    const { stdout } = await runCommand(process.execPath, ["-e", script], { cwd: projectRoot() });
    strictEqual(stdout.trim(), "0");
  });
});
