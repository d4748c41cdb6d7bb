import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";

import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { ApiError } from "../../sdk/kubernetes/client";
import { checkInputs, type CheckRequest } from "../../local/provider/check";
import { checkConfig, diffConfig, readConfig } from "../../local/provider/config";
import { dependencies } from "../../local/provider/construct/order";
import { diffInputs, type DiffOptions } from "../../local/provider/diff";
import { describeApiError, transientReason } from "../../local/provider/errors";
import { parsePropertyPath, propertyPath, type JsonObject } from "../../local/provider/json";
import { likelyScope, parseTypeToken, toApiObject, typeToken } from "../../local/provider/kinds";
import {
  decodeProperties,
  encodeProperties,
  redact,
  secretTexts,
  takeApart,
  toStruct,
  unknownValue,
  withSecretLists,
} from "../../local/provider/properties";
import { refreshed } from "../../local/provider/read";
import { fieldManagerOf, ownFieldManager, previewOf } from "../../local/provider/state";
import { cutFields, appendFields, decodeStruct, encodeStruct } from "../../local/provider/wire";
import { parseManifests } from "../../local/provider/yaml";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (fields: object) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...fields });

function struct(value: object): Struct {
  return Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]);
}

describe("provider: properties", () => {
  it("takes secrets and unknowns apart and puts them together again", () => {
    const wire = { spec: { password: secret("hunter2"), host: unknownValue, replicas: 2 }, list: ["a", { b: true }] };
    const decoded = decodeProperties(struct(wire));
    deepStrictEqual(decoded.value, {
      spec: { password: "hunter2", host: unknownValue, replicas: 2 },
      list: ["a", { b: true }],
    });
    deepStrictEqual(decoded.secrets, { spec: { password: true } });
    strictEqual(decoded.unknown, true);
    deepStrictEqual(toStruct(encodeProperties(decoded.value, decoded.secrets)).toJavaScript(), wire);
  });

  it("leaves out what is null, as the API server does", () => {
    const decoded = decodeProperties(struct({ a: null, b: { c: null, d: 1 } }));
    deepStrictEqual(decoded.value, { b: { d: 1 } });
    strictEqual(decoded.unknown, false);
  });

  it("keeps the place of a secret in the program's lists, and makes lists of the API server secret as a whole", () => {
    const list = [
      { name: "a", value: "1" },
      { name: "b", value: secret("2") },
    ];
    const decoded = decodeProperties(struct({ env: list }));
    deepStrictEqual(decoded.secrets, { env: { 1: { value: true } } });
    deepStrictEqual(toStruct(encodeProperties(decoded.value, decoded.secrets)).toJavaScript(), { env: list });
    deepStrictEqual(secretTexts(decoded.value, decoded.secrets), ["Mg==", "2"]);
    deepStrictEqual(withSecretLists(decoded.value, decoded.secrets), { env: true });
  });

  it("reads output values, known, unknown and secret", () => {
    const decoded = takeApart({
      known: output({ value: "x", dependencies: ["urn"] }),
      unknown: output({ dependencies: [] }),
      hidden: output({ value: { a: "s3cret" }, secret: true }),
    });
    deepStrictEqual(decoded.value, { known: "x", unknown: unknownValue, hidden: { a: "s3cret" } });
    deepStrictEqual(decoded.secrets, { hidden: true });
    strictEqual(decoded.unknown, true);
  });

  it("removes secrets from messages, in plain and in base64, short ones where they stand as a value", () => {
    const texts = secretTexts({ data: { long: "hunter2", short: "a", key: "aHVudGVyMw==" } }, { data: true });
    strictEqual(
      redact('bad "hunter2", aHVudGVyMg==, hunter3, "a", and a cat; Invalid value: a', texts),
      'bad "[secret]", [secret], [secret], "[secret]", and a cat; Invalid value: [secret]',
    );
  });
});

