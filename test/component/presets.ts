const preset = (name: string, spec: object): object => ({
  apiVersion: "serving.kserve.io/v1alpha2",
  kind: "LLMInferenceServiceConfig",
  metadata: { name, namespace: "kserve" },
  spec,
});

/** Stand-ins for KServe's presets, as far as the services of these tests take some. */
export const presets: readonly object[] = [
  preset("kserve-config-llm-template", { template: { containers: [{ name: "main", image: "vllm:1" }] } }),
  preset("kserve-config-llm-scheduler", {
    router: { scheduler: { template: { containers: [{ name: "main", image: "epp:1" }] } } },
  }),
  preset("kserve-config-llm-router-route", { router: { route: { http: { spec: {} } } } }),
];
