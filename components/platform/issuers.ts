import type * as pulumi from "@pulumi/pulumi";

import { type AcmeIssuerArgs, type AcmeSolverArgs, type IssuerArgs, letsEncrypt } from "../../sdk/gateways/issuers";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";

/** What issuers are made with. */
export interface IssuersOf {
  readonly issuers: Readonly<Record<string, IssuerArgs>>;
  /** cert-manager's namespace, where Secrets of ClusterIssuers are. */
  readonly namespace: string;
  /** "<namespace>/<name>" of the gateway of solvers that name none. */
  readonly gateway: string;
}

const certManagerVersion = "cert-manager.io/v1";
const awaited = { [waitForAnnotation]: "condition=Ready" };

/** Makes issuers, each awaited; an authority that another issuer signs comes after that one. */
export function createIssuers(name: string, args: IssuersOf, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const made = new Map<string, pulumi.Resource>();
  const create = (issuer: string, seen: readonly string[]): pulumi.Resource | undefined => {
    const known = made.get(issuer);
    const given = args.issuers[issuer];
    if (known || !given || seen.includes(issuer)) return known;
    const signer = given.ca?.authority && create(given.ca.authority.issuer, [...seen, issuer]);
    const authority = createAuthority(name, issuer, given, args, { ...opts, ...(signer && { dependsOn: signer }) });
    const resource = createIssuer(name, issuer, given, args, { ...opts, ...(authority && { dependsOn: authority }) });
    made.set(issuer, resource);
    return resource;
  };
  for (const issuer of Object.keys(args.issuers).sort()) create(issuer, []);
  return [...made.values()];
}

function createIssuer(
  name: string,
  issuer: string,
  { kind = "ClusterIssuer", namespace, selfSigned, ca, acme, spec }: IssuerArgs,
  { gateway }: IssuersOf,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject {
  return new KubernetesObject(
    `${name}-issuer-${issuer}`,
    {
      apiVersion: certManagerVersion,
      kind,
      metadata: { name: issuer, ...(namespace && { namespace }), annotations: awaited },
      spec: {
        ...(selfSigned && { selfSigned: {} }),
        ...(ca && { ca: { secretName: ca.secretName } }),
        ...(acme && { acme: acmeSpec(issuer, acme, gateway) }),
        ...spec,
      },
    },
    opts,
  );
}

/** The certificate of an authority, which signs others. */
function createAuthority(
  name: string,
  issuer: string,
  { namespace, ca }: IssuerArgs,
  { issuers, namespace: ownNamespace }: IssuersOf,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject | undefined {
  if (!ca?.authority) return undefined;
  const { commonName, issuer: signer, duration = "87600h" } = ca.authority;
  return new KubernetesObject(
    `${name}-authority-${issuer}`,
    {
      apiVersion: certManagerVersion,
      kind: "Certificate",
      metadata: { name: ca.secretName, namespace: namespace ?? ownNamespace, annotations: awaited },
      spec: {
        isCA: true,
        commonName,
        duration,
        privateKey: { algorithm: "ECDSA", size: 256 },
        issuerRef: { name: signer, kind: issuers[signer]?.kind ?? "ClusterIssuer", group: "cert-manager.io" },
        secretName: ca.secretName,
      },
    },
    opts,
  );
}

function acmeSpec(issuer: string, args: AcmeIssuerArgs, gateway: string): Record<string, unknown> {
  const { email, server = "letsencrypt", accountKeySecretName, externalAccountBinding, solvers } = args;
  return {
    email,
    server: letsEncrypt[server] ?? server,
    privateKeySecretRef: { name: accountKeySecretName ?? `${issuer}-account-key` },
    ...(externalAccountBinding && {
      externalAccountBinding: {
        keyID: externalAccountBinding.keyId,
        keySecretRef: { name: externalAccountBinding.secretName, key: externalAccountBinding.key },
      },
    }),
    solvers: solvers.map((solver) => solverSpec(solver, gateway)),
  };
}

function solverSpec({ http01, dns01, selector }: AcmeSolverArgs, gateway: string): Record<string, unknown> {
  const [namespace, name] = (http01?.gateway ?? gateway).split("/");
  return {
    ...(http01 && { http01: { gatewayHTTPRoute: { parentRefs: [{ kind: "Gateway", name, namespace }] } } }),
    ...(dns01 && { dns01 }),
    ...(selector && { selector }),
  };
}
