import type { ConfigFragment } from "../api/configFragment";
import { ports } from "../api/constants";
import { additionalArgsVariable, serveArgumentsLine, serveVariable } from "../api/serveArguments";
import { endpointPickerConfig } from "../scheduler/config";
import {
  kvCacheScorer,
  maxScorePicker,
  queueScorer,
  schedulerPlugin,
  singleProfileHandler,
} from "../scheduler/plugins";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { checkPods, podsSpec, serverContainer, type WorkloadPod } from "./workloadPods";

/** Arguments of {@link precisePrefixCache}. */
export interface PrecisePrefixCacheArgs extends RecipeOptions {
  /** Tokens in a block of the KV cache, of the servers and of the endpoint picker's index. @default 64 */
  blockSize?: number;
  /** What hashes of blocks begin with, in the servers and in the index. @default "42" */
  hashSeed?: string;
  /** Weights of the scorers, above 0. @default prefixCache 3, kvCache 2, queue 2, as in llm-d's guide */
  weights?: { readonly prefixCache?: number; readonly kvCache?: number; readonly queue?: number };
  /** The pods whose cache is reported. Mentioning a pod makes the service have it. @default ["template"] */
  pods?: readonly WorkloadPod[];
}

/**
 * Routes by what the servers' KV caches really hold: each server reports the blocks that it stores and drops, and the endpoint picker
 * keeps an index of them. Both sides must count and hash blocks alike, so both are said here.
 *
 * Servers publish events over ZMQ to the endpoint picker's Service, under their address. Because blocks are hashed from tokens, KServe
 * puts a tokenizer beside the endpoint picker, which fetches the model too. For llm-d's router. Source: `scheduler.go` and the sample
 * `precise-prefix-kv-cache-routing` of KServe 0.20.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function precisePrefixCache(args: PrecisePrefixCacheArgs = {}): ConfigFragment {
  const { blockSize = 64, hashSeed = "42", weights = {}, pods = ["template"] } = args;
  check(args);
  const scheduler = endpointPickerConfig({
    plugins: [singleProfileHandler()],
    profiles: {
      default: [
        schedulerPlugin(
          "precise-prefix-cache-scorer",
          {
            tokenProcessorConfig: { blockSize, hashSeed },
            kvEventsConfig: { zmqEndpoint: `tcp://*:${ports.schedulerZmq}` },
          },
          { weight: weights.prefixCache ?? 3 },
        ),
        kvCacheScorer(weights.kvCache ?? 2),
        queueScorer(weights.queue ?? 2),
        maxScorePicker(),
      ],
    },
  });
  const server = () => ({
    name: serverContainer,
    env: [
      { name: additionalArgsVariable, value: serveArgumentsLine },
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "PYTHONHASHSEED", value: hashSeed },
      { name: serveVariable("blockSize"), value: String(blockSize) },
      // Behind POD_IP: Kubernetes expands what stands before.
      { name: serveVariable("kvEventsConfig"), value: kvEvents },
      { name: serveVariable("prefixCachingHashAlgo"), value: "sha256_cbor" },
    ],
  });
  return {
    name: args.name ?? "precise-prefix-cache",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: {
      ...podsSpec(pods, () => ({ containers: [server()] })),
      router: { scheduler: { config: { inline: scheduler as unknown as Record<string, unknown> } } },
    },
  };
}

/** The names of Service and model are filled in by KServe, the address by Kubernetes. */
const kvEvents = JSON.stringify({
  enable_kv_cache_events: true,
  publisher: "zmq",
  endpoint: `tcp://{{ ChildName .ObjectMeta.Name \`-epp-service\` }}:${ports.schedulerZmq}`,
  topic: "kv@$(POD_IP)@{{ .Spec.Model.Name }}",
});

function check(args: PrecisePrefixCacheArgs): void {
  const checks = new RecipeChecks("precisePrefixCache");
  const { blockSize, hashSeed, weights = {}, pods = ["template"] } = args;
  checks.fields("", args, ["blockSize", "hashSeed", "weights", "pods", "name", "priority"]);
  checks.fields("weights", weights, ["prefixCache", "kvCache", "queue"]);
  checks.integer("blockSize", blockSize, { min: 1 });
  checks.text("hashSeed", hashSeed, {
    pattern: /^\d{1,9}$/,
    allowed: 'a whole number as text, such as "42", as Python reads PYTHONHASHSEED',
  });
  for (const [name, weight] of Object.entries(weights)) {
    if (typeof weight === "number" && weight > 0) continue;
    checks.report({ path: `weights.${name}`, given: weight, message: "not a weight", allowed: "a number above 0" });
  }
  checkPods(pods, checks);
  checks.done();
}
