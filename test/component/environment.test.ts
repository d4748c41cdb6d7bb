import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";

import { environment } from "../../stacks/environment/environment";
import { parseSettings, settingsOfConfig } from "../../stacks/environment/settings";
import { type MockOptions, named, register, type Registration } from "./mocks";

type Config = Record<string, unknown>;

const root = join(__dirname, "../../..");
const readExample = (name: string): Config =>
  (load(readFileSync(join(root, `Pulumi.${name}.example.yaml`), "utf8")) as { config: Config }).config;

const kubeconfig = `
apiVersion: v1
kind: Config
current-context: test
contexts:
  - { name: test, context: { cluster: test, user: ci } }
  - { name: prod, context: { cluster: prod, user: ci } }
clusters:
  - { name: test, cluster: { server: "https://test" } }
  - { name: prod, cluster: { server: "https://prod" } }
users:
  - { name: ci, user: { token: not-a-token } }
`;

const outputs: MockOptions["outputs"] = ({ type, name, inputs }) => {
  if (type === "gcp:container/cluster:Cluster")
    return {
      controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "gke.goog" } },
      masterVersion: "1.34.3-gke.1318000",
    };
  if (type === "aws:eks/cluster:Cluster")
    return {
      arn: "arn:aws:eks:us-east-2:1:cluster/inference",
      endpoint: "https://eks",
      certificateAuthority: { data: "Q0E=" },
      vpcConfig: { clusterSecurityGroupId: "sg-cluster" },
      version: "1.34",
    };
  if (type === "gcp:serviceaccount/account:Account") return { email: "nodes@my-project.iam.gserviceaccount.com" };
  if (type.startsWith("kserve:") || type.startsWith("pulumi-nodejs:")) return {};
  return { arn: `arn:aws:iam::1:${name}`, name: (inputs.name as string | undefined) ?? name };
};

/** Runs the program of stacks/environment with a configuration, as Pulumi would give it. */
async function run(config: Config, options: MockOptions = {}): Promise<Registration[]> {
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)])),
  );
  try {
    const { registrations } = await register(() => environment(), {
      outputs,
      call: () => ({ result: [] }),
      preview: true,
      ...options,
    });
    return registrations;
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}

const childrenOf = (registrations: Registration[], parent: string): string[] =>
  registrations
    .filter((registration) => registration.parent === parent)
    .map(({ name, type }) => `${type} ${name}`)
    .sort();

const ofType = (registrations: Registration[], type: string): Registration[] =>
  registrations.filter((registration) => registration.type === type);

const serviceType = "pulumi-kserve:index:LLMInferenceService";
const objectOf = (registrations: Registration[], service: string): Record<string, unknown> => {
  const found = registrations.find(
    ({ inputs, parent }) => parent === service && (inputs as { kind?: string }).kind === "LLMInferenceService",
  );
  ok(found, registrations.filter(({ parent }) => parent === service).map(({ name, type }) => `${type} ${name}`).join(", "));
  return found.inputs;
};
