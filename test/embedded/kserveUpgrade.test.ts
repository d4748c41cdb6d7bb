import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { dump, load, loadAll } from "js-yaml";

import type { CustomResourceDefinition } from "../../components/crds/objects";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { readRecord } from "../../local/cluster/layout";
import { nodePools } from "../../local/cluster/nodes";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder, serviceRows } from "../../local/engine/environment";
import { KServeCrds } from "../../components/platform/kserveCrds";
import { nameOf, Operation, OperationError, type OperationResult, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { runCommand, sleep } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { artifacts } from "../../sdk/artifacts";
import { ApiError, KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { versions } from "../../sdk/versions";
import { environment } from "../../stacks/environment/environment";

const clusterName = "test-kserve-upgrade";
const serving = "serving.kserve.io";
const servicesCrd = "llminferenceservices.serving.kserve.io";
const configsCrd = "llminferenceserviceconfigs.serving.kserve.io";

const model = { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "meta-llama/Llama-3.1-8B-Instruct" };
const template = {
  containers: [
    {
      name: "main",
      image: "vllm/vllm-openai:v0.11.0",
      resources: { limits: { "nvidia.com/gpu": "1", cpu: "4", memory: "32Gi" } },
    },
  ],
};
const router = { gateway: {}, route: {}, scheduler: {} };

function written(version: string, kind: string, name: string, spec: object): KubernetesObject {
  return { apiVersion: `${serving}/${version}`, kind, metadata: { name, namespace: "models" }, spec };
}

/** Stored as v1alpha1, in a cluster that began with a KServe that had no other version. */
const config = written("v1alpha1", "LLMInferenceServiceConfig", "team", { template });
const veteran = written("v1alpha1", "LLMInferenceService", "veteran", {
  model: { ...model, criticality: "Critical" },
  replicas: 2,
  baseRefs: [{ name: "team" }],
  router,
});
/** What 0.19 stores. */
const newcomer = written("v1alpha2", "LLMInferenceService", "newcomer", { model, replicas: 1, template, router });
const chat = written("v1alpha2", "LLMInferenceService", "chat", { model, replicas: 1, template, router });

const objects = [config, veteran, newcomer, chat];

/** What may not change of an object. */
interface Content {
  name?: string;
  uid?: string;
  creationTimestamp?: unknown;
  spec: unknown;
}

function content({ metadata: { name, uid, creationTimestamp }, spec }: KubernetesObject): Content {
  return { name, uid, creationTimestamp, spec };
}

/** A cluster as KServe 0.19's charts and its users left it, taken over and raised by one update. */
describe(`KServe ${versions.kserveBefore} to ${versions.kserve} on the embedded control plane`, function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let earlier: string;
  let cluster: Cluster;
  let client: KubernetesClient;
  let left: Content[];

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress, earlier: ["kserve-before"] });
    earlier = toolchain.upstream["kserve-before"] ?? "";
    delete toolchain.upstream["kserve-before"];
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    left = (await installEarlier()).map(content);
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
  });

  /** Objects of a chart of KServe 0.19, without those of cert-manager, which is not here: the certificate is given below. */
  async function rendered(chart: string, ...values: string[]): Promise<KubernetesObject[]> {
    const { stdout } = await runCommand(toolchain.tools.helm.path, [
      ...["template", "kserve-llmisvc-resources", join(earlier, "charts", chart), "--namespace", "kserve"],
      ...values.flatMap((value) => ["--set", value]),
    ]);
    const objects = loadAll(stdout) as (KubernetesObject | null)[];
    return objects
      .filter((object) => object !== null)
      .filter(({ apiVersion }) => !apiVersion.startsWith("cert-manager"));
  }

  /** As helm and kubectl write them. */
  async function create(objects: readonly KubernetesObject[], fieldManager = "helm"): Promise<KubernetesObject[]> {
    const made: KubernetesObject[] = [];
    for (const object of objects) {
      const namespace = object.metadata.namespace ?? "kserve";
      const write = async () =>
        client.request("POST", await client.pathOf(object.apiVersion, object.kind, namespace), {
          body: object,
          query: { fieldManager },
        });
      made.push((await patiently(write)) as KubernetesObject);
    }
    return made;
  }

  /** @returns what users had. */
  async function installEarlier(): Promise<KubernetesObject[]> {
    const namespaces = ["kserve", "models"].map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    }));
    await create(namespaces, "kubectl-create");
    const crds = (await rendered("kserve-llmisvc-crd")) as CustomResourceDefinition[];
    // The authority that cert-manager would put in.
    const caBundle = Buffer.from(cluster.servingCertificates.caPem).toString("base64");
    for (const { spec } of crds) {
      const webhook = (spec.conversion as { webhook?: { clientConfig: { caBundle?: string } } } | undefined)?.webhook;
      if (webhook) webhook.clientConfig.caBundle = caBundle;
    }
    await create(crds.map(storingFirst), "helm");
    const first = await create([config, veteran], "kubectl-client-side-apply");
    for (const { metadata, spec } of crds.filter((each) => each.spec.versions.length > 1)) {
      await change(metadata.name ?? "", spec);
    }
    const later = await create([newcomer, chat], "kubectl-client-side-apply");
    await create(await rendered("kserve-runtime-configs", "kserve.llmisvcConfigs.enabled=true"));
    // Webhooks come last, because nothing answers them here.
    const all = await rendered("kserve-llmisvc-resources");
    const isWebhook = ({ kind }: KubernetesObject): boolean => kind.endsWith("WebhookConfiguration");
    await create([...all.filter((object) => !isWebhook(object)), ...all.filter(isWebhook)]);
    return [...first, ...later];
  }

  /** Changes a CRD, and waits until the API server stores its objects in another version. */
  async function change(name: string, spec: CustomResourceDefinition["spec"]): Promise<void> {
    const { kind } = spec.names;
    const before = await storageHash(kind);
    await client.request("PATCH", `${crdPath}/${name}`, {
      body: { spec },
      contentType: "application/merge-patch+json",
      query: { fieldManager: "helm" },
    });
    while ((await storageHash(kind)) === before) await sleep(50);
  }

  async function storing(name: string, version: string): Promise<void> {
    const { spec } = await crd(name);
    await change(name, {
      ...spec,
      versions: spec.versions.map((each) => ({ ...each, storage: each.name === version })),
    });
  }

  /** Tells in which version the API server stores the objects of a kind. */
  async function storageHash(kind: string): Promise<string | undefined> {
    const { resources } = (await client.request("GET", `/apis/${serving}/v1alpha1`)) as {
      resources: { kind: string; storageVersionHash?: string }[];
    };
    return resources.find((resource) => resource.kind === kind && resource.storageVersionHash)?.storageVersionHash;
  }

  async function crd(name: string): Promise<CustomResourceDefinition> {
    return (await client.request("GET", `${crdPath}/${name}`)) as CustomResourceDefinition;
  }

  /** Objects as a version shows them. */
  async function read(version: string): Promise<Content[]> {
    return Promise.all(
      objects.map(async ({ kind, metadata: { namespace, name } }) => {
        const path = await client.pathOf(`${serving}/${version}`, kind, namespace, name);
        return content((await patiently(() => client.request("GET", path))) as KubernetesObject);
      }),
    );
  }

  /** The version in which etcd has an object. */
  async function storedAs({ kind, metadata: { namespace, name } }: KubernetesObject): Promise<string> {
    const key = `/registry/${serving}/${kind.toLowerCase()}s/${namespace ?? ""}/${name ?? ""}`;
    const response = await fetch(`http://127.0.0.1:${readRecord(clusterName)?.ports.etcd ?? 0}/v3/kv/range`, {
      method: "POST",
      body: JSON.stringify({ key: Buffer.from(key).toString("base64") }),
    });
    const { kvs = [] } = (await response.json()) as { kvs?: { value: string }[] };
    const { apiVersion } = JSON.parse(Buffer.from(kvs[0]?.value ?? "", "base64").toString()) as KubernetesObject;
    return apiVersion.replace(`${serving}/`, "");
  }

  const access = () => ({ kubeconfig: cluster.kubeconfigPath, mirrors: toolchain.upstream });

  async function run(
    stack: string,
    program: () => unknown,
    { operation = Operation.up, config = {}, onEvent }: Partial<Raise> & { config?: Record<string, unknown> } = {},
  ): Promise<OperationResult> {
    const opened = await openStack({
      ...{ folder: engineFolder(cluster), stack, config },
      ...{ pulumi: toolchain.tools.pulumi.path, helm: toolchain.tools.helm.path },
      program: () => Promise.resolve({ ...(program() as object) }),
    });
    return runOperation(operation, opened, { logFile: join(cluster.folder, "logs", "pulumi.log"), onEvent });
  }

  interface Raise {
    operation?: Operation;
    /** Whether what is there is taken over. @default true */
    force?: boolean;
    /** What another version of this package would have in place of KServe's CRDs. */
    set?: object;
    onEvent?: (event: EngineEvent) => void;
  }

  /** The environment of the user. */
  async function raise({ force = true, set, ...options }: Raise = {}): Promise<OperationResult> {
    const { caPem, certPem, keyPem } = cluster.servingCertificates;
    const kubeconfig = await readFile(cluster.kubeconfigPath, "utf8");
    const program = () => {
      if (set) {
        pulumi.runtime.registerStackTransformation(({ name, props, opts }) =>
          name === "platform-kserve-crds-bundle" ? { props: { ...(props as object), ...set }, opts } : undefined,
        );
      }
      return environment({
        cluster: { kubeconfig: pulumi.secret(kubeconfig), identifier: "embedded" },
        pools: nodePools(readRecord(clusterName)?.nodes ?? []),
        mirrors: toolchain.upstream,
        certificates: { provided: { certificate: certPem, privateKey: pulumi.secret(keyPem), caBundle: caPem } },
      });
    };
    const config = {
      "pulumi-kserve:platform": {
        leaderWorkerSet: false,
        ...(force && { inferenceExtension: { force }, kserve: { force } }),
        gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
      },
      "pulumi-kserve:services": [{ name: "chat", namespace: "models", spec: chat.spec }],
    };
    for (const name of force ? takeOver : []) process.env[name] = "true";
    try {
      return await run("prod", program, { ...options, config });
    } finally {
      for (const name of takeOver) delete process.env[name];
    }
  }

  async function ready(name: string): Promise<void> {
    for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
      const live = await client.get(`${serving}/v1alpha2`, "LLMInferenceService", "models", name);
      const { conditions = [] } = (live?.status ?? {}) as { conditions?: { type: string; status: string }[] };
      if (conditions.some((condition) => condition.type === "Ready" && condition.status === "True")) return;
      ok(Date.now() < deadline, `${name} is not Ready: ${JSON.stringify(conditions)}`);
    }
  }

  async function failure(work: Promise<unknown>): Promise<string> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    ok(error instanceof OperationError, String(error));
    return error.diagnostics.join("\n");
  }

  it("begins with objects that are stored in both versions", async () => {
    deepStrictEqual((await crd(servicesCrd)).status?.storedVersions, ["v1alpha1", "v1alpha2"]);
    deepStrictEqual((await crd(configsCrd)).status?.storedVersions, ["v1alpha1", "v1alpha2"]);
    deepStrictEqual(await Promise.all(objects.map(storedAs)), ["v1alpha1", "v1alpha1", "v1alpha2", "v1alpha2"]);
  });

  it("does not take CRDs of 0.19 for those of 0.20, and takes nothing over unasked", async () => {
    const existing = await failure(run("checks", () => new KServeCrds("kserve", { ...access(), crds: "existing" })));
    match(
      existing,
      /- llminferenceserviceconfigs\.serving\.kserve\.io: too old: without the subresource "status", which came with 0\.20\.0\n/,
    );
    match(
      await failure(run("checks", () => new KServeCrds("kserve", access()))),
      /- llminferenceservices\.serving\.kserve\.io: installed by helm\n.*or force to true to take them over/s,
    );
  });

  it("raises CRDs, then the controller, then webhooks and presets, and every service is Ready", async () => {
    const order: string[] = [];
    const { outputs } = await raise({
      onEvent: ({ resourcePreEvent, resOutputsEvent }) => {
        if (resourcePreEvent) order.push(`begin ${nameOf(resourcePreEvent.metadata.urn)}`);
        if (resOutputsEvent) order.push(`end ${nameOf(resOutputsEvent.metadata.urn)}`);
      },
    });
    const deployment = "platform-kserve-deployment-llmisvc-controller-manager";
    const webhook = `platform-kserve-validating-webhook-configuration-llminferenceserviceconfig.${serving}`;
    const preset = "platform-kserve-llm-inference-service-config-kserve-config-llm-template";
    const steps = ["platform-kserve-crds-bundle", deployment, webhook, preset, "chat-service"];
    const wanted = steps.flatMap((name) => [`begin ${name}`, `end ${name}`]);
    deepStrictEqual(
      order.filter((event) => wanted.includes(event)),
      wanted,
    );
    deepStrictEqual(
      serviceRows(outputs ?? {}).map(({ name, ready }) => ({ name, ready })),
      [{ name: "chat", ready: "True" }],
    );
    for (const { metadata } of [veteran, newcomer]) await ready(metadata.name ?? "");
  });

  it("has objects of both versions as they were, by the real conversion webhook, and stores them in one", async () => {
    // KServe's controller writes them anew when it has started.
    for (const name of [servicesCrd, configsCrd]) {
      const stored = async () => JSON.stringify((await crd(name)).status?.storedVersions);
      for (const end = Date.now() + 60_000; (await stored()) !== '["v1alpha2"]' && Date.now() < end;) await sleep(200);
      strictEqual(await stored(), '["v1alpha2"]');
    }
    deepStrictEqual(await Promise.all(objects.map(storedAs)), ["v1alpha2", "v1alpha2", "v1alpha2", "v1alpha2"]);
    const [team, first, ...others] = left;
    // The model of a config is no pointer in KServe's types, so that each conversion writes one.
    const converted = { ...team, spec: { ...(team?.spec as object), model: { uri: "" } } };
    deepStrictEqual(await read("v1alpha1"), [converted, first, ...others]);
    const { criticality, ...plain } = (first?.spec as { model: { criticality?: string } }).model;
    const withoutCriticality = { ...first, spec: { ...(first?.spec as object), model: plain } };
    deepStrictEqual(await read("v1alpha2"), [converted, withoutCriticality, ...others]);
    const live = await client.get(`${serving}/v1alpha2`, "LLMInferenceService", "models", "veteran");
    strictEqual(live?.metadata.annotations?.["internal.serving.kserve.io/model-criticality"], criticality);
  });

  it("changes nothing a second time, and nothing but the provider when it is no longer to take over", async () => {
    const again = await raise();
    deepStrictEqual(Object.keys(again.changes), ["same"]);
    const { steps } = await raise({ operation: Operation.preview, force: false });
    deepStrictEqual(
      steps.map(({ op, name }) => `${op} ${name}`),
      ["update cluster-kubernetes"],
    );
  });

  it("does not go back to 0.19, whose fields would be lost", async () => {
    const { kserveFull } = artifacts.crds;
    const set = { ...kserveFull, version: versions.kserveBefore };
    match(
      await failure(raise({ operation: Operation.preview, set })),
      /CRD set "kserve": a downgrade from 0\.20\.0 to 0\.19\.0: .*; fix: keep 0\.20\.0; to go back, destroy the set with its objects and install 0\.19\.0 anew/,
    );
  });

  it("writes objects anew through the real conversion webhook before a version goes", async () => {
    await storing(configsCrd, "v1alpha1");
    const late = written("v1alpha2", "LLMInferenceServiceConfig", "late", { model, replicas: 3, template });
    const [made] = await create([late]);
    strictEqual(await storedAs(late), "v1alpha1");
    await storing(configsCrd, "v1alpha2");
    deepStrictEqual((await crd(configsCrd)).status?.storedVersions, ["v1alpha2", "v1alpha1"]);

    // As a KServe that has given v1alpha1 up would bring it.
    const { kserveFull } = artifacts.crds;
    const path = "config/crd/full/llmisvc/serving.kserve.io_llminferenceserviceconfigs.yaml";
    const mirror = join(cluster.folder, "next", "/");
    await cp(join(toolchain.upstream.kserve, "config", "crd"), join(mirror, "config", "crd"), { recursive: true });
    const next = load(await readFile(join(mirror, path), "utf8")) as CustomResourceDefinition;
    next.spec.versions = next.spec.versions.filter(({ name }) => name !== "v1alpha1");
    const text = dump(next);
    await rm(join(mirror, path), { force: true });
    await writeFile(join(mirror, path), text);
    const set = {
      ...{ ...kserveFull, version: "0.21.0", mirror },
      files: { ...kserveFull.files, [path]: createHash("sha256").update(text).digest("hex") },
      crds: { ...kserveFull.crds, [configsCrd]: { ...kserveFull.crds[configsCrd], versions: ["v1alpha2"] } },
    };
    await raise({ set });
    const raised = await crd(configsCrd);
    deepStrictEqual(
      [raised.spec.versions.map(({ name }) => name), raised.status?.storedVersions],
      [["v1alpha2"], ["v1alpha2"]],
    );
    strictEqual(await storedAs(late), "v1alpha2");
    const kept = await client.get(late.apiVersion, late.kind, "models", "late");
    deepStrictEqual(kept && content(kept), made && content(made));
  });
});

const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Environment variables of the Kubernetes provider by which it takes over what is there. */
const takeOver = ["PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "PULUMI_K8S_ENABLE_PATCH_FORCE"];

/** A CRD as it was when v1alpha1 was the version that is stored. */
function storingFirst(crd: CustomResourceDefinition): CustomResourceDefinition {
  const [first] = crd.spec.versions;
  const served = crd.spec.versions.map((version) => ({ ...version, storage: version.name === first?.name }));
  return { ...crd, spec: { ...crd.spec, conversion: { strategy: "None" }, versions: served } };
}

/** Right after a CRD has changed the API server opens the storage of its objects anew, and answers 429 or 404. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + 60_000; ; await sleep(100)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError && [404, 429].includes(error.code) && Date.now() < deadline)) throw error;
    }
  }
}