describe("provider: wire form", () => {
  const value: JsonObject = {
    null: null,
    numbers: [0, -1.5, 1e300, 2 ** 53],
    texts: ["", "ä€😀", "x".repeat(20_000)],
    bools: [true, false],
    nested: { a: { b: [{ c: [] }, {}] } },
    "": "empty key",
  };

  it("agrees with the protobuf library in both directions", () => {
    deepStrictEqual(decodeStruct(struct(value).serializeBinary()), value);
    deepStrictEqual(toStruct(encodeStruct(value)).toJavaScript(), value);
    deepStrictEqual(decodeStruct(encodeStruct(value)), value);
  });

  it("leaves out undefined, and takes __proto__ as a key like any other", () => {
    deepStrictEqual(decodeStruct(encodeStruct({ a: undefined, b: 1 })), { b: 1 });
    const odd = JSON.parse('{"__proto__": {"x": 1}}') as JsonObject;
    deepStrictEqual(Object.keys(decodeStruct(encodeStruct(odd))), ["__proto__"]);
  });

  it("cuts properties out of a message and puts them into another", () => {
    const request = new rpc.CheckRequest()
      .setUrn("urn")
      .setNews(struct({ a: 1 }))
      .setName("name")
      .setOlds(struct({ b: 2 }));
    const { rest, cut } = cutFields(request.serializeBinary(), [2, 3]);
    const remaining = rpc.CheckRequest.deserializeBinary(rest);
    deepStrictEqual([remaining.getUrn(), remaining.getName(), remaining.hasNews()], ["urn", "name", false]);
    deepStrictEqual(decodeStruct(cut.get(3) ?? new Uint8Array()), { a: 1 });
    const joined = rpc.CheckRequest.deserializeBinary(appendFields(rest, cut));
    deepStrictEqual(joined.toObject(), request.toObject());
  });
});

describe("provider: kinds", () => {
  it("reads and writes type tokens", () => {
    deepStrictEqual(parseTypeToken("kubernetes:core/v1:Namespace"), { group: "", version: "v1", kind: "Namespace" });
    deepStrictEqual(parseTypeToken("kubernetes:gateway.networking.k8s.io/v1:Gateway"), {
      group: "gateway.networking.k8s.io",
      version: "v1",
      kind: "Gateway",
    });
    strictEqual(parseTypeToken("kubernetes:yaml:ConfigFile"), undefined);
    strictEqual(typeToken("v1", "Secret"), "kubernetes:core/v1:Secret");
    strictEqual(typeToken("apps/v1", "Deployment"), "kubernetes:apps/v1:Deployment");
  });

  it("knows the scope of kinds that are not served", () => {
    const scope = (token: string) => likelyScope(parseTypeToken(token) ?? { group: "", version: "", kind: "" });
    strictEqual(scope("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"), "Cluster");
    strictEqual(scope("kubernetes:core/v1:Service"), "Namespaced");
    strictEqual(scope("kubernetes:gateway.networking.k8s.io/v1:GatewayClass"), "Cluster");
    strictEqual(scope("kubernetes:cert-manager.io/v1:ClusterIssuer"), "Cluster");
    strictEqual(scope("kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService"), "Namespaced");
  });

  it("undoes the SDK's spelling of OpenAPI extensions", () => {
    deepStrictEqual(toApiObject({ items: [{ x_kubernetes_int_or_string: true, other_key: 1 }] }), {
      items: [{ "x-kubernetes-int-or-string": true, other_key: 1 }],
    });
  });

  it("writes and reads property paths as the engine does", () => {
    deepStrictEqual(parsePropertyPath('metadata.labels["a.b/c"]'), ["metadata", "labels", "a.b/c"]);
    deepStrictEqual(parsePropertyPath("spec.containers[0].image"), ["spec", "containers", 0, "image"]);
    deepStrictEqual(parsePropertyPath("spec.containers[*].image"), []);
    strictEqual(propertyPath(["metadata", "labels", "a.b/c"]), 'metadata.labels["a.b/c"]');
    strictEqual(propertyPath(["spec", "containers", 0, "image"]), "spec.containers[0].image");
  });
});

