import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { touchedNames, type ProviderTests } from "./harness";

const chartFiles = {
  "Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.2.3\n",
  "values.yaml": "greeting: hello\nmode: 0644\n",
  "crds/things.yaml": `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.chart.example.com}
spec:
  group: chart.example.com
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`,
  "templates/all.yaml": `
apiVersion: chart.example.com/v1
kind: Thing
metadata: {name: {{ .Release.Name }}-thing, annotations: {pulumi.com/deletionPropagationPolicy: background}}
spec: {greeting: {{ .Values.greeting }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-map}
data:
  greeting: {{ .Values.greeting | quote }}
  mode: {{ .Values.mode | quote }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
  apps: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-secret}
stringData: {token: {{ .Values.token | default "none" }}}
`,
  "templates/hook.yaml": `
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-hook, annotations: {helm.sh/hook: pre-install}}
`,
};

/** Components that the provider makes itself, and its functions. */
export function componentTests(tests: ProviderTests): void {
  describe("components", () => {
    let folder: string;
    let chart: string;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), "components-"));
      chart = join(folder, "small");
      for (const [name, text] of Object.entries(chartFiles)) {
        const file = join(chart, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("ConfigGroup: files, texts and objects become children, namespaces and CRDs first", async () => {
      const file = join(folder, "map.yaml");
      writeFileSync(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-file}\n---\n# nothing\n");
      const stack = await tests.open("config-group", ({ options, namespace }) => {
        const group = new k8s.yaml.v2.ConfigGroup(
          "group",
          {
            files: [join(folder, "*.yaml")],
            yaml: `
apiVersion: v1
kind: ConfigMap
metadata: {name: inside, namespace: ${namespace}-made}
---
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}-made}
`,
            objs: [
              {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "from-object" },
                stringData: { a: "group-secret" },
              },
            ],
          },
          options,
        );
        return { count: group.resources.apply((resources) => (resources as unknown[]).length) };
      });
      const names = [
        "cluster",
        "group",
        `group:${stack.namespace}-made`,
        `group:${stack.namespace}-made/inside`,
        `group:${stack.namespace}/from-file`,
        `group:${stack.namespace}/from-object`,
        "provider-test-config-group",
      ].sort();
      const preview = await stack.preview();
      deepStrictEqual(touchedNames(preview), names);
      const up = await stack.up();
      deepStrictEqual(touchedNames(up), names);
      strictEqual(up.outputs?.count?.value, 4);
      ok(!stack.state().includes("group-secret"));
      deepStrictEqual(touchedNames(await stack.up()), []);
      await stack.destroy();
      strictEqual(await tests.client.get("v1", "ConfigMap", stack.namespace, "from-file"), undefined);
    });

    it("ConfigFile: a CRD and its object from one file", async () => {
      const file = join(folder, "crd.yml");
      // In the foreground the garbage collector must know the kind first, which takes it up to half a minute.
      const background = "annotations: {pulumi.com/deletionPropagationPolicy: background}";
      const thing = `apiVersion: chart.example.com/v1\nkind: Thing\nmetadata: {name: one, ${background}}\nspec: {a: 1}\n`;
      writeFileSync(file, `${thing}---${chartFiles["crds/things.yaml"]}`);
      const stack = await tests.open("config-file", ({ options }) => {
        new k8s.yaml.v2.ConfigFile("file", { file, resourcePrefix: "pre" }, options);
      });
      const up = await stack.up();
      const children = ["pre:things.chart.example.com", `pre:${stack.namespace}/one`];
      deepStrictEqual(touchedNames(up), ["cluster", "file", ...children, "provider-test-config-file"].sort());
      await stack.destroy();
      tests.client.forgetDiscovery();
      strictEqual(await tests.client.resourceFor("chart.example.com/v1", "Thing"), undefined);
    });

    it("ConfigFile: says which file cannot be read", async () => {
      const stack = await tests.open("no-file", ({ options }) => {
        new k8s.yaml.v2.ConfigFile("file", { file: "/nowhere/at-all.yaml" }, options);
      });
      match(await stack.failure("preview"), /\/nowhere\/at-all\.yaml/);
    });

    it("Chart: renders with values, the cluster's capabilities and CRDs, without hooks", async () => {
      let greeting = "hi";
      const stack = await tests.open("chart", ({ options, namespace }) => {
        new k8s.helm.v4.Chart(
          "rel",
          {
            chart,
            namespace,
            values: { greeting, token: pulumi.secret("chart-secret") },
            valueYamlFiles: [new pulumi.asset.StringAsset("greeting: unused\nmode: 1\n")],
          },
          options,
        );
      });
      const names = ["cluster", "provider-test-chart", "rel", "rel:things.chart.example.com"];
      names.push(...["map", "secret", "thing"].map((name) => `rel:${stack.namespace}/rel-${name}`));
      deepStrictEqual(touchedNames(await stack.preview()), names.sort());
      await stack.up();
      const live = await tests.client.get("v1", "ConfigMap", stack.namespace, "rel-map");
      deepStrictEqual(live?.data, { greeting: "hi", mode: "1", minor: "34", apps: "true" });
      ok(!stack.state().includes("chart-secret"));
      deepStrictEqual(touchedNames(await stack.preview()), []);
      greeting = "bye";
      const change = await stack.preview();
      deepStrictEqual(change.touched.get(`rel:${stack.namespace}/rel-thing`)?.diff, ["spec.greeting update"]);
      await stack.destroy();
      tests.client.forgetDiscovery();
    });

    it("Chart: passes on what helm says", async () => {
      const stack = await tests.open("bad-chart", ({ options }) => {
        new k8s.helm.v4.Chart("rel", { chart: join(folder, "missing") }, options);
      });
      match(await stack.failure("preview"), /missing/);
    });

    it("helm:template: gives the objects of a chart to the program", async () => {
      const stack = await tests.open("template", ({ options, namespace }) => {
        const jsonOpts = JSON.stringify({
          path: chart,
          release_name: "tpl",
          namespace,
          values: { greeting: "t" },
          skip_crd_rendering: true,
        });
        const { result } = pulumi.output(
          pulumi.runtime.invoke("kubernetes:helm:template", { jsonOpts }, { provider: options.provider }),
        ) as unknown as { result: pulumi.Output<{ kind: string; metadata: { name: string; namespace: string } }[]> };
        return {
          objects: result.apply((objects) =>
            objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort(),
          ),
        };
      });
      const { outputs } = await stack.up();
      const at = (kind: string, name: string): string => `${kind} ${stack.namespace}/tpl-${name}`;
      deepStrictEqual(outputs?.objects?.value, [
        at("ConfigMap", "hook"),
        at("ConfigMap", "map"),
        at("Secret", "secret"),
        at("Thing", "thing"),
      ]);
    });

    it("yaml:decode: reads manifests for the program", async () => {
      const stack = await tests.open("decode", ({ options }) => {
        const { result } = pulumi.output(
          pulumi.runtime.invoke(
            "kubernetes:yaml:decode",
            { text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", defaultNamespace: "x" },
            { provider: options.provider },
          ),
        ) as unknown as { result: pulumi.Output<unknown[]> };
        return { result };
      });
      const { outputs } = await stack.up();
      deepStrictEqual(outputs?.result?.value, [
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "x" } },
      ]);
    });
  });
}
