import * as pulumi from "@pulumi/pulumi";

import { type Criticality, modelCriticalityAnnotation, ports, servingApiVersion } from "../../sdk/api/constants";
import type {
  AppliedConfig,
  Condition,
  LLMInferenceServiceSpecArgs,
  LLMInferenceServiceStatus,
  ObjectReference,
  ServiceAddress,
} from "../../sdk/api/llmInferenceService";
import { withCanonicalResources } from "../../sdk/api/quantity";
import { checkLLMInferenceService } from "../../sdk/api/validate";
import { assertNoProblems } from "../../sdk/problems";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";
import { lazyOutputs } from "../lazyOutputs";

/** Arguments of {@link LLMInferenceService}. */
export interface LLMInferenceServiceArgs {
  /** `metadata.name`. @default the resource's name */
  serviceName?: string;
  /** Must exist. @default "default" */
  namespace?: pulumi.Input<string>;
  spec: pulumi.Input<LLMInferenceServiceSpecArgs>;
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Criticality of the model's requests. v1alpha2 has no field for it, so it is kept where KServe's conversion from v1alpha1
   * keeps it: in an annotation, which clients that read v1alpha1 see as `spec.model.criticality`.
   */
  criticality?: Criticality;
  /** Return once the object exists, without waiting until the service is Ready. @default false */
  skipAwait?: boolean;
}

/**
 * A LLMInferenceService, awaited until it is Ready, with its addresses and what the controller made for it as outputs.
 *
 * Outputs are read from the live status: in a preview that creates the service they are unknown.
 */
export class LLMInferenceService extends pulumi.ComponentResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly namespace: pulumi.Output<string>;
  /** Where clients reach the service: `status.url`, else the address named "gateway-external". */
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
  /** Presets and baseRefs that the controller merged. */
  declare readonly appliedConfigs: pulumi.Output<AppliedConfig[]>;
  declare readonly conditions: pulumi.Output<Condition[]>;

  constructor(name: string, args: LLMInferenceServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:LLMInferenceService", name, {}, opts);
    const serviceName = args.serviceName ?? name;
    const service = createService(name, serviceName, args, { parent: this, dependsOn: opts.dependsOn });
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
      modelName: () => modelName(args.spec, serviceName),
      appliedConfigs: () => fromStatus((status) => status.appliedConfigs ?? []),
      conditions: () => fromStatus((status) => status.conditions ?? []),
    });
    // The state has them all in the child's status; writing them twice costs every preview of many services.
    this.registerOutputs();
  }
}

type OutputName = Exclude<keyof LLMInferenceService, keyof pulumi.ComponentResource>;

function createService(
  name: string,
  serviceName: string,
  args: LLMInferenceServiceArgs,
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
      spec: checkedSpec(serviceName, args.spec),
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

/** Plain specs are checked at once, so that all services' problems show early; Outputs when they resolve. */
function checkedSpec(
  serviceName: string,
  spec: pulumi.Input<LLMInferenceServiceSpecArgs>,
): pulumi.Input<LLMInferenceServiceSpecArgs> {
  const check = (value: unknown): void =>
    assertNoProblems(
      `LLMInferenceService "${serviceName}"`,
      checkLLMInferenceService({ name: serviceName, spec: value }, "LLMInferenceService"),
    );
  if (!isLater(spec)) {
    check(spec);
    return withCanonicalResources(spec);
  }
  return pulumi.output(spec).apply((value) => {
    check(value);
    return withCanonicalResources(value);
  });
}

/** KServe lists addresses in no fixed order, so the first one may be the cluster-internal one. */
function publicUrl(status: LLMInferenceServiceStatus): string | undefined {
  return (
    status.url ??
    status.addresses?.find((address) => address.name === "gateway-external")?.url ??
    status.addresses?.[0]?.url
  );
}

/** The controller reports the Service without its namespace, which is the LLMInferenceService's. */
function schedulerHost(status: LLMInferenceServiceStatus, namespace: string): string | undefined {
  const service = status.router?.scheduler?.service;
  return service && `${service.name}.${service.namespace ?? namespace}.svc`;
}

function modelName(spec: pulumi.Input<LLMInferenceServiceSpecArgs>, serviceName: string): pulumi.Output<string> {
  // The model alone, because waiting for a spec visits everything in it.
  if (!isLater(spec)) return pulumi.output(spec.model).apply((model) => model?.name ?? serviceName);
  return pulumi.output(spec).apply((value) => (value as { model?: { name?: string } }).model?.name ?? serviceName);
}
