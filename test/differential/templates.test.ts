import { deepStrictEqual, ok, strictEqual } from "node:assert";

import type { JsonObject } from "../../sdk/compose/marked";
import { renderStrings } from "../../sdk/compose/template/renderJson";
import { templateData, type TemplateService } from "../../sdk/compose/template/serviceData";
import { parseTemplate, renderTemplate, TemplateError, type TemplateData } from "../../sdk/compose/template/template";
import { failed, startOracle, type Oracle } from "./oracle";
import { configTexts, templateServices, templateTexts } from "./templateCases";

const settings = {
  systemNamespace: "kserve",
  ingressGatewayName: "gw",
  ingressGatewayNamespace: "gateways",
  enableTLS: true,
  modelBasedRoutingHeaderName: "X-Gateway-Model-Name",
};

type Result = { text: unknown } | { error: string; unsupported: boolean };

function ours(render: () => unknown): Result {
  try {
    return { text: render() };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { error: error.reason, unsupported: error.unsupported === true };
  }
}

/** What we leave out may work in Go; everything else is equal or fails on both sides. */
function compare(
  what: string,
  go: { text: unknown } | { error: string },
  mine: Result,
): "equal" | "failed" | "left out" {
  if ("unsupported" in mine && mine.unsupported) return "left out";
  deepStrictEqual(
    { what, text: "text" in mine ? mine.text : `error: ${mine.error}`.slice(0, 5) },
    {
      what,
      text: "text" in go ? go.text : "error",
    },
  );
  return "text" in mine ? "equal" : "failed";
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

  for (const [name, given] of Object.entries(templateServices)) {
    const service = { apiVersion: "serving.kserve.io/v1alpha2", kind: "LLMInferenceService", ...given };

    it(`by themselves, for ${name}`, async () => {
      const data = await dataFor(service);
      const counts = { equal: 0, failed: 0, "left out": 0 };
      for (const template of templateTexts) {
        const answer = await oracle.ask("render", { template, service, settings });
        counts[
          compare(
            template,
            answer,
            ours(() => renderTemplate(parseTemplate(template), data)),
          )
        ] += 1;
      }
      strictEqual(counts.equal + counts.failed + counts["left out"], templateTexts.length);
      ok(counts.equal >= 60, `only ${counts.equal} texts were rendered`);
      ok(counts["left out"] <= 30, `${counts["left out"]} texts were left out`);
    });

    it(`within a config, for ${name}`, async () => {
      const data = await dataFor(service);
      const counts = { equal: 0, failed: 0, "left out": 0 };
      for (const text of configTexts) {
        const config: JsonObject = { spec: { model: { uri: "" }, annotations: { text } } };
        const answer = await oracle.ask("replace", { config, service, settings });
        const go = failed(answer) ? answer : { text: annotation(answer.config) };
        counts[
          compare(
            text,
            go,
            ours(() => annotation(renderStrings(config, data))),
          )
        ] += 1;
      }
      strictEqual(counts.equal + counts.failed + counts["left out"], configTexts.length);
      ok(counts.equal >= 60, `only ${counts.equal} texts were rendered`);
      ok(counts["left out"] <= 30, `${counts["left out"]} texts were left out`);
    });
  }
});

function annotation(config: unknown): unknown {
  return (config as { spec: { annotations: { text: unknown } } }).spec.annotations.text;
}
