import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Config, readExample, runEnvironment } from "./environmentFixture";
import { named, type Registration } from "./mocks";

const kubeconfig = `
apiVersion: v1
kind: Config
contexts: [{ name: dev, context: { cluster: c, user: u } }, { name: staging, context: { cluster: c, user: u } }, { name: prod, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: "https://test" } }]
users: [{ name: u, user: { token: not-a-token } }]
`;

interface Service {
  metadata: { namespace: string; labels: Record<string, string> };
  spec: { replicas: number; template: { nodeSelector?: object; tolerations: object[] } };
}

describe("an environment over a base", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-layers-"));
  after(() => rmSync(folder, { recursive: true }));

  /** Configuration of an example, with a kubeconfig that is there. */
  function configured(name: string): Config {
    const config = readExample(name);
    const { existing } = config["pulumi-kserve:cluster"] as { existing: Record<string, unknown> };
    const kubeconfigFile = join(folder, "kubeconfig.yaml");
    writeFileSync(kubeconfigFile, kubeconfig);
    return { ...config, "pulumi-kserve:cluster": { existing: { ...existing, kubeconfigFile } } };
  }

  const servicesOf = (registrations: Registration[]): string[] =>
    registrations
      .filter(({ type }) => type === "pulumi-kserve:index:LLMInferenceService")
      .map(({ name }) => name)
      .sort();

  const serviceOf = (registrations: Registration[], name: string): Service =>
    named(registrations, `${name}-service`).inputs as unknown as Service;

  it("has what the base says, and what the stack says of it: dev, staging and prod", async () => {
    const dev = await runEnvironment(configured("dev"));
    deepStrictEqual(servicesOf(dev), ["llama-8b"]);
    const small = serviceOf(dev, "llama-8b");
    deepStrictEqual(
      [small.metadata.namespace, small.metadata.labels.team, small.spec.replicas],
      ["chat", "inference", 1],
    );
    strictEqual(small.spec.template.nodeSelector, undefined);

    const staging = await runEnvironment(configured("staging"));
    deepStrictEqual(servicesOf(staging), ["llama-70b", "llama-8b"]);

    const prod = await runEnvironment(configured("prod"));
    deepStrictEqual(servicesOf(prod), ["llama-70b", "llama-8b"]);
    const { metadata, spec } = serviceOf(prod, "llama-8b");
    deepStrictEqual([spec.replicas, metadata.labels.tier, metadata.labels.team], [4, "1", "inference"]);
    deepStrictEqual(spec.template.nodeSelector, { hardware: "a100" });
    strictEqual(spec.template.tolerations.length, 1);
  });

  it("has nothing of a setting that the stack removes, which Pulumi hands on as an empty text", async () => {
    const config = configured("prod");
    deepStrictEqual(servicesOf(await runEnvironment({ ...config, "pulumi-kserve:services": "" })), []);
    await rejects(
      runEnvironment({ ...config, "pulumi-kserve:base": "", "pulumi-kserve:services": "" }),
      /services: null instead of a list/,
    );
  });

  it("says which file is wrong, and refuses keys that no program knows", async () => {
    const config = configured("prod");
    await rejects(
      runEnvironment({ ...config, "pulumi-kserve:base": "environments/bse.yaml" }),
      /base: no such file; given: "environments\/bse\.yaml"; .*did you mean "base\.yaml"\?/,
    );
    await rejects(
      runEnvironment({ ...config, "pulumi-kserve:services": [{ name: "llama-8b", spec: { replica: 4 } }] }),
      /services\[llama-8b\]\.spec\.replica: no such field; set by Pulumi\.[^;]*\.yaml; .*did you mean "replicas"\?/,
    );
    await rejects(
      runEnvironment({ ...config, "pulumi-kserve:platfrom": {} }),
      /platfrom: no such setting; .*did you mean "platform"\?/,
    );
  });
});
