import { nearest } from "../nearest";
import type { Problem } from "../problems";
import type { AcmeIssuerArgs, AcmeSolverArgs, IssuerArgs } from "./issuers";
import { letsEncrypt } from "./issuers";
import { type IssuerReference, listenersOf, type ListenersOf } from "./listeners";

const kinds = ["selfSigned", "ca", "acme", "spec"] as const;

/** What is wrong with the issuers that are to be made. */
export function checkIssuers(issuers: Readonly<Record<string, IssuerArgs>>, path: string): Problem[] {
  return Object.entries(issuers).flatMap(([name, issuer]) => checkIssuer(issuer, `${path}.${name}`, issuers));
}

function checkIssuer(issuer: IssuerArgs, path: string, issuers: Readonly<Record<string, IssuerArgs>>): Problem[] {
  const problems: Problem[] = [];
  const given = kinds.filter((kind) => issuer[kind] !== undefined);
  if (given.length !== 1) {
    problems.push({
      path,
      ...(given.length > 0 && { given }),
      message: given.length === 0 ? "does not say how it issues" : "issues in one way only",
      allowed: `exactly one of ${kinds.join(", ")}`,
    });
  }
  if (issuer.kind === "Issuer" && issuer.namespace === undefined) {
    problems.push({
      path: `${path}.namespace`,
      message: "missing; an Issuer serves one namespace",
      fix: 'name it, or take kind: "ClusterIssuer"',
    });
  }
  if (issuer.kind !== "Issuer" && issuer.namespace !== undefined) {
    problems.push({
      path: `${path}.namespace`,
      given: issuer.namespace,
      message: "a ClusterIssuer serves every namespace",
      fix: 'leave it out, or say kind: "Issuer"',
    });
  }
  const signer = issuer.ca?.authority?.issuer;
  if (signer !== undefined && !Object.hasOwn(issuers, signer)) {
    const guess = nearest(signer, Object.keys(issuers));
    problems.push({
      path: `${path}.ca.authority.issuer`,
      given: signer,
      message: "none of these issuers has this name",
      allowed:
        Object.keys(issuers)
          .filter((name) => issuers[name] !== issuer)
          .join(", ") || "none, until there is one with selfSigned: {}",
      ...(guess && { fix: `did you mean "${guess}"?` }),
    });
  }
  return [...problems, ...(issuer.acme ? checkAcme(issuer.acme, `${path}.acme`) : [])];
}

function checkAcme({ email, server = "letsencrypt", solvers }: AcmeIssuerArgs, path: string): Problem[] {
  const problems: Problem[] = [];
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    problems.push({ path: `${path}.email`, given: email, message: "not an address of mail" });
  }
  if (!Object.hasOwn(letsEncrypt, server) && !server.startsWith("https://")) {
    const guess = nearest(server, Object.keys(letsEncrypt));
    problems.push({
      path: `${path}.server`,
      given: server,
      message: "not an ACME server",
      allowed: `${Object.keys(letsEncrypt).join(", ")}, https://<directory of a server>`,
      ...(guess && { fix: `did you mean "${guess}"?` }),
    });
  }
  if (solvers.length === 0) {
    problems.push({
      path: `${path}.solvers`,
      message: "empty; host names must be proven",
      allowed: "http01 or dns01",
      fix: "such as [{ http01: {} }]",
    });
  }
  solvers.forEach((solver, index) => problems.push(...checkSolver(solver, `${path}.solvers[${index}]`)));
  return problems;
}

function checkSolver({ http01, dns01, selector }: AcmeSolverArgs, path: string): Problem[] {
  const problems: Problem[] = [];
  if ((http01 === undefined) === (dns01 === undefined)) {
    problems.push({ path, message: "proves host names in exactly one way", allowed: "http01 or dns01" });
  }
  if (http01?.gateway !== undefined && !/^[^/]+\/[^/]+$/.test(http01.gateway)) {
    problems.push({
      path: `${path}.http01.gateway`,
      given: http01.gateway,
      message: "not a gateway",
      allowed: '"<namespace>/<name>"',
    });
  }
  const wild = (selector?.dnsNames ?? []).filter((name) => name.startsWith("*."));
  if (http01 && wild.length > 0) {
    problems.push({
      path: `${path}.selector.dnsNames`,
      given: wild,
      message: "wildcards are proven by DNS only",
      fix: "take a solver with dns01 for them",
    });
  }
  return problems;
}

