import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import { draAnnotations } from "../api/rules/draAnnotations";
import { labelName, objectName, RecipeChecks, type RecipeOptions } from "./recipeChecks";

/** Arguments of {@link deviceClaim}. */
export interface DeviceClaimArgs extends RecipeOptions {
  /** Name of a DeviceClass that a driver has installed, such as "gpu.nvidia.com". */
  deviceClass: Input<string>;
  /** Devices for each pod. @default 1 */
  count?: number;
  /** CEL expressions that a device must meet, all of them. @default any device of the class */
  selectors?: readonly string[];
  /** The container that gets the devices. @default the first of each pod */
  container?: string;
}

/**
 * Devices by dynamic resource allocation (DRA) instead of extended resources: KServe makes a ResourceClaimTemplate, and every pod of the
 * workloads claims from it. Needs Kubernetes 1.34 and a DRA driver. KServe 0.20 reads it from annotations of the service.
 *
 * Source: `pkg/controller/v1alpha2/llmisvc/managed_dra.go` of KServe 0.20.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function deviceClaim(args: DeviceClaimArgs): ConfigFragment {
  const checks = new RecipeChecks("deviceClaim");
  const { deviceClass, count, selectors = [], container } = args;
  checks.fields("", args, ["deviceClass", "count", "selectors", "container", "name", "priority"]);
  checks.text("deviceClass", deviceClass, { ...objectName, required: true });
  checks.integer("count", count, { min: 1 });
  checks.text("container", container, labelName);
  for (const [path, selector] of checks.list("selectors", selectors)) {
    // KServe takes each line for an expression.
    checks.text(path, selector, {
      pattern: /^(?=.*\S)[^\n]+$/,
      allowed: "a CEL expression on one line",
    });
  }
  checks.done();
  return {
    name: args.name ?? "device-claim",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: {},
    annotations: {
      [draAnnotations.deviceClass]: deviceClass,
      ...(count !== undefined && { [draAnnotations.deviceCount]: String(count) }),
      ...(selectors.length > 0 && { [draAnnotations.celSelector]: selectors.join("\n") }),
      ...(container !== undefined && { [draAnnotations.containerName]: container }),
    },
  };
}
