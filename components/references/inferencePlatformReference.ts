import { createRequire } from "node:module";

import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import type { ArtifactMirrors } from "../../sdk/artifacts";
import type { ControllerSettings } from "../../sdk/compose/settings";
import type { ClusterPlan, Waiver } from "../../sdk/preflight/plan";
import {
  inferencePlatformContract,
  type InferencePlatformFields,
  type PublishedAddress,
  type PublishedService,
} from "../../sdk/references/inferencePlatform";
import { requireEntry } from "../../sdk/references/read";
import { ConfigurationError } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import { kubernetesProviderArgs } from "../kubernetesProvider";
import { lazyOutputs } from "../lazyOutputs";
import { logWarning } from "../log";
import type { GatewayControllerHandle } from "../networking/controllers/controller";
import type { Presets } from "../serving/composition";
import type { DiagnosisArgs } from "../serving/diagnosis";
import type { LLMInferenceServiceArgs } from "../serving/llmInferenceService";
import { ContractReader, type ContractReferenceArgs, type ReadStack, stackReferenceArgs } from "./contractReader";

/** Arguments of {@link InferencePlatformReference}. */
export interface InferencePlatformReferenceArgs extends ContractReferenceArgs {
  /**
   * Text of a kubeconfig for services of this program, where the stack publishes none, or one with other rights.
   *
   * @default the one that the stack publishes
   */
  kubeconfig?: pulumi.Input<string>;
  /** Where KServe's presets are taken from, to compose services of this program. @default as the referenced stack does */
  mirrors?: ArtifactMirrors;
}

/** A service of a referenced stack. Outputs that it does not have are errors when they are used. */
export interface ReferencedService {
  readonly name: pulumi.Output<string>;
  readonly namespace: pulumi.Output<string>;
  /** Name under which clients ask for the model. */
  readonly modelName: pulumi.Output<string>;
  /** Where clients reach the service. */
  readonly url: pulumi.Output<string>;
  /** `<service>.<namespace>.svc:9002`, the endpoint picker's gRPC address. */
  readonly schedulerEndpoint: pulumi.Output<string>;
  /** URL of the endpoint picker's metrics. */
  readonly schedulerMetricsEndpoint: pulumi.Output<string>;
  /** Status of the condition Ready when the stack was last brought up: "True", "False" or "Unknown". */
  readonly ready: pulumi.Output<string>;
}

/** Arguments of a LLMInferenceService that come from a referenced platform. */
export type PlatformServiceArgs = Pick<
  LLMInferenceServiceArgs,
  "presets" | "controllerSettings" | "preflight" | "diagnosis" | "gatewayController"
>;

/**
 * The inference platform that another stack brings up: its services, to be used, and what services of this program need to run on it.
 *
 * ```ts
 * const platform = new InferencePlatformReference("acme/inference/prod");
 * const { url, modelName } = platform.requireService("llama-70b");
 * ```
 *
 * A stack that cannot be read, or that does not speak the contract as this version of the package reads it, is an error of the preview.
 */
export class InferencePlatformReference extends pulumi.StackReference {
  /** URL of each listener of the gateway by the listener's name; empty without a gateway. */
  declare readonly gatewayUrls: pulumi.Output<Record<string, string>>;
  declare readonly gatewayAddresses: pulumi.Output<PublishedAddress[]>;
  declare readonly kserveVersion: pulumi.Output<string>;
  /** Where services send traces, for the recipe `tracing`; undefined without a collector of the platform. */
  declare readonly tracingEndpoint: pulumi.Output<string | undefined>;
  /** The stack's services by their names. */
  declare readonly services: pulumi.Output<Record<string, PublishedService>>;
  /** For {@link provider}, and for whatever else reaches into the cluster; always secret. */
  declare readonly kubeconfig: pulumi.Output<string>;
  /** A Kubernetes provider of the platform's cluster, made when it is first asked for. */
  declare readonly provider: Provider;
  /** KServe's presets of the version that this package installs, for services to be composed from. Known in previews. */
  declare readonly presets: pulumi.Output<Presets>;

  readonly #name: string;
  readonly #args: InferencePlatformReferenceArgs;
  readonly #contract: ContractReader<InferencePlatformFields>;

  /**
   * @param name the stack as `<organization>/<project>/<stack>`, or any name where `args.stack` has that
   * @throws ConfigurationError with everything that is wrong with the stack, when its outputs are known
   */
  constructor(name: string, args: InferencePlatformReferenceArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(name, stackReferenceArgs(args), opts);
    this.#contract = new ContractReader(inferencePlatformContract, this);
    this.#name = name;
    this.#args = args;
    lazyOutputs<InferencePlatformReference, LazyName>(this, {
      gatewayUrls: () => this.#contract.requiredField("gatewayUrls"),
      gatewayAddresses: () => this.#contract.requiredField("gatewayAddresses"),
      kserveVersion: () => this.#contract.requiredField("kserveVersion"),
      tracingEndpoint: () => this.#contract.field("tracingEndpoint"),
      services: () => this.#contract.requiredField("services"),
      kubeconfig: () => this.#kubeconfig(),
      provider: () => this.#createProvider(),
      presets: () => this.#renderPresets(),
    });
  }

