package main

import (
	kserve "example.com/pulumi-pulumi-kserve/sdk/go/pulumi-kserve"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		cluster, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{
			Kubeconfig: settings.RequireSecret("kubeconfig"),
			// A new token changes its Secret, instead of deleting it first.
			EnableSecretMutable: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		namespace := pulumi.String("models")

		hub, err := kserve.NewModelCredentials(ctx, "hub", &kserve.ModelCredentialsArgs{
			Namespace:        namespace,
			HuggingFaceToken: settings.RequireSecret("huggingFaceToken"),
		}, pulumi.Providers(cluster))
		if err != nil {
			return err
		}

		llama, err := kserve.NewLLMInferenceService(ctx, "llama-8b", &kserve.LLMInferenceServiceArgs{
			Namespace: namespace,
			Fragments: kserve.ConfigFragmentArray{
				recipe("model", map[string]any{"uri": "hf://meta-llama/Llama-3.1-8B-Instruct"}),
				recipe("accelerator", map[string]any{"accelerator": "nvidia-h100-80gb", "count": 1}),
				recipe("vllm", map[string]any{"maxModelLen": 8192}),
				recipe("managedRouter", nil),
				kserve.ConfigFragmentArgs{
					Name:        pulumi.StringRef("credentials"),
					Spec:        hub.Spec,
					Annotations: hub.Annotations,
				},
			},
			Spec: pulumi.Map{"replicas": pulumi.Int(3)},
		}, pulumi.Providers(cluster))
		if err != nil {
			return err
		}

		ctx.Export("url", llama.Url)
		ctx.Export("schedulerEndpoint", llama.SchedulerEndpoint)
		return nil
	})
}

func recipe(name string, args map[string]any) kserve.ConfigFragmentArgs {
	return kserve.ConfigFragmentArgs{Recipe: &name, Args: pulumi.ToMap(args)}
}
