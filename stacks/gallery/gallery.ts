import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { configuredSettings } from "../environment/configuration";
import type { EnvironmentOverrides } from "../environment/environment";
import { type ServiceOutputs, serviceOutputs } from "../environment/servicesPart";
import { openServicePlatform } from "../environment/serviceStack";
import { defaultNamespace } from "./asEnvironment";
import { chosenEntries, gallerySettingKeys, parseGallerySettings } from "./settings";

/** Outputs of a gallery: what app teams read of each service. */
export interface GalleryOutputs {
  services: Record<string, ServiceOutputs>;
}

/**
 * The entries of the gallery that the stack's configuration names, on a platform of their own or on one that exists.
 *
 * @throws ConfigurationError with every problem of the configuration.
 */
export function gallery(overrides: EnvironmentOverrides = {}): GalleryOutputs {
  const settings = parseGallerySettings(configuredSettings(gallerySettingKeys));
  const { namespace = defaultNamespace } = settings;
  const { serviceArgs, serviceOptions } = openServicePlatform(settings, overrides, namespace);
  const services = chosenEntries(settings.gallery).flatMap((entry) => Object.entries(entry.services));
  return {
    services: Object.fromEntries(
      services.map(([name, args]) => {
        const service = new LLMInferenceService(name, { ...args, ...serviceArgs }, serviceOptions);
        return [name, serviceOutputs(service)];
      }),
    ),
  };
}
