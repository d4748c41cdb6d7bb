import * as pulumi from "@pulumi/pulumi";

import { childNames } from "../../sdk/api/names";
import { View } from "../../sdk/api/view";
import type { Json } from "../../sdk/compose/marked";
import { KubernetesObject } from "../kubernetesObject";
import type { GatewayControllerHandle, ScheduledService } from "../networking/controllers/controller";
import { allResources } from "../resources";
import type { CompositionInputs, Written } from "./composition";

/** What the gateway's controller needs for a service with a scheduler, such as how to reach its endpoint picker. */
export function gatewayPolicies(
  name: string,
  inputs: CompositionInputs,
  written: Written | Promise<Written>,
  controller: GatewayControllerHandle,
  opts: { parent: pulumi.Resource; provider: pulumi.ProviderResource | undefined },
): pulumi.Resource[] {
  const service = scheduledService(inputs, written);
  if (!service) return [];
  const policies = controller.servicePolicies?.(service) ?? {};
  const dependsOn = allResources(controller.ready) as never;
  return Object.entries(policies).map(
    ([suffix, manifest]) => new KubernetesObject(`${name}-${suffix}`, manifest, { ...opts, dependsOn }),
  );
}

/** Undefined for a service of which it is known now that it has no pool of its own; a policy for nothing does no harm. */
function scheduledService(
  { serviceName, namespace, baseRefs, mode }: CompositionInputs,
  written: Written | Promise<Written>,
): ScheduledService | undefined {
  const { schedulerService, inferencePool } = childNames(serviceName);
  const service = { name: serviceName, namespace, schedulerService, inferencePool };
  if (written instanceof Promise) return service;
  const scheduler = new View(written.spec as Json).get("router", "scheduler");
  const isWhole = baseRefs.length === 0 && mode === "inline";
  if ((isWhole && scheduler.absent) || scheduler.get("pool", "ref").present) return undefined;
  const picker = scheduler.get("pool", "spec", "endpointPickerRef", "name").text;
  return picker ? { ...service, schedulerService: picker } : service;
}