  /**
   * One service of the stack.
   *
   * @throws ConfigurationError when the stack has none of this name: with the nearest name, and all of them, unless they are secret.
   * Outputs throw it, and the program fails with it whether they are used or not.
   */
  requireService(name: string): ReferencedService {
    const find = (
      services: InferencePlatformFields["services"],
      { stack, isSecret }: ReadPlatform,
    ): PublishedService => {
      const secretOf = isSecret("services") ? stack : undefined;
      return requireEntry(this.#contract.subject(stack), "services", "service", services, name, secretOf);
    };
    const entry = this.#contract.requiredField("services", find);
    const required = (output: OptionalOutput, why: string): pulumi.Output<string> =>
      this.#contract.requiredField("services", (services, read) => {
        const value = find(services, read)[output];
        if (value !== undefined) return value;
        throw new ConfigurationError(this.#contract.subject(read.stack), [
          { path: `services["${name}"].${output}`, message: `the service has none; ${why}` },
        ]);
      });
    const scheduler = "it has no scheduler of its own, or was not Ready when the stack was brought up";
    const outputs = {} as ReferencedService;
    lazyOutputs(outputs as { -readonly [Name in keyof ReferencedService]: ReferencedService[Name] }, {
      name: () => entry.name,
      namespace: () => entry.namespace,
      modelName: () => entry.modelName,
      ready: () => entry.ready,
      url: () => required("url", "no gateway routes to it, or it was not Ready when the stack was brought up"),
      schedulerEndpoint: () => required("schedulerEndpoint", scheduler),
      schedulerMetricsEndpoint: () => required("schedulerMetricsEndpoint", scheduler),
    });
    return outputs;
  }

  /** For `diagnosis` of services, so that an error says why one is not Ready. */
  get clusterAccess(): DiagnosisArgs {
    return { kubeconfig: this.kubeconfig };
  }

  /** The cluster as services find it, for their `preflight`; undefined while the stack's name is not known. */
  get plan(): Promise<ClusterPlan | undefined> {
    return (this.#plan ??= this.#contract.plainField("platform").then((platform) => platform?.plan));
  }
  #plan: Promise<ClusterPlan | undefined> | undefined;

  /** The controller of the platform's gateway, for services to have what it needs beside them. */
  get gatewayController(): Promise<GatewayControllerHandle | undefined> {
    return (this.#gatewayController ??= this.#readGatewayController());
  }
  #gatewayController: Promise<GatewayControllerHandle | undefined> | undefined;

  /**
   * What a LLMInferenceService of this program takes from the platform, to be spread into its arguments; it also needs
   * `{ provider: reference.provider }`. Services of one reference are checked together: whether all of them fit into the pools.
   *
   * @param waive findings of the preflight that do not count
   */
  serviceArgs({ waive }: { waive?: readonly Waiver[] } = {}): PlatformServiceArgs {
    return {
      presets: this.presets,
      controllerSettings: this.#controllerSettings(),
      preflight: { cluster: this.plan, ...(waive && { waive }) },
      diagnosis: this.clusterAccess,
      gatewayController: this.gatewayController,
    };
  }

  #controllerSettings(): Promise<Partial<ControllerSettings> | undefined> {
    return this.#contract.plainField("platform").then((platform) => platform?.controllerSettings);
  }

  async #readGatewayController(): Promise<GatewayControllerHandle | undefined> {
    const published = (await this.#contract.plainField("platform"))?.gatewayController;
    if (!published) return undefined;
    const { servicePoliciesOf } = lazyRequire(
      "../networking/controllers/servicePolicies",
    ) as typeof import("../networking/controllers/servicePolicies");
    const { controller, className, version, poolVersions, args } = published;
    const servicePolicies = servicePoliciesOf(controller, args);
    return {
      controller,
      className,
      poolVersions,
      ready: undefined,
      ...(version !== undefined && { version }),
      ...(servicePolicies && { servicePolicies }),
    };
  }

  #kubeconfig(): pulumi.Output<string> {
    const { kubeconfig } = this.#args;
    if (kubeconfig !== undefined) return pulumi.secret(kubeconfig);
    return this.#contract.requiredField(
      "kubeconfig",
      (text) => text,
      'set `outputs: { kubeconfig: true }` in the configuration of that stack (pulumi config set --path "pulumi-kserve:outputs.kubeconfig" true) and bring it up, or give this reference a kubeconfig of your own: new InferencePlatformReference(name, { stack, kubeconfig })',
    );
  }

  #createProvider(): Provider {
    const { Provider: KubernetesProvider } = lazyRequire(
      "@pulumi/kubernetes/provider",
    ) as typeof import("@pulumi/kubernetes/provider");
    return new KubernetesProvider(
      `${this.#name}-kubernetes`,
      kubernetesProviderArgs({
        kubeconfig: this.kubeconfig,
        identifier: this.#contract.requiredField("platform", ({ clusterIdentifier }) => clusterIdentifier) as never,
      }),
      { parent: this },
    );
  }

  #renderPresets(): pulumi.Output<Presets> {
    const { kservePresets } = lazyRequire("../platform/kserve") as typeof import("../platform/kserve");
    return this.#contract.requiredField("platform", ({ mirrors }, { stack, values, isSecret }) => {
      if (values.kserveVersion !== undefined && values.kserveVersion !== versions.kserve) {
        logWarning(
          `stack "${stack}" runs ${isSecret("kserveVersion") ? "another KServe" : `KServe ${values.kserveVersion}`}, and services of this program are composed with the presets of ${versions.kserve}; ` +
            "fix: use the version of pulumi-kserve that the stack is brought up with",
          this,
        );
      }
      return kservePresets({ mirrors: this.#args.mirrors ?? mirrors ?? {} }, { provider: this.provider });
    }) as unknown as pulumi.Output<Presets>;
  }
}

type ReadPlatform = ReadStack<InferencePlatformFields>;

type LazyName =
  | "gatewayUrls"
  | "gatewayAddresses"
  | "kserveVersion"
  | "tracingEndpoint"
  | "services"
  | "kubeconfig"
  | "provider"
  | "presets";

type OptionalOutput = "url" | "schedulerEndpoint" | "schedulerMetricsEndpoint";

/** Programs that only use services load no Kubernetes provider. */
const lazyRequire = createRequire(__filename);
