/** How an issuer of cert-manager issues: exactly one of `selfSigned`, `ca`, `acme` and `spec`. */
export interface IssuerArgs {
  /** A ClusterIssuer serves every namespace. @default "ClusterIssuer" */
  kind?: "ClusterIssuer" | "Issuer";
  /** Of an Issuer. */
  namespace?: string;
  /** Certificates sign themselves. */
  selfSigned?: Record<string, never>;
  ca?: CaIssuerArgs;
  acme?: AcmeIssuerArgs;
  /** `spec` of any other issuer, such as Vault's. */
  spec?: Record<string, unknown>;
}

/** An authority whose certificate and key are in a Secret. */
export interface CaIssuerArgs {
  /** A TLS Secret in the issuer's namespace; of a ClusterIssuer in cert-manager's. */
  secretName: string;
  /** Has cert-manager make the authority and the Secret. @default the Secret is there */
  authority?: {
    commonName: string;
    /** Which of the issuers signs the authority, such as a self-signed one. */
    issuer: string;
    /** @default "87600h", ten years */
    duration?: string;
  };
}

/** An ACME server, such as Let's Encrypt's. */
export interface AcmeIssuerArgs {
  /** Who is written to before a certificate ends that was not renewed. */
  email: string;
  /** "letsencrypt", "letsencrypt-staging", or the address of a server's directory. @default "letsencrypt" */
  server?: string;
  /** Secret in which cert-manager keeps the account's key. @default "<issuer>-account-key" */
  accountKeySecretName?: string;
  /** For servers that want it: the account with which this one is bound. */
  externalAccountBinding?: { keyId: string; secretName: string; key: string };
  /** How host names are proven; the first whose `selector` fits best is taken. */
  solvers: AcmeSolverArgs[];
}

/** Proves host names by exactly one of `http01` and `dns01`. */
export interface AcmeSolverArgs {
  /** Through a gateway, to which cert-manager attaches a route for the time of the proof. It needs HTTP on port 80, and proves no wildcards. */
  http01?: {
    /** "<namespace>/<name>" of the gateway. @default the platform's, else "kserve/kserve-ingress-gateway" */
    gateway?: string;
  };
  /** By a record in DNS: the solver's configuration as cert-manager has it, with credentials by reference to a Secret. */
  dns01?: Record<string, unknown>;
  /** Which host names it is for. @default all */
  selector?: { dnsNames?: string[]; dnsZones?: string[]; matchLabels?: Record<string, string> };
}

export const letsEncrypt: Readonly<Record<string, string>> = {
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
};

/** Whether an issuer proves host names through this gateway, so that the gateway must stand before there are certificates. */
export function isSolvedBy({ acme }: IssuerArgs, gateway: string, defaultGateway: string): boolean {
  return (acme?.solvers ?? []).some(({ http01 }) => http01 && (http01.gateway ?? defaultGateway) === gateway);
}
