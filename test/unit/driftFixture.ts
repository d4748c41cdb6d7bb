import type { RefreshDigest } from "../../cli/drift/digest";

/**
 * What `pulumi refresh --preview-only --json` of Pulumi 3.259.0 printed for the environment of Pulumi.local.yaml after somebody had changed
 * objects with kubectl, reduced to those, to one that was not changed, and to the fields that matter.
 */
export const changedRefresh: RefreshDigest = {
  steps: [
    {
      op: "update",
      urn: "urn:pulumi:local::pulumi-kserve::pulumi-kserve:index:InferencePlatform$pulumi-kserve:index:Gateway$kubernetes:gateway.networking.k8s.io/v1:Gateway::platform-gateway-gateway",
      oldState: {
        type: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
        id: "kserve/kserve-ingress-gateway",
        inputs: {
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "Gateway",
          metadata: {
            namespace: "kserve",
            name: "kserve-ingress-gateway",
          },
          spec: {
            listeners: [
              {
                allowedRoutes: {
                  namespaces: {
                    from: "All",
                  },
                },
                name: "http",
                port: 80,
                protocol: "HTTP",
              },
            ],
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-d603b55b",
        },
      },
      newState: {
        type: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
        id: "kserve/kserve-ingress-gateway",
        inputs: {
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "Gateway",
          metadata: {
            namespace: "kserve",
            name: "kserve-ingress-gateway",
          },
          spec: {
            listeners: [
              {
                allowedRoutes: {
                  namespaces: {
                    from: "Same",
                  },
                },
                name: "http",
                port: 80,
                protocol: "HTTP",
              },
            ],
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-d603b55b",
        },
      },
      detailedDiff: {
        "spec.listeners[0].allowedRoutes.namespaces.from": {
          kind: "update",
          inputDiff: true,
        },
      },
    },
    {
      op: "update",
      urn: "urn:pulumi:local::pulumi-kserve::pulumi-kserve:index:InferencePlatform$pulumi-kserve:index:KServe$kubernetes:apps/v1:Deployment::platform-kserve-deployment-llmisvc-controller-manager",
      oldState: {
        type: "kubernetes:apps/v1:Deployment",
        id: "kserve/llmisvc-controller-manager",
        inputs: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: {
            namespace: "kserve",
            name: "llmisvc-controller-manager",
          },
          spec: {
            replicas: 1,
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-e231be31",
        },
      },
      newState: {
        type: "kubernetes:apps/v1:Deployment",
        id: "kserve/llmisvc-controller-manager",
        inputs: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: {
            namespace: "kserve",
            name: "llmisvc-controller-manager",
          },
          spec: {
            replicas: 2,
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-e231be31",
        },
      },
      detailedDiff: {
        "spec.replicas": {
          kind: "update",
          inputDiff: true,
        },
      },
    },
    {
      op: "update",
      urn: "urn:pulumi:local::pulumi-kserve::pulumi-kserve:index:InferencePlatform$pulumi-kserve:index:LeaderWorkerSet$kubernetes:helm.sh/v4:Chart$kubernetes:apps/v1:Deployment::lws:lws-system/lws-controller-manager",
      oldState: {
        type: "kubernetes:apps/v1:Deployment",
        id: "lws-system/lws-controller-manager",
        inputs: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: {
            namespace: "lws-system",
            name: "lws-controller-manager",
          },
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: "manager",
                    args: ["--config=/controller_manager_config.yaml", "--zap-log-level=2"],
                  },
                ],
              },
            },
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-52445c00",
        },
      },
      newState: {
        type: "kubernetes:apps/v1:Deployment",
        id: "lws-system/lws-controller-manager",
        inputs: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: {
            namespace: "lws-system",
            name: "lws-controller-manager",
          },
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: "manager",
                    args: ["--config=/controller_manager_config.yaml"],
                  },
                ],
              },
            },
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-52445c00",
        },
      },
      detailedDiff: {
        "spec.template.spec.containers[0].args[1]": {
          kind: "delete",
          inputDiff: true,
        },
      },
    },
    {
      op: "delete",
      urn: "urn:pulumi:local::pulumi-kserve::pulumi-kserve:index:LLMInferenceService$kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService::llama-70b-production-service",
      oldState: {
        type: "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService",
        id: "production/llama-70b-production",
        inputs: {
          apiVersion: "serving.kserve.io/v1alpha2",
          kind: "LLMInferenceService",
          metadata: {
            namespace: "production",
            name: "llama-70b-production",
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-3252aa85",
        },
      },
      detailedDiff: null,
    },
    {
      op: "update",
      urn: "urn:pulumi:local::pulumi-kserve::pulumi-kserve:index:LLMInferenceService$kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService::llama-8b-service",
      oldState: {
        type: "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService",
        id: "models/llama-8b",
        inputs: {
          apiVersion: "serving.kserve.io/v1alpha2",
          kind: "LLMInferenceService",
          metadata: {
            namespace: "models",
            name: "llama-8b",
          },
          spec: {
            replicas: 3,
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-14aafa89",
        },
      },
      newState: {
        type: "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService",
        id: "models/llama-8b",
        inputs: {
          apiVersion: "serving.kserve.io/v1alpha2",
          kind: "LLMInferenceService",
          metadata: {
            namespace: "models",
            name: "llama-8b",
          },
          spec: {
            replicas: 2,
          },
        },
        outputs: {
          __fieldManager: "pulumi-kubernetes-14aafa89",
        },
      },
      detailedDiff: {
        "spec.replicas": {
          kind: "update",
          inputDiff: true,
        },
      },
    },
    {
      op: "refresh",
      urn: "urn:pulumi:local::pulumi-kserve::pulumi-kserve:index:InferencePlatform$pulumi-kserve:index:LeaderWorkerSet$pulumi-kserve:index:LeaderWorkerSetCrds$pulumi-nodejs:dynamic/pulumi-kserve:CrdBundle::platform-lws-crds-bundle",
      oldState: {
        type: "pulumi-nodejs:dynamic/pulumi-kserve:CrdBundle",
        id: "leader-worker-set",
        outputs: {
          ownership: "own",
        },
      },
      detailedDiff: null,
    },
    {
      op: "refresh",
      urn: "urn:pulumi:local::pulumi-kserve::kubernetes:core/v1:Namespace::namespace-models",
      detailedDiff: null,
    },
  ],
  changeSummary: {
    delete: 1,
    same: 1,
    update: 5,
  },
  diagnostics: [],
};

