import * as pulumi from "@pulumi/pulumi";

import type { PublishedAddress, PublishedPlatform } from "../../sdk/references/inferencePlatform";
import {
  type PublishedForServices,
  servicesPlatformContract,
  type ServicesPlatformFields,
} from "../../sdk/references/servicesPlatform";
import { lazyOutputs } from "../lazyOutputs";
import { ContractReader, type ContractReferenceArgs, stackReferenceArgs } from "./contractReader";

/** What decides which resources there are on a platform of another stack; all of it is plain. */
export interface PlainPlatform {
  readonly platform: PublishedPlatform;
  readonly forServices: PublishedForServices;
  /** Where services send traces; left out without a collector. */
  readonly tracingEndpoint?: string;
}

/**
 * The platform of another stack for a stack of services: an InferencePlatformReference is for services of app teams.
 *
 * A stack that cannot be read, or that does not speak the contract as this version of the package reads it, is an error of the preview.
 */
export class ServicesPlatformReference extends pulumi.StackReference {
  /** URL of each listener of the gateway by the listener's name; empty without a gateway. */
  declare readonly gatewayUrls: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly gatewayAddresses: pulumi.Output<readonly PublishedAddress[]>;
  declare readonly kserveVersion: pulumi.Output<string>;
  /** Secret. */
  declare readonly kubeconfig: pulumi.Output<string>;

  readonly #contract: ContractReader<ServicesPlatformFields>;

  /**
   * @param name the stack as `<organization>/<project>/<stack>`, or any name where `args.stack` has that
   * @throws ConfigurationError with everything that is wrong with the stack, when its outputs are known
   */
  constructor(name: string, args: ContractReferenceArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(name, stackReferenceArgs(args), opts);
    this.#contract = new ContractReader(servicesPlatformContract, this);
    lazyOutputs<ServicesPlatformReference, LazyName>(this, {
      gatewayUrls: () => this.#contract.requiredField("gatewayUrls"),
      gatewayAddresses: () => this.#contract.requiredField("gatewayAddresses"),
      kserveVersion: () => this.#contract.requiredField("kserveVersion"),
      kubeconfig: () => this.#contract.requiredField("kubeconfig"),
    });
  }

  /** @throws ConfigurationError with everything that is wrong with the stack. Undefined while the stack's name is not known. */
  async plain(): Promise<PlainPlatform | undefined> {
    const [platform, forServices, tracingEndpoint] = await Promise.all([
      this.#contract.plainField("platform"),
      this.#contract.plainField("forServices"),
      this.#contract.plainField("tracingEndpoint"),
    ]);
    if (!platform || !forServices) return undefined;
    return { platform, forServices, ...(tracingEndpoint !== undefined && { tracingEndpoint }) };
  }
}

type LazyName = "gatewayUrls" | "gatewayAddresses" | "kserveVersion" | "kubeconfig";
