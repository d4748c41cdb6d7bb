import { deepStrictEqual, match, strictEqual } from "node:assert";

import { filesOf, pathsOf } from "../../cli/render/files";
import { identity, type Manifest } from "../../cli/render/manifests";
import { type PlannedResource, wavesOf } from "../../cli/render/plan";
import type { JsonObject } from "../../local/provider/json";
import { parseManifests } from "../../local/provider/yaml";

const object = (apiVersion: string, kind: string, name: string, namespace?: string): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});
const manifest = (content: JsonObject, wave = 0): Manifest => ({
  object: content,
  secrets: undefined,
  resource: "resource",
  wave,
});
const options = { stack: "prod", argocd: false, kustomize: false };

describe("files of a render", () => {
  it("are named after wave, kind, namespace and name", () => {
    deepStrictEqual(
      pathsOf([
        manifest(object("v1", "Namespace", "models")),
        manifest(object("serving.kserve.io/v1alpha2", "LLMInferenceService", "llama-8b", "models"), 11),
        manifest(object("rbac.authorization.k8s.io/v1", "ClusterRole", "system:reader"), 3),
      ]),
      [
        "wave-00/namespace_models.yaml",
        "wave-11/llminferenceservice_models_llama-8b.yaml",
        "wave-03/clusterrole_system-reader.yaml",
      ],
    );
  });

  it("do not collide, even where case does not count", () => {
    const paths = pathsOf([
      manifest(object("v1", "Service", "web", "a")),
      manifest(object("serving.knative.dev/v1", "Service", "web", "a")),
      manifest(object("rbac.authorization.k8s.io/v1", "ClusterRole", "a:b")),
      manifest(object("rbac.authorization.k8s.io/v1", "ClusterRole", "A-b")),
      manifest(object("v1", "ConfigMap", "b", "a")),
      manifest(object("v1", "ConfigMap", "x".repeat(250), "a")),
    ]);
    strictEqual(new Set(paths.map((path) => path.toLowerCase())).size, paths.length);
    match(paths[0] ?? "", /^wave-00\/service_a_web_[0-9a-f]{8}\.yaml$/);
    strictEqual(paths[4], "wave-00/configmap_a_b.yaml");
    strictEqual(Math.max(...paths.map((path) => path.length)) < 230, true);
  });

  it("are read by Kubernetes as what they were, with sorted keys and nothing of YAML 1.1 in between", () => {
    const data = { yes: "no", on: "0644", time: "1:30", exponent: "1e3", empty: "", text: "a\n  b\n", tail: "a\n\n" };
    const given = { ...object("v1", "ConfigMap", "map", "a"), data, immutable: false };
    const [content = ""] = filesOf([manifest(given)], options).values();
    deepStrictEqual(parseManifests(content, "file"), [given]);
    deepStrictEqual(
      content.split("\n").filter((line) => /^\w/.test(line)),
      ["apiVersion: v1", "data:", "immutable: false", "kind: ConfigMap", "metadata:"],
    );
  });

  it("say where they come from, and by an annotation which wave they are in", () => {
    const [content = ""] = filesOf([manifest(object("v1", "Namespace", "a"), 4)], {
      ...options,
      argocd: true,
    }).values();
    match(content, /^# Made by `npm run render` of resource "resource" of stack "prod"/);
    deepStrictEqual(parseManifests(content, "file")[0]?.metadata, {
      name: "a",
      annotations: { "argocd.argoproj.io/sync-wave": "4" },
    });
  });
});

describe("waves of a render", () => {
  const resource = (urn: string, dependencies: string[] = [], parent?: string, custom = true): PlannedResource => ({
    urn,
    type: "",
    name: urn,
    custom,
    parent,
    dependencies,
    inputs: {},
  });
  const planned = (...resources: PlannedResource[]): Map<string, PlannedResource> =>
    new Map(resources.map((one) => [one.urn, one]));
  const needs = (...urns: string[]): Map<string, string[]> => new Map(urns.map((urn) => [urn, []]));

  it("follow dependencies, through what has no manifest", () => {
    const resources = planned(
      resource("crds"),
      resource("component", ["crds"], undefined, false),
      resource("controller", ["crds"], "component"),
      resource("webhook", ["controller"], "component"),
      resource("provider", ["webhook"]),
      resource("service", ["component"]),
      resource("last", ["provider", "service"]),
    );
    deepStrictEqual(Object.fromEntries(wavesOf(resources, needs("crds", "controller", "webhook", "service", "last"))), {
      crds: 0,
      controller: 1,
      webhook: 2,
      service: 3,
      last: 4,
    });
  });

  it("follow what objects need of each other, and are not held up by a component that waits for its own parts", () => {
    const resources = planned(
      resource("component", ["inner"], undefined, false),
      resource("inner", [], "component"),
      resource("namespace"),
    );
    const found = wavesOf(
      resources,
      new Map([
        ["inner", ["namespace"]],
        ["namespace", []],
      ]),
    );
    deepStrictEqual(Object.fromEntries(found), { inner: 1, namespace: 0 });
  });
});

describe("identity of an object", () => {
  it("tells kinds of the same name by their group, whatever the version", () => {
    strictEqual(identity(object("apps/v1", "Deployment", "web", "a")), "apps Deployment a/web");
    strictEqual(identity(object("v1", "Namespace", "a")), " Namespace /a");
  });
});
