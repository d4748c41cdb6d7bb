import * as pulumi from "@pulumi/pulumi";

import { kserveNamespace } from "../../sdk/api/constants";
import { type ArtifactMirrors, artifacts, resolveChart } from "../../sdk/artifacts";
import { withCanonicalResources } from "../../sdk/api/quantity";
import { problemsOfPrometheusAccess } from "../../sdk/platform/prometheusAccess";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import { pickObjects, registerObjects, renderChart } from "../chart";
import type { CrdOwnership } from "../crds/crdBundle";
import { KubernetesObject, type Manifest } from "../kubernetesObject";
import { allResources, type Resources } from "../resources";
import { type KServeAutoscaling, withAutoscaling } from "./kserveConfiguration";
import { type KServeCertificates, certificateManifests, injectCaBundle, webhookCaBundle } from "./kserveCertificates";
import type { Presets } from "../serving/composition";
import { KServeCrds } from "./kserveCrds";

/** Arguments of {@link KServe}. */
export interface KServeArgs {
  /** Kubeconfig of the cluster, for the CRDs, which are applied outside the Kubernetes provider. */
  kubeconfig: pulumi.Input<string>;
  /** The only namespace in which KServe's conversion webhook and presets work. @default "kserve" */
  namespace?: string;
  /** Create the namespace. @default true */
  createNamespace?: boolean;
  /** Whether this component installs the CRDs or checks that somebody else did. @default "own" */
  crds?: CrdOwnership;
  /** Take over CRDs that exist already and fields that others have changed. @default false: an error that names the other */
  force?: boolean;
  /** CRDs with the whole schema, or without the schema of the deprecated v1alpha1. @default "full" */
  crdSchema?: "full" | "minimal";
  /** Where the webhooks' serving certificate comes from. @default cert-manager with a self-signed issuer */
  certificates?: KServeCertificates;
  /** What must be ready before a certificate is asked for: cert-manager, when it is installed with KServe. */
  certificateIssuer?: Resources;
  /** Gateway for services that do not name one, as "<namespace>/<name>". @default "kserve/kserve-ingress-gateway" */
  gateway?: string;
  /**
   * The scheme of services' URLs, where their gateway has listeners of both: which of them `status.url` is.
   *
   * Source: `selectListeners` and `preferPathBasedURL` of KServe 0.20. @default "http"; InferencePlatform takes "https" when its gateway
   * has such a listener
   */
  urlScheme?: "http" | "https";
  /** The controller's Deployment. @default as KServe ships it */
  controller?: KServeControllerArgs;
  /** Where the figures of scaling are. @default none: services cannot scale by KEDA */
  autoscaling?: KServeAutoscaling;
  /** Where charts and CRDs are taken from instead of their official addresses. */
  mirrors?: ArtifactMirrors;
  /**
   * What must be served before the controller starts, because it looks for these kinds only then: the CRDs of Gateway API,
   * the inference extension and LeaderWorkerSet. @default they are there
   */
  prerequisites?: pulumi.Input<pulumi.Resource>[];
}

/** What may differ about the controller's Deployment. */
export interface KServeControllerArgs {
  /** Image without the tag. @default "kserve/llmisvc-controller" */
  image?: string;
  /** @default the KServe version */
  tag?: string;
  /** @default 1 */
  replicas?: number;
  /** @default requests and limits of 100m CPU and 300Mi memory, as KServe ships it */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

/**
 * KServe's LLMInferenceService controller with its CRDs, webhooks and presets.
 *
 * Everything is created in the order that the webhooks need, and each step is awaited: namespace and CRDs; RBAC,
 * configuration and serving certificate; controller; webhooks; presets. Destroying it goes the other way round, and the
 * protection of the presets against deletion is off, because it would block that.
 */
export class KServe extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** The namespace as a resource, for what else lives in it; empty when it is not created here. */
  readonly namespaces: pulumi.Resource[];
  /** What a LLMInferenceService must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;
  /** Specs of the presets by their names: what services are composed from. Known in previews. */
  readonly presets: pulumi.Output<Presets>;

