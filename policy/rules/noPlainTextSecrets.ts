import type { View } from "../../sdk/api/view";
import { matches } from "../patterns";
import type { Report, Rule } from "../rule";
import { containersOf, podsOf, type Subject } from "../subject";
import { keyNamesCredential, namesCredential, shapeOf } from "./secretShapes";

interface Config {
  readonly names: readonly string[];
  readonly exemptNames: readonly string[];
}

/** Credentials in Secrets only. What is found is never shown. */
export const noPlainTextSecrets: Rule<Config> = {
  name: "no-plain-text-secrets",
  description: "Credentials are in Secrets, and in no variable, argument, ConfigMap or chart value.",
  remediation:
    "Put the credential into a Secret and refer to it: env[].valueFrom.secretKeyRef, or ModelCredentials for downloads of models.",
  severity: "critical",
  config: {
    names: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "further names of environment variables that hold credentials, and of flags, without their dashes",
    },
    exemptNames: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "names that look like it and hold none",
    },
  },
  judge(subject, config, report) {
    for (const pod of podsOf(subject)) {
      for (const container of containersOf(pod)) {
        for (const variable of container.get("env").items) checkVariable(variable, config, report);
        checkArguments(
          ["command", "args"].flatMap((list) => container.get(list).items),
          config,
          report,
        );
      }
    }
    for (const place of placesOf(subject)) checkEverything(place, config, report);
  },
};

const fix = "put it into a Secret, and refer to that by valueFrom.secretKeyRef";

function checkVariable(variable: View, { names, exemptNames }: Config, report: Report): void {
  const name = variable.get("name").text ?? "";
  const value = variable.get("value");
  if (value.absent || value.text === "" || matches(name, exemptNames)) return;
  if (isReference(value.text)) return;
  const shape = shapeOf(value.text ?? "");
  if (shape === undefined && !namesCredential(name) && !matches(name, names)) return;
  report(value, { given: undefined, message: `${name} is given in plain text${shape ? ` (${shape})` : ""}`, fix });
}

/** What refers to another variable is plain only where that one is; the shell knows braces. */
function isReference(text: string | undefined): boolean {
  return /^(\$\([^)]*\)|\$\{[^}]*\})$/.test(text ?? "");
}

const flagFix = "put it into a Secret, give it to a variable by valueFrom.secretKeyRef, and write $(VARIABLE)";

/** Flags are `--api-key=…`, or `--api-key` and the value as the next argument. */
function checkArguments(items: readonly View[], config: Config, report: Report): void {
  items.forEach((at, index) => {
    const shape = shapeOf(at.text ?? "");
    if (shape) report(at, { given: undefined, message: `has ${shape} in plain text`, fix });
    const [, name = "", value] = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(at.text ?? "") ?? [];
    if (!flagNamesCredential(name, config)) return;
    const place = value === undefined ? items[index + 1] : at;
    const text = value ?? place?.text;
    if (!place || (text === undefined && !place.unknown) || shapeOf(place.text ?? "")) return;
    // A flag without a value is followed by another one.
    const isNoValue = value === undefined && text?.startsWith("-");
    if (isNoValue || isReference(text) || /^(true|false)?$/.test(text ?? "?")) return;
    report(place, { given: undefined, message: `--${name} is given in plain text`, fix: flagFix });
  });
}

/** As of a key: what ends in "secret" names one, as a rule. */
function flagNamesCredential(name: string, { names, exemptNames }: Config): boolean {
  if (name === "" || matches(name, exemptNames)) return false;
  return keyNamesCredential(name) || matches(name, names);
}

/** What has no variables: ConfigMaps and the values of charts. */
function placesOf({ resource, object, root }: Subject): View[] {
  if (object?.kind === "ConfigMap") return [root.get("data")];
  return /^kubernetes:helm\.sh\/v[34]:(Chart|Release)$/.test(resource.type) ? [root.get("values")] : [];
}

function checkEverything(at: View, config: Config, report: Report): void {
  if (at.text !== undefined) {
    const name = String(at.steps.at(-1));
    const shape = shapeOf(at.text);
    const byName = at.text !== "" && keyNamesCredential(name) && !matches(name, config.exemptNames);
    if (shape ?? byName)
      report(at, {
        given: undefined,
        message: `holds ${shape ?? "a credential"} in plain text`,
        fix: "put it into a Secret",
      });
    return;
  }
  for (const item of at.items) checkEverything(item, config, report);
  for (const key of at.keys) checkEverything(at.get(key), config, report);
}
