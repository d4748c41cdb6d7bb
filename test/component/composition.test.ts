import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { LLMInferenceService, type LLMInferenceServiceArgs } from "../../components/serving/llmInferenceService";
import { LLMInferenceServiceConfig } from "../../components/serving/llmInferenceServiceConfig";
import { named, register, valueOf } from "./mocks";

const model = { uri: "hf://a/b" };
const main = (fields: object) => ({ template: { containers: [{ name: "main", ...fields }] } });

const presets = {
  "kserve-config-llm-template": main({ image: "preset:1", args: ["--served-model-name", "{{ .Spec.Model.Name }}"] }),
};

/** A resource that gives a value, which is unknown in a preview. */
class Giver extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<never>;
  constructor(name: string, value: unknown) {
    super("test:index:Giver", name, { value });
  }
}

describe("a service's composition", () => {
  it("writes the composition of its fragments into the service", async () => {
    const { registrations, result } = await register(() => {
      const service = new LLMInferenceService("llama", {
        namespace: "models",
        presets: pulumi.output(presets),
        fragments: [
          { name: "high", priority: 1, spec: main({ image: "high:1" }) },
          { name: "low", spec: { ...main({ image: "low:1" }), replicas: 3 } },
        ],
        spec: { model },
      });
      return { effective: valueOf(service.effectiveSpec), origins: valueOf(service.origins) };
    });
    deepStrictEqual(named(registrations, "llama-service").inputs.spec, {
      model,
      replicas: 3,
      template: { containers: [{ image: "high:1", name: "main", resources: {} }] },
    });
    deepStrictEqual((await result.effective)?.template, {
      containers: [{ name: "main", image: "high:1", args: ["--served-model-name", "llama"], resources: {} }],
    });
    deepStrictEqual((await result.origins)["template.containers[main].image"], {
      source: 'fragment "high"',
      overrides: [
        { source: 'fragment "low"', value: "low:1" },
        { source: "preset kserve-config-llm-template", value: "preset:1" },
      ],
    });
  });

  it("leaves in a preview only those fields unknown that an unknown input touches", async () => {
    const { registrations } = await register(
      () => {
        const giver = new Giver("giver", 4).value;
        new LLMInferenceService("llama", {
          presets: pulumi.output(presets),
          fragments: [
            { name: "plain", spec: { replicas: 2 } },
            { name: "later", spec: { ...main({ image: "i:1", env: [{ name: "TOKEN", value: giver }] }) } },
            { name: "unknown", spec: pulumi.output({ parallelism: { tensor: giver } }) },
          ],
          spec: { model },
        });
      },
      { preview: true, unknownOutputs: ["test:index:Giver"] },
    );
    deepStrictEqual(named(registrations, "llama-service").inputs.spec, {
      model,
      parallelism: { tensor: unknownValue },
      replicas: 2,
      template: {
        containers: [{ env: [{ name: "TOKEN", value: unknownValue }], image: "i:1", name: "main", resources: {} }],
      },
    });
    ok(named(registrations, "llama-service").dependsOn.includes("giver"));
  });

  it("keeps secrets secret, and depends on what gives a value", async () => {
    const { registrations, result } = await register(() => {
      const giver = new Giver("giver", "2").value;
      const service = new LLMInferenceService("llama", {
        presets: pulumi.output(presets),
        fragments: [
          {
            name: "secret",
            spec: main({
              env: [
                { name: "HF_TOKEN", value: pulumi.secret("hunter2") },
                { name: "COUNT", value: giver },
              ],
            }),
          },
        ],
        spec: { model },
      });
      const { isSecret } = service.effectiveSpec as unknown as { isSecret: Promise<boolean> };
      return { isSecret, origins: valueOf(service.origins) };
    });
    const { inputs, dependsOn } = named(registrations, "llama-service");
    deepStrictEqual(inputs.spec, {
      model,
      template: {
        containers: [
          {
            env: [
              { name: "HF_TOKEN", value: { secret: "hunter2" } },
              { name: "COUNT", value: "2" },
            ],
            name: "main",
            resources: {},
          },
        ],
      },
    });
    deepStrictEqual(dependsOn, ["giver"]);
    strictEqual(await result.isSecret, true);
    strictEqual(JSON.stringify(await result.origins).includes("hunter2"), false);
  });

  it("publishes where the service goes, also by the provider of its parent or one of several", async () => {
    const service = (name: string, opts: pulumi.ComponentResourceOptions): LLMInferenceService =>
      new LLMInferenceService(
        name,
        {
          namespace: "models",
          mode: "references",
          fragments: [{ name: "gpu", spec: { replicas: 2 } }],
          spec: { model },
        },
        opts,
      );
    const { registrations } = await register(() => {
      const [own, other] = ["own", "other"].map((name) => new Provider(name, { kubeconfig: name }));
      const parent = new pulumi.ComponentResource("test:index:Team", "team", {}, { providers: { kubernetes: own! } });
      service("child", { parent });
      service("direct", { providers: [other!] });
    });
    const providers = registrations
      .filter(({ name }) => name === "models-config-gpu" || name.endsWith("-service"))
      .map(({ name, provider }) => `${name}: ${provider}`);
    deepStrictEqual(providers.sort(), [
      "child-service: own",
      "direct-service: other",
      "models-config-gpu: other",
      "models-config-gpu: own",
    ]);
  });

  it("publishes a fragment once for all services of a namespace that refer to it", async () => {
    const shared = { name: "gpu", spec: { replicas: 2 } };
    const args = (namespace: string): LLMInferenceServiceArgs => ({
      namespace,
      mode: "references",
      fragments: [shared],
      spec: { model },
    });
    const { registrations } = await register(() => {
      new LLMInferenceService("one", args("models"));
      new LLMInferenceService("two", args("models"));
      new LLMInferenceService("three", args("other"));
    });
    const configs = registrations.filter(({ type }) => type.endsWith(":LLMInferenceServiceConfig"));
    deepStrictEqual(
      configs.map(({ name, inputs, parent }) => ({ name, parent, metadata: inputs.metadata, spec: inputs.spec })),
      ["models", "other"].map((namespace) => ({
        name: `${namespace}-config-gpu`,
        parent: "",
        metadata: { name: "gpu", namespace },
        spec: { model: { uri: "" }, replicas: 2 },
      })),
    );
    const two = named(registrations, "two-service");
    deepStrictEqual(two.inputs.spec, { baseRefs: [{ name: "gpu" }], model });
    deepStrictEqual(two.dependsOn, ["models-config-gpu"]);
  });

  it("publishes fragments after what the service waits for, such as the platform with their kind", async () => {
    const publish = (namespace: pulumi.Input<string>): LLMInferenceServiceArgs => ({
      namespace,
      mode: "references",
      fragments: [{ name: "gpu", spec: { replicas: 2 } }],
      spec: { model },
    });
    const { registrations } = await register(() => {
      const platform = new Giver("platform", 1);
      new LLMInferenceService("one", publish("models"), { dependsOn: platform });
      new LLMInferenceService("two", publish(pulumi.output("other")), { dependsOn: [platform] });
    });
    const configs = registrations.filter(({ type }) => type.endsWith(":LLMInferenceServiceConfig"));
    deepStrictEqual(
      configs.map(({ name, dependsOn }) => [name, dependsOn]),
      [
        ["models-config-gpu", ["platform"]],
        ["two-config-gpu", ["platform"]],
      ],
    );
  });

  it("refuses two fragments of one name in a namespace", async () => {
    const publish = (replicas: number): LLMInferenceServiceArgs => ({
      namespace: "models",
      mode: "references",
      fragments: [{ name: "gpu", spec: { replicas } }],
      spec: { model },
    });
    await rejects(
      register(() => {
        new LLMInferenceService("one", publish(1));
        new LLMInferenceService("two", publish(2));
      }),
      /fragments\[0\]\.name: another service publishes another fragment of this name in namespace "models"/,
    );
  });

  it("composes over a config of the program, and says what it does not know of one that is only named", async () => {
    const { registrations, result } = await register(() => {
      const base = new LLMInferenceServiceConfig("base", { namespace: "models", spec: main({ image: "base:1" }) });
      const known = new LLMInferenceService("known", {
        namespace: "models",
        presets,
        baseRefs: [base],
        spec: { model },
      });
      const foreign = new LLMInferenceService("foreign", {
        namespace: "models",
        presets,
        baseRefs: ["x"],
        spec: { model },
      });
      return { known: valueOf(known.effectiveSpec), foreign: valueOf(foreign.effectiveSpec) };
    });
    deepStrictEqual(named(registrations, "base-config").inputs.spec, {
      model: { uri: "" },
      template: { containers: [{ image: "base:1", name: "main", resources: {} }] },
    });
    deepStrictEqual((await result.known)?.template, {
      containers: [{ name: "main", image: "base:1", args: ["--served-model-name", "known"], resources: {} }],
    });
    strictEqual(await result.foreign, undefined);
    deepStrictEqual(named(registrations, "foreign-service").inputs.spec, { baseRefs: [{ name: "x" }], model });
  });

  it("fails in the preview for what the controller would fail for", async () => {
    await rejects(
      register(
        () =>
          new LLMInferenceService("llama", {
            presets: pulumi.output(presets),
            fragments: [{ name: "bad", spec: main({ args: ["{{ .Spec.Nothing }}"] }) }],
            spec: { model },
          }),
        { preview: true },
      ),
      /spec\.template\.containers\[0\]\.args\[0\]: cannot be rendered as a template: .*Nothing.*\(set by fragment "bad"\)/,
    );
  });

  it("needs presets for what KServe makes of a service", async () => {
    await rejects(
      register(() => {
        const service = new LLMInferenceService("llama", { spec: { model } });
        return service.effectiveSpec;
      }),
      /LLMInferenceService "llama": what KServe makes of it is known with its presets only/,
    );
  });
});

/** How the engine writes what is not known yet. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
