import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { load } from "js-yaml";
import * as pulumi from "@pulumi/pulumi";

import { ExistingCluster, type ExistingClusterArgs } from "../../components/clusters/existing";
import { InferencePlatform } from "../../components/inferencePlatform";
import { assertChangesInPlace, changesInPlace, named, register, valueOf } from "./mocks";

const text = `apiVersion: v1
kind: Config
current-context: dev
contexts:
  - { name: dev, context: { cluster: c1, user: u1 } }
  - { name: prod-eu, context: { cluster: c2, user: u2 } }
clusters:
  - { name: c1, cluster: { server: "https://dev" } }
  - { name: c2, cluster: { server: "https://prod", certificate-authority: ca.crt } }
users:
  - { name: u1, user: { token: dev-token } }
  - { name: u2, user: { token: prod-token } }
`;

async function make(args: ExistingClusterArgs) {
  return register(() => new ExistingCluster("prod", args));
}

/** What is thrown at once or when Outputs resolve. */
async function failure(args: ExistingClusterArgs): Promise<string> {
  return make(args).then(
    () => "",
    (error: Error) => error.message,
  );
}

describe("ExistingCluster", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "existing-"));
    writeFileSync(join(folder, "config.yaml"), text);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("passes a kubeconfig on as it is, and keeps it secret", async () => {
    const { registrations, result } = await make({ kubeconfig: text });
    strictEqual(await valueOf(result.kubeconfig), text);
    strictEqual(await pulumi.isSecret(result.kubeconfig), true);
    deepStrictEqual(named(registrations, "prod-kubernetes").inputs, {
      clusterIdentifier: "prod",
      kubeconfig: { secret: text },
      ...changesInPlace,
    });
  });

  it("reduces it to the context that is named, so that no other credentials get into the state", async () => {
    const { result } = await make({ kubeconfig: text, context: "prod-eu" });
    const reduced = await valueOf(result.kubeconfig);
    ok(!reduced.includes("dev"), reduced);
    deepStrictEqual(load(reduced), {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "prod-eu",
      contexts: [{ name: "prod-eu", context: { cluster: "c2", user: "u2" } }],
      clusters: [{ name: "c2", cluster: { server: "https://prod", "certificate-authority": "ca.crt" } }],
      users: [{ name: "u2", user: { token: "prod-token" } }],
    });
  });

  it("resolves paths in a file against its folder", async () => {
    const { result } = await make({ kubeconfigFile: join(folder, "config.yaml"), context: "prod-eu" });
    const { clusters } = load(await valueOf(result.kubeconfig)) as { clusters: { cluster: Record<string, string> }[] };
    strictEqual(clusters[0]!.cluster["certificate-authority"], join(folder, "ca.crt"));
    const whole = await make({ kubeconfigFile: join(folder, "config.yaml") });
    ok((await valueOf(whole.result.kubeconfig)).includes(join(folder, "ca.crt")));
  });

  it("takes a kubeconfig from an Output", async () => {
    const { result } = await make({ kubeconfig: pulumi.secret(text), context: "dev", identifier: "dev-cluster" });
    ok((await valueOf(result.kubeconfig)).includes("dev-token"));
    strictEqual(result.identifier, "dev-cluster");
    strictEqual(result.cloud, "existing");
  });

  it("is what an InferencePlatform is installed into", async () => {
    const { registrations } = await register(
      () => new InferencePlatform("platform", { cluster: new ExistingCluster("prod", { kubeconfig: text }) }),
      { call: () => ({ result: [] }) },
    );
    strictEqual(registrations.filter(({ type }) => type === "pulumi:providers:kubernetes").length, 1);
    assertChangesInPlace(registrations);
  });

  it("says what cannot be used", async () => {
    const cases: [ExistingClusterArgs, RegExp][] = [
      [{}, /kubeconfig: is missing, and so is kubeconfigFile/],
      [{ kubeconfig: text, kubeconfigFile: "x" }, /kubeconfigFile: kubeconfig is given too/],
      [{ kubeconfig: " " }, /kubeconfig: is empty/],
      [{ kubeconfig: "- a" }, /kubeconfig: is not a kubeconfig/],
      [{ kubeconfig: "a: [" }, /kubeconfig: is not a kubeconfig/],
      [
        { kubeconfig: text, context: "prod-us" },
        /context: .*no such context; given: "prod-us"; allowed: dev, prod-eu; .*"prod-eu"/,
      ],
      [{ kubeconfig: "kind: Config\n" }, /context: the kubeconfig has no current context; allowed: none/],
      [{ kubeconfig: text.replace("c1, user", "c9, user") }, /kubeconfig: context "dev" has no cluster with a server/],
      [{ kubeconfig: text.replace("user: u1", "user: u9") }, /kubeconfig: context "dev" has no user/],
      [{ kubeconfigFile: "/nowhere/config" }, /kubeconfigFile: there is no such file/],
      [{ kubeconfig: text, contxt: "dev" } as ExistingClusterArgs, /contxt: no such field.*did you mean "context"/],
    ];
    for (const [args, expected] of cases) {
      const message = await failure(args);
      ok(expected.test(message), `${expected.source} does not match ${message}`);
    }
  });

  it("says it too when the text comes later", async () => {
    const message = await failure({ kubeconfig: pulumi.output(text), context: "prod" });
    ok(message.includes("context: the kubeconfig has no such context"), message);
  });
});
