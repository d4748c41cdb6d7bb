import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";
import { load } from "js-yaml";

import { checkSpec } from "../../sdk/api/schema/checkSpec";
import { checkCelRules, checkServiceConfig, checkWebhookRules, serviceWarnings } from "../../sdk/api/validate";
import { failed, startOracle, type Oracle } from "./oracle";
import { serviceName, type ValidationCase, validationCases, validSpec } from "./validationCases";
import { fieldSpecs } from "./validationFields";
import { serviceSpecs } from "./validationSpecs";

declare module "./oracle" {
  interface OracleOperations {
    /** Schema, keys of lists and CEL rules of the CRD, as the API server asks them. */
    admit: {
      request: { kind: string; object: unknown; crds: string };
      answer: { errors: OracleVerdict["errors"]; pruned: string[] | null };
    };
  }
}

type Given = Pick<ValidationCase, "spec" | "annotations" | "previous">;

/** What KServe and the API server say about a service. */
interface Verdict {
  /** Undefined when Go cannot even read it. */
  webhook?: boolean;
  accepted: boolean;
  dropsFields: boolean;
  why: string[];
}

describe("validation as KServe and the API server do it", function () {
  this.timeout(600_000);
  let oracle: Oracle;
  before(async () => {
    oracle = await startOracle();
  });
  after(() => oracle.stop());

  const admit = async (kind: string, spec: object): Promise<{ errors: string[]; pruned: string[] }> => {
    const object = { apiVersion: "serving.kserve.io/v1alpha2", kind, spec };
    const answer = await oracle.ask("admit", { kind, object, crds: join(oracle.kserve, "config/crd/full/llmisvc") });
    if (failed(answer)) throw new Error(answer.error);
    return { errors: answer.errors.map(({ field, detail }) => `${field}: ${detail}`), pruned: answer.pruned ?? [] };
  };

  const judge = async ({ spec, annotations, previous }: Given): Promise<Verdict> => {
    const metadata = { name: serviceName, namespace: "models", annotations };
    const { errors, pruned } = await admit("LLMInferenceService", spec);
    const answer = await oracle.ask("validate", {
      service: { metadata, spec },
      ...(previous && { old: { metadata, spec: previous } }),
    });
    const objections = failed(answer)
      ? [answer.error]
      : answer.errors.map(({ field, detail }) => `${field}: ${detail}`);
    return {
      ...(!failed(answer) && { webhook: answer.errors.length === 0 }),
      accepted: errors.length === 0 && objections.length === 0,
      dropsFields: pruned.length > 0,
      why: [...errors, ...pruned.map((path) => `drops ${path}`), ...objections],
    };
  };

  const ours = ({ spec, annotations, previous }: Given): Verdict => {
    const fields = checkSpec(spec, { form: "service" });
    const wrong = fields.filter(
      ({ message }) => !message.startsWith("no such field") && !message.endsWith("would drop it"),
    );
    const cel = checkCelRules(spec, { templates: false });
    const webhook = checkWebhookRules({ name: serviceName, annotations, spec }, { previous });
    return {
      webhook: webhook.length === 0,
      accepted: [...wrong, ...cel, ...webhook].length === 0,
      dropsFields: wrong.length < fields.length,
      why: [...fields, ...cel, ...webhook].map(({ path, message }) => `${path}: ${message}`),
    };
  };

  const compare = async (given: Given, { title, stricter }: { title: string; stricter?: string }): Promise<void> => {
    const theirs = await judge(given);
    const mine = ours(given);
    const context = `${title}\n${JSON.stringify(given)}\ntheirs: ${theirs.why.join("\n  ")}\nours: ${mine.why.join("\n  ")}`;
    if (theirs.webhook !== undefined) strictEqual(mine.webhook, theirs.webhook, `webhook: ${context}`);
    if (stricter) return ok(theirs.accepted, `not stricter: ${context}`);
    strictEqual(mine.accepted, theirs.accepted, `all: ${context}`);
    strictEqual(mine.dropsFields, theirs.dropsFields, `unknown fields: ${context}`);
  };

  const whole = ({ spec, annotations, previous }: Given): Given => ({
    spec: { ...validSpec, ...spec },
    annotations,
    ...(previous && { previous: { ...validSpec, ...previous } }),
  });

  it(`gives the same verdict on ${validationCases.length} services`, async () => {
    for (const entry of validationCases) await compare(whole(entry), entry);
    const refused = validationCases.filter(({ paths }) => paths.length > 0).length;
    ok(refused >= 100 && validationCases.length - refused >= 60, `${refused} of ${validationCases.length} are refused`);
  });

  it("gives the same verdict on 3,000 generated services", async () => {
    let accepted = 0;
    const property = fc.asyncProperty(serviceSpecs, async (given) => {
      await compare(given, { title: "generated" });
      if (ours(given).accepted) accepted += 1;
    });
    await fc.assert(property, { numRuns: 3000 });
    ok(accepted > 150 && accepted < 2850, `${accepted} of 3000 were accepted`);
  });

  it("finds the same problems in every field of the CRD, whatever its value", async () => {
    const specs = [...fieldSpecs()];
    ok(specs.length > 20_000, `${specs.length} specs`);
    const object = (spec: object): object => ({
      apiVersion: "serving.kserve.io/v1alpha2",
      kind: "LLMInferenceService",
      spec,
    });
    const crds = join(oracle.kserve, "config/crd/full/llmisvc");
    await Promise.all(
      specs.map(async (spec) => {
        const answer = await oracle.ask("admit", { kind: "LLMInferenceService", object: object(spec), crds });
        if (failed(answer)) throw new Error(answer.error);
        // What is below a value of the wrong type counts as unknown there; rules in CEL are compared above.
        const errors = answer.errors
          .filter(
            ({ field, type, detail }) =>
              field !== "<nil>" && (type !== "FieldValueInvalid" || detail.includes(" in body ")),
          )
          .map(({ field }) => field);
        const unknown = (answer.pruned ?? []).filter((path) => !errors.some((field) => path.startsWith(`${field}.`)));
        const mine = checkSpec(spec, { form: "service" }).filter((problem) => !isLargeForGoOnly(problem));
        const paths = mine.map(({ path }) => path.replaceAll(/\["([^"]*)"\]/g, ".$1"));
        deepStrictEqual([...new Set(paths)].sort(), [...new Set([...errors, ...unknown])].sort(), JSON.stringify(spec));
      }),
    );
  });

  it("gives the webhook's warnings", async () => {
    const gateway = { name: "gateway", namespace: "infra" };
    const warned: readonly (readonly [object, string[]])[] = [
      [{}, []],
      [
        { router: { gateway: { refs: [gateway] }, route: { http: { spec: { parentRefs: [gateway] } } } } },
        ["spec.router.route.http.spec.parentRefs"],
      ],
      [{ model: { uri: "oci://image", confidential: { enabled: true } } }, ["spec.model.uri"]],
      [{ model: { uri: "pvc://claim/path", confidential: { enabled: true } } }, ["spec.model.uri"]],
      [{ model: { uri: "oci://image", confidential: { enabled: false } } }, []],
      [{ model: { uri: "s3://bucket", confidential: { enabled: true } } }, []],
    ];
    for (const [changed, paths] of warned) {
      const spec = { ...validSpec, ...changed };
      const answer = await oracle.ask("validate", { service: { metadata: { name: serviceName }, spec } });
      if (failed(answer)) throw new Error(answer.error);
      const warnings = serviceWarnings({ name: serviceName, spec });
      deepStrictEqual([warnings.map(({ path }) => path), answer.warnings.length], [paths, paths.length]);
    }
  });

  it("accepts KServe's presets", () => {
    const folder = join(oracle.kserve, "config/llmisvcconfig");
    const presets = readdirSync(folder).filter((file) => file.startsWith("config-llm-"));
    strictEqual(presets.length, 10);
    for (const file of presets) {
      const { spec } = load(readFileSync(join(folder, file), "utf8")) as { spec: object };
      deepStrictEqual([...checkSpec(spec, { form: "config" }), ...checkServiceConfig({ spec })], [], file);
      deepStrictEqual(checkSpec(spec, { form: "fragment" }), [], file);
    }
  });

  it("gives the same verdict on configs", async () => {
    const template = "{{ ChildName .ObjectMeta.Name `-x` }}";
    const path = (value: string): object => ({
      router: { route: { http: { spec: { rules: [{ matches: [{ path: { value } }] }] } } } },
    });
    const configs: readonly (readonly [object, ...string[]])[] = [
      [{}],
      [{ replicas: 2, template: { nodeSelector: { gpu: "h100" } } }],
      [{ baseRefs: [{ name: "other" }] }, "spec.baseRefs"],
      [{ baseRefs: [] }],
      [{ model: { name: "llama" } }, "spec.model.uri"],
      [{ router: { scheduler: { replicas: 0 } } }, "spec.router.scheduler.replicas"],
      [{ router: { scheduler: { config: {} } } }],
      [{ scaling: { maxReplicas: 2 } }, "spec.scaling.wva"],
      [{ replicas: 1, scaling: { maxReplicas: 2, wva: { hpa: {} } } }, "spec.replicas"],
      [{ scaling: { minReplicas: 3, maxReplicas: 2, wva: { hpa: {} } } }, "spec.scaling.minReplicas"],
      [{ worker: {} }],
      [{ parallelism: { data: 8 } }],
      [path(`/${template}`)],
      [path("models")],
      [
        { router: { route: { http: { spec: { rules: [{ backendRefs: [{ name: "a" }] }] } } } } },
        "spec.router.route.http.spec.rules[0].backendRefs[0].port",
      ],
      [{ template: { containers: [{ image: "a" }] } }, "spec.template.containers[0].name"],
      [{ kvCacheOffloading: {} }, "spec.kvCacheOffloading.cpu"],
      [{ kvCacheOffloading: { cpu: "1Gi", secondary: [{}] } }],
    ];
    for (const [spec, ...paths] of configs) {
      const problems = [...checkSpec(spec, { form: "config" }), ...checkServiceConfig({ spec })];
      deepStrictEqual(
        problems.map((problem) => problem.path),
        paths,
      );
      const admitted = await admit("LLMInferenceServiceConfig", structuredClone(spec));
      const answer = await oracle.ask("validateConfig", { config: { metadata: { name: "config" }, spec } });
      const objections = failed(answer) ? [answer.error] : answer.errors.map(({ detail }) => detail);
      const theirs = [...admitted.errors, ...objections];
      strictEqual(theirs.length === 0, paths.length === 0, `${JSON.stringify(spec)}\n${theirs.join("\n")}`);
    }
  });
});

/** The API server takes what does not fit into 32 bits; the webhook, which is in Go, cannot read it. */
function isLargeForGoOnly({ message, allowed }: { message: string; allowed?: string }): boolean {
  return message === "too large" && allowed?.includes(String(2 ** 31 - 1)) === true;
}
