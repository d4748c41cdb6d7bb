import type { ParameterDefinition } from "./catalog";

type Options = Omit<ParameterDefinition, "type" | "meaning">;
const of =
  (type: ParameterDefinition["type"]) =>
  (meaning: string, options: Options = {}): ParameterDefinition => ({ type, meaning, ...options });

/** Parameters of plugins, as the tables write them. */
export const integer = of("integer");
export const number = of("number");
export const boolean = of("boolean");
export const string = of("string");
export const duration = of("duration");
export const nanoseconds = of("nanoseconds");
export const object = of("object");
export const objects = of("objects");

/** A share between nothing and everything. */
export const share = (meaning: string, options: Options = {}): ParameterDefinition =>
  number(meaning, { minimum: 0, maximum: 1, ...options });
