const kubernetes = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");
const { accelerator, LLMInferenceService, managedRouter, model, ModelCredentials, vllm } = require("pulumi-kserve");

const config = new pulumi.Config();
const provider = new kubernetes.Provider("cluster", {
  kubeconfig: config.requireSecret("kubeconfig"),
  enableSecretMutable: true, // a new token changes its Secret, instead of deleting it first
});
const namespace = "models";

const hub = new ModelCredentials(
  "hub",
  { namespace, huggingFaceToken: config.requireSecret("huggingFaceToken") },
  { provider },
);

const llama = new LLMInferenceService(
  "llama-8b",
  {
    namespace,
    fragments: [
      model({ uri: "hf://meta-llama/Llama-3.1-8B-Instruct" }),
      accelerator({ accelerator: "nvidia-h100-80gb", count: 1 }),
      vllm({ maxModelLen: 8192 }),
      managedRouter(),
      hub.fragment,
    ],
    spec: { replicas: 3 },
  },
  { provider },
);

exports.url = llama.url;
exports.schedulerEndpoint = llama.schedulerEndpoint;
