import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { projectRoot } from "../../local/paths";
import { composeWritten } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { ConfigurationError, describeProblem } from "../../sdk/problems";
import { nixlTransfer } from "../../sdk/recipes/nixlTransfer";
import { precisePrefixCache } from "../../sdk/recipes/precisePrefixCache";
import { vllm } from "../../sdk/recipes/vllm";
import { galleryEntries } from "../../stacks/gallery/entries";
import { chosenEntries, parseGallerySettings } from "../../stacks/gallery/settings";

const problemsOf = (work: () => unknown): string[] => {
  let found: string[] = [];
  throws(work, (error: unknown) => {
    ok(error instanceof ConfigurationError, String(error));
    found = error.problems.map(describeProblem);
    return true;
  });
  return found;
};
const names = galleryEntries.map(({ name }) => name);

describe("gallery", () => {
  it("has every file of its folder in the table, and each service once", () => {
    strictEqual(readdirSync(join(projectRoot(), "stacks", "gallery", "entries")).length, names.length);
    const all = [...names, ...galleryEntries.flatMap(({ services }) => Object.keys(services))];
    strictEqual(new Set(names).size, names.length);
    const services = all.slice(names.length);
    strictEqual(new Set(services).size, services.length);
  });

  it("is described by docs/gallery.md", () => {
    const generator = createRequire(__filename)(join(projectRoot(), "scripts", "generate-gallery.mjs")) as {
      galleryPage: (entries: typeof galleryEntries) => string;
    };
    strictEqual(
      readFileSync(join(projectRoot(), "docs", "gallery.md"), "utf8"),
      generator.galleryPage(galleryEntries),
      "run `npm run build && node scripts/generate-gallery.mjs`",
    );
  });

  for (const entry of galleryEntries) {
    it(`${entry.name} is accepted as it is written`, () => {
      for (const [name, { fragments, spec }] of Object.entries(entry.services)) {
        const written = composeWritten({
          service: { name, namespace: "gallery" },
          fragments: fragments as never,
          spec,
          configs: new ConfigStore({}),
        });
        ok((written.spec as { model?: { uri?: string } }).model?.uri);
      }
    });
  }

  it("gives the entries that are chosen, in its own order", () => {
    const { gallery } = parseGallerySettings({ gallery: ["cpu", "single-gpu"], platform: "existing" });
    deepStrictEqual(
      chosenEntries(gallery).map(({ name }) => name),
      ["single-gpu", "cpu"],
    );
  });

  it("says all that is wrong with a configuration, with the nearest name", () => {
    const known = names.join(", ");
    deepStrictEqual(
      problemsOf(() => parseGallerySettings({ gallery: ["single-gpus", "cpu", "cpu"], namespaces: "models" })),
      [
        'namespaces: no such setting; allowed: cluster, platform, gallery, base, namespace, mirrors, pools, existing, preflight; fix: did you mean "namespace"?',
        `gallery[0]: the gallery has no entry of this name; given: "single-gpus"; allowed: ${known}; fix: did you mean "single-gpu"?`,
        'gallery[2]: the entry is named twice; given: "cpu"; fix: name each once',
      ],
    );
    deepStrictEqual(
      problemsOf(() => parseGallerySettings({ gallery: [] })),
      [`gallery: names no entry; allowed: ${known}`],
    );
  });
});

describe("recipe nixlTransfer", () => {
  it("gives each pod the connector and its own address", () => {
    const server = {
      name: "main",
      args: ["--kv-transfer-config", `'{"kv_connector":"NixlConnector","kv_role":"kv_both"}'`],
      env: [{ name: "VLLM_NIXL_SIDE_CHANNEL_HOST", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    };
    deepStrictEqual(nixlTransfer(), {
      name: "nixl-transfer",
      spec: { template: { containers: [server] }, prefill: { template: { containers: [server] } } },
    });
    deepStrictEqual(nixlTransfer({ pods: ["worker"], priority: 2 }), {
      name: "nixl-transfer",
      priority: 2,
      spec: { worker: { containers: [server] } },
    });
  });

  it("refuses a pod that there is not", () => {
    deepStrictEqual(
      problemsOf(() => nixlTransfer({ pods: ["decode" as never] })),
      [
        'pods[0]: not one of the allowed values; given: "decode"; allowed: "template", "worker", "prefill", "prefillWorker"',
      ],
    );
  });
});

describe("recipe precisePrefixCache", () => {
  it("says block size and hash seed to the servers and to the index", () => {
    const { spec } = precisePrefixCache({ blockSize: 32, hashSeed: "7", weights: { prefixCache: 5 } });
    const { template, router } = spec as unknown as {
      template: { containers: [{ env: { name: string; value?: string }[] }] };
      router: { scheduler: { config: { inline: { plugins: unknown[]; schedulingProfiles: unknown[] } } } };
    };
    const env = Object.fromEntries(template.containers[0].env.map(({ name, value }) => [name, value]));
    deepStrictEqual([env.SERVE_ARG_BLOCK_SIZE, env.PYTHONHASHSEED], ["32", "7"]);
    const { plugins, schedulingProfiles } = router.scheduler.config.inline;
    deepStrictEqual(plugins[1], {
      type: "precise-prefix-cache-scorer",
      parameters: {
        tokenProcessorConfig: { blockSize: 32, hashSeed: "7" },
        kvEventsConfig: { zmqEndpoint: "tcp://*:5557" },
      },
    });
    deepStrictEqual(schedulingProfiles, [
      {
        name: "default",
        plugins: [
          { pluginRef: "precise-prefix-cache-scorer", weight: 5 },
          { pluginRef: "kv-cache-utilization-scorer", weight: 2 },
          { pluginRef: "queue-scorer", weight: 2 },
          { pluginRef: "max-score-picker" },
        ],
      },
    ]);
  });

  it("has the address of a pod before what it is a part of, also above other options of vLLM", () => {
    const { spec } = composeWritten({
      service: { name: "llama", namespace: "models" },
      fragments: [vllm({ maxModelLen: 8192 }), precisePrefixCache(), vllm({ name: "above", seed: 1 })] as never,
      spec: { model: { uri: "hf://acme/llama" } },
      configs: new ConfigStore({}),
    });
    const { env } = (spec as { template: { containers: [{ env: { name: string }[] }] } }).template.containers[0];
    const order = env.map(({ name }) => name);
    ok(order.indexOf("POD_IP") < order.indexOf("SERVE_ARG_KV_EVENTS_CONFIG"), order.join(", "));
    ok(order.includes("SERVE_ARG_SEED") && order.includes("SERVE_ARG_MAX_MODEL_LEN"));
  });

  it("refuses what servers and index could not share", () => {
    deepStrictEqual(
      problemsOf(() =>
        precisePrefixCache({ blockSize: 0, hashSeed: "seed", weights: { queue: 0, cache: 1 } as never }),
      ),
      [
        'weights.cache: no such argument; allowed: prefixCache, kvCache, queue; fix: did you mean "kvCache"?',
        "blockSize: out of range; given: 0; allowed: a whole number of at least 1",
        'hashSeed: not of the form that is needed; given: "seed"; allowed: a whole number as text, such as "42", as Python reads PYTHONHASHSEED',
        "weights.queue: not a weight; given: 0; allowed: a number above 0",
      ],
    );
  });
});
