import { join } from "node:path";

import { projectRoot } from "../local/paths";
import type { Progress } from "../local/progress";
import { alternate, measureCommand, median, type Result, round, type Sample } from "./measure";

/** A program of this package, and the SDK that it is compared with. */
interface CloudProgram {
  /** The SDK, such as "@pulumi/gcp". */
  sdk: string;
  /** Makes the program's resources with `library` and `pulumi`. */
  ours: string;
  /** Types of resources that the SDK makes, by their beginning. */
  types: string;
}

const gke: CloudProgram = {
  sdk: "@pulumi/gcp",
  types: "gcp:",
  ours: `
    const cluster = new library.GkeCluster("serving", { project: "acme", location: "us-central1" });
    new library.AcceleratorPool("l4", { cluster, accelerator: "nvidia-l4", maxNodes: 4 });`,
};
const eks: CloudProgram = {
  sdk: "@pulumi/aws",
  types: "aws:",
  ours: `
    const cluster = new library.EksCluster("serving", {
      region: "us-east-1", version: "1.35", network: { zones: ["us-east-1a", "us-east-1b"] } });
    new library.AcceleratorPool("l4", { cluster, accelerator: "nvidia-l4", maxNodes: 4 });`,
};
const existing: CloudProgram = {
  sdk: "@pulumi/kubernetes",
  types: "pulumi:providers:kubernetes",
  ours: `
    new library.ExistingCluster("prod", { kubeconfig: JSON.stringify({
      apiVersion: "v1", kind: "Config", "current-context": "prod",
      clusters: [{ name: "prod", cluster: { server: "https://prod.example.com" } }],
      users: [{ name: "prod", user: { token: "token" } }],
      contexts: [{ name: "prod", context: { cluster: "prod", user: "prod" } }] }) });`,
};

export const importGke = (progress: Progress): Promise<Result> => compare("import-gke", gke, progress);
export const importEks = (progress: Progress): Promise<Result> => compare("import-eks", eks, progress);
export const importExisting = (progress: Progress): Promise<Result> => compare("import-existing", existing, progress);

/**
 * A whole process that makes a cluster and a pool with this package, against a process with the SDK alone, as its users write it: the
 * SDK is required by its name, and makes the same resources of the SDK's own types with the same inputs, which were recorded from our
 * side. Both run against the same mocks. Our side also makes a Kubernetes provider for what comes into the cluster, and loads
 * what that needs; on the side of a cloud's SDK there is none. The memory is the highest that the process itself had, as Linux counts it.
 */
async function compare(name: string, program: CloudProgram, progress: Progress): Promise<Result> {
  const recorded = report(await run(oursOf(program, true)));
  const theirs = theirsOf(program.sdk, recorded.resources ?? []);
  const { ours: our, theirs: their } = await alternate(
    () => run(oursOf(program, false)),
    () => run(theirs),
    { runs: 11 },
  );
  const seconds = [our, their].map((samples) => median(samples.map((sample) => sample.seconds)));
  const memory = [our, their].map((samples) => median(samples.map((sample) => report(sample).mib)));
  // Only shown: where others use the machine too, it tells their share of the time from ours.
  const cpu = [our, their].map((samples) => median(samples.map((sample) => report(sample).cpuSeconds)));
  const ratios = [seconds, memory].map(([ours = NaN, alone = NaN]) => round(ours / alone));
  const loaded = report(our[0]!).files;
  const others = ["gcp", "aws"].filter((cloud) => !program.sdk.endsWith(cloud) && loaded[cloud] !== 0);
  if (others.length > 0) progress.note(`the SDK of ${others.join(" and ")} was loaded for nothing`);
  const value = Math.max(...ratios);
  return {
    name,
    value,
    unit: "ratio",
    limit: 1.1,
    pass: value <= 1.1 && others.length === 0,
    details: {
      timeRatio: ratios[0],
      memoryRatio: ratios[1],
      cpuRatio: round(cpu[0]! / cpu[1]!),
      oursSeconds: round(seconds[0]!),
      theirsSeconds: round(seconds[1]!),
      oursMiB: round(memory[0]!),
      theirsMiB: round(memory[1]!),
      gcpFilesLoaded: loaded.gcp,
      awsFilesLoaded: loaded.aws,
      theirFilesLoaded: report(their[0]!).files,
      resources: recorded.resources?.length,
      oursAll: our.map((sample) => round(sample.seconds)),
      theirsAll: their.map((sample) => round(sample.seconds)),
    },
  };
}

/** What a process says at its end. */
interface Report {
  mib: number;
  cpuSeconds: number;
  /** Loaded files of each SDK. */
  files: Record<string, number>;
  resources?: { type: string; name: string; inputs: unknown }[];
}

const report = ({ stdout }: Sample): Report => JSON.parse(stdout) as Report;

/** Its memory is asked of the process itself: a sampler sees little of a process that ends in half a second. */
const run = (code: string): Promise<Sample> => measureCommand(process.execPath, ["-e", code], { memory: false });

/** Outputs that clusters and what is in them need, in whatever program. */
const outputs = `({
  email: "nodes@acme.iam.gserviceaccount.com", endpoint: "https://prod.example.com", arn: "arn:aws:iam::1:role/r", version: "1.35",
  masterVersion: "1.34.3-gke.1318000", controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "prod.gke.goog" } },
  certificateAuthority: { data: "Q0E=" }, latestVersion: 1 })`;

const common = `
  const pulumi = require("@pulumi/pulumi");
  const resources = [];
  pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      if (type.startsWith(recordedTypes)) resources.push({ type, name, inputs });
      const known = { ...inputs, ...${outputs} };
      if (known.vpcConfig) known.vpcConfig = { ...known.vpcConfig, clusterSecurityGroupId: "sg-1" };
      return { id: name, state: { name, ...known } };
    },
    call: () => ({}),
  });
  process.on("exit", () => {
    const status = require("node:fs").readFileSync("/proc/self/status", "utf8");
    const cpu = process.cpuUsage();
    const count = (sdk) => Object.keys(require.cache).filter((file) => file.includes("@pulumi/" + sdk + "/")).length;
    process.stdout.write(JSON.stringify({
      mib: Number(/^VmHWM:\\s+(\\d+)/m.exec(status)[1]) / 1024,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      files: { gcp: count("gcp"), aws: count("aws"), kubernetes: count("kubernetes") },
      ...(recordedTypes !== "none" && { resources }),
    }));
  });`;

function oursOf({ ours, types }: CloudProgram, record: boolean): string {
  return `
    const recordedTypes = ${JSON.stringify(record ? types : "none")};
    ${common}
    const library = require(${JSON.stringify(join(projectRoot(), "dist", "index.js"))});
    ${ours}`;
}

/** A type "gcp:container/cluster:Cluster" is `gcp.container.Cluster`; a provider is that of its SDK. */
function theirsOf(sdk: string, resources: { type: string; name: string; inputs: unknown }[]): string {
  const lines = resources.map(({ type, name, inputs }) => {
    const [, path = "", kind = ""] = type.split(":");
    const constructor = path === "providers" ? "Provider" : `${path.replace(/\/.*$/, "")}.${kind}`;
    return `new sdk.${constructor}(${JSON.stringify(name)}, ${JSON.stringify(inputs)});`;
  });
  return `
    const recordedTypes = "none";
    ${common}
    const sdk = require(${JSON.stringify(sdk)});
    ${lines.join("\n    ")}`;
}
