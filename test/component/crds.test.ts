import { strict as assert } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { providerCode } from "../../components/crds/bundle";
import { GatewayApiCrds } from "../../components/networking/gatewayApiCrds";
import { InferenceExtensionCrds } from "../../components/networking/inferenceExtensionCrds";
import { KServeCrds } from "../../components/platform/kserveCrds";
import { LeaderWorkerSetCrds } from "../../components/platform/leaderWorkerSetCrds";
import { artifacts, type CrdSet } from "../../sdk/artifacts";
import { gatewayApiSet } from "../../sdk/gateways/gatewayApi";
import { ConfigurationError } from "../../sdk/problems";
import { named, register, valueOf } from "./mocks";

const { crds } = artifacts;
const bundleType = "pulumi-nodejs:dynamic/pulumi-kserve:CrdBundle";

/** The inputs of a bundle with every default. */
function bundleOf(set: CrdSet): Record<string, unknown> {
  return {
    name: set.name,
    ...(set.variant && { variant: set.variant }),
    version: set.version,
    source: set.source,
    files: set.files,
    crds: set.crds,
    others: set.others,
    ownership: "own",
    onDelete: "delete",
    fieldManager: "pulumi-kserve/project/stack",
    force: false,
    timeoutSeconds: 300,
    kubeconfig: { secret: "kubeconfig" },
    __provider: providerCode,
  };
}

