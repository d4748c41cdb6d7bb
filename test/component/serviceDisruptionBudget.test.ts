import { deepStrictEqual, rejects } from "node:assert";

import { ServiceDisruptionBudget } from "../../components/serving/serviceDisruptionBudget";
import { named, register } from "./mocks";

describe("ServiceDisruptionBudget", () => {
  it("selects the pods of a workload by the labels that KServe gives them", async () => {
    const { registrations } = await register(
      () =>
        new ServiceDisruptionBudget("llama", {
          serviceName: "llama-8b",
          namespace: "models",
          workload: "prefill",
          minAvailable: "50%",
        }),
    );
    deepStrictEqual(named(registrations, "llama-budget"), {
      type: "kubernetes:policy/v1:PodDisruptionBudget",
      name: "llama-budget",
      custom: true,
      inputs: {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "llama", namespace: "models" },
        spec: {
          minAvailable: "50%",
          selector: {
            matchLabels: { "app.kubernetes.io/name": "llama-8b", "app.kubernetes.io/part-of": "llminferenceservice" },
            matchExpressions: [
              {
                key: "app.kubernetes.io/component",
                operator: "In",
                values: [
                  "llminferenceservice-workload-prefill",
                  "llminferenceservice-workload-leader-prefill",
                  "llminferenceservice-workload-worker-prefill",
                ],
              },
            ],
          },
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      parent: "llama",
      dependsOn: [],
    });
  });

  it("lets one server at a time go by default", async () => {
    const { registrations } = await register(() => new ServiceDisruptionBudget("llama", { serviceName: "llama-8b" }));
    const { metadata, spec } = named(registrations, "llama-budget").inputs as {
      metadata: object;
      spec: { maxUnavailable: number; selector: { matchExpressions: { values: string[] }[] } };
    };
    deepStrictEqual(metadata, { name: "llama", namespace: "default" });
    deepStrictEqual(spec.maxUnavailable, 1);
    deepStrictEqual(spec.selector.matchExpressions[0]?.values[0], "llminferenceservice-workload");
  });

  it("refuses what it does not know, and a budget of no service", async () => {
    const budget = () => new ServiceDisruptionBudget("Llama", { service: "llama-8b" } as never);
    await rejects(register(budget), {
      message: [
        'ServiceDisruptionBudget "Llama": 3 problems',
        "  - service: no such argument; allowed: serviceName, namespace, workload, minAvailable, maxUnavailable, budgetName",
        "  - serviceName: missing; allowed: lower-case letters, digits and '-', beginning and ending with a letter or digit",
        "  - budgetName: not of the form that is needed; given: \"Llama\"; allowed: lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
      ].join("\n"),
    });
  });

  it("refuses two limits, limits that are none and workloads that there are not", async () => {
    const budget = () =>
      new ServiceDisruptionBudget("llama", {
        serviceName: "llama-8b",
        minAvailable: 1.5,
        maxUnavailable: "120%",
        workload: "router" as never,
      });
    await rejects(register(budget), {
      message: [
        'ServiceDisruptionBudget "llama": 4 problems',
        '  - minAvailable: excludes maxUnavailable ("120%"); given: 1.5; fix: remove one of them',
        '  - minAvailable: neither a number of pods nor a share; given: 1.5; allowed: 0 and more, "0%" to "100%"',
        '  - maxUnavailable: neither a number of pods nor a share; given: "120%"; allowed: 0 and more, "0%" to "100%"',
        '  - workload: not one of the allowed values; given: "router"; allowed: "decode", "prefill", "scheduler"',
      ].join("\n"),
    });
  });
});
