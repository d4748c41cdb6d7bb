/** Workloads of a service whose pods have labels of their own. */
export type LabelledWorkload = "decode" | "prefill" | "scheduler";

/**
 * Values of the label `app.kubernetes.io/component` of a service's pods: of a Deployment's, of a LeaderWorkerSet's leaders and workers.
 *
 * Source: `pkg/constants/constants.go` of KServe 0.20.
 */
export const podComponents: Readonly<Record<LabelledWorkload, readonly string[]>> = {
  decode: [
    "llminferenceservice-workload",
    "llminferenceservice-workload-leader",
    "llminferenceservice-workload-worker",
  ],
  prefill: [
    "llminferenceservice-workload-prefill",
    "llminferenceservice-workload-leader-prefill",
    "llminferenceservice-workload-worker-prefill",
  ],
  scheduler: ["llminferenceservice-router-scheduler"],
};

/** The other labels of a service's pods, by which disruption budgets and network policies find them. */
export const servicePodLabels = <Name>(serviceName: Name) => ({
  "app.kubernetes.io/name": serviceName,
  "app.kubernetes.io/part-of": "llminferenceservice",
});
