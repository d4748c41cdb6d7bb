import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, sleep, startProcess } from "../../local/process";

/** A cluster in which nobody listens: the endpoint picker reads its configuration before it asks the cluster anything. */
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{ name: none, cluster: { server: "http://127.0.0.1:1" } }]
contexts: [{ name: none, context: { cluster: none, user: none } }]
users: [{ name: none, user: {} }]
current-context: none
`;

/**
 * Starts the endpoint picker with a configuration and stops it again: whether it has loaded it when it comes to ask the
 * cluster for the first time, and what it said otherwise. Data sources are bound to extractors after that.
 */
export async function startPicker(path: string, config: object): Promise<{ starts: boolean; said: string }> {
  const folder = await mkdtemp(join(tmpdir(), "epp-"));
  const logFile = join(folder, "epp.log");
  try {
    await writeFile(join(folder, "kubeconfig"), kubeconfig);
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const child = startProcess({
      name: "epp",
      command: path,
      args: [
        `--config-text=${JSON.stringify(config)}`,
        "--pool-namespace=models",
        "--pool-name=llama",
        `--grpc-port=${ports[0]}`,
        `--grpc-health-port=${ports[1]}`,
        `--metrics-port=${ports[2]}`,
        "--zap-encoder=json",
      ],
      env: {
        ...process.env,
        KUBECONFIG: join(folder, "kubeconfig"),
        TRAINING_SERVER_URL: "http://127.0.0.1:1",
        PREDICTION_SERVER_URL: "http://127.0.0.1:1",
      },
      logFile,
    });
    let ended = false;
    void child.exited.then(() => (ended = true));
    try {
      for (;;) {
        const over = ended;
        const log = await readFile(logFile, "utf8").catch(() => "");
        if (log.includes("loaded configuration from file/text successfully")) return { starts: true, said: "" };
        if (over)
          return {
            starts: false,
            said:
              log
                .split("\n")
                .filter((line) => line.startsWith('{"level":"error"'))
                .join("\n") || log,
          };
        await sleep(20);
      }
    } finally {
      await child.stop(2000);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
