import type { ConfigFragment } from "../api/configFragment";
import type { PartialPodSpecArgs } from "../api/llmInferenceService";
import { objectName, RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { checkPods, podsSpec, serverContainer, type WorkloadPod } from "./workloadPods";

/** How often a probe is done and when it has failed; what is left out stays as KServe's preset has it. */
export interface ProbeTiming {
  /** Seconds between two tries. */
  periodSeconds?: number;
  /** Seconds after which a try has failed. */
  timeoutSeconds?: number;
  /** Failures in a row after which the probe has failed. */
  failureThreshold?: number;
}

/** Where replicas are spread: over nodes, or over zones. */
export type SpreadDomain = "node" | "zone";

/** Arguments of {@link hardening}; each is left as KServe's presets have it when it is left out. */
export interface HardeningArgs extends RecipeOptions {
  /**
   * Seconds that a server may take to load its model before it is restarted; weights are loaded and graphs captured in them.
   * @default 600
   */
  startupSeconds?: number;
  /** When a server is taken for dead and restarted. @default every 10 s, 10 failures */
  liveness?: ProbeTiming;
  /** When a server gets no more requests. @default every second, 2 failures */
  readiness?: ProbeTiming;
  /** Seconds for which a server that is stopped still gets requests, until gateways have heard of it. @default 15 */
  drainSeconds?: number;
  /** Seconds, `drainSeconds` included, until a server that is stopped is killed. @default 60 */
  gracePeriodSeconds?: number;
  /** Spreads the replicas, softly or by force. @default not at all */
  spread?: readonly SpreadDomain[];
  /** Whether a replica that cannot be spread waits. @default false: it runs all the same */
  spreadRequired?: boolean;
  /** Name of a PriorityClass. @default none */
  priorityClassName?: string;
  /** @default "IfNotPresent" */
  imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /** The server's user, group and the group of its volumes; not 0. @default the image's own user */
  runAsUser?: number;
  /** Makes the root file system of the server read-only. NVIDIA's container hooks write to it: not for NVIDIA GPUs. @default false */
  readOnlyRootFilesystem?: boolean;
  /** What the "restricted" Pod Security Standard wants, said of pods too, for init containers that are added. @default false */
  restricted?: boolean;
  /** The pods that get it. Mentioning a pod makes the service have it. @default ["template"] */
  pods?: readonly WorkloadPod[];
}

/** Probes of KServe 0.20's presets are this long apart while a server starts. */
const startupPeriodSeconds = 10;

const domains: Readonly<Record<SpreadDomain, string>> = {
  node: "kubernetes.io/hostname",
  zone: "topology.kubernetes.io/zone",
};

/** vLLM is told to finish in what remains of the grace period after the 15 seconds that KServe's preset counts for draining. */
const presetGraceSeconds = 60;
const presetDrainSeconds = 15;

/**
 * What production wants of the pods beside their model: time to start and to drain, spreading, priority, fewer rights. A disruption
 * budget is no part of a service: see `ServiceDisruptionBudget`.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function hardening(args: HardeningArgs): ConfigFragment {
  const { pods = ["template"] } = args;
  const checks = new RecipeChecks("hardening");
  checkHardening(args, checks);
  checkPods(pods, checks);
  checks.done();
  return {
    name: args.name ?? "hardening",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: podsSpec(pods, () => podOf(args)),
  };
}

function podOf(args: HardeningArgs): PartialPodSpecArgs {
  const { gracePeriodSeconds, priorityClassName, runAsUser, restricted = false, spread = [] } = args;
  const podSecurity = {
    ...(restricted && { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }),
    ...(runAsUser !== undefined && { runAsUser, runAsGroup: runAsUser, fsGroup: runAsUser }),
  };
  const server = serverOf(args);
  return {
    ...(gracePeriodSeconds !== undefined && { terminationGracePeriodSeconds: gracePeriodSeconds }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(Object.keys(podSecurity).length > 0 && { securityContext: podSecurity }),
    ...(spread.length > 0 && { topologySpreadConstraints: spread.map((domain) => constraintOf(domain, args)) }),
    ...(Object.keys(server).length > 0 && { containers: [{ name: serverContainer, ...server }] }),
  };
}

function serverOf(args: HardeningArgs) {
  const { startupSeconds, liveness, readiness, drainSeconds, imagePullPolicy, restricted = false } = args;
  const security = {
    ...(restricted && { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] } }),
    ...(args.readOnlyRootFilesystem && { readOnlyRootFilesystem: true }),
  };
  return {
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    ...(Object.keys(security).length > 0 && { securityContext: security }),
    ...(startupSeconds !== undefined && {
      startupProbe: {
        periodSeconds: startupPeriodSeconds,
        failureThreshold: Math.ceil(startupSeconds / startupPeriodSeconds),
      },
    }),
    ...(liveness && { livenessProbe: { ...liveness } }),
    ...(readiness && { readinessProbe: { ...readiness } }),
    ...(drainSeconds !== undefined && {
      lifecycle: { preStop: { exec: { command: ["/bin/sleep", String(drainSeconds)] } } },
    }),
  };
}

/** A fragment does not know the name of its service: pods are counted that have the same one, by label, and are of the same kind. */
function constraintOf(domain: SpreadDomain, { spreadRequired = false }: HardeningArgs) {
  return {
    topologyKey: domains[domain],
    maxSkew: 1,
    whenUnsatisfiable: spreadRequired ? "DoNotSchedule" : "ScheduleAnyway",
    labelSelector: { matchLabels: { "app.kubernetes.io/part-of": "llminferenceservice" } },
    matchLabelKeys: ["app.kubernetes.io/name", "app.kubernetes.io/component"],
  };
}

const argumentNames = [
  "startupSeconds",
  "liveness",
  "readiness",
  "drainSeconds",
  "gracePeriodSeconds",
  "spread",
  "spreadRequired",
  "priorityClassName",
  "imagePullPolicy",
  "runAsUser",
  "readOnlyRootFilesystem",
  "restricted",
  "pods",
  "name",
  "priority",
];

function checkHardening(args: HardeningArgs, checks: RecipeChecks): void {
  checks.fields("", args, argumentNames);
  for (const field of ["spreadRequired", "readOnlyRootFilesystem", "restricted"] as const)
    checks.boolean(field, args[field]);
  checks.integer("startupSeconds", args.startupSeconds, { min: 10 });
  checks.integer("runAsUser", args.runAsUser, { min: 1, max: 4294967294 });
  checks.text("priorityClassName", args.priorityClassName, objectName);
  checks.choice("imagePullPolicy", args.imagePullPolicy, ["Always", "IfNotPresent", "Never"]);
  for (const probe of ["liveness", "readiness"] as const) {
    const timing = args[probe];
    if (timing === undefined) continue;
    checks.fields(probe, timing, ["periodSeconds", "timeoutSeconds", "failureThreshold"]);
    for (const field of ["periodSeconds", "timeoutSeconds", "failureThreshold"] as const) {
      checks.integer(`${probe}.${field}`, timing[field], { min: 1 });
    }
  }
  checkSpread(args, checks);
  checkGrace(args, checks);
}

function checkSpread({ spread = [], spreadRequired }: HardeningArgs, checks: RecipeChecks): void {
  const seen = new Set<SpreadDomain>();
  for (const [path, domain] of checks.list("spread", spread)) {
    checks.choice(path, domain, Object.keys(domains));
    if (seen.has(domain)) checks.report({ path, given: domain, message: "given twice", fix: "give each once" });
    seen.add(domain);
  }
  if (spreadRequired !== undefined && spread.length === 0) {
    checks.report({ path: "spreadRequired", given: spreadRequired, message: "nothing is spread", fix: "say spread" });
  }
}

/** The kubelet kills a pod that is still draining when its grace period ends. */
function checkGrace(args: HardeningArgs, checks: RecipeChecks): void {
  checks.integer("drainSeconds", args.drainSeconds, { min: 1 });
  checks.integer("gracePeriodSeconds", args.gracePeriodSeconds, { min: 1 });
  const { drainSeconds = presetDrainSeconds, gracePeriodSeconds = presetGraceSeconds } = args;
  if (args.drainSeconds === undefined && args.gracePeriodSeconds === undefined) return;
  if (drainSeconds < gracePeriodSeconds) return;
  checks.report({
    path: "gracePeriodSeconds",
    given: gracePeriodSeconds,
    message: `no longer than drainSeconds (${drainSeconds}): the server would be killed before it has finished a request`,
    allowed: `more than ${drainSeconds}`,
  });
}
