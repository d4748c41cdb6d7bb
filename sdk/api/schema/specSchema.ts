import { z } from "zod";

import { findAgainstSchema } from "./checkAgainstSchema";
import type { Finding } from "./finding";
import type { SchemaKind, SchemaRoot } from "./schemaTable";

/**
 * What a spec has to be: `fragment`, merged with others, so that nothing is required; `config`, a whole LLMInferenceServiceConfig, or
 * `service`, a whole LLMInferenceService, as the API server stores them.
 */
export type SpecForm = "fragment" | "config" | "service";

/** Key of an issue's `params` that holds a {@link Finding} of the Kubernetes-typed part. */
export const findingParam = "finding";

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

type Optional = <T extends z.ZodType>(type: T) => z.ZodOptional<T>;

/**
 * The schema of `spec` of the v1alpha2 API at KServe 0.20, with the CRD's enumerations, ranges, lengths and patterns. Parts that are typed
 * by Kubernetes, Gateway API or GIE are compared with the CRD's own schema.
 *
 * Source: `A/llm_inference_service_types.go` and `config/crd/full/llmisvc`.
 */
export function createSpecSchema(form: SpecForm): z.ZodType {
  // The type is that of a required field, because no one reads it.
  const needed = (form === "fragment" ? (type: z.ZodType) => type.optional() : (type: z.ZodType) => type) as Optional;
  const foreign = foreignTypes(form);
  const workload = workloadFields(needed, foreign);
  return z.strictObject({
    ...workload,
    model: modelSchema(needed).optional(),
    prefill: z.strictObject(workload).optional(),
    router: routerSchema(needed, foreign).optional(),
    storageInitializer: z.strictObject({ enabled: z.boolean().optional() }).optional(),
    tracing: z
      .strictObject({
        exporterEndpoint: z.string().optional(),
        sampler: z.string().optional(),
        samplerArg: z.string().optional(),
        exporter: z.string().optional(),
      })
      .optional(),
    baseRefs: z.array(localReference).optional(),
  });
}

const localReference = z.strictObject({ name: z.string().optional() });
const texts = z.record(z.string(), z.string());
const int32 = z.int32();
const atLeast1 = int32.min(1);

type Foreign = (root: SchemaRoot) => z.ZodType;

/** Parts of other projects, compared with the CRD without walking them in zod. */
function foreignTypes(form: SpecForm): Foreign {
  const kind: SchemaKind = form === "service" ? "service" : "config";
  return (root) =>
    z.unknown().check((context) => {
      for (const finding of findAgainstSchema(context.value, { root, kind, partial: form === "fragment" })) {
        context.issues.push({
          code: "custom",
          input: context.value,
          path: [...finding.at],
          message: finding.message,
          params: { [findingParam]: finding satisfies Finding },
        });
      }
    });
}

function modelSchema(needed: Optional) {
  const confidential = z.strictObject({ enabled: needed(z.boolean()), resourceId: z.string().optional() });
  const adapter = z.strictObject({
    uri: z.string().optional(),
    name: needed(z.string()),
    // The controller reads neither of them in an adapter.
    lora: z.record(z.string(), z.unknown()).optional(),
    confidential: confidential.optional(),
  });
  const lora = z.strictObject({
    adapters: z.array(adapter).optional(),
    maxRank: atLeast1.optional(),
    maxAdapters: atLeast1.optional(),
    maxCpuAdapters: atLeast1.optional(),
  });
  return z.strictObject({
    uri: needed(z.string()),
    name: z.string().optional(),
    lora: lora.optional(),
    confidential: confidential.optional(),
  });
}

function workloadFields(needed: Optional, foreign: Foreign) {
  return {
    replicas: int32.min(0).optional(),
    scaling: scalingSchema(needed, foreign).optional(),
    parallelism: z
      .strictObject({
        tensor: atLeast1.optional(),
        pipeline: atLeast1.optional(),
        data: atLeast1.optional(),
        dataLocal: atLeast1.optional(),
        dataRPCPort: z.int().min(1).max(65535).optional(),
        expert: z.boolean().optional(),
      })
      .optional(),
    labels: texts.optional(),
    annotations: texts.optional(),
    template: foreign("podSpec").optional(),
    worker: foreign("podSpec").optional(),
    kvCacheOffloading: kvCacheSchema(needed, foreign).optional(),
  };
}