describe("provider: check", () => {
  const request = (news: object, more: Partial<CheckRequest> = {}): CheckRequest => ({
    type: "kubernetes:core/v1:ConfigMap",
    name: "settings",
    olds: () => ({}),
    news: takeApart(news as JsonObject),
    randomSeed: new Uint8Array([1, 2, 3]),
    autonaming: undefined,
    defaultNamespace: "team",
    scopeOf: (kind) => Promise.resolve(likelyScope(kind)),
    ...more,
  });
  const configMap = { apiVersion: "v1", kind: "ConfigMap" };

  it("gives a name from the random seed, marks it, and puts the object into the default namespace", async () => {
    const { inputs, failures } = await checkInputs(request(configMap));
    deepStrictEqual(failures, []);
    deepStrictEqual(inputs.metadata, {
      name: "settings-039058c6",
      namespace: "team",
      annotations: { "pulumi.com/autonamed": "true" },
    });
  });

  it("keeps the name that was made up at the creation", async () => {
    const olds = () => ({ metadata: { name: "settings-0ld", annotations: { "pulumi.com/autonamed": "true" } } });
    const { inputs } = await checkInputs(request({ ...configMap, metadata: { labels: { a: "b" } } }, { olds }));
    deepStrictEqual(inputs.metadata, {
      labels: { a: "b" },
      name: "settings-0ld",
      namespace: "team",
      annotations: { "pulumi.com/autonamed": "true" },
    });
  });

  it("honours the engine's automatic naming", async () => {
    const named = await checkInputs(request(configMap, { autonaming: { proposedName: "proposed", mode: "enforce" } }));
    strictEqual((named.inputs.metadata as JsonObject).name, "proposed");
    const disabled = await checkInputs(request(configMap, { autonaming: { proposedName: "", mode: "disable" } }));
    deepStrictEqual(disabled.failures, [
      { property: "metadata.name", reason: "required, because automatic naming is disabled" },
    ]);
  });

  it("leaves generateName, given names and cluster-scoped objects alone", async () => {
    const generated = await checkInputs(request({ ...configMap, metadata: { generateName: "x-" } }));
    deepStrictEqual(generated.inputs.metadata, { generateName: "x-", namespace: "team" });
    const news = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } };
    const namespace = await checkInputs(request(news, { type: "kubernetes:core/v1:Namespace" }));
    deepStrictEqual(namespace.inputs.metadata, { name: "n" });
  });

  it("requires apiVersion and kind, and that they fit the type", async () => {
    deepStrictEqual((await checkInputs(request({}))).failures, [
      { property: "apiVersion", reason: 'required; for the type kubernetes:core/v1:ConfigMap use "v1"' },
      { property: "kind", reason: 'required; for the type kubernetes:core/v1:ConfigMap use "ConfigMap"' },
    ]);
    deepStrictEqual((await checkInputs(request({ apiVersion: "apps/v1", kind: "Deployment" }))).failures, [
      { property: "kind", reason: '"Deployment" does not fit the type kubernetes:core/v1:ConfigMap; use "ConfigMap"' },
      { property: "apiVersion", reason: '"apps/v1" does not fit the type kubernetes:core/v1:ConfigMap; use "v1"' },
    ]);
  });

  it("marks the contents of a Secret as secret", async () => {
    const news = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { a: "b" } };
    const { secrets } = await checkInputs(request(news, { type: "kubernetes:core/v1:Secret" }));
    deepStrictEqual(secrets, { data: true, stringData: true });
  });

  it("names every annotation that cannot be read", async () => {
    const annotations = {
      "pulumi.com/waitFor": "Ready",
      "pulumi.com/timeoutSeconds": "soon",
      "pulumi.com/deletionPropagationPolicy": "never",
    };
    const { failures } = await checkInputs(request({ ...configMap, metadata: { name: "a", annotations } }));
    deepStrictEqual(failures, [
      {
        property: 'metadata.annotations["pulumi.com/waitFor"]',
        reason: 'given: "Ready"; allowed: condition=<type>[=<status>] or jsonpath={<path>}[=<value>]',
      },
      {
        property: 'metadata.annotations["pulumi.com/timeoutSeconds"]',
        reason: 'given: "soon"; allowed: a whole number of seconds above 0',
      },
      {
        property: 'metadata.annotations["pulumi.com/deletionPropagationPolicy"]',
        reason: 'given: "never"; allowed: background, foreground, orphan',
      },
    ]);
  });

  it("refuses Patch and List resources by name", async () => {
    const news = { apiVersion: "apps/v1", kind: "Deployment" };
    await rejects(
      checkInputs(request(news, { type: "kubernetes:apps/v1:DeploymentPatch" })),
      /kubernetes:apps\/v1:DeploymentPatch is not supported by pulumi-kserve's stand-in/,
    );
  });
});

