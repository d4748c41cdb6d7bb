import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";

import { encryptedSetting, markSecrets } from "./secrets";

/** Those of some settings that the stack's configuration has, not checked; what was encrypted in specs is marked. */
export function configuredSettings(keys: readonly string[]): Record<string, unknown> {
  const config = new pulumi.Config("pulumi-kserve");
  const given: Record<string, unknown> = {};
  for (const key of keys) {
    const text = config.get(key);
    if (text === undefined) continue;
    const value = parseValue(text);
    const name = `${config.name}:${key}`;
    given[key] = isConfigSecret(name)
      ? markSecrets(value, encryptedSetting(name, pulumi.getStack(), process.cwd()))
      : value;
  }
  return given;
}

/** The SDK knows which settings hold something encrypted, and leaves that out of its types. */
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret: (key: string) => boolean };

/** Structured configuration arrives as JSON, a plain string as it is. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
