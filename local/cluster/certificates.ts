import { webcrypto, X509Certificate } from "node:crypto";
import { isIP } from "node:net";

import type { ServingCertificates } from "./types";

/** The one host name under which the API server calls KServe's webhooks. */
export const webhookHost = "llmisvc-webhook-server-service.kserve.svc";

const validityYears = 10;

/**
 * Makes an authority and a server certificate signed by it.
 *
 * @param hosts DNS names and addresses of the server; the first is its common name as far as it fits there.
 */
export async function makeServingCertificates(hosts: string[] = [webhookHost]): Promise<ServingCertificates> {
  provideMetadata();
  // Loaded here because it takes long and only the creation of a cluster needs it.
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(globalThis.crypto);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const notBefore = new Date(Date.now() - 3600_000);
  const notAfter = new Date(notBefore);
  notAfter.setFullYear(notAfter.getFullYear() + validityYears);

  const caKeys = await makeKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=pulumi-kserve embedded environment",
    keys: caKeys,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${hosts[0]?.slice(0, 64) ?? ""}`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value })),
      ),
    ],
  });
  const exported = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    caPem: pem(ca.toString("pem")),
    certPem: pem(certificate.toString("pem")),
    keyPem: x509.PemConverter.encode(exported, "PRIVATE KEY") + "\n",
  };
}

/** Whether a certificate names a host and is valid for another day at least. */
export function isUsable({ certPem, caPem }: ServingCertificates, host: string): boolean {
  const certificate = new X509Certificate(certPem);
  return (
    certificate.checkHost(host) !== undefined &&
    certificate.verify(new X509Certificate(caPem).publicKey) &&
    new Date(certificate.validTo).getTime() > Date.now() + 86_400_000
  );
}

function pem(text: string): string {
  return `${text.trimEnd()}\n`;
}

/** The library's dependency injection wants the three functions of the package reflect-metadata that it uses. */
function provideMetadata(): void {
  if ("getMetadata" in Reflect) return;
  const metadata = new WeakMap<object, Map<unknown, unknown>>();
  const get = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);
  const define = (key: unknown, value: unknown, target: object): void => {
    metadata.set(target, (metadata.get(target) ?? new Map<unknown, unknown>()).set(key, value));
  };
  Object.assign(Reflect, { getMetadata: get, getOwnMetadata: get, defineMetadata: define });
}
