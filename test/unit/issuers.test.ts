import { deepStrictEqual } from "node:assert";

import { checkIssuers, checkReferences, type KnownCertManager } from "../../sdk/gateways/issuerChecks";
import type { AcmeIssuerArgs, IssuerArgs } from "../../sdk/gateways/issuers";
import { describeProblem } from "../../sdk/problems";

const lines = (issuers: Record<string, IssuerArgs>): string[] => checkIssuers(issuers, "issuers").map(describeProblem);
const acme = (args: Partial<AcmeIssuerArgs>): IssuerArgs => ({
  acme: { email: "ops@example.com", solvers: [{ http01: {} }], ...args },
});

describe("issuers", () => {
  it("issue in exactly one way, for every namespace or for one", () => {
    deepStrictEqual(
      lines({
        none: {},
        two: { selfSigned: {}, ca: { secretName: "ca" } },
        homeless: { kind: "Issuer", selfSigned: {} },
        housed: { namespace: "kserve", selfSigned: {} },
        good: { kind: "Issuer", namespace: "kserve", spec: { vault: {} } },
      }),
      [
        "issuers.none: does not say how it issues; allowed: exactly one of selfSigned, ca, acme, spec",
        'issuers.two: issues in one way only; given: ["selfSigned","ca"]; allowed: exactly one of selfSigned, ca, acme, spec',
        'issuers.homeless.namespace: missing; an Issuer serves one namespace; fix: name it, or take kind: "ClusterIssuer"',
        'issuers.housed.namespace: a ClusterIssuer serves every namespace; given: "kserve"; fix: leave it out, or say kind: "Issuer"',
      ],
    );
  });

  it("are signed by one of them", () => {
    const ca = (issuer: string): IssuerArgs => ({ ca: { secretName: "ca", authority: { commonName: "CA", issuer } } });
    deepStrictEqual(lines({ root: { selfSigned: {} }, ca: ca("root") }), []);
    deepStrictEqual(lines({ root: { selfSigned: {} }, ca: ca("roof") }), [
      'issuers.ca.ca.authority.issuer: none of these issuers has this name; given: "roof"; allowed: root; fix: did you mean "root"?',
    ]);
  });

  it("of ACME say who they are, which server, and how host names are proven", () => {
    deepStrictEqual(
      lines({
        a: acme({ email: "ops", server: "letsencript", solvers: [] }),
        b: acme({
          server: "https://ca.example.com/directory",
          solvers: [
            {},
            { http01: { gateway: "edge" }, selector: { dnsNames: ["*.example.com"] } },
            { dns01: { cloudDNS: { project: "p" } }, selector: { dnsNames: ["*.example.com"] } },
          ],
        }),
      }),
      [
        'issuers.a.acme.email: not an address of mail; given: "ops"',
        'issuers.a.acme.server: not an ACME server; given: "letsencript"; allowed: letsencrypt, letsencrypt-staging, https://<directory of a server>; fix: did you mean "letsencrypt"?',
        "issuers.a.acme.solvers: empty; host names must be proven; allowed: http01 or dns01; fix: such as [{ http01: {} }]",
        "issuers.b.acme.solvers[0]: proves host names in exactly one way; allowed: http01 or dns01",
        'issuers.b.acme.solvers[1].http01.gateway: not a gateway; given: "edge"; allowed: "<namespace>/<name>"',
        'issuers.b.acme.solvers[1].selector.dnsNames: wildcards are proven by DNS only; given: ["*.example.com"]; fix: take a solver with dns01 for them',
      ],
    );
  });
});

describe("issuers that a gateway names", () => {
  const gateway = (name: string, hostname = "llm.example.com") => ({
    hostnames: [hostname],
    tls: { issuer: { name } },
  });
  const known = (args: Partial<KnownCertManager>): KnownCertManager => ({
    present: true,
    issuers: {},
    existingIssuers: [],
    ...args,
  });
  const found = (given: Parameters<typeof checkReferences>[0], args: Partial<KnownCertManager>): string[] =>
    checkReferences(given, known(args)).map(describeProblem);

  it("are made, or stated to exist, or not known", () => {
    deepStrictEqual(
      [
        found(gateway("le"), { issuers: { le: acme({}) } }),
        found(gateway("le"), { existingIssuers: ["le"] }),
        found(gateway("le"), { existingIssuers: undefined }),
      ],
      [[], [], []],
    );
    deepStrictEqual(found(gateway("letsencrypt-prd"), { existingIssuers: ["letsencrypt-prod"] }), [
      'gateway.tls.issuer.name: no issuer of this name is made, nor stated to exist; given: "letsencrypt-prd"; allowed: letsencrypt-prod; fix: did you mean "letsencrypt-prod"?',
    ]);
    deepStrictEqual(found(gateway("le"), { present: false }), [
      'gateway.tls.issuer: cert-manager is neither installed nor stated to be there, so nobody issues the certificate; given: "le"; fix: add certManager: { issuers: … }, or state certManager: { existing: true }',
    ]);
  });

  it("are of the kind and in the namespace that the gateway can use", () => {
    const issuers: Record<string, IssuerArgs> = { own: { kind: "Issuer", namespace: "team", selfSigned: {} } };
    deepStrictEqual(found(gateway("own"), { issuers }), [
      'gateway.tls.issuer.kind: issuer "own" is of kind Issuer; given: "ClusterIssuer"; fix: say kind: "Issuer"',
    ]);
    deepStrictEqual(found({ hostnames: ["a.b"], tls: { issuer: { name: "own", kind: "Issuer" } } }, { issuers }), [
      'gateway.tls.issuer.name: the Issuer is in namespace "team", and the gateway in "kserve"; given: "own"; fix: put it into the gateway\'s namespace, or make it a ClusterIssuer',
    ]);
  });

  it("can prove wildcards", () => {
    deepStrictEqual(found(gateway("le", "*.example.com"), { issuers: { le: acme({}) } }), [
      'gateway.tls.issuer.name: it proves host names over HTTP only, and *.example.com can be proven by DNS only; given: "le"; fix: give the issuer a solver with dns01, or name the hosts one by one',
    ]);
    deepStrictEqual(found(gateway("le", "*.example.com"), { issuers: { le: acme({ solvers: [{ dns01: {} }] }) } }), []);
  });
});
