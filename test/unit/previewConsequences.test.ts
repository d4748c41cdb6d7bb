import { doesNotMatch, match, ok, strictEqual } from "node:assert";

import { githubLimit, previewComment } from "../../cli/previewComment/comment";
import { code } from "../../cli/previewComment/markdown";
import { readPreview } from "../../cli/previewComment/read";

type Spec = Record<string, unknown>;

const serviceType = "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService";
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownNumber = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: "3" };

const urnOf = (type: string, name: string): string => `urn:pulumi:prod::inference::${type}::${name}`;

interface Object {
  readonly spec?: unknown;
  readonly annotations?: Spec;
  readonly namespace?: string;
}

function object(name: string, { spec = {}, annotations = {}, namespace = "default" }: Object): Spec {
  return { metadata: { name, namespace, annotations }, spec };
}

function step(op: string, type: string, name: string, before?: Spec, after?: Spec, more: Spec = {}): Spec {
  const state = (inputs: Spec | undefined): Spec => (inputs ? { type, inputs, outputs: {}, ...more } : {});
  return {
    op,
    urn: urnOf(type, name),
    ...(before && { oldState: state(before) }),
    ...(after && { newState: state(after) }),
  };
}

const commentOf = (steps: readonly Spec[], rest: Spec = {}): string =>
  previewComment(readPreview(JSON.stringify({ steps, ...rest }), "input"), { limit: githubLimit });

/** The comment for a service that is updated. */
function update(before: Object, after: Object, more: readonly Spec[] = []): string {
  return commentOf([step("update", serviceType, "chat", object("chat", before), object("chat", after)), ...more]);
}

const pods = (gpus: unknown = "8", image = "vllm:1"): Spec => ({
  containers: [{ name: "main", image, resources: { limits: { "nvidia.com/gpu": gpus } } }],
});
const spec = (more: Spec = {}): Spec => ({
  model: { uri: "hf://a/b" },
  router: { route: {} },
  template: pods(),
  ...more,
});
const isCalm = (made: string): void => {
  match(made, /no downtime foreseen/);
  doesNotMatch(made, /Downtime/);
};

