import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump, load } from "js-yaml";

import { makeServingCertificates } from "../../local/cluster/certificates";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { openEnvironment, serviceRows } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { projectRoot } from "../../local/paths";
import { sleep } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { type EmbeddedToolName, type Toolchain, toolNames } from "../../local/toolchain/types";
import { KubernetesClient } from "../../sdk/kubernetes/client";

const clusterName = "test-https";
const host = "llm.example.com";
const otherHost = "chat.example.com";

interface StackConfig {
  config: Record<string, unknown> & { "pulumi-kserve:services": { name: string }[] };
}

interface Status {
  url?: string;
  addresses?: { value?: string; url?: string }[];
  conditions?: { type: string; status: string; observedGeneration?: number }[];
}

/** One service behind a gateway with HTTPS, through the real engine, API server and KServe. */
describe("HTTPS on the embedded control plane", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
  });

  /** Runs an operation with the first service of Pulumi.local.yaml and this platform. */
  async function run(operation: Operation, platform: Record<string, unknown>): Promise<OperationResult> {
    const settings = load(await readFile(join(projectRoot(), "Pulumi.local.yaml"), "utf8")) as StackConfig;
    const { config } = settings;
    config["pulumi-kserve:services"] = config["pulumi-kserve:services"].filter(({ name }) => name === "llama-8b");
    const { gateway, ...rest } = platform;
    const played = { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" };
    config["pulumi-kserve:platform"] = {
      leaderWorkerSet: false,
      ...rest,
      gateway: { ...played, ...(gateway as object) },
    };
    delete config["pulumi-kserve:preflight"];
    const configFile = join(cluster.folder, "Pulumi.test.yaml");
    await writeFile(configFile, dump(settings));
    const stack = await openEnvironment({ cluster, toolchain, stack: "test", configFile });
    return runOperation(operation, stack, { logFile: join(cluster.folder, "logs", "pulumi.log") });
  }

  /** A gateway that serves these hosts with a certificate for the first. */
  async function serving(hostnames: string[], more: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const { certPem, keyPem } = await makeServingCertificates(hostnames);
    return { gateway: { hostnames, tls: { certificates: [{ certificate: certPem, privateKey: keyPem }] }, ...more } };
  }

  const status = async (apiVersion: string, kind: string, namespace: string, name: string): Promise<Status> =>
    ((await client.get(apiVersion, kind, namespace, name))?.status ?? {}) as Status;

  const statusUrl = async (): Promise<string | undefined> =>
    (await status("serving.kserve.io/v1alpha2", "LLMInferenceService", "models", "llama-8b")).url;

  async function served(): Promise<X509Certificate> {
    const secret = await client.get("v1", "Secret", "kserve", "kserve-ingress-gateway-tls");
    return new X509Certificate(Buffer.from((secret?.data as Record<string, string>)["tls.crt"] ?? "", "base64"));
  }

  it("refuses bad input before anything exists", async () => {
    await rejects(
      run(Operation.preview, {
        gateway: {
          listeners: [
            { name: "web", port: 443, protocol: "HTTPS" },
            { name: "http", port: 443 },
            { name: "again", port: 443, protocol: "HTTPS", certificates: ["web"] },
          ],
        },
      }),
      (error: Error) => {
        ok(error.message.includes("listeners[0].certificates: missing; HTTPS is served with a certificate"));
        ok(error.message.includes('listeners[1].port: HTTP and HTTPS (listener "web") cannot share a port'));
        ok(error.message.includes('listeners[2].hostname: overlaps with listener "web"'), error.message);
        return true;
      },
    );
    await rejects(
      run(Operation.preview, { gateway: { hostnames: [host], tls: { issuer: { name: "letsencrypt" } } } }),
      /gateway\.tls\.issuer: cert-manager is neither installed nor stated to be there/,
    );
    await rejects(
      run(Operation.preview, {
        gateway: { listeners: [{ name: "http", port: 80, allowedRoutes: { namespaces: ["production"] } }] },
      }),
      /admits no routes of namespace "models": http admits Selector kubernetes\.io\/metadata\.name in \(production\).*\[listener-namespace\]/s,
    );
    strictEqual(await client.get("v1", "Namespace", undefined, "kserve"), undefined);
  });

  it("serves a service at its host name with a given certificate", async () => {
    const { outputs = {} } = await run(Operation.up, await serving([host]));
    deepStrictEqual(outputs.gatewayUrls?.value, { https: `https://${host}` });
    deepStrictEqual(
      serviceRows(outputs).map(({ ready, url }) => ({ ready, url })),
      [{ ready: "True", url: `https://${host}/models/llama-8b` }],
    );
    strictEqual(await statusUrl(), `https://${host}/models/llama-8b`);
    const gateway = await status("gateway.networking.k8s.io/v1", "Gateway", "kserve", "kserve-ingress-gateway");
    strictEqual(gateway.conditions?.find(({ type }) => type === "Programmed")?.status, "True");
    ok((await served()).checkHost(host));
  });

  it("follows another host name, with a certificate for it", async () => {
    const { outputs = {} } = await run(Operation.up, await serving([otherHost]));
    deepStrictEqual(outputs.gatewayUrls?.value, { https: `https://${otherHost}` });
    ok((await served()).checkHost(otherHost));
    const expected = `https://${otherHost}/models/llama-8b`;
    for (const end = Date.now() + 30_000; (await statusUrl()) !== expected && Date.now() < end;) await sleep(200);
    strictEqual(await statusUrl(), expected);
  });

  it("redirects from HTTP, and gives the URL over HTTPS where KServe has the other one", async () => {
    const platform = await serving([otherHost], { redirectToHttps: true });
    const { outputs = {} } = await run(Operation.up, platform);
    deepStrictEqual(outputs.gatewayUrls?.value, { http: `http://${otherHost}`, https: `https://${otherHost}` });
    for (const end = Date.now() + 30_000; !(await statusUrl())?.startsWith("http:") && Date.now() < end;) {
      await sleep(200);
    }
    strictEqual(await statusUrl(), `http://${otherHost}/models/llama-8b`);
    const route = await client.get(
      "gateway.networking.k8s.io/v1",
      "HTTPRoute",
      "kserve",
      "kserve-ingress-gateway-https-redirect",
    );
    match(JSON.stringify(route?.status), /"Accepted"/);
    // A service that has not changed keeps its outputs until it is refreshed.
    await run(Operation.refresh, platform);
    const { outputs: renewed = {} } = await run(Operation.up, platform);
    strictEqual(serviceRows(renewed)[0]?.url, `https://${otherHost}/models/llama-8b`);
  });

  it("leaves nothing behind", async () => {
    await run(Operation.destroy, await serving([otherHost]));
    strictEqual(await client.get("v1", "Namespace", undefined, "kserve"), undefined);
  });

  describe("with cert-manager's own controllers", () => {
    before(async function () {
      // Its executable is built when it is not in the cache.
      this.timeout(1_800_000);
      toolchain = await ensureToolchain<EmbeddedToolName | "cert-manager">({
        progress: silentProgress,
        only: [...toolNames, "cert-manager"],
      });
      // The cluster that is there learns of it.
      cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    });

    const issuers = {
      root: { selfSigned: {} },
      "our-ca": { ca: { secretName: "our-ca", authority: { commonName: "Our CA", issuer: "root" } } },
    };
    const issued = (hostname: string, name: string): Record<string, unknown> => ({
      certManager: { issuers },
      gateway: { hostnames: [hostname], tls: { issuer: { name } } },
    });
    const ca = async (): Promise<X509Certificate> => {
      const secret = await client.get("v1", "Secret", "cert-manager", "our-ca");
      return new X509Certificate(Buffer.from((secret?.data as Record<string, string>)["tls.crt"] ?? "", "base64"));
    };

    it("issues the certificates of KServe's webhooks and of the gateway", async () => {
      const { outputs = {} } = await run(Operation.up, issued(host, "our-ca"));
      deepStrictEqual(
        serviceRows(outputs).map(({ ready, url }) => ({ ready, url })),
        [{ ready: "True", url: `https://${host}/models/llama-8b` }],
      );
      const certificate = await served();
      ok(certificate.checkHost(host));
      ok(certificate.verify((await ca()).publicKey), "the authority has signed the certificate");
      const webhook = await client.get("v1", "Secret", "kserve", "llmisvc-webhook-server-cert");
      ok((webhook?.data as Record<string, string> | undefined)?.["tls.key"]);
    });

    it("issues another one when host name and issuer change", async () => {
      await run(Operation.up, issued(otherHost, "root"));
      const certificate = await served();
      ok(certificate.checkHost(otherHost));
      ok(certificate.verify(certificate.publicKey), "the certificate has signed itself");
    });

    it("leaves nothing of it behind", async () => {
      await run(Operation.destroy, issued(otherHost, "root"));
      strictEqual(await client.get("v1", "Namespace", undefined, "cert-manager"), undefined);
      strictEqual(
        await client.get(
          "apiextensions.k8s.io/v1",
          "CustomResourceDefinition",
          undefined,
          "certificates.cert-manager.io",
        ),
        undefined,
      );
    });
  });
});
