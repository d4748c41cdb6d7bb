import { additionalArgsVariable, serveVariablePrefix, switchOptions, valueOptions } from "../api/serveArguments";
import type { RecipeChecks } from "./recipeChecks";
import type { VllmArgs } from "./vllm";

/** vLLM's own variable. Source: `vllm/envs.py`. */
export const logLevelVariable = "VLLM_LOGGING_LEVEL";

const dtypes = ["auto", "half", "float16", "bfloat16", "float", "float32"];
const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR"];

/** Source: `QuantizationMethods` in `vllm/model_executor/layers/quantization/__init__.py`; plug-ins can add more, for `extraArgs`. */
const quantizations = [
  "auto-round",
  "awq",
  "awq_marlin",
  "bitblas",
  "bitsandbytes",
  "compressed-tensors",
  "experts_int8",
  "fbgemm_fp8",
  "fp8",
  "gguf",
  "gptq",
  "gptq_marlin",
  "hqq",
  "inc",
  "modelopt",
  "modelopt_fp4",
  "moe_wna16",
  "mxfp4",
  "ptpc_fp8",
  "quark",
  "torchao",
  "tpu_int8",
];
/** Source: `CacheDType` in `vllm/config/cache.py`. */
const kvCacheDtypes = ["auto", "float16", "bfloat16", "fp8", "fp8_e4m3", "fp8_e5m2", "fp8_inc", "fp8_ds_mla", "nvfp4"];

/** Source: `PrefixCachingHashAlgo` in `vllm/config/cache.py`. */
const prefixCachingHashAlgos = ["sha256", "sha256_cbor", "xxhash", "xxhash_cbor"];

const argumentNames = [
  ...Object.keys(valueOptions),
  ...Object.keys(switchOptions),
  "kvTransferConfig",
  "logLevel",
  "env",
  "extraArgs",
  "pods",
  "name",
  "priority",
];

/** Arguments that KServe's presets give vLLM, and where the service says them. */
const ofPresets: Readonly<Record<string, string>> = {
  "--served-model-name": "spec.model.name",
  "--model": "spec.model.uri",
  "--port": "the preset, whose probes and Service expect it",
  "--tensor-parallel-size": "spec.parallelism.tensor",
  "-tp": "spec.parallelism.tensor",
  "-pp": "spec.parallelism.pipeline",
  "-dp": "spec.parallelism.data",
  "-dpl": "spec.parallelism.dataLocal",
  "-dpp": "spec.parallelism.dataRPCPort",
  "--pipeline-parallel-size": "spec.parallelism.pipeline",
  "--data-parallel-size": "spec.parallelism.data",
  "--data-parallel-size-local": "spec.parallelism.dataLocal",
  "--data-parallel-rpc-port": "spec.parallelism.dataRPCPort",
  "--enable-expert-parallel": "spec.parallelism.expert",
  "--ssl-certfile": "KServe's setting of TLS",
  "--ssl-keyfile": "KServe's setting of TLS",
};

/** Finds what is wrong with the arguments of `vllm`. */
export function checkVllm(args: VllmArgs, checks: RecipeChecks): void {
  checks.fields("", args, argumentNames);
  for (const option of ["maxModelLen", "maxNumSeqs", "maxNumBatchedTokens", "blockSize"] as const) {
    checks.integer(option, args[option], { min: 1 });
  }
  checks.integer("seed", args.seed, { min: 0 });
  checkShare(args.gpuMemoryUtilization, checks);
  checks.choice("dtype", args.dtype, dtypes);
  checks.choice("quantization", args.quantization, quantizations);
  checks.choice("kvCacheDtype", args.kvCacheDtype, kvCacheDtypes);
  checks.choice("prefixCachingHashAlgo", args.prefixCachingHashAlgo, prefixCachingHashAlgos);
  checks.choice("logLevel", args.logLevel, logLevels);
  const word = { pattern: /^[\w.-]+$/, allowed: "letters, digits, '_', '-' and '.'" };
  for (const option of ["toolCallParser", "reasoningParser", "loadFormat"] as const)
    checks.text(option, args[option], word);
  for (const option of ["chatTemplate", "generationConfig"] as const) {
    checks.text(option, args[option], { pattern: /./, allowed: "a text that is not empty" });
  }
  for (const option of Object.keys(switchOptions) as (keyof typeof switchOptions)[])
    checks.boolean(option, args[option]);
  checkTogether(args, checks);
  checkVariables(args, checks);
  checkExtraArgs(args, checks);
}

