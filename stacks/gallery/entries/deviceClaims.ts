import { deviceClaim, managedRouter, model, singleNode, tolerationsFor } from "../../../index";
import type { GalleryEntry } from "../entry";

export const deviceClaims: GalleryEntry = {
  name: "device-claims",
  title: "GPUs by dynamic resource allocation",
  description:
    "Pods claim devices by what they can do, instead of counting an extended resource: two H100, each with 40 GiB or more. Kubernetes " +
    "gives tolerations for extended resources only, so the service has its own for nodes with tainted GPUs.",
  makes: "a ResourceClaimTemplate, and a Deployment whose pods claim from it",
  accelerators: { "gpu.nvidia.com": 2 },
  needs: [
    { kind: "DeviceClass", name: "gpu.nvidia.com", why: "comes with NVIDIA's DRA driver; Kubernetes 1.34 or later" },
  ],
  services: {
    "device-claims": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" }),
        singleNode({ tensor: 2, pod: { tolerations: tolerationsFor("nvidia-h100-80gb") } }),
        deviceClaim({
          deviceClass: "gpu.nvidia.com",
          count: 2,
          selectors: [
            "device.attributes['gpu.nvidia.com'].productName.startsWith('NVIDIA H100')",
            "device.capacity['gpu.nvidia.com'].memory.compareTo(quantity('40Gi')) >= 0",
          ],
        }),
        managedRouter(),
      ],
    },
  },
};
