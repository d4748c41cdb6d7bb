import { deepStrictEqual, match, ok, strictEqual } from "node:assert";

import type { Manifest } from "../../cli/render/manifests";
import { filesOf } from "../../cli/render/files";
import { type SecretHandling, secretTextsToFind, withoutSecrets } from "../../cli/render/secrets";
import type { JsonObject } from "../../local/provider/json";
import { parseManifests } from "../../local/provider/yaml";
import { readSecretHandling } from "../../cli/render";

const placeholders = { mode: "placeholders" } as const;
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const token = "hf_abcdefghijklmnop";
const standIn = "encrypted-0123456789abcdef01234567";
const known = { texts: new Set([token, base64(token)]), encrypted: new Map([[standIn, "pulumi-kserve:token"]]) };

const manifest = (object: JsonObject, secrets?: Manifest["secrets"]): Manifest => ({
  object,
  secrets,
  resource: "resource",
  wave: 0,
});
const secret = (data: JsonObject, more: JsonObject = {}): Manifest =>
  manifest({ apiVersion: "v1", kind: "Secret", metadata: { name: "hf-token", namespace: "models" }, data, ...more });
const configMap = (data: JsonObject, secrets?: Manifest["secrets"]): Manifest =>
  manifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map", namespace: "models" }, data }, secrets);

describe("secrets of a render", () => {
  it("become placeholders, with the setting that they come from", () => {
    const { manifests, leftOut, problems } = withoutSecrets(
      [secret({ HF_TOKEN: base64(token), other: base64(standIn) }, { type: "Opaque" })],
      known,
      placeholders,
      "prod",
    );
    deepStrictEqual(problems, []);
    deepStrictEqual(manifests[0]?.object, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "hf-token", namespace: "models" },
      type: "Opaque",
      data: {
        HF_TOKEN: "${SECRET_MODELS_HF_TOKEN_HF_TOKEN}",
        other: "${SECRET_MODELS_HF_TOKEN_OTHER}",
      },
    });
    deepStrictEqual(
      leftOut.map(({ key, place, setting }) => ({ key, place, setting })),
      [
        { key: "HF_TOKEN", place: "${SECRET_MODELS_HF_TOKEN_HF_TOKEN}", setting: undefined },
        { key: "other", place: "${SECRET_MODELS_HF_TOKEN_OTHER}", setting: "pulumi-kserve:token" },
      ],
    );
    const files = [...filesOf(manifests, { stack: "prod", argocd: true, kustomize: true }).values()].join("\n");
    for (const text of secretTextsToFind(known)) ok(!files.includes(text));
  });

  it("may be filled with the base64 of any value, since their placeholders are quoted", () => {
    const { manifests, leftOut } = withoutSecrets([secret({ "tls.key": "eA==" })], known, placeholders, "prod");
    const [content = ""] = filesOf(manifests, { stack: "prod", argocd: false, kustomize: false }).values();
    match(content, /^ {2}tls\.key: "\$\{SECRET_MODELS_HF_TOKEN_TLS_KEY\}"$/m);
    // The base64 of these bytes is a number, a boolean and null in YAML.
    const odd = ["1234", "true", "null", ""].map((text) => Buffer.from(text, "base64").toString("latin1"));
    for (const value of ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", 'a"b: #\\', ...odd]) {
      const filling = Buffer.from(value, "latin1").toString("base64");
      const [filled] = parseManifests(
        content.replace(leftOut[0]?.place ?? "", () => filling),
        "file",
      );
      deepStrictEqual(filled?.data, { "tls.key": filling });
    }
  });

  it("become ExternalSecrets that make the same Secret", () => {
    const handling: SecretHandling = {
      mode: "external-secrets",
      store: { kind: "SecretStore", name: "vault" },
      remoteKey: "llm/{stack}/{name}/{key}",
    };
    const given = secret({ HF_TOKEN: base64(token) }, { type: "Opaque", immutable: true });
    given.object.metadata = { name: "hf-token", namespace: "models", labels: { a: "b" } };
    const { manifests, leftOut } = withoutSecrets([given], known, handling, "prod");
    deepStrictEqual(manifests[0]?.object, {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "hf-token", namespace: "models" },
      spec: {
        refreshInterval: "1h",
        secretStoreRef: { kind: "SecretStore", name: "vault" },
        target: {
          name: "hf-token",
          creationPolicy: "Owner",
          template: { type: "Opaque", metadata: { labels: { a: "b" } } },
          immutable: true,
        },
        data: [{ secretKey: "HF_TOKEN", remoteRef: { key: "llm/prod/hf-token/HF_TOKEN" } }],
      },
    });
    strictEqual(leftOut[0]?.place, "llm/prod/hf-token/HF_TOKEN");
  });

  it("leaves a Secret alone that something else fills", () => {
    const empty = secret({});
    deepStrictEqual(withoutSecrets([empty], known, placeholders, "prod"), {
      manifests: [empty],
      leftOut: [],
      problems: [],
    });
  });

  it("finds what is secret elsewhere: marked, by its text, in base64, or as the text of a setting", () => {
    const found = (given: Manifest): string[] =>
      withoutSecrets([given], known, placeholders, "prod").problems.map(({ path, message }) => `${path} ${message}`);
    match(
      found(configMap({ a: "short" }, { data: { a: true } }))[0] ?? "",
      /map \(resource "resource"\): data\.a is secret,/,
    );
    match(found(configMap({ url: `https://x:${token}@host` }))[0] ?? "", /data\.url is secret,/);
    match(found(configMap({ "auth.txt": `Basic ${base64(token)}` }))[0] ?? "", /data\["auth\.txt"\] is secret,/);
    match(found(configMap({ env: `x ${standIn}` }))[0] ?? "", /data\.env is secret, the setting pulumi-kserve:token,/);
    const labelled = secret({ a: "eA==" });
    labelled.object.metadata = { name: "s", namespace: "n", annotations: { note: token } };
    match(found(labelled)[0] ?? "", /metadata\.annotations\.note is secret/);
    deepStrictEqual(found(configMap({ fine: "hf_" })), []);
  });

  it("takes a certificate for what it is: public", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    const texts = new Set([pem, base64(pem)]);
    const { problems } = withoutSecrets(
      [configMap({ "ca.crt": pem, bundle: base64(pem) })],
      { texts, encrypted: new Map() },
      placeholders,
      "prod",
    );
    deepStrictEqual(problems, []);
  });

  it("takes a certificate for a secret that its private key is with", () => {
    const pem =
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" +
      "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";
    const found = withoutSecrets(
      [configMap({ "both.pem": pem, bundle: base64(pem) })],
      { texts: new Set([pem, base64(pem)]), encrypted: new Map() },
      placeholders,
      "prod",
    );
    strictEqual(found.problems.length, 2);
  });

  it("refuses two values in one place", () => {
    const both = secret({ "a.b": "eA==", "a-b": "eA==" });
    const [problem] = withoutSecrets([both], known, placeholders, "prod").problems;
    match(problem?.message ?? "", /would have the same place as Secret models\/hf-token a-b/);
  });
});

