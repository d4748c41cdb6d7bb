import { deepStrictEqual } from "node:assert";

import { checkGatewayListeners, type CheckedGateway } from "../../sdk/gateways/listenerChecks";
import type { GatewayListenerArgs } from "../../sdk/gateways/listeners";
import { selectorText, selectsNamespace } from "../../sdk/gateways/selectors";
import { describeProblem } from "../../sdk/problems";

const lines = (gateway: CheckedGateway): string[] => checkGatewayListeners(gateway).map(describeProblem);
const listening = (...listeners: GatewayListenerArgs[]): string[] => lines({ listeners });

const https = { port: 443, protocol: "HTTPS", certificates: ["web"] };

describe("listeners of a gateway", () => {
  it("may share a port when their host names differ, a wildcard and a name below it included", () => {
    deepStrictEqual(
      listening(
        { name: "any", ...https },
        { name: "wild", ...https, hostname: "*.example.com" },
        { name: "one", ...https, hostname: "llm.example.com" },
        { name: "through", port: 443, protocol: "TLS", hostname: "db.example.com", tls: { mode: "Passthrough" } },
        { name: "http", port: 80 },
        { name: "dns", port: 80, protocol: "UDP" },
      ),
      [],
    );
  });

  it("overlap when nothing tells them apart", () => {
    deepStrictEqual(
      listening(
        { name: "a", ...https, hostname: "llm.example.com" },
        { name: "b", ...https, hostname: "llm.example.com" },
        { name: "c", port: 443, protocol: "TLS", hostname: "llm.example.com", tls: { mode: "Passthrough" } },
      ),
      [
        'listeners[1].hostname: overlaps with listener "a": same port 443, protocol and host name; given: "llm.example.com"; allowed: listeners that differ in port or host name; fix: give it another host name or port, or leave one of them out',
        'listeners[2].hostname: overlaps with listener "a": same port 443, protocol and host name; given: "llm.example.com"; allowed: listeners that differ in port or host name; fix: give it another host name or port, or leave one of them out',
      ],
    );
    deepStrictEqual(lines({ hostnames: ["a.example.com", "a.example.com"] }), [
      'hostnames: overlaps with host name "a.example.com": same port 80, protocol and host name; given: "a.example.com"; allowed: listeners that differ in port or host name; fix: give it another host name or port, or leave one of them out',
    ]);
  });

  it("cannot mix HTTP and HTTPS on one port", () => {
    deepStrictEqual(listening({ name: "http", port: 443 }, { name: "https", ...https }), [
      'listeners[1].port: HTTPS and HTTP (listener "http") cannot share a port; given: 443; allowed: HTTPS and TLS on one port; HTTP and TCP each on their own; fix: take another port, such as 443',
    ]);
  });

  it("have host names that DNS has", () => {
    const long = "a".repeat(64);
    deepStrictEqual(
      [`${long}.example.com`, `${"ab.".repeat(90)}com`, "LLM.example.com", "203.0.113.7", "*.*.example.com"].flatMap(
        (hostname) => listening({ name: "http", port: 80, hostname }),
      ),
      [
        `listeners[0].hostname: a part of 64 characters, which no DNS name has; given: "${long}.example.com"; allowed: at most 253 characters, and 63 between two dots`,
        `listeners[0].hostname: 273 characters, which no DNS name has; given: "${"ab.".repeat(90)}com"; allowed: at most 253 characters, and 63 between two dots`,
        'listeners[0].hostname: not a host name; given: "LLM.example.com"; allowed: "llm.example.com", or "*.example.com" for all below it; fix: write it as "llm.example.com"',
        'listeners[0].hostname: an address, not a host name; given: "203.0.113.7"; allowed: "llm.example.com", or "*.example.com" for all below it; fix: leave it out: without a host name a listener serves every one',
        'listeners[0].hostname: not a host name; given: "*.*.example.com"; allowed: "llm.example.com", or "*.example.com" for all below it',
      ],
    );
  });

  it("need a certificate where they are served with one, and only there", () => {
    deepStrictEqual(
      listening(
        { name: "a", port: 443, protocol: "HTTPS" },
        { name: "b", port: 444, protocol: "TLS" },
        { name: "c", port: 80, certificates: ["web"] },
        { name: "d", port: 445, protocol: "HTTPS", tls: { mode: "Passthrough" } },
        { name: "e", port: 446, protocol: "HTTPS", tls: {} },
        { name: "f", port: 447, protocol: "HTTPS", tls: { issuer: { name: "ca" } } },
        {
          name: "g",
          port: 448,
          protocol: "HTTPS",
          hostname: "a.b",
          tls: { issuer: { name: "ca" }, certificates: ["web"], solvedByGateway: true },
        },
      ),
      [
        "listeners[0].certificates: missing; HTTPS is served with a certificate; allowed: names of TLS Secrets",
        'listeners[1].certificates: missing; TLS is served with a certificate; allowed: names of TLS Secrets; fix: or say tls: { mode: "Passthrough" }',
        'listeners[2].certificates: HTTP is served without a certificate; fix: leave it out, or say protocol: "HTTPS"',
        'listeners[3].tls.mode: HTTPS is decrypted at the gateway; given: "Passthrough"; fix: say protocol: "TLS"',
        'listeners[4].tls: no certificate; HTTPS is served with one; allowed: issuer, certificates, or options of the gateway\'s controller; fix: such as issuer: { name: "letsencrypt" }',
        'listeners[5].tls.dnsNames: missing; the listener "f" serves every host name, and a certificate is for names; fix: give the listener a host name, or the certificate its dnsNames',
        "listeners[6].tls.certificates: there is an issuer already, which makes the certificate; allowed: issuer or certificates",
      ],
    );
  });

  it("need a way for the issuer to prove host names over HTTP", () => {
    const tls = { issuer: { name: "letsencrypt" }, solvedByGateway: true };
    deepStrictEqual(lines({ hostnames: ["llm.example.com"], tls }), [
      "tls.solvedByGateway: the issuer's server proves the host names over HTTP, and the gateway has no such listener on port 80; given: true; fix: say redirectToHttps: true, or add a listener of protocol HTTP on port 80",
    ]);
    deepStrictEqual(lines({ hostnames: ["llm.example.com"], tls, redirectToHttps: true }), []);
  });

  it("take GKE's certificate map for a certificate", () => {
    deepStrictEqual(
      lines({
        annotations: { "networking.gke.io/certmap": "web" },
        listeners: [{ name: "https", port: 443, protocol: "HTTPS" }],
      }),
      [],
    );
  });

  it("redirect to HTTPS only from HTTP, to something that is there, and do nothing else", () => {
    deepStrictEqual(listening({ name: "http", port: 80, redirectToHttps: true, allowedRoutes: "All" }), [
      'listeners[0].redirectToHttps: the gateway has no HTTPS listener to redirect to; given: true; fix: add a listener with protocol: "HTTPS"',
      'listeners[0].allowedRoutes: a listener that redirects takes no other routes, or their longer paths would win over the redirect; given: "All"; fix: leave it out',
    ]);
    deepStrictEqual(lines({ redirectToHttps: true }), [
      "redirectToHttps: there is no HTTPS listener without tls; given: true; fix: add tls, or leave it out",
    ]);
  });

  it("have known protocols, ports and rules for routes", () => {
    deepStrictEqual(
      listening({ name: "a_b", port: 65536, protocol: "HTPS" }, {
        name: "tcp",
        port: 1,
        protocol: "TCP",
        hostname: "a.b",
        allowedRoutes: "Any",
      } as unknown as GatewayListenerArgs),
      [
        'listeners[0].name: not a name of a listener; given: "a_b"; allowed: at most 253 characters of a-z, 0-9, "-" and "."',
        "listeners[0].port: not a port; given: 65536; allowed: 1 to 65535",
        'listeners[0].protocol: no such protocol; given: "HTPS"; allowed: HTTP, HTTPS, TLS, TCP, UDP; fix: did you mean "HTTPS"?',
        'listeners[1].hostname: TCP knows no host names; given: "a.b"; fix: leave it out',
        'listeners[1].allowedRoutes: not one of the allowed values; given: "Any"; allowed: "All", "Same", { namespaces: [...] }, { selector: { matchLabels: {...} } }',
      ],
    );
  });

  it("belong to a gateway whose name fits into a label", () => {
    const gatewayName = "g".repeat(64);
    deepStrictEqual(lines({ gatewayName }), [
      `gatewayName: controllers put the name into labels and names of Services; given: "${gatewayName}"; allowed: at most 63 characters of a-z, 0-9 and "-"`,
    ]);
  });
});

describe("selectors of namespaces", () => {
  it("know a namespace by its name without its labels, and nothing else", () => {
    const key = "kubernetes.io/metadata.name";
    const byName = { matchExpressions: [{ key, operator: "In" as const, values: ["models", "batch"] }] };
    deepStrictEqual(
      [selectsNamespace(byName, "models", undefined), selectsNamespace(byName, "other", undefined)],
      [true, false],
    );
    const byLabel = {
      matchLabels: { serving: "yes" },
      matchExpressions: [
        { key: "team", operator: "NotIn" as const, values: ["a"] },
        { key: "test", operator: "DoesNotExist" as const },
      ],
    };
    deepStrictEqual(
      [undefined, { serving: "yes" }, { serving: "yes", team: "a" }, { serving: "yes", test: "" }, {}].map((labels) =>
        selectsNamespace(byLabel, "models", labels as Record<string, string> | undefined),
      ),
      [undefined, true, false, false, false],
    );
    deepStrictEqual(selectorText(byLabel), "serving=yes,team notin (a),!test");
  });
});
