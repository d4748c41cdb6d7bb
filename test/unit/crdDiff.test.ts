import { strict as assert } from "node:assert";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BundleInputs, type BundleOutputs, providerCode } from "../../components/crds/bundle";
import { provider } from "../../components/crds/provider";
import { projectRoot } from "../../local/paths";
import { runCommand } from "../../local/process";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const inputs: BundleInputs = {
  name: "things",
  variant: "full",
  version: "1.0.0",
  source: "https://example.com/v1.0.0/",
  files: { "a.yaml": "aa" },
  crds: { "things.example.com": { group: "example.com", kind: "Thing", versions: ["v1"], storageVersion: "v1" } },
  others: [],
  ownership: "own",
  onDelete: "delete",
  conversion: {
    "things.example.com": {
      service: { namespace: "n", name: "s", path: "/convert", port: 443 },
      reviewVersions: ["v1"],
      caBundle: "YQ==",
    },
  },
  fieldManager: "pulumi-kserve/p/s",
  force: false,
  timeoutSeconds: 300,
  kubeconfig: "kubeconfig: 1",
};
const applied: BundleOutputs = {
  ...inputs,
  applied: { "things.example.com": "0123" },
  live: { "things.example.com": "as applied" },
};
const same = { changes: false, replaces: [], deleteBeforeReplace: true };
const changed = { ...same, changes: true };

const diff = (news: Partial<BundleInputs>, olds: Partial<BundleOutputs> = {}) =>
  provider.diff("things", { ...applied, ...olds }, { ...inputs, ...news });

describe("comparison of CRD sets", () => {
  it("sees no change where nothing in the cluster would change", async () => {
    assert.deepEqual(await diff({}), same);
    assert.deepEqual(await diff({ mirror: "/mirror/", source: "https://other.example/", force: true }), same);
    assert.deepEqual(await diff({ fieldManager: "pulumi-kserve/p/renamed" }), same);
    assert.deepEqual(await diff({ kubeconfig: unknown }), same);
    assert.deepEqual(await diff({ __provider: "other code" } as Partial<BundleInputs>), same);
  });

  it("sees content, conversion, ownership, deletion, timeout and another cluster", async () => {
    assert.deepEqual(await diff({ files: { "a.yaml": "bb" } }), changed);
    assert.deepEqual(await diff({ files: {} }), changed);
    assert.deepEqual(await diff({ version: "1.0.1" }), changed);
    assert.deepEqual(await diff({ variant: undefined }), changed);
    assert.deepEqual(await diff({ conversion: undefined }), changed);
    assert.deepEqual(await diff({ conversion: unknown as never }), changed);
    assert.deepEqual(await diff({ ownership: "existing" }), changed);
    assert.deepEqual(await diff({ onDelete: "retain" }), changed);
    assert.deepEqual(await diff({ timeoutSeconds: 10 }), changed);
    assert.deepEqual(await diff({ kubeconfig: "kubeconfig: 2" }), changed);
  });

  it("replaces a set of another name, and deletes the old one first", async () => {
    assert.deepEqual(await diff({ name: "others" }), { ...changed, replaces: ["name"] });
  });

  it("sees what a refresh found, and an installation that was not completed", async () => {
    assert.deepEqual(await diff({}, { live: { "things.example.com": 'changed by "kubectl-edit"' } }), changed);
    assert.deepEqual(await diff({}, { live: { "things.example.com": "missing" } }), changed);
    assert.deepEqual(await diff({}, { live: {} }), changed);
  });
});

