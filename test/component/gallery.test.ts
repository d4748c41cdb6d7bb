import { deepStrictEqual, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { gallery } from "../../stacks/gallery/gallery";
import { assertChangesInPlace, named, register, type Registration } from "./mocks";
import { presets } from "./presets";

/** Runs the program of stacks/gallery with a configuration, as Pulumi would give it. */
async function run(settings: Record<string, unknown>): Promise<Registration[]> {
  const config = { cluster: { kubeconfig: "none" }, ...settings };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [`pulumi-kserve:${key}`, JSON.stringify(value)])),
  );
  try {
    const { registrations } = await register(() => gallery(), { preview: true, call: () => ({ result: presets }) });
    return registrations;
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}

describe("the program of stacks/gallery", () => {
  it("makes the services that are named, in a namespace of their own, on a platform of its own", async () => {
    const registrations = await run({ gallery: ["single-gpu"] });
    const service = named(registrations, "single-gpu-service");
    strictEqual((service.inputs.metadata as { namespace: string }).namespace, "gallery");
    deepStrictEqual(named(registrations, "namespace-gallery").inputs.metadata, { name: "gallery" });
  });

  it("makes nothing but the services on a platform that exists, and composes them as KServe will", async () => {
    const registrations = await run({ gallery: ["single-gpu"], platform: "existing", namespace: "default" });
    assertChangesInPlace(registrations);
    deepStrictEqual(registrations.map(({ name }) => name).sort(), ["cluster", "single-gpu", "single-gpu-service"]);
  });
});
