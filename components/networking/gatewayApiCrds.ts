import * as pulumi from "@pulumi/pulumi";

import {
  checkGatewayApi,
  type GatewayApiChannel,
  gatewayApiSet,
  gatewayApiUsed,
  type GatewayApiVersion,
  gatewayApiVersions,
} from "../../sdk/gateways/gatewayApi";
import { assertNoProblems } from "../../sdk/problems";
import { type CrdArgs, crdBundles } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link GatewayApiCrds}. */
export interface GatewayApiCrdsArgs extends CrdArgs {
  /**
   * "1.5.1" or "1.4.1". It can be raised, but not lowered (docs/upgrades.md). A mirror of `gateway-api` must hold the files of this version.
   * @default "1.5.1"
   */
  version?: GatewayApiVersion;
  /**
   * "standard" or "experimental". To go from the standard channel of 1.5 or later to the experimental one is refused, as Gateway API's own
   * admission policy would. @default "standard"
   */
  channel?: GatewayApiChannel;
}

/** The CRDs of Gateway API, and the admission policy that keeps older versions from replacing them. */
export class GatewayApiCrds extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** Names of the CRDs. */
  readonly names: pulumi.Output<string[]>;
  /** What an object of these kinds must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError for a version or a channel that is not known. */
  constructor(name: string, args: GatewayApiCrdsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:GatewayApiCrds", name, {}, opts);
    const { version = gatewayApiVersions[0], channel = "standard", ...crdArgs } = args;
    assertNoProblems(`GatewayApiCrds "${name}"`, checkGatewayApi({ version, channel }));
    const set = gatewayApiSet(version, channel);

    const bundles = crdBundles(
      `${name}-bundle`,
      { ...crdArgs, set: crdArgs.crds === "existing" && channel === "standard" ? gatewayApiUsed(set) : set },
      { parent: this },
    );

    this.version = pulumi.output(set.version);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}
