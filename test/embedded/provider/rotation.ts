import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { kubernetesProviderArgs } from "../../../components/kubernetesProvider";
import { ModelCredentials } from "../../../components/serving/modelCredentials";
import type { ProviderTests, TestStack } from "./harness";

/** Secrets and ConfigMaps whose data change, with providers of this package and of others. */
export function rotationTests(tests: ProviderTests): void {
  describe("rotation", () => {
    const base64 = (text: string): string => Buffer.from(text).toString("base64");

    /** What can be told apart of an object that was made anew, and its data as texts. */
    async function live(stack: TestStack, kind: "Secret" | "ConfigMap", name: string) {
      const object = await tests.client.get("v1", kind, stack.namespace, name);
      ok(object, `${kind} ${name} is not there`);
      const decode = (text: string): string => (kind === "Secret" ? Buffer.from(text, "base64").toString() : text);
      const data = Object.entries(object.data as Record<string, string>).map(([key, text]) => [key, decode(text)]);
      return { uid: object.metadata.uid, data: Object.fromEntries(data) as Record<string, string> };
    }

    it("changes a model's token in place, and shows neither of the two", async () => {
      let token = "hf_theFirstToken";
      let text = "first text";
      const stack = await tests.open(
        "rotation",
        ({ options, namespace }) => {
          const child = { providers: { kubernetes: options.provider } };
          new ModelCredentials("hub", { namespace, huggingFaceToken: pulumi.secret(token) }, child);
          const metadata = { namespace };
          // As Grafana's administrator has it.
          const stringData = pulumi.secret({ user: "admin", password: token });
          new k8s.core.v1.Secret("admin", { metadata: { ...metadata, name: "admin" }, stringData }, options);
          new k8s.core.v1.ConfigMap("map", { metadata: { ...metadata, name: "map" }, data: { text } }, options);
        },
        changing,
      );
      const made = await stack.up();
      const before = [await live(stack, "Secret", "hub-hf-token"), await live(stack, "Secret", "admin")];
      const mapBefore = await live(stack, "ConfigMap", "map");
      deepStrictEqual(before[0]?.data, { HF_TOKEN: token });

      token = "hf_theSecondToken";
      text = "second text";
      const previewed = await stack.preview();
      const changed = await stack.up();
      for (const { touched } of [previewed, changed]) {
        deepStrictEqual([...touched].map(([name, { op, diff }]) => [name, op, ...diff]).sort(), [
          ["admin", "update", "stringData.password update"],
          ["hub-hf-token", "update", "data.HF_TOKEN update"],
          ["map", "update", "data.text update"],
        ]);
      }
      deepStrictEqual(await live(stack, "Secret", "hub-hf-token"), { uid: before[0]?.uid, data: { HF_TOKEN: token } });
      deepStrictEqual(await live(stack, "Secret", "admin"), {
        uid: before[1]?.uid,
        data: { user: "admin", password: token },
      });
      deepStrictEqual(await live(stack, "ConfigMap", "map"), { uid: mapBefore.uid, data: { text } });

      const refreshed = await stack.refresh();
      deepStrictEqual(refreshed.changes, { same: 6 });
      const said = JSON.stringify([made, previewed, changed, refreshed].map(({ events }) => events));
      const logs = [made, changed].map(({ logFile }) => readFileSync(logFile, "utf8")).join("\n");
      for (const secret of ["hf_theFirstToken", "hf_theSecondToken"]) {
        for (const form of [secret, base64(secret)]) {
          for (const [where, all] of Object.entries({ events: said, log: logs, state: stack.state() })) {
            ok(!all.includes(form), `${secret} is in the ${where}`);
          }
        }
      }
    });

    it("replaces what is immutable, and everything with a provider that was not told otherwise", async () => {
      let settings: Partial<k8s.ProviderArgs> = changing;
      let token = "one";
      const stack = await tests.open("replaced", ({ namespace }) => {
        const provider = new k8s.Provider("own", { kubeconfig: pulumi.secret(tests.kubeconfig), ...settings });
        const metadata = { namespace };
        const [fixed, plain] = ["fixed", "plain"].map((name) => ({ ...metadata, name }));
        const stringData = { token };
        new k8s.core.v1.Secret("fixed", { metadata: fixed, immutable: true, stringData }, { provider });
        new k8s.core.v1.Secret("plain", { metadata: plain, stringData }, { provider });
      });
      const all = () => Promise.all(["fixed", "plain"].map((name) => live(stack, "Secret", name)));
      await stack.up();
      const [fixed, plain] = await all();
      token = "two";
      const first = await stack.up();
      deepStrictEqual(first.changes, { same: 3, update: 1, replace: 1 });
      const [fixedAgain, plainAgain] = await all();
      notStrictEqual(fixedAgain?.uid, fixed?.uid);
      strictEqual(plainAgain?.uid, plain?.uid);

      // The setting itself touches nothing but the provider.
      settings = {};
      deepStrictEqual((await stack.up()).changes, { same: 4, update: 1 });
      deepStrictEqual(await all(), [fixedAgain, plainAgain]);
      token = "three";
      deepStrictEqual((await stack.up()).changes, { same: 3, replace: 2 });
      const [, anew] = await all();
      notStrictEqual(anew?.uid, plain?.uid);
      deepStrictEqual(anew?.data, { token });
    });
  });
}

const { enableSecretMutable, enableConfigMapMutable } = kubernetesProviderArgs({ kubeconfig: "" });
const changing = { enableSecretMutable, enableConfigMapMutable };
