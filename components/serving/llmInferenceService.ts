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
import { checkLLMInferenceService } from "../../sdk/api/validate";
import { assertNoProblems } from "../../sdk/problems";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";

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
  readonly name: pulumi.Output<string>;
  readonly namespace: pulumi.Output<string>;
  /** Where clients reach the service: `status.url`, else the address named "gateway-external". */
  readonly url: pulumi.Output<string | undefined>;
  readonly addresses: pulumi.Output<ServiceAddress[]>;
  /** The Gateway that routes to the service. */
  readonly gateway: pulumi.Output<ObjectReference | undefined>;
  readonly inferencePool: pulumi.Output<ObjectReference | undefined>;
  /** `<service>.<namespace>.svc:9002`, the endpoint picker's gRPC address; undefined without a scheduler. */
  readonly schedulerEndpoint: pulumi.Output<string | undefined>;
  /** `http://<service>.<namespace>.svc:9090/metrics` of the endpoint picker. */
  readonly schedulerMetricsEndpoint: pulumi.Output<string | undefined>;
  /** Name under which clients ask for the model. */
  readonly modelName: pulumi.Output<string>;
  /** Presets and baseRefs that the controller merged. */
  readonly appliedConfigs: pulumi.Output<AppliedConfig[]>;
  readonly conditions: pulumi.Output<Condition[]>;

  constructor(name: string, args: LLMInferenceServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:LLMInferenceService", name, {}, opts);
    const serviceName = args.serviceName ?? name;
    const service = createService(name, serviceName, args, { parent: this, dependsOn: opts.dependsOn });
    const status = service.status.apply((live) => live ?? {});

    this.name = service.metadata.apply((metadata) => metadata.name);
    this.namespace = service.metadata.apply((metadata) => metadata.namespace ?? "default");
    this.url = status.apply(publicUrl);
    this.addresses = status.apply((live) => live.addresses ?? []);
    this.gateway = status.apply((live) => live.router?.gateways?.[0]);
    this.inferencePool = status.apply((live) => live.router?.scheduler?.inferencePool);
    const scheduler = pulumi.all([status, this.namespace]).apply(([live, namespace]) => schedulerHost(live, namespace));
    this.schedulerEndpoint = scheduler.apply((host) => host && `${host}:${ports.schedulerGrpc}`);
    this.schedulerMetricsEndpoint = scheduler.apply(
      (host) => host && `http://${host}:${ports.schedulerMetrics}/metrics`,
    );
    this.modelName = modelName(args.spec, serviceName);
    this.appliedConfigs = status.apply((live) => live.appliedConfigs ?? []);
    this.conditions = status.apply((live) => live.conditions ?? []);
    this.registerOutputs({
      name: this.name,
      namespace: this.namespace,
      url: this.url,
      schedulerEndpoint: this.schedulerEndpoint,
      modelName: this.modelName,
    });
  }
}

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
        annotations: pulumi.output(args.annotations ?? {}).apply((annotations) => ({
          ...annotations,
          ...(args.criticality && { [modelCriticalityAnnotation]: args.criticality }),
          ...(args.skipAwait ? { "pulumi.com/skipAwait": "true" } : { [waitForAnnotation]: "condition=Ready" }),
        })),
      },
      spec: checkedSpec(serviceName, args.spec),
    },
    opts,
  );
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
  if (!pulumi.Output.isInstance(spec) && !(spec instanceof Promise)) {
    check(spec);
    return spec;
  }
  return pulumi.output(spec).apply((value) => {
    check(value);
    return value as LLMInferenceServiceSpecArgs;
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
  return pulumi.output(spec).apply((value) => (value as { model?: { name?: string } }).model?.name ?? serviceName);
}
