/** What the diagnosis says of each service of failures.ts: each cause, and what to do about it. Generated parts of names are "…". */
export const expected: Readonly<Record<string, readonly string[]>> = {
  "gpu-count": [
    "2 pods, such as gpu-count-kserve-…: cannot be scheduled: 16 nvidia.com/gpu asked for, and no node has more than 8 (2 node(s) had untolerated taint(s), 6 Insufficient nvidia.com/gpu)",
    "fix: ask for at most 8 nvidia.com/gpu in a pod, or add larger nodes",
  ],
  "gpu-kind": [
    "Pod gpu-kind-kserve-…: cannot be scheduled: 1 amd.com/gpu asked for, and no node has any (2 Insufficient amd.com/gpu, 6 node(s) had untolerated taint(s))",
    "fix: add nodes with amd.com/gpu; where they exist, see that their device plugin runs",
  ],
  "node-selector": [
    "Pod node-selector-kserve-…: cannot be scheduled: no node has the label nvidia.com/gpu.product=H200 (2 node(s) had untolerated taint(s), 6 node(s) didn't match Pod's node affinity/selector)",
    "fix: label or add such nodes, or correct nodeSelector (nvidia.com/gpu.product is NVIDIA-H100-80GB-HBM3 on the nodes there are)",
  ],
  taint: [
    "Pod taint-kserve-…: cannot be scheduled: the taint nvidia.com/gpu=present:NoSchedule is not tolerated (2 node(s) didn't match Pod's node affinity/selector, 6 node(s) had untolerated taint(s))",
    "fix: add a toleration (key nvidia.com/gpu, value present) to the template, or use other nodes",
  ],
  group: [
    "2 pods, such as group-kserve-mn-0 (group 0 of 2 nodes of LeaderWorkerSet group-kserve-mn): cannot be scheduled: 9 nvidia.com/gpu asked for, and no node has more than 8 (2 node(s) had untolerated taint(s), 6 Insufficient nvidia.com/gpu)",
    "fix: ask for at most 8 nvidia.com/gpu in a pod, or add larger nodes",
  ],
  "base-ref": [
    'LLMInferenceServiceConfig gpu-defualts: does not exist in namespace "failures", nor in "kserve"',
    'fix: did you mean "gpu-defaults"? create it, or correct baseRefs of base-ref',
  ],
  template: [
    'LLMInferenceService template: presets, baseRefs and spec do not give a valid whole: failed to merge config: template: config:1:…: executing "config" at <.Spec.Nothing>: can\'t evaluate field Nothing in type v1alpha2.LLMInferenceServiceSpec',
    "fix: correct what the message names; the output `origins` of the service says who set each field",
  ],
  "gateway-ref": [
    "Gateway failures/nowhere: does not exist",
    "fix: create it, or name the gateway that the service shall use in router.gateway.refs",
  ],
  "gateway-class": [
    "GatewayClass unserved: no controller has taken it (controllerName example.com/nobody), so that nothing realises Gateway failures/unserved",
    "fix: install the controller example.com/nobody, or see that it runs",
  ],
  "gateway-classless": [
    "GatewayClass nowhere: does not exist, and Gateway failures/classless is of it",
    "fix: install the controller that brings it, or give the gateway a class that exists",
  ],
  route: [
    "HTTPRoute route-kserve-route: Accepted is False at Gateway failures/private: NotAllowedByListeners: no listener admits routes of the namespace",
    'fix: let a listener admit routes of namespace "failures" (from: All, or a selector for kubernetes.io/metadata.name: failures); now http admits Same',
  ],
  "route-ref": [
    "LLMInferenceService route-ref: names what cannot be used: HTTPRoute failures/nowhere does not exist",
    "fix: create it, or correct router.gateway.refs and router.route.http.refs",
  ],
  scheduler: [
    "Pod scheduler-kserve-router-scheduler-…: cannot be scheduled: no node has the label pool=system (2 node(s) didn't match Pod's node affinity/selector, 6 node(s) had untolerated taint(s))",
    "fix: label or add such nodes, or correct nodeSelector",
  ],
  scaling: [
    "LLMInferenceService scaling: needs the kind VariantAutoscaling (llmd.ai/v1alpha1), which KServe's controller does not find",
    "fix: install the workload variant autoscaler (WVA), which every `scaling` needs, then restart the controller, which looks for kinds when it starts: kubectl -n kserve rollout restart deployment/llmisvc-controller-manager",
  ],
  quota: [
    'Deployment quota-kserve: its pods exceed the ResourceQuota "accelerators": each asks for requests.nvidia.com/gpu=1; requests.nvidia.com/gpu=0 is used and requests.nvidia.com/gpu=0 allowed',
    "fix: raise the quota, free some of it, or ask for less",
  ],
  "quota-group": [
    'LeaderWorkerSet quota-group-kserve-mn: its pods exceed the ResourceQuota "accelerators": each asks for requests.nvidia.com/gpu=1; requests.nvidia.com/gpu=0 is used and requests.nvidia.com/gpu=0 allowed',
    "fix: raise the quota, free some of it, or ask for less",
  ],
  "pod-security": [
    'Deployment pod-security-kserve: its pods are refused: pods "pod-security-kserve-…" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), hostPort (container "main" uses hostPort 8000)',
    "fix: correct what the message names: an admission policy, Pod Security, a limit range or a quota",
  ],
  "service-account": [
    'ServiceAccount model-reader: does not exist in namespace "failures"',
    "fix: create it, or leave serviceAccountName out of the template",
  ],
  "claim-missing": [
    'Pod claim-missing-kserve-…: cannot be scheduled: PersistentVolumeClaim "weights" does not exist in namespace "failures" (persistentvolumeclaim "weights" not found)',
    "fix: create it, or name another one",
  ],
  "claim-unbound": [
    'Pod claim-unbound-kserve-…: cannot be scheduled: PersistentVolumeClaim "unbound" is not bound to a volume (pod has unbound immediate PersistentVolumeClaims)',
    "fix: see why: kubectl -n failures describe pvc unbound (a storage class that exists and has a provisioner, or a fitting volume)",
  ],
  secret: [
    "Pod secret-kserve-…: waits for Secret hf-token, which does not exist in its namespace",
    "fix: create the Secret, or name another",
  ],
  "image-pull": [
    'Pod image-pull-kserve-…: container main: image "ghcr.io/nobody/nothing:v1" cannot be pulled: ImagePullBackOff: Back-off pulling image "ghcr.io/nobody/nothing:v1": not found',
    "fix: check the image's name and tag, the node's way to the registry, and imagePullSecrets",
  ],
  "crash-loop": [
    "Pod crash-loop-kserve-…: container main ended with exit code 1, 7 restarts so far: ValueError: the model's max seq len (131072) is larger than the KV cache; token=hf_…",
    "fix: read its log",
  ],
  "out-of-memory": [
    "Pod out-of-memory-kserve-…: container main was killed because it used more memory than its limit of 16Gi, 3 restarts so far",
    "fix: raise limits.memory; vLLM needs the size of the weights in host memory while it loads them",
  ],
  download: [
    "Pod download-kserve-…: init container storage-initializer, which fetches hf://meta-llama/Llama-3.1-8B-Instruct, ended with exit code 1, 2 restarts so far: 401 Client Error: access to the model is restricted",
    "fix: check the model's URI, the credentials for it, and the way to it from the cluster",
  ],
  loading: [
    "Pod loading-kserve-…: container main runs, but its readiness probe has not succeeded",
    "fix: if it still loads the model, give it more time (timeoutSeconds, and the probe's failureThreshold); else read its log",
  ],
  stopped: [
    "LLMInferenceService stopped: is stopped by its annotation serving.kserve.io/stop",
    "fix: remove the annotation: kubectl -n failures annotate llminferenceservice stopped serving.kserve.io/stop-",
  ],
};
