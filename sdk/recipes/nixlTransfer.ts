import type { ConfigFragment } from "../api/configFragment";
import { shellQuoted } from "../api/serveArguments";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { checkPods, podsSpec, serverContainer, type WorkloadPod } from "./workloadPods";

/** Arguments of {@link nixlTransfer}. */
export interface NixlTransferArgs extends RecipeOptions {
  /** Every kind of pod that the service has: with workers, those too. @default ["template", "prefill"] */
  pods?: readonly WorkloadPod[];
}

/**
 * Makes servers hand KV cache to each other by NIXL, which prefill apart from decode needs: KServe's presets give decode pods llm-d's
 * routing sidecar, which asks for it, and leave it to the service to switch vLLM's side on.
 *
 * The argument is one of the container's `args`, a list that a fragment above with `args` replaces as a whole. Source: the containers
 * of `config/llmisvcconfig/config-llm-decode-template.yaml` and the sample `single-node-gpu` of KServe 0.20.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function nixlTransfer(args: NixlTransferArgs = {}): ConfigFragment {
  const { pods = ["template", "prefill"] } = args;
  const checks = new RecipeChecks("nixlTransfer");
  checks.fields("", args, ["pods", "name", "priority"]);
  checkPods(pods, checks);
  checks.done();
  const config = JSON.stringify({ kv_connector: "NixlConnector", kv_role: "kv_both" });
  const server = () => ({
    name: serverContainer,
    args: ["--kv-transfer-config", shellQuoted(config)],
    // The address that a server tells others to fetch from; vLLM would say "localhost".
    env: [{ name: "VLLM_NIXL_SIDE_CHANNEL_HOST", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
  });
  return {
    name: args.name ?? "nixl-transfer",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: podsSpec(pods, () => ({ containers: [server()] })),
  };
}