function scalingSchema(needed: Optional, foreign: Foreign) {
  const behavior = foreign("autoscalerBehavior").optional();
  const fallback = z.strictObject({
    failureThreshold: needed(int32),
    replicas: needed(int32),
    behavior: z.enum(["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"]).optional(),
  });
  const advanced = z.strictObject({
    horizontalPodAutoscalerConfig: z.strictObject({ behavior, name: z.string().optional() }).optional(),
    restoreToOriginalReplicaCount: z.boolean().optional(),
    scalingModifiers: z
      .strictObject({
        formula: z.string().optional(),
        target: z.string().optional(),
        activationTarget: z.string().optional(),
        metricType: z.enum(["AverageValue", "Value"]).optional(),
      })
      .optional(),
  });
  const keda = z.strictObject({
    pollingInterval: atLeast1.optional(),
    cooldownPeriod: int32.min(0).optional(),
    initialCooldownPeriod: int32.min(0).optional(),
    idleReplicaCount: atLeast1.optional(),
    fallback: fallback.optional(),
    advanced: advanced.optional(),
  });
  return z.strictObject({
    minReplicas: atLeast1.optional(),
    maxReplicas: needed(atLeast1),
    wva: z
      .strictObject({
        variantCost: z
          .string()
          .regex(/^\d+(\.\d+)?$/)
          .optional(),
        hpa: z.strictObject({ behavior }).optional(),
        keda: keda.optional(),
      })
      .optional(),
  });
}

function kvCacheSchema(needed: Optional, foreign: Foreign) {
  const pvc = z.strictObject({
    spec: foreign("persistentVolumeClaimSpec").optional(),
    ref: z.strictObject({ name: needed(z.string()), path: z.string().optional() }).optional(),
  });
  const fileSystem = z.strictObject({
    emptyDir: z.strictObject({ size: needed(foreign("quantity")) }).optional(),
    pvc: pvc.optional(),
  });
  return z.strictObject({
    cpu: needed(foreign("quantity")),
    evictionPolicy: z.enum(["lru", "arc"]).optional(),
    secondary: z.array(z.strictObject({ fileSystem: fileSystem.optional() })).optional(),
  });
}

function routerSchema(needed: Optional, foreign: Foreign) {
  const reference = {
    name: z.string().min(1).max(253).optional(),
    namespace: z.string().min(1).max(63).regex(dnsLabel).optional(),
  };
  const gatewayReference = z.strictObject({
    ...reference,
    sectionName: z.string().min(1).max(253).regex(dnsSubdomain).optional(),
  });
  const route = z.strictObject({
    http: z
      .strictObject({ refs: z.array(localReference).optional(), spec: foreign("httpRouteSpec").optional() })
      .optional(),
    group: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
      .optional(),
    weight: z.int().min(0).max(1_000_000).optional(),
  });
  const configMapKey = z.strictObject({
    name: z.string().optional(),
    key: needed(z.string()),
    optional: z.boolean().optional(),
  });
  const scheduler = z.strictObject({
    pool: z.strictObject({ spec: foreign("inferencePoolSpec").optional(), ref: localReference.optional() }).optional(),
    labels: texts.optional(),
    annotations: texts.optional(),
    template: foreign("podSpec").optional(),
    config: z
      .strictObject({ inline: z.record(z.string(), z.unknown()).optional(), ref: configMapKey.optional() })
      .optional(),
    replicas: int32.optional(),
  });
  return z.strictObject({
    route: route.optional(),
    gateway: z.strictObject({ refs: z.array(gatewayReference).optional() }).optional(),
    ingress: z.strictObject({ refs: z.array(z.strictObject(reference)).optional() }).optional(),
    scheduler: scheduler.optional(),
  });
}
