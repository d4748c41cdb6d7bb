// Writes sdk/compose/goTypes.generated.ts: the Go structs of KServe's LLMInferenceServiceSpec, as the oracle (KServe's own types,
// by reflection) describes them, with the defaults of the CRDs. Needs the compiled project (node scripts/build.mjs) and what
// builds the oracle. Run it after KServe's version in sdk/versions.ts has changed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { load } from "js-yaml";
import { format, resolveConfig } from "prettier";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, "sdk", "compose", "goTypes.generated.ts");
const crds = ["serving.kserve.io_llminferenceservices.yaml", "serving.kserve.io_llminferenceserviceconfigs.yaml"];

function toolchain() {
  const file = join(root, "dist", "local", "toolchain", "toolchain.js");
  if (!existsSync(file)) throw new Error(`${file} is missing: run node scripts/build.mjs first`);
  return createRequire(import.meta.url)(file).ensureToolchain({ only: ["oracle"] });
}

function ask(oracle, request) {
  const { stdout, stderr, status, error } = spawnSync(oracle, {
    input: `${JSON.stringify(request)}\n`,
    encoding: "utf8",
    maxBuffer: 64 << 20,
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`the oracle failed: ${error ?? stderr}`);
  const answer = JSON.parse(stdout);
  if (answer.error) throw new Error(`the oracle cannot describe KServe's types: ${answer.error}`);
  return answer;
}

/** The schema of `spec` in the version that is stored. */
function specSchema(folder, file) {
  const crd = load(readFileSync(join(folder, "config", "crd", "full", "llmisvc", file), "utf8"));
  const version = crd.spec.versions.find(({ name }) => name === "v1alpha2");
  return version.schema.openAPIV3Schema.properties.spec;
}

/** What the CRDs add to the types: defaults, and fields whose content the API server drops. */
class CrdFacts {
  /** By type and field, what was seen on any path, as JSON. */
  seen = new Map();
  /** Types of which the CRD stores anything without looking into it, by the path. */
  unseen = new Map();

  constructor(types) {
    this.types = types;
  }

  read(type, schema, path) {
    for (const [name, field] of Object.entries(this.types[type].fields)) {
      const property = schema.properties[name];
      const child = `${path}.${name}`;
      if (!property) throw new Error(`the CRDs have no ${child}, which the Go types have`);
      const isStruct = field.kind === "struct";
      const inner = isStruct ? property.properties && property : (property.items ?? property.additionalProperties);
      const holdsStructs = isStruct || field.elem === "struct";
      const keepsAll = property["x-kubernetes-preserve-unknown-fields"] === true;
      const emptied = holdsStructs && !inner && !keepsAll;
      this.note(type, name, { default: property.default, emptied: emptied || undefined }, child);
      if (holdsStructs && inner) this.read(field.type, inner, isStruct ? child : `${child}[]`);
      else if (holdsStructs && keepsAll) this.leave(field.type, child);
    }
  }

  leave(type, path) {
    if (this.unseen.has(type)) return;
    this.unseen.set(type, path);
    for (const field of Object.values(this.types[type].fields)) {
      if (field.kind === "struct" || field.elem === "struct") this.leave(field.type, path);
    }
  }

  /** @throws when a default would be set at a path where the CRD sets none. */
  check() {
    for (const [key, { fact, path }] of this.seen) {
      const elsewhere = this.unseen.get(key.split(" ")[0]);
      if (elsewhere && (fact.default !== undefined || fact.emptied))
        throw new Error(
          `the CRDs do not treat ${key} alike everywhere: ${path} has ${JSON.stringify(fact)}, ${elsewhere} has no schema`,
        );
    }
  }

  note(type, name, fact, path) {
    const key = `${type} ${name}`;
    const text = JSON.stringify(fact);
    const before = this.seen.get(key);
    if (before === undefined) this.seen.set(key, { text, fact, path });
    else if (before.text !== text) {
      throw new Error(
        `the CRDs do not treat ${type}.${name} alike everywhere: ${before.path} has ${before.text}, ${path} has ${text}`,
      );
    }
  }

  of(type, name) {
    return this.seen.get(`${type} ${name}`)?.fact ?? {};
  }
}

const sortedKeys = (record) => Object.keys(record).sort();

function fieldText(field, fact) {
  const { go, kind, type, elem, ptr, omit, mergeKey, union } = field;
  const parts = { go, kind, type, elem, ptr, omit, mergeKey, union, default: fact.default, emptied: fact.emptied };
  const entries = Object.entries(parts).filter(
    ([key, value]) => value !== undefined && (key === "default" || (value !== false && value !== "")),
  );
  return `{ ${entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ")} }`;
}

function tableText(types, names, facts) {
  return names
    .map((type) => {
      const { fields } = types[type];
      const lines = sortedKeys(fields).map(
        (name) => `    ${JSON.stringify(name)}: ${fieldText(fields[name], facts.of(type, name))},`,
      );
      return [`  ${JSON.stringify(type)}: {`, ...lines, "  },"].join("\n");
    })
    .join("\n");
}

export async function generate() {
  const { tools, upstream } = await toolchain();
  const { spec, specTypes } = ask(tools.oracle.path, { op: "types" });
  const facts = new CrdFacts(specTypes);
  for (const file of crds) facts.read(spec, specSchema(upstream.kserve, file), "spec");
  facts.check();
  const source = `// Written by scripts/generate-types.mjs; do not edit.
import type { GoStruct } from "./goTypes";

/** Every struct that ${spec} can hold. */
// prettier-ignore
export const goTypeData: Readonly<Record<string, GoStruct>> = {
${tableText(specTypes, sortedKeys(specTypes), facts)}
};
`;
  return format(source, { ...(await resolveConfig(output)), parser: "typescript" });
}

if (process.argv.includes("--print")) process.stdout.write(await generate());
else writeFileSync(output, await generate());
