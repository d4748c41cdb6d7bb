// What other languages see of the package. Pulumi's analyser makes schema.json of these declarations: it reads interfaces, lists, maps and
// `as const` enums, and no tags of comments, so that defaults are told in sentences. construct.ts makes the components.
import type * as pulumi from "@pulumi/pulumi";

import type { Criticality } from "../sdk/api/constants";
import type { CompositionMode } from "../sdk/compose/compose";

/** A value that the schema leaves open, and that is checked by the component that gets it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the analyser reads it as the schema's Any, and refuses `unknown`
type FreeForm = any;

/** A named part of a service's spec: written out in `spec`, or made by a `recipe`. */
export interface ConfigFragment {
  /** In origins and messages. Needed with `spec`; a recipe names its own. */
  name?: string;
  /** Higher wins; fragments of the same priority keep their order. Default: 0. */
  priority?: number;
  /** Any part of the spec of a LLMInferenceService in serving.kserve.io/v1alpha2, as a manifest has it. */
  spec?: FreeForm;
  /** Annotations of the service itself, from which KServe reads what the spec has no field for. */
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Name of the recipe that makes the fragment, such as "accelerator", "model" or "vllm". */
  recipe?: string;
  /** Arguments of the recipe, as docs/recipes.md of pulumi-kserve has them. */
  args?: FreeForm;
}

export interface LLMInferenceServiceArgs {
  /** Name of the object in the cluster. Default: the resource's name. */
  serviceName?: string;
  /** Must exist. Default: "default". */
  namespace?: pulumi.Input<string>;
  /** Part of the spec that wins over all fragments. */
  spec?: FreeForm;
  /** Parts of the spec, composed by priority. */
  fragments?: pulumi.Input<pulumi.Input<ConfigFragment>[]>;
  /** Names of configs in the cluster that go under the fragments, later over earlier. */
  baseRefs?: string[];
  /** How the fragments are handed to KServe. Default: "inline". */
  mode?: CompositionMode;
  /** KServe's presets, the output of InferencePlatform: with them a preview checks and shows what the controller will act on. */
  presets?: FreeForm;
  /** The cluster that the service is checked against before it is created, the output of InferencePlatform. Default: not checked. */
  plan?: FreeForm;
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Criticality of the model's requests. */
  criticality?: Criticality;
  /** Return once the object exists, without waiting until the service is Ready. Default: false. */
  skipAwait?: boolean;
  /** Seconds that creating and updating wait until the service is Ready. Default: 600. */
  timeoutSeconds?: number;
  /** With it the error says why a service is not Ready that was waited for in vain. Default: the cluster is not read. */
  kubeconfig?: pulumi.Input<string>;
}

/**
 * A LLMInferenceService, composed from fragments and awaited until it is Ready. Its object is made by the Kubernetes provider among the
 * options' `providers`.
 */
export declare class LLMInferenceService extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly namespace: pulumi.Output<string>;
  /** Where clients reach the service. */
  readonly url?: pulumi.Output<string>;
  /** All addresses, each with `name` and `url`. */
  readonly addresses: pulumi.Output<FreeForm>;
  /** The endpoint picker's gRPC address; none without a scheduler. */
  readonly schedulerEndpoint?: pulumi.Output<string>;
  /** The endpoint picker's metrics; none without a scheduler. */
  readonly schedulerMetricsEndpoint?: pulumi.Output<string>;
  /** Name under which clients ask for the model. */
  readonly modelName: pulumi.Output<string>;
  /** The spec that the controller acts on, known in previews. Given with `presets` only. */
  readonly effectiveSpec?: FreeForm;
  /** Which preset, config, fragment or step set each field of the effective spec. Given with `presets` only. */
  readonly origins?: FreeForm;
  constructor(name: string, args: LLMInferenceServiceArgs, opts?: pulumi.ComponentResourceOptions);
}

