import { createRequire } from "node:module";

import type { Problem } from "../../sdk/problems";
import { withoutSecretValue } from "./secretSettings";

/** Before the colon of every key of the configuration that this project's programs read. */
export const configNamespace = "pulumi-kserve";

/** Settings of one file. */
export interface Layer {
  /** Such as `environments/base.yaml`. */
  readonly name: string;
  readonly settings: Record<string, unknown>;
}

const lazyRequire = createRequire(__filename);
const layersOf = new WeakMap<object, readonly Layer[]>();

/** Notes from which layers settings were merged, for {@link inLayers}. */
export function rememberLayers<T extends object>(settings: T, layers: readonly Layer[]): T {
  layersOf.set(settings, layers);
  return settings;
}

/** Notes that settings were taken from others, and so from their layers. */
export function takenFrom<T extends object>(settings: T, others: object): T {
  const layers = layersOf.get(others);
  return layers ? rememberLayers(settings, layers) : settings;
}

/**
 * Problems of settings as they may be shown: without secrets, and with the layer that has each where there are several, because the place in
 * the merged lists tells nobody anything.
 */
export function inLayers(settings: unknown, found: readonly Problem[]): readonly Problem[] {
  const problems = found.map(withoutSecretValue);
  const layers = typeof settings === "object" && settings !== null ? layersOf.get(settings) : undefined;
  if (!layers || layers.length < 2) return problems;
  const { located } = lazyRequire("./located") as typeof import("./located");
  return located(problems, layers);
}
