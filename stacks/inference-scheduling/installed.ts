import { artifacts } from "../../sdk/artifacts";
import { gatewayControllerFacts } from "../../sdk/gateways/facts";
import { completeAutoscaling } from "../../sdk/platform/checkSurroundings";
import { platformCharts } from "../../sdk/platform/charts";
import { installed } from "../../sdk/platform/part";
import { planOfPlatform } from "../../sdk/preflight/platformPlan";
import { versions } from "../../sdk/versions";
import type { InferenceSchedulingSettings } from "./settings";

/** A chart or a set of CRDs that a stack installs, as `helm list` would show releases. */
export interface InstalledPart {
  readonly kind: "chart" | "crds";
  readonly name: string;
  readonly version: string;
}

/** What a platform installs, sorted; nothing where another stack has installed it. */
export function installedParts({ platform = {} }: Pick<InferenceSchedulingSettings, "platform">): InstalledPart[] {
  if (platform === "existing") return [];
  const parts: InstalledPart[] = [];
  const add = (kind: InstalledPart["kind"], name: string, version: string) => parts.push({ kind, name, version });
  // A version is known of what is installed here only; of CRDs that exist it is `true`.
  const { gatewayApi, inferenceExtension } = planOfPlatform(platform as object).components ?? {};
  const isOwn = (ownership: string | undefined) => ownership === undefined || ownership === "own";
  if (typeof gatewayApi === "string") add("crds", "gateway-api", gatewayApi);
  if (typeof inferenceExtension === "string") add("crds", "inference-extension", inferenceExtension);
  if (isOwn(platform.kserve?.crds)) add("crds", "kserve", versions.kserve);
  for (const { name, version } of [artifacts.kserveController, artifacts.kservePresets]) add("chart", name, version);
  if (platform.leaderWorkerSet !== false) {
    if (isOwn(platform.leaderWorkerSet?.crds)) add("crds", "lws", versions.leaderWorkerSet);
    add("chart", artifacts.leaderWorkerSet.name, artifacts.leaderWorkerSet.version);
  }
  if (platform.certManager && !("existing" in platform.certManager && platform.certManager.existing)) {
    add("chart", "cert-manager", versions.certManager);
  }
  for (const [name, version] of gatewayParts(platform)) add("chart", name, version);
  for (const name of surroundingParts(platform)) add("chart", kebab(name), platformCharts[name].version);
  return parts.sort((left, right) => compare(left.name, right.name) || compare(left.kind, right.kind));
}

type Platform = Exclude<NonNullable<InferenceSchedulingSettings["platform"]>, "existing">;

/** The controller of the gateway, by the versions that the preflight reckons with. */
function gatewayParts(platform: Platform): [name: string, version: string][] {
  const { gateway } = platform;
  const facts = gateway && gateway.controller !== undefined ? gatewayControllerFacts(gateway.controller) : undefined;
  if (!gateway || !facts || facts.withoutGateway || facts.name === "existing") return [];
  const components = planOfPlatform(platform as object).components ?? {};
  const found = (["istio", "envoyGateway", "envoyAiGateway"] as const).flatMap((component): [string, string][] => {
    const version = components[component];
    return typeof version === "string" ? [[kebab(component), version]] : [];
  });
  if (found.length > 0) return found;
  const own = gateway.kgateway ?? gateway.agentgateway;
  const version = own?.version ?? facts.defaultVersion;
  return version === undefined ? [] : [[facts.name, version]];
}

function surroundingParts({
  autoscaling,
  monitoring,
  tracing,
  externalDns,
}: Platform): (keyof typeof platformCharts)[] {
  const scaling = autoscaling ? completeAutoscaling(autoscaling) : undefined;
  const given: Readonly<Record<keyof typeof platformCharts, object | false | undefined>> = {
    keda: scaling?.keda,
    workloadVariantAutoscaler: scaling?.workloadVariantAutoscaler,
    prometheusAdapter: scaling?.prometheusAdapter,
    prometheusStack: monitoring && (monitoring.stack ?? {}),
    openTelemetryCollector: tracing,
    externalDns,
  };
  const names = Object.keys(given) as (keyof typeof platformCharts)[];
  return names.filter((name) => installed(given[name]) !== undefined);
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
