import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Pod } from "../../local/agent/podSpec";
import { podStatus } from "../../local/agent/podStatus";
import { UsageError } from "../../local/commands/command";
import { readWith } from "../../local/commands/toolchain";
import { gatewayToolsOf } from "../../local/engine/config";
import { releasedGatewayChart } from "../../local/toolchain/charts";

describe("gateway controllers of the embedded environment", () => {
  const tools = (gateway: unknown) => gatewayToolsOf({ "pulumi-kserve:platform": { gateway } });

  it("are built for a configuration whose gateway is theirs, and for no other", () => {
    assert.deepEqual(tools({ controller: "envoy-gateway" }), ["envoy-gateway", "envoy-ai-gateway"]);
    assert.deepEqual(tools({ controller: "envoy-gateway", envoyGateway: { aiGateway: false } }), ["envoy-gateway"]);
    assert.deepEqual([tools({ gatewayClassName: "envoy" }), tools(false), tools(undefined)], [[], [], []]);
    assert.deepEqual(gatewayToolsOf({}), []);
    const withCertManager = (certManager: unknown) => gatewayToolsOf({ "pulumi-kserve:platform": { certManager } });
    assert.deepEqual(withCertManager({}), ["cert-manager"]);
    assert.deepEqual([withCertManager({ existing: true }), withCertManager(false)], [[], []]);
  });

  it("are built when they are named", () => {
    assert.deepEqual(readWith(["envoy-gateway"]), ["envoy-gateway"]);
    assert.throws(
      () => readWith(["istio"]),
      new UsageError("--with istio: expected envoy-gateway or envoy-ai-gateway or cert-manager"),
    );
  });
});

describe("a pod that ends by itself", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "certgen", namespace: "n" },
    spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] },
  } as Pod;
  const ended = (exitCode: number) => {
    const end = { exitCode, message: "", startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:00:01Z" };
    const { phase, containerStatuses, conditions } = podStatus(pod, {
      phase: { kind: "ended", end },
      since: end.finishedAt,
      podIP: "10.0.0.1",
      restarts: 0,
      lastEnd: end,
    }) as {
      phase: string;
      containerStatuses: { state: { terminated: { reason: string; exitCode: number } } }[];
      conditions: { type: string; status: string }[];
    };
    const { reason, exitCode: code } = containerStatuses[0]?.state.terminated ?? {};
    return [phase, reason, code, conditions.find(({ type }) => type === "Ready")?.status];
  };

  it("has succeeded or failed by its exit code, which is what its Job waits for", () => {
    assert.deepEqual(ended(0), ["Succeeded", "Completed", 0, "False"]);
    assert.deepEqual(ended(2), ["Failed", "Error", 2, "False"]);
  });
});

describe("the chart of Envoy Gateway", () => {
  let folder: string;
  let before: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gateway-chart-"));
    before = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = join(folder, "cache");
  });
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it("is what a release makes of the repository's files, and is made once", async () => {
    const source = join(folder, "charts", "gateway-helm");
    mkdirSync(join(source, "templates"), { recursive: true });
    writeFileSync(join(source, "Chart.yaml"), 'name: gateway-helm\nversion: v0.0.0-latest\nappVersion: "latest"\n');
    writeFileSync(
      join(source, "values.tmpl.yaml"),
      "image: ${GatewayImage}\npolicy: ${GatewayImagePullPolicy}\nx: ${X}\n",
    );
    writeFileSync(join(source, "templates", "a.yaml"), "a: {{ .Values.image }}\n", { mode: 0o400 });
    const chart = await releasedGatewayChart(folder, "1.2.3");
    const read = (name: string) => readFileSync(join(chart, name), "utf8");
    assert.equal(read("Chart.yaml"), "name: gateway-helm\nversion: v1.2.3\nappVersion: v1.2.3\n");
    assert.equal(read("values.yaml"), "image: docker.io/envoyproxy/gateway:v1.2.3\npolicy: IfNotPresent\nx: ${X}\n");
    assert.equal(read("templates/a.yaml"), "a: {{ .Values.image }}\n");
    assert.equal(await releasedGatewayChart(folder, "1.2.3"), chart);
    assert.equal(readdirSync(join(folder, "cache", "pulumi-kserve", "charts")).length, 1);
  });
});