function checkShare(given: unknown, checks: RecipeChecks): void {
  if (given === undefined || (typeof given === "number" && given > 0 && given <= 1)) return;
  checks.report({
    path: "gpuMemoryUtilization",
    given,
    message: "not a share of the memory",
    allowed: "above 0 and up to 1, such as 0.9",
    ...(typeof given === "number" && given > 1 && given <= 100 && { fix: `for ${given} % say ${given / 100}` }),
  });
}

/** Source: `SchedulerConfig` in `vllm/config/scheduler.py`, which refuses both. */
function checkTogether(args: VllmArgs, checks: RecipeChecks): void {
  const { maxNumBatchedTokens: tokens, maxModelLen, maxNumSeqs, chunkedPrefill } = args;
  if (tokens === undefined) return;
  if (chunkedPrefill === false && maxModelLen !== undefined && tokens < maxModelLen) {
    checks.report({
      path: "maxNumBatchedTokens",
      given: tokens,
      message: `less than maxModelLen (${maxModelLen}), so that without chunked prefill the longest prompt fits into no batch`,
      allowed: `${maxModelLen} or more`,
      fix: "raise it, or leave chunkedPrefill on",
    });
  }
  if (maxNumSeqs !== undefined && tokens < maxNumSeqs) {
    checks.report({
      path: "maxNumBatchedTokens",
      given: tokens,
      message: `less than maxNumSeqs (${maxNumSeqs}), each of which has a token in the batch`,
      allowed: `${maxNumSeqs} or more`,
    });
  }
}

function checkVariables({ env = {}, logLevel }: VllmArgs, checks: RecipeChecks): void {
  for (const name of Object.keys(env).sort()) {
    const path = `env.${name}`;
    if (name === logLevelVariable && logLevel !== undefined) {
      checks.report({ path, message: "is what logLevel says", fix: "remove one of the two" });
    }
    if (name === additionalArgsVariable || name.startsWith(serveVariablePrefix)) {
      const fix = "say the options as arguments of vllm, or as extraArgs";
      checks.report({ path, message: "is how vllm itself hands on its options", fix });
    } else {
      checks.text(path, name, { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, allowed: "letters, digits and '_'" });
    }
  }
}

function checkExtraArgs({ extraArgs = [] }: VllmArgs, checks: RecipeChecks): void {
  for (const [path, word] of checks.list("extraArgs", extraArgs)) {
    if (typeof word !== "string" || word === "") {
      checks.report({ path, given: word, message: "not an argument", allowed: "a text that is not empty" });
      continue;
    }
    const flag = word.split("=")[0]!.replaceAll("_", "-");
    const option = Object.entries(valueOptions).find(([, text]) => text.split(" ").includes(flag))?.[0];
    const toggle = Object.entries(switchOptions).find(([, { on, off }]) => on === flag || off === flag)?.[0];
    if (option ?? toggle) {
      checks.report({
        path,
        given: word,
        message: `is the argument ${option ?? toggle}`,
        fix: `say ${option ?? toggle}`,
      });
    } else if (Object.hasOwn(ofPresets, flag)) {
      checks.report({ path, given: word, message: `comes from ${ofPresets[flag]}`, fix: "say it there" });
    } else if (/^--\S+\s/.test(word)) {
      checks.report({
        path,
        given: word,
        message: "several words in one",
        fix: "give each word an element of its own",
      });
    }
  }
}
