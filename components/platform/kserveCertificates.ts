import * as pulumi from "@pulumi/pulumi";

import { kserveNamespace } from "../../sdk/api/constants";
import { type Manifest, waitForAnnotation } from "../kubernetesObject";

/** Where the serving certificate of KServe's webhooks comes from: cert-manager (the default) or the user. */
export interface KServeCertificates {
  /** Issuer of the certificate. @default a self-signed Issuer that this component creates */
  issuerRef?: { name: string; kind?: "Issuer" | "ClusterIssuer"; group?: string };
  /** A certificate made elsewhere; cert-manager is then not needed. */
  provided?: ProvidedCertificate;
}

/** A serving certificate for `llmisvc-webhook-server-service.kserve.svc`, all parts in PEM. */
export interface ProvidedCertificate {
  certificate: pulumi.Input<string>;
  privateKey: pulumi.Input<string>;
  /** What the API server verifies the certificate with. */
  caBundle: pulumi.Input<string>;
}

const secretName = "llmisvc-webhook-server-cert";
const certificateName = "llmisvc-serving-cert";
const dnsName = `llmisvc-webhook-server-service.${kserveNamespace}.svc`;

/** The CA bundle for webhook configurations, base64 as the API takes it; undefined when cert-manager injects it. */
export function webhookCaBundle(certificates: KServeCertificates | undefined): pulumi.Output<string> | undefined {
  if (!certificates?.provided) return undefined;
  return pulumi.output(certificates.provided.caBundle).apply((pem) => Buffer.from(pem).toString("base64"));
}

/** The Secret of a given certificate, or the Certificate (and Issuer) that cert-manager fills it from. */
export function certificateManifests(certificates: KServeCertificates | undefined): Manifest[] {
  if (certificates?.provided) {
    const { certificate, privateKey, caBundle } = certificates.provided;
    return [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secretName, namespace: kserveNamespace },
        type: "kubernetes.io/tls",
        data: pulumi.secret({
          "ca.crt": base64(caBundle),
          "tls.crt": base64(certificate),
          "tls.key": base64(privateKey),
        }),
      },
    ];
  }
  const issuer = {
    apiVersion: "cert-manager.io/v1",
    kind: "Issuer",
    metadata: { name: "selfsigned-issuer", namespace: kserveNamespace },
    spec: { selfSigned: {} },
  };
  return [
    ...(certificates?.issuerRef ? [] : [issuer]),
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: {
        name: certificateName,
        namespace: kserveNamespace,
        annotations: { [waitForAnnotation]: "condition=Ready" },
      },
      spec: {
        commonName: dnsName,
        dnsNames: [dnsName],
        issuerRef: certificates?.issuerRef ?? { kind: "Issuer", name: issuer.metadata.name },
        secretName,
      },
    },
  ];
}

/** Puts the given CA into webhook configurations; with cert-manager they stay as they are, because it injects its own. */
export function injectCaBundle(
  webhooks: pulumi.Output<Manifest[]>,
  certificates: KServeCertificates | undefined,
): pulumi.Output<Manifest[]> {
  const caBundle = webhookCaBundle(certificates);
  if (!caBundle) return webhooks;
  return webhooks.apply((configurations) =>
    configurations.map((configuration) => ({
      ...configuration,
      webhooks: (configuration.webhooks as { clientConfig: object }[]).map((webhook) => ({
        ...webhook,
        clientConfig: { ...webhook.clientConfig, caBundle },
      })),
    })),
  ) as unknown as pulumi.Output<Manifest[]>;
}

function base64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((value) => Buffer.from(value).toString("base64"));
}
