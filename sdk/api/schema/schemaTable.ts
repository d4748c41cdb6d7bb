import { schemaNodes, schemaRoots } from "./crd.generated";

/** What the API server demands of one value. Other schemas are indices of the table. */
export interface SchemaNode {
  /** `any` is not checked; `quantity` and `intOrString` are numbers or texts. */
  readonly type:
    | ("object" | "array" | "string" | "boolean" | "any")
    | ("integer" | "int32" | "int64" | "number" | "quantity" | "intOrString");
  readonly enum?: readonly (string | number)[];
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly fields?: ReadonlyMap<string, number>;
  readonly required?: readonly string[];
  readonly items?: number;
  /** Of a map. */
  readonly values?: number;
  /** Fields that the schema does not name are kept. */
  readonly open?: boolean;
  /** Elements must differ in these fields, each with what stands for it where it is left out; as a whole if there are none. */
  readonly unique?: readonly (readonly [string, string?])[];
}

/** Which CRD: that of configs allows templates in some places. */
export type SchemaKind = keyof typeof schemaRoots;
/** A part that is typed by another project, or all of `spec`. */
export type SchemaRoot = keyof (typeof schemaRoots)["service"];

const parsed: (SchemaNode | undefined)[] = [];
const patterns = new Map<string, RegExp>();

/** @throws Error for an index that is not in the table. */
export function schemaNode(index: number): SchemaNode {
  const known = parsed[index];
  if (known) return known;
  const text = schemaNodes[index];
  if (text === undefined) throw new Error(`no schema ${index}`);
  const { fields, ...node } = JSON.parse(text) as Omit<SchemaNode, "fields"> & { fields?: Record<string, number> };
  return (parsed[index] = fields ? { ...node, fields: new Map(Object.entries(fields)) } : node);
}

export function schemaRoot(kind: SchemaKind, root: SchemaRoot): SchemaNode {
  return schemaNode(schemaRoots[kind][root]);
}

export function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (!pattern) patterns.set(source, (pattern = new RegExp(source)));
  return pattern;
}
