import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider";

import { constructors } from "./construct";

/** Name of the package in every language, and first part of its types. */
export const packageName = "pulumi-kserve";

type Constructor = (name: string, args: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) => Made | Promise<Made>;

interface Made {
  component: pulumi.ComponentResource;
  outputs: pulumi.Inputs;
}

/** Serves the components to programs in other languages. */
export class ComponentProvider implements Provider {
  readonly version: string;
  /** Made by `npm run generate:plugin`, so that serving needs neither sources nor TypeScript. */
  readonly schema: string;

  /** @param root folder of the package */
  constructor(root: string) {
    this.schema = readFileSync(join(root, "plugin", "schema.json"), "utf8");
    this.version = (JSON.parse(this.schema) as { version: string }).version;
  }

  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<ConstructResult> {
    const known = constructors as unknown as Readonly<Record<string, Constructor>>;
    const component = type.startsWith(`${packageName}:index:`) ? known[type.split(":")[2] ?? ""] : undefined;
    if (!component) throw new Error(`${type} is none of ${Object.keys(known).join(", ")}`);
    const made = await component(name, inputs, options);
    return { urn: made.component.urn, state: made.outputs };
  }
}

/** Folder of the package, from the compiled file dist/plugin/provider.js. */
export function packageRoot(): string {
  return dirname(dirname(__dirname));
}