describe("provider: diff", () => {
  const options: DiffOptions = { scope: "Namespaced", defaultNamespace: "default" };
  const deployment = (spec: object, metadata: object = {}): JsonObject =>
    ({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", ...metadata }, spec }) as JsonObject;
  const diff = (before: JsonObject, after: JsonObject, more: Partial<DiffOptions> = {}) => {
    const { changes, deleteBeforeReplace } = diffInputs(before, after, { ...options, ...more });
    const shown = [...changes].map(([path, { kind, replace }]) => `${path} ${kind}${replace ? " replace" : ""}`);
    return { shown, deleteBeforeReplace };
  };

  it("sees no change in equal inputs, with the default namespace written or not", () => {
    deepStrictEqual(diff(deployment({ replicas: 1 }), deployment({ replicas: 1 }, { namespace: "default" })).shown, []);
    deepStrictEqual(
      diff(deployment({}, { namespace: "x" }), deployment({}, { namespace: "y" }), { scope: "Cluster" }).shown,
      [],
    );
  });

  it("gives the path of every changed, added and removed property", () => {
    const before = deployment({ replicas: 1, template: { spec: { containers: [{ image: "a" }] } }, paused: true });
    const after = deployment(
      { replicas: 2, template: { spec: { containers: [{ image: "a" }, { image: "b" }] } } },
      { labels: { "a/b": "c" } },
    );
    deepStrictEqual(diff(before, after).shown, [
      "metadata.labels add",
      "spec.replicas update",
      "spec.template.spec.containers[1] add",
      "spec.paused delete",
    ]);
  });

  it("replaces for a new name, namespace or selector, and deletes first when the place is the same", () => {
    const one = deployment({ selector: { matchLabels: { a: "b" } } });
    const other = deployment({ selector: { matchLabels: { a: "c" } } });
    deepStrictEqual(diff(one, other), {
      shown: ["spec.selector.matchLabels.a update replace"],
      deleteBeforeReplace: true,
    });
    deepStrictEqual(diff(one, deployment(one.spec as object, { name: "new" })), {
      shown: ["metadata.name update replace"],
      deleteBeforeReplace: false,
    });
    deepStrictEqual(diff(one, deployment(one.spec as object, { namespace: "new" })), {
      shown: ["metadata.namespace update replace"],
      deleteBeforeReplace: false,
    });
  });

  it("does not delete an automatically named object first", () => {
    const metadata = { annotations: { "pulumi.com/autonamed": "true" } };
    const one = deployment({ selector: 1 }, metadata);
    strictEqual(diff(one, deployment({ selector: 2 }, metadata)).deleteBeforeReplace, false);
  });

  it("updates for a new version of the same group, replaces for another group", () => {
    const one = deployment({});
    deepStrictEqual(diff({ ...one, apiVersion: "apps/v1beta2" }, one).shown, ["apiVersion update"]);
    deepStrictEqual(diff({ ...one, apiVersion: "extensions/v1beta1" }, one).shown, ["apiVersion update replace"]);
  });

  describe("of ConfigMaps and Secrets, as the official provider's", () => {
    const kinds = [
      { kind: "ConfigMap", option: { configMapMutable: true }, other: { secretMutable: true }, second: "binaryData" },
      { kind: "Secret", option: { secretMutable: true }, other: { configMapMutable: true }, second: "stringData" },
    ];
    for (const { kind, option, other, second } of kinds) {
      const object = (data: object, more: object = {}): JsonObject =>
        ({ apiVersion: "v1", kind, metadata: { name: "m" }, ...data, ...more }) as JsonObject;
      const one = object({ data: { a: "1" }, [second]: { b: "1" } });
      const two = object({ data: { a: "2" }, [second]: { b: "2" } });

      it(`replaces a ${kind} whose data change, also where the other kind may change`, () => {
        const shown = ["data.a update replace", `${second}.b update replace`];
        deepStrictEqual(diff(one, two), { shown, deleteBeforeReplace: true });
        deepStrictEqual(diff(one, two, other), { shown, deleteBeforeReplace: true });
      });

      it(`changes it in place where the provider is set so, but not what is immutable`, () => {
        const shown = ["data.a update", `${second}.b update`];
        deepStrictEqual(diff(one, two, option), { shown, deleteBeforeReplace: false });
        const fixed = { immutable: true };
        deepStrictEqual(
          diff({ ...one, ...fixed }, { ...two, ...fixed }, option).shown,
          shown.map((change) => `${change} replace`),
        );
        // To make it immutable replaces it where other data come with that.
        deepStrictEqual(diff(one, { ...one, ...fixed }, option).shown, ["immutable add"]);
        deepStrictEqual(diff(one, { ...two, ...fixed }, option).shown, [
          ...shown.map((change) => `${change} replace`),
          "immutable add",
        ]);
      });

      it(`tells apart keys that come and go, labels and another name`, () => {
        deepStrictEqual(diff(object({ data: { a: "1" } }), object({ data: { b: "1" } }), option).shown, [
          "data.a delete",
          "data.b add",
        ]);
        deepStrictEqual(diff(one, object({}), option).shown, ["data delete", `${second} delete`]);
        const labelled = object({ data: { a: "1" } }, { metadata: { name: "m", labels: { a: "b" } } });
        deepStrictEqual(diff(object({ data: { a: "1" } }), labelled).shown, ["metadata.labels add"]);
        const renamed = object({ data: { a: "1" } }, { metadata: { name: "n" } });
        deepStrictEqual(diff(object({ data: { a: "1" } }), renamed, option).shown, ["metadata.name update replace"]);
      });
    }

    it("replaces a Secret for another type whatever the provider is set to", () => {
      const secret = (type: string): JsonObject => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s" },
        type,
      });
      const shown = ["type update replace"];
      deepStrictEqual(diff(secret("Opaque"), secret("kubernetes.io/tls")).shown, shown);
      deepStrictEqual(diff(secret("Opaque"), secret("kubernetes.io/tls"), { secretMutable: true }).shown, shown);
    });
  });

  it("replaces a Job for a new template, a Service for another cluster address, a binding for another role", () => {
    const object = (apiVersion: string, kind: string, more: object): JsonObject => ({
      apiVersion,
      kind,
      metadata: { name: "x" },
      ...more,
    });
    const job = (image: string) => object("batch/v1", "Job", { spec: { template: { image } } });
    deepStrictEqual(diff(job("a"), job("b")).shown, ["spec.template.image update replace"]);
    const service = (spec: object) => object("v1", "Service", { spec });
    deepStrictEqual(diff(service({ ports: 1 }), service({ ports: 1, clusterIP: "None" })).shown, [
      "spec.clusterIP add replace",
    ]);
    const binding = (name: string) => object("rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name } });
    deepStrictEqual(diff(binding("a"), binding("b")).shown, ["roleRef.name update replace"]);
  });
});

describe("provider: refresh", () => {
  it("takes what changed in the cluster and leaves what the server only wrote in another form", () => {
    const input = { spec: { cpu: "0.5", replicas: 1, paused: false }, stringData: { a: "b" } };
    const before = { spec: { cpu: "500m", replicas: 1, paused: false, added: 1 } };
    const live = { spec: { cpu: "500m", replicas: 3, added: 2 }, status: {} };
    deepStrictEqual(refreshed(input, before, live), { spec: { cpu: "0.5", replicas: 3 }, stringData: { a: "b" } });
  });

  it("matches named list items by name and ignores those that others added", () => {
    const input = { containers: [{ name: "main", image: "a" }] };
    const before = { containers: [{ name: "main", image: "a" }] };
    const live = {
      containers: [
        { name: "sidecar", image: "s" },
        { name: "main", image: "b" },
      ],
    };
    deepStrictEqual(refreshed(input, before, live), { containers: [{ name: "main", image: "b" }] });
  });

  it("takes a list of another length as it is", () => {
    deepStrictEqual(refreshed({ args: ["a"] }, { args: ["a"] }, { args: ["a", "b"] }), { args: ["a", "b"] });
  });
});

describe("provider: state", () => {
  it("makes the field manager from the URN, and keeps an older one", () => {
    const urn = "urn:pulumi:dev::p::kubernetes:core/v1:Namespace::ns";
    strictEqual(ownFieldManager(urn), "pulumi-kubernetes-551ac6eb");
    strictEqual(fieldManagerOf(urn, {}, { __fieldManager: "older" }), "older");
    const inputs = { metadata: { annotations: { "pulumi.com/patchFieldManager": "mine" } } };
    strictEqual(fieldManagerOf(urn, inputs, { __fieldManager: "older" }), "mine");
  });

  it("hides in a preview what the real run will allocate anew", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s", resourceVersion: "1", creationTimestamp: "now", managedFields: [] },
      spec: { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ports: [{ port: 80, nodePort: 30001 }] },
      status: {},
    };
    const inputs = takeApart({ spec: { ports: [{ port: 80 }] } });
    deepStrictEqual(decodeStruct(previewOf(service, inputs, { fieldManager: "f", initialApiVersion: "v1" })), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s" },
      spec: { clusterIP: unknownValue, clusterIPs: unknownValue, ports: [{ port: 80, nodePort: unknownValue }] },
      __fieldManager: "f",
      __initialApiVersion: "v1",
    });
  });
});

