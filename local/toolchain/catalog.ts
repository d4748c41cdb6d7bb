import { join } from "node:path";
import { versions } from "../../sdk/versions";
import { projectRoot } from "../paths";
import type { Catalog, Download, NoDownload, Platform, ToolDefinition } from "./types";

const kubernetesModule = "kubernetes";
const inferenceExtensionModule = "inference-extension";
const gatewayModule = "envoy-gateway";
const certManagerModule = "cert-manager";
const kserveBeforeModule = "kserve-before";
const [kubernetesMajor, kubernetesMinor] = versions.kubernetes.split(".");

/** The pinned toolchain of this checkout. */
export function defaultCatalog(): Catalog {
  return {
    modulesFolder: join(projectRoot(), "local", "toolchain", "modules"),
    tools: {
      etcd: {
        version: versions.etcd,
        versionFrom: { args: ["--version"] },
        download: etcdDownload,
        build: { module: kubernetesModule, package: "go.etcd.io/etcd/server/v3", ldflags: "-s -w" },
      },
      "kube-apiserver": kubernetesPart("kube-apiserver"),
      "kube-controller-manager": kubernetesPart("kube-controller-manager"),
      "kube-scheduler": kubernetesPart("kube-scheduler"),
      llmisvc: {
        version: versions.kserve,
        versionFrom: { goModule: "github.com/kserve/kserve" },
        download: () => ({ none: "KServe publishes its controllers as container images only" }),
        build: { module: kubernetesModule, package: "github.com/kserve/kserve/cmd/llmisvc", ldflags: "-s -w" },
      },
      lws: {
        version: versions.leaderWorkerSet,
        versionFrom: { goModule: "sigs.k8s.io/lws" },
        download: () => ({ none: "LeaderWorkerSet publishes its controller as a container image only" }),
        build: { module: kubernetesModule, package: "sigs.k8s.io/lws/cmd", ldflags: "-s -w" },
      },
      helm: {
        version: versions.helm,
        versionFrom: { args: ["version", "--short"] },
        download: helmDownload,
        build: {
          module: kubernetesModule,
          package: "helm.sh/helm/v3/cmd/helm",
          ldflags: `-s -w -X helm.sh/helm/v3/internal/version.version=v${versions.helm}`,
        },
      },
      kwok: kwokPart("kwok"),
      kwokctl: kwokPart("kwokctl"),
      pulumi: {
        version: versions.pulumi,
        versionFrom: { args: ["version"] },
        download: pulumiDownload,
        build: {
          module: "pulumi",
          package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
          ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`,
        },
      },
      oracle: {
        version: versions.kserve,
        versionFrom: { goModule: "pulumi-kserve.local/kubernetes" },
        download: () => ({ none: "its sources are this repository's own" }),
        build: { module: kubernetesModule, package: "./oracle", ldflags: "-s -w", sources: "oracle" },
      },
      epp: {
        version: versions.inferenceExtension,
        versionFrom: { goModule: "sigs.k8s.io/gateway-api-inference-extension" },
        download: () => ({ none: "the inference extension publishes its endpoint picker as a container image only" }),
        build: {
          module: inferenceExtensionModule,
          package: "sigs.k8s.io/gateway-api-inference-extension/cmd/epp",
          ldflags: "-s -w",
        },
      },
      "epp-oracle": {
        version: versions.inferenceExtension,
        versionFrom: { goModule: "pulumi-kserve.local/inference-extension" },
        download: () => ({ none: "its sources are this repository's own" }),
        build: { module: inferenceExtensionModule, package: "./oracle", ldflags: "-s -w", sources: "oracle" },
      },
      "envoy-gateway": {
        version: versions.envoyGateway,
        versionFrom: { goModule: "github.com/envoyproxy/gateway/pulumi-kserve" },
        download: () => ({ none: "its main function is this repository's own" }),
        build: { module: gatewayModule, package: "./host", ldflags: "-s -w", sources: "host" },
      },
      "envoy-ai-gateway": {
        version: versions.envoyAiGateway,
        versionFrom: { goModule: "github.com/envoyproxy/gateway/pulumi-kserve" },
        download: () => ({ none: "its main function is this repository's own" }),
        build: {
          module: gatewayModule,
          package: "github.com/envoyproxy/ai-gateway/pulumi-kserve",
          ldflags: "-s -w",
          sources: "ai",
        },
      },
      "cert-manager": {
        version: versions.certManager,
        versionFrom: { goModule: "github.com/cert-manager/cert-manager/pulumi-kserve" },
        download: () => ({ none: "its main function is this repository's own" }),
        build: { module: certManagerModule, package: "./host", ldflags: "-s -w", sources: "host" },
      },
    },
    // All are dependencies of their module, so that its go.sum vouches for their content.
    upstream: {
      kserve: { version: versions.kserve, module: kubernetesModule, goModule: "github.com/kserve/kserve" },
      "kserve-before": {
        version: versions.kserveBefore,
        module: kserveBeforeModule,
        goModule: "github.com/kserve/kserve",
      },
      lws: { version: versions.leaderWorkerSet, module: kubernetesModule, goModule: "sigs.k8s.io/lws" },
      "gateway-api": { version: versions.gatewayApi, module: kubernetesModule, goModule: "sigs.k8s.io/gateway-api" },
      "inference-extension": {
        version: versions.inferenceExtension,
        module: kubernetesModule,
        goModule: "sigs.k8s.io/gateway-api-inference-extension",
      },
      "workload-variant-autoscaler": {
        version: versions.workloadVariantAutoscaler,
        module: kubernetesModule,
        goModule: "github.com/llm-d/llm-d-workload-variant-autoscaler",
      },
      "envoy-gateway": {
        version: versions.envoyGateway,
        module: gatewayModule,
        goModule: "github.com/envoyproxy/gateway",
      },
      "envoy-ai-gateway": {
        version: versions.envoyAiGateway,
        module: gatewayModule,
        goModule: "github.com/envoyproxy/ai-gateway",
      },
      "cert-manager": {
        version: versions.certManager,
        module: certManagerModule,
        goModule: "github.com/cert-manager/cert-manager",
      },
    },
  };
}

function kubernetesPart(name: string): ToolDefinition {
  const version = "k8s.io/component-base/version";
  return {
    version: versions.kubernetes,
    versionFrom: { args: ["--version"] },
    download: ({ os, arch }) => kubernetesDownload(name, os, arch),
    build: {
      module: kubernetesModule,
      package: `k8s.io/kubernetes/cmd/${name}`,
      ldflags: [
        "-s -w",
        `-X ${version}.gitVersion=v${versions.kubernetes}`,
        `-X ${version}.gitMajor=${kubernetesMajor}`,
        `-X ${version}.gitMinor=${kubernetesMinor}`,
      ].join(" "),
    },
  };
}

function kubernetesDownload(name: string, os: string, arch: string): Download | NoDownload {
  if (os !== "linux") return { none: `Kubernetes publishes ${name} for Linux only` };
  const url = `https://dl.k8s.io/release/v${versions.kubernetes}/bin/${os}/${arch}/${name}`;
  return { url, checksum: { url: `${url}.sha256` } };
}

function etcdDownload({ os, arch }: Platform): Download {
  const release = `https://github.com/etcd-io/etcd/releases/download/v${versions.etcd}`;
  const folder = `etcd-v${versions.etcd}-${os}-${arch}`;
  return {
    url: `${release}/${folder}.${os === "linux" ? "tar.gz" : "zip"}`,
    checksum: { url: `${release}/SHA256SUMS` },
    archivePath: `${folder}/etcd`,
  };
}

function helmDownload({ os, arch }: Platform): Download {
  const url = `https://get.helm.sh/helm-v${versions.helm}-${os}-${arch}.tar.gz`;
  return { url, checksum: { url: `${url}.sha256sum` }, archivePath: `${os}-${arch}/helm` };
}

function kwokPart(name: "kwok" | "kwokctl"): ToolDefinition {
  const repository = "kubernetes-sigs/kwok";
  const tag = `v${versions.kwok}`;
  return {
    version: versions.kwok,
    versionFrom: { args: ["--version"] },
    // kwok publishes no checksum file.
    download: ({ os, arch }) => ({
      url: `https://github.com/${repository}/releases/download/${tag}/${name}-${os}-${arch}`,
      checksum: { releaseUrl: `https://api.github.com/repos/${repository}/releases/tags/${tag}` },
    }),
    build: {
      module: "kwok",
      package: `sigs.k8s.io/kwok/cmd/${name}`,
      ldflags: `-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=${tag}`,
    },
  };
}

/** The archive also holds the language hosts, which the engine finds beside itself. */
function pulumiDownload({ os, arch }: Platform): Download {
  const release = `https://github.com/pulumi/pulumi/releases/download/v${versions.pulumi}`;
  return {
    url: `${release}/pulumi-v${versions.pulumi}-${os}-${arch === "amd64" ? "x64" : arch}.tar.gz`,
    checksum: { url: `${release}/pulumi-${versions.pulumi}-checksums.txt` },
    archivePath: "pulumi/pulumi",
  };
}
