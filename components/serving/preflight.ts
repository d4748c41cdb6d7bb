import type * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";

import type { Composition } from "../../sdk/compose/compose";
import type { Finding } from "../../sdk/preflight/finding";
import type { ClusterPlan, PlannedService, Waiver } from "../../sdk/preflight/plan";
import { Preflight } from "../../sdk/preflight/session";
import { Waivers } from "../../sdk/preflight/waivers";
import { assertNoProblems, describeProblem } from "../../sdk/problems";
import { logNote, logWarning } from "../log";

/** What a service is checked against before it is created. */
export interface PreflightArgs {
  /**
   * The cluster, as `InferencePlatform.plan` gives it. Services with the same object are also checked together: whether all of them fit
   * into the pools. A promise of one is that of another stack; while that is not known, nothing is checked.
   */
  cluster: ClusterPlan | Promise<ClusterPlan | undefined>;
  /** Findings that do not count; each says why. Several services may have the same list. @default none */
  waive?: readonly Waiver[];
  /** Where the waivers are in what the user gave. @default "waive" */
  waivePath?: string;
  /** Size of the model's weights in GiB. @default the annotation `pulumi-kserve.dev/model-size-gib`, else not known */
  modelSizeGiB?: number;
}

/** A list of waivers, and how many of the services that have it are not checked yet. */
interface SharedWaivers {
  readonly waivers: Waivers;
  isJudged: boolean;
  pending: number;
}

/** What the services of one program share. */
class Program {
  /** The services of one cluster, which are checked together. */
  readonly clusters = new WeakMap<PreflightArgs["cluster"], Preflight>();
  readonly waivers = new WeakMap<readonly Waiver[], SharedWaivers>();
}

/** A program that runs later in the same process, such as the update after its preview, has another monitor. */
const programs = new WeakMap<object, Program>();

function currentProgram(): Program {
  const monitor = (getMonitor() as object | undefined) ?? programs;
  const program = programs.get(monitor) ?? new Program();
  programs.set(monitor, program);
  return program;
}

/** A service that is going to be checked. */
export class ServicePreflight {
  private readonly program = currentProgram();
  private readonly waivers: SharedWaivers;

  /** Announces the service, so that waivers are judged only after all services that have them. */
  constructor(private readonly args: PreflightArgs) {
    const { waive = [], waivePath } = args;
    const shared = this.program.waivers;
    this.waivers = shared.get(waive) ?? { waivers: new Waivers(waive, waivePath), isJudged: false, pending: 0 };
    shared.set(waive, this.waivers);
    this.waivers.pending++;
  }

  /**
   * Checks the composed service; warnings are logged.
   *
   * @throws ConfigurationError with every finding that is an error: its code, path, and who set what is there.
   */
  check(
    composed: ComposedService,
    composition: Composition,
    cluster: ClusterPlan | undefined,
    resource: pulumi.Resource,
  ): void {
    if (!cluster) {
      logNote("the cluster's stack is not known yet, so that the service is not checked against it", resource);
      return;
    }
    const { waivers } = this.waivers;
    const findings: Finding[] = this.waivers.isJudged ? [] : waivers.wrong();
    this.waivers.isJudged = true;
    const preflight = this.preflight(cluster);
    findings.push(...preflight.ofPlan.map((one) => waivers.apply(one)));
    // What is not decided yet is said by the composition.
    if (composition.effective) {
      const { modelSizeGiB } = this.args;
      const planned = { ...composed, spec: composition.effective, ...(modelSizeGiB !== undefined && { modelSizeGiB }) };
      findings.push(...preflight.session.add(planned).map((one) => waivers.apply(withOrigin(one, composition))));
    }
    this.waivers.pending--;
    if (this.waivers.pending === 0) findings.push(...waivers.unused());
    for (const finding of findings.filter(({ severity }) => severity === "warning")) {
      logWarning(warningText(finding), resource);
    }
    assertNoProblems(
      `LLMInferenceService "${composed.name}"`,
      findings.filter(({ severity }) => severity === "error"),
    );
  }

  /** The first service tells what is odd about the plan. */
  private preflight(plan: ClusterPlan): { session: Preflight; ofPlan: readonly Finding[] } {
    const { cluster } = this.args;
    const { clusters } = this.program;
    const known = clusters.get(cluster);
    if (known) return { session: known, ofPlan: [] };
    const session = new Preflight(plan);
    clusters.set(cluster, session);
    return { session, ofPlan: session.start() };
  }
}

/** The service beside its spec. */
export type ComposedService = Omit<PlannedService, "spec" | "modelSizeGiB">;

function withOrigin(finding: Finding, composition: Composition): Finding {
  const { steps } = finding;
  if (!steps) return finding;
  const origin = composition.originAt(steps);
  return origin === "spec" ? finding : { ...finding, origin };
}

/** A waived finding shows why it does not count. */
function warningText(finding: Finding): string {
  const text = describeProblem(finding);
  return finding.waived === undefined ? text : `waived: ${finding.waived}; ${text}`;
}
