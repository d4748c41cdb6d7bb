import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { dump } from "js-yaml";

import { readRenderConfig, type RenderConfig } from "../../cli/render/stackConfig";

describe("configuration that is rendered", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "render-config-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function read(config: Record<string, unknown>): Promise<RenderConfig> {
    const file = join(folder, "Pulumi.prod.yaml");
    await writeFile(file, dump({ config }));
    return readRenderConfig("prod", file);
  }
  const service = (spec: Record<string, unknown>): Record<string, unknown> => ({ name: "llama", spec });
  const model = { uri: "hf://a/b" };

  it("has a cluster that nothing is asked of, whatever the stack's is", async () => {
    const services = [service({ model })];
    for (const cluster of [undefined, { kubeconfig: { secure: "v1:x" } }, { kubeconfigFile: "nowhere.yaml" }]) {
      const { config, encrypted } = await read({
        "pulumi-kserve:services": services,
        ...(cluster && { "pulumi-kserve:cluster": cluster }),
      });
      match(JSON.stringify(config["pulumi-kserve:cluster"]), /render\.invalid/);
      strictEqual(encrypted.size, 0);
    }
    const existing = { kubeconfigFile: "nowhere.yaml", context: "prod", identifier: "prod" };
    const { config } = await read({ "pulumi-kserve:services": services, "pulumi-kserve:cluster": { existing } });
    const cluster = config["pulumi-kserve:cluster"] as { existing: Record<string, unknown> };
    deepStrictEqual(Object.keys(cluster.existing).sort(), ["identifier", "kubeconfig"]);
  });

  it("has a text in place of each encrypted value, which says what setting it is", async () => {
    const env = [{ name: "TOKEN", value: { secure: "v1:abc" } }];
    const { config, encrypted } = await read({
      "pulumi-kserve:services": [service({ model, template: { containers: [{ name: "main", env }] } })],
      "aws:region": "eu-west-1",
    });
    const [[text, setting] = ["", ""], ...others] = encrypted;
    deepStrictEqual(others, []);
    strictEqual(setting, "pulumi-kserve:services[0].spec.template.containers[0].env[0].value");
    ok(JSON.stringify(config["pulumi-kserve:services"]).includes(text));
    deepStrictEqual(Object.keys(config).sort(), ["pulumi-kserve:cluster", "pulumi-kserve:services"]);
  });

  it("is refused where what is encrypted decides what there is", async () => {
    await rejects(
      read({ "pulumi-kserve:services": [{ secure: "v1:abc" }] }),
      /services\[0\]: is encrypted, and what is rendered depends on it/,
    );
  });

  it("is refused where something is made in a cloud", async () => {
    const gke = { project: "p", location: "europe-west4" };
    await rejects(read({ "pulumi-kserve:cluster": { gke }, "pulumi-kserve:services": [] }), (error: Error) => {
      match(
        error.message,
        /cluster\.gke: makes a cluster through the cloud's API, which has no manifest; fix: make the cluster in a stack of its own/,
      );
      return true;
    });
    const acceleratorPools = [{ name: "h100", accelerator: "nvidia-h100-80gb" }];
    await rejects(
      read({ "pulumi-kserve:acceleratorPools": acceleratorPools, "pulumi-kserve:services": [] }),
      /acceleratorPools: makes node pools through the cloud's API/,
    );
  });

  it("is refused where there is none", async () => {
    await rejects(read({}), /Pulumi\.prod\.yaml: has no configuration of this project/);
    await rejects(read({ "aws:region": "eu-west-1" }), /has no configuration of this project/);
    await rejects(
      readRenderConfig("locl"),
      /Pulumi\.locl\.yaml: there is no such file; allowed: .*local.*; fix: did you mean local\?/,
    );
  });

  it("is refused with every problem that its program finds", async () => {
    await rejects(read({ "pulumi-kserve:services": [{ nmae: "x" }] }), /services\[0\]/);
  });
});
