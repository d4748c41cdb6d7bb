import * as pulumi from "@pulumi/pulumi";

import { cluster } from "../../stacks/cluster/cluster";
import { platform } from "../../stacks/platform/platform";
import { services } from "../../stacks/services/services";
import { callForEnvironment, type Config, outputsOfClouds } from "./environmentFixture";
import { type MockOptions, register, type Registration } from "./mocks";

const programs = { cluster, platform, services };
type Part = keyof typeof programs;

/** Outputs of a stack as a reference to it reads them. */
export interface StackOutputs {
  readonly values: Record<string, unknown>;
  readonly secretNames: readonly string[];
}

/** Runs the program of one of the three stacks with a configuration, and with outputs of the stacks that it refers to, by their names. */
export async function runPart(
  part: Part,
  config: Config,
  stacks: Readonly<Record<string, StackOutputs>> = {},
  options: MockOptions = {},
): Promise<{ registrations: Registration[]; outputs: StackOutputs }> {
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
  );
  const outputs: MockOptions["outputs"] = (resource) => {
    if (resource.type !== "pulumi:pulumi:StackReference") return outputsOfClouds?.(resource) ?? {};
    const stack = stacks[resource.inputs.name as string];
    if (!stack) throw new Error(`unknown stack "${String(resource.inputs.name)}"`);
    return { outputs: stack.values, secretOutputNames: stack.secretNames };
  };
  try {
    const { registrations, result } = await register(async () => resolved(await programs[part]()), {
      outputs,
      call: callForEnvironment,
      ...options,
    });
    return { registrations, outputs: await result };
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}

async function resolved(given: object): Promise<StackOutputs> {
  const names: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(given)) {
    const output = pulumi.output(input as pulumi.Input<unknown>);
    const [value, isSecret] = await Promise.all([
      (output as unknown as { promise(): Promise<unknown> }).promise(),
      pulumi.isSecret(output),
    ]);
    // As they lie in a state.
    if (value !== undefined) values[name] = JSON.parse(JSON.stringify(value)) as unknown;
    if (isSecret) names.push(name);
  }
  return { values, secretNames: names };
}
