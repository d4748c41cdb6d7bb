// Stands in for the one use that kwokctl makes of kubectl: `kubectl --kubeconfig FILE get --raw PATH`, which it repeats five times
// a second until the API server answers. This one waits for the answer itself, so the start loses no time between two tries.
import { parseArgs } from "node:util";

import { KubernetesClient } from "../../sdk/kubernetes/client";
import { sleep } from "../process";

const timeoutMs = 120_000;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { kubeconfig: { type: "string" }, raw: { type: "string" } },
    allowPositionals: true,
  });
  if (positionals.join(" ") !== "get" || !values.kubeconfig || !values.raw) {
    throw new Error(`only "kubectl --kubeconfig FILE get --raw PATH" is known here`);
  }
  const client = await KubernetesClient.fromKubeconfig(values.kubeconfig);
  for (const deadline = Date.now() + timeoutMs; ; await sleep(20)) {
    try {
      const answer = await client.request("GET", values.raw, { timeout: 2000 });
      process.stdout.write(typeof answer === "string" ? answer : JSON.stringify(answer));
      break;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
  client.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
