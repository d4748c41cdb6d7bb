import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { sleep } from "../../../local/process";
import { OperationError } from "../../../local/engine/run";
import type { ProviderTests } from "./harness";

/** What only the stand-in does, or says in these words. */
export function standInTests(tests: ProviderTests): void {
  describe("stand-in", () => {
    it("goes on after the engine was killed in the middle of a creation", async () => {
      const stack = await tests.open("killed", ({ options, namespace }) => {
        new k8s.core.v1.Namespace("bare", { metadata: { name: `${namespace}-bare` } }, options);
        const selector = { app: "nothing" };
        new k8s.core.v1.Service(
          "waits",
          { metadata: { name: "waits" }, spec: { selector, ports: [{ port: 80 }] } },
          options,
        );
        new k8s.core.v1.Pod(
          "pod",
          {
            metadata: { name: "pod", namespace, labels: selector, annotations: { "pulumi.com/skipAwait": "true" } },
            spec: { containers: [{ name: "main", image: "example.com/app:1" }], nodeSelector },
          },
          options,
        );
      });
      let nodeSelector: Record<string, string> | undefined = { no: "such-node" };
      const up = stack.up();
      const killed = rejects(up, OperationError);
      const there = async (kind: string, name: string, namespace?: string) =>
        (await tests.client.get("v1", kind, namespace, name)) !== undefined;
      while (!((await there("Service", "waits", stack.namespace)) && (await there("Pod", "pod", stack.namespace)))) {
        await sleep(20);
      }
      ok(stack.killEngine());
      await killed;
      const before = await tests.client.get("v1", "Service", stack.namespace, "waits");

      nodeSelector = undefined;
      await tests.client.delete("v1", "Pod", stack.namespace, "pod");
      while (await there("Pod", "pod", stack.namespace)) await sleep(20);
      await stack.up();
      const after = await tests.client.get("v1", "Service", stack.namespace, "waits");
      strictEqual(after?.metadata.uid, before?.metadata.uid);
      deepStrictEqual((await stack.refresh()).changes, { same: 5 });
    });

    it("says that it is the stand-in", async () => {
      const stack = await tests.open("notice", ({ options }) => {
        new k8s.core.v1.ConfigMap("map", { metadata: { name: "map" }, data: {} }, options);
      });
      const { logFile } = await stack.preview();
      match(readFileSync(logFile, "utf8"), /pulumi-kserve's stand-in for the Kubernetes provider/);
    });

    it("refuses options, types and functions that it does not have", async () => {
      const options = await tests.open("options", () => undefined, { renderYamlToDirectory: "out" });
      match(await options.failure("preview"), /renderYamlToDirectory.*not supported by pulumi-kserve's stand-in/s);
      const types = await tests.open("types", ({ options }) => {
        new k8s.helm.v3.Release("release", { chart: "x" }, options);
      });
      match(
        await types.failure("preview"),
        /kubernetes:helm\.sh\/v3:Release is not supported by pulumi-kserve's stand-in/,
      );
      const functions = await tests.open("functions", ({ options }) => ({
        result: pulumi.output(
          pulumi.runtime.invoke("kubernetes:kustomize:directory", {}, { provider: options.provider }),
        ),
      }));
      match(await functions.failure("preview"), /kubernetes:kustomize:directory is not supported/);
    });

    it("previews without a cluster, and says so; an update fails", async () => {
      const kubeconfig = tests.kubeconfig.replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:1");
      const stack = await tests.open(
        "unreachable",
        ({ options }) => {
          new k8s.core.v1.ConfigMap("map", { metadata: { name: "map" }, data: { a: "b" } }, options);
        },
        { kubeconfig },
      );
      const preview = await stack.preview();
      deepStrictEqual(preview.changes, { create: 3 });
      match(preview.warnings.join("\n"), /cannot be reached: .*127\.0\.0\.1:1/);
      match(await stack.failure("up"), /the configured Kubernetes cluster cannot be reached: .*127\.0\.0\.1:1/);
    });

    it("keeps secret values out of the API server's refusals", async () => {
      const stack = await tests.open("refused", ({ options }) => {
        const key = pulumi.secret("bad key with-a-secret-part");
        new k8s.core.v1.ConfigMap("map", { metadata: { name: "map", labels: { label: key } } }, options);
      });
      const message = await stack.failure("up");
      match(message, /Invalid value: "\[secret\]"/);
      ok(!message.includes("with-a-secret-part"));
    });

    it("warns in a preview of an object that exists and is not its own", async () => {
      const stack = await tests.open("foreign", ({ options }) => {
        new k8s.core.v1.ConfigMap("map", { metadata: { name: "theirs" } }, options);
      });
      const metadata = { name: "theirs", namespace: stack.namespace };
      await tests.client.apply({ apiVersion: "v1", kind: "ConfigMap", metadata }, { fieldManager: "team-b" });
      const { warnings } = await stack.preview();
      match(
        warnings.join("\n"),
        /already exists and is not managed by this resource: unless it is deleted before, the update will fail/,
      );
    });
  });
}
