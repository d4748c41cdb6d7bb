import type * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";

import { ConfigurationError } from "../../sdk/problems";

type Names = Map<string, string>;

/** Services that this program has made, by what they are applied with; a program in the same process that runs later has another monitor. */
const services = new WeakMap<object, Map<pulumi.ProviderResource | undefined, Names>>();

/**
 * Two resources for one object would undo each other's changes: the API server takes what either applies.
 *
 * @throws ConfigurationError when another resource of the program is the same service.
 */
export function registerService(
  resource: string,
  { serviceName, namespace }: { serviceName: string; namespace: pulumi.Input<string> },
  provider: pulumi.ProviderResource | undefined,
): void {
  // What is known later cannot be told apart now.
  if (typeof namespace !== "string") return;
  const program = (getMonitor() as object | undefined) ?? services;
  const providers = services.get(program) ?? new Map<pulumi.ProviderResource | undefined, Names>();
  services.set(program, providers);
  const names = providers.get(provider) ?? new Map<string, string>();
  providers.set(provider, names);
  const key = `${namespace}/${serviceName}`;
  const other = names.get(key);
  if (other !== undefined) {
    throw new ConfigurationError(`LLMInferenceService "${resource}"`, [
      {
        path: "serviceName",
        given: serviceName,
        message: `the resource "${other}" is the service of this name in namespace "${namespace}" already`,
        fix: "give one of them another serviceName or namespace",
      },
    ]);
  }
  names.set(key, resource);
}
