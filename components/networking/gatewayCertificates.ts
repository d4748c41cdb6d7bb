import * as pulumi from "@pulumi/pulumi";

import {
  type GatewayListenerArgs,
  type GatewayTlsArgs,
  type PemCertificate,
  terminatesTls,
  tlsOf,
} from "../../sdk/gateways/listeners";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";

/** The gateway whose certificates are made. */
export interface CertificatesOf {
  readonly gatewayName: string;
  readonly namespace: string;
  readonly listeners: readonly GatewayListenerArgs[];
  readonly tls?: GatewayTlsArgs | undefined;
}

/** A Secret with a certificate, and what makes it. */
export interface ListenerCertificate {
  readonly namespace: string;
  readonly secretName: string;
  /** Listeners that serve it. */
  readonly listeners: readonly string[];
  /** cert-manager makes it. */
  readonly issued?: IssuedCertificate;
  /** It is made of these texts. */
  readonly pem?: PemCertificate;
}

interface IssuedCertificate {
  readonly tls: GatewayTlsArgs & { issuer: NonNullable<GatewayTlsArgs["issuer"]> };
  readonly dnsNames: readonly string[];
}

/** The certificates of a gateway's listeners: one for what listeners share, and one for each that has its own. */
export function certificatesOf({
  gatewayName,
  namespace,
  listeners,
  tls: shared,
}: CertificatesOf): ListenerCertificate[] {
  const groups = new Map<GatewayTlsArgs, GatewayListenerArgs[]>();
  for (const listener of listeners) {
    const tls = terminatesTls(listener, shared) ? tlsOf(listener, shared) : undefined;
    if (tls) groups.set(tls, [...(groups.get(tls) ?? []), listener]);
  }
  return [...groups].flatMap(([tls, group]) => {
    const names = group.map(({ name }) => name);
    const base = tls === shared ? gatewayName : `${gatewayName}-${names[0] ?? ""}`;
    return [...issuedOf(tls, group, namespace, base, names), ...givenOf(tls, namespace, base, names)];
  });
}

function issuedOf(
  tls: GatewayTlsArgs,
  group: readonly GatewayListenerArgs[],
  namespace: string,
  base: string,
  listeners: readonly string[],
): ListenerCertificate[] {
  const { issuer } = tls;
  if (!issuer) return [];
  const hostnames = group.flatMap(({ hostname }) => hostname ?? []);
  const dnsNames = tls.dnsNames ?? [...new Set(hostnames)];
  return [
    {
      namespace,
      secretName: tls.secretName ?? `${base}-tls`,
      listeners,
      issued: { tls: { ...tls, issuer }, dnsNames },
    },
  ];
}

function givenOf(
  tls: GatewayTlsArgs,
  namespace: string,
  base: string,
  listeners: readonly string[],
): ListenerCertificate[] {
  return (tls.certificates ?? []).map((certificate, index) => {
    if (typeof certificate !== "string") {
      return { namespace, secretName: `${base}-tls${index === 0 ? "" : `-${index + 1}`}`, listeners, pem: certificate };
    }
    const [owner, name] = certificate.split("/");
    return name === undefined
      ? { namespace, secretName: certificate, listeners }
      : { namespace: owner ?? namespace, secretName: name, listeners };
  });
}

/** What is made of {@link ListenerCertificate}s, as groups that a Gateway is ordered by. */
export interface CertificateObjects {
  /** Must be there before the Gateway: Secrets, permissions, and certificates that need no gateway. */
  readonly before: pulumi.Resource[];
  /** Certificates whose issuer proves the host names through the Gateway: to be called when it is made. */
  after(gateway: pulumi.Resource): pulumi.Resource[];
}

/** Makes the Secrets, Certificates and ReferenceGrants of a gateway's certificates. */
export function createCertificates(
  name: string,
  { gatewayName, namespace }: CertificatesOf,
  certificates: readonly ListenerCertificate[],
  opts: pulumi.CustomResourceOptions,
): CertificateObjects {
  const late = certificates.filter(({ issued }) => issued?.tls.solvedByGateway);
  const before = certificates.flatMap((certificate) => {
    if (certificate.issued && !late.includes(certificate)) return [issue(name, certificate, opts)];
    return certificate.pem ? [createSecret(name, certificate, certificate.pem, opts)] : [];
  });
  return {
    before: [...before, ...createGrants(name, gatewayName, namespace, certificates, opts)],
    after: (gateway) => late.map((certificate) => issue(name, certificate, { ...opts, dependsOn: gateway })),
  };
}

/** The Certificate of cert-manager, awaited: a gateway is not programmed while a Secret is missing. */
function issue(
  name: string,
  { namespace, secretName, issued }: ListenerCertificate,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject {
  const { tls, dnsNames } = issued as IssuedCertificate;
  const { name: issuerName, kind = "ClusterIssuer", group = "cert-manager.io" } = tls.issuer;
  return new KubernetesObject(
    `${name}-certificate-${secretName}`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: secretName, namespace, annotations: { [waitForAnnotation]: "condition=Ready" } },
      spec: {
        dnsNames: [...dnsNames],
        issuerRef: { name: issuerName, kind, group },
        secretName,
        ...(tls.duration && { duration: tls.duration }),
        ...(tls.renewBefore && { renewBefore: tls.renewBefore }),
      },
    },
    opts,
  );
}

function createSecret(
  name: string,
  { namespace, secretName }: ListenerCertificate,
  { certificate, privateKey }: PemCertificate,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject {
  const base64 = (text: pulumi.Input<string>): pulumi.Output<string> =>
    pulumi.output(text).apply((value) => Buffer.from(value).toString("base64"));
  return new KubernetesObject(
    `${name}-secret-${secretName}`,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secretName, namespace },
      type: "kubernetes.io/tls",
      data: pulumi.secret({ "tls.crt": base64(certificate), "tls.key": base64(privateKey) }),
    },
    opts,
  );
}

/** One for each other namespace: without it the controller may not read the Secrets there. */
function createGrants(
  name: string,
  gatewayName: string,
  namespace: string,
  certificates: readonly ListenerCertificate[],
  opts: pulumi.CustomResourceOptions,
): KubernetesObject[] {
  const owners = [...new Set(certificates.map((certificate) => certificate.namespace))].filter(
    (owner) => owner !== namespace,
  );
  return owners.sort().map((owner) => {
    const secrets = certificates.filter((one) => one.namespace === owner).map(({ secretName }) => secretName);
    return new KubernetesObject(
      `${name}-grant-${owner}`,
      {
        // Gateway API 1.5.1 serves v1 too; a cluster that brings CRDs of its own may have older ones.
        apiVersion: "gateway.networking.k8s.io/v1beta1",
        kind: "ReferenceGrant",
        metadata: { name: `${namespace}-${gatewayName}-certificates`, namespace: owner },
        spec: {
          from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace }],
          to: [...new Set(secrets)].sort().map((secret) => ({ group: "", kind: "Secret", name: secret })),
        },
      },
      opts,
    );
  });
}
