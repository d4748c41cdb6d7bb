/** A kubeconfig whose user is a credential plugin. */
export interface ExecKubeconfig {
  /** Name of cluster, context and user. */
  name: string;
  /** Address of the API server, with `https://`. */
  server: string;
  /** Certificate authority of the API server in PEM, as base64. @default the public ones, as GKE's DNS endpoint needs */
  certificateAuthority?: string;
  command: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** What to do where the plugin is not installed. */
  installHint: string;
  /** Whether the plugin is told which cluster it is for. @default false */
  provideClusterInfo?: boolean;
}

/**
 * Text of a kubeconfig that asks a plugin for credentials each time: it holds no token and no key, so it need not be secret, and
 * its text depends on nothing but its arguments, so a preview shows no difference.
 */
export function execKubeconfig(given: ExecKubeconfig): string {
  const name = JSON.stringify(given.name);
  const env = Object.entries(given.env ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  const lines = [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `  - name: ${name}`,
    "    cluster:",
    `      server: ${JSON.stringify(given.server)}`,
    ...(given.certificateAuthority
      ? [`      certificate-authority-data: ${JSON.stringify(given.certificateAuthority)}`]
      : []),
    "contexts:",
    `  - name: ${name}`,
    "    context:",
    `      cluster: ${name}`,
    `      user: ${name}`,
    `current-context: ${name}`,
    "users:",
    `  - name: ${name}`,
    "    user:",
    "      exec:",
    "        apiVersion: client.authentication.k8s.io/v1beta1",
    `        command: ${JSON.stringify(given.command)}`,
    ...(given.args?.length ? ["        args:", ...given.args.map((arg) => `          - ${JSON.stringify(arg)}`)] : []),
    ...(env.length
      ? [
          "        env:",
          ...env.flatMap(([key, value]) => [
            `          - name: ${JSON.stringify(key)}`,
            `            value: ${JSON.stringify(value)}`,
          ]),
        ]
      : []),
    `        installHint: ${JSON.stringify(given.installHint)}`,
    // A program run by Pulumi has no terminal to ask at.
    "        interactiveMode: Never",
    `        provideClusterInfo: ${given.provideClusterInfo ?? false}`,
  ];
  return `${lines.join("\n")}\n`;
}
