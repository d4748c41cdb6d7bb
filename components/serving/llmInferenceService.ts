import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import { byPriority, type ConfigFragment } from "../../sdk/api/configFragment";
import { type Criticality, modelCriticalityAnnotation, ports, servingApiVersion } from "../../sdk/api/constants";
import type {
  AppliedConfig,
  Condition,
  LLMInferenceServiceSpecArgs,
  LLMInferenceServiceStatus,
  ObjectReference,
  ServiceAddress,
} from "../../sdk/api/llmInferenceService";
import { type Composition, CompositionMode } from "../../sdk/compose/compose";
import type { Json } from "../../sdk/compose/marked";
import { type OriginEntry, originEntries } from "../../sdk/compose/explain";
import type { ControllerSettings } from "../../sdk/compose/settings";
import type { CompositionWarning } from "../../sdk/compose/warnings";
import { KubernetesObject, resourceType, waitForAnnotation } from "../kubernetesObject";
import { lazyOutputs } from "../lazyOutputs";
import { logNote, logWarning } from "../log";
import type { GatewayControllerHandle } from "../networking/controllers/controller";
import { allResources, type Resources } from "../resources";
import {
  type BaseRef,
  composeInputs,
  type CompositionInputs,
  type Presets,
  presetStore,
  resolveMetadata,
  type Written,
  writeLater,
  writeNow,
} from "./composition";
import { type DiagnosisArgs, diagnosisHooks, readyTimeouts } from "./diagnosis";
import type { PreflightArgs } from "./preflight";
import { registerService } from "./programServices";
import { publishConfigs } from "./publishedConfigs";
import { recordedOrigins } from "./recordedOrigins";
import { toInputs } from "./resolveInputs";
import { checkServiceArgs } from "./serviceArgs";

/** Arguments of {@link LLMInferenceService}. */
export interface LLMInferenceServiceArgs {
  /** `metadata.name`. @default the resource's name */
  serviceName?: string;
  /** Must exist. @default "default" */
  namespace?: pulumi.Input<string>;
  /** Wins over all fragments. @default {} */
  spec?: pulumi.Input<LLMInferenceServiceSpecArgs>;
  /** Parts of the spec, composed by priority. @default none */
  fragments?: readonly ConfigFragment[];
  /** Configs in the cluster that go under the fragments, later over earlier. @default none */
  baseRefs?: readonly BaseRef[];
  /** How the fragments are handed to KServe. @default "inline" */
  mode?: CompositionMode;
  /**
   * KServe's presets, as `InferencePlatform.presets` and `KServe.presets` give them. With them a preview checks what the controller will
   * act on, and shows it in {@link LLMInferenceService.effectiveSpec}; without them it checks what is written to the cluster.
   */
  presets?: pulumi.Input<Presets>;
  /** What differs from KServe's defaults in its ConfigMap `inferenceservice-config`. @default as KServe's charts leave it */
  controllerSettings?: Partial<ControllerSettings> | Promise<Partial<ControllerSettings> | undefined>;
  /** @default the version that this package installs */
  kserveVersion?: string;
  /**
   * The cluster that the service is checked against before it is created, such as `{ cluster: platform.plan }`; needs {@link presets}.
   * Errors fail the preview, warnings are shown; docs/preflight.md has them all. @default not checked
   */
  preflight?: PreflightArgs;
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Criticality of the model's requests. v1alpha2 has no field for it, so it is kept where KServe's conversion from v1alpha1
   * keeps it: in an annotation, which clients that read v1alpha1 see as `spec.model.criticality`.
   */
  criticality?: Criticality;
  /** Return once the object exists, without waiting until the service is Ready. @default false */
  skipAwait?: boolean;
  /**
   * Seconds that creating and updating wait until the service is Ready. A model that is downloaded and loaded may take more than the default.
   *
   * @default 600, as Pulumi's Kubernetes provider waits
   */
  timeoutSeconds?: number;
  /**
   * Where to read why the service is not Ready when it was waited for in vain: `InferencePlatform.clusterAccess`. The reasons are printed as
   * an error of the service. Needs an engine with error hooks, and reads nothing while all goes well.
   *
   * @default not read; the error has the conditions only
   */
  diagnosis?: DiagnosisArgs;
  /**
   * The controller of the service's gateway, `InferencePlatform.gatewayController`: what it needs beside a service with a scheduler is made
   * before the service, such as how to reach the endpoint picker. docs/gateways.md says what. @default nothing is made
   */
  gatewayController?: GatewayControllerHandle | Promise<GatewayControllerHandle | undefined>;
}

