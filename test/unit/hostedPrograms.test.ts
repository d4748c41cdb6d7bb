import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { load } from "js-yaml";

import { hostedImagePattern, hostedPrograms, programFor, programOf, versionMismatch } from "../../local/agent/images";
import { launchFor, splitFlags } from "../../local/agent/programs";

const [llmisvc, lws, envoyGateway, envoyAiGateway] = hostedPrograms;
assert.ok(llmisvc && lws && envoyGateway && envoyAiGateway);
const hostPorts = { health: 41001, webhook: 41002, other: 41003 };

describe("images of hosted programs", () => {
  const cases: [image: string, name: string | undefined][] = [
    ["kserve/llmisvc-controller", "llmisvc"],
    ["kserve/llmisvc-controller:v0.20.0", "llmisvc"],
    ["docker.io/kserve/llmisvc-controller:latest", "llmisvc"],
    ["mirror.corp:5000/hub/kserve/llmisvc-controller@sha256:0123", "llmisvc"],
    ["registry.k8s.io/lws/lws:v0.8.0", "lws"],
    ["mirror.corp:5000/lws/lws:main@sha256:0123", "lws"],
    ["kserve/kserve-controller:v0.20.0", undefined],
    ["notkserve/llmisvc-controller:v0.20.0", undefined],
    ["kserve/llmisvc-controller-debug:v0.20.0", undefined],
    ["lws/lws/tool", undefined],
    ["nginx", undefined],
    ["docker.io/envoyproxy/gateway:v1.8.1", "envoy-gateway"],
    ["docker.io/envoyproxy/ai-gateway-controller:v1.0.0", "envoy-ai-gateway"],
    ["docker.io/envoyproxy/ai-gateway-extproc:v1.0.0", undefined],
    ["docker.io/envoyproxy/envoy:distroless-v1.38.1", undefined],
  ];
  for (const [image, name] of cases) {
    it(`takes ${image} for ${name ?? "one that kwok plays"}, by the table and by the Stages' pattern`, () => {
      assert.equal(programFor(image)?.name, name);
      assert.equal(new RegExp(hostedImagePattern).test(image), name !== undefined);
    });
  }

  it("leaves to kwok what Envoy Gateway's image does beside each Envoy", () => {
    const image = "docker.io/envoyproxy/gateway:v1.8.1";
    assert.equal(programOf({ image, command: ["envoy-gateway"], args: ["envoy", "shutdown-manager"] }), undefined);
    assert.equal(programOf({ image, command: ["envoy-gateway", "certgen"] })?.name, "envoy-gateway");
    assert.equal(programOf({ image, args: ["server"] })?.name, "envoy-gateway");
  });

  it("refuses another version than the executable's, and takes tags that are no versions", () => {
    assert.equal(
      versionMismatch("kserve/llmisvc-controller:v0.19.0", llmisvc),
      "the embedded environment runs version 0.20.0 of KServe's LLMInferenceService controller, " +
        "the image is kserve/llmisvc-controller:v0.19.0; use the tag v0.20.0",
    );
    assert.equal(versionMismatch("kserve/llmisvc-controller:v0.20.0", llmisvc), undefined);
    assert.equal(versionMismatch("hub:5000/kserve/llmisvc-controller", llmisvc), undefined);
    assert.equal(versionMismatch("registry.k8s.io/lws/lws:main", lws), undefined);
    assert.notEqual(versionMismatch("registry.k8s.io/lws/lws:v0.7.0@sha256:01", lws), undefined);
  });
});