describe("options of secrets", () => {
  const read = (secrets: string, store?: string, key?: string): SecretHandling =>
    readSecretHandling({ secrets, "secret-store": store, "secret-key": key });
  const refusal = (...args: Parameters<typeof read>): string => {
    try {
      read(...args);
    } catch (error) {
      return (error as Error).message;
    }
    return "none";
  };

  it("name a store and its kind", () => {
    deepStrictEqual(read("placeholders"), placeholders);
    deepStrictEqual(read("external-secrets", "vault"), {
      mode: "external-secrets",
      store: { kind: "ClusterSecretStore", name: "vault" },
      remoteKey: "{namespace}/{name}",
    });
    deepStrictEqual(read("external-secrets", "SecretStore/vault", "{key}"), {
      mode: "external-secrets",
      store: { kind: "SecretStore", name: "vault" },
      remoteKey: "{key}",
    });
  });

  it("are refused where they do not go together", () => {
    strictEqual(refusal("plain"), "--secrets plain: expected placeholders or external-secrets");
    strictEqual(refusal("placeholders", "vault"), "--secret-store goes with --secrets external-secrets");
    strictEqual(refusal("external-secrets"), "--secrets external-secrets needs --secret-store [KIND/]NAME");
    match(refusal("external-secrets", "Vault/x"), /^--secret-store Vault\/x: expected NAME, or a kind and a name/);
    match(refusal("external-secrets", "x", "{nmae}"), /^--secret-key \{nmae\}: \{nmae\} is none of \{stack\}/);
  });
});
