import { checkModelUri } from "../modelUri";
import type { View } from "../view";
import type { Report, RuledService } from "./rule";

/**
 * The base model's address. The controller wants a scheme in any case, and one that it knows when it fetches or mounts the model itself.
 * Source: `attachModelArtifacts` in `L/workload_storage.go` at 0.20.
 */
export function checkModel({ spec }: RuledService, report: Report): void {
  const uri = spec.get("model", "uri");
  if (uri.empty) {
    report(uri, {
      given: undefined,
      message: "missing, and KServe has nothing to serve then",
      allowed: "hf://<organisation>/<model>, for instance",
    });
  }
  const isFetched = spec.get("storageInitializer", "enabled").boolean !== false;
  if (!uri.text || (!isFetched && uri.text.includes("://"))) return;
  for (const { message, allowed, fix } of checkModelUri(uri.text, "")) {
    report(
      uri,
      uri.isSecret ? { message: "KServe cannot fetch a model from there", allowed } : { message, allowed, fix },
    );
  }
}

/**
 * LoRA adapters and their limits.
 *
 * Source: `validateLoRAAdapters` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkLora({ name, spec }: RuledService, report: Report): void {
  const lora = spec.get("model", "lora");
  if (!lora.present) return;
  for (const field of ["maxRank", "maxAdapters", "maxCpuAdapters"]) {
    const limit = lora.get(field);
    if (limit.number !== undefined && limit.number < 1) report(limit, { message: "too small", allowed: "at least 1" });
  }
  const modelName = spec.get("model", "name");
  // The mutating webhook gives a model without a name that of the service.
  const baseName = modelName.empty ? name : modelName.text;
  const first = new Map<string, View>();
  for (const adapter of lora.get("adapters").items) {
    const adapterName = adapter.get("name");
    const text = adapterName.text;
    if (adapterName.empty) {
      report(adapterName, { message: "missing", allowed: "the name by which clients ask for the adapter" });
    } else if (text === "." || text === "..") {
      report(adapterName, {
        message: "would leave the folder that adapters are kept in",
        allowed: 'a name other than "." and ".."',
      });
    } else if (text !== undefined) {
      checkAdapterName(adapterName, text, { earlier: first.get(text), baseName }, report);
      if (!first.has(text)) first.set(text, adapter);
    }
  }
}

function checkAdapterName(
  at: View,
  text: string,
  { earlier, baseName }: { earlier?: View; baseName?: string },
  report: Report,
): void {
  if (earlier) {
    report(at, {
      message: `adapters[${String(earlier.steps.at(-1))}] has this name already`,
      allowed: "a name that no other adapter has",
      fix: "rename one of them",
    });
  }
  if (text === baseName) {
    report(at, {
      message: "the base model has this name, so clients could not ask for the adapter",
      allowed: "a name that differs from model.name, which is the service's name unless given",
    });
  }
}

const adapterSchemes = ["hf://", "s3://", "pvc://"];

/** Addresses of adapters. Source: `enumerateLoRAAdapters` in `L/workload_lora.go` at 0.20. */
export function checkLoraSources({ spec }: RuledService, report: Report): void {
  const adapters = spec.get("model", "lora", "adapters").items;
  if (adapters.length === 0) return;
  const enabled = spec.get("storageInitializer", "enabled");
  if (enabled.boolean === false) {
    report(enabled, {
      message: "without the storage initializer nothing fetches or mounts the LoRA adapters",
      allowed: "true when there are adapters",
      fix: "remove storageInitializer.enabled, or the adapters",
    });
  }
  for (const adapter of adapters) {
    const uri = adapter.get("uri");
    if (uri.unknown) continue;
    if (uri.empty) report(uri, { message: "missing", allowed: adapterSchemes.join(", ") });
    const { text } = uri;
    if (!text || adapterSchemes.some((scheme) => text.startsWith(scheme))) continue;
    report(uri, {
      message: "KServe cannot fetch a LoRA adapter from there",
      allowed: adapterSchemes.join(", "),
      fix: text.startsWith("oci://") ? "put the adapter on a persistent volume, and use pvc://" : undefined,
    });
  }
}

const keyBrokerId = /^kbs:\/\/\/[a-zA-Z0-9_.-]+\/[a-zA-Z0-9_.-]+\/[a-zA-Z0-9_.-]+$/;

/**
 * The key of an encrypted model.
 *
 * Source: `ValidateConfidentialSpec` in `pkg/validation/confidential.go` at 0.20.
 */
export function checkConfidential({ spec }: RuledService, report: Report): void {
  const confidential = spec.get("model", "confidential");
  const id = confidential.get("resourceId");
  if (confidential.get("enabled").boolean !== true || !id.text || keyBrokerId.test(id.text)) return;
  report(id, {
    message: "not the address of a key in a key broker service",
    allowed: "kbs:///<repository>/<type>/<tag>, each of letters, digits, '_', '.' and '-'",
  });
}

/** Models that confidential serving does not decrypt; the webhook warns about them. */
export function undecryptedModel({ spec }: RuledService): View | undefined {
  if (spec.get("model", "confidential", "enabled").boolean !== true) return undefined;
  const uri = spec.get("model", "uri");
  return uri.text?.startsWith("oci://") || uri.text?.startsWith("pvc://") ? uri : undefined;
}