/**
 * A LLMInferenceService, composed from fragments, awaited until it is Ready, with its addresses and what the controller made for it as
 * outputs.
 *
 * Outputs that are read from the live status are unknown in a preview that creates the service; what is composed is known.
 */
export class LLMInferenceService extends pulumi.ComponentResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly namespace: pulumi.Output<string>;
  /**
   * Where clients reach the service: `status.url`, else the address named "gateway-external". Of a gateway with HTTP and HTTPS it is the
   * address over HTTPS, where KServe 0.20 has the one over HTTP in `status.url`.
   */
  declare readonly url: pulumi.Output<string | undefined>;
  declare readonly addresses: pulumi.Output<ServiceAddress[]>;
  /** The Gateway that routes to the service. */
  declare readonly gateway: pulumi.Output<ObjectReference | undefined>;
  declare readonly inferencePool: pulumi.Output<ObjectReference | undefined>;
  /** `<service>.<namespace>.svc:9002`, the endpoint picker's gRPC address; undefined without a scheduler. */
  declare readonly schedulerEndpoint: pulumi.Output<string | undefined>;
  /** `http://<service>.<namespace>.svc:9090/metrics` of the endpoint picker. */
  declare readonly schedulerMetricsEndpoint: pulumi.Output<string | undefined>;
  /** Name under which clients ask for the model. */
  declare readonly modelName: pulumi.Output<string>;
  /**
   * The spec that the controller acts on, known before anything exists; secret where a fragment is. Undefined when a baseRef is given by
   * its name alone, because nobody here knows its content.
   */
  declare readonly effectiveSpec: pulumi.Output<Record<string, unknown> | undefined>;
  /** Which preset, config, fragment or step set each field of {@link effectiveSpec}, by its path, and what it overrode. Without secrets. */
  declare readonly origins: pulumi.Output<Record<string, OriginEntry>>;
  /** What the composition does that its authors probably did not mean. */
  declare readonly warnings: pulumi.Output<readonly CompositionWarning[]>;
  /** Presets and baseRefs that the controller merged. */
  declare readonly appliedConfigs: pulumi.Output<AppliedConfig[]>;
  declare readonly conditions: pulumi.Output<Condition[]>;

  /** @throws ConfigurationError with every problem, of what is known at once; of the rest when it is known. */
  constructor(name: string, given: LLMInferenceServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    checkServiceArgs(name, given);
    const args = withFragmentAnnotations(given);
    const inputs = compositionInputs(args.serviceName ?? name, args);
    const written = writeNow(inputs) ?? writeLater(inputs);
    const recorded = recordedOrigins({ ...inputs, annotations: given.annotations }, written);
    super("pulumi-kserve:index:LLMInferenceService", name, recorded, opts);
    const provider = this.getProvider(resourceType(servingApiVersion, "LLMInferenceServiceConfig"));
    registerService(name, inputs, provider);
    const composition = lazily(() => {
      const presets = args.presets ?? missingPresets(name);
      return composeInputs(inputs, presetStore(presets, args.controllerSettings));
    });
    // A preview with presets fails for what the controller would fail for.
    const checked = args.presets || args.preflight ? check(inputs, args, composition, this) : written;
    const configs = publishConfigs(name, inputs, written, {
      parent: this,
      // Also that of its parent, or one of opts.providers: what is published has no parent to get it from.
      provider,
      dependsOn: opts.dependsOn,
    });
    const policies = this.createPolicies(name, inputs, written, args, opts);
    const before =
      policies instanceof Promise ? policies.then((made) => [...configs, ...made]) : [...configs, ...policies];
    const service = createService(name, inputs.serviceName, args, checked, {
      parent: this,
      dependsOn: dependencies(opts.dependsOn, before),
      ...readyTimeouts(name, args.timeoutSeconds),
      ...(args.diagnosis && !args.skipAwait && { hooks: diagnosisHooks(args.diagnosis) }),
    });
    const fromStatus = <T>(read: (status: LLMInferenceServiceStatus) => T) =>
      service.status.apply((status) => read(status ?? {})) as pulumi.Output<T>;
    const schedulerAddress = (port: number): pulumi.Output<string | undefined> =>
      pulumi.all([service.status, this.namespace]).apply(([status, namespace]) => {
        const host = schedulerHost(status ?? {}, namespace);
        return host && `${host}:${port}`;
      });

    lazyOutputs<LLMInferenceService, OutputName>(this, {
      name: () => service.metadata.apply((metadata) => metadata.name),
      namespace: () => service.metadata.apply((metadata) => metadata.namespace ?? "default"),
      url: () => fromStatus(publicUrl),
      addresses: () => fromStatus((status) => status.addresses ?? []),
      gateway: () => fromStatus((status) => status.router?.gateways?.[0]),
      inferencePool: () => fromStatus((status) => status.router?.scheduler?.inferencePool),
      schedulerEndpoint: () => schedulerAddress(ports.schedulerGrpc),
      schedulerMetricsEndpoint: () =>
        schedulerAddress(ports.schedulerMetrics).apply((address) => address && `http://${address}/metrics`),
      modelName: () => modelName(written, inputs.serviceName),
      effectiveSpec: () => pulumi.output(composition().then(effectiveSpecOf)) as LLMInferenceService["effectiveSpec"],
      origins: () => pulumi.output(composition().then(originEntries)) as LLMInferenceService["origins"],
      warnings: () => pulumi.output(composition().then((whole) => whole.warnings)) as LLMInferenceService["warnings"],
      appliedConfigs: () => fromStatus((status) => status.appliedConfigs ?? []),
      conditions: () => fromStatus((status) => status.conditions ?? []),
    });
    // The state has them all in the child's status; writing them twice costs every preview of many services.
    this.registerOutputs();
  }

  /** Most programs have no controller that needs something, and do not load what makes it. */
  private createPolicies(
    name: string,
    inputs: CompositionInputs,
    written: Written | Promise<Written>,
    { gatewayController }: LLMInferenceServiceArgs,
    opts: pulumi.ComponentResourceOptions,
  ): pulumi.Resource[] | Promise<pulumi.Resource[]> {
    if (gatewayController instanceof Promise) {
      return gatewayController.then((known) =>
        this.createPolicies(name, inputs, written, { gatewayController: known }, opts),
      );
    }
    if (!gatewayController?.servicePolicies) return [];
    const { provider } = opts;
    const { gatewayPolicies } = lazyRequire("./gatewayPolicies") as typeof import("./gatewayPolicies");
    return gatewayPolicies(name, inputs, written, gatewayController, { parent: this, provider });
  }
}

