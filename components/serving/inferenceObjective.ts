import * as pulumi from "@pulumi/pulumi";

import { childNames } from "../../sdk/api/names";
import { labelName, objectName, RecipeChecks } from "../../sdk/recipes/recipeChecks";
import { KubernetesObject } from "../kubernetesObject";

/** Arguments of {@link InferenceObjective}. */
export interface InferenceObjectiveArgs {
  /** `metadata.name`, which clients send in the header `x-gateway-inference-objective`. @default the resource's name */
  objectiveName?: string;
  /** That of the service. @default "default" */
  namespace?: pulumi.Input<string>;
  /** `metadata.name` of the service, whose managed pool is meant. Excludes `pool`. */
  service?: string;
  /** An InferencePool of another name, such as {@link LLMInferenceService.inferencePool}. Excludes `service`. */
  pool?: pulumi.Input<string>;
  /**
   * The higher, the more critical: when requests have to wait, those of a higher priority are always served first. Negative ones are
   * sheddable: they are refused when the pool is saturated.
   *
   * @default 0, as requests without an objective have
   */
  priority?: pulumi.Input<number>;
}

/**
 * How critical requests to a service are, for its endpoint picker: what v1alpha1 of KServe called a model's criticality. Requests choose
 * an objective by a header, so that one service may have several.
 *
 * Source: `inferenceobjectives.llm-d.ai` v1alpha2 in `config/llmisvc/gateway-inference-extension.yaml` of KServe 0.20.
 */
export class InferenceObjective extends pulumi.ComponentResource {
  /** What clients send in the header `x-gateway-inference-objective`. */
  readonly objectiveName: string;
  readonly namespace: pulumi.Output<string>;

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: InferenceObjectiveArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:InferenceObjective", name, {}, opts);
    check(name, args);
    const { objectiveName = name, namespace = "default", service, pool, priority = 0 } = args;
    this.objectiveName = objectiveName;
    this.namespace = pulumi.output(namespace);
    new KubernetesObject(
      `${name}-objective`,
      {
        apiVersion: "llm-d.ai/v1alpha2",
        kind: "InferenceObjective",
        metadata: { name: objectiveName, namespace },
        spec: {
          priority,
          poolRef: {
            group: "inference.networking.k8s.io",
            kind: "InferencePool",
            name: pool ?? childNames(service as string).inferencePool,
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

function check(name: string, args: InferenceObjectiveArgs): void {
  const checks = new RecipeChecks(`"${name}"`, "InferenceObjective");
  checks.fields("", args, ["objectiveName", "namespace", "service", "pool", "priority"]);
  checks.text("objectiveName", args.objectiveName ?? name, objectName);
  checks.oneOf("pool", args, ["service", "pool"]);
  checks.text("service", args.service, labelName);
  checks.text("pool", args.pool, objectName);
  checks.integer("priority", args.priority, { min: -(2 ** 31), max: 2 ** 31 - 1 });
  checks.done();
}