/** Some of those objects as the API server had them, reduced likewise. */
export const liveObjects: Readonly<Record<string, Record<string, unknown>>> = {
  "llmisvc-controller-manager": {
    metadata: {
      name: "llmisvc-controller-manager",
      managedFields: [
        {
          apiVersion: "apps/v1",
          fieldsV1: {
            "f:spec": {},
          },
          manager: "pulumi-kubernetes-e231be31",
          operation: "Apply",
          time: "2026-11-28T19:03:16Z",
        },
        {
          apiVersion: "apps/v1",
          fieldsV1: {
            "f:spec": {
              "f:replicas": {},
            },
          },
          manager: "kubectl",
          operation: "Update",
          subresource: "scale",
        },
      ],
    },
    spec: {
      replicas: 2,
    },
  },
  "llama-8b": {
    metadata: {
      name: "llama-8b",
      managedFields: [
        {
          apiVersion: "serving.kserve.io/v1alpha2",
          fieldsV1: {
            "f:spec": {
              "f:model": {
                "f:name": {},
                "f:uri": {},
              },
            },
          },
          manager: "pulumi-kubernetes-14aafa89",
          operation: "Apply",
          time: "2026-11-28T19:03:28Z",
        },
        {
          apiVersion: "serving.kserve.io/v1alpha2",
          fieldsV1: {
            "f:metadata": {
              "f:finalizers": {
                ".": {},
                'v:"serving.kserve.io/llmisvc-finalizer"': {},
              },
            },
          },
          manager: "llmisvc",
          operation: "Update",
          time: "2026-11-28T19:03:32Z",
        },
        {
          apiVersion: "serving.kserve.io/v1alpha2",
          fieldsV1: {
            "f:spec": {
              "f:replicas": {},
            },
          },
          manager: "kubectl-patch",
          operation: "Update",
          time: "2026-11-28T19:18:05Z",
        },
        {
          apiVersion: "serving.kserve.io/v1alpha2",
          fieldsV1: {
            "f:status": {},
          },
          manager: "llmisvc",
          operation: "Update",
          subresource: "status",
          time: "2026-11-28T19:18:07Z",
        },
      ],
    },
    spec: {
      replicas: 2,
    },
  },
  "lws-controller-manager": {
    metadata: {
      name: "lws-controller-manager",
      managedFields: [
        {
          apiVersion: "apps/v1",
          fieldsV1: {
            "f:spec": {
              "f:selector": {},
            },
          },
          manager: "pulumi-kubernetes-52445c00",
          operation: "Apply",
          time: "2026-11-28T19:02:54Z",
        },
        {
          apiVersion: "apps/v1",
          fieldsV1: {
            "f:metadata": {
              "f:labels": {
                "f:extra": {},
              },
            },
            "f:spec": {
              "f:template": {
                "f:spec": {
                  "f:containers": {
                    'k:{"name":"manager"}': {
                      "f:args": {},
                      "f:env": {
                        ".": {},
                        'k:{"name":"A"}': {
                          ".": {},
                          "f:name": {},
                          "f:value": {},
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          manager: "kubectl-patch",
          operation: "Update",
          time: "2026-11-28T19:22:08Z",
        },
      ],
    },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "manager",
              args: ["--config=/controller_manager_config.yaml"],
              env: [
                {
                  name: "A",
                  value: "b",
                },
              ],
            },
          ],
        },
      },
    },
  },
};
