import { annotation, annotations } from "../kinds";
import type { JsonObject } from "../json";

/** Seconds that an object is waited for when nothing says otherwise. */
export const defaultTimeoutSeconds = 600;

/** @throws Error when the text is not a whole number of seconds above 0. */
export function parseTimeoutSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds <= 0) {
    throw new Error(`given: "${text}"; allowed: a whole number of seconds above 0`);
  }
  return seconds;
}

/** The resource's `customTimeouts` win over its annotation. In milliseconds. */
export function timeoutMs(customSeconds: number, inputs: JsonObject): number {
  if (customSeconds > 0) return customSeconds * 1000;
  const text = annotation(inputs, annotations.timeoutSeconds);
  return (text === undefined ? defaultTimeoutSeconds : parseTimeoutSeconds(text)) * 1000;
}
