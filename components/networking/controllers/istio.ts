import { Chart } from "@pulumi/kubernetes/helm/v4/chart";
import * as pulumi from "@pulumi/pulumi";

import { checkMirrors } from "../../../sdk/artifacts";
import { chartAddress, type ChartSource, chartSource } from "../../../sdk/charts";
import { isOlder } from "../../../sdk/compatibility";
import { istioFacts } from "../../../sdk/gateways/istio";
import { assertNoProblems, type Problem } from "../../../sdk/problems";
import { versions } from "../../../sdk/versions";
import { KubernetesObject } from "../../kubernetesObject";
import { allResources } from "../../resources";
import type { GatewayControllerFactory } from "./controller";
import type { IstioArgs } from "./istioArgs";
import { istioPolicies } from "./istioPolicies";
import { ambientValues, baseValues, defaultNamespace, type IstioRevision, istiodValues } from "./istioValues";

/**
 * Istio as a controller of gateways: its CRDs and istiod, which makes the class "istio" and runs the proxies of each Gateway itself, so
 * that there is no chart of an ingress gateway. With a revision, two versions can run side by side.
 *
 * @throws ConfigurationError when a version does not know InferencePools of API version v1, or two control planes have one name.
 */
export class Istio extends pulumi.ComponentResource {
  readonly namespace: string;
  /** The version that serves gateways. */
  readonly version: string;
  /** Label `istio.io/rev` of gateways; undefined where there is one control plane without a name. */
  readonly gatewayRevision: string | undefined;
  /** What a Gateway must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: IstioArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:Istio", name, {}, opts);
    assertNoProblems(`Istio "${name}"`, checkIstioArgs(args));
    checkMirrors(args.mirrors ?? {});
    const namespaceName = args.namespace ?? defaultNamespace;
    const { main, canary } = revisionsOf(args);
    const serving = canary && args.canary?.servesGateways ? canary : main;

    const namespace = createNamespace(name, args, namespaceName, this);
    const install: Install = { name, args, namespace: namespaceName, parent: this };
    // CRDs are those of the newer version before its control plane starts.
    const newest = canary && isOlder(main.version, canary.version) ? canary.version : main.version;
    const base = createChart(install, "base", newest, baseValues(args, namespaceName, main), namespace);
    const planes = [main, ...(canary ? [canary] : [])].map((plane) =>
      createChart(install, "istiod", plane.version, istiodValues(args, namespaceName, plane), [base], plane.revision),
    );
    const ambient = args.ambient ? createAmbient(install, main, [base, ...planes]) : [];

    this.namespace = namespaceName;
    this.version = serving.version;
    this.gatewayRevision = serving.revision;
    this.ready = allResources(planes, ambient);
    this.registerOutputs({ namespace: this.namespace, version: this.version, gatewayRevision: this.gatewayRevision });
  }
}

/** Where the charts are. The OCI registry has every release; the older repository on storage.googleapis.com ends before 1.31. */
const registry = "oci://gcr.io/istio-release/charts";
const releases = { base: "istio-base", istiod: "istiod", cni: "istio-cni", ztunnel: "ztunnel" } as const;
type IstioChart = keyof typeof releases;

interface Install {
  readonly name: string;
  readonly args: IstioArgs;
  readonly namespace: string;
  readonly parent: pulumi.Resource;
}

/** The main control plane and the canary, each with its tags. */
function revisionsOf(args: IstioArgs): { main: IstioRevision; canary: IstioRevision | undefined } {
  const { version = versions.istio, revision, canary } = args;
  return {
    main: { version, revision, tags: args.revisionTags ?? [] },
    canary: canary && { version: canary.version, revision: canary.revision, tags: [] },
  };
}

function createNamespace(name: string, args: IstioArgs, namespace: string, parent: pulumi.Resource): pulumi.Resource[] {
  if (args.createNamespace === false) return [];
  // The agents of ambient mode change the network of their nodes.
  const labels = args.ambient && { labels: { "pod-security.kubernetes.io/enforce": "privileged" } };
  return [
    new KubernetesObject(
      `${name}-namespace`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, ...labels } },
      { parent },
    ),
  ];
}

/**
 * A chart of a revision has the revision in its name and nothing of being a canary, so that nothing is replaced when a canary becomes the
 * main control plane.
 */
