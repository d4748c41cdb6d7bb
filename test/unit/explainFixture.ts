import { compose, type ComposeArgs, type Composition } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";

/** Small stand-ins for KServe's presets, with a text that is too long for a line and one that is a template. */
export const presets: Readonly<Record<string, unknown>> = {
  "kserve-config-llm-template": {
    template: {
      containers: [
        {
          name: "main",
          image: "vllm:1",
          command: ["/bin/bash", "-c", `vllm serve {{ .Spec.Model.Name }} ${"--flag ".repeat(40)}`],
          env: [{ name: "LOG", value: "INFO" }],
          ports: [{ containerPort: 8000 }],
        },
      ],
      volumes: [
        { name: "home", emptyDir: {} },
        { name: "shm", emptyDir: { medium: "Memory" } },
      ],
    },
  },
  "kserve-config-llm-tracing": { tracing: { exporter: "otlp", exporterEndpoint: "http://collector:4317" } },
};

export const base: ComposeArgs = {
  service: { name: "llama", namespace: "models" },
  configs: new ConfigStore({ kserve: presets }),
  fragments: [
    {
      name: "gpu",
      priority: 1,
      spec: {
        replicas: 2,
        template: {
          nodeSelector: { "cloud.google.com/gke-accelerator": "h100" },
          containers: [{ name: "main", env: [{ name: "LOG", value: "DEBUG" }], image: "" }],
        },
      },
    },
  ],
  spec: { model: { uri: "hf://meta/llama" }, replicas: 3 },
};

export function composed(changes: Partial<ComposeArgs> = {}): Composition {
  return compose({ ...base, ...changes });
}
