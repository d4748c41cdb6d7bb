import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterHandle } from "../../components/clusters/clusterHandle";
import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { crdSets } from "../../sdk/crdSets.generated";
import { named, register, type Registration } from "./mocks";

const pool = "inferencepools.inference.networking.k8s.io";

async function install(
  gateway: InferencePlatformArgs["gateway"],
  cluster: Partial<ClusterHandle> = {},
  more: Partial<InferencePlatformArgs> = {},
): Promise<Registration[]> {
  const { registrations } = await register(
    () => {
      const provider = new Provider("kubernetes", { kubeconfig: "kubeconfig" });
      const access = { kubeconfig: pulumi.secret("kubeconfig"), provider, ...cluster };
      new InferencePlatform("platform", { cluster: access as never, gateway, ...more });
    },
    { call: () => ({ result: [] }) },
  );
  return registrations;
}

const gke = (version?: string): Partial<ClusterHandle> => ({
  cloud: "gke",
  gke: { location: "us-central1-a", network: "projects/p/global/networks/inference", ...(version && { version }) },
});
const crdsOf = (registrations: Registration[], bundle: string): unknown => {
  const found = registrations.find(({ name }) => name === `platform-${bundle}`)?.inputs;
  return found && [found.ownership, Object.keys(found.crds as object), found.leftOut];
};
const all = Object.keys(crdSets.inferenceExtension.crds);

describe("a platform with GKE's gateways", () => {
  it("makes the subnet of the proxies in the cluster's network, before the gateway", async () => {
    const registrations = await install(
      { controller: "gke", gke: { proxyOnlySubnet: { ipCidrRange: "10.129.0.0/23" } } },
      gke(),
    );
    const subnet = named(registrations, "platform-gke-proxies");
    deepStrictEqual(
      [subnet.type, subnet.parent, subnet.inputs],
      [
        "gcp:compute/subnetwork:Subnetwork",
        "platform-gke",
        {
          ipCidrRange: "10.129.0.0/23",
          network: "projects/p/global/networks/inference",
          purpose: "REGIONAL_MANAGED_PROXY",
          region: "us-central1",
          role: "ACTIVE",
        },
      ],
    );
    ok(named(registrations, "platform-gateway-gateway").dependsOn.includes("platform-gke-proxies"));
  });

  it("checks the CRDs that GKE keeps itself, and installs the others that KServe needs", async () => {
    const kept = await install({ controller: "gke" }, gke("1.34.1-gke.1000000"));
    const used = ["gatewayclasses", "gateways", "httproutes"].map((plural) => `${plural}.gateway.networking.k8s.io`);
    deepStrictEqual(crdsOf(kept, "gateway-api-bundle"), ["existing", used, undefined]);
    deepStrictEqual(crdsOf(kept, "inference-extension-pool"), ["existing", [pool], undefined]);
    deepStrictEqual(crdsOf(kept, "inference-extension-bundle"), ["own", all.filter((crd) => crd !== pool), [pool]]);
    for (const before of ["1.34.0-gke.1625000", "1.33.5-gke.2000000"]) {
      const older = await install({ controller: "gke" }, gke(before));
      strictEqual(crdsOf(older, "inference-extension-pool"), undefined);
      deepStrictEqual(crdsOf(older, "inference-extension-bundle"), ["own", all, undefined]);
    }
    const stated = await install({ controller: "gke" }, gke(), { inferenceExtension: { poolCrd: "own" } });
    deepStrictEqual(crdsOf(stated, "inference-extension-bundle"), ["own", all, undefined]);
  });

  it("refuses two owners of CRDs, clusters of others, and a subnet that cannot be", async () => {
    await rejects(
      install({ controller: "gke" }, gke(), { gatewayApi: { crds: "own" } }),
      /gatewayApi\.crds: with controller "gke" the cluster brings the CRDs of Gateway API .* two owners/,
    );
    await rejects(
      install({ controller: "gke" }, { cloud: "eks" }),
      /gateway\.controller: GKE's gateway controller is in clusters of GKE alone/,
    );
    await rejects(
      install({ controller: "gke", gke: { proxyOnlySubnet: { ipCidrRange: "10.129.0.0/28" } } }),
      (error: Error) => {
        deepStrictEqual(error.message.split("\n"), [
          'GkeGateway "platform-gke": 3 problems',
          '  - gateway.gke.proxyOnlySubnet.ipCidrRange: too small for the proxies of a region; given: "10.129.0.0/28"; allowed: a range of 64 addresses or more (/26), better 512 (/23)',
          "  - gateway.gke.proxyOnlySubnet.network: missing; the cluster does not tell it; fix: give the cluster's, or a cluster whose handle has it",
          "  - gateway.gke.proxyOnlySubnet.region: missing; the cluster does not tell it; fix: give the cluster's, or a cluster whose handle has it",
        ]);
        return true;
      },
    );
  });
});

describe("a platform on DigitalOcean", () => {
  it("has Istio, and gateways with DigitalOcean's annotations beside those that are given", async () => {
    const registrations = await install({
      controller: "digitalocean",
      digitalocean: { istio: { version: "1.30.1" }, loadBalancer: { internal: true, sizeUnit: 2, name: "inference" } },
      infrastructureAnnotations: { team: "serving" },
    });
    deepStrictEqual(
      registrations.filter(({ parent }) => /^platform-digitalocean/.test(parent)).map(({ name }) => name),
      [
        "platform-digitalocean-istio",
        "platform-digitalocean-istio-namespace",
        "platform-digitalocean-istio-istio-base",
        "platform-digitalocean-istio-istiod",
      ],
    );
    strictEqual(named(registrations, "platform-digitalocean-istio-istiod").inputs.version, "1.30.1");
    const gateway = named(registrations, "platform-gateway-gateway");
    const spec = gateway.inputs.spec as { gatewayClassName: string; infrastructure: { annotations: unknown } };
    strictEqual(spec.gatewayClassName, "istio");
    deepStrictEqual(spec.infrastructure.annotations, {
      "service.beta.kubernetes.io/do-loadbalancer-name": "inference",
      "service.beta.kubernetes.io/do-loadbalancer-network": "INTERNAL",
      "service.beta.kubernetes.io/do-loadbalancer-size-unit": "2",
      team: "serving",
    });
    ok(gateway.dependsOn.includes("platform-digitalocean-istio-istiod"), gateway.dependsOn.join(", "));
    deepStrictEqual((crdsOf(registrations, "gateway-api-bundle") as string[])[0], "existing");
    deepStrictEqual(crdsOf(registrations, "inference-extension-bundle"), ["own", all, undefined]);
  });

  it("refuses Cilium's class, an Istio without the v1 pool, and a load balancer without nodes", async () => {
    await rejects(
      install({ controller: "digitalocean", gatewayClassName: "cilium" }),
      /gateway\.gatewayClassName: gateways of this class send no requests to InferencePools: DigitalOcean's own gateways are Cilium's/,
    );
    await rejects(
      install({ controller: "digitalocean", digitalocean: { istio: { version: "1.27.1" } } }),
      /version: does not act on InferencePools of API version v1/,
    );
    await rejects(
      install({ controller: "digitalocean", digitalocean: { loadBalancer: { sizeUnit: 0 } } }),
      /gateway\.digitalocean\.loadBalancer\.sizeUnit: not a number of nodes/,
    );
  });
});
