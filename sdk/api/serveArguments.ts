/**
 * How options of `vllm serve` reach it through KServe's presets, so that fragments can set them one by one.
 *
 * The presets run `eval "exec vllm serve … ${VLLM_ADDITIONAL_ARGS} $@"` in bash, and environment variables are merged by name. So each
 * option has a variable of its own, and `VLLM_ADDITIONAL_ARGS` is one line, the same in every fragment, that hands on those that are set.
 * Values need no quoting: bash expands the line inside `eval`, where it quotes them itself.
 *
 * Source: `config/llmisvcconfig/*.yaml` of KServe 0.20; the options are those of vLLM's `EngineArgs` and `FrontendArgs`.
 */
export const additionalArgsVariable = "VLLM_ADDITIONAL_ARGS";

/** vLLM warns of variables that begin with VLLM_ and that it does not know, so these begin otherwise. */
export const serveVariablePrefix = "SERVE_ARG_";

/** Options with a value, by the argument's name in {@link vllm}; what stands before the value. */
export const valueOptions = {
  maxModelLen: "--max-model-len",
  maxNumSeqs: "--max-num-seqs",
  maxNumBatchedTokens: "--max-num-batched-tokens",
  gpuMemoryUtilization: "--gpu-memory-utilization",
  dtype: "--dtype",
  quantization: "--quantization",
  kvCacheDtype: "--kv-cache-dtype",
  blockSize: "--block-size",
  prefixCachingHashAlgo: "--prefix-caching-hash-algo",
  loadFormat: "--load-format",
  seed: "--seed",
  toolCallParser: "--enable-auto-tool-choice --tool-call-parser",
  reasoningParser: "--reasoning-parser",
  chatTemplate: "--chat-template",
  generationConfig: "--generation-config",
  limitMmPerPrompt: "--limit-mm-per-prompt",
  speculativeConfig: "--speculative-config",
  hfOverrides: "--hf-overrides",
  kvEventsConfig: "--kv-events-config",
} as const;
export type ValueOption = keyof typeof valueOptions;

/** Options that are on or off: what says so. vLLM has a `--no-` form of those that it has on by default. */
export const switchOptions = {
  prefixCaching: { on: "--enable-prefix-caching", off: "--no-enable-prefix-caching" },
  chunkedPrefill: { on: "--enable-chunked-prefill", off: "--no-enable-chunked-prefill" },
  enforceEager: { on: "--enforce-eager", off: "--no-enforce-eager" },
  trustRemoteCode: { on: "--trust-remote-code", off: "--no-trust-remote-code" },
  logRequests: { on: "--enable-log-requests", off: "--no-enable-log-requests" },
  metrics: { on: "--no-disable-log-stats", off: "--disable-log-stats" },
} as const;
export type SwitchOption = keyof typeof switchOptions;

/** The variable of an option, such as SERVE_ARG_MAX_MODEL_LEN. */
export function serveVariable(option: ValueOption | SwitchOption): string {
  return serveVariablePrefix + option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** The value of `VLLM_ADDITIONAL_ARGS` that hands on every variable that is set. */
export const serveArgumentsLine = [
  ...Object.entries(valueOptions).map(([option, flag]) => {
    const variable = serveVariable(option as ValueOption);
    return `\${${variable}:+${flag} "$${variable}"}`;
  }),
  ...Object.keys(switchOptions).map((option) => `$${serveVariable(option as SwitchOption)}`),
].join(" ");

/** A text as the value of a variable or an argument, in which Kubernetes would expand `$(NAME)`. */
export function withoutExpansion(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** A word as bash reads it back. */
export function shellQuoted(word: string): string {
  return /^[-\w./:=,+@%]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
