import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump } from "js-yaml";

import type { Cluster } from "../local/cluster/types";
import { runCommand } from "../local/process";
import type { Toolchain } from "../local/toolchain/types";
import { versions } from "../sdk/versions";

/**
 * KServe's own way to the same end, as its install scripts go: kubectl for CRDs and objects, helm for the charts, and a wait
 * after each step that the next one needs. The services are the ones that the stack declares.
 */
export class UpstreamInstall {
  private readonly env: Record<string, string>;
  private readonly files: string;

  constructor(
    private readonly cluster: Cluster,
    private readonly toolchain: Toolchain,
    private readonly services: { name: string; namespace?: string; spec?: unknown }[],
  ) {
    this.env = { ...(process.env as Record<string, string>), KUBECONFIG: cluster.kubeconfigPath };
    this.files = join(cluster.folder, "upstream-install");
  }

  /**
   * What is not measured: cert-manager is not part of either side, but the charts hold two objects of its kinds, so that the
   * API server must know them.
   */
  async prepare(): Promise<void> {
    await mkdir(this.files, { recursive: true });
    const { caPem, certPem, keyPem } = this.cluster.servingCertificates;
    await Promise.all([
      this.write("cert-manager-kinds.yaml", [inertCrd("Certificate", "certificates"), inertCrd("Issuer", "issuers")]),
      this.write("gateway.yaml", [gatewayClass, gateway]),
      this.write("services.yaml", this.services.map(serviceManifest)),
      writeFile(join(this.files, "ca.crt"), caPem),
      writeFile(join(this.files, "tls.crt"), certPem),
      writeFile(join(this.files, "tls.key"), keyPem, { mode: 0o600 }),
    ]);
    await this.kubectl("apply", "-f", join(this.files, "cert-manager-kinds.yaml"));
  }

  async run(): Promise<void> {
    const { kserve, lws } = this.toolchain.upstream;
    const charts = join(kserve, "charts");
    const caBundle = Buffer.from(this.cluster.servingCertificates.caPem).toString("base64");

    await this.kubectl(
      "apply",
      "--server-side",
      "-f",
      join(this.toolchain.upstream["gateway-api"], "config", "crd", "standard"),
    );
    await this.helm(
      "install",
      "lws",
      join(lws, "charts", "lws"),
      "-n",
      "lws-system",
      "--create-namespace",
      "--set",
      `image.manager.tag=v${versions.leaderWorkerSet}`,
      "--wait",
    );
    await this.helm(
      "install",
      "kserve-llmisvc-crd",
      join(charts, "kserve-llmisvc-crd"),
      "-n",
      "kserve",
      "--create-namespace",
      "--wait",
    );
    await this.kubectl(
      "create",
      "secret",
      "generic",
      "llmisvc-webhook-server-cert",
      "-n",
      "kserve",
      ...["ca.crt", "tls.crt", "tls.key"].map((file) => `--from-file=${join(this.files, file)}`),
    );
    await this.helm("install", "kserve-llmisvc", join(charts, "kserve-llmisvc-resources"), "-n", "kserve", "--wait");
    for (const target of [
      "mutatingwebhookconfiguration/llminferenceservice.serving.kserve.io",
      "validatingwebhookconfiguration/llminferenceservice.serving.kserve.io",
      "validatingwebhookconfiguration/llminferenceserviceconfig.serving.kserve.io",
    ]) {
      const patch = [0, 1].map((index) => ({
        op: "add",
        path: `/webhooks/${index}/clientConfig/caBundle`,
        value: caBundle,
      }));
      await this.kubectl("patch", target, "--type=json", "-p", JSON.stringify(patch));
    }
    for (const plural of ["llminferenceservices", "llminferenceserviceconfigs"]) {
      const patch = [{ op: "add", path: "/spec/conversion/webhook/clientConfig/caBundle", value: caBundle }];
      await this.kubectl("patch", `crd/${plural}.serving.kserve.io`, "--type=json", "-p", JSON.stringify(patch));
    }
    await this.kubectl("rollout", "status", "deployment/llmisvc-controller-manager", "-n", "kserve", "--timeout=120s");
    await this.helm(
      "install",
      "kserve-runtime-configs",
      join(charts, "kserve-runtime-configs"),
      "-n",
      "kserve",
      "--set",
      "kserve.llmisvcConfigs.enabled=true",
      "--wait",
    );
    await this.kubectl("apply", "-f", join(this.files, "gateway.yaml"));
    await this.kubectl(
      "wait",
      "--for=condition=Programmed",
      "gateway/kserve-ingress-gateway",
      "-n",
      "kserve",
      "--timeout=60s",
    );
    for (const namespace of new Set(this.services.map((service) => service.namespace ?? "default"))) {
      if (namespace !== "default") await this.kubectl("create", "namespace", namespace);
    }
    await this.kubectl("apply", "-f", join(this.files, "services.yaml"));
    for (const service of this.services) {
      await this.kubectl(
        "wait",
        "--for=condition=Ready",
        `llmisvc/${service.name}`,
        "-n",
        service.namespace ?? "default",
        "--timeout=120s",
      );
    }
  }

  private async write(file: string, objects: unknown[]): Promise<void> {
    await writeFile(join(this.files, file), objects.map((object) => `---\n${dump(object)}`).join(""));
  }

  private async kubectl(...args: string[]): Promise<void> {
    await runCommand("kubectl", args, { env: this.env });
  }

  private async helm(...args: string[]): Promise<void> {
    await runCommand(this.toolchain.tools.helm.path, args, { env: this.env });
  }
}

function inertCrd(kind: string, plural: string): unknown {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.cert-manager.io` },
    spec: {
      group: "cert-manager.io",
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}

const gatewayClass = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "GatewayClass",
  metadata: { name: "istio" },
  spec: { controllerName: "istio.io/gateway-controller" },
};

const gateway = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "kserve-ingress-gateway", namespace: "kserve" },
  spec: {
    gatewayClassName: "istio",
    infrastructure: { labels: { "serving.kserve.io/gateway": "kserve-ingress-gateway" } },
    listeners: [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } }],
  },
};

function serviceManifest(service: { name: string; namespace?: string; spec?: unknown }): unknown {
  return {
    apiVersion: "serving.kserve.io/v1alpha2",
    kind: "LLMInferenceService",
    metadata: { name: service.name, namespace: service.namespace ?? "default" },
    spec: service.spec,
  };
}
