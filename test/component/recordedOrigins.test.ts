import { deepStrictEqual, ok } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { LLMInferenceService, type LLMInferenceServiceArgs } from "../../components/serving/llmInferenceService";
import { setterAt } from "../../sdk/compose/originParts";
import { named, register } from "./mocks";

const model = { uri: "hf://a/b" };
const main = (fields: object) => ({ template: { containers: [{ name: "main", ...fields }] } });

/** Inputs of the component of a service. */
async function recorded(args: LLMInferenceServiceArgs, preview = false): Promise<Record<string, unknown>> {
  const { registrations } = await register(() => new LLMInferenceService("llama", args), { preview });
  return named(registrations, "llama").inputs;
}

describe("the record of who set what", () => {
  const fragments = [
    {
      name: "gpu",
      spec: { ...main({ image: "low:1", resources: { limits: { "nvidia.com/gpu": "1" } } }), replicas: 2 },
    },
    {
      name: "team",
      priority: 1,
      spec: main({ env: [{ name: "LOG", value: "INFO" }] }),
      annotations: { team: "a", tier: "1" },
    },
  ];

  it("has an entry for each part with one setter, and the service's own spec among them", async () => {
    const args = { fragments, spec: { model, ...main({ image: "own:1" }) }, annotations: { tier: "2" } };
    deepStrictEqual(await recorded(args), {
      origins: {
        'metadata.annotations["team"]': 'fragment "team"',
        model: "spec",
        replicas: 'fragment "gpu"',
        "template.containers[main].env": 'fragment "team"',
        "template.containers[main].image": "spec",
        "template.containers[main].name": 'fragment "gpu"',
        "template.containers[main].resources": 'fragment "gpu"',
      },
    });
  });

  it("is not there for a service of its own spec alone, nor for one whose fragments are configs of their own", async () => {
    deepStrictEqual(await recorded({ spec: { model } }), {});
    deepStrictEqual(await recorded({ namespace: "models", fragments, spec: { model }, mode: "references" }), {});
  });

  it("holds no values, and is known where they are secret or not known yet", async () => {
    const token = pulumi.secret("hf_token");
    const unknown = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
    const credentials = {
      name: "credentials",
      spec: main({
        env: [
          { name: "HF_TOKEN", value: token },
          { name: "LATER", value: unknown },
        ],
      }),
    };
    const inputs = await recorded({ fragments: [...fragments, credentials], spec: { model } }, true);
    ok(!JSON.stringify(inputs).includes("hf_token"));
    const { origins } = inputs as { origins: Record<string, string> };
    deepStrictEqual(
      ["env[HF_TOKEN].value", "env[LATER].value", "env[LOG].value"].map((path) =>
        setterAt(origins, `template.containers[main].${path}`),
      ),
      ['fragment "credentials"', 'fragment "credentials"', 'fragment "team"'],
    );
  });
});
