import { schemaRoots } from "../../sdk/api/schema/crd.generated";
import { schemaNode, type SchemaNode } from "../../sdk/api/schema/schemaTable";

type JsonSchema = Record<string, unknown>;

/** The definition of a schema of the CRDs. */
export function nameOf(index: number): string {
  const root = Object.entries(schemaRoots).find(([, { spec }]) => spec === index);
  return root ? (root[0] === "service" ? "LLMInferenceServiceSpec" : "LLMInferenceServiceConfigSpec") : `crd${index}`;
}

/** What the CRDs of KServe say of a spec, in definitions; nothing is required but the keys by which lists are merged, since a spec has several sources. */
export function crdDefinitions(): Record<string, JsonSchema> {
  const found = new Set<number>();
  const keys = new Map<number, Set<string>>();
  const visit = (index: number): void => {
    if (found.has(index)) return;
    found.add(index);
    const node = schemaNode(index);
    const children = [...(node.fields?.values() ?? []), node.items, node.values].filter((child) => child !== undefined);
    for (const [key] of node.unique ?? []) {
      if (node.items !== undefined) keys.set(node.items, (keys.get(node.items) ?? new Set()).add(key));
    }
    children.forEach(visit);
  };
  visit(schemaRoots.service.spec);
  visit(schemaRoots.config.spec);
  const shown = [...found].filter((index) => isNamed(schemaNode(index))).sort((left, right) => left - right);
  return Object.fromEntries(shown.map((index) => [nameOf(index), definition(index, keys.get(index))]));
}

/** Scalars, and lists and maps of them, are written where they are used. */
function isNamed({ type, fields }: SchemaNode): boolean {
  return type === "object" && fields !== undefined;
}

function use(index: number): JsonSchema {
  return isNamed(schemaNode(index)) ? { $ref: `#/definitions/${nameOf(index)}` } : definition(index, undefined);
}

function definition(index: number, keys: ReadonlySet<string> | undefined): JsonSchema {
  const node = schemaNode(index);
  switch (node.type) {
    case "object":
      return objectSchema(node, keys);
    case "array":
      return {
        type: "array",
        ...(node.items !== undefined && { items: use(node.items) }),
        ...sizes(node, ["minItems", "maxItems"]),
      };
    case "any":
      return {};
    case "boolean":
      return { type: "boolean" };
    case "string":
      return textSchema(node);
    case "quantity":
      return orSecure({ type: ["string", "number"], ...sizes(node, ["pattern"]) });
    case "intOrString":
      return orSecure({ type: ["integer", "string"] });
    case "number":
      return { type: "number", ...limits(node) };
    default:
      return { type: "integer", ...limits(node) };
  }
}

function objectSchema(node: SchemaNode, keys: ReadonlySet<string> | undefined): JsonSchema {
  const required = (node.required ?? []).filter((name) => keys?.has(name));
  const { fields, values, open } = node;
  return {
    type: "object",
    ...(fields && {
      properties: {
        ...Object.fromEntries([...fields].map(([name, child]) => [name, orNull(use(child))])),
        ...(required.length > 0 && { remove: removable }),
      },
    }),
    ...(values !== undefined && { additionalProperties: orNull(use(values)) }),
    ...(fields && values === undefined && !open && { additionalProperties: false }),
    ...(required.length > 0 && { required }),
  };
}

/** What an element has that takes one out of the layers below, in lists that are merged by a key. */
export const removable = { const: true, description: "Removes the element of this name or key that a base has." };

/** What a layer can remove. Where it can be said by the type, editors say more plainly what is wrong with another value. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values, anyOf, $ref } = schema;
  if ($ref === "#/definitions/text") return { $ref: "#/definitions/textOrNull" };
  if ($ref !== undefined || "const" in schema || "allOf" in schema) return { anyOf: [schema, { type: "null" }] };
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as unknown[]), { type: "null" }] };
  const known = type === undefined ? {} : { type: [type, "null"].flat() };
  return { ...schema, ...known, ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }) };
}

function textSchema(node: SchemaNode): JsonSchema {
  if (node.enum) return { enum: node.enum };
  const limited = sizes(node, ["minLength", "maxLength", "pattern"]);
  return Object.keys(limited).length === 0 ? { $ref: "#/definitions/text" } : orSecure({ type: "string", ...limited });
}

function orSecure(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { $ref: "#/definitions/secure" }] };
}

function limits({ min, max }: SchemaNode): JsonSchema {
  return { ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) };
}

function sizes(node: SchemaNode, names: readonly (keyof SchemaNode)[]): JsonSchema {
  return Object.fromEntries(names.flatMap((name) => (node[name] === undefined ? [] : [[name, node[name]]])));
}
