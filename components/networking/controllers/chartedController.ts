import { createRequire } from "node:module";

import type * as pulumi from "@pulumi/pulumi";

import { checkMirrors } from "../../../sdk/artifacts";
import { chartAddress, type ChartSource, mergeValues } from "../../../sdk/charts";
import type { GatewayControllerFacts } from "../../../sdk/gateways/types";
import type { Problem } from "../../../sdk/problems";
import { partNamespace, type ThirdPartyChartArgs } from "../../platform/thirdPartyChart";
import { allResources, type Resources } from "../../resources";

const lazyRequire = createRequire(__filename);

/** Arguments of controllers that come as two charts: one with their CRDs, one with the controller, whose `values` are meant. */
export interface ChartedControllerArgs extends ThirdPartyChartArgs {
  /** Version of both charts. @default the one that this package pins */
  version?: string;
  /** "existing" leaves the chart with the CRDs out, because somebody else installs them. @default "own" */
  crds?: ControllerCrds;
  /** Of the controller. @default 1 */
  replicas?: number;
}

/** Who installs the CRDs of a controller's own kinds. */
export type ControllerCrds = "own" | "existing";

/** The two charts of a controller. */
export interface ControllerCharts {
  readonly crds: ChartSource;
  readonly controller: ChartSource;
}

/** What is wrong with the arguments, which are at `path`; a version must act on the InferencePools that KServe makes. */
export function problemsOfChartedController(
  { crds, version, replicas }: ChartedControllerArgs,
  facts: Pick<GatewayControllerFacts, "title" | "poolVersions">,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  if (crds !== undefined && crds !== "own" && crds !== "existing") {
    problems.push({
      path: `${path}.crds`,
      given: crds,
      message: "not one of the allowed values",
      allowed: "own, existing",
    });
  }
  if (replicas !== undefined && (!Number.isInteger(replicas) || replicas < 1)) {
    problems.push({ path: `${path}.replicas`, given: replicas, message: "out of range", allowed: "1 and more" });
  }
  if (version !== undefined && !/^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) {
    problems.push({ path: `${path}.version`, given: version, message: "not a version", allowed: 'such as "1.0.0"' });
  } else if (version !== undefined && !facts.poolVersions(version).includes("v1")) {
    problems.push({
      path: `${path}.version`,
      given: version,
      message: `${facts.title} ${version} does not act on InferencePools of API version v1, which KServe makes`,
    });
  }
  return problems;
}

/** Charts of these projects are tagged with a "v". */
export function tagOf(version: string): string {
  return version.startsWith("v") ? version : `v${version}`;
}

/**
 * Installs the CRDs, then the controller: its custom resources exist before anything looks for them, and are removed after it.
 *
 * @returns the resources that what uses the controller must come after.
 */
export function installCharts(
  name: string,
  { crds, controller }: ControllerCharts,
  args: ChartedControllerArgs,
  values: Record<string, unknown>,
  parent: pulumi.Resource,
  /** What must be there before, such as the CRDs that the controller looks for when it starts. */
  prerequisites: Resources,
): pulumi.Resource[] {
  checkMirrors(args.mirrors ?? {});
  const { Chart } = lazyRequire(
    "@pulumi/kubernetes/helm/v4/chart",
  ) as typeof import("@pulumi/kubernetes/helm/v4/chart");
  const mirrors = args.mirrors?.charts;
  const { namespace, release } = controller;
  const made = partNamespace(name, controller, args, parent);
  const bundle =
    args.crds === "existing"
      ? undefined
      : new Chart(
          `${name}-crds`,
          { ...chartAddress(crds, mirrors), name: crds.release, namespace, resourcePrefix: `${name}-crds`, values: {} },
          { parent, dependsOn: allResources(made) },
        );
  const chart = new Chart(
    `${name}-chart`,
    {
      ...chartAddress(controller, mirrors),
      name: release,
      namespace,
      skipCrds: true,
      resourcePrefix: name,
      values: mergeValues(
        mergeValues(values, args.replicas === undefined ? {} : { controller: { replicaCount: args.replicas } }),
        args.values,
      ),
    },
    { parent, dependsOn: allResources(made, bundle, prerequisites) },
  );
  return [...(bundle ? [bundle] : []), chart];
}
