import * as pulumi from "@pulumi/pulumi";

import type { Provider } from "@pulumi/kubernetes/provider";

import { InferencePlatform, type InferencePlatformArgs } from "../components/inferencePlatform";
import { LLMInferenceService } from "../components/serving/llmInferenceService";
import { LLMInferenceServiceConfig } from "../components/serving/llmInferenceServiceConfig";
import { ModelCredentials, type ModelCredentialsArgs } from "../components/serving/modelCredentials";
import type { ClusterPlan } from "../sdk/preflight/plan";
import type * as schema from "./components";
import { knownValue, neededValue } from "./knownValue";
import { fragmentsOf } from "./recipes";

type Options = pulumi.ComponentResourceOptions;
type Outputs<T> = pulumi.Inputs & { [K in Exclude<keyof T, keyof pulumi.ComponentResource>]: unknown };

interface Made<T> {
  component: pulumi.ComponentResource;
  outputs: Outputs<T>;
}

/** Makes the components that components.ts declares; types and children are those of programs in TypeScript. */
export const constructors = {
  LLMInferenceService: async (
    name: string,
    args: schema.LLMInferenceServiceArgs,
    opts: Options,
  ): Promise<Made<schema.LLMInferenceService>> => {
    const { plan, kubeconfig, fragments, ...rest } = args as Omit<typeof args, "plan"> & { plan?: unknown };
    const { value: cluster } = await knownValue<ClusterPlan>(plan);
    const made = await fragmentsOf(name, fragments);
    const component = new LLMInferenceService(
      name,
      {
        ...rest,
        ...(made && { fragments: made }),
        ...(cluster && { preflight: { cluster } }),
        ...(kubeconfig !== undefined && { diagnosis: { kubeconfig } }),
      },
      opts,
    );
    const { namespace, url, addresses, schedulerEndpoint, schedulerMetricsEndpoint, modelName } = component;
    return {
      component,
      outputs: {
        ...{ name: component.name, namespace, url, addresses, schedulerEndpoint, schedulerMetricsEndpoint, modelName },
        effectiveSpec: args.presets === undefined ? undefined : component.effectiveSpec,
        origins: args.presets === undefined ? undefined : component.origins,
      },
    };
  },

  LLMInferenceServiceConfig: (
    name: string,
    args: schema.LLMInferenceServiceConfigArgs,
    opts: Options,
  ): Made<schema.LLMInferenceServiceConfig> => {
    const component = new LLMInferenceServiceConfig(name, args, opts);
    return { component, outputs: { configName: component.configName, namespace: component.namespace } };
  },

  ModelCredentials: (name: string, args: schema.ModelCredentialsArgs, opts: Options): Made<schema.ModelCredentials> => {
    const component = new ModelCredentials(name, args as ModelCredentialsArgs, opts);
    const { annotations = {}, spec } = component.fragment;
    return { component, outputs: { annotations, spec, serviceAccountName: component.serviceAccountName } };
  },

  InferencePlatform: async (
    name: string,
    args: schema.InferencePlatformArgs,
    opts: Options,
  ): Promise<Made<schema.InferencePlatform>> => {
    const { kubeconfig, clusterIdentifier, ...rest } = args;
    const provider = kubernetesProviderOf(opts);
    const known = await Promise.all(
      // Only the kubeconfig may come later.
      Object.entries(rest).map(async ([key, value]) => {
        const { value: plain, secret } = await neededValue(value, `InferencePlatform "${name}": ${key}`);
        return [key, secret ? value : plain] as const;
      }),
    );
    const component = new InferencePlatform(
      name,
      {
        ...(Object.fromEntries(known) as Omit<InferencePlatformArgs, "cluster">),
        cluster: {
          kubeconfig,
          ...(clusterIdentifier !== undefined && { identifier: clusterIdentifier }),
          ...(provider && { provider }),
        },
      },
      opts,
    );
    const { gatewayUrls, gatewayAddresses, kserveVersion, tracingEndpoint, presets, plan } = component;
    return { component, outputs: { gatewayUrls, gatewayAddresses, kserveVersion, tracingEndpoint, presets, plan } };
  },
} satisfies Record<string, (name: string, args: never, opts: Options) => Made<unknown> | Promise<Made<unknown>>>;

function kubernetesProviderOf({ providers }: Options): Provider | undefined {
  const given = providers as Record<string, pulumi.ProviderResource> | undefined;
  return given?.kubernetes as Provider | undefined;
}