describe("what a comment foresees", () => {
  describe("where values are not known", () => {
    for (const [what, value] of Object.entries({ unknown: unknownNumber, secret })) {
      it(`counts nothing by replicas that are ${what}`, () => {
        const made = update({ spec: spec({ replicas: 2 }) }, { spec: spec({ replicas: value }) });
        isCalm(made);
        match(made, /\| 2 → \? \| \? \|/);
        match(made, /Cannot be told \(configs missing here, or values not known yet\): `chat`\./);
        doesNotMatch(made, /\+|−/);
      });
    }

    for (const [what, template] of Object.entries({
      "a number": pods(unknownText),
      limits: { containers: [{ name: "main", resources: { limits: unknownText } }] },
      containers: { containers: unknownText },
      "the template": unknownText,
      "the label of the nodes": { ...pods(), nodeSelector: { "cloud.google.com/gke-accelerator": unknownText } },
    })) {
      it(`counts nothing by pods of which ${what} is not known`, () => {
        const made = update({ spec: spec() }, { spec: spec({ template }) });
        isCalm(made);
        match(made, /\| 1 \| \? \|/);
        doesNotMatch(made, /−8/);
      });
    }

    it("counts nothing of a whole spec, nor of references, that are not known", () => {
      isCalm(update({ spec: spec() }, { spec: unknownText }));
      isCalm(update({ spec: spec() }, { spec: spec({ baseRefs: unknownText }) }));
    });

    it("takes what else is not known for nothing", () => {
      const made = update({ spec: spec() }, { spec: spec({ template: pods("16", unknownText) }) });
      match(made, /8 → 16 `nvidia\.com\/gpu`/);
    });
  });

  describe("of a service that stays", () => {
    it("is that nothing answers when it is stopped", () => {
      const stopped = { spec: spec(), annotations: { "serving.kserve.io/stop": "true" } };
      const made = update({ spec: spec() }, stopped);
      match(made, /> - `default\/chat` is \*\*stopped\*\* by its annotation: nothing answers/);
      match(made, /\| 1 → stopped \| 8 → 0 `nvidia\.com\/gpu` \|/);
      isCalm(update(stopped, { spec: spec() }));
      isCalm(update(stopped, { ...stopped, spec: spec({ replicas: 0, router: {} }) }));
    });

    it("is that its URL stops answering when its route goes", () => {
      for (const router of [undefined, { scheduler: {} }])
        match(update({ spec: spec() }, { spec: spec({ router }) }), /loses its \*\*route\*\*: its URL stops answering/);
      isCalm(update({ spec: spec({ router: {} }) }, { spec: spec() }));
      isCalm(update({ spec: spec() }, { spec: spec({ router: unknownText }) }));
    });

    const group = (more: Spec = {}): Spec => spec({ worker: pods(), parallelism: { data: 16, dataLocal: 8 }, ...more });

    it("is that one group is replaced in place", () => {
      const newer = { template: pods("8", "vllm:2") };
      const made = update({ spec: group() }, { spec: group(newer) });
      match(made, /has one group, which is \*\*replaced in place\*\*/);
      isCalm(update({ spec: group({ replicas: 2 }) }, { spec: group({ replicas: 2, ...newer }) }));
      isCalm(update({ spec: group() }, { spec: group({ replicas: 2 }) }));
      isCalm(update({ spec: spec() }, { spec: spec(newer) }));
      const prefill = (worker: Spec): Spec => ({ spec: spec({ prefill: { template: pods(), worker } }) });
      match(update(prefill(pods()), prefill(pods("8", "vllm:2"))), /has one group for prefill, which/);
    });

    it("is that the old pods go first when it becomes a group, or ceases to be one", () => {
      match(
        update({ spec: spec() }, { spec: spec({ worker: pods() }) }),
        /becomes a LeaderWorkerSet instead of a Deployment: the old pods go first/,
      );
      match(
        update({ spec: spec({ worker: pods() }) }, { spec: spec() }),
        /becomes a Deployment instead of a LeaderWorkerSet/,
      );
    });

    it("is a refusal when the size of its group changes, with a worker or without", () => {
      match(update({ spec: group() }, { spec: spec() }), /groups of 1 instead of 2 nodes/);
      const parallelism = { pipeline: 2 };
      match(update({ spec: spec() }, { spec: spec({ parallelism }) }), /groups of 2 instead of 1 nodes/);
      const prefill = (more: Spec): Spec => ({ spec: spec({ prefill: { template: pods(), ...more } }) });
      match(update(prefill({}), prefill({ parallelism })), /groups of 2 instead of 1 nodes/);
    });
  });

  describe("by configs", () => {
    const configType = `${serviceType}Config`;
    const config = (namespace: string): Spec => {
      const preset = object("preset", { namespace, spec: { template: pods() } });
      return step("same", configType, "preset", preset, preset);
    };
    const referring = { spec: { baseRefs: [{ name: "preset" }], replicas: 1 } };

    it("looks into the namespace of KServe too", () => {
      for (const namespace of ["default", "kserve"]) {
        const made = update(referring, { spec: { ...referring.spec, replicas: 2 } }, [config(namespace)]);
        match(made, /8 → 16 `nvidia/, namespace);
      }
      match(update(referring, { spec: { ...referring.spec, replicas: 2 } }, [config("other")]), /\| \? \|/);
    });

    it("tells of a service that stays the same and gets other pods", () => {
      const service = object("chat", { spec: { ...referring.spec, worker: pods() } });
      const presets = ["vllm:1", "vllm:2"].map((image) => object("preset", { spec: { template: pods("8", image) } }));
      const made = commentOf([
        step("same", serviceType, "chat", service, service),
        step("update", configType, "preset", ...presets),
      ]);
      match(made, /`default\/chat` has one group, which is \*\*replaced in place\*\*/);
    });

    it("counts no side of a service of which the other cannot be told", () => {
      const made = update({ spec: spec() }, referring);
      doesNotMatch(made, /\+|−/);
      match(made, /Cannot be told/);
    });
  });

  describe("of what is lost, or is not", () => {
    const bundleType = "pulumi-nodejs:dynamic/pulumi-kserve:CrdBundle";

    it("is every object of the kinds of a set of CRDs that is deleted", () => {
      const bundle = (ownership: string, onDelete: string): string =>
        commentOf([step("delete", bundleType, "kserve", { version: "0.20.0", ownership, onDelete })]);
      match(bundle("own", "delete"), /CrdBundle `kserve` is \*\*removed\*\*: every object of its kinds is deleted/);
      isCalm(bundle("own", "retain"));
      isCalm(bundle("existing", "delete"));
    });

    it("is nothing of what the engine forgets or an interrupted update has left", () => {
      for (const op of ["discard", "discard-replaced", "delete-replaced"]) {
        const made = commentOf([step(op, serviceType, "chat", object("chat", { spec: spec() }))]);
        match(made, /No service changes · no downtime foreseen/, op);
      }
    });

    it("is nothing of a service that leaves the stack and stays in the cluster", () => {
      const before = object("chat", { spec: spec() });
      const made = commentOf([step("delete", serviceType, "chat", before, undefined, { retainOnDelete: true })]);
      isCalm(made);
      match(made, /Services: 1 retained/);
      match(made, /\| leaves the stack, stays in the cluster \| `default\/chat` \| `hf:\/\/a\/b` \| 1 \| 8 `nvidia/);
    });

    it("is not said of a preview that failed", () => {
      const steps = [step("create", serviceType, "chat", undefined, object("chat", { spec: spec() }))];
      doesNotMatch(commentOf(steps, { diagnostics: [{ severity: "error", message: "failed" }] }), /no downtime/);
      match(commentOf(steps), /no downtime foreseen/);
      const event = (rest: Spec): string => JSON.stringify({ sequence: 1, timestamp: 1, ...rest });
      const run = (result: string): string => {
        const text = event({ summaryEvent: { resourceChanges: {}, PolicyPacks: { rules: "1" }, result } });
        return previewComment(readPreview(text, "input"), { limit: githubLimit });
      };
      doesNotMatch(run("failed"), /All policies/);
      match(run("succeeded"), /All policies of `rules 1` are met/);
    });
  });
});

describe("what a comment shows", () => {
  it("of a secret in a list is nothing but its mark", () => {
    const one = (args: readonly unknown[]): Object => ({
      spec: spec({ template: { containers: [{ name: "main", args }] } }),
    });
    const steps = step(
      "update",
      serviceType,
      "chat",
      object("chat", one(["a", secret])),
      object("chat", one(["b", secret])),
    );
    const made = commentOf([{ ...steps, diffReasons: ["spec.template.containers[0].args[1]"] }]);
    doesNotMatch(made, /u0000|changed"/);
    match(made, /\[secret\] \(changed\)/);
  });

  it("has characters that nobody sees written out", () => {
    strictEqual(code("a\u00adb\u3164c\ufe0fd\u{e0041}e\u202ef"), "`a\\u00adb\\u3164c\\ufe0fd\\u{e0041}e\\u202ef`");
  });

  it("keeps to its size whatever there is, and names every table that is left out", () => {
    const kinds = Array.from({ length: 40 }, (_, index) => `accelerator-of-a-long-name-${index}`.repeat(4));
    const steps = kinds.map((kind, index) => {
      const template = { ...pods(), nodeSelector: { "nvidia.com/gpu.product": kind } };
      return step(
        "create",
        serviceType,
        `chat-${index}`,
        undefined,
        object(`chat-${index}`, { spec: spec({ template }) }),
      );
    });
    const diagnostics = [{ severity: "warning", message: "w".repeat(1400) }];
    const document = readPreview(JSON.stringify({ steps, diagnostics }), "input");
    const made = previewComment(document, { limit: 12_000 });
    ok(Buffer.byteLength(made) <= 12_000);
    const small = previewComment(document, { limit: 7_000 });
    ok(Buffer.byteLength(small) <= 7_000);
    match(small, /Left out, .*the table of accelerators/);
    match(small, /1 line of warnings/);
  });
});
