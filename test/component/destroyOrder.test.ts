import { deepStrictEqual, ok } from "node:assert";

import { EksCluster } from "../../components/clusters/eks";
import type { EksClusterArgs } from "../../components/clusters/eksArgs";
import { GkeCluster } from "../../components/clusters/gke";
import { InferencePlatform } from "../../components/inferencePlatform";
import { DestroyOrder } from "./destroyOrder";
import { callForEnvironment, type Config, outputsOfClouds, readExample, runEnvironment } from "./environmentFixture";
import { named, register, type Registration } from "./mocks";

const isInCluster = ({ type }: Registration): boolean =>
  type.startsWith("kubernetes:") || type === "pulumi-nodejs:dynamic/pulumi-kserve:CrdBundle";
/** Of the cluster itself: network, roles, nodes for the system, add-ons, and who may do what. */
const isOfCluster = ({ type, parent }: Registration): boolean =>
  parent === "cluster" && (type.startsWith("gcp:") || type.startsWith("aws:"));

const label = ({ type, name }: Registration): string => `${type} ${name}`;

/** What of the cluster may be gone while an object in it is still there, by object. */
function tooEarly(registrations: readonly Registration[]): Record<string, string[]> {
  const order = new DestroyOrder(registrations);
  const ofCluster = registrations.filter(isOfCluster);
  ok(ofCluster.length > 3);
  const found = registrations.filter(isInCluster).map((object): [string, string[]] => {
    const later = order.goneAfter(object);
    return [label(object), ofCluster.filter((one) => !later.has(one)).map(label)];
  });
  ok(found.length > 10);
  return Object.fromEntries(found.filter(([, missing]) => missing.length > 0));
}

describe("a destroy of everything, in the order of the engine", () => {
  const eksWith = (eks: object): Config => {
    const config = readExample("eks");
    const cluster = config["pulumi-kserve:cluster"] as { eks: object };
    return { ...config, "pulumi-kserve:cluster": { eks: { ...cluster.eks, ...eks } } };
  };
  const environments: Record<string, Config> = {
    "of Pulumi.gke.example.yaml": readExample("gke"),
    "of Pulumi.eks.example.yaml": readExample("eks"),
    "on EKS with one NAT gateway": eksWith({ network: { zones: ["us-east-2a", "us-east-2b"], natGateways: "one" } }),
    "on EKS with Istio and all that can be around KServe": {
      ...readExample("eks"),
      "pulumi-kserve:existing": { components: { certManager: true } },
      "pulumi-kserve:platform": {
        gateway: { controller: "istio" },
        autoscaling: {},
        monitoring: {},
        tracing: {},
        externalDns: { provider: "aws", domainFilters: ["example.com"], txtOwnerId: "inference" },
        networkPolicies: { serviceNamespaces: ["chat"] },
        disruptionBudgets: true,
      },
    },
    "on EKS with Auto Mode": {
      ...eksWith({
        autoMode: true,
        systemPool: undefined,
        addons: { "cert-manager": {}, "vpc-cni": {}, "kube-proxy": {}, "eks-pod-identity-agent": {} },
      }),
      "pulumi-kserve:acceleratorPools": (readExample("eks")["pulumi-kserve:acceleratorPools"] as object[]).map(
        (pool) => ({ ...pool, minNodes: 1, maxNodes: 1 }),
      ),
    },
  };

  for (const [name, config] of Object.entries(environments)) {
    describe(`environment ${name}`, () => {
      let registrations: Registration[];
      let order: DestroyOrder;
      before(async () => {
        registrations = await runEnvironment(config);
        order = new DestroyOrder(registrations);
      });
      const isBefore = (first: string, ...later: string[]): void => {
        const after = order.goneAfter(named(registrations, first));
        for (const one of later) ok(after.has(named(registrations, one)), `${one} may be gone before ${first}`);
      };

      it("leaves network, nodes, add-ons and rights to the cluster until everything in it is gone", () => {
        deepStrictEqual(tooEarly(registrations), {});
      });

      it("takes the services before their nodes, their gateway and KServe", () => {
        const pools = registrations.filter(({ type }) => /:(NodePool|NodeGroup)$/.test(type));
        for (const service of ["llama-8b", "llama-70b"]) {
          isBefore(
            `${service}-service`,
            "namespace-chat",
            "platform-gateway-gateway",
            "platform-kserve-deployment-llmisvc-controller-manager",
            "platform-kserve-namespace",
          );
          const own = service === "llama-8b" ? /^(l4|l40s)-/ : /^h100-/;
          const names = pools.map((pool) => pool.name).filter((pool) => own.test(pool));
          ok(names.length > 0);
          isBefore(`${service}-service`, ...names);
        }
      });

      it("takes the gateway before its namespace, in which its load balancer is awaited, and before its controller", () => {
        isBefore("platform-gateway-gateway", "platform-kserve-namespace");
        const controller = registrations.filter(({ name, type }) => {
          return name.startsWith("platform-istio-") && isInCluster({ type } as Registration);
        });
        isBefore("platform-gateway-gateway", ...controller.map((object) => object.name));
      });
    });
  }

  it("has a platform wait for what its cluster needs, without being told", async () => {
    const eks: EksClusterArgs = {
      region: "us-east-2",
      network: { zones: ["us-east-2a", "us-east-2b"] },
      creatorIsAdmin: false,
      access: { platform: { principalArn: "arn:aws:iam::123456789012:role/platform", policy: "cluster-admin" } },
    };
    const clusters = [
      () => new EksCluster("cluster", eks),
      () => new GkeCluster("cluster", { project: "my-project", location: "us-central1" }),
    ];
    for (const make of clusters) {
      const { registrations } = await register(() => new InferencePlatform("platform", { cluster: make() }), {
        outputs: outputsOfClouds,
        call: callForEnvironment,
      });
      deepStrictEqual(tooEarly(registrations), {});
    }
  });
});
