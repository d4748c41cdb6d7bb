import type { Problem } from "../problems";

/** Who may send, or be sent to: pods, by namespace and labels, or addresses. */
export interface NetworkPeer {
  /** Name of a namespace. @default any, where `podLabels` are given */
  namespace?: string;
  /** @default all pods of the namespace */
  podLabels?: Record<string, string>;
  /** Addresses instead of pods, such as "10.0.0.0/8": load balancers outside the cluster, the API server. */
  cidr?: string;
}

/** A peer as a NetworkPolicy has it. */
export function policyPeer({ namespace, podLabels, cidr }: NetworkPeer): Record<string, unknown> {
  if (cidr !== undefined) return { ipBlock: { cidr } };
  return {
    namespaceSelector: namespace === undefined ? {} : { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(podLabels && { podSelector: { matchLabels: { ...podLabels } } }),
  };
}

/** What is wrong with peers. */
export function problemsOfPeers(peers: readonly NetworkPeer[] | undefined, path: string): Problem[] {
  return (peers ?? []).flatMap((peer, index) => {
    const at = `${path}[${index}]`;
    const { namespace, podLabels, cidr } = peer;
    if (cidr !== undefined && (namespace !== undefined || podLabels !== undefined)) {
      return [
        {
          path: at,
          given: peer,
          message: "is addresses and pods at once",
          allowed: "cidr, or namespace and podLabels",
        },
      ];
    }
    if (cidr !== undefined && !/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(cidr)) {
      return [
        { path: `${at}.cidr`, given: cidr, message: "not a range of addresses", allowed: 'such as "10.0.0.0/8"' },
      ];
    }
    if (cidr === undefined && namespace === undefined && podLabels === undefined) {
      return [{ path: at, message: "says nobody", allowed: "cidr, namespace, podLabels" }];
    }
    return [];
  });
}
