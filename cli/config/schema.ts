import { z } from "zod";

import { schemaRoots } from "../../sdk/api/schema/crd.generated";
import type { SchemaKind } from "../../sdk/api/schema/schemaTable";
import { configNamespace } from "../../stacks/environment/origins";
import { environmentSettingsSchema, specSettings } from "../../stacks/environment/settings";
import { appTeamSettingsSchema } from "../../stacks/app-team/settings";
import { gallerySettingsSchema } from "../../stacks/gallery/settings";
import { inferenceSchedulingSchema } from "../../stacks/inference-scheduling/settings";
import { descriptions } from "./descriptions";
import { crdDefinitions, nameOf, orNull, removable } from "./crdSchema";

/** A JSON schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

/**
 * The JSON schema of a stack's configuration file, and of a base: what editors complete and check. It is more lenient than the programs,
 * because a file may be one of several layers: nothing but names is required, `null` removes, and texts may be encrypted.
 */
export function configSchema(): JsonSchema {
  const environment = settingsOf(environmentSettingsSchema(), "config");
  const gallery = settingsOf(gallerySettingsSchema, "config");
  const guide = settingsOf(inferenceSchedulingSchema, "config");
  const appTeam = settingsOf(appTeamSettingsSchema, "config");
  const platform = { anyOf: [environment.platform, { const: "existing" }] };
  const all: Record<string, unknown> = { ...appTeam, ...guide, ...gallery, ...environment, ...links, platform };
  const properties = Object.fromEntries(
    Object.keys(all)
      .sort()
      .map((key) => [`${configNamespace}:${key}`, described(orNull(lenient(all[key]) as JsonSchema), key)]),
  );
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of a stack of pulumi-kserve: Pulumi.<stack>.yaml, or a base",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties,
        // Keys of other packages, such as gcp:project.
        patternProperties: { [`^(?!${configNamespace}:)[^:]+:.+$`]: {} },
        additionalProperties: false,
      },
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
      encryptionsalt: { type: "string" },
      environment: {},
    },
    additionalProperties: false,
    definitions: {
      text: { anyOf: [{ type: "string" }, { $ref: "#/definitions/secure" }] },
      textOrNull: { anyOf: [{ type: "string" }, { $ref: "#/definitions/secure" }, { type: "null" }] },
      secure: {
        type: "object",
        description: "An encrypted text: pulumi config set --secret --path",
        properties: { secure: { type: "string" } },
        required: ["secure"],
        additionalProperties: false,
      },
      ...crdDefinitions(),
    },
  };
}

/** By which a stack names the one that it builds upon. */
const links = { clusterStack: { type: "string" }, platformStack: { type: "string" } };

/** The schema of each setting of a program. */
function settingsOf(schema: z.ZodType, fragments: SchemaKind): Record<string, JsonSchema> {
  const json = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema, path }) => {
      if (zodSchema !== (specSettings as unknown)) return;
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as JsonSchema)[key];
      const isService = path.includes("services") && !path.includes("fragments");
      (jsonSchema as JsonSchema).$ref = `#/definitions/${nameOf(schemaRoots[isService ? "service" : fragments].spec)}`;
    },
  }) as { properties: Record<string, JsonSchema> };
  return json.properties;
}

/** What a layer may leave out, remove or encrypt. */
function lenient(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(lenient);
  if (typeof schema !== "object" || schema === null) return schema;
  const given = schema as JsonSchema;
  if ("$ref" in given || "const" in given || "enum" in given) return given;
  if (given.type === "string") return { anyOf: [given, { $ref: "#/definitions/secure" }] };
  const { required, properties, additionalProperties, items, anyOf, propertyNames, ...others } = given;
  const isNamed = Array.isArray(required) && required.includes("name");
  return {
    ...others,
    ...(isNamed && { required: ["name"] }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as JsonSchema).map(([key, value]) => [key, orNull(lenient(value) as JsonSchema)]),
      ),
    }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object"
          ? orNull(lenient(additionalProperties) as JsonSchema)
          : additionalProperties,
    }),
    ...(propertyNames !== undefined && (propertyNames as JsonSchema).enum !== undefined && { propertyNames }),
    ...(items !== undefined && { items: lenient(items) }),
    ...(anyOf !== undefined && { anyOf: lenient(anyOf) }),
  };
}

/** Puts descriptions in, and what elements of lists that are merged by name have beside their settings. */
function described(schema: unknown, path: string, isPart = false): JsonSchema {
  const given = schema as JsonSchema;
  const description = isPart ? undefined : descriptions[path];
  const next: JsonSchema = { ...given, ...(description !== undefined && { description }) };
  if (Array.isArray(given.anyOf)) next.anyOf = given.anyOf.map((part) => described(part, path, true));
  if (typeof given.properties === "object") {
    next.properties = Object.fromEntries(
      Object.entries(given.properties as JsonSchema).map(([key, value]) => [key, described(value, `${path}.${key}`)]),
    );
  }
  if (typeof given.items === "object") {
    const items = described(given.items, `${path}[]`);
    next.items = mergedByName.includes(path)
      ? { ...items, properties: { ...(items.properties as JsonSchema), remove: removable } }
      : items;
  }
  return next;
}

/** Lists of which a layer can remove elements. */
const mergedByName = ["services", "fragments", "acceleratorPools", "pools", "platform.gateway.listeners"];

/** The schema as a file: one setting and one definition a line. */
export function schemaText(): string {
  const { properties, definitions, ...others } = configSchema();
  const { config, ...rest } = properties as Record<string, JsonSchema>;
  const { properties: settings, ...ofConfig } = config as { properties: JsonSchema };
  const lines = (parts: JsonSchema, indent: string): string =>
    Object.entries(parts)
      .map(([key, value]) => `${indent}${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(",\n");
  return `{
${lines(others, "  ")},
  "properties": {
${lines(rest, "    ")},
    "config": {
${lines(ofConfig, "      ")},
      "properties": {
${lines(settings, "        ")}
      }
    }
  },
  "definitions": {
${lines(definitions as JsonSchema, "    ")}
  }
}
`;
}
