import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump } from "js-yaml";

import { createCluster, deleteCluster } from "../../../local/cluster/cluster";
import { makeServingCertificates } from "../../../local/cluster/certificates";
import { pidOf } from "../../../local/cluster/partProcesses";
import { openEnvironment } from "../../../local/engine/environment";
import { Operation, runOperation } from "../../../local/engine/run";
import { sleep } from "../../../local/process";
import { silentProgress } from "../../../local/progress";
import { ensureToolchain } from "../../../local/toolchain/toolchain";
import { childName, childNames } from "../../../sdk/api/names";
import { KubernetesClient, type KubernetesObject } from "../../../sdk/kubernetes/client";

const serving = "serving.kserve.io/v1alpha2";

/**
 * A cluster with the whole platform and no service. Nothing is made of what KServe's controller makes: only that is looked at here, and
 * ReplicaSets, pods and endpoints of a hundred services cost time.
 */
export async function startPlatform(name: string): Promise<KubernetesClient> {
  const toolchain = await ensureToolchain({ progress: silentProgress });
  await deleteCluster(name);
  const cluster = await createCluster({ name, toolchain, progress: silentProgress });
  const configFile = join(cluster.folder, "Pulumi.test.yaml");
  const gateway = { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" };
  await writeFile(configFile, dump({ config: { "pulumi-kserve:platform": { gateway } } }));
  const stack = await openEnvironment({ cluster, toolchain, stack: "test", configFile });
  await runOperation(Operation.up, stack, { logFile: join(cluster.folder, "logs", "pulumi.log") });
  const controllerManager = pidOf(cluster.folder, "kube-controller-manager");
  if (controllerManager === undefined) throw new Error("the controller manager does not run");
  process.kill(controllerManager, "SIGKILL");
  return KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
}

/** Creates or changes an object as a program's owner of its fields. */
export function apply(client: KubernetesClient, object: KubernetesObject): Promise<KubernetesObject> {
  return client.apply(object, { fieldManager: "composition-test", force: true });
}

/** A namespace as the controller manager would leave it. */
export async function createNamespace(client: KubernetesClient, name: string): Promise<void> {
  await apply(client, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await apply(client, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } });
}

/** A service before it is applied as it is meant. */
export interface PlannedService {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

export function serviceObject({ name, namespace, labels, annotations, spec }: PlannedService): KubernetesObject {
  const metadata = { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) };
  return { apiVersion: serving, kind: "LLMInferenceService", metadata, spec };
}

/** A reference to a config that does not exist holds the controller back, before it does any work. */
function onHold(service: PlannedService): KubernetesObject {
  const baseRefs = [{ name: "not-there-yet" }, ...((service.spec.baseRefs as object[] | undefined) ?? [])];
  return serviceObject({ ...service, spec: { ...service.spec, baseRefs } });
}

/**
 * Creates services on hold, with their certificates: the controller would make two RSA keys of 4096 bits for each, the second when the
 * address of the Service is known, which is made here for that reason.
 */
export async function createOnHold(client: KubernetesClient, services: readonly PlannedService[]): Promise<void> {
  const held = await atOnce(services, async (service) => {
    const { metadata, apiVersion, kind } = await apply(client, onHold(service));
    const owner = {
      apiVersion,
      kind,
      name: service.name,
      uid: metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const names = childNames(service.name);
    const { spec } = await client.apply(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { ...ownedBy(service, owner), name: names.workloadService },
        spec: { ports: [{ port: 8000 }] },
      },
      { fieldManager: "before-the-controller" },
    );
    return { service, owner, address: (spec as { clusterIP: string }).clusterIP };
  });
  const hosts = held.flatMap(({ service, address }) => [...hostsOf(service), address]);
  const { caPem, certPem, keyPem } = await makeServingCertificates(["localhost", "127.0.0.1", ...new Set(hosts)]);
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  const data = { "tls.crt": encode(certPem), "tls.key": encode(keyPem), "ca.crt": encode(caPem) };
  await atOnce(held, ({ service, owner }) =>
    client.apply(
      {
        apiVersion: "v1",
        kind: "Secret",
        type: "kubernetes.io/tls",
        metadata: { ...ownedBy(service, owner), name: childName(service.name, "-kserve-self-signed-certs") },
        data,
      },
      { fieldManager: "before-the-controller" },
    ),
  );
}

/**
 * Applies a service as it is meant, waits until the controller has acted on it, and puts it on hold again: with every change of a route
 * or a pool the controller composes all services that are not.
 *
 * @param look what is seen when the controller has acted; a text says what is missing still.
 */
export async function letGo<T extends object>(
  client: KubernetesClient,
  service: PlannedService,
  look: (found: KubernetesObject) => Promise<T | string>,
): Promise<T> {
  const { apiVersion, kind, metadata } = await apply(client, serviceObject(service));
  let seen: T | string = "the controller has not acted";
  const done = async (): Promise<boolean> => {
    const found = await client.get(apiVersion, kind, service.namespace, service.name);
    const { observedGeneration } = (found?.status ?? {}) as { observedGeneration?: number };
    if (found && observedGeneration === metadata.generation) seen = await look(found);
    return typeof seen !== "string";
  };
  try {
    await waitFor(`${service.namespace}/${service.name} is not as expected`, done, {
      describe: () => (typeof seen === "string" ? seen : ""),
    });
    return seen as unknown as T;
  } finally {
    await apply(client, onHold(service));
  }
}

function ownedBy({ name, namespace }: PlannedService, owner: object) {
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "llminferenceservice" };
  return { namespace, ownerReferences: [owner], labels };
}

/** Source: collectDNSNames in workload_tls_self_signed.go. */
function hostsOf({ name, namespace, spec }: PlannedService): string[] {
  const { workloadService, schedulerService } = childNames(name);
  const pickers = JSON.stringify(spec).match(/(?<="endpointPickerRef":\{[^}]*"name":")[^"{]+/g) ?? [];
  return [workloadService, schedulerService, "existing-picker", "my-picker", ...pickers].flatMap((host) => [
    `${host}.${namespace}.svc`,
    `${host}.${namespace}.svc.cluster.local`,
  ]);
}

/** Does something for each, a few at a time. */
export async function atOnce<T, R>(items: readonly T[], act: (item: T) => Promise<R>, atATime = 12): Promise<R[]> {
  const results = new Array<R>(items.length);
  const left = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return results;
}

/** Asks again until the answer is true. @throws Error with what the caller knows then. */
export async function waitFor(
  what: string,
  isThere: () => Promise<boolean>,
  { seconds = 60, describe = () => "" }: { seconds?: number; describe?: () => string } = {},
): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await isThere()); await sleep(200)) {
    if (Date.now() > deadline) throw new Error(`after ${seconds} s: ${what}\n${describe()}`);
  }
}
