import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import {
  additionalArgsVariable,
  serveArgumentsLine,
  serveVariable,
  shellQuoted,
  type SwitchOption,
  switchOptions,
  type ValueOption,
  valueOptions,
  withoutExpansion,
} from "../api/serveArguments";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { checkVllm, logLevelVariable } from "./vllmChecks";
import { checkPods, podsSpec, serverContainer, type WorkloadPod } from "./workloadPods";

/**
 * Options of vLLM. What is left out is left to lower fragments, and then to vLLM. Tensor, pipeline, data and expert parallelism are
 * not here: KServe's presets pass them from `spec.parallelism`.
 */
export interface VllmOptions {
  /** Longest context, prompt and output together, in tokens. @default the model's own */
  maxModelLen?: number;
  /** Requests in one batch. @default vLLM's, by hardware */
  maxNumSeqs?: number;
  /** Tokens in one batch. @default vLLM's, by hardware */
  maxNumBatchedTokens?: number;
  /** Share of the accelerator's memory for weights and KV cache, above 0 and up to 1. @default vLLM's, 0.9 or more */
  gpuMemoryUtilization?: number;
  /** Of weights and activations. @default "auto", the model's own */
  dtype?: "auto" | "half" | "float16" | "bfloat16" | "float" | "float32";
  /** Method of quantization, such as "fp8" or "awq". @default what the model's configuration says */
  quantization?: string;
  /** @default "auto", the model's own */
  kvCacheDtype?: string;
  /** Tokens in a block of the KV cache; prefix-aware scorers of the scheduler must count with the same. @default vLLM's, 16 */
  blockSize?: number;
  /** Keeps the KV cache of prompts that begin alike. @default vLLM's, on */
  prefixCaching?: boolean;
  /** How blocks of prompts are hashed. @default vLLM's, "sha256" */
  prefixCachingHashAlgo?: "sha256" | "sha256_cbor" | "xxhash" | "xxhash_cbor";
  /** Splits long prompts among batches. @default vLLM's, on */
  chunkedPrefill?: boolean;
  /** No CUDA graphs: starts faster and uses less memory, and is slower. @default vLLM's, off */
  enforceEager?: boolean;
  /** Runs Python code that comes with the model. @default vLLM's, off */
  trustRemoteCode?: boolean;
  /** How weights are read, such as "auto", "safetensors" or "runai_streamer". @default "auto" */
  loadFormat?: string;
  seed?: number;
  /** Parser of the model's tool calls, such as "hermes" or "llama3_json"; lets clients leave the choice of tools to the model. @default none */
  toolCallParser?: string;
  /** Parser of the model's reasoning, such as "deepseek_r1". @default none */
  reasoningParser?: string;
  /** File in the container, or the template itself. @default the model's own */
  chatTemplate?: string;
  /** "auto", "vllm", or a folder in the container. @default "auto", the model's own */
  generationConfig?: string;
  /** Images, videos and so on in one request, at most. @default vLLM's */
  limitMmPerPrompt?: Readonly<Record<string, number>>;
  /** Speculative decoding, as vLLM's JSON. @default none */
  speculativeConfig?: Readonly<Record<string, unknown>>;
  /** Values over those of the model's configuration. @default none */
  hfOverrides?: Readonly<Record<string, unknown>>;
  /** Publishes what the KV cache holds, for precise prefix-cache scoring. @default none */
  kvEventsConfig?: Readonly<Record<string, unknown>>;
  /** Hands KV cache to other servers, as disaggregated prefill needs. Is an argument of the container, see `extraArgs`. @default none */
  kvTransferConfig?: Readonly<Record<string, unknown>>;
  /** Prometheus metrics and statistics in the log. The scheduler's scorers need them. @default vLLM's, on */
  metrics?: boolean;
  /** Logs each request. @default vLLM's, off */
  logRequests?: boolean;
  /** @default KServe's, "INFO" */
  logLevel?: "DEBUG" | "INFO" | "WARNING" | "ERROR";
}

/** Arguments of {@link vllm}. */
export interface VllmArgs extends VllmOptions, RecipeOptions {
  /** More environment variables. @default none */
  env?: Readonly<Record<string, Input<string>>>;
  /**
   * More arguments, one word each, after all others; vLLM takes the last of two. They become `args` of the container, a list that is
   * replaced as a whole by a fragment above that has `args` too. @default none
   */
  extraArgs?: readonly string[];
  /** The pods whose server gets them. Mentioning a pod makes the service have it. @default ["template"] */
  pods?: readonly WorkloadPod[];
}

/**
 * Options of vLLM by intent. Each becomes an environment variable of its own, which KServe's presets hand on (see
 * {@link serveArgumentsLine}), so that several of these fragments add up and the higher one wins option by option.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function vllm(args: VllmArgs): ConfigFragment {
  const { pods = ["template"], env = {}, extraArgs = [], kvTransferConfig, logLevel } = args;
  const checks = new RecipeChecks("vllm");
  checkVllm(args, checks);
  checkPods(pods, checks);
  checks.done();
  const options = optionVariables(args);
  const variables = [
    ...(options.length > 0 ? [{ name: additionalArgsVariable, value: serveArgumentsLine }] : []),
    ...options,
    ...(logLevel === undefined ? [] : [{ name: logLevelVariable, value: logLevel }]),
    ...Object.keys(env)
      .sort()
      .map((name) => ({ name, value: env[name]! })),
  ];
  const words = [
    ...(kvTransferConfig === undefined ? [] : ["--kv-transfer-config", JSON.stringify(kvTransferConfig)]),
    ...extraArgs,
  ];
  const server = () => ({
    name: serverContainer,
    ...(variables.length > 0 && { env: variables }),
    ...(words.length > 0 && { args: words.map((word) => withoutExpansion(shellQuoted(word))) }),
  });
  return {
    name: args.name ?? "vllm",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: podsSpec(pods, () => ({ containers: [server()] })),
  };
}

function optionVariables(args: VllmOptions): { name: string; value: string }[] {
  const values = (Object.keys(valueOptions) as ValueOption[]).flatMap((option) => {
    const value = args[option];
    if (value === undefined) return [];
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return [{ name: serveVariable(option), value: withoutExpansion(text) }];
  });
  const switches = (Object.keys(switchOptions) as SwitchOption[]).flatMap((option) => {
    const value = args[option];
    if (value === undefined) return [];
    return [{ name: serveVariable(option), value: switchOptions[option][value ? "on" : "off"] }];
  });
  return [...values, ...switches];
}
