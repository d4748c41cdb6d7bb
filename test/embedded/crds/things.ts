import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { dump } from "js-yaml";

import type { CrdSet } from "../../../sdk/artifacts";

/** Names of versions. */
export type Versions = Record<string, "storage" | "served">;

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** CRD files made for a test. */
export function thingsIn(folder: string) {
  const manifest = (versions: Versions, schema: object = anything) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { kind: "Thing", plural: "things", singular: "thing", listKind: "ThingList", shortNames: ["th"] },
      versions: Object.entries(versions).map(([name, role]) => ({
        name,
        served: true,
        storage: role === "storage",
        schema: { openAPIV3Schema: schema },
      })),
    },
  });
  const write = (versions: Versions, schema?: object): CrdSet => {
    const text = dump(manifest(versions, schema));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "things.yaml"), text);
    const [storageVersion = ""] = Object.entries(versions).find(([, role]) => role === "storage") ?? [];
    return {
      name: "things",
      upstream: "kserve",
      version: "1.0.0",
      source: "https://example.invalid/",
      files: { "things.yaml": createHash("sha256").update(text).digest("hex") },
      crds: {
        "things.example.com": { group: "example.com", kind: "Thing", versions: Object.keys(versions), storageVersion },
      },
      others: [],
    };
  };
  return { folder, write, manifest };
}
