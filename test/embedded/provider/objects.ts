import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ProviderTests } from "./harness";

/** A Deployment of no replicas: ready as soon as its controller has seen it. */
function emptyDeployment(spec: Record<string, unknown> = {}) {
  const labels = { app: "web" };
  return {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "example.com/web:1" }] } },
    ...spec,
  };
}

/** Creation, change, replacement, deletion, drift, secrets, import of plain objects. */
export function objectTests(tests: ProviderTests): void {
  describe("objects", () => {
    it("previews, creates, is quiet, changes, and destroys", async () => {
      let labels: Record<string, string> = { tier: "a" };
      const stack = await tests.open("life", ({ options, namespace }) => {
        const named = new k8s.core.v1.Namespace("inner", { metadata: { name: `${namespace}-inner` } }, options);
        const map = new k8s.core.v1.ConfigMap(
          "settings",
          { metadata: { name: "settings", namespace: named.metadata.name, labels }, data: { key: "value" } },
          options,
        );
        return { name: map.metadata.name, uid: map.metadata.uid };
      });
      const inner = `${stack.namespace}-inner`;
      const live = () => tests.client.get("v1", "ConfigMap", inner, "settings");

      const preview = await stack.preview();
      deepStrictEqual(preview.changes, { create: 4 });
      strictEqual(await live(), undefined);

      const up = await stack.up();
      deepStrictEqual(up.changes, { create: 4 });
      strictEqual(up.outputs?.name?.value, "settings");
      strictEqual(up.outputs?.uid?.value, (await live())?.metadata.uid);

      deepStrictEqual((await stack.preview()).changes, { same: 4 });
      deepStrictEqual((await stack.up()).changes, { same: 4 });

      labels = { tier: "b", extra: "c" };
      const change = await stack.preview();
      deepStrictEqual(change.changes, { same: 3, update: 1 });
      deepStrictEqual(change.touched.get("settings")?.diff, [
        "metadata.labels.extra add",
        "metadata.labels.tier update",
      ]);
      deepStrictEqual((await stack.up()).changes, { same: 3, update: 1 });
      deepStrictEqual((await live())?.metadata.labels, labels);

      labels = { extra: "c" };
      await stack.up();
      deepStrictEqual((await live())?.metadata.labels, labels);

      deepStrictEqual((await stack.destroy()).changes, { delete: 4 });
      strictEqual(await live(), undefined);
      strictEqual(await tests.client.get("v1", "Namespace", undefined, inner), undefined);
    });

    it("puts objects into the provider's namespace and makes up names that stay", async () => {
      let data = "one";
      const stack = await tests.open("names", ({ options }) => {
        const account = new k8s.core.v1.ServiceAccount(
          "account",
          { metadata: { annotations: { "example.com/data": data } } },
          options,
        );
        const role = new k8s.rbac.v1.ClusterRole("names-role", { rules: [] }, options);
        return { name: account.metadata.name, namespace: account.metadata.namespace, role: role.metadata.namespace };
      });
      const { outputs } = await stack.up();
      const name = String(outputs?.name?.value);
      match(name, /^account-[0-9a-f]{8}$/);
      strictEqual(outputs?.namespace?.value, stack.namespace);
      strictEqual(outputs?.role, undefined);
      data = "two";
      const second = await stack.up();
      strictEqual(second.outputs?.name?.value, name);
      deepStrictEqual(second.changes, { same: 3, update: 1 });
    });

    it("shows defaults of the API server in a preview, and its refusals", async () => {
      let port = 80;
      const stack = await tests.open("dry-run", ({ options }) => {
        const service = new k8s.core.v1.Service(
          "service",
          { metadata: { name: "service" }, spec: { clusterIP: "None", ports: [{ port }] } },
          options,
        );
        return { protocol: service.spec.ports[0]?.protocol };
      });
      const preview = await stack.preview();
      const spec = preview.touched.get("service")?.outputs.spec as { ports: { protocol: string }[] };
      strictEqual(spec.ports[0]?.protocol, "TCP");
      port = 70_000;
      match(await stack.failure("preview"), /spec\.ports\[0\]\.port/);
    });

    it("replaces what cannot be changed", async () => {
      let app = "web";
      const stack = await tests.open("replace", ({ options }) => {
        const labels = { app };
        const spec = emptyDeployment({ selector: { matchLabels: labels } });
        spec.template = { metadata: { labels }, spec: spec.template.spec };
        new k8s.apps.v1.Deployment("web", { metadata: { name: "web" }, spec }, options);
      });
      await stack.up();
      const before = await tests.client.get("apps/v1", "Deployment", stack.namespace, "web");
      app = "other";
      const preview = await stack.preview();
      deepStrictEqual(preview.changes, { same: 2, replace: 1 });
      const up = await stack.up();
      deepStrictEqual(up.changes, { same: 2, replace: 1 });
      const after = await tests.client.get("apps/v1", "Deployment", stack.namespace, "web");
      ok(before && after && before.metadata.uid !== after.metadata.uid);
      deepStrictEqual((await stack.preview()).changes, { same: 3 });
    });

    it("finds drift with a refresh, and puts it right", async () => {
      const stack = await tests.open("drift", ({ options }) => {
        new k8s.apps.v1.Deployment("web", { metadata: { name: "web" }, spec: emptyDeployment() }, options);
      });
      await stack.up();
      deepStrictEqual((await stack.refresh()).changes, { same: 3 });
      const path = await tests.client.pathOf("apps/v1", "Deployment", stack.namespace, "web");
      await tests.client.request("PATCH", path, {
        body: { spec: { template: { spec: { containers: [{ name: "main", image: "example.com/web:2" }] } } } },
        contentType: "application/strategic-merge-patch+json",
        query: { fieldManager: "kubectl-edit" },
      });
      deepStrictEqual((await stack.refresh()).changes, { same: 2, update: 1 });
      const preview = await stack.preview();
      deepStrictEqual(preview.changes, { same: 2, update: 1 });
      deepStrictEqual(preview.touched.get("web")?.diff, ["spec.template.spec.containers[0].image update"]);
      deepStrictEqual((await stack.up()).changes, { same: 2, update: 1 });
      deepStrictEqual((await stack.refresh()).changes, { same: 3 });
    });

    it("makes an object again that was deleted behind its back", async () => {
      const stack = await tests.open("gone", ({ options }) => {
        new k8s.core.v1.ConfigMap("map", { metadata: { name: "map" }, data: { a: "b" } }, options);
      });
      await stack.up();
      await tests.client.delete("v1", "ConfigMap", stack.namespace, "map");
      deepStrictEqual((await stack.refresh()).changes, { same: 2, delete: 1 });
      deepStrictEqual((await stack.up()).changes, { same: 2, create: 1 });
      await tests.client.delete("v1", "ConfigMap", stack.namespace, "map");
      deepStrictEqual((await stack.destroy()).changes, { delete: 3 });
    });

    it("names the other manager of a field, and takes it over when told to", async () => {
      let replicas = 0;
      let annotations: Record<string, string> = {};
      const stack = await tests.open("conflict", ({ options }) => {
        const spec = emptyDeployment({ replicas });
        new k8s.apps.v1.Deployment("web", { metadata: { name: "web", annotations }, spec }, options);
      });
      await stack.up();
      const other = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: stack.namespace },
        spec: { paused: true, replicas: 0 },
      };
      await tests.client.apply(other, { fieldManager: "team-b", force: true });
      replicas = 1;
      const message = await stack.failure("up");
      match(message, /conflict/);
      match(message, /"team-b"/);
      match(message, /\.spec\.replicas/);
      annotations = { "pulumi.com/patchForce": "true" };
      await stack.up();
      const live = await tests.client.get("apps/v1", "Deployment", stack.namespace, "web");
      deepStrictEqual(
        { ...(live?.spec as object), selector: 0, template: 0, strategy: 0 },
        {
          ...(live?.spec as object),
          replicas: 1,
          paused: true,
          selector: 0,
          template: 0,
          strategy: 0,
        },
      );
    });

    it("leaves a field to another manager when it is to be ignored", async () => {
      let image = "example.com/web:1";
      const stack = await tests.open("ignore", ({ options }) => {
        const spec = emptyDeployment({ replicas: 0 });
        spec.template.spec.containers = [{ name: "main", image }];
        const ignore = { ...options, ignoreChanges: ["spec.replicas"] };
        new k8s.apps.v1.Deployment("web", { metadata: { name: "web" }, spec }, ignore);
      });
      await stack.up();
      const metadata = { name: "web", namespace: stack.namespace };
      const scaled = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 1 } };
      await tests.client.apply(scaled, { fieldManager: "autoscaler", force: true });
      image = "example.com/web:2";
      deepStrictEqual((await stack.up()).changes, { same: 2, update: 1 });
      const live = await tests.client.get("apps/v1", "Deployment", stack.namespace, "web");
      strictEqual((live?.spec as { replicas: number }).replicas, 1);
    });

    it("leaves fields of others alone", async () => {
      let labels: Record<string, string> = { ours: "1" };
      const stack = await tests.open("shared", ({ options }) => {
        new k8s.core.v1.ServiceAccount("account", { metadata: { name: "account", labels } }, options);
      });
      await stack.up();
      const theirs = { name: "account", namespace: stack.namespace, labels: { theirs: "1" } };
      await tests.client.apply(
        { apiVersion: "v1", kind: "ServiceAccount", metadata: theirs },
        { fieldManager: "team-b" },
      );
      deepStrictEqual((await stack.refresh()).changes, { same: 3 });
      labels = { ours: "2" };
      await stack.up();
      const live = await tests.client.get("v1", "ServiceAccount", stack.namespace, "account");
      deepStrictEqual(live?.metadata.labels, { ours: "2", theirs: "1" });
    });

    it("keeps secrets out of the state, of previews and of messages", async () => {
      let value = "s3cret-value";
      const stack = await tests.open("secrets", ({ options }) => {
        new k8s.core.v1.Secret("secret", { metadata: { name: "secret" }, stringData: { password: value } }, options);
        const hidden = pulumi.secret("hidden-value");
        const map = new k8s.core.v1.ConfigMap("map", { metadata: { name: "map" }, data: { key: hidden } }, options);
        const spec = emptyDeployment();
        const env = [
          { name: "OPEN", value: "shown-value" },
          { name: "HIDDEN", value: hidden },
        ];
        const containers = [{ name: "main", image: "example.com/web:1", env }];
        const template = { ...spec.template, spec: { containers } };
        new k8s.apps.v1.Deployment("web", { metadata: { name: "web" }, spec: { ...spec, template } }, options);
        return { data: map.data };
      });
      const preview = await stack.preview();
      doesNotMatch(JSON.stringify([...preview.touched]), /s3cret-value|hidden-value/);
      match(JSON.stringify(preview.touched.get("web")?.inputs), /shown-value/);
      const { outputs } = await stack.up();
      strictEqual(outputs?.data?.secret, true);
      deepStrictEqual(outputs.data.value, { key: "hidden-value" });
      await stack.refresh();
      for (const text of ["s3cret-value", "hidden-value"]) {
        const encoded = Buffer.from(text).toString("base64");
        ok(!stack.state().includes(text) && !stack.state().includes(encoded), `${text} is in the state`);
      }
      const live = await tests.client.get("v1", "Secret", stack.namespace, "secret");
      deepStrictEqual(live?.data, { password: Buffer.from(value).toString("base64") });
      value = "another-value";
      doesNotMatch(JSON.stringify([...(await stack.preview()).touched]), /another-value/);
    });

    it("refuses to create what exists already, and says how to manage it", async () => {
      const stack = await tests.open("exists", ({ options }) => {
        new k8s.core.v1.ConfigMap("map", { metadata: { name: "theirs" }, data: { a: "b" } }, options);
      });
      const metadata = { name: "theirs", namespace: stack.namespace };
      await tests.client.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: {} }, { fieldManager: "team-b" });
      match(await stack.failure("up"), /already exists/);
    });

    it("takes over what exists when the provider is told to", async () => {
      const stack = await tests.open(
        "upsert",
        ({ options }) => {
          new k8s.core.v1.ConfigMap("map", { metadata: { name: "theirs" }, data: { a: "b" } }, options);
        },
        { upsertExistingObjects: true },
      );
      const metadata = { name: "theirs", namespace: stack.namespace };
      await tests.client.apply({ apiVersion: "v1", kind: "ConfigMap", metadata }, { fieldManager: "team-b" });
      deepStrictEqual((await stack.up()).changes, { create: 3 });
    });

    it("imports", async () => {
      let imported = "";
      const stack = await tests.open("import", ({ options, namespace }) => {
        if (!imported) return;
        new k8s.core.v1.ConfigMap(
          "map",
          { metadata: { name: "there", namespace }, data: { a: "b" } },
          { ...options, import: imported },
        );
      });
      const metadata = { name: "there", namespace: stack.namespace };
      await tests.client.apply(
        { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "b" } },
        { fieldManager: "kubectl" },
      );
      imported = `${stack.namespace}/there`;
      deepStrictEqual((await stack.up()).changes, { create: 2, import: 1 });
      deepStrictEqual((await stack.up()).changes, { same: 3 });
    });

    it("manages a CRD and its objects in one program, and their deletion in any order", async () => {
      const stack = await tests.open("crd", ({ options, namespace }) => {
        const crd = new k8s.apiextensions.v1.CustomResourceDefinition(
          "widgets",
          {
            metadata: { name: "widgets.crd.example.com" },
            spec: {
              group: "crd.example.com",
              scope: "Namespaced",
              names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
              versions: [
                {
                  name: "v1",
                  served: true,
                  storage: true,
                  schema: {
                    openAPIV3Schema: {
                      type: "object",
                      properties: { spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
                    },
                  },
                },
              ],
            },
          },
          options,
        );
        const widget = new k8s.apiextensions.CustomResource(
          "widget",
          {
            apiVersion: "crd.example.com/v1",
            kind: "Widget",
            metadata: { name: "one", namespace },
            spec: { size: 1 },
          },
          { ...options, dependsOn: [crd] },
        );
        return { uid: widget.metadata.uid };
      });
      deepStrictEqual((await stack.preview()).changes, { create: 4 });
      await stack.up();
      const live = await tests.client.get("crd.example.com/v1", "Widget", stack.namespace, "one");
      deepStrictEqual(live?.spec, { size: 1 });
      deepStrictEqual((await stack.preview()).changes, { same: 4 });
      await tests.client.delete(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        undefined,
        "widgets.crd.example.com",
      );
      await stack.destroy();
      tests.client.forgetDiscovery();
    });
  });
}
