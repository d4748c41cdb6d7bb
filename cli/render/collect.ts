import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { programFor } from "../../local/engine/environment";
import { Operation, OperationError, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import type { Progress } from "../../local/progress";
import { isSecretKind } from "../../local/provider/kinds";
import { type Properties, secretTexts } from "../../local/provider/properties";
import { serve } from "../../local/provider/server";
import type { EnvironmentOverrides } from "../../stacks/environment/environment";
import { type PlannedResource, readPlan } from "./plan";

/** How the program of a stack is run. */
export interface CollectOptions {
  readonly stack: string;
  readonly config: Record<string, unknown>;
  /** Paths of the executables. */
  readonly tools: { readonly pulumi: string; readonly helm: string };
  /** Called in the program. */
  readonly overrides: () => EnvironmentOverrides;
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  readonly progress: Progress;
}

/** Everything that the program of a stack declares. */
export interface Collected {
  readonly planned: ReadonlyMap<string, PlannedResource>;
  /** Kubernetes objects by their URN, as the provider would create them. */
  readonly objects: ReadonlyMap<string, Properties>;
  /** What the program marked as secret, in plain text. */
  readonly secretTexts: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** The program failed, or the engine refused what it declares. */
export class RenderError extends Error {
  override readonly name = "RenderError";
}

/**
 * Runs the program in a preview of an empty stack by the real engine, with a provider in this process that is asked for no cluster.
 *
 * @throws RenderError with what the engine said of each resource.
 */
export async function collectResources(options: CollectOptions): Promise<Collected> {
  const objects = new Map<string, Properties>();
  const secrets = new Set<string>();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-render-"));
  const { port, server } = await serve(undefined, {
    kubeVersion: options.kubeVersion,
    apiVersions: options.apiVersions,
    helm: options.tools.helm,
    given: (urn, inputs) => {
      // All contents of a chart's own Secret count as secret, those that stand elsewhere in the chart too.
      if (urn.includes("helm.sh/v4:Chart$") && isSecretKind(inputs.value)) return;
      for (const text of secretTexts(inputs.value, inputs.secrets)) secrets.add(text);
    },
    created: (urn, inputs) => void objects.set(urn, inputs),
  });
  try {
    const program = await programFor(options.config);
    const stack = await openStack({
      folder,
      pulumi: options.tools.pulumi,
      helm: options.tools.helm,
      stack: options.stack,
      config: options.config,
      kubernetesPort: port,
      program: () => Promise.resolve({ ...program(options.overrides()) }),
    });
    const plan = join(folder, "plan.json");
    const logFile = join(folder, "engine.log");
    const { warnings } = await runOperation(Operation.preview, stack, { logFile, plan, progress: options.progress });
    return { planned: await readPlan(plan), objects, secretTexts: secrets, warnings };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new RenderError(
      `the program of stack "${options.stack}" failed, and nothing was written\n${error.diagnostics.map(withoutStack).join("\n")}`,
      { cause: error },
    );
  } finally {
    server.forceShutdown();
    await rm(folder, { recursive: true, force: true });
  }
}

function withoutStack(diagnostic: string): string {
  return diagnostic.replace(/\n {4}at .*/g, "").replace(/^Unhandled exception: (Error: )?/, "");
}
