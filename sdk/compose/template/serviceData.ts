import type { Json, JsonObject } from "../marked";
import { specType } from "../goTypes";
import { mapOf, namedScalar, pointerTo, structOf, structType, type FieldRef, type GoType } from "./goValue";
import type { TemplateData } from "./template";

/** What KServe's templates can read of its configuration, as `.GlobalConfig`. Source: templateGlobalConfig of KServe 0.20. */
export interface TemplateSettings {
  /** The controller's namespace. */
  readonly systemNamespace: string;
  readonly ingressGatewayName: string;
  readonly ingressGatewayNamespace: string;
  readonly enableTLS: boolean;
  /** HTTP header by which a gateway tells models apart. */
  readonly modelBasedRoutingHeaderName: string;
  /** `<namespace>/<name>` of the service's InferencePool. */
  readonly inferencePoolNamespacedName: string;
}

/** The service that templates are rendered with. KServe 0.20 gives them the service as it is; later versions its merged spec (kserve#6126). */
export interface TemplateService {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, Json>>;
    readonly annotations?: Readonly<Record<string, Json>>;
  };
  /** In canonical form. */
  readonly spec: JsonObject;
}

const text = namedScalar("string");
const texts = mapOf(text, text);

function fields(
  prefix: readonly string[],
  types: Readonly<Record<string, readonly [json: string, type: GoType]>>,
): Record<string, FieldRef> {
  return Object.fromEntries(
    Object.entries(types).map(([name, [json, type]]) => [name, { path: [...prefix, json], type }]),
  );
}

function refusedFields(names: readonly string[], refused: string): Record<string, FieldRef> {
  return Object.fromEntries(names.map((name) => [name, { path: [], type: text, refused }]));
}

const typeMetaFields = (prefix: readonly string[]): Record<string, FieldRef> =>
  fields(prefix, { Kind: ["kind", text], APIVersion: ["apiVersion", text] });

const inCluster = "only the cluster knows it: it cannot be used in a template that is rendered outside";

const objectMetaFields = (prefix: readonly string[]): Record<string, FieldRef> => ({
  ...fields(prefix, {
    Name: ["name", text],
    Namespace: ["namespace", text],
    Labels: ["labels", texts],
    Annotations: ["annotations", texts],
  }),
  ...refusedFields(
    [
      "GenerateName",
      "SelfLink",
      "UID",
      "ResourceVersion",
      "Generation",
      "CreationTimestamp",
      "DeletionTimestamp",
      "DeletionGracePeriodSeconds",
      "OwnerReferences",
      "Finalizers",
      "ManagedFields",
    ],
    inCluster,
  ),
});

/** LLMInferenceService; Go lets templates name the fields of the structs that it embeds as its own. */
const serviceFields: Record<string, FieldRef> = {
  TypeMeta: { path: [], type: structOf("v1.TypeMeta", typeMetaFields([])) },
  ...typeMetaFields([]),
  ObjectMeta: { path: ["metadata"], type: structOf("v1.ObjectMeta", objectMetaFields([])) },
  ...objectMetaFields(["metadata"]),
  Spec: { path: ["spec"], type: structType(specType) },
  ...refusedFields(["Status"], inCluster),
};

const globalConfigType = structOf(
  "llmisvc.templateGlobalConfig",
  fields([], {
    SystemNamespace: ["systemNamespace", text],
    IngressGatewayName: ["ingressGatewayName", text],
    IngressGatewayNamespace: ["ingressGatewayNamespace", text],
    EnableTLS: ["enableTLS", namedScalar("bool")],
    ModelBasedRoutingHeaderName: ["modelBasedRoutingHeaderName", text],
    InferencePoolNamespacedName: ["inferencePoolNamespacedName", text],
  }),
);

const rootType = structOf("struct { *v1alpha2.LLMInferenceService; GlobalConfig llmisvc.templateGlobalConfig }", {
  ...serviceFields,
  LLMInferenceService: { path: [], type: pointerTo(structOf("v1alpha2.LLMInferenceService", serviceFields)) },
  GlobalConfig: { path: ["globalConfig"], type: globalConfigType },
});

/** What the templates of presets and configs see as `.`. Cheap: nothing is copied. */
export function templateData(service: TemplateService, settings: TemplateSettings): TemplateData {
  const raw = {
    apiVersion: "serving.kserve.io/v1alpha2",
    kind: "LLMInferenceService",
    metadata: service.metadata,
    spec: service.spec,
    globalConfig: settings,
  };
  return { type: rootType, raw, addressable: true };
}
