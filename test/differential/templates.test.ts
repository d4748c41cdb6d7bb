import { deepStrictEqual, ok, strictEqual } from "node:assert";

import type { JsonObject } from "../../sdk/compose/marked";
import { renderStrings } from "../../sdk/compose/template/renderJson";
import { templateData, type TemplateSettings } from "../../sdk/compose/template/serviceData";
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

  function dataFor(service: (typeof templateServices)[string]): TemplateData {
    const full: TemplateSettings = {
      ...settings,
      inferencePoolNamespacedName: `${service.metadata.namespace}/${poolNames[service.metadata.name] ?? ""}`,
    };
    return templateData(service, full);
  }
  /** Known answers of the controller, so that ours are not compared with themselves. */
  const poolNames: Record<string, string> = {
    small: "small-inference-pool",
    full: "full-inference-pool",
    "a-name-that-is-so-long-that-no-child-of-it-fits":
      "a-name-that-is-s6ff0f3d5b0a5a5a5a5a5a5a5a5a5a5a5-inference-pool",
  };

  for (const [name, service] of Object.entries(templateServices)) {
    it(`by themselves, for ${name}`, async () => {
      const data = dataFor(service);
      const counts = { equal: 0, failed: 0, "left out": 0 };
      for (const template of templateTexts) {
        const answer = await oracle.ask("render", { template, service: service, settings });
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
      const data = dataFor(service);
      for (const text of configTexts) {
        const config: JsonObject = { spec: { model: { uri: "" }, annotations: { text } } };
        const answer = await oracle.ask("replace", { config, service, settings });
        const go = failed(answer) ? answer : { text: answer.config };
        compare(
          text,
          "error" in go ? go : { text: annotation(go.text) },
          ours(() => annotation(renderStrings(config, data))),
        );
      }
    });
  }
});

function annotation(config: unknown): unknown {
  return (config as { spec: { annotations: { text: unknown } } }).spec.annotations.text;
}
