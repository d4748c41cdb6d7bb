import { deepStrictEqual, strictEqual, throws } from "node:assert";

import { type ExportedStack, joinPlan, splitPlan } from "../../cli/stacks/movePlan";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { type Part, publishedNodes, settingsOfPart } from "../../stacks/environment/parts";

/** The problems with which something fails. */
function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe("settings of one of three stacks", () => {
  const of = (part: Part, given: Record<string, unknown>) => problemsOf(() => settingsOfPart(part, given));
  const clusterStack = "acme/inference-cluster/prod";
  const platformStack = "acme/inference-platform/prod";

  it("are those of the environment that concern it, and the stack that it builds upon", () => {
    deepStrictEqual(settingsOfPart("platform", { clusterStack, platform: {}, mirrors: {} }), {
      own: { platform: {}, mirrors: {} },
      link: clusterStack,
    });
    deepStrictEqual(settingsOfPart("cluster", { cluster: {}, pools: [] }), { own: { cluster: {}, pools: [] } });
  });

  it("say which stack has one that is elsewhere", () => {
    const [problem, other] = of("services", { platformStack, acceleratorPools: [], clusterStack });
    strictEqual(problem?.path, "acceleratorPools");
    strictEqual(problem?.message, "is a setting of the cluster stack");
    strictEqual(problem?.fix, "move it to the configuration of that stack, whose project is stacks/cluster");
    strictEqual(other?.message, "is a setting of the platform stack");
  });

  it("name the nearest one, and where that is", () => {
    strictEqual(of("services", { platformStack, sevices: [] })[0]?.fix, 'did you mean "services"?');
    strictEqual(
      of("services", { platformStack, platfrom: {} })[0]?.fix,
      'did you mean "platform", which the stack of stacks/platform has?',
    );
  });

  it("need the stack before, by its full name", () => {
    strictEqual(of("services", {})[0]?.path, "platformStack");
    strictEqual(of("services", { platformStack: "prod" })[0]?.message, "not the full name of a stack");
    strictEqual(of("platform", {})[0]?.allowed, '"<organization>/<project>/<stack>", or cluster.kubeconfig');
  });

  it("are none by what every object has", () => {
    deepStrictEqual(
      of("services", { platformStack, constructor: 1, toString: 2 }).map(({ message }) => message),
      ["no such setting", "no such setting"],
    );
  });

  it("publish the kubeconfig that services need", () => {
    strictEqual(of("platform", { clusterStack, outputs: { kubeconfig: false } })[0]?.path, "outputs.kubeconfig");
    deepStrictEqual(of("platform", { clusterStack, outputs: { kubeconfig: true } }), []);
    deepStrictEqual(of("services", { platformStack, outputs: { kubeconfig: false } }), []);
  });

  it("publish nothing about nodes that may be secret", () => {
    const network = { privateSubnetIds: { "eu-west-1a": "subnet-1" }, vpcId: "vpc-1" };
    const addons = { coredns: { version: "v1", configuration: { token: "hunter2" } }, "vpc-cni": false as const };
    deepStrictEqual(
      publishedNodes({
        cluster: { eks: { region: "eu-west-1", network, addons } },
        clusterParts: { nvidia: "dra", values: { "gpu-operator": { token: "hunter2" } } },
      }),
      {
        cluster: { eks: { region: "eu-west-1", network, addons: { coredns: { version: "v1" }, "vpc-cni": false } } },
        clusterParts: { nvidia: "dra" },
      },
    );
  });

  it("let a platform name its cluster by a kubeconfig alone", () => {
    deepStrictEqual(of("platform", { cluster: { kubeconfigFile: "kubeconfig" } }), []);
    strictEqual(of("platform", { cluster: { gke: {} } })[0]?.path, "cluster.gke");
    strictEqual(of("platform", { clusterStack, cluster: { kubeconfig: "text" } })[0]?.path, "cluster");
  });
});

