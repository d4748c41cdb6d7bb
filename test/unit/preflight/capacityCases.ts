import type { Json } from "../../../sdk/compose/marked";
import { cpu, h100, plan, pod, type PreflightCase, pools, service } from "./plan";

const gpus = (count: number | string, ofPod: Record<string, Json> = {}): Record<string, Json> => ({
  template: pod({ "nvidia.com/gpu": count }, {}, ofPod),
});
const gpuAffinity = (operator: string, values: string[]): Record<string, Json> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "team", operator, values }] }],
      },
    },
  },
});
const group = (size: number, replicas = 1): Record<string, Json> => ({
  ...gpus(8),
  worker: pod({ "nvidia.com/gpu": 8 }),
  parallelism: { tensor: 8, pipeline: size },
  replicas,
});
const strict = { pools, extendedResourceToleration: false };
const ofSize = (modelSizeGiB: number) => ({ modelSizeGiB });

/** Node pools and models. */
export const capacityCases: readonly PreflightCase[] = [
  {
    code: "accelerator-missing",
    title: "GPUs of another maker",
    bad: plan({ template: pod({ "amd.com/gpu": "1" }) }, { pools }),
    finding:
      'spec.template.containers[0].resources.limits["amd.com/gpu"]: the pods ask for amd.com/gpu, which no node pool has; given: "1"; allowed: nvidia.com/gpu; fix: add a pool with amd.com/gpu, or ask for what there is [accelerator-missing]',
    good: plan(gpus(1), { pools }),
  },
  {
    code: "accelerator-missing",
    title: "a cluster without accelerators",
    bad: plan(gpus(1), { pools: [cpu] }),
    finding:
      'spec.template.containers[0].resources.limits["nvidia.com/gpu"]: the pods ask for nvidia.com/gpu, which no node pool has; given: 1; allowed: none: no pool has accelerators; fix: add a pool with nvidia.com/gpu, or ask for what there is [accelerator-missing]',
    good: plan({ template: pod({ cpu: 1 }) }, { pools: [cpu] }),
  },
  {
    code: "accelerator-missing",
    title: "a network device that the pools with GPUs do not have",
    bad: plan({ template: pod({ "nvidia.com/gpu": 1, "rdma/roce": 1 }) }, { pools: [{ ...h100, resources: {} }, cpu] }),
    finding:
      'spec.template.containers[0].resources.limits["rdma/roce"]: the pods ask for rdma/roce, which no node pool has together with what else they ask for; given: 1; allowed: nvidia.com/gpu; fix: add a pool with rdma/roce, or ask for what there is [accelerator-missing]',
    good: plan(
      { template: pod({ "nvidia.com/gpu": 1, "rdma/roce": 1 }) },
      { pools: [{ ...h100, resources: { "rdma/roce": 8 } }] },
    ),
  },
  {
    code: "accelerator-missing",
    title: "prefill on TPUs",
    bad: plan({ prefill: { template: pod({ "google.com/tpu": 4 }) } }, { pools }),
    finding:
      'spec.prefill.template.containers[0].resources.limits["google.com/tpu"]: the prefill pods ask for google.com/tpu, which no node pool has; given: 4; allowed: nvidia.com/gpu; fix: add a pool with google.com/tpu, or ask for what there is [accelerator-missing]',
    good: plan({ prefill: { template: pod({ "nvidia.com/gpu": 4 }) } }, { pools }),
  },
  {
    code: "node-selector",
    title: "a label that no pool with GPUs has",
    bad: plan(gpus(1, { nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-l4" } }), { pools }),
    finding:
      'spec.template.nodeSelector["cloud.google.com/gke-accelerator"]: the pods select nodes that no pool with nvidia.com/gpu has: none has the label cloud.google.com/gke-accelerator=nvidia-l4; given: "nvidia-l4"; allowed: cloud.google.com/gke-accelerator: nvidia-h100-80gb; fix: select a label that the nodes have, or give it to the pool [node-selector]',
    good: plan(gpus(1, { nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb" } }), { pools }),
  },
  {
    code: "node-selector",
    title: "a label of somebody's own that the nodes do not have",
    bad: plan(gpus(1, { nodeSelector: { fast: "yes" } }), { pools: [h100] }),
    finding:
      'spec.template.nodeSelector.fast: the pods select nodes that no pool with nvidia.com/gpu has: none has the label fast=yes; given: "yes"; allowed: labels of pool "h100"; fix: select a label that the nodes have, or give it to the pool [node-selector]',
    good: plan(gpus(1, { nodeSelector: { "topology.kubernetes.io/zone": "a" } }), { pools: [h100] }),
  },
  {
    code: "node-selector",
    title: "a node affinity that excludes the nodes",
    bad: plan(gpus(1, gpuAffinity("NotIn", ["serving"])), { pools: [h100] }),
    finding:
      'spec.template.affinity.nodeAffinity: the pods select nodes that no pool with nvidia.com/gpu has; allowed: labels of pool "h100"; fix: select a label that the nodes have, or give it to the pool [node-selector]',
    good: plan(gpus(1, gpuAffinity("In", ["serving", "other"])), { pools: [h100] }),
  },
  {
    code: "untolerated-taint",
    title: "no toleration where the API server adds none",
    bad: plan(gpus(1), strict),
    finding:
      'spec.template.tolerations: the pods do not tolerate a taint of the only nodes that fit (pool "h100"): nvidia.com/gpu=present:NoSchedule; allowed: a toleration for each taint; fix: add to tolerations: { key: nvidia.com/gpu, operator: Equal, value: "present", effect: NoSchedule } [untolerated-taint]',
    good: plan(gpus(1), { pools }),
  },
  {
    code: "untolerated-taint",
    title: "a toleration for another value",
    bad: plan(gpus(1, { tolerations: [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }] }), strict),
    finding:
      'spec.template.tolerations: the pods do not tolerate a taint of the only nodes that fit (pool "h100"): nvidia.com/gpu=present:NoSchedule; allowed: a toleration for each taint; fix: add to tolerations: { key: nvidia.com/gpu, operator: Equal, value: "present", effect: NoSchedule } [untolerated-taint]',
    good: plan(gpus(1, { tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }] }), strict),
  },
  {
    code: "accelerators-per-node",
    title: "more GPUs than a node has",
    bad: plan(gpus(16), { pools }),
    finding:
      'spec.template.containers[0].resources.limits["nvidia.com/gpu"]: the pods ask for 16 of nvidia.com/gpu, and a node of pool "h100" has 8; given: 16; allowed: at most 8 in one pod; fix: spread the model over several nodes (parallelism and worker), or take a pool of larger nodes [accelerators-per-node]',
    good: plan(gpus(8), { pools }),
  },
  {
    code: "accelerators-per-node",
    title: "two containers that ask for more together",
    bad: plan({ template: { containers: [...containers(6), ...containers(4)] } }, { pools }),
    finding:
      'spec.template.containers[0].resources.limits["nvidia.com/gpu"]: the pods ask for 10 of nvidia.com/gpu, and a node of pool "h100" has 8; given: 6; allowed: at most 8 in one pod; fix: spread the model over several nodes (parallelism and worker), or take a pool of larger nodes [accelerators-per-node]',
    good: plan({ template: { containers: [...containers(4), ...containers(4)] } }, { pools }),
  },
  {
    code: "node-too-small",
    title: "more memory than a node has",
    bad: plan({ template: pod({ "nvidia.com/gpu": 1, memory: "2Ti" }) }, { pools }),
    finding:
      'spec.template.containers[0].resources.limits.memory: the pods ask for 2Ti of memory, and a node of pool "h100" has 1800Gi; given: "2Ti"; allowed: at most 1800Gi in one pod; fix: ask for less, or take a pool of larger nodes [node-too-small]',
    good: plan({ template: pod({ "nvidia.com/gpu": 1, memory: "1800Gi" }) }, { pools }),
  },
  {
    code: "node-too-small",
    title: "an endpoint picker with more CPU than the nodes without accelerators have",
    bad: plan({ router: { scheduler: { template: pod({ cpu: "16500m" }) }, route: {} } }, { pools: [cpu] }),
    finding:
      'spec.router.scheduler.template.containers[0].resources.limits.cpu: the endpoint picker\'s pod asks for 16500m of cpu, and a node of pool "cpu" has 16; given: "16500m"; allowed: at most 16 in one pod; fix: ask for less, or take a pool of larger nodes [node-too-small]',
    good: plan(
      { router: { scheduler: { template: pod({ cpu: "16000m" }) }, route: {} }, template: pod({}) },
      { pools: [cpu] },
    ),
  },
  {
    code: "pool-too-small",
    title: "more replicas than the pool has room for",
    bad: plan({ ...gpus(8), replicas: 3 }, { pools }),
    finding:
      'spec.replicas: the service needs room for 3 replicas, and pool "h100" (at most 2 nodes) has room for 2 pods; given: 3; allowed: at most 2; fix: raise maxNodes of the pool, or lower the replicas [pool-too-small]',
    good: plan({ ...gpus(8), replicas: 2 }, { pools }),
  },
  {
    code: "pool-too-small",
    title: "more groups than the pool has room for",
    bad: plan(group(2, 2), { pools }),
    finding:
      'spec.replicas: the service needs room for 2 replicas, and pool "h100" (at most 2 nodes) has room for 1 group of 2 nodes; given: 2; allowed: at most 1; fix: raise maxNodes of the pool, or lower the replicas [pool-too-small]',
    good: plan(group(2, 1), { pools }),
  },
  {
    code: "pool-too-small",
    title: "a pool that may have no node",
    bad: plan(gpus(1), { pools: [{ ...h100, maxNodes: 0 }, cpu] }),
    finding:
      'spec.replicas: the service needs room for 1 replica, and pool "h100" (at most 0 nodes) has room for 0 pods; given: 1; allowed: at most 0; fix: raise maxNodes of the pool, or lower the replicas [pool-too-small]',
    good: plan({ ...gpus(1), replicas: 0 }, { pools: [{ ...h100, maxNodes: 0 }, cpu] }),
  },
  {
    code: "pool-too-small",
    title: "pods that ask for nothing, on a pool that may have no node",
    bad: plan({ template: pod({}) }, { pools: [{ ...cpu, maxNodes: 0 }] }),
    finding:
      'spec.replicas: the service needs room for 1 replica, and pool "cpu" (at most 0 nodes) has room for 0 pods; given: 1; allowed: at most 0; fix: raise maxNodes of the pool, or lower the replicas [pool-too-small]',
    good: plan({ template: pod({}) }, { pools: [{ ...cpu, maxNodes: 1 }] }),
  },
  {
    code: "group-too-large",
    title: "a group of more nodes than the pool has",
    bad: plan(group(4), { pools }),
    finding:
      'spec.parallelism: a group has 4 pods, which do not fit into pool "h100" (at most 2 nodes); allowed: a group of at most as many pods as the nodes have room for; fix: raise maxNodes of the pool, or spread the model over fewer nodes [group-too-large]',
    good: plan(group(2), { pools }),
  },
  {
    code: "scaling-beyond-pools",
    title: "more replicas at most than the pool has room for",
    bad: plan({ ...gpus(8), scaling: { minReplicas: 1, maxReplicas: 4 } }, { pools }),
    finding:
      'spec.scaling.maxReplicas: the service may scale to 4 replicas, and pool "h100" (at most 2 nodes) has room for 2 pods; given: 4; allowed: at most 2; fix: raise maxNodes of the pool, or lower maxReplicas [scaling-beyond-pools]',
    good: plan({ ...gpus(8), scaling: { minReplicas: 1, maxReplicas: 2 } }, { pools }),
  },
  {
    code: "cluster-too-small",
    title: "two services that fit alone",
    bad: {
      services: [service({ ...gpus(8), replicas: 2 }, { name: "a" }), service(gpus(1), { name: "b" })],
      cluster: { pools },
    },
    finding:
      'spec.template.containers[0].resources.limits["nvidia.com/gpu"]: with this service all services need 17 of nvidia.com/gpu, and the pools have 16 at their largest; allowed: at most 16 together; fix: raise maxNodes of a pool, or lower replicas [cluster-too-small]',
    good: { services: [service(gpus(8), { name: "a" }), service(gpus(8), { name: "b" })], cluster: { pools } },
  },
  {
    code: "limits-differ",
    title: "fewer GPUs requested than the limit",
    bad: plan({
      template: pod({}, { resources: { limits: { "nvidia.com/gpu": 4 }, requests: { "nvidia.com/gpu": 2 } } }),
    }),
    finding:
      'spec.template.containers[0].resources.requests["nvidia.com/gpu"]: the limit of nvidia.com/gpu is 4; for such resources the two have to be the same; given: 2; allowed: 4; fix: give the limit alone [limits-differ]',
    good: plan({
      template: pod({}, { resources: { limits: { "nvidia.com/gpu": 4 }, requests: { "nvidia.com/gpu": "4" } } }),
    }),
  },
  {
    code: "limits-differ",
    title: "a request for a GPU without a limit",
    bad: plan({ template: pod({}, { resources: { requests: { "nvidia.com/gpu": 2 } } }) }),
    finding:
      'spec.template.containers[0].resources.requests["nvidia.com/gpu"]: nvidia.com/gpu has no limit; such resources are taken by their limit; given: 2; allowed: a limit of 2 too; fix: move it to limits [limits-differ]',
    good: plan({ template: pod({}, { resources: { requests: { memory: "2Gi" } } }) }),
  },
  {
    code: "parallelism-exceeds-accelerators",
    title: "tensor parallelism over more GPUs than a pod has",
    bad: plan({ ...gpus(2), parallelism: { tensor: 4 } }),
    finding:
      "spec.parallelism.tensor: a pod asks for 2 of nvidia.com/gpu, and parallelism.tensor makes 4; given: 4; allowed: at most 2 in one pod; fix: ask for 4 of nvidia.com/gpu, or lower parallelism.tensor or parallelism.dataLocal [parallelism-exceeds-accelerators]",
    good: plan({ ...gpus(4), parallelism: { tensor: 4 } }),
  },
  {
    code: "parallelism-exceeds-accelerators",
    title: "tensor and data parallelism in one pod",
    bad: plan({ ...gpus(4), worker: pod({ "nvidia.com/gpu": 4 }), parallelism: { tensor: 4, data: 8, dataLocal: 4 } }),
    finding:
      "spec.parallelism.tensor: a pod asks for 4 of nvidia.com/gpu, and parallelism.tensor times parallelism.dataLocal makes 16; given: 4; allowed: at most 4 in one pod; fix: ask for 16 of nvidia.com/gpu, or lower parallelism.tensor or parallelism.dataLocal [parallelism-exceeds-accelerators]",
    good: plan({ ...gpus(4), worker: pod({ "nvidia.com/gpu": 4 }), parallelism: { tensor: 1, data: 8, dataLocal: 4 } }),
  },
  {
    code: "accelerators-idle",
    title: "four GPUs without parallelism",
    bad: plan(gpus(4)),
    finding:
      'spec.template.containers[0].resources.limits["nvidia.com/gpu"]: a pod asks for 4 of nvidia.com/gpu, and without parallelism.tensor it uses 1; given: 4; allowed: 1; fix: set parallelism.tensor to 4, or ask for 1 [accelerators-idle]',
    good: plan({ template: pod({ "nvidia.com/gpu": 4 }, { args: ["--tensor-parallel-size", "4"] }) }),
  },
  {
    code: "model-size-invalid",
    title: "an annotation with a unit",
    bad: plan(gpus(1), { pools }, { annotations: { "pulumi-kserve.dev/model-size-gib": "140Gi" } }),
    finding:
      'annotations["pulumi-kserve.dev/model-size-gib"]: not a size of a model\'s weights, which is in GiB; given: "140Gi"; allowed: a number above 0, such as "140" in the annotation; fix: give the number alone, without a unit [model-size-invalid]',
    good: plan(gpus(1), { pools }, { annotations: { "pulumi-kserve.dev/model-size-gib": "140" } }),
  },
  {
    code: "model-size-invalid",
    title: "a model of no size",
    bad: plan(gpus(1), {}, ofSize(0)),
    finding:
      'modelSizeGiB: not a size of a model\'s weights, which is in GiB; given: 0; allowed: a number above 0, such as "140" in the annotation; fix: give the number alone, without a unit [model-size-invalid]',
    good: plan(gpus(1), {}, ofSize(0.5)),
  },
  {
    code: "model-too-large",
    title: "weights that do not fit into one GPU",
    bad: plan(gpus(1), { pools }, ofSize(140)),
    finding:
      'spec.template.containers[0].resources.limits["nvidia.com/gpu"]: weights of 140 GiB over 1 accelerator are 140 GiB on each, and one has 80 GiB, of which the model server takes 90 %; given: 1; allowed: at most 72 GiB on each; fix: spread the model over at least 2 accelerators (parallelism.tensor, parallelism.pipeline), or take a quantized one [model-too-large]',
    good: plan({ ...gpus(4), parallelism: { tensor: 4 } }, { pools }, ofSize(140)),
  },
  {
    code: "model-too-large",
    title: "a size that an annotation states",
    bad: plan(gpus(1), { pools }, { annotations: { "pulumi-kserve.dev/model-size-gib": "75.5" } }),
    finding:
      'spec.template.containers[0].resources.limits["nvidia.com/gpu"]: weights of 75.5 GiB over 1 accelerator are 75.5 GiB on each, and one has 80 GiB, of which the model server takes 90 %; given: 1; allowed: at most 72 GiB on each; fix: spread the model over at least 2 accelerators (parallelism.tensor, parallelism.pipeline), or take a quantized one [model-too-large]',
    good: plan(gpus(1), { pools }, { annotations: { "pulumi-kserve.dev/model-size-gib": "16" } }),
  },
  {
    code: "model-memory-tight",
    title: "weights that leave little for the KV cache",
    bad: plan({ ...gpus(2), parallelism: { tensor: 2 } }, { pools }, ofSize(140)),
    finding:
      "spec.parallelism.tensor: weights of 140 GiB over 2 accelerators are 70 GiB on each, which leaves 2 of 80 GiB for the KV cache; given: 2; allowed: at most 57.6 GiB on each; fix: spread the model over at least 3 accelerators, or take a quantized one [model-memory-tight]",
    good: plan({ ...gpus(4), parallelism: { tensor: 4 } }, { pools }, ofSize(140)),
  },
];

function containers(count: number): Json[] {
  return [{ name: `c${count}`, image: "vllm:1", resources: { limits: { "nvidia.com/gpu": count } } }];
}
