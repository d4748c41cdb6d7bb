import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import * as pulumi from "@pulumi/pulumi";

import { InferencePlatformReference } from "../../components/references/inferencePlatformReference";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { configuredSettings } from "../environment/configuration";
import { type AppTeamSettings, appTeamKeys, parseAppTeamSettings } from "./settings";

/** What the stack of an app team says. */
export interface AppTeamOutputs {
  /** Base URL of the OpenAI API that the application uses. */
  readonly baseUrl: pulumi.Output<string>;
  readonly modelName: pulumi.Output<string>;
  /** Where the team's own model is reached; left out without one. */
  readonly ownUrl?: pulumi.Output<string | undefined>;
}

/**
 * An application that uses a model of a shared platform, and maybe a model of its own there. All it knows of the platform is the name of
 * its stack.
 *
 * @throws ConfigurationError with every problem of the configuration.
 */
export function appTeam(): AppTeamOutputs {
  const settings = parseAppTeamSettings(configuredSettings(appTeamKeys));
  const { platformStack, kubeconfig, namespace: namespaceName = "assistant" } = settings;
  const platform = new InferencePlatformReference("platform", {
    stack: platformStack,
    ...(kubeconfig !== undefined && { kubeconfig: pulumi.secret(kubeconfig) }),
  });
  const { url, modelName } = platform.requireService(settings.service);
  const baseUrl = pulumi.interpolate`${url}/v1`;

  const inCluster = { provider: platform.provider };
  const namespace = new Namespace("namespace", { metadata: { name: namespaceName } }, inCluster);
  createApplication(settings, namespace, { OPENAI_BASE_URL: baseUrl, MODEL_NAME: modelName }, inCluster);
  const own = createOwnModel(settings, namespace, platform);
  return { baseUrl, modelName, ...(own && { ownUrl: own.url }) };
}

/** Whatever the team runs; what it needs of the model stands in a ConfigMap. */
function createApplication(
  { image = "ghcr.io/open-webui/open-webui:v0.6.5", replicas = 1 }: AppTeamSettings,
  namespace: Namespace,
  data: Record<string, pulumi.Output<string>>,
  opts: pulumi.CustomResourceOptions,
): void {
  const labels = { "app.kubernetes.io/name": "assistant" };
  const metadata = { name: "assistant", namespace: namespace.metadata.name, labels };
  const model = new ConfigMap("model", { metadata: { ...metadata, name: "model" }, data }, opts);
  new Deployment(
    "assistant",
    {
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "main", image, envFrom: [{ configMapRef: { name: model.metadata.name } }] }] },
        },
      },
    },
    opts,
  );
}

/** Checked, composed and awaited like the platform's own services. */
function createOwnModel(
  { ownModel }: AppTeamSettings,
  namespace: Namespace,
  platform: InferencePlatformReference,
): LLMInferenceService | undefined {
  if (!ownModel) return undefined;
  const { name, uri, modelName = name, image = "vllm/vllm-openai:v0.11.0", gpus = 1 } = ownModel;
  const limits = { "nvidia.com/gpu": String(gpus), cpu: "4", memory: "32Gi" };
  return new LLMInferenceService(
    name,
    {
      ...platform.serviceArgs(),
      namespace: namespace.metadata.name,
      fragments: [
        { name: "model", spec: { model: { uri, name: modelName }, replicas: 1 } },
        { name: "hardware", spec: { template: { containers: [{ name: "main", image, resources: { limits } }] } } },
        { name: "routing", spec: { router: { gateway: {}, route: {}, scheduler: {} } } },
      ],
    },
    { provider: platform.provider, dependsOn: namespace },
  );
}
