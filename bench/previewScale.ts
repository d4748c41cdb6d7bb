import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump } from "js-yaml";

import { projectRoot } from "../local/paths";
import type { Progress } from "../local/progress";
import { benchCluster, type BenchCluster } from "./cluster";
import type { EnvironmentTask } from "./environmentWorker";
import { measureCommand, median, type Result, round, type Sample } from "./measure";

const sizes = [10, 100, 500] as const;
const environments = ["dev", "staging", "prod"] as const;
/** Of each size in each environment; together six of each size. */
const rounds = 2;
/** How much more one of 500 services may cost than one of 100, beyond what the sizes before cost. */
const linearLimit = 1.25;

/**
 * Previews of environments that are not there yet, of 10, 100 and 500 services with five fragments each, in processes of their own. The
 * CRDs are there, so that the API server judges every service.
 */
export async function previewScale(progress: Progress): Promise<Result> {
  return benchCluster("bench-scale", progress, async (cluster) => {
    await cluster.installAllCrds();
    const samples = new Map<number, Sample[]>(sizes.map((size) => [size, []]));
    for (let round = 0; round < rounds; round++) {
      for (const environment of environments) {
        for (const size of sizes) samples.get(size)?.push(await preview(cluster, environment, size));
      }
    }
    const of = (size: number, what: "seconds" | "peakMiB"): number =>
      median((samples.get(size) ?? []).map((sample) => sample[what]));
    const growth = (what: "seconds" | "peakMiB"): number =>
      (of(500, what) - of(100, what)) / 400 / ((of(100, what) - of(10, what)) / 90);
    const value = round(Math.max(growth("seconds"), growth("peakMiB")));
    return {
      name: "preview-scale",
      value,
      unit: "ratio",
      limit: linearLimit,
      pass: value <= linearLimit,
      details: {
        ...Object.fromEntries(sizes.map((size) => [`seconds${size}`, round(of(size, "seconds"))])),
        ...Object.fromEntries(sizes.map((size) => [`mib${size}`, Math.round(of(size, "peakMiB"))])),
        timeGrowth: round(growth("seconds")),
        memoryGrowth: round(growth("peakMiB")),
        runs: rounds * environments.length,
      },
    };
  });
}

async function preview({ cluster }: BenchCluster, environment: string, count: number): Promise<Sample> {
  const stack = `${environment}-${count}`;
  const configFile = join(cluster.folder, `Pulumi.${stack}.yaml`);
  await writeFile(configFile, dump({ config: configuration(environment, count) }, { noRefs: true }));
  const task: EnvironmentTask = { cluster: cluster.name, operation: "preview", stack, configFile };
  const worker = join(projectRoot(), "dist", "bench", "environmentWorker.js");
  const sample = await measureCommand(process.execPath, [worker, JSON.stringify(task)]);
  // A service is a component and an object.
  const { changes } = JSON.parse(sample.stdout) as { changes: Record<string, number> };
  if ((changes.create ?? 0) < 2 * count || Object.keys(changes).join() !== "create")
    throw new Error(`the preview was to create ${count} services: ${JSON.stringify(changes)}`);
  return sample;
}

/** Three fragments for all services, one for the team of each, and one of its own. */
function configuration(environment: string, count: number): Record<string, unknown> {
  const teams = Array.from({ length: 10 }, (_, team) => `team-${team}`);
  return {
    "pulumi-kserve:platform": Object.fromEntries(
      ["gatewayApi", "inferenceExtension", "leaderWorkerSet", "kserve"].map((part) => [part, { crds: "existing" }]),
    ),
    // As many nodes as the largest of these environments wants, whatever the embedded cluster has.
    "pulumi-kserve:pools": [
      {
        name: "h100",
        accelerator: "nvidia-h100-80gb",
        acceleratorsPerNode: 8,
        maxNodes: 1000,
        cpu: "192",
        memory: "2000Gi",
      },
      { name: "cpu", maxNodes: 1000, cpu: "64", memory: "256Gi" },
    ],
    "pulumi-kserve:fragments": [
      {
        name: "environment",
        spec: { labels: { environment }, annotations: { "example.com/cost-center": environment } },
      },
      {
        name: "h100",
        spec: {
          parallelism: { tensor: 4 },
          template: {
            containers: [
              {
                name: "main",
                resources: { limits: { cpu: "16", memory: "128Gi", "nvidia.com/gpu": "4" } },
                volumeMounts: [{ name: "dshm", mountPath: "/dev/shm" }],
              },
            ],
            tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
            volumes: [{ name: "dshm", emptyDir: { medium: "Memory", sizeLimit: "32Gi" } }],
          },
        },
      },
      { name: "routing", spec: { router: { gateway: {}, route: {}, scheduler: { replicas: 2 } } } },
      ...teams.map((team) => ({
        name: team,
        priority: 5,
        spec: {
          labels: { team },
          template: { containers: [{ name: "main", env: [{ name: "OTEL_SERVICE_NAME", value: team }] }] },
        },
      })),
    ],
    "pulumi-kserve:services": Array.from({ length: count }, (_, index) => {
      const team = teams[index % teams.length] as string;
      const model = { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: `acme/llama-${index}` };
      const own = { name: "own", priority: 10, spec: { model, replicas: 1 + (index % 3) } };
      return { name: `llama-${index}`, namespace: team, fragments: ["environment", "h100", "routing", team, own] };
    }),
  };
}
