import * as pulumi from "@pulumi/pulumi";

import { servingApiVersion } from "../../sdk/api/constants";
import type { LLMInferenceServiceSpecArgs } from "../../sdk/api/llmInferenceService";
import { checkSpec } from "../../sdk/api/schema/checkSpec";
import { checkStructure } from "../../sdk/api/structure";
import { checkServiceConfig } from "../../sdk/api/validate";
import { applied } from "../../sdk/compose/applied";
import { canonicalSpec } from "../../sdk/compose/canonical";
import type { Json } from "../../sdk/compose/marked";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { KubernetesObject } from "../kubernetesObject";
import { isPlain, resolveInputs, toInputs } from "./resolveInputs";

/** Arguments of {@link LLMInferenceServiceConfig}. */
export interface LLMInferenceServiceConfigArgs {
  /** `metadata.name`, by which services refer to it. @default the resource's name */
  configName?: string;
  /** Must exist. Services find configs in their own namespace and in KServe's. @default "default" */
  namespace?: pulumi.Input<string>;
  /** Nothing is required. Texts may be Go templates, as in KServe's presets. */
  spec: pulumi.Input<LLMInferenceServiceSpecArgs>;
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A fragment that lives in the cluster, for services to be composed from: name it in their `baseRefs`. */
export class LLMInferenceServiceConfig extends pulumi.ComponentResource {
  /** `metadata.name`. */
  readonly configName: string;
  readonly namespace: pulumi.Output<string>;
  /** As it was given, or as it is in the cluster. */
  readonly spec: pulumi.Input<LLMInferenceServiceSpecArgs>;

  constructor(name: string, args: LLMInferenceServiceConfigArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:LLMInferenceServiceConfig", name, {}, opts);
    this.configName = args.configName ?? name;
    this.namespace = pulumi.output(args.namespace ?? "default");
    this.spec = args.spec;
    createConfig(
      `${name}-config`,
      { ...args, configName: this.configName, spec: checkedSpec(this.configName, args.spec) },
      { parent: this },
    );
    this.registerOutputs();
  }

  /**
   * A config that exists already, with its content, so that previews of services that refer to it are complete.
   *
   * @param id `<namespace>/<name>`
   */
  static get(name: string, id: string, opts: pulumi.CustomResourceOptions = {}): ExistingConfig {
    const [namespace = "", configName = ""] = id.split("/");
    const object = new KubernetesObject(
      name,
      { apiVersion: servingApiVersion, kind: "LLMInferenceServiceConfig", metadata: { name: configName, namespace } },
      { ...opts, id },
    );
    return {
      configName,
      namespace: pulumi.output(namespace),
      spec: object.spec as pulumi.Output<LLMInferenceServiceSpecArgs>,
    };
  }
}

/** A config in the cluster and what it says. */
export interface ExistingConfig {
  readonly configName: string;
  readonly namespace: pulumi.Output<string>;
  readonly spec: pulumi.Input<LLMInferenceServiceSpecArgs>;
}

/** Registers the object; its spec is taken as it is. */
export function createConfig(
  name: string,
  args: Omit<LLMInferenceServiceConfigArgs, "spec"> & { configName: string; spec: pulumi.Input<unknown> },
  opts: pulumi.CustomResourceOptions,
): KubernetesObject {
  return new KubernetesObject(
    name,
    {
      apiVersion: servingApiVersion,
      kind: "LLMInferenceServiceConfig",
      metadata: {
        name: args.configName,
        namespace: args.namespace ?? "default",
        ...(args.labels && { labels: args.labels }),
        ...(args.annotations && { annotations: args.annotations }),
      },
      spec: args.spec,
    },
    opts,
  );
}

/** Plain specs are checked at once, others when they resolve; what is applied is what the API server keeps. */
function checkedSpec(configName: string, spec: pulumi.Input<LLMInferenceServiceSpecArgs>): pulumi.Input<unknown> {
  if (isPlain(spec)) return toInputs(checked(configName, spec as Json));
  return resolveInputs(spec).then((value) => toInputs(checked(configName, value)));
}

function checked(configName: string, spec: Json): Json {
  const problems = problemsOf(spec);
  if (problems.length > 0) throw new ConfigurationError(`LLMInferenceServiceConfig "${configName}"`, problems);
  return applied(canonicalSpec(spec).value);
}

function problemsOf(spec: Json): Problem[] {
  const structure = checkStructure(spec, "spec");
  if (structure.length > 0) return structure;
  const { value, problems } = canonicalSpec(spec);
  const fields = checkSpec(problems.length > 0 ? spec : applied(value), { form: "config" });
  return [...(fields.length > 0 ? fields : problems), ...checkServiceConfig({ spec })];
}