describe("CRD components", () => {
  it("register one bundle each, with names, versions and checksums as inputs", async () => {
    const { registrations } = await register(() => {
      new GatewayApiCrds("gateway-api", { kubeconfig: "kubeconfig" });
      new InferenceExtensionCrds("extension", { kubeconfig: "kubeconfig" });
      new LeaderWorkerSetCrds("lws", { kubeconfig: "kubeconfig" });
    });
    const bundle = (name: string, set: CrdSet) => ({
      type: bundleType,
      name: `${name}-bundle`,
      custom: true,
      inputs: bundleOf(set),
      parent: name,
      dependsOn: [],
    });
    const component = (name: string, type: string) => ({
      type: `pulumi-kserve:index:${type}`,
      name,
      custom: false,
      inputs: {},
      parent: "",
      dependsOn: [],
    });
    assert.deepEqual(
      registrations.toSorted((a, b) => a.name.localeCompare(b.name)),
      [
        component("extension", "InferenceExtensionCrds"),
        bundle("extension", crds.inferenceExtension),
        component("gateway-api", "GatewayApiCrds"),
        bundle("gateway-api", crds.gatewayApiStandard),
        component("lws", "LeaderWorkerSetCrds"),
        bundle("lws", crds.leaderWorkerSet),
      ],
    );
  });

  it("pass on ownership, deletion, mirror and timeout", async () => {
    const { registrations } = await register(
      () =>
        new GatewayApiCrds("gateway-api", {
          kubeconfig: pulumi.output("kubeconfig"),
          channel: "experimental",
          crds: "existing",
          onDelete: "retain",
          force: true,
          timeoutSeconds: 10,
          mirrors: { "gateway-api": "/mirror" },
        }),
    );
    assert.deepEqual(named(registrations, "gateway-api-bundle").inputs, {
      ...bundleOf(crds.gatewayApiExperimental),
      ownership: "existing",
      onDelete: "retain",
      force: true,
      timeoutSeconds: 10,
      mirror: "/mirror/",
    });
  });

  it("give KServe's CRDs its conversion webhook, with cert-manager's CA by default", async () => {
    const service = {
      namespace: "kserve",
      name: "llmisvc-webhook-server-service",
      path: "/convert",
      port: 443,
    };
    const conversion = { service, reviewVersions: ["v1", "v1beta1"], injectCaFrom: "kserve/llmisvc-serving-cert" };
    const { registrations } = await register(() => new KServeCrds("kserve", { kubeconfig: "kubeconfig" }));
    assert.deepEqual(named(registrations, "kserve-bundle").inputs, {
      ...bundleOf(crds.kserveFull),
      conversion: {
        "llminferenceserviceconfigs.serving.kserve.io": conversion,
        "llminferenceservices.serving.kserve.io": conversion,
      },
    });
  });

  it("give KServe's CRDs a CA that is given", async () => {
    const { registrations } = await register(
      () =>
        new KServeCrds("kserve", {
          kubeconfig: "kubeconfig",
          schema: "minimal",
          conversionCaBundle: pulumi.output("Y2E="),
        }),
    );
    const { inputs } = named(registrations, "kserve-bundle");
    assert.deepEqual(inputs.files, crds.kserveMinimal.files);
    assert.deepEqual((inputs.conversion as Record<string, unknown>)["llminferenceservices.serving.kserve.io"], {
      service: { namespace: "kserve", name: "llmisvc-webhook-server-service", path: "/convert", port: 443 },
      reviewVersions: ["v1", "v1beta1"],
      caBundle: "Y2E=",
    });
  });

  it("say what they install, also in a preview", async () => {
    const { result } = await register(() => new LeaderWorkerSetCrds("lws", { kubeconfig: "kubeconfig" }), {
      preview: true,
    });
    assert.equal(await valueOf(result.version), "0.8.0");
    assert.deepEqual(await valueOf(result.names), ["leaderworkersets.leaderworkerset.x-k8s.io"]);
  });

  it("are what others wait for", async () => {
    const { registrations } = await register(() => {
      const lws = new LeaderWorkerSetCrds("lws", { kubeconfig: "kubeconfig" });
      new KServeCrds("kserve", { kubeconfig: "kubeconfig" }, { dependsOn: lws.ready });
    });
    assert.deepEqual(named(registrations, "kserve").dependsOn, ["lws-bundle"]);
  });

  it("register no bundle for CRDs that are unmanaged", async () => {
    const { registrations } = await register(
      () => new LeaderWorkerSetCrds("lws", { kubeconfig: "kubeconfig", crds: "unmanaged" }),
    );
    assert.deepEqual(
      registrations.map((registration) => registration.name),
      ["lws"],
    );
  });

  it("install an earlier version of Gateway API where it is asked for", async () => {
    const { registrations } = await register(() => {
      new GatewayApiCrds("gateway-api", { kubeconfig: "kubeconfig", version: "1.4.1" });
      new GatewayApiCrds("pinned", { kubeconfig: "kubeconfig", version: "1.5.1", channel: "experimental" });
    });
    const inputsOf = (name: string) => registrations.find((each) => each.name === `${name}-bundle`)?.inputs;
    assert.deepEqual(inputsOf("gateway-api"), bundleOf(gatewayApiSet("1.4.1", "standard")));
    assert.deepEqual(inputsOf("pinned"), bundleOf(crds.gatewayApiExperimental));
  });

  it("refuse a version, channel or schema that does not exist", async () => {
    await assert.rejects(
      register(() => new GatewayApiCrds("gateway-api", { kubeconfig: "k", version: "v1.4.1" as "1.4.1" })),
      new ConfigurationError('GatewayApiCrds "gateway-api"', [
        {
          path: "version",
          given: "v1.4.1",
          message: "Gateway API's CRDs of this version are not known",
          allowed: "1.5.1, 1.4.1",
          fix: 'did you mean "1.4.1"?',
        },
      ]),
    );
    await assert.rejects(
      register(() => new GatewayApiCrds("gateway-api", { kubeconfig: "k", channel: "beta" as "standard" })),
      new ConfigurationError('GatewayApiCrds "gateway-api"', [
        { path: "channel", given: "beta", message: "no such channel", allowed: "standard, experimental" },
      ]),
    );
    await assert.rejects(
      register(() => new KServeCrds("kserve", { kubeconfig: "k", schema: "tiny" as "full" })),
      new ConfigurationError('KServeCrds "kserve"', [
        { path: "schema", given: "tiny", message: "no such schema", allowed: "full, minimal" },
      ]),
    );
  });
});
