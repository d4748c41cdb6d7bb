import type { Stack } from "@pulumi/pulumi/automation";

import { openStack, type WorkspaceOptions } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";

/** A stack of the real engine, with the toolchain's executables, for programs that reach no cluster. */
export async function stackWithoutCluster(options: Omit<WorkspaceOptions, "pulumi" | "helm">): Promise<Stack> {
  const { tools } = await ensureToolchain({ progress: silentProgress });
  return openStack({ ...options, pulumi: tools.pulumi.path, helm: tools.helm.path });
}
