import type { ProviderArgs } from "@pulumi/kubernetes/provider";

/**
 * Arguments of every Kubernetes provider that this package makes.
 *
 * Secrets and ConfigMaps are changed in place. Without these two settings the provider deletes one whose data change, and then makes it again:
 * between the two pods that need it do not start, and listeners have no certificate. What is `immutable: true`, or gets another `type`, is
 * replaced all the same. Source: `forceNewProperties` in provider/pkg/provider/diff.go of pulumi-kubernetes 4.
 *
 * @param access way into the cluster, and its name, which decides whether another kubeconfig is another cluster.
 */
export function kubernetesProviderArgs({
  kubeconfig,
  identifier,
}: {
  readonly kubeconfig: ProviderArgs["kubeconfig"];
  readonly identifier?: ProviderArgs["clusterIdentifier"];
}): ProviderArgs {
  return {
    kubeconfig,
    ...(identifier && { clusterIdentifier: identifier }),
    enableSecretMutable: true,
    enableConfigMapMutable: true,
  };
}
