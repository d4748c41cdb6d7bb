import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { Check, DoctorOptions } from "../../cli/doctor/check";
import { reportLines } from "../../cli/doctor/lines";
import { examine, type Report } from "../../cli/doctor/run";
import { runProjectCommand } from "../../cli/main";
import { plainText } from "../../sdk/compose/textLines";
import { fakeApiServer, type FakeApiServer } from "./fakeApiServer";

/** What `pulumi stack init` of Pulumi 3.259.0 wrote with the passphrase "abc". */
const salt = "v1:tEcRA8RsfHQ=:v1:dOvVDo78MxYIKZgD:JT4+G/Ol44VP+te3X7Cu4q2qZR1Xag==";

const service = "[{ name: llama, spec: { model: { uri: hf://a/b } } }]";

describe("npm run doctor", () => {
  let root: string;
  const servers: { close(): unknown }[] = [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "doctor-"));
    write("Pulumi.yaml", { name: "pulumi-kserve" });
    write("package.json", { engines: { node: ">=22.15" } });
    write("package-lock.json", { packages: { "": {}, "node_modules/zod": { version: "4.6.7" } } });
    write("node_modules/.package-lock.json", { packages: { "node_modules/zod": { version: "4.6.7" } } });
    write("node_modules/@pulumi/kubernetes/package.json", { version: "4.34.2" });
    program("node", "echo v24.21.0");
    program("pulumi-language-nodejs", "exit 1");
    pulumi({});
    stackFile("dev", "config: {}");
  });

  afterEach(() => {
    for (const server of servers.splice(0)) void server.close();
    rmSync(root, { recursive: true });
  });

  function write(path: string, content: unknown, mode = 0o644): void {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    chmodSync(file, mode);
  }

  const program = (name: string, script: string): void => write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);

  const stackFile = (stack: string, text: string): void => write(`Pulumi.${stack}.yaml`, text);

  /** A CLI that answers as the real one does; single answers can be replaced by shell commands. */
  function pulumi(answers: Record<string, string>): void {
    const usual: Record<string, string> = {
      version: "echo v3.259.0",
      whoami: `echo '{"user":"me","url":"https://api.pulumi.com"}'`,
      "stack ls": `echo '[{"name":"dev","resourceCount":3}]'`,
      "stack --show-name": "echo dev",
      config: "echo 'error: no passphrase' >&2; exit 1",
    };
    const cases = [...Object.entries(answers), ...Object.entries(usual)].map(
      ([words, script]) => `"${words}"*) ${script};;`,
    );
    program("pulumi", `case "$*" in\n${cases.join("\n")}\nesac`);
  }

  async function check(options: Partial<DoctorOptions> = {}): Promise<Report> {
    return examine({
      root,
      stack: "dev",
      offline: true,
      timeoutMs: 10_000,
      ...options,
      env: { PATH: `${join(root, "bin")}:/usr/bin:/bin`, HOME: root, ...options.env },
    });
  }

  function found(report: Report, name: string): Check {
    const all = report.areas.flatMap(({ checks }) => checks);
    const one = all.find((each) => each.name === name);
    ok(one, `no check "${name}" among ${all.map((each) => each.name).join(", ")}`);
    return one;
  }

  const stateOf = async (name: string, options?: Partial<DoctorOptions>): Promise<string> =>
    found(await check(options), name).state;

  it("finds nothing wrong where all is there", async () => {
    write(".pulumi/plugins/resource-kubernetes-v4.34.2/pulumi-resource-kubernetes", "", 0o755);
    const { counts, stack } = await check();
    deepStrictEqual({ stack, error: counts.error, warning: counts.warning }, { stack: "dev", error: 0, warning: 0 });
  });

  it("looks at the node that Pulumi runs, not at the one that npm puts before it", async () => {
    program("node", "echo v20.20.2");
    write("node_modules/.bin/node", "#!/bin/sh\necho v24.21.0\n", 0o755);
    const PATH = `${join(root, "node_modules", ".bin")}:${join(root, "bin")}:/usr/bin:/bin`;
    const node = found(await check({ env: { PATH } }), "Node.js on PATH");
    strictEqual(node.state, "error");
    match(node.seen, /^20\.20\.2, /);
    match(node.wanted ?? "", /^22\.15 or newer/);
  });

  it("names dependencies that are not as locked, and leaves optional ones of other platforms alone", async () => {
    const packages = {
      "node_modules/zod": { version: "4.6.7" },
      "node_modules/a/node_modules/b": { version: "1.0.0" },
      "node_modules/esbuild-win32": { version: "1.0.0", optional: true },
    };
    write("package-lock.json", { packages });
    write("node_modules/.package-lock.json", { packages: { "node_modules/zod": { version: "4.0.0" } } });
    const { state, seen, fix } = found(await check(), "npm dependencies");
    deepStrictEqual(
      { state, seen, fix },
      { state: "error", seen: "not as in package-lock.json: zod 4.6.7 (is 4.0.0), b 1.0.0 (missing)", fix: "npm ci" },
    );
  });

  it("says what cannot be looked at without the CLI, and still looks at the rest", async () => {
    rmSync(join(root, "bin", "pulumi"));
    const report = await check();
    strictEqual(found(report, "Pulumi CLI").state, "error");
    deepStrictEqual(
      ["backend", "stack", "secrets"].map((name) => found(report, name).state),
      ["not checked", "not checked", "not checked"],
    );
    strictEqual(found(report, "configuration").state, "ok");
  });

  it("warns of a CLI that is older than the tested one", async () => {
    pulumi({ version: "echo v3.200.0" });
    strictEqual(await stateOf("Pulumi CLI"), "warning");
  });

  it("gives up on a program that does not end", async () => {
    pulumi({ whoami: "exec sleep 60" });
    const backend = found(await check({ timeoutMs: 500 }), "backend");
    deepStrictEqual([backend.state, backend.seen], ["error", "no answer within 0.5 s"]);
  });

  it("shows what the CLI says about a backend, without tokens and passwords", async () => {
    pulumi({ whoami: `echo 'error: postgres://me:hunter22@db refused sesame-open' >&2; exit 1` });
    const { state, seen } = found(await check({ env: { PULUMI_ACCESS_TOKEN: "sesame-open" } }), "backend");
    deepStrictEqual([state, seen], ["error", "postgres://…@db refused [secret]"]);
  });

  it("names the nearest stack, and one whose update was interrupted", async () => {
    pulumi({ "stack ls": `echo '[{"name":"prod"},{"name":"acme/busy","updateInProgress":true}]'` });
    stackFile("prd", "config: {}");
    const missing = found(await check({ stack: "prd" }), "stack");
    match(missing.seen, /^"prd" is not there, did you mean "prod"\?$/);
    stackFile("busy", "config: {}");
    match(found(await check({ stack: "busy" }), "stack").fix ?? "", /pulumi cancel/);
  });

  it("names the nearest stack that has a file, and what is wrong with a configuration", async () => {
    stackFile("staging", "config: {}");
    strictEqual(found(await check({ stack: "stagng" }), "configuration").fix, 'did you mean "staging"?');
    stackFile("dev", "config:\n  pulumi-kserve:service: []\n  pulumi-kserve:platform: { kserve: { crds: mine } }");
    const wrong = found(await check(), "configuration");
    strictEqual(wrong.state, "error");
    match(wrong.seen, /^Pulumi\.dev\.yaml: .*\(and 1 more\)$/s);
    stackFile("dev", "config: [");
    match(found(await check(), "configuration").seen, /^Pulumi\.dev\.yaml is not YAML: /);
  });

  it("takes the selected stack, and says so where there is none", async () => {
    strictEqual((await check({ stack: undefined })).stack, "dev");
    pulumi({ "stack --show-name": "exit 1" });
    const report = await check({ stack: undefined });
    deepStrictEqual(
      [found(report, "stack").state, found(report, "configuration").state],
      ["not checked", "not checked"],
    );
  });

  it("tries the passphrase of a stack, and never shows it", async () => {
    stackFile("dev", `encryptionsalt: ${salt}\nconfig: {}`);
    write("passphrase", "abc\n");
    const secrets = async (env: NodeJS.ProcessEnv) => found(await check({ env }), "secrets");
    const missing = await secrets({});
    deepStrictEqual([missing.state, missing.seen], ["error", "encrypted by a passphrase, which is not given"]);
    strictEqual((await secrets({ PULUMI_CONFIG_PASSPHRASE_FILE: "passphrase" })).seen, "the passphrase fits the stack");
    const wrong = await secrets({ PULUMI_CONFIG_PASSPHRASE: "open-sesame" });
    deepStrictEqual([wrong.state, JSON.stringify(wrong).includes("open-sesame")], ["error", false]);
    match((await secrets({ PULUMI_CONFIG_PASSPHRASE_FILE: "nowhere" })).seen, /nowhere, which cannot be read: ENOENT/);
  });

  it("wants the plugins of the clouds that a stack names, and their credentials", async () => {
    write("node_modules/@pulumi/aws/package.json", { version: "7.48.0" });
    stackFile("dev", "config:\n  pulumi-kserve:cluster: { eks: { region: eu-west-1, network: {} } }");
    const report = await check({ env: { PATH: join(root, "bin") } });
    deepStrictEqual(
      ["plugin aws", "AWS credentials", "credential plugin", "kubeconfig"].map((name) => found(report, name).state),
      ["warning", "warning", "error", "not checked"],
    );
    program("aws", "echo 'An error occurred (ExpiredToken)' >&2; exit 254");
    const deep = found(
      await check({ deep: true, env: { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "very-secret" } }),
      "AWS credentials",
    );
    strictEqual(deep.seen, "AWS_ACCESS_KEY_ID: refused: An error occurred (ExpiredToken)");
  });

  it("says of credentials that only the provider reads that they were not tried", async () => {
    stackFile("dev", "config:\n  pulumi-kserve:cluster: { gke: { project: p, location: l, network: {} } }");
    const google = found(await check({ deep: true, env: { GOOGLE_CREDENTIALS: "{}" } }), "Google Cloud credentials");
    strictEqual(google.state, "not checked");
    stackFile("dev", "config:\n  pulumi-kserve:cluster: { eks: { region: eu-west-1, network: {} } }");
    const env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/1" };
    match(found(await check({ env }), "AWS credentials").seen, /^AWS_CONTAINER_CREDENTIALS_RELATIVE_URI /);
    stackFile("dev", "secretsprovider: gcpkms://projects/p/key\nconfig: {}");
    strictEqual(await stateOf("secrets"), "not checked");
  });

  it("finds the file of a stack that is named with its organization, and a file at an absolute path", async () => {
    const report = await check({ stack: "acme/dev" });
    deepStrictEqual([found(report, "configuration").state, found(report, "stack").state], ["ok", "ok"]);
    write("elsewhere/other.yaml", "config:\n  pulumi-kserve:service: []");
    const configFile = join(root, "elsewhere", "other.yaml");
    match(
      found(await check({ configFile }), "configuration").fix ?? "",
      /config -- check --config .*other\.yaml shows/,
    );
  });

  it("survives a configuration that is nothing like one", async () => {
    stackFile("dev", "config:\n  pulumi-kserve:cluster: { kubeconfigFile: [] }");
    const crashed = await check();
    match(found(crashed, "cluster").seen, /^could not be checked: The .* must be of type string/);
    strictEqual(found(crashed, "charts of lws").state, "not checked");
    for (const mirrors of ["{ kserve: 5 }", "{ charts: }", "{ charts: { a: [] } }"]) {
      stackFile("dev", `config:\n  pulumi-kserve:mirrors: ${mirrors}`);
      match(found(await check(), "CRD files and charts").seen, /^the mirrors are wrong/);
    }
    stackFile("dev", "config:\n  pulumi-kserve:mirrors: { kserve: { secure: v1:abc } }");
    strictEqual(found(await check(), "CRD files and charts").seen, "encrypted in the stack's file: mirrors.kserve");
    stackFile("dev", "config:\n  pulumi-kserve:platform: { gatewayApi: { version: 9.9.9 } }");
    match(found(await check(), "CRD files of gateway-api").seen, /^platform\.gatewayApi is wrong; see configuration/);
    stackFile("dev", "config:\n  pulumi-kserve:platform: { gatewayApi: { version: 1.4.1 } }");
    match(found(await check(), "CRD files of gateway-api").seen, /gateway-api\/v1\.4\.1\//);
  });

  it("looks at mirrors where they are configured: folders and addresses", async () => {
    const server = createServer((request, response) => {
      const isIn = request.headers.authorization === `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
      response.statusCode = isIn && request.url?.startsWith("/lws/config/crd/") ? 200 : 404;
      response.end();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(join(root, "charts", "kserve-llmisvc-resources"), { recursive: true });
    mkdirSync(join(root, "charts", "lws"), { recursive: true });
    const mirrors = {
      lws: `${base.replace("//", "//me:p%40ss@")}/lws/`,
      kserve: `${base}/kserve/`,
      "gateway-api": "./nothing",
      "kserve-charts": "./charts",
      "lws-charts": "./charts",
    };
    stackFile("dev", `config:\n  pulumi-kserve:mirrors: ${JSON.stringify(mirrors)}`);
    const report = await check({ offline: false });
    deepStrictEqual(
      ["CRD files of lws", "CRD files of kserve", "CRD files of gateway-api", "charts of kserve"].map(
        (name) => found(report, name).state,
      ),
      ["ok", "error", "error", "ok"],
    );
    match(found(report, "CRD files of kserve").seen, /127\.0\.0\.1:\d+ answers 404$/);
    match(found(report, "CRD files of lws").seen, /^http:\/\/…@127/);
    strictEqual(JSON.stringify(report).includes("p%40ss"), false);
  });

  describe("with a cluster", () => {
    async function cluster(answer: Parameters<typeof fakeApiServer>[0]): Promise<FakeApiServer> {
      const server = await fakeApiServer(answer);
      servers.push(server);
      write("kube.yaml", kubeconfig(server.client.access.server));
      stackFile(
        "dev",
        `config:\n  pulumi-kserve:cluster: { kubeconfigFile: kube.yaml }\n  pulumi-kserve:services: ${service}`,
      );
      return server;
    }

    const kubeconfig = (server: string, user = "{ token: very-secret }"): string =>
      [
        "current-context: one",
        "contexts: [{ name: one, context: { cluster: c, user: u } }]",
        `clusters: [{ name: c, cluster: { server: "${server}" } }]`,
        `users: [{ name: u, user: ${user} }]`,
      ].join("\n");

    /** An API server that allows what `allowed` says, and has no CRDs but those given. */
    const answering =
      (allowed: (resource: string) => boolean, crds: Record<string, object> = {}, version = "v1.34.4") =>
      ({ url, body }: { url: string; body: string }): readonly [number, unknown] => {
        if (url === "/version") return [200, { gitVersion: version }];
        if (url.includes("selfsubjectaccessreviews")) {
          const { spec } = JSON.parse(body) as { spec: { resourceAttributes: { resource: string } } };
          return [201, { status: { allowed: allowed(spec.resourceAttributes.resource) } }];
        }
        if (url === "/apis/apiextensions.k8s.io/v1") {
          return [
            200,
            { resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }] },
          ];
        }
        const [, name = ""] = /customresourcedefinitions\/([^?]+)/.exec(url) ?? [];
        const metadata = crds[name];
        return metadata
          ? [200, { metadata: { name, ...metadata } }]
          : [404, { reason: "NotFound", message: "not found" }];
      };

    it("says which rights are missing", async () => {
      await cluster(answering((resource) => resource !== "clusterroles" && resource !== "namespaces"));
      const report = await check();
      strictEqual(found(report, "API server").state, "ok");
      strictEqual(
        found(report, "rights").seen,
        "the user may not: create namespaces, create clusterroles.rbac.authorization.k8s.io, escalate clusterroles.rbac.authorization.k8s.io",
      );
      strictEqual(found(report, "CRDs kserve").seen, "not installed; up installs 0.20.0");
    });

    it("refuses a Kubernetes that is too old, and warns of one that was not tested", async () => {
      await cluster(answering(() => true, {}, "v1.29.8"));
      strictEqual(await stateOf("API server"), "error");
      await cluster(answering(() => true, {}, "v1.36.0-gke.1"));
      strictEqual(await stateOf("API server"), "warning");
    });

    it("says whose the CRDs are", async () => {
      const crd = (manager: string, version: string) => ({
        annotations: { "gateway.networking.k8s.io/bundle-version": version },
        managedFields: [{ manager, operation: "Apply" }],
      });
      const name = "gateways.gateway.networking.k8s.io";
      await cluster(answering(() => true, { [name]: crd("helm", "v1.6.0") }));
      const foreign = found(await check(), "CRDs gateway-api");
      deepStrictEqual([foreign.state, foreign.seen], ["error", "1.6.0, 1 of 8, installed by helm"]);
      match(foreign.fix ?? "", /platform\.gatewayApi\.crds to "existing"/);
      await cluster(answering(() => true, { [name]: crd("pulumi-kserve/pulumi-kserve/dev", "v1.5.1") }));
      const own = found(await check(), "CRDs gateway-api");
      deepStrictEqual([own.state, own.seen], ["warning", "1.5.1, 1 of 8, of this stack"]);
      write("Pulumi.yaml", { name: "models" });
      const others = found(await check(), "CRDs gateway-api");
      deepStrictEqual(
        [others.state, others.seen],
        ["error", "1.5.1, 1 of 8, installed by pulumi-kserve/pulumi-kserve/dev"],
      );
      await cluster(answering(() => true, { [name]: crd("pulumi-kserve/models/dev", "v1.5.1") }));
      strictEqual(found(await check(), "CRDs gateway-api").seen, "1.5.1, 1 of 8, of this stack");
      rmSync(join(root, "Pulumi.yaml"));
      strictEqual(found(await check(), "CRDs gateway-api").state, "warning");
    });

    it("takes the file of a part of an environment in three stacks, with that part's project", async () => {
      const name = "gateways.gateway.networking.k8s.io";
      const metadata = { managedFields: [{ manager: "pulumi-kserve/inference-platform/dev", operation: "Apply" }] };
      await cluster(answering(() => true, { [name]: metadata }));
      write("stacks/platform/Pulumi.yaml", { name: "inference-platform" });
      write("stacks/platform/Pulumi.dev.yaml", "config:\n  pulumi-kserve:clusterStack: acme/inference-cluster/dev");
      const configFile = join("stacks", "platform", "Pulumi.dev.yaml");
      const report = await check({ configFile, kubeconfig: join(root, "kube.yaml") });
      match(found(report, "configuration").seen, /Pulumi\.dev\.yaml is valid; 0 services$/);
      strictEqual(found(report, "CRDs gateway-api").seen, "1 of 8, of this stack");
    });

    it("says of CRDs of somebody else how they are taken over, and that they are", async () => {
      const metadata = {
        annotations: { "gateway.networking.k8s.io/bundle-version": "v1.4.1" },
        managedFields: [{ manager: "helm", operation: "Update" }],
      };
      await cluster(answering(() => true, { "gateways.gateway.networking.k8s.io": metadata }));
      const fix = found(await check(), "CRDs gateway-api").fix ?? "";
      match(fix, /, or platform\.gatewayApi\.force to true to take them over$/);
      const platform = "{ gatewayApi: { force: true } }";
      stackFile(
        "dev",
        `config:\n  pulumi-kserve:cluster: { kubeconfigFile: kube.yaml }\n  pulumi-kserve:platform: ${platform}`,
      );
      const taken = found(await check(), "CRDs gateway-api");
      deepStrictEqual(
        [taken.state, taken.seen],
        ["ok", "1.4.1, 1 of 8, installed by helm; up takes them over, as platform.gatewayApi.force says"],
      );
    });

    it("says of CRDs that are to exist what up would refuse", async () => {
      const all = answering(() => true, {
        "gateways.gateway.networking.k8s.io": { managedFields: [{ manager: "helm", operation: "Apply" }] },
      });
      await cluster((request) =>
        request.url === "/apis/gateway.networking.k8s.io/v1"
          ? [200, { resources: [{ name: "gateways", kind: "Gateway", namespaced: true }] }]
          : all(request),
      );
      stackFile(
        "dev",
        "config:\n  pulumi-kserve:cluster: { kubeconfigFile: kube.yaml }\n  pulumi-kserve:platform: { gatewayApi: { crds: existing }, inferenceExtension: { poolCrd: existing } }",
      );
      const report = await check();
      const { state, seen } = found(report, "CRDs gateway-api");
      strictEqual(state, "error");
      strictEqual(
        seen,
        "1 of 3, installed by helm; gatewayclasses.gateway.networking.k8s.io: missing; httproutes.gateway.networking.k8s.io: missing",
      );
      deepStrictEqual(
        ["CRDs InferencePool", "CRDs inference-extension"].map((name) => found(report, name).seen.split(";")[0]),
        ["not installed", "not installed"],
      );
    });

    it("does not take a login page for an API server", async () => {
      await cluster(() => [200, "<html>"]);
      const report = await check();
      deepStrictEqual([found(report, "API server").state, found(report, "rights").state], ["error", "not checked"]);
    });

    it("tells refused credentials, missing rights and silence apart", async () => {
      await cluster(() => [401, { reason: "Unauthorized", message: "Unauthorized" }]);
      const expired = await check();
      match(found(expired, "API server").seen, /^401: the credentials are not accepted/);
      strictEqual(found(expired, "rights").state, "not checked");
      strictEqual(JSON.stringify(expired).includes("very-secret"), false);
      await cluster(() => [403, { reason: "Forbidden", message: 'User "u" cannot get path "/version"' }]);
      match(found(await check(), "API server").seen, /^403: User "u" cannot get path/);
      const gone = await cluster(() => [200, {}]);
      await gone.close();
      match(found(await check(), "API server").seen, /does not answer: connect ECONNREFUSED/);
    });

    it("says what is wrong with a kubeconfig", async () => {
      const seen = async (): Promise<string> => found(await check(), "kubeconfig").seen;
      stackFile("dev", "config:\n  pulumi-kserve:cluster: { existing: { kubeconfigFile: nowhere.yaml } }");
      strictEqual(await seen(), `${join(root, "nowhere.yaml")} is not there`);
      write("kube.yaml", "just text");
      stackFile("dev", "config:\n  pulumi-kserve:cluster: { existing: { kubeconfigFile: kube.yaml, context: ona } }");
      match(await seen(), /no YAML with contexts/);
      write("kube.yaml", "contexts: { one: {} }");
      match(await seen(), /no YAML with contexts/);
      write("kube.yaml", kubeconfig("https://127.0.0.1:1"));
      const wrong = found(await check(), "kubeconfig");
      deepStrictEqual([wrong.state, wrong.fix], ["error", 'did you mean "one"?']);
    });

    it("wants the program that a kubeconfig gets credentials by, before it asks the cluster", async () => {
      const server = await cluster(answering(() => true));
      const user = "{ exec: { apiVersion: client.authentication.k8s.io/v1, command: get-token, installHint: get it } }";
      write("kube.yaml", kubeconfig(server.client.access.server, user));
      const report = await check();
      deepStrictEqual(
        [
          found(report, "credential plugin").seen,
          found(report, "credential plugin").fix,
          found(report, "API server").state,
        ],
        ["get-token is not on PATH", "get it", "not checked"],
      );
    });

    it("decrypts an encrypted kubeconfig only when asked to", async () => {
      const server = await cluster(answering(() => true));
      stackFile("dev", "config:\n  pulumi-kserve:cluster: { kubeconfig: { secure: v1:abc } }");
      match(found(await check(), "kubeconfig").seen, /--deep decrypts it/);
      match(found(await check({ deep: true }), "kubeconfig").seen, /^cannot be decrypted: no passphrase$/);
      write("decrypted.yaml", kubeconfig(server.client.access.server));
      pulumi({
        "config get --path pulumi-kserve:cluster.kubeconfig --stack dev": `cat ${join(root, "decrypted.yaml")}`,
      });
      const report = await check({ deep: true });
      deepStrictEqual([found(report, "kubeconfig").state, found(report, "API server").state], ["ok", "ok"]);
    });
  });

  it("prints a report within the width, with what to do", async () => {
    rmSync(join(root, "bin", "pulumi"));
    const text = plainText(reportLines(await check(), 80));
    ok(
      text.split("\n").every((line) => line.length <= 80 || !line.trim().includes(" ")),
      text,
    );
    match(text, /^ {2}error {8}Pulumi CLI +not on PATH$/m);
    match(text, /^ {17}do: install it/m);
    match(text, /\d+ ok, \d+ warning, \d+ error, \d+ not checked\n$/);
  });

  it("ends with 2 for a wrong command line", async () => {
    const { stderr } = process;
    const write = stderr.write.bind(stderr);
    let said = "";
    stderr.write = (text: string | Uint8Array) => ((said += String(text)), true);
    try {
      strictEqual(await runProjectCommand(["doctor", "--timeout", "never"]), 2);
    } finally {
      stderr.write = write;
    }
    match(said, /^doctor: --timeout never: expected a whole number from 1 to 600\nusage: npm run doctor -- \[STACK\]/);
  });
});