describe("provider: configuration", () => {
  const kubeconfig = (server: string, token: string): string =>
    [
      "current-context: a",
      "contexts: [{name: a, context: {cluster: c, user: u}}]",
      `clusters: [{name: c, cluster: {server: "${server}"}}]`,
      `users: [{name: u, user: {token: ${token}}}]`,
      "",
    ].join("\n");

  it("replaces only for another cluster", () => {
    const before = { kubeconfig: kubeconfig("https://a", "t1") };
    deepStrictEqual(diffConfig(before, before), { changed: [], replace: false });
    const token = { kubeconfig: kubeconfig("https://a", "t2") };
    deepStrictEqual(diffConfig(before, token), { changed: ["kubeconfig"], replace: false });
    const server = { kubeconfig: kubeconfig("https://b", "t1") };
    deepStrictEqual(diffConfig(before, server), { changed: ["kubeconfig"], replace: true });
    deepStrictEqual(diffConfig(before, { kubeconfig: unknownValue }), { changed: ["kubeconfig"], replace: true });
  });

  it("goes by clusterIdentifier when there is one", () => {
    const at = (server: string, clusterIdentifier: string) => ({
      kubeconfig: kubeconfig(server, "t"),
      clusterIdentifier,
    });
    strictEqual(diffConfig(at("https://a", "x"), at("https://b", "x")).replace, false);
    strictEqual(diffConfig(at("https://a", "x"), at("https://a", "y")).replace, true);
    strictEqual(diffConfig({ kubeconfig: kubeconfig("https://a", "t") }, at("https://b", "x")).replace, false);
  });

  it("names every option that it cannot honour", () => {
    deepStrictEqual(
      checkConfig({
        renderYamlToDirectory: "out",
        enableServerSideApply: "false",
        kubeconfig: "x",
        helmReleaseSettings: "{}",
      }),
      [
        {
          property: "renderYamlToDirectory",
          reason:
            "not supported by pulumi-kserve's stand-in for the Kubernetes provider: leave it out, or use the official provider",
        },
        {
          property: "enableServerSideApply",
          reason:
            "not supported by pulumi-kserve's stand-in for the Kubernetes provider: server-side apply is the only mode",
        },
      ],
    );
    deepStrictEqual(checkConfig({ upsertExistingObjects: "maybe" }), [
      { property: "upsertExistingObjects", reason: 'given: "maybe"; allowed: true, false' },
    ]);
  });

  it("takes flags from the program before the environment", () => {
    const environment = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true", KUBECONFIG: "/a:/b" };
    strictEqual(readConfig({}, environment).upsertExistingObjects, true);
    strictEqual(readConfig({ upsertExistingObjects: "false" }, environment).upsertExistingObjects, false);
    strictEqual(readConfig({}, environment).kubeconfig, "/a");
  });
});