describe("command lines of hosted programs", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "hosted-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  it("reads flags as Go does", () => {
    const { flags, rest } = splitFlags(["--a=1", "-b", "2", "--bool", "--c=", "--d=x=y", "--", "--e"], ["bool"]);
    assert.deepEqual(
      [...flags],
      [
        ["a", "1"],
        ["b", "2"],
        ["bool", undefined],
        ["c", ""],
        ["d", "x=y"],
      ],
    );
    assert.deepEqual(rest, ["--e"]);
    assert.deepEqual(splitFlags(["--bool", "word", "--f"], ["bool"]).rest, ["word", "--f"]);
  });

  it("moves KServe's controller to ports of its own, without election and metrics", async () => {
    const args = ["--metrics-addr=127.0.0.1:8443", "--leader-elect", "--zap-log-level", "debug", "-webhook-port=9500"];
    const launch = await launchFor(llmisvc, { name: "manager", image: "", args }, "kserve", root, hostPorts);
    assert.deepEqual(launch, {
      args: [
        "--zap-log-level=debug",
        "--metrics-addr=0",
        "--health-probe-addr=127.0.0.1:41001",
        "--webhook-port=41002",
      ],
      env: { TMPDIR: join(root, "tmp") },
      ports: new Map([
        [9500, 41002],
        [8081, 41001],
      ]),
      defaultReadiness: { port: 8081, path: "/readyz" },
      hasWebhook: true,
      allInterfaces: true,
    });
  });

  it("merges LeaderWorkerSet's configuration file with addresses of this machine", async () => {
    writeFileSync(
      join(root, "config.yaml"),
      "apiVersion: config.lws.x-k8s.io/v1alpha1\nkind: Configuration\nleaderElection: {leaderElect: true, resourceName: x}\n" +
        "internalCertManagement: {enable: true}\nwebhook: {port: 9444}\n",
    );
    const args = ["--config=/config.yaml", "--zap-log-level=2", "--leader-elect=true", "--metrics-bind-address=:1"];
    const launch = await launchFor(lws, { name: "manager", image: "", args }, "lws-system", root, hostPorts);
    const file = join(root, "pulumi-kserve-lws.yaml");
    assert.deepEqual(launch.args, [`--config=${file}`, "--leader-elect=false", "--zap-log-level=2"]);
    assert.deepEqual(load(readFileSync(file, "utf8")), {
      apiVersion: "config.lws.x-k8s.io/v1alpha1",
      kind: "Configuration",
      leaderElection: { leaderElect: false, resourceName: "x" },
      internalCertManagement: { enable: true },
      webhook: { port: 41002, host: "127.0.0.1", certDir: join(root, "tmp/k8s-webhook-server/serving-certs") },
      metrics: { bindAddress: "0" },
      health: { healthProbeBindAddress: "127.0.0.1:41001" },
    });
    assert.deepEqual(
      [...launch.ports],
      [
        [9444, 41002],
        [8081, 41001],
      ],
    );
    assert.equal(launch.allInterfaces, false);
  });

  it("gives Envoy Gateway its files, ports of its own and the way to Services", async () => {
    const container = { name: "e", image: "", args: ["server", "--config-path=/config/envoy-gateway.yaml"] };
    const launch = await launchFor(
      envoyGateway,
      container,
      "envoy-gateway-system",
      root,
      hostPorts,
      "http://127.0.0.1:1",
    );
    assert.deepEqual(launch.args, [
      "server",
      `--config-path=${join(root, "config/envoy-gateway.yaml")}`,
      `--certificates=${join(root, "certs")}`,
      "--health-address=127.0.0.1:41001",
      "--admin-port=41003",
      "--webhook-port=41002",
    ]);
    assert.equal(launch.env.HTTPS_PROXY, "http://127.0.0.1:1");
    assert.equal(launch.ports.get(8081), 41001);
  });

  it("runs other commands of Envoy Gateway as they are", async () => {
    const container = { name: "e", image: "", command: ["envoy-gateway", "certgen"], args: ["--overwrite"] };
    const launch = await launchFor(envoyGateway, container, "envoy-gateway-system", root, hostPorts);
    assert.deepEqual(launch.args, ["certgen", "--overwrite"]);
  });

  it("moves Envoy AI Gateway's controller to ports of its own, without election", async () => {
    const args = ["-logLevel=info", "--tlsCertDir=/certs", "--webhookPort=9443", "--enableLeaderElection=true"];
    const launch = await launchFor(
      envoyAiGateway,
      { name: "c", image: "", args },
      "envoy-ai-gateway-system",
      root,
      hostPorts,
    );
    assert.deepEqual(launch.args, [
      "--logLevel=info",
      "--port=127.0.0.1:41003",
      "--webhookPort=41002",
      `--tlsCertDir=${join(root, "certs")}`,
    ]);
    assert.deepEqual(
      [...launch.ports],
      [
        [9443, 41002],
        [1063, 41003],
      ],
    );
  });

  it("says that LeaderWorkerSet's controller works in one namespace only", async () => {
    await assert.rejects(
      launchFor(lws, { name: "manager", image: "" }, "lws", root, hostPorts),
      /takes it to be lws-system; this pod is in lws\. Install it in lws-system$/,
    );
  });
});
