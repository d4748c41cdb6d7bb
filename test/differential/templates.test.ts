import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import fc from "fast-check";
import { load } from "js-yaml";

import { canonicalSpec } from "../../sdk/compose/canonical";
import { goStruct, specType } from "../../sdk/compose/goTypes";
import type { JsonObject } from "../../sdk/compose/marked";
import { embeddedStructs } from "../../sdk/compose/template/goNames";
import { renderStrings } from "../../sdk/compose/template/renderJson";
import { templateData, type TemplateService } from "../../sdk/compose/template/serviceData";
import { parseTemplate, renderTemplate, TemplateError, type TemplateData } from "../../sdk/compose/template/template";
import { failed, startOracle, type Oracle } from "./oracle";
import { configTexts, templateServices, templateTexts } from "./templateCases";
import { templateText } from "./templateTexts";

const settings = {
  systemNamespace: "kserve",
  ingressGatewayName: "gw",
  ingressGatewayNamespace: "gateways",
  enableTLS: true,
  modelBasedRoutingHeaderName: "X-Gateway-Model-Name",
};

/** Always the same templates. */
const seed = 20_261_121;

type Result = { text: unknown } | { error: string; unsupported: boolean };
type Go = { text: unknown } | { error: string };

function ours(render: () => unknown): Result {
  try {
    return { text: render() };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { error: error.reason, unsupported: error.unsupported === true };
  }
}

/** How our side compared with Go. What is left out may work there; everything else is equal or fails on both sides. */
class Tally {
  equal = 0;
  failed = 0;
  leftOut = 0;

  compare(template: string, go: Go, mine: Result): void {
    if ("error" in mine && mine.unsupported) {
      this.leftOut += 1;
      return;
    }
    const failsInGo = "error" in go;
    deepStrictEqual(
      { template, ...("error" in mine ? { fails: mine.error } : mine) },
      { template, ...(failsInGo ? { fails: "error" in mine ? mine.error : go.error } : go) },
    );
    if (failsInGo) this.failed += 1;
    else this.equal += 1;
  }
}

describe("templates as Go renders them", function () {
  this.timeout(600_000);
  let oracle: Oracle;
  before(async () => {
    oracle = await startOracle();
  });
  after(() => oracle.stop());

  /** The pool's name is an input here; the oracle knows what it would be. */
  async function dataFor(service: object): Promise<TemplateData> {
    const answer = await oracle.ask("render", {
      template: "{{ .GlobalConfig.InferencePoolNamespacedName }}",
      service,
      settings,
    });
    if (failed(answer)) throw new Error(answer.error);
    return templateData(service as TemplateService, { ...settings, inferencePoolNamespacedName: answer.text });
  }

  it("every field has Go's name and type", async () => {
    const service = { metadata: { name: "all", namespace: "ns" }, spec: {} as JsonObject };
    const templates = collectFields(service.spec);
    ok(templates.length > 500, `only ${templates.length} fields`);
    const data = await dataFor(service);
    const tally = new Tally();
    for (const template of templates) {
      const go = await oracle.ask("render", { template, service, settings });
      tally.compare(
        template,
        go,
        ours(() => renderTemplate(parseTemplate(template), data)),
      );
    }
    strictEqual(tally.equal, templates.length);
  });

  for (const [name, given] of Object.entries(templateServices)) {
    const service = { apiVersion: "serving.kserve.io/v1alpha2", kind: "LLMInferenceService", ...given };

    it(`by themselves, for ${name}`, async () => {
      const data = await dataFor(service);
      const tally = new Tally();
      for (const template of templateTexts) {
        const go = await oracle.ask("render", { template, service, settings });
        const mine = ours(() => renderTemplate(parseTemplate(template), data));
        tally.compare(template, go, mine);
      }
      ok(tally.equal >= 60 && tally.failed >= 100 && tally.leftOut <= 30, JSON.stringify(tally));
    });

    async function compareInConfig(text: string, data: TemplateData, tally: Tally): Promise<void> {
      const config: JsonObject = { spec: { model: { uri: "" }, annotations: { text } } };
      const answer = await oracle.ask("replace", { config, service, settings });
      const go = failed(answer) ? answer : { text: annotation(answer.config) };
      const mine = ours(() => annotation(renderStrings(config, data)));
      tally.compare(text, go, mine);
    }

    it(`within a config, for ${name}`, async () => {
      const data = await dataFor(service);
      const tally = new Tally();
      for (const text of configTexts) await compareInConfig(text, data, tally);
      ok(tally.equal >= 60 && tally.failed >= 100 && tally.leftOut <= 30, JSON.stringify(tally));
    });

    it(`generated, for ${name}`, async () => {
      const data = await dataFor(service);
      const tally = new Tally();
      const property = fc.asyncProperty(templateText, (text) => compareInConfig(text, data, tally));
      await fc.assert(property, { numRuns: 1500, seed });
      ok(tally.equal >= 200 && tally.leftOut <= 150, JSON.stringify(tally));
    });

    it(`the presets, for ${name}`, async () => {
      const data = await dataFor(service);
      const folder = join(oracle.kserve, "config/llmisvcconfig");
      const files = (await readdir(folder)).filter((file) => file.startsWith("config-llm-")).sort();
      strictEqual(files.length, 10);
      for (const file of files) {
        const { spec } = load(await readFile(join(folder, file), "utf8")) as { spec: JsonObject };
        const answer = await oracle.ask("replace", { config: { spec }, service, settings });
        const mine = ours(() => canonicalSpec(renderStrings(canonicalSpec(spec).value, data)).value);
        if (!failed(answer)) deepStrictEqual({ file, text: answer.config["spec"] }, { file, ...mine });
        else if ("error" in mine)
          ok(answer.error.endsWith(mine.error), `${file}: ${answer.error}, and here: ${mine.error}`);
        else throw new Error(`${file} fails only in Go: ${answer.error}`);
      }
    });
  }
});

/** Fills a spec so that each struct can be reached once; returns templates that print the types of all fields, and of what is embedded. */
function collectFields(spec: JsonObject): string[] {
  const templates: string[] = [];
  const seen = new Set([specType]);
  const queue = [{ expression: ".Spec", type: specType, object: spec }];
  for (const { expression, type, object } of queue) {
    for (const name of Object.keys(embeddedStructs[type] ?? {}))
      templates.push(`{{ printf \`%T\` ${expression}.${name} }}`);
    for (const [json, field] of Object.entries(goStruct(type))) {
      const path = `${expression}.${field.go}`;
      templates.push(`{{ printf \`%T\` ${path} }}`);
      const holdsStruct = field.kind === "struct" || (field.kind === "list" && field.elem === "struct");
      if (!holdsStruct || seen.has(field.type)) continue;
      seen.add(field.type);
      const child: JsonObject = {};
      object[json] = field.kind === "list" ? [child] : child;
      queue.push({ expression: field.kind === "list" ? `(index ${path} 0)` : path, type: field.type, object: child });
    }
  }
  return templates;
}

function annotation(config: unknown): unknown {
  return (config as { spec: { annotations: { text: unknown } } }).spec.annotations.text;
}
