import { createRequire } from "node:module";

import type { ArtifactMirrors } from "../artifacts";
import type { ControllerSettings } from "../compose/settings";
import type { GatewayControllerName } from "../gateways/types";
import type { ClusterPlan } from "../preflight/plan";
import { defineContract } from "./contract";

/** What a stack with an inference platform says of one of its services. */
export interface PublishedService {
  /** `metadata.name` of the LLMInferenceService. */
  readonly name: string;
  readonly namespace: string;
  /** Name under which clients ask for the model. */
  readonly modelName: string;
  /** Status of the condition Ready when the stack was last brought up: "True", "False" or "Unknown". */
  readonly ready: string;
  /** Where clients reach the service; left out of one that has no address. */
  readonly url?: string | undefined;
  /** `<service>.<namespace>.svc:9002`, the endpoint picker's gRPC address; left out without a scheduler. */
  readonly schedulerEndpoint?: string | undefined;
  /** URL of the endpoint picker's metrics; left out without a scheduler. */
  readonly schedulerMetricsEndpoint?: string | undefined;
}

/** An address of the gateway. */
export interface PublishedAddress {
  /** "IPAddress" or "Hostname". */
  readonly type?: string | undefined;
  readonly value: string;
}

/** The controller of the platform's gateway. */
export interface PublishedGatewayController {
  readonly controller: GatewayControllerName;
  /** `metadata.name` of the GatewayClass. */
  readonly className: string;
  readonly version?: string | undefined;
  readonly poolVersions: readonly string[];
  /** Its own arguments, as far as they decide what it needs beside a service. */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
}

/** What services of other stacks need of a platform, beside a way into the cluster. */
export interface PublishedPlatform {
  /** What services are checked against before they are created. */
  readonly plan: ClusterPlan;
  /** What differs from KServe's defaults in its ConfigMap. */
  readonly controllerSettings?: Partial<ControllerSettings> | undefined;
  /** Left out where the gateway's class is taken to exist. */
  readonly gatewayController?: PublishedGatewayController | undefined;
  /** A name of the cluster that stays when the kubeconfig changes. */
  readonly clusterIdentifier?: string | undefined;
  /** Where KServe's presets are taken from instead of their official address: ArtifactMirrors, as far as they are KServe's. */
  readonly mirrors?: Pick<ArtifactMirrors, "kserve" | "kserve-charts"> | undefined;
}

/** What the outputs of a stack with an inference platform are. */
export interface InferencePlatformFields {
  /** URL of each listener of the gateway by the listener's name; empty without a gateway. */
  readonly gatewayUrls: Readonly<Record<string, string>>;
  readonly gatewayAddresses: readonly PublishedAddress[];
  readonly kserveVersion: string;
  /** Where services send traces. */
  readonly tracingEndpoint?: string;
  /** The stack's services by their names. */
  readonly services: Readonly<Record<string, PublishedService>>;
  readonly platform: PublishedPlatform;
  /** Text of a kubeconfig for services of other stacks. */
  readonly kubeconfig?: string;
}

/** Stacks that other teams use services of, or declare services on: those of stacks/environment and stacks/services. */
export const inferencePlatformContract = defineContract<InferencePlatformFields>({
  name: "pulumi-kserve/inference-platform",
  title: "inference platform",
  version: "1.0",
  program: "stacks/environment or stacks/services",
  fields: {
    gatewayUrls: {},
    gatewayAddresses: {},
    kserveVersion: {},
    tracingEndpoint: { optional: true },
    services: {},
    platform: {},
    kubeconfig: { optional: true, credential: true },
  },
  schema: () =>
    (createRequire(__filename)("./inferencePlatformSchema") as typeof import("./inferencePlatformSchema"))
      .inferencePlatformSchema,
});
