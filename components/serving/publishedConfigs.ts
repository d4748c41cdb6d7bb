import type * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";

import type { ConfigFragment } from "../../sdk/api/configFragment";
import { CompositionMode } from "../../sdk/compose/compose";
import { ConfigurationError } from "../../sdk/problems";
import type { CompositionInputs, Written } from "./composition";
import { createConfig } from "./llmInferenceServiceConfig";
import { isPlain, toInputs } from "./resolveInputs";

interface Published {
  readonly fragment: ConfigFragment;
  readonly object: pulumi.Resource;
}

/** Fragments that this program has published; a program in the same process that runs later has another monitor. */
const published = new WeakMap<object, Map<pulumi.ProviderResource | undefined, Map<string, Published>>>();

/**
 * Publishes a service's fragments as LLMInferenceServiceConfigs in its namespace. Services of one namespace share the config of the same
 * fragment; it belongs to none of them, so that none takes it away from the others.
 *
 * @throws ConfigurationError for another fragment of the same name.
 */
export function publishConfigs(
  name: string,
  inputs: CompositionInputs,
  written: Written | Promise<Written>,
  opts: {
    parent: pulumi.Resource;
    provider: pulumi.ProviderResource | undefined;
    /** What the service waits for: the kind of the configs and their namespace above all. */
    dependsOn: pulumi.ResourceOptions["dependsOn"];
  },
): pulumi.Resource[] {
  if (inputs.mode !== CompositionMode.references) return [];
  const { namespace } = inputs;
  const { dependsOn } = opts;
  return inputs.fragments.map((fragment, index) => {
    const spec =
      written instanceof Promise ? written.then((parts) => specOf(parts, fragment)) : specOf(written, fragment);
    const args = { configName: fragment.name, namespace, spec };
    // What is shared has to be told apart by its namespace.
    if (typeof namespace !== "string")
      return createConfig(`${name}-config-${fragment.name}`, args, { parent: opts.parent, dependsOn });
    const known = publishedIn(opts.provider);
    const key = `${namespace}/${fragment.name}`;
    const earlier = known.get(key);
    if (earlier) {
      if (earlier.fragment === fragment || sameContent(earlier.fragment, fragment)) return earlier.object;
      throw new ConfigurationError(`LLMInferenceService "${inputs.serviceName}"`, [
        {
          path: `fragments[${index}].name`,
          given: fragment.name,
          message: `another service publishes another fragment of this name in namespace "${namespace}", and there can be one config only`,
          fix: 'rename one of them, use one fragment for both services, or use mode "inline"',
        },
      ]);
    }
    const object = createConfig(`${namespace}-config-${fragment.name}`, args, { provider: opts.provider, dependsOn });
    known.set(key, { fragment, object });
    return object;
  });
}

function publishedIn(provider: pulumi.ProviderResource | undefined): Map<string, Published> {
  const program = (getMonitor() as object | undefined) ?? published;
  const providers = published.get(program) ?? new Map<pulumi.ProviderResource | undefined, Map<string, Published>>();
  published.set(program, providers);
  const known = providers.get(provider) ?? new Map<string, Published>();
  providers.set(provider, known);
  return known;
}

function sameContent(a: ConfigFragment, b: ConfigFragment): boolean {
  if (a.spec === b.spec) return true;
  return isPlain(a.spec) && isPlain(b.spec) && JSON.stringify(a.spec) === JSON.stringify(b.spec);
}

function specOf({ configs }: Written, { name }: ConfigFragment): pulumi.Input<unknown> {
  const config = configs.find((candidate) => candidate.name === name);
  if (!config) throw new Error(`fragment "${name}" was not composed`);
  return toInputs(config.spec);
}