export interface LLMInferenceServiceConfigArgs {
  /** Name of the object in the cluster, by which services refer to it. Default: the resource's name. */
  configName?: string;
  /** Must exist. Services find configs in their own namespace and in KServe's. Default: "default". */
  namespace?: pulumi.Input<string>;
  /** Any part of a service's spec. Texts may be Go templates, as in KServe's presets. */
  spec: FreeForm;
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A fragment that lives in the cluster, for services to be composed from: name it in their `baseRefs`. */
export declare class LLMInferenceServiceConfig extends pulumi.ComponentResource {
  readonly configName: pulumi.Output<string>;
  readonly namespace: pulumi.Output<string>;
  constructor(name: string, args: LLMInferenceServiceConfigArgs, opts?: pulumi.ComponentResourceOptions);
}

/** Keys of an S3 user, and which S3 it is. */
export interface S3Credentials {
  /** Secret whatever is given. */
  accessKeyId: pulumi.Input<string>;
  /** Secret whatever is given. */
  secretAccessKey: pulumi.Input<string>;
  /** Host of another S3 than Amazon's. */
  endpoint?: pulumi.Input<string>;
  region?: pulumi.Input<string>;
  /** Default: true. */
  useHttps?: boolean;
  /** Default: true. */
  verifySsl?: boolean;
  /** ConfigMap with the certificates that sign the endpoint's. Default: the system's are trusted. */
  caBundleConfigMap?: pulumi.Input<string>;
}

/** A ServiceAccount for pods. */
export interface CredentialsServiceAccount {
  /** Such as `eks.amazonaws.com/role-arn` or `iam.gke.io/gcp-service-account`. */
  annotations?: Record<string, pulumi.Input<string>>;
}

export interface ModelCredentialsArgs {
  /** That of the services. Must exist. Default: "default". */
  namespace?: pulumi.Input<string>;
  /** Prefix of the objects' names. Default: the resource's name. */
  objectName?: string;
  /** A token of Hugging Face's hub; it becomes a secret whatever is given. */
  huggingFaceToken?: pulumi.Input<string>;
  s3?: S3Credentials;
  /** Text of a Google service account's key in JSON, for gs:// models; it becomes a secret whatever is given. */
  gcsKey?: pulumi.Input<string>;
  /** A ServiceAccount for the pods, with a cloud role. */
  serviceAccount?: CredentialsServiceAccount;
  /** The pods that run under the ServiceAccount, such as "template" and "prefill". Default: ["template"]. */
  pods?: string[];
}

/** Secrets that models are fetched with. */
export declare class ModelCredentials extends pulumi.ComponentResource {
  /** Annotations that the service needs, for those of one of its fragments or its own; empty where a ServiceAccount is used. */
  readonly annotations: pulumi.Output<Record<string, string>>;
  /** Part of the service's spec that names the ServiceAccount, for a fragment; empty where an annotation does. */
  readonly spec: pulumi.Output<FreeForm>;
  readonly serviceAccountName?: pulumi.Output<string>;
  constructor(name: string, args: ModelCredentialsArgs, opts?: pulumi.ComponentResourceOptions);
}

export interface InferencePlatformArgs {
  /** Text of a kubeconfig; prefer one that runs a credential plugin, so that no token lies in the state. */
  kubeconfig: pulumi.Input<string>;
  /** A name of the cluster that stays when the kubeconfig changes, so that nothing is replaced then. */
  clusterIdentifier?: string;
  /** Which CRDs of Gateway API are installed. */
  gatewayApi?: FreeForm;
  /** Which CRDs of the inference extension are installed. */
  inferenceExtension?: FreeForm;
  /** LeaderWorkerSet for multi-node services; false leaves it out. */
  leaderWorkerSet?: FreeForm;
  kserve?: FreeForm;
  /** cert-manager's arguments, `existing: true`, or false. Default: taken to be there. */
  certManager?: FreeForm;
  /** The gateway and its controller; false when it exists already. */
  gateway?: FreeForm;
  /** KEDA, WVA, prometheus-adapter; false says that there are none. */
  autoscaling?: FreeForm;
  /** Prometheus, monitors, alert rules and dashboards. */
  monitoring?: FreeForm;
  /** An OpenTelemetry collector. */
  tracing?: FreeForm;
  /** DNS records for the host names of routes. */
  externalDns?: FreeForm;
  /** NetworkPolicies for services and controllers. */
  networkPolicies?: FreeForm;
  /** PodDisruptionBudgets for the controllers. Default: false. */
  disruptionBudgets?: boolean;
  /** Namespaces for services, by name. */
  namespaces?: FreeForm;
  /** Where charts and CRDs are taken from instead of their official addresses. */
  mirrors?: FreeForm;
}

/**
 * Everything between a Kubernetes cluster and LLMInferenceServices: CRDs, LeaderWorkerSet, KServe and a gateway. The arguments are those of
 * the component of the same name in TypeScript; docs/platform.md of pulumi-kserve has them. CRD sets are dynamic resources, so that the npm
 * package pulumi-kserve must be installed in the program's folder.
 */
export declare class InferencePlatform extends pulumi.ComponentResource {
  /** URL of each listener of the gateway; empty without a gateway of this platform. */
  readonly gatewayUrls: pulumi.Output<Record<string, string>>;
  /** Addresses of the gateway. */
  readonly gatewayAddresses: pulumi.Output<FreeForm>;
  readonly kserveVersion: pulumi.Output<string>;
  /** Where services send traces; none without a collector of this platform. */
  readonly tracingEndpoint?: pulumi.Output<string>;
  /** KServe's presets, for services to be composed from. */
  readonly presets: pulumi.Output<FreeForm>;
  /** The cluster as services find it, for their `plan`. */
  readonly plan: pulumi.Output<FreeForm>;
  constructor(name: string, args: InferencePlatformArgs, opts?: pulumi.ComponentResourceOptions);
}
