import type { Progress } from "../local/progress";
import { benchCluster, runEnvironment } from "./cluster";
import { alternate, type Result, type Sample, timeRatio } from "./measure";

/**
 * A preview that finds nothing to do, of the whole environment against the same environment without its CRDs. Each side has a
 * cluster of its own; on the other one the CRDs were put there beforehand, and the stack does not know them.
 */
export async function noopPreviewPlatform(progress: Progress): Promise<Result> {
  return benchCluster("bench-with-crds", progress, (withCrds) =>
    benchCluster("bench-without-crds", progress, async (without) => {
      await progress.step("up with CRDs", () => runEnvironment(withCrds, { operation: "up" }));
      await without.installAllCrds();
      await progress.step("up without CRDs", () => runEnvironment(without, { operation: "up", withoutCrds: true }));

      const samples = await alternate(
        () => runEnvironment(withCrds, { operation: "preview" }),
        () => runEnvironment(without, { operation: "preview", withoutCrds: true }),
      );
      expectNoChanges([...samples.ours, ...samples.theirs]);
      return timeRatio("noop-preview-platform", 1.3, samples);
    }),
  );
}

function expectNoChanges(samples: Sample[]): void {
  for (const { stdout } of samples) {
    const { changes } = JSON.parse(stdout) as { changes: Record<string, number> };
    if (Object.keys(changes).join() !== "same")
      throw new Error(`the preview was to find nothing to do: ${JSON.stringify(changes)}`);
  }
}