describe("check of CRD sets", () => {
  it("keeps the field manager that the set was created with", async () => {
    const checked = await provider.check({ ...inputs, fieldManager: "pulumi-kserve/p/before" }, inputs);
    assert.deepEqual(checked, { inputs: { ...inputs, fieldManager: "pulumi-kserve/p/before" }, failures: [] });
    assert.deepEqual(await provider.check({}, { ...inputs, kubeconfig: unknown }), {
      inputs: { ...inputs, kubeconfig: unknown },
      failures: [],
    });
  });

  it("names every input that is wrong", async () => {
    const wrong = { kubeconfig: " ", ownership: "theirs", onDelete: "keep", timeoutSeconds: 0, crds: {} };
    const { failures } = await provider.check({}, { ...inputs, ...wrong } as unknown as BundleInputs);
    assert.deepEqual(failures, [
      { property: "kubeconfig", reason: "kubeconfig: empty; allowed: text or path of a kubeconfig" },
      { property: "crds", reason: 'crds: given "theirs"; allowed: own, existing' },
      { property: "onDelete", reason: 'onDelete: given "keep"; allowed: delete, retain' },
      { property: "timeoutSeconds", reason: "timeoutSeconds: given 0; allowed: a number above 0" },
      { property: "conversion", reason: "conversion.things.example.com: no such CRD in the set; allowed: " },
    ]);
  });

  it("refuses to go back, and what Gateway API's policy would refuse, before anything is applied", async () => {
    const reasons = async (olds: Partial<BundleInputs>, news: Partial<BundleInputs>) => {
      const { failures } = await provider.check({ ...inputs, ...olds }, { ...inputs, ...news });
      return failures.map(({ property, reason }) => [property, reason]);
    };
    const gateway = { name: "gateway-api", variant: "standard", version: "1.5.1" };
    assert.deepEqual(await reasons({ version: "1.10.0" }, { version: "1.9.4" }), [
      [
        "version",
        'CRD set "things": a downgrade from 1.10.0 to 1.9.4: objects may have fields that older CRDs do not know, and the API server would ' +
          "drop them; fix: keep 1.10.0; to go back, destroy the set with its objects and install 1.9.4 anew",
      ],
    ]);
    assert.deepEqual(await reasons(gateway, { ...gateway, version: "1.4.1" }), [
      [
        "version",
        'CRD set "gateway-api": Gateway API\'s own policy safe-upgrades.gateway.networking.k8s.io, which came with 1.5.1, lets no CRDs of a ' +
          "version before 1.5.0 in; fix: keep 1.5.1; to go back, destroy the set with its objects and install 1.4.1 anew",
      ],
    ]);
    assert.deepEqual(await reasons(gateway, { ...gateway, variant: "experimental" }), [
      [
        "version",
        'CRD set "gateway-api": Gateway API\'s own policy safe-upgrades.gateway.networking.k8s.io lets no experimental CRDs in over those of ' +
          "the standard channel; fix: keep the standard channel; for the other one destroy the set with its objects and install it anew",
      ],
    ]);
  });

  it("lets a set go up, to the other schema, into other hands, and from experimental to standard", async () => {
    const failures = async (olds: Partial<BundleInputs>, news: Partial<BundleInputs>) =>
      (await provider.check({ ...inputs, ...olds }, { ...inputs, ...news })).failures;
    const gateway = { name: "gateway-api", variant: "standard", version: "1.4.1" };
    assert.deepEqual(await failures({}, { version: "1.0.1" }), []);
    assert.deepEqual(await failures({}, { version: "3.0.0", variant: "minimal" }), []);
    assert.deepEqual(await failures(gateway, { ...gateway, version: "1.5.1" }), []);
    assert.deepEqual(await failures(gateway, { ...gateway, variant: "experimental" }), []);
    const experimental = { ...gateway, variant: "experimental", version: "1.5.1" };
    assert.deepEqual(await failures(experimental, { ...experimental, variant: "standard" }), []);
    assert.deepEqual(await failures({ version: "2.0.0" }, { ownership: "existing" }), []);
    assert.deepEqual(await failures({ version: "2.0.0", ownership: "existing" }, {}), []);
    assert.deepEqual(await failures({ version: "2.0.0" }, { name: "others" }), []);
  });

  it("loads nothing but the comparison, found as the dynamic provider finds it", async () => {
    const code = `
      ${providerCode}
      exports.handler().check({}, { kubeconfig: "k", ownership: "own", onDelete: "delete", timeoutSeconds: 1, crds: {} }).then(({ failures }) =>
        console.log(JSON.stringify([failures, Object.keys(require.cache).map((file) => require("path").basename(file))])));`;
    // The provider is run by a file of the SDK, so there is a main module.
    const main = join(projectRoot(), "node_modules", "@pulumi", "pulumi", "version.js");
    const { stdout } = await runCommand(
      process.execPath,
      ["-e", `require.main = { filename: ${JSON.stringify(main)} }; ${code}`],
      {
        cwd: tmpdir(),
      },
    );
    assert.deepEqual(JSON.parse(stdout), [[], ["provider.js", "diff.js", "bundle.js"]]);
  });
});