type OutputName = Exclude<keyof LLMInferenceService, keyof pulumi.ComponentResource>;

function compositionInputs(serviceName: string, args: LLMInferenceServiceArgs): CompositionInputs {
  const { namespace = "default", labels, annotations, fragments = [], baseRefs = [], spec = {} } = args;
  return {
    serviceName,
    namespace,
    labels,
    annotations,
    fragments,
    baseRefs,
    spec,
    mode: args.mode ?? CompositionMode.inline,
    settings: args.controllerSettings,
    kserveVersion: args.kserveVersion,
  };
}

/** Annotations that fragments bring, lowest first, under those that the service has itself. */
function withFragmentAnnotations(args: LLMInferenceServiceArgs): LLMInferenceServiceArgs {
  const bringing = (args.fragments ?? []).filter((fragment) => fragment.annotations);
  if (bringing.length === 0) return args;
  const added = Object.assign({}, ...bringing.sort(byPriority).map((fragment) => fragment.annotations)) as object;
  const { annotations } = args;
  const all = isLater(annotations)
    ? pulumi.output(annotations).apply((own) => ({ ...added, ...own }))
    : { ...added, ...annotations };
  return { ...args, annotations: all };
}

/** The composition is needed by several outputs, or by none. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function missingPresets(name: string): never {
  throw new Error(
    `LLMInferenceService "${name}": what KServe makes of it is known with its presets only; give presets: platform.presets, or kservePresets() where another stack has installed KServe`,
  );
}

function warned(composition: Composition, resource: pulumi.Resource): Composition {
  for (const { path, message, fix } of composition.warnings) {
    logWarning(`${path}: ${message}; fix: ${fix}`, resource);
  }
  if (composition.undecided !== undefined) {
    logNote(
      `${composition.undecided} is not known yet, so that what KServe makes of the service is not either`,
      resource,
    );
  }
  return composition;
}

/** Loaded only by programs that say something of their cluster. */
const lazyRequire = createRequire(__filename);

