import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { runCommand } from "../../local/process";
import { projectRoot } from "../../local/paths";
import { type CrdSet, artifacts } from "../../sdk/artifacts";
import { gatewayApiChannels, gatewayApiSet, gatewayApiVersions } from "../../sdk/gateways/gatewayApi";
import { versions } from "../../sdk/versions";

const { crds } = artifacts;

describe("CRD sets", () => {
  it("are what the pinned modules of the upstream projects hold", async function () {
    this.timeout(60_000);
    const script = join(projectRoot(), "scripts", "generate-crds.mjs");
    const { stdout } = await runCommand(process.execPath, [script, "--print"], { cwd: projectRoot() });
    const written = ["crdSets", "earlierCrdSets"].map((file) =>
      readFileSync(join(projectRoot(), "sdk", `${file}.generated.ts`), "utf8"),
    );
    assert.equal(stdout, written.join(""));
  });

  it("have the pinned versions", () => {
    assert.deepEqual(Object.fromEntries(Object.entries(crds).map(([name, set]) => [name, set.version])), {
      gatewayApiStandard: versions.gatewayApi,
      certManager: versions.certManager,
      gatewayApiExperimental: versions.gatewayApi,
      inferenceExtension: versions.inferenceExtension,
      leaderWorkerSet: versions.leaderWorkerSet,
      kserveFull: versions.kserve,
      kserveMinimal: versions.kserve,
      workloadVariantAutoscaler: versions.workloadVariantAutoscaler,
      envoyGateway: versions.envoyGateway,
      envoyAiGateway: versions.envoyAiGateway,
    });
  });

  it("are there for every version of Gateway API that can be chosen", () => {
    const chosen = gatewayApiVersions.flatMap((version) =>
      gatewayApiChannels.map((channel) => {
        const set = gatewayApiSet(version, channel);
        return [set.name, set.variant, set.version, Object.keys(set.crds).length, set.others.length];
      }),
    );
    assert.deepEqual(chosen, [
      ["gateway-api", "standard", "1.5.1", 8, 2],
      ["gateway-api", "experimental", "1.5.1", 12, 2],
      ["gateway-api", "standard", "1.4.1", 6, 0],
      ["gateway-api", "experimental", "1.4.1", 12, 0],
    ]);
    assert.match(gatewayApiSet("1.4.1", "standard").source, /gateway-api\/v1\.4\.1\/$/);
  });

  it("hold InferencePool in both API groups", () => {
    const pools = Object.values<CrdSet["crds"][string]>(crds.inferenceExtension.crds).filter(
      ({ kind }) => kind === "InferencePool",
    );
    assert.deepEqual(pools, [
      { group: "inference.networking.k8s.io", kind: "InferencePool", versions: ["v1"], storageVersion: "v1" },
      {
        group: "inference.networking.x-k8s.io",
        kind: "InferencePool",
        versions: ["v1alpha2"],
        storageVersion: "v1alpha2",
      },
    ]);
  });

  it("differ between full and minimal in content, not in names", () => {
    assert.deepEqual(crds.kserveMinimal.crds, crds.kserveFull.crds);
    assert.equal(crds.kserveMinimal.name, crds.kserveFull.name);
    const hashes = (set: CrdSet): string[] => Object.values(set.files);
    assert.equal(hashes(crds.kserveMinimal).filter((hash) => hashes(crds.kserveFull).includes(hash)).length, 0);
  });
});
