import { deepStrictEqual, match, ok, strictEqual } from "node:assert";

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { sleep } from "../../../local/process";
import type { KubernetesObject } from "../../../sdk/kubernetes/client";
import type { ProviderTests } from "./harness";

const gadget = { apiVersion: "await.example.com/v1", kind: "Gadget" };

/** In the foreground the garbage collector must know the kind first, which takes it up to half a minute after its CRD came. */
const background = { "pulumi.com/deletionPropagationPolicy": "background" };

/** What is waited for after a creation or change, what is said when it does not come, and deletion. */
export function awaitTests(tests: ProviderTests): void {
  const gadgetCrd: KubernetesObject = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "gadgets.await.example.com" },
    spec: {
      group: "await.example.com",
      scope: "Namespaced",
      names: { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  };

  /** Plays the controller: gives the object a status as soon as it is there. */
  async function report(namespace: string, name: string, status: object): Promise<void> {
    while (!(await tests.client.get(gadget.apiVersion, gadget.kind, namespace, name))) await sleep(20);
    const path = await tests.client.pathOf(gadget.apiVersion, gadget.kind, namespace, name);
    await tests.client.request("PATCH", `${path}/status`, {
      body: { status },
      contentType: "application/merge-patch+json",
    });
  }

  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
  });

  describe("awaiting", () => {
    before(async () => {
      await tests.client.apply(gadgetCrd, { fieldManager: "test" });
      while (!(await tests.client.resourceFor(gadget.apiVersion, gadget.kind))) await sleep(20);
    });

    it("waits for Deployments, StatefulSets, Services, Jobs and Pods", async () => {
      const stack = await tests.open("workloads", ({ options, namespace }) => {
        const template = (app: string, restartPolicy?: string) => ({
          metadata: { labels: { app } },
          spec: { restartPolicy, containers: [{ name: "main", image: "example.com/app:1" }] },
        });
        const selector = (app: string) => ({ matchLabels: { app } });
        const web = new k8s.apps.v1.Deployment(
          "web",
          { metadata: { name: "web" }, spec: { replicas: 2, selector: selector("web"), template: template("web") } },
          options,
        );
        const set = new k8s.apps.v1.StatefulSet(
          "set",
          {
            metadata: { name: "set" },
            spec: { serviceName: "set", replicas: 1, selector: selector("set"), template: template("set") },
          },
          options,
        );
        new k8s.core.v1.Service(
          "service",
          { metadata: { name: "service", namespace }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } },
          options,
        );
        const job = new k8s.batch.v1.Job(
          "job",
          { metadata: { name: "job" }, spec: { template: template("job", "Never") } },
          options,
        );
        const pod = new k8s.core.v1.Pod("pod", { metadata: { name: "pod" }, spec: template("pod").spec }, options);
        return {
          available: web.status.availableReplicas,
          ready: set.status.readyReplicas,
          succeeded: job.status.succeeded,
          phase: pod.status.phase,
        };
      });
      const { outputs } = await stack.up();
      deepStrictEqual(
        Object.fromEntries(Object.entries(outputs ?? {}).map(([name, output]) => [name, output.value as unknown])),
        { available: 2, ready: 1, succeeded: 1, phase: "Running" },
      );
      const { items } = await tests.client.list("discovery.k8s.io/v1", "EndpointSlice", stack.namespace, {
        labelSelector: "kubernetes.io/service-name=service",
      });
      ok(items.some((slice) => (slice.endpoints as unknown[]).length === 2));
      deepStrictEqual((await stack.refresh()).changes.update, undefined);
    });

    it("reports why a Deployment does not come up, keeps it in the state, and repairs it with the next update", async () => {
      let nodeSelector: Record<string, string> = { no: "such-node" };
      let progressDeadlineSeconds = 1;
      const stack = await tests.open("stuck", ({ options }) => {
        const labels = { app: "web" };
        const containers = [{ name: "main", image: "example.com/app:1" }];
        new k8s.apps.v1.Deployment(
          "web",
          {
            metadata: { name: "web" },
            spec: {
              progressDeadlineSeconds,
              selector: { matchLabels: labels },
              template: { metadata: { labels }, spec: { nodeSelector, containers } },
            },
          },
          options,
        );
      });
      const message = await stack.failure("up");
      match(message, /ProgressDeadlineExceeded/);
      match(message, /Unschedulable/);
      match(stack.state(), /kubernetes:apps\/v1:Deployment/);
      // The pod that comes up needs longer than a second on a busy machine.
      [nodeSelector, progressDeadlineSeconds] = [{}, 60];
      deepStrictEqual((await stack.up()).changes, { same: 2, update: 1 });
    });

    it("waits for what waitFor says, and reacts at once", async () => {
      const stack = await tests.open("wait-for", ({ options, namespace }) => {
        const waitFor = JSON.stringify(["condition=Ready", "jsonpath={.status.url}"]);
        const args = {
          ...gadget,
          metadata: { name: "one", namespace, annotations: { ...background, "pulumi.com/waitFor": waitFor } },
          status: undefined,
        };
        const one = new k8s.apiextensions.CustomResource("one", args, options);
        const { status } = one as unknown as { status: pulumi.Output<{ url: string }> };
        return { url: status.url };
      });
      const up = stack.up();
      await report(stack.namespace, "one", { conditions: [condition("Ready", "True", "", "")] });
      await sleep(500);
      const start = Date.now();
      await report(stack.namespace, "one", { url: "http://one" });
      const { outputs } = await up;
      strictEqual(outputs?.url?.value, "http://one");
      // The engine's own end takes about a second; a provider that polls would add its interval.
      ok(Date.now() - start < 4_000, `took ${Date.now() - start} ms`);
    });

    it("says on a timeout what is not ready and why, and goes on with the next update", async () => {
      const stack = await tests.open("timeout", ({ options, namespace }) => {
        new k8s.apiextensions.CustomResource(
          "one",
          {
            ...gadget,
            metadata: {
              name: "one",
              namespace,
              annotations: { ...background, "pulumi.com/waitFor": "condition=Ready" },
            },
          },
          { ...options, customTimeouts: { create: "3s", update: "20s" } },
        );
      });
      const failure = stack.failure("up");
      await report(stack.namespace, "one", {
        conditions: [
          condition("Ready", "False", "WorkersUnready", "no worker is up"),
          condition("Fine", "True", "", ""),
        ],
      });
      const message = await failure;
      match(message, /WorkersUnready/);
      match(message, /no worker is up/);
      await report(stack.namespace, "one", { conditions: [condition("Ready", "True", "Up", "")] });
      deepStrictEqual((await stack.up()).changes, { same: 2, update: 1 });
      deepStrictEqual((await stack.up()).changes, { same: 3 });
    });

    it("does not wait for custom resources by itself, nor where skipAwait says so", async () => {
      const stack = await tests.open("skip", ({ options, namespace }) => {
        new k8s.apiextensions.CustomResource(
          "plain",
          { ...gadget, metadata: { name: "plain", namespace, annotations: background } },
          options,
        );
        const annotations = { ...background, "pulumi.com/skipAwait": "true", "pulumi.com/waitFor": "condition=Ready" };
        new k8s.apiextensions.CustomResource(
          "skip",
          { ...gadget, metadata: { name: "skip", namespace, annotations } },
          options,
        );
      });
      deepStrictEqual((await stack.up()).changes, { create: 4 });
    });

    it("waits for finalizers when it deletes, and names those that remain", async () => {
      const stack = await tests.open("finalizer", ({ options, namespace }) => {
        new k8s.apiextensions.CustomResource(
          "held",
          { ...gadget, metadata: { name: "held", namespace, annotations: background } },
          { ...options, customTimeouts: { delete: "2s" } },
        );
      });
      await stack.up();
      const path = await tests.client.pathOf(gadget.apiVersion, gadget.kind, stack.namespace, "held");
      const setFinalizers = (finalizers: string[]) =>
        tests.client.request("PATCH", path, {
          body: { metadata: { finalizers } },
          contentType: "application/merge-patch+json",
        });
      await setFinalizers(["example.com/hold"]);
      match(await stack.failure("destroy"), /example\.com\/hold|[Tt]imed out/);
      const destroy = stack.destroy();
      await sleep(500);
      await setFinalizers([]);
      await destroy;
      strictEqual(await tests.client.get(gadget.apiVersion, gadget.kind, stack.namespace, "held"), undefined);
    });
  });
}
