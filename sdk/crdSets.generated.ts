// Written by scripts/generate-crds.mjs; do not edit.
import type { CrdSet } from "./artifacts";

/** Every CRD set at its pinned version. */
export const crdSets = {
  gatewayApiStandard: {
    name: "gateway-api",
    variant: "standard",
    upstream: "gateway-api",
    version: "1.5.1",
    source: "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/v1.5.1/",
    files: {
      "config/crd/standard/gateway.networking.k8s.io_backendtlspolicies.yaml":
        "9b8818172153d72f9c84032db0be0a4a657277d13f5bbc22226ad9481ff57971",
      "config/crd/standard/gateway.networking.k8s.io_gatewayclasses.yaml":
        "234ad4b2757ee1b3596a4187bb98df071c5bbdd9e1806f692f2dbf8387e6bef4",
      "config/crd/standard/gateway.networking.k8s.io_gateways.yaml":
        "7416e8300eb4d8c0a71a23445609075bbacbe8bc80104584b019cfe1ebe77c31",
      "config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml":
        "979f4125d44d3df24659ba00d1d04ff8e76c45423193e8aae82dd5810d7827df",
      "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml":
        "682203b109baecb18d38073a578f7bc2c17d22fe9b0c27bf030850abe014c370",
      "config/crd/standard/gateway.networking.k8s.io_listenersets.yaml":
        "9221468d19fdfbb0026113b1ef64abac64f27607975aff2410361b8b38f0e0bb",
      "config/crd/standard/gateway.networking.k8s.io_referencegrants.yaml":
        "a8902c486eed0b7339f5bb8a476ccaba0918eb038048402bdc01cbb69b0fbb51",
      "config/crd/standard/gateway.networking.k8s.io_tlsroutes.yaml":
        "818e4827c469a40e2527a2851591e656782c50fea8dd44812c900d219da09345",
      "config/crd/standard/gateway.networking.k8s.io_vap_safeupgrades.yaml":
        "981a4da92706cb567c051e006ff229429947f054b90cd0719c297abe14f958a1",
    },
    crds: {
      "backendtlspolicies.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "BackendTLSPolicy",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "gatewayclasses.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "GatewayClass",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1",
      },
      "gateways.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1",
      },
      "grpcroutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "GRPCRoute",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "httproutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "HTTPRoute",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1",
      },
      "listenersets.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "ListenerSet",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "referencegrants.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "ReferenceGrant",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1beta1",
      },
      "tlsroutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "TLSRoute",
        versions: ["v1"],
        storageVersion: "v1",
      },
    },
    others: [
      "ValidatingAdmissionPolicy/safe-upgrades.gateway.networking.k8s.io",
      "ValidatingAdmissionPolicyBinding/safe-upgrades.gateway.networking.k8s.io",
    ],
  },
  gatewayApiExperimental: {
    name: "gateway-api",
    variant: "experimental",
    upstream: "gateway-api",
    version: "1.5.1",
    source: "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/v1.5.1/",
    files: {
      "config/crd/experimental/gateway.networking.k8s.io_backendtlspolicies.yaml":
        "84ce6da8f5041c93212ac3cec5954076abae05e73f82100351a68aefbd49a535",
      "config/crd/experimental/gateway.networking.k8s.io_gatewayclasses.yaml":
        "b0da5c35c796ca21566bbca2964e97b3d9d1b020fa77b4b62001f4aea0bc22c7",
      "config/crd/experimental/gateway.networking.k8s.io_gateways.yaml":
        "ecb21e3a23757108e74399c49365864f5e0d87c694679d63e4c34c7ccf579e2a",
      "config/crd/experimental/gateway.networking.k8s.io_grpcroutes.yaml":
        "0810b89144989fd7dc7a1a19af513f44b72a16ac55bfdd71672f89bba2238465",
      "config/crd/experimental/gateway.networking.k8s.io_httproutes.yaml":
        "9012253cf248583189ff74426140556fafa38b66dc57553fd79f9ae34b2eee9f",
      "config/crd/experimental/gateway.networking.k8s.io_listenersets.yaml":
        "2d56eb06f1bf20e153255c2fcca614022e6b3120d1ac2d080c83a865863157e5",
      "config/crd/experimental/gateway.networking.k8s.io_referencegrants.yaml":
        "aebb91539c82a18b0b79bba4209eb1f0b7b61eccc69da8f450260d9ad47b2a9a",
      "config/crd/experimental/gateway.networking.k8s.io_tcproutes.yaml":
        "b7e8dde43172272e5b006ff849aedad464b2a5688f34305ae55d0faf61378030",
      "config/crd/experimental/gateway.networking.k8s.io_tlsroutes.yaml":
        "6a74bbe019916d1b53ec270634185aec2eeee1a4e100d6029a53f63ae448f77c",
      "config/crd/experimental/gateway.networking.k8s.io_udproutes.yaml":
        "37b81ef54569cd18bcdf90e83fbaf572edecb6b4795bc47b0b18ca2a9d61b5c6",
      "config/crd/experimental/gateway.networking.k8s.io_vap_safeupgrades.yaml":
        "981a4da92706cb567c051e006ff229429947f054b90cd0719c297abe14f958a1",
      "config/crd/experimental/gateway.networking.x-k8s.io_xbackendtrafficpolicies.yaml":
        "55f496a32c84ff3dceafb8379113b4afb667d0fe805a7238353b719f5daeeece",
      "config/crd/experimental/gateway.networking.x-k8s.io_xmeshes.yaml":
        "a8ae165ddf5724f06edd021979dd5256b405309bc2d6faca5f65a8b161d1c109",
    },
    crds: {
      "backendtlspolicies.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "BackendTLSPolicy",
        versions: ["v1", "v1alpha3"],
        storageVersion: "v1",
      },
      "gatewayclasses.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "GatewayClass",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1",
      },
      "gateways.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1",
      },
      "grpcroutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "GRPCRoute",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "httproutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "HTTPRoute",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1",
      },
      "listenersets.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "ListenerSet",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "referencegrants.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "ReferenceGrant",
        versions: ["v1", "v1beta1"],
        storageVersion: "v1beta1",
      },
      "tcproutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "TCPRoute",
        versions: ["v1alpha2"],
        storageVersion: "v1alpha2",
      },
      "tlsroutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "TLSRoute",
        versions: ["v1", "v1alpha2", "v1alpha3"],
        storageVersion: "v1",
      },
      "udproutes.gateway.networking.k8s.io": {
        group: "gateway.networking.k8s.io",
        kind: "UDPRoute",
        versions: ["v1alpha2"],
        storageVersion: "v1alpha2",
      },
      "xbackendtrafficpolicies.gateway.networking.x-k8s.io": {
        group: "gateway.networking.x-k8s.io",
        kind: "XBackendTrafficPolicy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "xmeshes.gateway.networking.x-k8s.io": {
        group: "gateway.networking.x-k8s.io",
        kind: "XMesh",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
    },
    others: [
      "ValidatingAdmissionPolicy/safe-upgrades.gateway.networking.k8s.io",
      "ValidatingAdmissionPolicyBinding/safe-upgrades.gateway.networking.k8s.io",
    ],
  },
  inferenceExtension: {
    name: "inference-extension",
    upstream: "kserve",
    version: "1.5.0",
    source: "https://raw.githubusercontent.com/kserve/kserve/v0.20.0/",
    files: {
      "config/llmisvc/gateway-inference-extension.yaml":
        "bcff16011bc1618447d7187f1d65ba0576474039aa0f27a823ea2038b7d9c380",
    },
    crds: {
      "inferencemodelrewrites.llm-d.ai": {
        group: "llm-d.ai",
        kind: "InferenceModelRewrite",
        versions: ["v1alpha2"],
        storageVersion: "v1alpha2",
      },
      "inferenceobjectives.llm-d.ai": {
        group: "llm-d.ai",
        kind: "InferenceObjective",
        versions: ["v1alpha2"],
        storageVersion: "v1alpha2",
      },
      "inferencepools.inference.networking.k8s.io": {
        group: "inference.networking.k8s.io",
        kind: "InferencePool",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "inferencepools.inference.networking.x-k8s.io": {
        group: "inference.networking.x-k8s.io",
        kind: "InferencePool",
        versions: ["v1alpha2"],
        storageVersion: "v1alpha2",
      },
    },
    others: [],
  },
  leaderWorkerSet: {
    name: "leader-worker-set",
    upstream: "lws",
    version: "0.8.0",
    source: "https://raw.githubusercontent.com/kubernetes-sigs/lws/v0.8.0/",
    files: {
      "config/crd/bases/leaderworkerset.x-k8s.io_leaderworkersets.yaml":
        "ea523e42ff3d4e45a75371c7984bbe8ad5226c26ffa3ade8d28eb67c7cc228b6",
    },
    crds: {
      "leaderworkersets.leaderworkerset.x-k8s.io": {
        group: "leaderworkerset.x-k8s.io",
        kind: "LeaderWorkerSet",
        versions: ["v1"],
        storageVersion: "v1",
      },
    },
    others: [],
  },
  certManager: {
    name: "cert-manager",
    upstream: "cert-manager",
    version: "1.17.0",
    source: "https://raw.githubusercontent.com/cert-manager/cert-manager/v1.17.0/",
    files: {
      "deploy/crds/crd-certificaterequests.yaml": "bae51a8380d6944a665f0394f953bf94290d093edd9d21cc86f2f488524545e6",
      "deploy/crds/crd-certificates.yaml": "d4791e087fa951de9bf0a0eb573dba32314a3a6c4021d74388024332abf7e73e",
      "deploy/crds/crd-challenges.yaml": "9ecaa624b2f17904a0fc476545b758e9797934b9bfb258ef39af6139d4266267",
      "deploy/crds/crd-clusterissuers.yaml": "06baf9e982033417868f91fc06a01492b3d445aa3fc5e8cd416ef1bcdf24f45b",
      "deploy/crds/crd-issuers.yaml": "dd4d698da8a3070421cc3cb278011994cee4ee24908c5980ea52d8fa2cd4be16",
      "deploy/crds/crd-orders.yaml": "b48f8389d98acca81f28a0b46d89ade07e9742b4e967f45057dc6b2aa2a64c32",
    },
    crds: {
      "certificaterequests.cert-manager.io": {
        group: "cert-manager.io",
        kind: "CertificateRequest",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "certificates.cert-manager.io": {
        group: "cert-manager.io",
        kind: "Certificate",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "challenges.acme.cert-manager.io": {
        group: "acme.cert-manager.io",
        kind: "Challenge",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "clusterissuers.cert-manager.io": {
        group: "cert-manager.io",
        kind: "ClusterIssuer",
        versions: ["v1"],
        storageVersion: "v1",
      },
      "issuers.cert-manager.io": { group: "cert-manager.io", kind: "Issuer", versions: ["v1"], storageVersion: "v1" },
      "orders.acme.cert-manager.io": {
        group: "acme.cert-manager.io",
        kind: "Order",
        versions: ["v1"],
        storageVersion: "v1",
      },
    },
    others: [],
  },
  kserveFull: {
    name: "kserve",
    variant: "full",
    upstream: "kserve",
    version: "0.20.0",
    source: "https://raw.githubusercontent.com/kserve/kserve/v0.20.0/",
    files: {
      "config/crd/full/clusterstoragecontainer/serving.kserve.io_clusterstoragecontainers.yaml":
        "47ec2b6caeeb0c210d8be3138ed7d391f74043e3ed779177d36ceb4aa2a5d288",
      "config/crd/full/llmisvc/serving.kserve.io_llminferenceserviceconfigs.yaml":
        "b25e19597ef22638deee22111c097d42ad62da58c25f1ef4a529f4cef1c93c2a",
      "config/crd/full/llmisvc/serving.kserve.io_llminferenceservices.yaml":
        "4377745d253c5c6407ccd46aecdfadcea160ba77a0976dd2d112f0ca9a1ac53f",
    },
    crds: {
      "clusterstoragecontainers.serving.kserve.io": {
        group: "serving.kserve.io",
        kind: "ClusterStorageContainer",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "llminferenceserviceconfigs.serving.kserve.io": {
        group: "serving.kserve.io",
        kind: "LLMInferenceServiceConfig",
        versions: ["v1alpha1", "v1alpha2"],
        storageVersion: "v1alpha2",
      },
      "llminferenceservices.serving.kserve.io": {
        group: "serving.kserve.io",
        kind: "LLMInferenceService",
        versions: ["v1alpha1", "v1alpha2"],
        storageVersion: "v1alpha2",
      },
    },
    others: [],
  },
  kserveMinimal: {
    name: "kserve",
    variant: "minimal",
    upstream: "kserve",
    version: "0.20.0",
    source: "https://raw.githubusercontent.com/kserve/kserve/v0.20.0/",
    files: {
      "config/crd/minimal/clusterstoragecontainer/serving.kserve.io_clusterstoragecontainers.yaml":
        "c544d4868916f0a5a42681d3ae40d958b547ed1d2ff9cf84498a3454301f7515",
      "config/crd/minimal/llmisvc/serving.kserve.io_llminferenceserviceconfigs.yaml":
        "a61a91e95e64c14dbe2e14a9c05442b35d0624b9ccd5c7537d4e92355dceec7d",
      "config/crd/minimal/llmisvc/serving.kserve.io_llminferenceservices.yaml":
        "9db74e1223e6abc4c56391571cea85f5ac3732573e49525d89a9b46b69440c19",
    },
    crds: {
      "clusterstoragecontainers.serving.kserve.io": {
        group: "serving.kserve.io",
        kind: "ClusterStorageContainer",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "llminferenceserviceconfigs.serving.kserve.io": {
        group: "serving.kserve.io",
        kind: "LLMInferenceServiceConfig",
        versions: ["v1alpha1", "v1alpha2"],
        storageVersion: "v1alpha2",
      },
      "llminferenceservices.serving.kserve.io": {
        group: "serving.kserve.io",
        kind: "LLMInferenceService",
        versions: ["v1alpha1", "v1alpha2"],
        storageVersion: "v1alpha2",
      },
    },
    others: [],
  },
  workloadVariantAutoscaler: {
    name: "workload-variant-autoscaler",
    upstream: "workload-variant-autoscaler",
    version: "0.7.0",
    source: "https://raw.githubusercontent.com/llm-d/llm-d-workload-variant-autoscaler/v0.7.0/",
    files: {
      "charts/workload-variant-autoscaler/crds/llmd.ai_variantautoscalings.yaml":
        "e1bbb6c9b11a907edba59b0918290d55858563d61eafc81c34b499cb6e4fcfe4",
    },
    crds: {
      "variantautoscalings.llmd.ai": {
        group: "llmd.ai",
        kind: "VariantAutoscaling",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
    },
    others: [],
  },
  envoyGateway: {
    name: "envoy-gateway",
    upstream: "envoy-gateway",
    version: "1.8.1",
    source: "https://raw.githubusercontent.com/envoyproxy/gateway/v1.8.1/",
    files: {
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_backends.yaml":
        "456cbad5d7efd20e4e1bcbe00caea177f711b66c28e96dd75f8507c53ab3eea6",
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_backendtrafficpolicies.yaml":
        "dc4eabbf2c9393355e30e35f2976f4ed2c09f9b69e9c4419509c2ba5d0b8bbd1",
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_clienttrafficpolicies.yaml":
        "5322c533fd33282cce6eba9405331477872a06fafebaac20026bb6d08ff4a291",
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_envoyextensionpolicies.yaml":
        "8370ddaf25e0cdcf248aba4672c3aaad071322bc55d0f543a4f0c6dd7a6e5254",
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_envoypatchpolicies.yaml":
        "8e9110c32b414ea5c43a85e272dc2dee8917ed0bfa36a9a2b72fde1f3fba6083",
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_envoyproxies.yaml":
        "9221dc64d6587b95ca9fc59893ffb9c905dc98137eb66f0492a33b1213c37ec1",
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_httproutefilters.yaml":
        "ebba11783da910e78829941deeb3c6701ba95b4cddb9f595382c71793546efca",
      "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_securitypolicies.yaml":
        "6c0dc326d048c3b25b720b49d92fb149b7b70cf035211d17501779bb5dd882f3",
    },
    crds: {
      "backends.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "Backend",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "backendtrafficpolicies.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "BackendTrafficPolicy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "clienttrafficpolicies.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "ClientTrafficPolicy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "envoyextensionpolicies.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "EnvoyExtensionPolicy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "envoypatchpolicies.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "EnvoyPatchPolicy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "envoyproxies.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "EnvoyProxy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "httproutefilters.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "HTTPRouteFilter",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
      "securitypolicies.gateway.envoyproxy.io": {
        group: "gateway.envoyproxy.io",
        kind: "SecurityPolicy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
    },
    others: [],
  },
  envoyAiGateway: {
    name: "envoy-ai-gateway",
    upstream: "envoy-ai-gateway",
    version: "1.0.0",
    source: "https://raw.githubusercontent.com/envoyproxy/ai-gateway/v1.0.0/",
    files: {
      "manifests/charts/ai-gateway-crds-helm/templates/aigateway.envoyproxy.io_aigatewayroutes.yaml":
        "4f3c75b3d6a579b4a6ed577aea2a1cc8410b5b8e3658f80cb01af161b604241c",
      "manifests/charts/ai-gateway-crds-helm/templates/aigateway.envoyproxy.io_aiservicebackends.yaml":
        "35f6323a486a6f447be41fe1de4327f6e6e7254a0ca61d33186cb03fe11888f6",
      "manifests/charts/ai-gateway-crds-helm/templates/aigateway.envoyproxy.io_backendsecuritypolicies.yaml":
        "a5449029eb215867063aaa833f2819999835ac2dccbc205659ecc5aca946f706",
      "manifests/charts/ai-gateway-crds-helm/templates/aigateway.envoyproxy.io_gatewayconfigs.yaml":
        "975e48df68d7ba33f7438e3c331d147da9fcfe263cc1fa3154aa57882f075f5d",
      "manifests/charts/ai-gateway-crds-helm/templates/aigateway.envoyproxy.io_mcproutes.yaml":
        "c983c7178bb829e3d781b4370b7bb9725c22135a2a04a4a3e54d171c7147ee4c",
      "manifests/charts/ai-gateway-crds-helm/templates/aigateway.envoyproxy.io_quotapolicies.yaml":
        "0e8b899c520e6ff5b224b7e4e6064f959e8256e6949817615cde8cf37269eb85",
    },
    crds: {
      "aigatewayroutes.aigateway.envoyproxy.io": {
        group: "aigateway.envoyproxy.io",
        kind: "AIGatewayRoute",
        versions: ["v1alpha1", "v1beta1"],
        storageVersion: "v1beta1",
      },
      "aiservicebackends.aigateway.envoyproxy.io": {
        group: "aigateway.envoyproxy.io",
        kind: "AIServiceBackend",
        versions: ["v1alpha1", "v1beta1"],
        storageVersion: "v1beta1",
      },
      "backendsecuritypolicies.aigateway.envoyproxy.io": {
        group: "aigateway.envoyproxy.io",
        kind: "BackendSecurityPolicy",
        versions: ["v1alpha1", "v1beta1"],
        storageVersion: "v1beta1",
      },
      "gatewayconfigs.aigateway.envoyproxy.io": {
        group: "aigateway.envoyproxy.io",
        kind: "GatewayConfig",
        versions: ["v1alpha1", "v1beta1"],
        storageVersion: "v1beta1",
      },
      "mcproutes.aigateway.envoyproxy.io": {
        group: "aigateway.envoyproxy.io",
        kind: "MCPRoute",
        versions: ["v1alpha1", "v1beta1"],
        storageVersion: "v1beta1",
      },
      "quotapolicies.aigateway.envoyproxy.io": {
        group: "aigateway.envoyproxy.io",
        kind: "QuotaPolicy",
        versions: ["v1alpha1"],
        storageVersion: "v1alpha1",
      },
    },
    others: [],
  },
} as const satisfies Record<string, CrdSet>;