/** What is known of cert-manager in a cluster. */
export interface KnownCertManager {
  /** Whether it is there: installed by the platform, or stated to exist. */
  readonly present: boolean;
  /** Issuers that are made, by name. */
  readonly issuers: Readonly<Record<string, IssuerArgs>>;
  /** Names of issuers that exist; undefined where they are not known. */
  readonly existingIssuers: readonly string[] | undefined;
}

/** What lacks for the certificates that a platform's gateway asks for. */
export function checkReferences(gateway: ListenersOf & { namespace?: string }, known: KnownCertManager): Problem[] {
  const references: [string, IssuerReference | undefined][] = [
    ["gateway.tls.issuer", gateway.tls?.issuer],
    ...(gateway.listeners ?? []).map(({ tls }, index): [string, IssuerReference | undefined] => [
      `gateway.listeners[${index}].tls.issuer`,
      tls?.issuer,
    ]),
  ];
  const hosts = listenersOf(gateway).flatMap(({ hostname }) => hostname ?? []);
  return references.flatMap(([path, issuer]) => (issuer ? checkReference(issuer, path, gateway, known, hosts) : []));
}

function checkReference(
  { name, kind = "ClusterIssuer", group = "cert-manager.io" }: IssuerReference,
  path: string,
  { namespace = "kserve" }: { namespace?: string },
  { present, issuers, existingIssuers }: KnownCertManager,
  hosts: readonly string[],
): Problem[] {
  if (!present) {
    return [
      {
        path,
        given: name,
        message: "cert-manager is neither installed nor stated to be there, so nobody issues the certificate",
        fix: "add certManager: { issuers: … }, or state certManager: { existing: true }",
      },
    ];
  }
  if (group !== "cert-manager.io") return [];
  const planned = Object.hasOwn(issuers, name) ? issuers[name] : undefined;
  if (!planned) {
    if (!existingIssuers || existingIssuers.includes(name)) return [];
    const names = [...Object.keys(issuers), ...existingIssuers].sort();
    const guess = nearest(name, names);
    return [
      {
        path: `${path}.name`,
        given: name,
        message: "no issuer of this name is made, nor stated to exist",
        allowed: names.join(", ") || "none: there is no issuer",
        fix: guess ? `did you mean "${guess}"?` : "add it to certManager.issuers, or to certManager.existingIssuers",
      },
    ];
  }
  if ((planned.kind ?? "ClusterIssuer") !== kind) {
    return [
      {
        path: `${path}.kind`,
        given: kind,
        message: `issuer "${name}" is of kind ${planned.kind ?? "ClusterIssuer"}`,
        fix: `say kind: "${planned.kind ?? "ClusterIssuer"}"`,
      },
    ];
  }
  if (kind === "Issuer" && planned.namespace !== namespace) {
    return [
      {
        path: `${path}.name`,
        given: name,
        message: `the Issuer is in namespace "${planned.namespace ?? ""}", and the gateway in "${namespace}"`,
        fix: "put it into the gateway's namespace, or make it a ClusterIssuer",
      },
    ];
  }
  return checkWildcards(name, planned, path, hosts);
}

function checkWildcards(name: string, { acme }: IssuerArgs, path: string, hosts: readonly string[]): Problem[] {
  const wild = hosts.filter((host) => host.startsWith("*."));
  if (!acme || wild.length === 0 || acme.solvers.some(({ dns01 }) => dns01)) return [];
  return [
    {
      path: `${path}.name`,
      given: name,
      message: `it proves host names over HTTP only, and ${wild.join(", ")} can be proven by DNS only`,
      fix: "give the issuer a solver with dns01, or name the hosts one by one",
    },
  ];
}