function createChart(
  { name, args, namespace, parent }: Install,
  chart: IstioChart,
  version: string,
  values: Record<string, unknown>,
  dependsOn: pulumi.Resource[],
  revision?: string,
): pulumi.Resource {
  const release = revision === undefined ? releases[chart] : `${releases[chart]}-${revision}`;
  const source: ChartSource = chartSource(`${registry}/${chart}`, version, namespace, release);
  return new Chart(
    `${name}-${release}`,
    {
      ...chartAddress(source, args.mirrors?.charts),
      name: source.release,
      namespace,
      resourcePrefix: release,
      skipCrds: true,
      values,
    },
    { parent, dependsOn, transforms: [sharedWithIstiod] },
  );
}

function createAmbient(install: Install, main: IstioRevision, dependsOn: pulumi.Resource[]): pulumi.Resource[] {
  const { args, namespace } = install;
  const values = (chart: "cni" | "ztunnel") => ambientValues(args, namespace, chart, main);
  const cni = createChart(install, "cni", main.version, values("cni"), dependsOn);
  return [cni, createChart(install, "ztunnel", main.version, values("ztunnel"), [cni])];
}

/**
 * istiod changes `failurePolicy` of its validating webhooks once it serves, and owns the field then, so that the next version of the chart
 * would be refused as a conflict (pulumi-kubernetes#2210). The chart's value is applied all the same, and istiod changes it again.
 */
export const sharedWithIstiod: pulumi.ResourceTransform = ({ type, props, opts }) => {
  if (!/:(Validating|Mutating)WebhookConfiguration$/.test(type)) return undefined;
  const { metadata, ...rest } = props as { metadata?: { annotations?: Record<string, string> } };
  const annotations = { ...metadata?.annotations, "pulumi.com/patchForce": "true" };
  return { props: { ...rest, metadata: { ...metadata, annotations } }, opts };
};

function checkIstioArgs(args: IstioArgs): Problem[] {
  const { main, canary } = revisionsOf(args);
  const problems: Problem[] = [];
  for (const [path, plane] of [
    ["", main],
    ["canary.", canary],
  ] as const) {
    if (!plane) continue;
    const pools = istioFacts.poolVersions(plane.version);
    if (!pools.includes("v1")) {
      problems.push({
        path: `${path}version`,
        given: plane.version,
        message: "does not act on InferencePools of API version v1, which KServe makes",
        allowed: `${istioFacts.minimumVersion} or newer`,
        fix: `take ${versions.istio}`,
      });
    }
    if (plane.revision !== undefined && !/^[a-z0-9]([-a-z0-9]{0,54}[a-z0-9])?$/.test(plane.revision)) {
      problems.push({
        path: `${path}revision`,
        given: plane.revision,
        message: "no Service can have it in its name",
        allowed: 'lower-case letters, digits and "-", such as "1-29-2"',
        fix: `take "${plane.revision.toLowerCase().replace(/[^a-z0-9]+/g, "-")}"`,
      });
    }
  }
  if (canary && canary.revision === main.revision) {
    problems.push({
      path: "canary.revision",
      given: canary.revision,
      message: "is that of the first control plane, too",
      fix: `take one that tells its version, such as "${canary.version.replace(/\./g, "-")}"`,
    });
  }
  if (args.revisionTags && main.revision === undefined) {
    problems.push({
      path: "revisionTags",
      message: "have no effect without a revision",
      fix: "set revision, or leave them out",
    });
  }
  return problems;
}

/** Istio, with gateways labelled for the revision that serves them. */
export const istioController: GatewayControllerFactory = (name, { istio, mirrors, gatewayClassName }, opts) => {
  const made = new Istio(name, { mirrors, ...istio }, opts);
  const { version, gatewayRevision } = made;
  return {
    controller: "istio",
    className: gatewayClassName ?? "istio",
    version,
    poolVersions: istioFacts.poolVersions(version),
    ready: made.ready,
    servicePolicies: (service) => istioPolicies(service, istio),
    ...(istio?.endpointPicker && { policyArgs: { endpointPicker: istio.endpointPicker } }),
    ...(gatewayRevision !== undefined && { gatewayDefaults: { labels: { "istio.io/rev": gatewayRevision } } }),
  };
};
