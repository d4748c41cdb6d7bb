import { accelerator, autoscale, managedRouter, model } from "../../../index";
import type { GalleryEntry } from "../entry";

export const autoscaling: GalleryEntry = {
  name: "autoscaling",
  title: "Replicas by load",
  description:
    "llm-d's workload variant autoscaler (WVA) says how many replicas the load asks for, and Kubernetes' own autoscaler follows. " +
    'KServe 0.20 knows no other source of the number. `by: "keda"` has KEDA follow it, which can go down to fewer when idle.',
  makes: "a Deployment, a VariantAutoscaling, and a HorizontalPodAutoscaler from 1 to 4 pods",
  accelerators: { "nvidia.com/gpu": 4 },
  needs: [
    { kind: "Installation", name: "WVA", why: "decides; with Prometheus, which it reads" },
    { kind: "Installation", name: "prometheus-adapter", why: "serves WVA's metric wva_desired_replicas to Kubernetes" },
  ],
  services: {
    autoscaling: {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" }),
        accelerator({ accelerator: "nvidia", cpu: "2", memory: "32Gi" }),
        autoscale({ min: 1, max: 4, by: "hpa", scaleDownStabilization: 300 }),
        managedRouter(),
      ],
    },
  },
};
