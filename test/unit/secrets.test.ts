import { deepStrictEqual } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Marked } from "../../sdk/compose/marked";
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
