import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as runtimeConfig from "@pulumi/pulumi/runtime/config";

import { Marked, secretText } from "../../sdk/compose/marked";
import { appTeamKeys, parseAppTeamSettings } from "../../stacks/app-team/settings";
import { configuredSettings } from "../../stacks/environment/configuration";
import { withMarkedSecrets } from "../../stacks/environment/encrypted";
import { encryptedSetting, markSecrets } from "../../stacks/environment/secrets";

const secret = (value: string | number): Marked => new Marked(value, { unknown: false, secret: true, carriers: [] });

describe("secrets of a stack's configuration", () => {
  const services = [
    { name: "llama", annotations: { a: "b" }, spec: { model: { uri: "hf://a/b" }, labels: { token: "hunter2" } } },
  ];

  it("marks in specs what was encrypted, and nothing else", () => {
    const encrypted = [
      { ...services[0], spec: { model: { uri: "hf://a/b" }, labels: { token: { secure: "v1:ciphertext" } } } },
    ];
    deepStrictEqual(markSecrets(services, encrypted), [
      { ...services[0], spec: { model: { uri: "hf://a/b" }, labels: { token: secret("hunter2") } } },
    ]);
  });

  it("marks a whole spec that was encrypted as one", () => {
    const all = [
      { ...services[0], spec: { model: { uri: secret("hf://a/b") }, labels: { token: secret("hunter2") } } },
    ];
    deepStrictEqual(markSecrets(services, [{ ...services[0], spec: { secure: "v1:ciphertext" } }]), all);
    deepStrictEqual(markSecrets(services, { secure: "v1:ciphertext" }), all);
  });

  it("takes every text of a spec for secret where nobody can say which is", () => {
    deepStrictEqual(markSecrets(services, undefined), [
      { ...services[0], spec: { model: { uri: secret("hf://a/b") }, labels: { token: secret("hunter2") } } },
    ]);
  });

  describe("elsewhere than in services and fragments", () => {
    const issuers = (email: unknown) => ({ certManager: { issuers: { acme: { spec: { email } } } } });
    afterEach(() => runtimeConfig.setAllConfig({}));

    it("are plain, since nothing there takes marks away", () => {
      const given = { "pulumi-kserve:platform": JSON.stringify(issuers("a@b.c")), "pulumi-kserve:__proto__": "1" };
      runtimeConfig.setAllConfig(given, Object.keys(given));
      const settings = configuredSettings(["platform"]);
      deepStrictEqual(settings.platform, issuers("a@b.c"));
      // To be found and refused.
      deepStrictEqual(Object.keys(settings), ["platform", "__proto__"]);
    });

    it("may be a kubeconfig in JSON, which reads as settings where it is one alone", () => {
      const kubeconfig = JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        users: [{ name: "u", user: { token: "hunter2" } }],
      });
      const given = {
        "pulumi-kserve:platformStack": "acme/p/prod",
        "pulumi-kserve:service": "a",
        "pulumi-kserve:kubeconfig": kubeconfig,
      };
      runtimeConfig.setAllConfig(given, ["pulumi-kserve:kubeconfig"]);
      strictEqual(parseAppTeamSettings(configuredSettings(appTeamKeys)).kubeconfig, kubeconfig);
      throws(() => parseAppTeamSettings({ ...given, kubeconfig: 5 }), /kubeconfig: a number instead of a string/);
    });

    it("have a text in their place where they cannot be decrypted", () => {
      const encrypted = { secure: "v1:ciphertext" };
      deepStrictEqual(withMarkedSecrets({ platform: issuers(encrypted), fragments: [{ spec: { a: encrypted } }] }), {
        platform: issuers(secretText),
        fragments: [{ spec: { a: new Marked(undefined, { unknown: true, secret: true, carriers: [] }) } }],
      });
    });
  });

  it("finds the configuration file above the program's folder", () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-secrets-"));
    try {
      const program = join(folder, "dist", "stacks");
      mkdirSync(program, { recursive: true });
      writeFileSync(join(folder, "Pulumi.prod.yaml"), "config:\n  pulumi-kserve:services: [{ name: a }]\n");
      deepStrictEqual(encryptedSetting("pulumi-kserve:services", "prod", program), [{ name: "a" }]);
      deepStrictEqual(encryptedSetting("pulumi-kserve:other", "prod", program), undefined);
      deepStrictEqual(encryptedSetting("pulumi-kserve:services", "dev", program), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