  /** @throws ConfigurationError for another namespace than KServe's, or a gateway, a scheme or a Prometheus that cannot be. */
  constructor(name: string, args: KServeArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:KServe", name, {}, opts);
    assertNoProblems(`KServe "${name}"`, checkKServeArgs(args));
    const child = { parent: this };

    const namespace = createNamespace(name, args, child);
    const crds = new KServeCrds(
      `${name}-crds`,
      {
        kubeconfig: args.kubeconfig,
        crds: args.crds,
        force: args.force,
        schema: args.crdSchema,
        mirrors: args.mirrors,
        conversionCaBundle: webhookCaBundle(args.certificates),
      },
      child,
    );

    const controllerObjects = renderChart(controllerChart(args), { parent: this });
    const configurationObjects = withAutoscaling(pickObjects(controllerObjects, isConfiguration), args.autoscaling);
    const configuration = registerObjects(name, configurationObjects, { ...child, dependsOn: namespace });
    const certificates = registerObjects(name, certificateManifests(args.certificates), {
      ...child,
      dependsOn: args.certificateIssuer ? (allResources(namespace, args.certificateIssuer) as never) : namespace,
    });
    const controller = registerObjects(name, pickObjects(controllerObjects, isController), {
      ...child,
      dependsOn: allResources(args.prerequisites, [crds], configuration, certificates),
    });
    const custom = registerObjects(name, pickObjects(controllerObjects, isCustomResource), {
      ...child,
      dependsOn: allResources(namespace, [crds]),
    });
    const webhooks = registerObjects(
      name,
      injectCaBundle(pickObjects(controllerObjects, isWebhook), args.certificates),
      { ...child, dependsOn: controller },
    );
    const presetObjects = renderPresets(args, { parent: this });
    const presets = registerObjects(name, presetObjects, { ...child, dependsOn: webhooks });

    this.namespace = pulumi.output(kserveNamespace);
    this.version = pulumi.output(versions.kserve);
    this.namespaces = namespace;
    this.ready = pulumi.output(allResources(presets, custom));
    this.presets = presetObjects.apply(specsByName);
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}

function checkKServeArgs(args: KServeArgs): Problem[] {
  const problems: Problem[] = [];
  if (args.namespace !== undefined && args.namespace !== kserveNamespace) {
    problems.push({
      path: "namespace",
      given: args.namespace,
      message: "KServe's CRD conversion webhook and presets are tied to one namespace (kserve#5668)",
      allowed: `"${kserveNamespace}"`,
      fix: "leave it out; services may live in any namespace",
    });
  }
  if (args.gateway !== undefined && !/^[^/]+\/[^/]+$/.test(args.gateway)) {
    problems.push({
      path: "gateway",
      given: args.gateway,
      message: "not a namespaced name",
      allowed: '"<namespace>/<name>"',
    });
  }
  if (args.autoscaling)
    problems.push(...problemsOfPrometheusAccess(args.autoscaling.prometheus, "autoscaling.prometheus"));
  if (args.urlScheme !== undefined && !["http", "https"].includes(args.urlScheme)) {
    problems.push({
      path: "urlScheme",
      given: args.urlScheme,
      message: "not a scheme that services have",
      allowed: '"http", "https"',
    });
  }
  return problems;
}

function createNamespace(name: string, args: KServeArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  if (args.createNamespace === false) return [];
  return [
    new KubernetesObject(
      `${name}-namespace`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: kserveNamespace } },
      opts,
    ),
  ];
}

function controllerChart(args: KServeArgs) {
  const { image, tag, replicas, resources } = args.controller ?? {};
  return {
    ...resolveChart(artifacts.kserveController, args.mirrors),
    // That of KServe's own guide: it is in the Deployment's selector, which cannot be changed when such a release is taken over.
    releaseName: "kserve-llmisvc-resources",
    namespace: kserveNamespace,
    values: {
      kserve: {
        llmisvc: {
          createGIECRDs: false,
          controller: {
            ...(image && { image }),
            ...(tag && { tag }),
            ...(replicas !== undefined && { replicas }),
            ...(resources && { resources }),
            // Otherwise destroying the presets is refused by the webhook.
            env: [{ name: "PREVENT_WELL_KNOWN_CONFIG_DELETION", value: "false" }],
            // The chart waits 30 s before the first probe; the controller is up within a few.
            readinessProbe: { initialDelaySeconds: 1 },
          },
        },
        ...((args.gateway ?? args.urlScheme) && {
          controller: {
            gateway: {
              ...(args.gateway && { ingressGateway: { kserveGateway: args.gateway } }),
              ...(args.urlScheme && { urlScheme: args.urlScheme }),
            },
          },
        }),
      },
    },
  };
}

/**
 * Specs of KServe's presets by their names, for services on a KServe that another stack has installed, in the version that this package
 * installs. The chart is rendered, and nothing is created. {@link KServe.presets} has the same.
 *
 * @param opts the Kubernetes provider that renders.
 */
export function kservePresets(
  args: { mirrors?: ArtifactMirrors } = {},
  opts: pulumi.InvokeOptions = {},
): pulumi.Output<Presets> {
  return renderPresets(args, opts).apply(specsByName);
}

function renderPresets(
  { mirrors }: Pick<KServeArgs, "mirrors">,
  opts: pulumi.InvokeOptions,
): pulumi.Output<Manifest[]> {
  const chart = {
    ...resolveChart(artifacts.kservePresets, mirrors),
    releaseName: "kserve-runtime-configs",
    namespace: kserveNamespace,
    values: { kserve: { llmisvcConfigs: { enabled: true } } },
  };
  return renderChart(chart, opts).apply(withCanonicalResources);
}

function specsByName(objects: Manifest[]): Presets {
  const presets = objects.filter((object) => object.kind === "LLMInferenceServiceConfig");
  return Object.fromEntries(presets.map(({ metadata, spec }) => [(metadata as { name: string }).name, spec]));
}

const controllerKinds = new Set(["Deployment", "Service"]);
const webhookKinds = new Set(["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]);

const isController = (object: Manifest): boolean => controllerKinds.has(object.kind);
const isWebhook = (object: Manifest): boolean => webhookKinds.has(object.kind);
const isCustomResource = (object: Manifest): boolean => object.apiVersion.startsWith("serving.kserve.io/");
/** The chart's own certificate objects are left out: they are registered by {@link certificateManifests}, or not at all. */
const isConfiguration = (object: Manifest): boolean =>
  !isController(object) &&
  !isWebhook(object) &&
  !isCustomResource(object) &&
  !object.apiVersion.startsWith("cert-manager.io/");
