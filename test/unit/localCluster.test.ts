import { strict as assert } from "node:assert";
import { X509Certificate } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";

import { hostedPodCondition } from "../../local/agent/images";
import { isUsable, makeServingCertificates, webhookHost } from "../../local/cluster/certificates";
import { kwokctlConfiguration } from "../../local/cluster/controlPlane";
import { egressSocketOf } from "../../local/cluster/layout";
import { assertPortsFree, isPortFree } from "../../local/cluster/ports";
import { playedKinds } from "../../local/cluster/stages";
import { clusterToolNames } from "../../local/cluster/types";

describe("ports of the embedded cluster", () => {
  it("names a port that is in use, what listens there, and the way out", async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    try {
      assert.equal(await isPortFree(port), false);
      await assert.rejects(
        assertPortsFree({ "the API server": port }, "Choose another one with --port"),
        (error: Error) => {
          assert.match(error.message, new RegExp(`^port ${port} \\(for the API server\\) is in use`));
          if (process.platform === "linux")
            assert.match(error.message, new RegExp(`by process ${process.pid} \\(.*node`));
          assert.match(error.message, /\. Choose another one with --port$/);
          return true;
        },
      );
    } finally {
      await new Promise((closed) => server.close(closed));
    }
    assert.equal(await isPortFree(port), true);
  });
});

describe("certificates of the embedded cluster", () => {
  it("are valid for the webhook Service and signed by the authority", async () => {
    const made = await makeServingCertificates();
    const certificate = new X509Certificate(made.certPem);
    const authority = new X509Certificate(made.caPem);
    assert.equal(webhookHost, "llmisvc-webhook-server-service.kserve.svc");
    assert.equal(certificate.subjectAltName, `DNS:${webhookHost}`);
    assert.ok(certificate.checkIssued(authority));
    assert.equal(authority.ca, true);
    assert.equal(certificate.ca, false);
    assert.doesNotThrow(() => createSecureContext({ cert: made.certPem, key: made.keyPem }));
    assert.equal(isUsable(made, webhookHost), true);
    assert.equal(isUsable(made, "other.kserve.svc"), false);
    const other = await makeServingCertificates();
    assert.equal(isUsable({ ...made, caPem: other.caPem }, webhookHost), false);
  });
});

describe("configuration of kwokctl", () => {
  const tools = Object.fromEntries(clusterToolNames.map((name) => [name, { path: `/bin/${name}` }])) as Parameters<
    typeof kwokctlConfiguration
  >[0];
  const ports = {
    "kube-apiserver": 1,
    etcd: 2,
    "etcd-peer": 3,
    "kube-controller-manager": 4,
    "kube-scheduler": 5,
    kwok: 6,
  };

  it("gives every part its executable and port, on the loopback interface only", () => {
    const { options, componentsPatches } = kwokctlConfiguration(tools, ports, { egressConfig: "/e", pki: "/p" });
    assert.deepEqual(options, {
      runtime: "binary",
      kubeVersion: "v1.34.4",
      bindAddress: "127.0.0.1",
      etcdBinary: "/bin/etcd",
      kubeApiserverBinary: "/bin/kube-apiserver",
      kubeControllerManagerBinary: "/bin/kube-controller-manager",
      kubeSchedulerBinary: "/bin/kube-scheduler",
      etcdPort: 2,
      etcdPeerPort: 3,
      kubeApiserverPort: 1,
      kubeControllerManagerPort: 4,
      kubeSchedulerPort: 5,
      components: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"],
      enableCRDs: ["Stage"],
      disableQPSLimits: true,
    });
    const apiServer = componentsPatches.find(({ name }) => name === "kube-apiserver");
    assert.deepEqual(apiServer?.extraArgs, [
      { key: "egress-selector-config-file", value: "/e" },
      { key: "service-cluster-ip-range", value: "10.96.0.0/16" },
      { key: "enable-admission-plugins", value: "ExtendedResourceToleration" },
    ]);
  });

  it("keeps the socket's path within what the system allows", () => {
    assert.equal(egressSocketOf("/short/local"), "/short/local/egress.sock");
    const deep = egressSocketOf(`/${"deep/".repeat(30)}local`);
    assert.ok(Buffer.byteLength(deep) < 108, deep);
    assert.notEqual(deep, egressSocketOf(`/${"deep/".repeat(30)}other`));
  });
});

