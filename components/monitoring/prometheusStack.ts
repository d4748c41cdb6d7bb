import * as pulumi from "@pulumi/pulumi";

import { platformCharts } from "../../sdk/platform/charts";
import type { PrometheusAccess } from "../../sdk/platform/prometheusAccess";
import { prometheusStackValues } from "../../sdk/platform/prometheusStackValues";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";
import { allResources, type Resources } from "../resources";
import { installChart, partNamespace, type ThirdPartyChartArgs } from "../platform/thirdPartyChart";

/** Arguments of {@link PrometheusStack}. */
export interface PrometheusStackArgs extends ThirdPartyChartArgs {
  /** Whether the chart brings the CRDs of prometheus-operator or they are there already, which is not checked. @default "own" */
  crds?: "own" | "existing";
  /** Serve Prometheus by https, as WVA needs it. @default false, where the platform installs no WVA */
  tls?: PrometheusTlsArgs | false;
  /** @default no Grafana; dashboards are made all the same, for one that exists */
  grafana?: GrafanaArgs | false;
  /** @default true */
  alertmanager?: boolean;
  /** Of Prometheus. @default 1 */
  replicas?: number;
  /** How long figures are kept, such as "30d". @default "10d" */
  retention?: string;
  /** A volume for Prometheus. @default none: figures are lost with the pod */
  storage?: { size: string; storageClassName?: string };
  /** What must be there before, such as cert-manager. @default it is there */
  prerequisites?: Resources;
}

/** Where the certificate of Prometheus comes from. */
export interface PrometheusTlsArgs {
  /** Issuer of cert-manager. @default a self-signed Issuer that this component creates */
  issuerRef?: { name: string; kind?: "Issuer" | "ClusterIssuer"; group?: string };
  /** A TLS Secret in the namespace, instead of cert-manager. @default cert-manager makes it */
  secretName?: string;
}

/** Grafana's administrator; one of the two. */
export interface GrafanaArgs {
  /** Kept in a Secret. @default that of `adminSecret` */
  adminPassword?: pulumi.Input<string>;
  /** A Secret in the namespace. @default one is made of `adminPassword` */
  adminSecret?: { name: pulumi.Input<string>; userKey?: string; passwordKey?: string };
}

/** kube-prometheus-stack: prometheus-operator, Prometheus, Alertmanager, kube-state-metrics, node exporter, and Grafana where it is wanted. */
export class PrometheusStack extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** How others in the cluster reach Prometheus. */
  readonly access: PrometheusAccess;
  /** Name of the Secret whose `ca.crt` verifies Prometheus, in the stack's namespace; undefined without TLS. */
  readonly caSecret: string | undefined;
  readonly serviceAccount: { name: string; namespace: string };
  /** What monitors and rules need. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError for a Grafana without an administrator, and two sources of a certificate. */
  constructor(name: string, args: PrometheusStackArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:PrometheusStack", name, {}, opts);
    assertNoProblems(`PrometheusStack "${name}"`, checkStack(args));
    const source = platformCharts.prometheusStack;
    const namespaceName = args.namespace ?? source.namespace;
    const service = `${source.release}-prometheus`;
    const host = `${service}.${namespaceName}.svc`;
    const url = `${args.tls ? "https" : "http"}://${host}:9090`;

    const namespace = partNamespace(name, source, args, this);
    const inside = { parent: this, ...(namespace && { dependsOn: namespace }) };
    const certificate = createCertificate(name, args, { namespaceName, service, host }, inside);
    const administrator = createAdministrator(name, args, namespaceName, inside);
    const values = prometheusStackValues({
      crds: args.crds !== "existing",
      alertmanager: args.alertmanager ?? true,
      ...(args.tls && { tls: { secretName: args.tls.secretName ?? tlsSecret, url } }),
      ...(args.grafana && { grafana: administratorSecret(args.grafana) }),
      ...pick(args),
    });
    const { chart } = installChart(
      name,
      source,
      args,
      {
        values,
        skipCrds: args.crds === "existing",
        dependsOn: [...certificate, ...administrator, allResources(args.prerequisites) as never],
      },
      this,
      namespace,
    );

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.kubePrometheusStack);
    this.access = { url, ...(args.tls && { tlsInsecureSkipVerify: true }) };
    this.caSecret = args.tls ? (args.tls.secretName ?? tlsSecret) : undefined;
    this.serviceAccount = { name: service, namespace: namespaceName };
    this.ready = allResources(chart);
    this.registerOutputs({ namespace: this.namespace, version: this.version, url });
  }
}

const tlsSecret = "prometheus-tls";
const adminSecret = "grafana-admin";

function pick({ replicas, retention, storage }: PrometheusStackArgs) {
  return {
    ...(replicas !== undefined && { replicas }),
    ...(retention !== undefined && { retention }),
    ...(storage && { storage }),
  };
}

function checkStack({ tls, grafana }: PrometheusStackArgs): Problem[] {
  const problems: Problem[] = [];
  if (grafana && (grafana.adminPassword === undefined) === (grafana.adminSecret === undefined)) {
    problems.push({
      path: "grafana",
      message: "needs an administrator: the chart would make up a password anew in every preview",
      allowed: "one of adminPassword and adminSecret",
    });
  }
  if (tls && tls.issuerRef && tls.secretName !== undefined) {
    problems.push({
      path: "tls.issuerRef",
      message: "has no effect: the certificate is taken from secretName",
      fix: "leave out one of the two",
    });
  }
  return problems;
}

/** A certificate by cert-manager, unless one is given. */
function createCertificate(
  name: string,
  { tls }: PrometheusStackArgs,
  { namespaceName, service, host }: { namespaceName: string; service: string; host: string },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (!tls || tls.secretName !== undefined) return [];
  const inNamespace = (kind: string, objectName: string, annotations?: Record<string, string>) => ({
    apiVersion: "cert-manager.io/v1",
    kind,
    metadata: { name: objectName, namespace: namespaceName, ...(annotations && { annotations }) },
  });
  const issuer = tls.issuerRef
    ? []
    : [
        new KubernetesObject(
          `${name}-issuer`,
          { ...inNamespace("Issuer", "prometheus-selfsigned"), spec: { selfSigned: {} } },
          opts,
        ),
      ];
  const certificate = new KubernetesObject(
    `${name}-certificate`,
    {
      ...inNamespace("Certificate", tlsSecret, { [waitForAnnotation]: "condition=Ready" }),
      spec: {
        secretName: tlsSecret,
        dnsNames: [`${service}.${namespaceName}`, host, `${host}.cluster.local`],
        issuerRef: tls.issuerRef ?? { kind: "Issuer", name: "prometheus-selfsigned" },
      },
    },
    opts,
  );
  return [...issuer, certificate];
}

function createAdministrator(
  name: string,
  { grafana }: PrometheusStackArgs,
  namespace: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  if (!grafana || grafana.adminPassword === undefined) return [];
  return [
    new KubernetesObject(
      `${name}-grafana-admin`,
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: adminSecret, namespace },
        stringData: pulumi.secret({ "admin-user": "admin", "admin-password": grafana.adminPassword }),
      },
      opts,
    ),
  ];
}

function administratorSecret({ adminSecret: given }: GrafanaArgs) {
  return {
    secretName: given?.name ?? adminSecret,
    userKey: given?.userKey ?? "admin-user",
    passwordKey: given?.passwordKey ?? "admin-password",
  };
}
