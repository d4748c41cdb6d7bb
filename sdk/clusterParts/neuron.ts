import { type Deciding, hasOwnTaints, type KnownPool, namesOf, tolerationsOf, unasked } from "./deciding";
import { neuronStacks } from "./types";

/** Decides how pods get Neuron devices: by device plugin or DRA driver, which both give out the same ones. */
export function decideNeuron(deciding: Deciding): void {
  const { neuron, cloud } = deciding.plan;
  if (!deciding.allowed("neuron", neuron, neuronStacks)) return;
  const pools = deciding.of("aws");
  const wanted = neuron !== undefined && neuron !== "none";
  if (wanted && (cloud === "gke" || (cloud === "eks" && pools.length === 0))) {
    deciding.refuse("neuron", neuron, "there is no pool with Neuron devices", { fix: "leave it out" });
    return;
  }
  if (cloud === "gke" || (pools.length === 0 && !wanted)) return;
  if (neuron === "none" || (cloud === "existing" && !wanted)) {
    const byYou = neuron === "none";
    deciding.provide(
      "aws.amazon.com/neuron",
      byYou ? "you" : "who runs the cluster",
      byYou ? 'neuron is "none"' : unasked,
    );
    return;
  }
  const auto = pools.filter(({ autoMode }) => autoMode);
  const groups = pools.filter(({ autoMode }) => !autoMode);
  if (auto.length > 0)
    deciding.provide(
      "Neuron driver and device plugin",
      "EKS Auto Mode",
      `nodes of ${namesOf(auto)} have both built in`,
    );
  if (auto.length > 0 && neuron === "dra")
    deciding.refuse("neuron", neuron, `nodes of Auto Mode (${namesOf(auto)}) keep their own device plugin`, {
      fix: "put the Neuron devices into node groups",
    });
  if (auto.length > 0 && groups.length === 0) return;
  const whose = groups.length > 0 ? `nodes of ${namesOf(groups)}` : "nodes with Neuron devices";
  if (neuron !== "dra") devicePlugin(deciding, whose, groups);
  else if (deciding.since("neuron", neuron, 34, "where dynamic resource allocation is stable"))
    deciding.install("neuron-dra-driver", `it is asked for, for ${whose}`, {
      devicePlugin: { enabled: false },
      draDriver: { enabled: true, ...tolerating(groups) },
      npd: { enabled: false },
    });
}

/** The chart tolerates the taint of Neuron itself. */
const tolerating = (pools: readonly KnownPool[]) =>
  hasOwnTaints(pools) ? { tolerations: tolerationsOf(["aws.amazon.com/neuron"], pools) } : {};

function devicePlugin(deciding: Deciding, whose: string, pools: readonly KnownPool[]): void {
  const several = deciding.of("aws").filter(({ machine, autoMode }) => !autoMode && (machine?.count ?? 1) > 1);
  const scheduler = `; pods that take several devices of ${namesOf(several)} name the scheduler "neuron-scheduler", which keeps them together`;
  deciding.install(
    "neuron-device-plugin",
    `${whose} offer aws.amazon.com/neuron only with it${several.length > 0 ? scheduler : ""}`,
    {
      devicePlugin: { enabled: true, ...tolerating(pools) },
      draDriver: { enabled: false },
      npd: { enabled: false },
      ...(several.length > 0 && {
        scheduler: { enabled: true, customScheduler: { fullnameOverride: "neuron-scheduler" } },
      }),
    },
  );
}
