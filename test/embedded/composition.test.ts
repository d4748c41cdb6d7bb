import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";

import { deleteCluster } from "../../local/cluster/cluster";
import { compose, type Composition, CompositionMode } from "../../sdk/compose/compose";
import { applied } from "../../sdk/compose/applied";
import { ConfigStore } from "../../sdk/compose/configs";
import type { KubernetesClient, KubernetesObject } from "../../sdk/kubernetes/client";
import type { ServiceCase } from "./composition/cases";
import { type Child, childrenOf, differences, keyOf, stored } from "./composition/children";
import type { EffectiveSpec } from "./composition/effective";
import type { ExpectedChild } from "./composition/expectedChild";
import { expectedChildren } from "./composition/expectedChildren";
import {
  apply,
  atOnce,
  createOnHold,
  letGo,
  type PlannedService,
  serviceObject,
  startPlatform,
  waitFor,
} from "./composition/liveCluster";
import type { StorageSettings } from "./composition/podAdditions";
import { pathOnlyGateway, prepareCluster } from "./composition/prepareCluster";
import { refusedServices } from "./composition/refusedServices";
import { clusterConfigs, routingServices, schedulerConfigMaps } from "./composition/routingServices";
import { seedServices } from "./composition/seedServices";
import { differingServices, multiNodeServices } from "./composition/multiNodeServices";
import { workloadServices } from "./composition/workloadServices";

const clusterName = "test-composition";
const serving = "serving.kserve.io/v1alpha2";
const modes = [CompositionMode.inline, CompositionMode.references];
const namespaceOf = (mode: CompositionMode): string => `composed-${mode}`;
const refusedNamespace = "composed-refused";
const allServices = [
  ...seedServices,
  ...workloadServices,
  ...multiNodeServices,
  ...routingServices,
  ...differingServices,
];
/** Of a service without fragments both modes write the same, which is applied once. */
const servicesIn = (mode: CompositionMode): readonly ServiceCase[] =>
  mode === CompositionMode.inline ? allServices : allServices.filter(({ fragments }) => fragments);