describe("provider: errors", () => {
  it("names the other manager, its fields and the way out of a conflict", () => {
    const causes = [
      { reason: "FieldManagerConflict", message: 'conflict with "team-b" using apps/v1', field: ".spec.replicas" },
      { reason: "FieldManagerConflict", message: 'conflict with "kubectl" with subresource "scale"', field: ".spec.x" },
    ];
    strictEqual(
      describeApiError("Deployment default/web", "update", new ApiError(409, "Conflict", "…", { causes }), {}),
      [
        "Deployment default/web: field conflict: 2 fields are owned by another manager",
        '  - "team-b" owns .spec.replicas',
        '  - "kubectl" (through scale) owns .spec.x',
        "either leave the fields to it (remove them from the program, or list them in ignoreChanges), or take them over " +
          'with the annotation pulumi.com/patchForce: "true"',
      ].join("\n"),
    );
  });

  it("says which failures may settle", () => {
    strictEqual(transientReason(new ApiError(404, "NotFound", 'namespaces "x" not found')), "its namespace");
    match(
      transientReason(new ApiError(500, "InternalError", 'failed calling webhook "a": connection refused')) ?? "",
      /^an admission webhook/,
    );
    strictEqual(transientReason(new ApiError(422, "Invalid", "spec.replicas: Invalid value")), undefined);
    strictEqual(transientReason(new Error("anything else")), undefined);
  });
});

