import * as pulumi from "@pulumi/pulumi";

import { assertNoProblems } from "../../../sdk/problems";
import { KubernetesObject } from "../../kubernetesObject";
import type { GatewayControllerFactory } from "./controller";

/** Arguments of {@link ExistingGatewayClass}. */
export interface ExistingGatewayClassArgs {
  /** `metadata.name` of the class. */
  className: string;
  /**
   * Read the class from the cluster, so that nothing is tried where it is missing. Previews read it, too, so the cluster must exist.
   * @default true
   */
  verify?: boolean;
}

/** A GatewayClass that somebody else looks after, and that must be there. Nothing is installed, changed or deleted. */
export class ExistingGatewayClass extends pulumi.ComponentResource {
  readonly className: string;
  /** `spec.controllerName`; undefined without `verify`. */
  readonly controllerName: pulumi.Output<string | undefined>;
  /** The class as it was read; empty without `verify`. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ExistingGatewayClassArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:ExistingGatewayClass", name, {}, opts);
    this.className = args.className;
    const read =
      args.verify === false
        ? undefined
        : new KubernetesObject(
            `${name}-class`,
            { apiVersion: "gateway.networking.k8s.io/v1", kind: "GatewayClass", metadata: { name: args.className } },
            { parent: this, id: args.className },
          );
    this.ready = read ? [read] : [];
    this.controllerName = pulumi
      .output(read?.spec as pulumi.Output<{ controllerName?: string } | undefined> | undefined)
      .apply((spec) => spec?.controllerName);
    this.registerOutputs({ className: this.className });
  }
}

/** The class that is there, and what is said of it. */
export const existingGatewayClass: GatewayControllerFactory = (name, args, opts) => {
  const { gatewayClassName: className } = args;
  if (!className) {
    assertNoProblems(`gateway controller "${name}"`, [
      {
        path: "gateway.gatewayClassName",
        message: 'missing; controller "existing" needs the name of the class',
        allowed: "the name of a GatewayClass of the cluster (kubectl get gatewayclasses)",
      },
    ]);
  }
  const made = new ExistingGatewayClass(name, { ...args.existing, className: className as string }, opts);
  return { controller: "existing", className: made.className, poolVersions: ["v1"], ready: made.ready };
};
