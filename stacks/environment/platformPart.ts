import type { InferencePlatformArgs } from "../../components/inferencePlatform";
import { InferencePlatform } from "../../components/inferencePlatform";
import type { KServeCertificates } from "../../components/platform/kserveCertificates";
import type { ClusterPlan } from "../../sdk/preflight/plan";
import type { EnvironmentSettings } from "./settings";

/** What a platform is made of beside its settings. */
export interface PlatformContext {
  readonly cluster: InferencePlatformArgs["cluster"];
  /** What else is in the cluster. */
  readonly existing: ClusterPlan;
  /** @default those of the settings */
  readonly mirrors?: InferencePlatformArgs["mirrors"];
  readonly certificates?: KServeCertificates;
}

/** The platform of some settings. */
export function createPlatform(
  { platform, mirrors }: Pick<EnvironmentSettings, "platform" | "mirrors">,
  { cluster, existing, certificates, ...context }: PlatformContext,
): InferencePlatform {
  return new InferencePlatform("platform", {
    ...(platform as Partial<InferencePlatformArgs>),
    kserve: { ...platform?.kserve, certificates },
    mirrors: context.mirrors ?? (mirrors as InferencePlatformArgs["mirrors"]),
    existing,
    cluster,
  });
}
