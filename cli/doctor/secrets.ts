import { createDecipheriv, pbkdf2 } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";

import { type Check, type DoctorOptions, failed, notChecked, ok, safeText, warned } from "./check";

/** What of a stack's file says how its secrets are encrypted. */
export interface SecretsSettings {
  readonly encryptionsalt?: string;
  readonly secretsprovider?: string;
}

const variable = "PULUMI_CONFIG_PASSPHRASE";

/**
 * Whether what decrypts the stack's secrets is there. A passphrase is tried; it is never shown.
 *
 * @param ownBackend whether the state lies in files or a bucket, where a stack has a passphrase unless it says otherwise
 */
export async function checkSecrets(
  settings: SecretsSettings,
  ownBackend: boolean | undefined,
  options: DoctorOptions,
): Promise<Check> {
  const name = "secrets";
  const { encryptionsalt: salt, secretsprovider } = settings;
  if (secretsprovider && secretsprovider !== "passphrase") {
    const provider = safeText(secretsprovider.replace(/\?.*$/, ""), options.env);
    return notChecked(name, `encrypted by ${provider}, whose credentials only Pulumi tries`);
  }
  if (!salt && ownBackend === undefined) {
    return notChecked(name, "the stack's file names no provider of secrets, and where its state lies is not known");
  }
  if (!salt && !ownBackend) return ok(name, "encrypted by the Pulumi service");
  const given = await passphrase(options);
  if (typeof given === "object")
    return failed(name, given.problem, { wanted: "a file with the passphrase", fix: `write it, or set ${variable}` });
  if (given === undefined) {
    return failed(name, "encrypted by a passphrase, which is not given", {
      wanted: `${variable} or ${variable}_FILE (an empty passphrase, too, has to be set)`,
      fix: `export ${variable}_FILE=<file with the passphrase>`,
    });
  }
  if (!salt) return ok(name, "a passphrase is given, with which the stack is going to be encrypted");
  const fits = await decrypts(given, salt);
  if (fits === undefined) {
    return warned(name, "a passphrase is given, and encryptionsalt has a form that is not known here", {
      fix: "look at encryptionsalt in the stack's file",
    });
  }
  return fits
    ? ok(name, "the passphrase fits the stack")
    : failed(name, "the passphrase is not that of the stack", { fix: `give the right one in ${variable}` });
}

async function passphrase({ env, root }: DoctorOptions): Promise<string | { problem: string } | undefined> {
  if (env[variable] !== undefined) return env[variable];
  const file = env[`${variable}_FILE`];
  if (!file) return undefined;
  try {
    return (await readFile(resolve(root, file), "utf8")).trim();
  } catch (error) {
    return {
      problem: `${variable}_FILE names ${file}, which cannot be read: ${(error as NodeJS.ErrnoException).code}`,
    };
  }
}

const deriveKey = promisify(pbkdf2);

/**
 * Whether a passphrase is that of an `encryptionsalt`, which holds the word "pulumi" encrypted by it.
 * Source: NewPassphraseSecretsManager and NewSymmetricCrypterFromPassphrase of Pulumi 3.259.0.
 *
 * @returns undefined for another form
 */
async function decrypts(phrase: string, state: string): Promise<boolean | undefined> {
  const [outer, salt, inner, nonce, text, ...rest] = state.split(":");
  if (outer !== "v1" || inner !== "v1" || !salt || !nonce || !text || rest.length > 0) return undefined;
  const key = await deriveKey(phrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
  const sealed = Buffer.from(text, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString() === "pulumi";
  } catch {
    return false;
  }
}
