import { deepStrictEqual, ok, throws } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as runtimeConfig from "@pulumi/pulumi/runtime/config";
import { dump } from "js-yaml";

import { readRenderConfig } from "../../cli/render/stackConfig";
import { runProjectCommand } from "../../cli/main";
import { readConfig } from "../../local/engine/config";
import { runCli } from "../../local/cli";
import { configuredSettings } from "../../stacks/environment/configuration";
import { isSecretSetting } from "../../stacks/environment/secretSettings";
import { parseSettings } from "../../stacks/environment/settings";

const cipher = "v1:c2VjcmV0:Y2lwaGVydGV4dA==";
const secret = { secure: cipher };

/** Files of configurations with secrets, encrypted and plain, right and wrong: no command shows anything of them. */
describe("secrets of a configuration file", () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), "config-secrets-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, settings: Record<string, unknown>): string {
    const file = join(folder, name);
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`pulumi-kserve:${key}`, value]));
    writeFileSync(file, dump({ config }));
    return file;
  }

  /** What a command prints, errors included. */
  async function printed(run: () => Promise<unknown>): Promise<string> {
    let text = "";
    const { stdout, stderr } = process;
    const [writeOut, writeErr] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
    stdout.write = stderr.write = (part: string | Uint8Array) => ((text += String(part)), true);
    try {
      await run();
    } catch (error) {
      text += String((error as Error).message);
    } finally {
      Object.assign(stdout, { write: writeOut });
      Object.assign(stderr, { write: writeErr });
    }
    return text;
  }

  const commands: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
    check: (file) => runProjectCommand(["config", "check", "--config", file]),
    "check --json": (file) => runProjectCommand(["config", "check", "--config", file, "--json"]),
    "config explain": (file) => runProjectCommand(["config", "explain", "--config", file]),
    "config explain --json": (file) => runProjectCommand(["config", "explain", "--config", file, "--json"]),
    explain: (file) => runCli(["explain", "--config", file, "llama"]),
    render: (file) => readRenderConfig("dev", file),
    local: (file) => readConfig("dev", file),
  };
  const services = [{ name: "llama", spec: { model: { uri: "hf://meta/llama" } } }];
  const kubeconfig = (user: object) => dump({ apiVersion: "v1", kind: "Config", users: [{ name: "u", user }] });
  const hidden = "hush-hush";

  const files: Readonly<Record<string, Record<string, unknown>>> = {
    "a whole kubeconfig": { cluster: { kubeconfig: kubeconfig({ token: hidden }) } },
    "a kubeconfig of an existing cluster": { cluster: { existing: { kubeconfig: kubeconfig({ token: hidden }) } } },
    "a kubeconfig that is none": { cluster: { kubeconfig: { users: [hidden] } } },
    "a kubeconfig in a list": { cluster: { kubeconfig: [hidden] } },
    "a kubeconfig that is published": { outputs: { kubeconfig: hidden } },
    "a kubeconfig that is published, of a wrong form": { outputs: { kubeconfig: [hidden] } },
    "a private key": {
      platform: { gateway: { tls: { certificates: [{ certificate: "c", privateKey: hidden }] } } },
    },
    "a private key of a wrong form": {
      platform: { gateway: { tls: { certificates: [{ certificate: "c", privateKey: [hidden] }] } } },
    },
    "a private key with a typing error": {
      platform: { gateway: { tls: { certificates: [{ certificate: "c", privatKey: hidden }] } } },
    },
    "a password": { platform: { monitoring: { stack: { grafana: { adminPassword: hidden } } } } },
    "a password that is a number": { platform: { monitoring: { stack: { grafana: { adminPassword: 74656132 } } } } },
    "a private key that is a number": {
      platform: { gateway: { tls: { certificates: [{ certificate: "c", privateKey: 74656132 }] } } },
    },
    "kubeconfigs that are numbers": { cluster: { kubeconfig: 74656132 }, outputs: { kubeconfig: 74656132 } },
    "a password with a typing error": {
      platform: { monitoring: { stack: { grafana: { adminPasword: hidden } } } },
    },
    "an encrypted number": { services: [{ ...services[0], timeoutSeconds: secret }] },
    "encrypted lists and objects": { services: [{ ...services[0], fragments: secret, labels: secret }] },
    "an encrypted service": { services: [secret] },
    "encrypted services": { services: secret },
    "an encrypted name": { services: [{ name: secret, spec: {} }] },
    "an encrypted key with a typing error": { servces: secret },
    "an encrypted setting of another form": { createNamespaces: secret, platform: secret },
    "something encrypted that is not alone": { platform: { gateway: { className: { secure: cipher, more: 1 } } } },
  };

  for (const [what, settings] of Object.entries(files)) {
    it(`are not shown: ${what}`, async () => {
      const file = write("Pulumi.dev.yaml", { services, ...settings });
      for (const [name, command] of Object.entries(commands)) {
        const text = await printed(() => command(file));
        for (const shown of [hidden, cipher, "74656132"]) ok(!text.includes(shown), `${name}: ${text}`);
      }
    });
  }

  it("are not shown in problems of a preview, which has them decrypted", () => {
    const gateway = (gatewayName: unknown) => ({ gateway: { gatewayName } });
    const given = { "pulumi-kserve:platform": JSON.stringify(gateway(7465)) };
    runtimeConfig.setAllConfig(given, Object.keys(given));
    try {
      // Of another stack's, so that everything in it is taken for secret.
      const settings = configuredSettings(["platform"]);
      throws(
        () => parseSettings(settings),
        (error: Error) =>
          /gatewayName: a number instead of a string;/.test(error.message) && !/7465|given/.test(error.message),
      );
    } finally {
      runtimeConfig.setAllConfig({});
    }
  });

  it("are told from settings of like names", () => {
    const secrets = [
      "cluster.kubeconfig",
      "outputs.kubeconfig",
      'a["privateKey"]',
      "a[0].privatKey",
      "kubeConfig",
      "b.adminPasswords[0]",
    ];
    const others = [
      "cluster.kubeconfigFile",
      "eks.secretsKeyArn",
      "privateNodes",
      "privateKeySecretRef",
      "adminSecret.name",
      "config",
    ];
    deepStrictEqual(
      secrets.filter((path) => !isSecretSetting(path)),
      [],
    );
    deepStrictEqual(others.filter(isSecretSetting), []);
  });
});