describe("the commands that move an environment", () => {
  const stateOf = (
    project: string,
    resources: readonly [type: string, name: string, isChild?: boolean][],
  ): ExportedStack => {
    const urn = (type: string, name: string) => `urn:pulumi:prod::${project}::${type}::${name}`;
    const root = urn("pulumi:pulumi:Stack", `${project}-prod`);
    return {
      deployment: {
        resources: [
          { urn: root, type: "pulumi:pulumi:Stack" },
          {
            urn: urn("pulumi:providers:kubernetes", "cluster-kubernetes"),
            type: "pulumi:providers:kubernetes",
            parent: root,
          },
          ...resources.map(([type, name, isChild]) => ({
            urn: urn(type, name),
            type,
            parent: isChild ? urn("pulumi-kserve:index:LLMInferenceService", "chat") : root,
          })),
        ],
      },
    };
  };
  const services = [
    ["kubernetes:core/v1:Namespace", "namespace-models"],
    ["pulumi-kserve:index:LLMInferenceService", "chat"],
    ["kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService", "chat-service", true],
  ] as const;
  const platform = ["pulumi-kserve:index:InferencePlatform", "platform"] as const;
  const cluster = ["pulumi-kserve:index:GkeCluster", "cluster"] as const;
  const whole = () =>
    stateOf("pulumi-kserve", [[...cluster], [...platform], ...services.map((each) => [...each] as never)]);

  it("take services and platform away, and leave the cluster in its stack", () => {
    deepStrictEqual(
      splitPlan(whole(), { organization: "acme" }).map(({ folder, args }) => [folder, ...args].join(" ")),
      [
        "stacks/services stack init acme/inference-services/prod",
        "stacks/services state move --yes --source acme/pulumi-kserve/prod --dest acme/inference-services/prod " +
          "urn:pulumi:prod::pulumi-kserve::kubernetes:core/v1:Namespace::namespace-models " +
          "urn:pulumi:prod::pulumi-kserve::pulumi-kserve:index:LLMInferenceService::chat",
        "stacks/platform stack init acme/inference-platform/prod",
        "stacks/platform state move --yes --source acme/pulumi-kserve/prod --dest acme/inference-platform/prod " +
          "urn:pulumi:prod::pulumi-kserve::pulumi-kserve:index:InferencePlatform::platform",
        ". stack rename acme/inference-cluster/prod --stack acme/pulumi-kserve/prod",
      ],
    );
  });

  it("bring all back into the cluster's stack", () => {
    const states = [
      stateOf("inference-platform", [[...platform]]),
      stateOf("inference-services", [["pulumi:pulumi:StackReference", "x"]]),
    ];
    deepStrictEqual(
      joinPlan(states).map(({ folder, args }) => [folder, ...args].join(" ")),
      [
        "stacks/cluster stack rename organization/pulumi-kserve/prod --stack organization/inference-cluster/prod",
        ". state move --yes --source organization/inference-platform/prod --dest organization/pulumi-kserve/prod " +
          "urn:pulumi:prod::inference-platform::pulumi-kserve:index:InferencePlatform::platform",
      ],
    );
  });

  it("are refused for what is no such state, was interrupted, or has what belongs to no part", () => {
    strictEqual(problemsOf(() => splitPlan({}))[0]?.message, "no state of a stack");
    strictEqual(problemsOf(() => splitPlan(stateOf("inference-platform", [])))[0]?.given, "inference-platform");
    const foreign = stateOf("pulumi-kserve", [["aws:s3/bucket:Bucket", "weights"]]);
    strictEqual(problemsOf(() => splitPlan(foreign))[0]?.message, "belongs to none of the three parts");
    const interrupted = { deployment: { ...whole().deployment, pending_operations: [{}] } };
    strictEqual(problemsOf(() => splitPlan(interrupted))[0]?.message, "an update of it was interrupted");
    const text = JSON.stringify(stateOf("inference-services", []));
    const other = JSON.parse(text.replaceAll("urn:pulumi:prod::", "urn:pulumi:dev::")) as ExportedStack;
    throws(
      () => joinPlan([stateOf("inference-platform", []), other]),
      /stack: the states are of stacks with different names; given: "prod, dev"/,
    );
    throws(() => joinPlan([whole()]), /the state of the services stack is not among those given/);
  });
});
