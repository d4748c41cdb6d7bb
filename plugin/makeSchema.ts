import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";

import { constructors } from "./construct";
import { packageName } from "./provider";

/** What is read of package.json. */
interface Manifest {
  version: string;
  description: string;
  license: string;
  keywords: string[];
}

/**
 * The schema of the package as Pulumi's own analyser reads it from components.ts, with what the analyser leaves out: the comments of types, and
 * names that other languages can say.
 *
 * @param root folder of the checkout
 * @throws Error of the analyser when a type of components.ts is none that other languages have
 */
export function makeSchema(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const folder = join(root, "plugin");
  const names = new Set(Object.keys(constructors));
  const analyzer = new Analyzer(folder, packageName, { main: "components.js" }, names);
  const { components, typeDefinitions, dependencies } = analyzer.analyze();
  const { version, description, license, keywords } = manifest;
  const schema = generateSchema(packageName, version, description, components, typeDefinitions, dependencies);
  for (const [name, { description: comment }] of Object.entries(typeDefinitions)) {
    const type = schema.types[`${packageName}:index:${name}`];
    if (type && comment) type.description = comment;
  }
  const { python, ...languages } = schema.language ?? {};
  const complete = {
    ...schema,
    ...{ displayName: packageName, license, keywords },
    language: { ...languages, python: { ...(python as object), packageName: "pulumi_kserve" } },
  };
  return `${JSON.stringify(complete, undefined, 2)}\n`;
}
