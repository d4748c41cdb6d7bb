import { strict as assert } from "node:assert";

import { type ArtifactMirrors, artifacts, resolveChart, resolveFiles } from "../../sdk/artifacts";
import { ConfigurationError } from "../../sdk/problems";

const { kserveController, leaderWorkerSet, crds } = artifacts;

describe("artifacts", () => {
  it("have their official addresses without mirrors", () => {
    assert.equal(
      resolveFiles(crds.gatewayApiStandard),
      "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/v1.5.1/",
    );
    assert.equal(resolveFiles(crds.inferenceExtension), "https://raw.githubusercontent.com/kserve/kserve/v0.20.0/");
    assert.deepEqual(resolveChart(kserveController), {
      chart: "oci://ghcr.io/kserve/charts/kserve-llmisvc-resources",
      version: "v0.20.0",
    });
    assert.deepEqual(resolveChart(leaderWorkerSet), {
      chart: "oci://registry.k8s.io/lws/charts/lws",
      version: "0.8.0",
    });
  });

  it("come from a folder with the upstream's files", () => {
    const mirrors = { kserve: "/mirror/kserve", lws: "./lws/" };
    assert.equal(resolveFiles(crds.kserveFull, mirrors), "/mirror/kserve/");
    assert.equal(resolveFiles(crds.gatewayApiStandard, mirrors), crds.gatewayApiStandard.source);
    assert.deepEqual(resolveChart(kserveController, mirrors), {
      chart: "/mirror/kserve/charts/kserve-llmisvc-resources",
    });
    assert.deepEqual(resolveChart(leaderWorkerSet, mirrors), { chart: "./lws/charts/lws" });
  });

  it("take only files from a URL prefix, because charts there are no packages", () => {
    const mirrors = { kserve: "https://mirror.example/kserve" };
    assert.equal(resolveFiles(crds.kserveMinimal, mirrors), "https://mirror.example/kserve/");
    assert.equal(resolveChart(kserveController, mirrors).chart, "oci://ghcr.io/kserve/charts/kserve-llmisvc-resources");
  });

  it("take charts from a mirror of charts, which wins over one of files", () => {
    const chartFrom = (address: string) =>
      resolveChart(kserveController, { kserve: "/files", "kserve-charts": address });
    assert.deepEqual(chartFrom("oci://registry.example/charts"), {
      chart: "oci://registry.example/charts/kserve-llmisvc-resources",
      version: "v0.20.0",
    });
    assert.deepEqual(chartFrom("https://charts.example"), {
      chart: "https://charts.example/kserve-llmisvc-resources-v0.20.0.tgz",
    });
    assert.deepEqual(chartFrom("/charts"), { chart: "/charts/kserve-llmisvc-resources" });
  });

  it("name every wrong mirror in one error", () => {
    const mirrors = { kserve: "oci://registry.example", istio: "/istio", lws: "lws" } as ArtifactMirrors;
    assert.throws(
      () => resolveFiles(crds.kserveFull, mirrors),
      new ConfigurationError("mirrors", [
        {
          path: "mirrors.kserve",
          given: "oci://registry.example",
          message: "files cannot come from here",
          allowed: 'a folder\'s path that starts with "/" or ".", an http(s):// prefix',
          fix: "put it under mirrors.kserve-charts",
        },
        {
          path: "mirrors.istio",
          message: "nothing has this name",
          allowed:
            "kserve, kserve-charts, lws, lws-charts, gateway-api, cert-manager, inference-extension, " +
            "workload-variant-autoscaler, envoy-gateway, envoy-ai-gateway, charts",
        },
        {
          path: "mirrors.lws",
          given: "lws",
          message: "files cannot come from here",
          allowed: 'a folder\'s path that starts with "/" or ".", an http(s):// prefix',
        },
      ]),
    );
  });
});
