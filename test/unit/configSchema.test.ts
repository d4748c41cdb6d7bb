import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { load } from "js-yaml";

import { descriptions } from "../../cli/config/descriptions";
import { type JsonSchema, schemaText } from "../../cli/config/schema";
import { schemaFile } from "../../cli/config/schemaCommand";

const root = join(__dirname, "../../..");

interface Validator {
  (content: unknown): boolean;
  errors?: { dataPath: string; message?: string }[] | null;
}

/** ESLint's own validator of JSON schemas, which knows the draft that editors know best. */
const Ajv = createRequire(require.resolve("eslint"))("ajv") as new (options: object) => {
  compile(schema: object): Validator;
};

describe("the JSON schema of a stack's configuration", () => {
  const schema = JSON.parse(schemaText()) as JsonSchema;
  const validate = new Ajv({ allErrors: true }).compile(schema);
  const wrong = (content: unknown): string[] =>
    validate(content) ? [] : [...new Set((validate.errors ?? []).map(({ dataPath }) => dataPath))];
  const settings = (given: Record<string, unknown>) => ({
    config: Object.fromEntries(Object.entries(given).map(([key, value]) => [`pulumi-kserve:${key}`, value])),
  });

  it("is the one that is committed: npm run config -- schema --write", () => {
    // Not compared by the assertion, which would print both.
    ok(readFileSync(join(root, schemaFile), "utf8") === schemaText(), "is out of date");
  });

  it("takes every configuration of the project, each of which names it to editors", () => {
    const files = [
      ...readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name)),
      ...readdirSync(join(root, "environments")).map((name) => `environments/${name}`),
    ];
    ok(files.length >= 10, files.join(", "));
    for (const file of files) {
      const text = readFileSync(join(root, file), "utf8");
      const [first] = text.split("\n");
      const path = file.includes("/") ? `../${schemaFile}` : `./${schemaFile}`;
      strictEqual(first, `# yaml-language-server: $schema=${path}`, file);
      deepStrictEqual([file, wrong(load(text))], [file, []]);
    }
  });

  it("refuses what does not exist, in settings and in specs, and wrong types", () => {
    const services = (entry: object) => settings({ services: [{ name: "llama", ...entry }] });
    const at = ".config['pulumi-kserve:services'][0]";
    deepStrictEqual(wrong({ config: { "pulumi-kserve:platfrom": {} } }), [".config"]);
    deepStrictEqual(wrong(services({ criticalty: "Critical" })), [at]);
    deepStrictEqual(wrong(services({ spec: { replica: 1 } })).slice(0, 1), [`${at}.spec`]);
    deepStrictEqual(wrong(services({ spec: { replicas: "one" } })).slice(0, 1), [`${at}.spec.replicas`]);
    deepStrictEqual(wrong(settings({ services: [{ spec: {} }] })), [at]);
    ok(wrong(services({ spec: { template: { containers: [{ name: "main", img: "x" }] } } })).length > 0);
    ok(wrong(settings({ cluster: { gke: { projct: "p" } } })).length > 0);
    ok(wrong({ confg: {} }).length > 0);
  });

  it("takes layers, encrypted texts, removals and keys of other packages", () => {
    const secure = { secure: "v1:x" };
    deepStrictEqual(
      wrong({
        encryptionsalt: "v1:x",
        config: {
          "gcp:project": "p",
          "aws:token": secure,
          ...settings({
            base: "environments/base.yaml",
            platform: "existing",
            mirrors: { kserve: null },
            cluster: { kubeconfig: secure, existing: { gke: { location: "x" } } },
            services: [
              { name: "a", remove: true },
              { name: "b", namespace: null, spec: { model: { uri: secure } }, annotations: { key: secure } },
            ],
            fragments: [{ name: "f", spec: { template: { containers: [{ name: "main", env: [{ name: "A" }] }] } } }],
          }).config,
        },
      }),
      [],
    );
    deepStrictEqual(wrong(settings({ platform: { gateway: { listeners: [{ name: "https", remove: true }] } } })), []);
  });

  it("takes removals wherever a layer can remove something: whole settings, fields of specs, entries of maps, elements of lists", () => {
    for (const key of ["services", "mirrors", "createNamespaces", "platform", "cluster", "base"])
      deepStrictEqual([key, wrong(settings({ [key]: null }))], [key, []]);
    const spec = {
      replicas: null,
      labels: { team: null },
      parallelism: null,
      router: { scheduler: null, route: { http: null } },
      template: {
        nodeSelector: { zone: null },
        schedulerName: null,
        tolerations: null,
        containers: [
          { name: "main", image: null, resources: { limits: { memory: null } }, env: [{ name: "A", remove: true }] },
          { name: "sidecar", remove: true },
        ],
        volumes: [{ name: "cache", remove: true }],
      },
    };
    for (const list of ["services", "fragments"])
      deepStrictEqual(
        [
          list,
          wrong(
            settings({
              [list]: [
                { name: "a", spec },
                { name: "b", spec: null },
              ],
            }),
          ),
        ],
        [list, []],
      );
    const services = (template: object) => wrong(settings({ services: [{ name: "a", spec: { template } }] }));
    ok(services({ containers: [{ name: "main", remove: false }] }).length > 0);
    ok(services({ containers: [{ remove: true }] }).length > 0);
    ok(services({ containers: [null] }).length > 0);
    ok(services({ containers: [{ name: "main", args: [null] }] }).length > 0);
  });

  it("describes only settings that there are", () => {
    const { properties } = (schema.properties as { config: { properties: Record<string, JsonSchema> } }).config;
    const partOf = (part: JsonSchema, step: string): JsonSchema | undefined => {
      const found = step === "[]" ? part.items : (part.properties as JsonSchema | undefined)?.[step];
      if (found) return found as JsonSchema;
      return ((part.anyOf ?? []) as JsonSchema[]).map((option) => partOf(option, step)).find(Boolean);
    };
    for (const [path, text] of Object.entries(descriptions)) {
      const [key = "", ...steps] = path.split(/\.|(?=\[\])/);
      const found = steps.reduce<JsonSchema | undefined>(
        (part, step) => part && partOf(part, step),
        properties[`pulumi-kserve:${key}`],
      );
      strictEqual(found?.description, text, path);
    }
  });
});