describe("provider: manifests", () => {
  it("reads YAML as Kubernetes does: octal numbers, yes and no, merge keys; dates stay text", () => {
    const text = [
      "apiVersion: v1\nkind: A\nmode: 0644\nother: 0o17\nflag: yes\ndate: 2020-01-02\ntime: 12:30\nbase: &b {x: 1}",
      "merged:\n  <<: *b\n  more: 2.5\n---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: B}\n",
    ].join("\n");
    deepStrictEqual(parseManifests(text, "test"), [
      {
        apiVersion: "v1",
        kind: "A",
        mode: 420,
        other: 15,
        flag: true,
        date: "2020-01-02",
        time: "12:30",
        base: { x: 1 },
        merged: { x: 1, more: 2.5 },
      },
      { apiVersion: "v1", kind: "B" },
    ]);
  });

  it("says where a document is wrong", () => {
    throws(() => parseManifests("a: 1", "x.yaml"), {
      message: "x.yaml, document 1: every object needs an apiVersion and a kind",
    });
    throws(() => parseManifests("a: [", "x.yaml"), /^Error: x.yaml: not valid YAML: /);
  });

  it("orders CRDs before their objects and namespaces before what lies in them", () => {
    const object = (apiVersion: string, kind: string, metadata: object, more: object = {}): JsonObject =>
      ({ apiVersion, kind, metadata, ...more }) as JsonObject;
    const objects = [
      object("example.com/v1", "Widget", { name: "w", namespace: "team" }),
      object("v1", "Namespace", { name: "team" }),
      object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        { name: "widgets.example.com" },
        {
          spec: { group: "example.com", names: { kind: "Widget" }, scope: "Namespaced" },
        },
      ),
      object("v1", "ConfigMap", {
        name: "c",
        namespace: "other",
        annotations: { "config.kubernetes.io/depends-on": "example.com/namespaces/team/Widget/w, /Namespace/team" },
      }),
    ];
    deepStrictEqual(dependencies(objects), [[2, 1], [], [], [0, 1]]);
  });

  it("refuses a circle", () => {
    const object = (name: string, other: string): JsonObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, annotations: { "config.kubernetes.io/depends-on": `/ConfigMap/${other}` } },
    });
    throws(() => dependencies([object("a", "b"), object("b", "a")]), {
      message: "objects depend on each other in a circle: /ConfigMap/a -> /ConfigMap/b -> /ConfigMap/a",
    });
    ok(dependencies([object("a", "c"), object("b", "a")]));
  });
});
