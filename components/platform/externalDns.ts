import * as pulumi from "@pulumi/pulumi";

import { platformCharts } from "../../sdk/platform/charts";
import {
  type ExternalDnsValuesArgs,
  externalDnsValues,
  problemsOfExternalDns,
} from "../../sdk/platform/externalDnsValues";
import { assertNoProblems } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import { allResources, type Resources } from "../resources";
import { installChart, type ThirdPartyChartArgs } from "./thirdPartyChart";

/** Arguments of {@link ExternalDns}. */
export interface ExternalDnsArgs extends ExternalDnsValuesArgs, ThirdPartyChartArgs {
  /** What must be there before: the CRDs of Gateway API. @default they are there */
  prerequisites?: Resources;
}

/** external-dns, which makes DNS records for the host names of HTTPRoutes. What identity it writes zones with is the cloud's business. */
export class ExternalDns extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError without a provider, an owner or domains, and for what is no domain. */
  constructor(name: string, args: ExternalDnsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:ExternalDns", name, {}, opts);
    assertNoProblems(`ExternalDns "${name}"`, problemsOfExternalDns(args, ""));
    const { namespaceName, chart } = installChart(
      name,
      platformCharts.externalDns,
      args,
      // Its one CRD is for a source that is not used.
      { values: externalDnsValues(args), skipCrds: true, dependsOn: [allResources(args.prerequisites) as never] },
      this,
    );

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.externalDns);
    this.ready = allResources(chart);
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}
