import { goTypeData } from "./goTypes.generated";

/** How a field's value is built up. */
export type GoKind = "scalar" | "struct" | "list" | "map" | "opaque";

/** What a Go field says about its JSON, and what the CRD adds to it. */
export interface GoField {
  /** Name of the field in Go, by which templates call it. */
  readonly go: string;
  readonly kind: GoKind;
  /**
   * For a struct (or a list of structs) a key of {@link goTypes}; for a scalar string, bool, int32, int64, uint16 or float64; for what
   * marshals itself `resource.Quantity`, `intstr.IntOrString`, `runtime.RawExtension`, `meta/v1.Time`, `meta/v1.FieldsV1` or `apis.URL`.
   */
  readonly type: string;
  /** Kind of the elements of a list or map. */
  readonly elem?: "scalar" | "struct" | "opaque";
  /** A pointer: its zero value is nil, so that "" or 0 count as set. */
  readonly ptr?: true;
  /** Zero values are left out of the JSON. Not set for a struct (or what marshals itself) that has only `omitempty`, which does nothing there. */
  readonly omit?: true;
  /** Elements with the same value of this field are merged; set for `patchStrategy: merge` lists of structs. */
  readonly mergeKey?: string;
  /** A list of scalars that is joined instead of replaced. */
  readonly union?: true;
  /** What the API server writes where a stored object leaves the field out. */
  readonly default?: unknown;
  /** The CRD knows nothing of the content, so that the API server drops all of it when it stores the object. */
  readonly emptied?: true;
}

/** The fields of a Go struct by their JSON names. */
export type GoStruct = Readonly<Record<string, GoField>>;

/** Every struct that a LLMInferenceServiceSpec can reach. */
export const goTypes: Readonly<Record<string, GoStruct>> = goTypeData;

/** The type of `spec` of LLMInferenceService and LLMInferenceServiceConfig. */
export const specType = "serving/v1alpha2.LLMInferenceServiceSpec";

/** @throws Error for a type that is not in the table. */
export function goStruct(type: string): GoStruct {
  const struct = goTypes[type];
  if (!struct) throw new Error(`no Go type ${type}`);
  return struct;
}
