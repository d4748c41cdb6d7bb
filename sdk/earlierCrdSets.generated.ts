// Written by scripts/generate-crds.mjs; do not edit.
import type { CrdSet } from "./artifacts";

/** CRD sets of versions before the pinned one that can be installed as well, by version. */
export const earlierCrdSets = {
  gatewayApiStandard: {
    "1.4.1": {
      name: "gateway-api",
      variant: "standard",
      upstream: "gateway-api",
      version: "1.4.1",
      source: "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/v1.4.1/",
      files: {
        "config/crd/standard/gateway.networking.k8s.io_backendtlspolicies.yaml":
          "f94f34b0c19cab6c25b53a6e672d9a684116a4e52193531fe2abcea20b51574f",
        "config/crd/standard/gateway.networking.k8s.io_gatewayclasses.yaml":
          "7d958ad3965ea4a4996616846d9ecaf1fededbf9351b9752b8b85973936ae8c8",
        "config/crd/standard/gateway.networking.k8s.io_gateways.yaml":
          "a02ea425fc901f197b668c9ddd56375e1f6896994914c6e6b9b4fdb85cf3ba6e",
        "config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml":
          "b72068b42cb32051ca609e5a8dfefb16904d164abe2e71d9f3c776fae41c4dab",
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml":
          "98c6777c22309d319292e9c288ee632006c9ffdd4272383d6f9dffa3fbccaf14",
        "config/crd/standard/gateway.networking.k8s.io_referencegrants.yaml":
          "d74fc2f8e90094f4c4d6dc13a2d720011a40e30e5640b3e2a2051fac820f6584",
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
        "referencegrants.gateway.networking.k8s.io": {
          group: "gateway.networking.k8s.io",
          kind: "ReferenceGrant",
          versions: ["v1beta1"],
          storageVersion: "v1beta1",
        },
      },
      others: [],
    },
  },
  gatewayApiExperimental: {
    "1.4.1": {
      name: "gateway-api",
      variant: "experimental",
      upstream: "gateway-api",
      version: "1.4.1",
      source: "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/v1.4.1/",
      files: {
        "config/crd/experimental/gateway.networking.k8s.io_backendtlspolicies.yaml":
          "8c910e7f16f508fa367bd333d985fe68949069f40792d8cea6e38dcc899fcc6a",
        "config/crd/experimental/gateway.networking.k8s.io_gatewayclasses.yaml":
          "17626267c36f9f36ffcfe82f120211582dd4beec058fc56acf2559cac851b0d0",
        "config/crd/experimental/gateway.networking.k8s.io_gateways.yaml":
          "9f7c7b883a4070dee86c65fc9e5be126b54c38514fe8be83e4ac2cbf78e86175",
        "config/crd/experimental/gateway.networking.k8s.io_grpcroutes.yaml":
          "02bd77f395eae9e3251e1d2e03f1c3fdeb7973ba20419f143b2aaf41eb2e4879",
        "config/crd/experimental/gateway.networking.k8s.io_httproutes.yaml":
          "578a5c4e48888757e13e4923b534d253073f43aadd88729f75da1aa95b15b258",
        "config/crd/experimental/gateway.networking.k8s.io_referencegrants.yaml":
          "9f7d8d526e47c19e27c783211ef89995faa6d5dd0cb66fb773655a56e487337c",
        "config/crd/experimental/gateway.networking.k8s.io_tcproutes.yaml":
          "d8dc687cdb177c7100ee5cdf3d8c07304c6d1373df10317928b4b98438215d61",
        "config/crd/experimental/gateway.networking.k8s.io_tlsroutes.yaml":
          "1dee8d7e1a56dadf0e88466bfef8a8afc5664a94e95d6b2fb812f03d0b198748",
        "config/crd/experimental/gateway.networking.k8s.io_udproutes.yaml":
          "0a69b7f9c5f432d21f090a67b15f3fffc1a7b7d93e472b15928d59f289b1fb0d",
        "config/crd/experimental/gateway.networking.x-k8s.io_xbackendtrafficpolicies.yaml":
          "f0fcd597d2e3e1fb1128f9af59bad7a23dd45b984e70496a2fa974d1ee9c4f96",
        "config/crd/experimental/gateway.networking.x-k8s.io_xlistenersets.yaml":
          "7401cb071ed1719124676ee68916606f66b7439622ef7c56b2be5a1869ad5c78",
        "config/crd/experimental/gateway.networking.x-k8s.io_xmeshes.yaml":
          "591c7fbdd95500f0b85363f4867ac8fa13b735c5592d93b99f9d91a9d1d4981e",
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
        "referencegrants.gateway.networking.k8s.io": {
          group: "gateway.networking.k8s.io",
          kind: "ReferenceGrant",
          versions: ["v1beta1"],
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
          versions: ["v1alpha2", "v1alpha3"],
          storageVersion: "v1alpha3",
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
        "xlistenersets.gateway.networking.x-k8s.io": {
          group: "gateway.networking.x-k8s.io",
          kind: "XListenerSet",
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
      others: [],
    },
  },
} as const satisfies Record<string, Record<string, CrdSet>>;