describe("Stages", () => {
  const stages = playedKinds().flatMap(({ crd, stages }) => stages.map((stage) => ({ crd, stage })));
  const specs = stages.map(({ crd, stage }) => ({
    name: stage.metadata.name ?? "",
    crd,
    spec: stage.spec as {
      resourceRef: { apiGroup: string; kind: string };
      selector: { matchExpressions: { jq: { key: string; operator: string; values: string[] } }[] };
      steps: { patch?: { subresource: string; root: string; template: string }; delete?: boolean }[];
    },
  }));

  it("play nodes, pods, load balancers, gateways and routes, the latter once their CRD is there", () => {
    assert.deepEqual(
      specs.map(({ name, crd, spec }) => [name, `${spec.resourceRef.apiGroup} ${spec.resourceRef.kind}`, crd]),
      [
        ["node-ready", "v1 Node", undefined],
        ["pod-ready", "v1 Pod", undefined],
        ["pod-complete", "v1 Pod", undefined],
        ["pod-delete", "v1 Pod", undefined],
        ["service-load-balancer", "v1 Service", undefined],
        [
          "gatewayclass-accepted",
          "gateway.networking.k8s.io/v1 GatewayClass",
          "gatewayclasses.gateway.networking.k8s.io",
        ],
        ["gateway-programmed", "gateway.networking.k8s.io/v1 Gateway", "gateways.gateway.networking.k8s.io"],
        ["httproute-accepted", "gateway.networking.k8s.io/v1 HTTPRoute", "httproutes.gateway.networking.k8s.io"],
      ],
    );
  });

  it("leave every pod alone that runs as a process", () => {
    const expression = `${hostedPodCondition} | not`;
    for (const { name, spec } of specs.filter(({ spec }) => spec.resourceRef.kind === "Pod")) {
      assert.ok(
        spec.selector.matchExpressions.some(({ jq }) => jq.key === expression),
        name,
      );
    }
  });

  it("leave gateways alone whose controller runs here", () => {
    const real = { controllers: ["example.com/controller"], classes: ["envoy"], gateways: ["kserve/gw"] };
    const added = (name: string) => {
      const keys = (kinds: ReturnType<typeof playedKinds>) =>
        kinds
          .flatMap(({ stages }) => stages)
          .filter(({ metadata }) => metadata.name === name)
          .flatMap(({ spec }) => (spec as (typeof specs)[number]["spec"]).selector.matchExpressions)
          .map(({ jq }) => jq.key);
      const before = keys(playedKinds());
      return keys(playedKinds(real)).filter((key) => !before.includes(key));
    };
    assert.deepEqual(added("gatewayclass-accepted"), [
      '.spec.controllerName as $value | ["example.com/controller"] | index([$value]) == null',
    ]);
    assert.deepEqual(added("gateway-programmed"), [
      '.spec.gatewayClassName as $value | ["envoy"] | index([$value]) == null',
    ]);
    assert.deepEqual(added("httproute-accepted"), [
      '.metadata.namespace as $namespace | [.spec.parentRefs[]? | (.namespace // $namespace) + "/" + .name] | ' +
        'all(. as $parent | ["kserve/gw"] | index([$parent]) == null)',
    ]);
    assert.deepEqual(added("pod-ready"), []);
  });

  it("write the status subresource only, and look at the generation of what has one", () => {
    for (const { name, crd, spec } of specs) {
      for (const { patch } of spec.steps)
        if (patch) assert.deepEqual([patch.subresource, patch.root], ["status", "status"]);
      if (crd === undefined) continue;
      assert.ok(
        spec.selector.matchExpressions.some(({ jq }) => jq.key.includes(".observedGeneration == $generation")),
        name,
      );
      assert.match(spec.steps[0]?.patch?.template ?? "", /observedGeneration: \{\{ \$\.metadata\.generation \}\}/);
    }
  });
});
