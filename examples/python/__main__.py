import pulumi
import pulumi_kserve as kserve
import pulumi_kubernetes as kubernetes

config = pulumi.Config()
cluster = kubernetes.Provider(
    "cluster",
    kubeconfig=config.require_secret("kubeconfig"),
    enable_secret_mutable=True,  # a new token changes its Secret, instead of deleting it first
)
options = pulumi.ResourceOptions(providers={"kubernetes": cluster})
namespace = "models"

hub = kserve.ModelCredentials(
    "hub",
    namespace=namespace,
    hugging_face_token=config.require_secret("huggingFaceToken"),
    opts=options,
)

llama = kserve.LLMInferenceService(
    "llama-8b",
    namespace=namespace,
    fragments=[
        {"recipe": "model", "args": {"uri": "hf://meta-llama/Llama-3.1-8B-Instruct"}},
        {"recipe": "accelerator", "args": {"accelerator": "nvidia-h100-80gb", "count": 1}},
        {"recipe": "vllm", "args": {"maxModelLen": 8192}},
        {"recipe": "managedRouter"},
        {"name": "credentials", "spec": hub.spec, "annotations": hub.annotations},
    ],
    spec={"replicas": 3},
    opts=options,
)

pulumi.export("url", llama.url)
pulumi.export("schedulerEndpoint", llama.scheduler_endpoint)
