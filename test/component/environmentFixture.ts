import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";

import { environment } from "../../stacks/environment/environment";
import { type MockOptions, register, type Registration } from "./mocks";
import { presets } from "./presets";

export type Config = Record<string, unknown>;

const root = join(__dirname, "../../..");
/** Configuration of Pulumi.<name>.example.yaml. */
export const readExample = (name: string): Config =>
  (load(readFileSync(join(root, `Pulumi.${name}.example.yaml`), "utf8")) as { config: Config }).config;

/** What the clouds answer. */
export const outputsOfClouds: MockOptions["outputs"] = ({ type, name, inputs }) => {
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
  if (type === "aws:ec2/eip:Eip") return { allocationId: `${name}-allocation` };
  if (type.startsWith("kserve:") || type.startsWith("pulumi-nodejs:")) return {};
  return { arn: `arn:aws:iam::1:${name}`, name: (inputs.name as string | undefined) ?? name };
};

/** Stand-ins for what makes services Ready, and for what asks it about them. */
const controller = [
  { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "llmisvc-controller-manager", namespace: "kserve" } },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "llminferenceservice.serving.kserve.io" },
    webhooks: [],
  },
];

/** What charts are rendered to. */
export const callForEnvironment: MockOptions["call"] = (_token, inputs) => {
  const { release_name } = JSON.parse(inputs.jsonOpts as string) as { release_name: string };
  return {
    result: release_name.includes("config") ? presets : release_name === "kserve-llmisvc-resources" ? controller : [],
  };
};

/** Runs the program of stacks/environment with a configuration, as Pulumi would give it. */
export async function runEnvironment(config: Config, options: MockOptions = {}): Promise<Registration[]> {
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
  );
  try {
    const { registrations } = await register(() => environment(), {
      outputs: outputsOfClouds,
      call: callForEnvironment,
      ...options,
    });
    return registrations;
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}