/** Warnings are logged. @throws ConfigurationError with what keeps the service from becoming Ready. */
async function check(
  inputs: CompositionInputs,
  { preflight }: LLMInferenceServiceArgs,
  composition: () => Promise<Composition>,
  resource: pulumi.Resource,
): Promise<Composition> {
  if (!preflight) return warned(await composition(), resource);
  const { ServicePreflight } = lazyRequire("./preflight") as typeof import("./preflight");
  const service = new ServicePreflight(preflight);
  const [whole, metadata, cluster] = await Promise.all([composition(), resolveMetadata(inputs), preflight.cluster]);
  service.check(metadata, warned(whole, resource), cluster, resource);
  return whole;
}

function effectiveSpecOf(composition: Composition): pulumi.Input<unknown> {
  if (composition.effective) return toInputs(composition.effective);
  return pulumi.runtime.isDryRun() ? pulumi.unknown : undefined;
}

function dependencies(
  given: pulumi.CustomResourceOptions["dependsOn"],
  configs: readonly pulumi.Resource[] | Promise<pulumi.Resource[]>,
): pulumi.CustomResourceOptions["dependsOn"] {
  if (configs instanceof Promise) return allResources(given as Resources, configs) as never;
  if (configs.length === 0) return given;
  if (given === undefined) return [...configs];
  if (pulumi.Output.isInstance(given) || given instanceof Promise) {
    return pulumi
      .output(given as pulumi.Input<pulumi.Resource[]>)
      .apply((all) => [...[all].flat(), ...configs]) as never;
  }
  return [...[given].flat(), ...configs] as never;
}

function createService(
  name: string,
  serviceName: string,
  args: LLMInferenceServiceArgs,
  written: Pick<Written, "spec"> | Promise<Pick<Written, "spec">>,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject<LLMInferenceServiceStatus> {
  return new KubernetesObject<LLMInferenceServiceStatus>(
    `${name}-service`,
    {
      apiVersion: servingApiVersion,
      kind: "LLMInferenceService",
      metadata: {
        name: serviceName,
        namespace: args.namespace ?? "default",
        ...(args.labels && { labels: args.labels }),
        annotations: withAnnotations(args),
      },
      spec: written instanceof Promise ? written.then(({ spec }) => toInputs(spec)) : toInputs(written.spec),
    },
    opts,
  );
}

function withAnnotations(args: LLMInferenceServiceArgs): LLMInferenceServiceArgs["annotations"] {
  const added = {
    ...(args.criticality && { [modelCriticalityAnnotation]: args.criticality }),
    ...(args.skipAwait ? { "pulumi.com/skipAwait": "true" } : { [waitForAnnotation]: "condition=Ready" }),
  };
  const { annotations } = args;
  if (!isLater(annotations)) return { ...annotations, ...added };
  return pulumi.output(annotations).apply((given) => ({ ...given, ...added }));
}

/** Whether an input is known only later, so that it has to be waited for. */
function isLater<T>(input: pulumi.Input<T>): input is pulumi.OutputInstance<T> | Promise<T> {
  return pulumi.Output.isInstance(input) || input instanceof Promise;
}

/** KServe lists addresses in no fixed order, so the first one may be the cluster-internal one. */
function publicUrl(status: LLMInferenceServiceStatus): string | undefined {
  const { addresses = [] } = status;
  const url = status.url ?? addresses.find((address) => address.name === "gateway-external")?.url ?? addresses[0]?.url;
  return url?.startsWith("http:") ? overHttps(url, addresses) : url;
}

/**
 * KServe takes the first of the URLs in alphabetical order, and "http:" comes before "https:". Source: the call of `preferPathBasedURL`
 * with no scheme for external URLs, router.go of KServe 0.20.
 */
function overHttps(url: string, addresses: NonNullable<LLMInferenceServiceStatus["addresses"]>): string {
  const { pathname } = new URL(url);
  const secure = addresses.find(
    ({ name, url: other }) =>
      other?.startsWith("https:") && name !== "gateway-internal" && new URL(other).pathname === pathname,
  );
  return secure?.url ?? url;
}

/** The controller reports the Service without its namespace, which is the LLMInferenceService's. */
function schedulerHost(status: LLMInferenceServiceStatus, namespace: string): string | undefined {
  const service = status.router?.scheduler?.service;
  return service && `${service.name}.${service.namespace ?? namespace}.svc`;
}

function modelName(written: Written | Promise<Written>, serviceName: string): pulumi.Output<string> {
  const nameIn = ({ spec }: Written): pulumi.Input<unknown> => {
    const model = spec.model as { name?: Json } | undefined;
    return model?.name ? toInputs(model.name) : serviceName;
  };
  return pulumi.output(written instanceof Promise ? written.then(nameIn) : nameIn(written)) as pulumi.Output<string>;
}
