import type { Accelerator, Sourced } from "./types";

/** Of the Amazon Linux 2023 image of release v20260714. */
const driver: Sourced<string> = { value: "aws-neuronx-dkms 2.29.0.0, efa 3.1.0", source: ["eksAmi"] };

/** AWS Neuron: Inferentia and Trainium; what no source says is absent. */
export const neuronAccelerators: readonly Accelerator[] = [
  {
    name: "aws-inferentia2",
    vendor: "aws",
    resource: "aws.amazon.com/neuron",
    memoryGiB: 32,
    memoryBasis: "nominal",
    coresPerChip: 2,
    eks: { driver },
    source: ["neuron"],
  },
  {
    name: "aws-trainium1",
    vendor: "aws",
    resource: "aws.amazon.com/neuron",
    memoryGiB: 32,
    memoryBasis: "nominal",
    coresPerChip: 2,
    eks: { driver },
    source: ["neuron"],
  },
  {
    name: "aws-trainium2",
    vendor: "aws",
    resource: "aws.amazon.com/neuron",
    memoryGiB: 96,
    memoryBasis: "nominal",
    coresPerChip: 8,
    eks: {
      driver,
      note: "2 logical NeuronCores by default; changed by user data or a DRA NeuronConfig. By DRA from Kubernetes 1.34 and nodes of 1.34.2 on",
    },
    source: ["neuron", "neuronEks"],
  },
  {
    name: "aws-trainium3",
    vendor: "aws",
    resource: "aws.amazon.com/neuron",
    memoryGiB: 144,
    memoryBasis: "nominal",
    eks: { note: "in UltraServers of 64 or 144 devices; the names of its instance types were not read" },
    source: ["neuron"],
  },
];
