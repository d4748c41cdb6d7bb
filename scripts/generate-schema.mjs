// Writes sdk/api/schema/crd.generated.ts: what the API server demands of a LLMInferenceServiceSpec, read from the OpenAPI schema of
// the CRD in KServe's Go module. Descriptions go, equal parts are written once. Needs `go`, and the module in its cache or a Go
// proxy. Run it after KServe's version in sdk/versions.ts has changed.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { load } from "js-yaml";
import { format, resolveConfig } from "prettier";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, "sdk", "api", "schema", "crd.generated.ts");

/** KServe's build relaxes a few patterns for configs, because their values may be templates. */
const crdFiles = {
  service: "config/crd/full/llmisvc/serving.kserve.io_llminferenceservices.yaml",
  config: "config/crd/full/llmisvc/serving.kserve.io_llminferenceserviceconfigs.yaml",
};

/** Parts with types of other projects, and where the CRDs have them. */
const roots = {
  spec: "",
  podSpec: "template",
  httpRouteSpec: "router.route.http.spec",
  inferencePoolSpec: "router.scheduler.pool.spec",
  persistentVolumeClaimSpec: "kvCacheOffloading.secondary[].fileSystem.pvc.spec",
  autoscalerBehavior: "scaling.wva.hpa.behavior",
  quantity: "kvCacheOffloading.cpu",
};

/** Every place of the PodSpec; the CRD repeats it, and it must be the same everywhere. */
const podSpecs = ["worker", "prefill.template", "prefill.worker", "router.scheduler.template"];

function pinnedVersion() {
  const source = readFileSync(join(root, "sdk", "versions.ts"), "utf8");
  return /^ {2}kserve: "([^"]+)"/m.exec(source)[1];
}

/** The OpenAPI schema of `spec` in each CRD. */
function specs(version) {
  const answer = execFileSync("go", ["mod", "download", "-json", `github.com/kserve/kserve@v${version}`], {
    // Outside any module, so that no go.mod decides about versions.
    cwd: tmpdir(),
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=mod" },
  });
  const folder = JSON.parse(answer).Dir;
  return Object.entries(crdFiles).map(([kind, file]) => {
    const crd = load(readFileSync(join(folder, file), "utf8"));
    const served = crd.spec.versions.find((entry) => entry.name === "v1alpha2");
    return [kind, served.schema.openAPIV3Schema.properties.spec];
  });
}

/** What a schema of the CRD becomes in the table; the keys of both are listed, so that a new one is an error. */
const kept = {
  enum: "enum",
  minimum: "min",
  maximum: "max",
  minLength: "minLength",
  maxLength: "maxLength",
  minItems: "minItems",
  maxItems: "maxItems",
  minProperties: "minProperties",
  maxProperties: "maxProperties",
  pattern: "pattern",
};
const handled = [
  ...["type", "format", "properties", "required", "items", "additionalProperties", "anyOf"],
  ...["x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"],
  ...["x-kubernetes-list-type", "x-kubernetes-list-map-keys"],
];
// Rules in CEL are written by hand in sdk/api/rules; defaults are in sdk/compose/goTypes.generated.ts.
const dropped = ["description", "default", "x-kubernetes-map-type", "x-kubernetes-validations"];

const lines = [];
const indexOf = new Map();

/** Adds a schema and everything below it to the table; equal schemas get the same index. */
function add(schema) {
  const unknown = Object.keys(schema).filter(
    (key) => !(key in kept) && !handled.includes(key) && !dropped.includes(key),
  );
  if (unknown.length > 0) throw new Error(`the CRD uses ${unknown.join(", ")}, which this script does not know`);
  const node = { type: typeOf(schema) };
  for (const [from, to] of Object.entries(kept)) if (schema[from] !== undefined) node[to] = schema[from];
  if (schema.properties) {
    node.fields = {};
    for (const key of Object.keys(schema.properties).sort()) node.fields[key] = add(schema.properties[key]);
    // What the API server fills in is never missing.
    const required = (schema.required ?? []).filter((key) => schema.properties[key].default === undefined).sort();
    if (required.length > 0) node.required = required;
  }
  if (schema.items) node.items = add(schema.items);
  if (typeof schema.additionalProperties === "object") node.values = add(schema.additionalProperties);
  if (schema["x-kubernetes-preserve-unknown-fields"]) node.open = true;
  if (schema["x-kubernetes-list-type"] === "set") node.unique = [];
  if (schema["x-kubernetes-list-type"] === "map") {
    // Each key with the default that stands for it where it is left out.
    node.unique = schema["x-kubernetes-list-map-keys"].map((key) => {
      const fallback = schema.items.properties[key].default;
      return fallback === undefined ? [key] : [key, fallback];
    });
  }
  const line = JSON.stringify(node);
  if (!indexOf.has(line)) {
    indexOf.set(line, lines.length);
    lines.push(line);
  }
  return indexOf.get(line);
}

function typeOf(schema) {
  if (schema["x-kubernetes-int-or-string"]) return schema.pattern ? "quantity" : "intOrString";
  return schema.format ?? schema.type ?? "any";
}

function at(schema, path) {
  let current = schema;
  for (const step of path.split(".").filter(Boolean)) {
    current = current.properties[step.replace("[]", "")];
    if (step.endsWith("[]")) current = current.items;
  }
  return current;
}

export async function generate() {
  const version = pinnedVersion();
  const indices = {};
  for (const [kind, spec] of specs(version)) {
    indices[kind] = Object.fromEntries(Object.entries(roots).map(([name, path]) => [name, add(at(spec, path))]));
    for (const path of podSpecs) {
      if (add(at(spec, path)) !== indices[kind].podSpec)
        throw new Error(`${path} differs from the PodSpec in template`);
    }
  }
  const source = `// Written by scripts/generate-schema.mjs; do not edit.

/** Where the parts of the two v1alpha2 CRDs of KServe ${version} begin in {@link schemaNodes}. */
export const schemaRoots = ${JSON.stringify(indices)} as const;

/** Each schema of the CRDs as JSON of a SchemaNode, in which other schemas are indices. */
export const schemaNodes: readonly string[] = [
${lines.map((line) => `${quoted(line)},`).join("\n")}
];
`;
  return format(source, { ...(await resolveConfig(output)), parser: "typescript" });
}

/** A single-quoted literal, because JSON is full of double quotes. */
function quoted(text) {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

if (process.argv.includes("--print")) process.stdout.write(await generate());
else writeFileSync(output, await generate());
