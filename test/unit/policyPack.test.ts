import { deepStrictEqual, ok, throws } from "node:assert";

import { type ResourceValidationArgs, type StackValidationArgs, unknownCheckingProxy } from "@pulumi/policy";

import { type PackPolicy, policiesOf } from "../../policy/pack";
import type { StackResource } from "../../policy/resource";
import { rules } from "../../policy/rules";
import { config, llama, service, serving1 } from "./policy/resources";

/** What stands for an unknown text in what the engine sends. Source: `UnknownStringValue` of pulumi/sdk, go/common/resource/plugin. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Its declaration is left out of the package. */
const proxyOf = unknownCheckingProxy as (properties: object) => object;

/** The pack as the engine runs it, without its process. */
class Engine {
  private readonly policies: readonly PackPolicy[] = policiesOf(rules);
  readonly reports: string[] = [];

  constructor(private readonly settings: Record<string, object> = {}) {}

  register(resource: StackResource, provider?: Record<string, unknown>): void {
    for (const policy of this.policies) {
      const { validateResource } = policy;
      ok(typeof validateResource === "function");
      const args = {
        urn: resource.urn,
        type: resource.type,
        props: proxyOf(resource.inputs),
        ...(provider && { provider: { props: proxyOf(provider) } }),
        getConfig: () => this.settings[policy.name] ?? {},
      };
      void validateResource(args as unknown as ResourceValidationArgs, (message) =>
        this.reports.push(`${policy.name}: ${message}`),
      );
    }
  }

  end(...resources: StackResource[]): void {
    for (const policy of this.policies) {
      const args = { resources, getConfig: () => this.settings[policy.name] ?? {} };
      void policy.validateStack(args as unknown as StackValidationArgs, (message) =>
        this.reports.push(`${policy.name}: ${message}`),
      );
    }
  }
}

const digest = `sha256:${"0".repeat(64)}`;

describe("policy pack", () => {
  it("has a name, a description, steps of remediation and settings with defaults for every rule", () => {
    const policies = policiesOf(rules);
    deepStrictEqual(new Set(policies.map(({ name }) => name)).size, rules.length);
    for (const { name, description, remediationSteps, configSchema } of policies) {
      ok(description.endsWith(".") && remediationSteps?.endsWith("."), name);
      for (const [key, { type, description: meaning, default: value }] of Object.entries(
        configSchema?.properties ?? {},
      )) {
        const actual = Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
        deepStrictEqual(actual, type, `${name}.${key}`);
        ok(meaning, `${name}.${key}`);
      }
    }
  });

  it("says what is wrong with a service when it is registered, and not again at the end", () => {
    const engine = new Engine();
    const bad = service(serving1({ image: `a@${digest}`, securityContext: { privileged: true } }));
    engine.register(bad);
    const expected = [
      "no-privileged-pods: spec.template.containers[0].securityContext.privileged: the container may do everything that its node may; given: true; allowed: false",
    ];
    deepStrictEqual(engine.reports, expected);
    engine.end(bad);
    deepStrictEqual(engine.reports, expected);
  });

  it("says each of several violations that differ by their place in a list, and at the end what configs add", () => {
    const engine = new Engine();
    const privileged = (name: string) => ({ name, image: `a@${digest}`, securityContext: { privileged: true } });
    const base = config("base", { template: { containers: [privileged("third")] } });
    const user = service({
      model: llama,
      baseRefs: [{ name: "base" }],
      template: { containers: [privileged("main"), privileged("second")] },
    });
    engine.register(base);
    engine.register(user);
    deepStrictEqual(
      engine.reports.map((text) => text.split(": ")[1]),
      [0, 1].map((index) => `spec.template.containers[${index}].securityContext.privileged`),
    );
    engine.end(base, user);
    deepStrictEqual(engine.reports.length, 3);
  });

  it("says which setting has a regular expression that is none", () => {
    const labels = { team: "(", fine: "[a-z]+", "cost/center": "a)|(b" };
    throws(() => new Engine({ "required-labels": { labels } }).register(service({})), {
      name: "ConfigurationError",
      message: [
        "configuration of the policy pack: 2 problems",
        '  - required-labels.labels.team: no regular expression: Unterminated group; given: "("',
        '  - required-labels.labels["cost/center"]: no regular expression: Unmatched \')\'; given: "a)|(b"',
      ].join("\n"),
    });
    throws(
      () => new Engine({ "cost-tags": { tags: { Team: "*" } } }).register(service({})),
      /cost-tags\.tags\.Team: no regular expression: Nothing to repeat/,
    );
  });

  it("judges the end by what was registered, and says what configs bring", () => {
    const engine = new Engine();
    const base = config("base", serving1({ image: "vllm:1" }));
    const user = service({ model: llama, baseRefs: [{ name: "base" }] });
    engine.register(base);
    engine.register(user);
    deepStrictEqual(engine.reports.length, 0);
    engine.end({ ...base, inputs: {} }, { ...user, inputs: {} });
    deepStrictEqual(engine.reports.length, 1);
    ok(engine.reports[0]?.includes('set by baseRef "base" in models'), engine.reports[0]);
  });

  it("takes what a preview does not know for unknown, at any depth", () => {
    const engine = new Engine();
    const later = service({
      model: { uri: unknownText },
      template: { containers: [{ name: "main", image: unknownText, env: [{ name: "HF_TOKEN", value: unknownText }] }] },
    });
    engine.register(later);
    engine.end(later);
    deepStrictEqual(engine.reports, [
      "no-plain-text-secrets: spec.template.containers[0].env[0].value: HF_TOKEN is given in plain text; fix: put it into a Secret, and refer to that by valueFrom.secretKeyRef",
    ]);
  });

  it("hands on the settings of a rule and those of a provider", () => {
    const engine = new Engine({ "cost-tags": { tags: { Team: "search" } } });
    const type = "aws:eks/cluster:Cluster";
    const cluster = { urn: `urn:pulumi:dev::shop::${type}::a`, type, inputs: { tags: {} } };
    engine.register(cluster, { defaultTags: '{"tags":{"Team":"other"}}' });
    deepStrictEqual(engine.reports, ['cost-tags: tags.Team: not an allowed value; given: "other"; allowed: search']);
    throws(
      () => new Engine({ "cost-tags": { tag: {} } }).register(cluster),
      /cost-tags\.tag: no such setting; allowed: tags; fix: did you mean "tags"\?/,
    );
  });
});
