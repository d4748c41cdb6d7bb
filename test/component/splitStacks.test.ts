import { deepStrictEqual, rejects } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { inferencePlatformContract } from "../../sdk/references/inferencePlatform";
import { readContract } from "../../sdk/references/read";
import { parts } from "../../stacks/environment/parts";
import { type Config, readExample, runEnvironment } from "./environmentFixture";
import type { Registration } from "./mocks";
import { runPart, type StackOutputs } from "./splitFixture";

const kubeconfig = `
apiVersion: v1
kind: Config
current-context: prod
contexts: [{ name: prod, context: { cluster: prod, user: ci } }]
clusters: [{ name: prod, cluster: { server: "https://prod" } }]
users: [{ name: ci, user: { token: not-a-token } }]
`;

const keys: Readonly<Record<(typeof parts)[number], readonly string[]>> = {
  cluster: ["cluster", "acceleratorPools", "clusterParts", "pools", "mirrors"],
  platform: ["platform", "existing", "mirrors"],
  services: ["services", "serviceDefaults", "fragments", "createNamespaces", "preflight"],
};
const ofPart = (config: Config, part: (typeof parts)[number]): Config =>
  Object.fromEntries(
    keys[part].flatMap((key) => {
      const name = `pulumi-kserve:${key}`;
      return name in config ? [[name, config[name]]] : [];
    }),
  );

const clusterStack = "acme/inference-cluster/prod";
const platformStack = "acme/inference-platform/prod";

/** What a program makes of an environment's configuration when it is split into the three stacks. */
async function runSplit(
  config: Config,
): Promise<{ registrations: Registration[]; outputs: Record<string, StackOutputs> }> {
  const cluster = await runPart("cluster", ofPart(config, "cluster"));
  const stacks = { [clusterStack]: cluster.outputs };
  const platform = await runPart(
    "platform",
    { ...ofPart(config, "platform"), "pulumi-kserve:clusterStack": clusterStack },
    stacks,
  );
  const services = await runPart(
    "services",
    { ...ofPart(config, "services"), "pulumi-kserve:platformStack": platformStack },
    { [platformStack]: platform.outputs },
  );
  return {
    registrations: [cluster, platform, services].flatMap(({ registrations }) => registrations),
    outputs: { cluster: cluster.outputs, platform: platform.outputs, services: services.outputs },
  };
}

/** Everything but providers, references and the kubeconfig, which is secret where it comes from another stack. */
function shown(registrations: readonly Registration[]): Map<string, unknown> {
  const made = registrations.filter(
    ({ type }) => !type.startsWith("pulumi:providers:") && type !== "pulumi:pulumi:StackReference",
  );
  return new Map(
    made
      .map(({ type, name, parent, inputs }): [string, unknown] => [
        `${type} ${name}`,
        { parent, inputs: { ...inputs, kubeconfig: inputs.kubeconfig !== undefined } },
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe("an environment split into three stacks", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-split-"));
  after(() => rmSync(folder, { recursive: true }));

  for (const name of ["gke", "eks", "existing"]) {
    it(`has the same resources with the same inputs as the one of Pulumi.${name}.example.yaml`, async () => {
      const config = readExample(name);
      if (name === "existing") {
        const { existing } = config["pulumi-kserve:cluster"] as { existing: Record<string, unknown> };
        const kubeconfigFile = join(folder, "kubeconfig.yaml");
        writeFileSync(kubeconfigFile, kubeconfig);
        config["pulumi-kserve:cluster"] = { existing: { ...existing, kubeconfigFile } };
      }
      const whole = shown(await runEnvironment(config));
      const split = shown((await runSplit(config)).registrations);
      deepStrictEqual([...split.keys()], [...whole.keys()]);
      for (const [key, value] of whole) deepStrictEqual(split.get(key), value, key);
    });
  }

  it("has the same resources where all four programs share a base", async () => {
    const file = join(folder, "base.yaml");
    const config = readExample("gke");
    writeFileSync(file, JSON.stringify({ config }));
    const base = { "pulumi-kserve:base": file };
    const cluster = await runPart("cluster", base);
    const platform = await runPart(
      "platform",
      { ...base, "pulumi-kserve:clusterStack": clusterStack },
      { [clusterStack]: cluster.outputs },
    );
    const services = await runPart(
      "services",
      { ...base, "pulumi-kserve:platformStack": platformStack },
      { [platformStack]: platform.outputs },
    );
    const split = shown([cluster, platform, services].flatMap(({ registrations }) => registrations));
    const whole = shown(await runEnvironment(base));
    deepStrictEqual([...split.keys()], [...whole.keys()]);
    for (const [name, resource] of whole) deepStrictEqual(split.get(name), resource, name);
    deepStrictEqual(platform.outputs.values.forServices, (await runSplit(config)).outputs.platform!.values.forServices);
  });

  describe("by its references", () => {
    const services = { "pulumi-kserve:platformStack": platformStack };
    const on = (values: StackOutputs["values"], secretNames: string[] = []) =>
      runPart("services", services, { [platformStack]: { values, secretNames } });
    let outputs: Record<string, StackOutputs>;
    before(async () => {
      outputs = (await runSplit({ ...readExample("gke"), "pulumi-kserve:services": [] })).outputs;
    });

    it("keeps the kubeconfigs secret, and nothing else", () => {
      deepStrictEqual(
        Object.values(outputs).map(({ secretNames }) => secretNames),
        [["kubeconfig"], ["kubeconfig"], []],
      );
    });

    it("gives app teams what an environment in one stack gives them", () => {
      const { values } = outputs.services!;
      const read = readContract(
        inferencePlatformContract,
        "acme/inference-services/prod",
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, secret: false }])),
      );
      deepStrictEqual(read.values.services, {});
      deepStrictEqual(read.values.platform, outputs.platform!.values.platform);
    });

    it("refuses a stack that does not exist, has no outputs, or is another one", async () => {
      await rejects(runPart("services", services), /unknown stack "acme\/inference-platform\/prod"/);
      await rejects(
        on({}),
        /platform for services in stack "acme\/inference-platform\/prod".*it was never brought up/s,
      );
      await rejects(on(outputs.cluster!.values), /the stack is no platform for services/);
      await rejects(on({ ...outputs.platform!.values, kubeconfig: undefined }), /kubeconfig: missing/);
      await rejects(on(outputs.platform!.values), /kubeconfig: published as plain text/);
    });

    it("refuses services of one name in two namespaces, as an environment in one stack does", async () => {
      const spec = { model: { uri: "hf://meta/llama" } };
      const twins = ["a", "b"].map((namespace) => ({ name: "llama", namespace, spec }));
      const config = { "pulumi-kserve:services": twins };
      const expected = /services\[1\]\.name: services\[0\] has this name too; .*fix: rename one of them/;
      const stacks = { [platformStack]: { values: outputs.platform!.values, secretNames: ["kubeconfig"] } };
      await rejects(runPart("services", { ...services, ...config }, stacks), expected);
      await rejects(runEnvironment(config), expected);
    });

    it("refuses an older contract, and says which side is to be upgraded", async () => {
      const older = { ...outputs.platform!.values, contracts: { "pulumi-kserve/services-platform": "0.9" } };
      await rejects(
        on(older, ["kubeconfig"]),
        /speaks an older contract than this program reads; given: "0.9".*upgrade pulumi-kserve in the project of that stack/s,
      );
    });
  });
});
