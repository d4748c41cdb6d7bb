import { kserveNamespace } from "../api/constants";

/** What the controller's ConfigMap `inferenceservice-config` and its environment decide. */
export interface ControllerSettings {
  /** Namespace of the controller and its presets. @default "kserve" */
  readonly systemNamespace: string;
  /** @default "kserve-ingress-gateway" */
  readonly ingressGatewayName: string;
  /** @default "kserve" */
  readonly ingressGatewayNamespace: string;
  /** @default false */
  readonly enableTLS: boolean;
  /** Header by which a gateway chooses the model; "" turns it off. @default "X-Gateway-Model-Name" */
  readonly modelBasedRoutingHeaderName: string;
  /** Beginning of the presets' names. @default "kserve-" */
  readonly presetPrefix: string;
}

/** As KServe's charts leave them. Source: `L/config_loader.go` at 0.20. */
export const defaultControllerSettings: ControllerSettings = {
  systemNamespace: kserveNamespace,
  ingressGatewayName: "kserve-ingress-gateway",
  ingressGatewayNamespace: kserveNamespace,
  enableTLS: false,
  modelBasedRoutingHeaderName: "X-Gateway-Model-Name",
  presetPrefix: "kserve-",
};

/** How versions of the controller differ in composing. */
export interface ControllerFeatures {
  /** Templates see the merged spec; until 0.20 they see the service's own spec alone. Source: kserve#6126. */
  readonly templatesSeeMergedSpec: boolean;
}

/**
 * @param version of KServe, such as "0.20.0".
 * @throws Error for what is no version.
 */
export function featuresOf(version: string): ControllerFeatures {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (!match) throw new Error(`"${version}" is no version of KServe; allowed: such as "0.20.0"`);
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return { templatesSeeMergedSpec: major > 0 || minor > 20 };
}