/** What KServe's controller, on a real API server, makes of services, against what their composition predicts. */
describe("composition on the live controller", function () {
  this.timeout(240_000);
  let client: KubernetesClient;
  let presets: Record<string, unknown>;
  let storage: StorageSettings;
  const subjects = new Map<string, Subject>();
  const subjectOf = (mode: CompositionMode, name: string): Subject => {
    const subject = subjects.get(`${mode} ${name}`);
    ok(subject);
    return subject;
  };

  before(async () => {
    client = await startPlatform(clusterName);
    await prepareCluster(client, { own: modes.map(namespaceOf), others: [refusedNamespace] });
    presets = await specsIn(client, "kserve");
    storage = await storageSettings(client);
    for (const mode of modes) {
      for (const service of servicesIn(mode)) subjects.set(`${mode} ${service.name}`, subject(service, mode));
    }
    const all = [...subjects.values()];
    await atOnce(all, ({ planned, composition }) => applyConfigs(planned.namespace, composition.configs));
    await atOnce(refusedServices, (service) => applyConfigs(refusedNamespace, fragmentsOf(service)));
    await createOnHold(
      client,
      all.map(({ planned }) => planned),
    );
    await atOnce(all, observe, 4);
  });

  after(async () => {
    await deleteCluster(clusterName);
    client.close();
  });

  function composed(service: ServiceCase, mode: CompositionMode, namespace: string): Composition {
    const { name, labels, annotations, spec, baseRefs } = service;
    const own = namespace === refusedNamespace ? {} : clusterConfigs.own;
    return compose({
      service: { name, namespace, labels, annotations },
      fragments: fragmentsOf(service),
      spec,
      baseRefs,
      mode,
      configs: new ConfigStore({ kserve: { ...presets, ...clusterConfigs.kserve }, [namespace]: own }),
      configMaps: (where, config) => schedulerConfigMaps[where === "kserve" ? "kserve" : "own"][config],
    });
  }

  function subject(service: ServiceCase, mode: CompositionMode): Subject {
    const namespace = namespaceOf(mode);
    const composition = composed(service, mode, namespace);
    ok(composition.effective);
    const spec = applied(composition.effective) as unknown as EffectiveSpec;
    const { name, labels = {}, annotations = {} } = service;
    const pathOnlyGateways = [`${pathOnlyGateway.namespace}/${pathOnlyGateway.name}`];
    return {
      planned: { name, namespace, labels: service.labels, annotations: service.annotations, spec: composition.spec },
      composition,
      expected: expectedChildren({ name, namespace, spec, storage, labels, annotations, pathOnlyGateways }),
    };
  }

  async function applyConfigs(namespace: string, configs: readonly { name: string; spec: unknown }[]): Promise<void> {
    for (const { name, spec } of configs) {
      await apply(client, {
        apiVersion: serving,
        kind: "LLMInferenceServiceConfig",
        metadata: { name, namespace },
        spec,
      });
    }
  }

  /** Lets the controller act on a service, and keeps what it makes. */
  async function observe(subject: Subject): Promise<void> {
    try {
      subject.seen = await letGo(client, subject.planned, async (service) => {
        const children = await childrenOf(client, service);
        const missing = subject.expected.map(keyOf).filter((child) => !children.has(child));
        return missing.length > 0 ? `no ${missing.join(", ")}; ${conditionsOf(service)}` : { service, children };
      });
    } catch (error) {
      subject.failed = error;
    }
  }

  const seenOf = (mode: CompositionMode, name: string): Seen => {
    const { seen, failed } = subjectOf(mode, name);
    if (!seen) throw failed;
    return seen;
  };

  for (const mode of modes) {
    describe(`in mode ${mode}`, () => {
      for (const { name, covers } of servicesIn(mode)) {
        it(`${name}: ${covers}`, async () => {
          const { planned, expected, composition } = subjectOf(mode, name);
          const { service, children } = seenOf(mode, name);
          deepStrictEqual([...children.keys()].sort(), expected.map(keyOf).sort());
          const differing = await atOnce(expected, async (child) =>
            differences(children.get(keyOf(child)), await stored(client, planned.namespace, child), keyOf(child)),
          );
          deepStrictEqual(differing.flat(), []);
          deepStrictEqual((service.status as { appliedConfigs?: unknown }).appliedConfigs, composition.appliedConfigs);
          strictEqual(conditionOf(service, "PresetsCombined")?.status, "True");
        });
      }
    });
  }

  it("makes the same of both modes, or a warning says where not", () => {
    const childrenIn = (mode: CompositionMode, name: string): unknown =>
      JSON.parse(JSON.stringify([...seenOf(mode, name).children].sort()).replaceAll(namespaceOf(mode), "namespace"));
    for (const service of allServices) {
      const { name, fragments, differs = [] } = service;
      if (!fragments) {
        const { composition } = subjectOf(CompositionMode.inline, name);
        const { spec, configs } = composed(service, CompositionMode.references, namespaceOf(CompositionMode.inline));
        deepStrictEqual({ spec, configs }, { spec: composition.spec, configs: [] });
        continue;
      }
      const [inline, references] = modes.map((mode) => childrenIn(mode, name));
      const [always = [], warned = []] = modes.map((mode) =>
        subjectOf(mode, name).composition.warnings.map(({ path }) => path),
      );
      const differing = differences(inline, references, name);
      const told = warned.filter((path) => !always.includes(path));
      deepStrictEqual({ name, told }, { name, told: differs });
      if (differs.length === 0) deepStrictEqual(differing, []);
      else ok(differing.length > 0, `${name} is the same in both modes`);
    }
  });

  describe("refuses what the controller refuses", () => {
    for (const service of refusedServices) {
      it(`${service.name}: ${service.covers}`, async () => {
        throws(() => composed(service, CompositionMode.references, refusedNamespace), service.refusal);
        const names = [...(service.baseRefs ?? []), ...fragmentsOf(service).map(({ name }) => name)];
        const spec = { ...service.spec, ...(names.length > 0 && { baseRefs: names.map((name) => ({ name })) }) };
        const object = serviceObject({ ...service, namespace: refusedNamespace, spec });
        if ("refused" in service.live) {
          await rejects(apply(client, object), service.live.refused);
          return;
        }
        await apply(client, object);
        const { condition = "PresetsCombined", reason, message } = service.live;
        let found: Condition | undefined;
        await waitFor(`${service.name} is not refused`, async () => {
          found = conditionOf(await client.get(serving, object.kind, refusedNamespace, service.name), condition);
          return found?.status === "False";
        });
        strictEqual(found?.reason, reason);
        ok(message.test(found?.message ?? ""), found?.message);
      });
    }
  });
});

/** A service in one mode. */
interface Subject {
  readonly planned: PlannedService;
  readonly composition: Composition;
  readonly expected: readonly ExpectedChild[];
  /** What the controller made. */
  seen?: Seen;
  /** Why nothing was seen. */
  failed?: unknown;
}

interface Seen {
  readonly service: KubernetesObject;
  readonly children: ReadonlyMap<string, Child>;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

function conditionOf(object: KubernetesObject | undefined, type: string): Condition | undefined {
  const { conditions = [] } = (object?.status ?? {}) as { conditions?: Condition[] };
  return conditions.find((condition) => condition.type === type);
}

function conditionsOf(object: KubernetesObject | undefined): string {
  const { conditions = [] } = (object?.status ?? {}) as { conditions?: Condition[] };
  const bad = conditions.filter(({ status, message }) => status !== "True" && message);
  return bad.map(({ type, reason, message }) => `${type}: ${reason}: ${message}`).join("; ");
}

/** Fragments are configs of one namespace here, so each has the name of its service in its own. */
function fragmentsOf({ name, fragments = [] }: ServiceCase) {
  return fragments.map((fragment) => ({ ...fragment, name: `${name}-${fragment.name}` }));
}

async function specsIn(client: KubernetesClient, namespace: string): Promise<Record<string, unknown>> {
  const { items } = await client.list(serving, "LLMInferenceServiceConfig", namespace);
  const own = Object.keys(clusterConfigs.kserve);
  return Object.fromEntries(
    items
      .filter(({ metadata }) => !own.includes(metadata.name ?? ""))
      .map(({ metadata, spec }) => [metadata.name ?? "", spec]),
  );
}

async function storageSettings(client: KubernetesClient): Promise<StorageSettings> {
  const config = await client.get("v1", "ConfigMap", "kserve", "inferenceservice-config");
  return JSON.parse((config?.data as Record<string, string>).storageInitializer ?? "") as StorageSettings;
}
