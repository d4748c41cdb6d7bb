// An update in a process of its own, so that its engine can be killed under it.
import { text } from "node:stream/consumers";

import { LeaderWorkerSetCrds } from "../../components/platform/leaderWorkerSetCrds";
import { openStack } from "../../local/engine/workspace";
import type { ArtifactMirrors } from "../../sdk/artifacts";

/** What the process reads from stdin, as JSON. */
export interface InterruptedOptions {
  folder: string;
  stack: string;
  pulumi: string;
  helm: string;
  kubeconfig: string;
  mirrors: ArtifactMirrors;
}

/** The program that is interrupted, and later completed. */
export function interruptedProgram({ kubeconfig, mirrors }: InterruptedOptions): void {
  new LeaderWorkerSetCrds("lws", { kubeconfig, mirrors });
}

async function main(): Promise<void> {
  const options = JSON.parse(await text(process.stdin)) as InterruptedOptions;
  const stack = await openStack({
    ...options,
    program: () => {
      interruptedProgram(options);
      return Promise.resolve();
    },
  });
  await stack.up();
}

if (require.main === module) {
  // The SDK handles rejections that nobody else does, and would end this process as a success.
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
