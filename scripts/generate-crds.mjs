// Writes sdk/crdSets.generated.ts and sdk/earlierCrdSets.generated.ts: files, checksums, names and versions of every CRD set, read from
// the Go modules of the upstream projects, whose folders hold the same files as the repositories at the tag. Needs `go`, and the modules in its
// cache or a Go proxy. Run it after a version in sdk/versions.ts has changed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { loadAll } from "js-yaml";
import { format, resolveConfig } from "prettier";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, "sdk", "crdSets.generated.ts");
const earlierOutput = join(root, "sdk", "earlierCrdSets.generated.ts");

const upstreams = {
  kserve: { module: "github.com/kserve/kserve", repository: "kserve/kserve", version: "kserve" },
  lws: { module: "sigs.k8s.io/lws", repository: "kubernetes-sigs/lws", version: "leaderWorkerSet" },
  "gateway-api": {
    module: "sigs.k8s.io/gateway-api",
    repository: "kubernetes-sigs/gateway-api",
    version: "gatewayApi",
  },
  "workload-variant-autoscaler": {
    module: "github.com/llm-d/llm-d-workload-variant-autoscaler",
    repository: "llm-d/llm-d-workload-variant-autoscaler",
    version: "workloadVariantAutoscaler",
  },
  "envoy-gateway": {
    module: "github.com/envoyproxy/gateway",
    repository: "envoyproxy/gateway",
    version: "envoyGateway",
  },
  "envoy-ai-gateway": {
    module: "github.com/envoyproxy/ai-gateway",
    repository: "envoyproxy/ai-gateway",
    version: "envoyAiGateway",
  },
  "cert-manager": {
    module: "github.com/cert-manager/cert-manager",
    repository: "cert-manager/cert-manager",
    version: "certManager",
  },
};

const kserveCrds = (schema) => [
  `config/crd/${schema}/llmisvc/serving.kserve.io_llminferenceserviceconfigs.yaml`,
  `config/crd/${schema}/llmisvc/serving.kserve.io_llminferenceservices.yaml`,
  `config/crd/${schema}/clusterstoragecontainer/serving.kserve.io_clusterstoragecontainers.yaml`,
];

const sets = {
  gatewayApiStandard: {
    name: "gateway-api",
    variant: "standard",
    upstream: "gateway-api",
    folder: "config/crd/standard",
  },
  gatewayApiExperimental: {
    name: "gateway-api",
    variant: "experimental",
    upstream: "gateway-api",
    folder: "config/crd/experimental",
  },
  inferenceExtension: {
    name: "inference-extension",
    upstream: "kserve",
    version: "inferenceExtension",
    files: ["config/llmisvc/gateway-inference-extension.yaml"],
  },
  leaderWorkerSet: {
    name: "leader-worker-set",
    upstream: "lws",
    files: ["config/crd/bases/leaderworkerset.x-k8s.io_leaderworkersets.yaml"],
  },
  certManager: { name: "cert-manager", upstream: "cert-manager", folder: "deploy/crds" },
  kserveFull: { name: "kserve", variant: "full", upstream: "kserve", files: kserveCrds("full") },
  kserveMinimal: { name: "kserve", variant: "minimal", upstream: "kserve", files: kserveCrds("minimal") },
  workloadVariantAutoscaler: {
    name: "workload-variant-autoscaler",
    upstream: "workload-variant-autoscaler",
    files: ["charts/workload-variant-autoscaler/crds/llmd.ai_variantautoscalings.yaml"],
  },
  envoyGateway: {
    name: "envoy-gateway",
    upstream: "envoy-gateway",
    folder: "charts/gateway-helm/charts/crds/crds/generated",
  },
  envoyAiGateway: {
    name: "envoy-ai-gateway",
    upstream: "envoy-ai-gateway",
    folder: "manifests/charts/ai-gateway-crds-helm/templates",
  },
};

/** Sets of versions before the pinned ones: the pin that is replaced, by the key of the pin that has the earlier version. */
const earlier = { gatewayApiBefore: { pin: "gatewayApi", sets: ["gatewayApiStandard", "gatewayApiExperimental"] } };

function pinnedVersions() {
  const source = readFileSync(join(root, "sdk", "versions.ts"), "utf8");
  return Object.fromEntries([...source.matchAll(/^ {2}(\w+): "([^"]+)"/gm)].map(([, key, value]) => [key, value]));
}

function moduleFolder(module, version) {
  const answer = execFileSync("go", ["mod", "download", "-json", `${module}@v${version}`], {
    // Outside any module, so that no go.mod decides about versions.
    cwd: tmpdir(),
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=mod" },
  });
  return JSON.parse(answer).Dir;
}

/** The CRD set as TypeScript has it, with sorted keys. */
function describe(set, pinned) {
  const { module, repository, version } = upstreams[set.upstream];
  const folder = moduleFolder(module, pinned[version]);
  const paths = set.files ?? readdirSync(join(folder, set.folder)).map((file) => `${set.folder}/${file}`);
  const files = {};
  const crds = {};
  const others = [];
  for (const path of paths.filter((file) => file.endsWith(".yaml") && !file.endsWith("kustomization.yaml"))) {
    const content = readFileSync(join(folder, path));
    files[path] = createHash("sha256").update(content).digest("hex");
    for (const object of loadAll(content.toString("utf8")).filter(Boolean)) {
      if (object.kind !== "CustomResourceDefinition") {
        others.push(`${object.kind}/${object.metadata.name}`);
        continue;
      }
      crds[object.metadata.name] = {
        group: object.spec.group,
        kind: object.spec.names.kind,
        versions: object.spec.versions.filter((entry) => entry.served).map((entry) => entry.name),
        storageVersion: object.spec.versions.find((entry) => entry.storage).name,
      };
    }
  }
  return {
    name: set.name,
    ...(set.variant && { variant: set.variant }),
    upstream: set.upstream,
    version: pinned[set.version ?? version],
    source: `https://raw.githubusercontent.com/${repository}/v${pinned[version]}/`,
    files: sorted(files),
    crds: sorted(crds),
    others: others.sort(),
  };
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const header = `// Written by scripts/generate-crds.mjs; do not edit.
import type { CrdSet } from "./artifacts";
`;

function pinnedSets(pinned) {
  const described = Object.fromEntries(Object.entries(sets).map(([key, set]) => [key, describe(set, pinned)]));
  return `${header}
/** Every CRD set at its pinned version. */
export const crdSets = ${JSON.stringify(described)} as const satisfies Record<string, CrdSet>;
`;
}

function earlierSets(pinned) {
  const described = Object.entries(earlier).flatMap(([version, { pin, sets: keys }]) =>
    keys.map((key) => [key, { [pinned[version]]: describe(sets[key], { ...pinned, [pin]: pinned[version] }) }]),
  );
  return `${header}
/** CRD sets of versions before the pinned one that can be installed as well, by version. */
export const earlierCrdSets = ${JSON.stringify(Object.fromEntries(described))} as const satisfies Record<string, Record<string, CrdSet>>;
`;
}

const pinned = pinnedVersions();
for (const [path, source] of [
  [output, pinnedSets(pinned)],
  [earlierOutput, earlierSets(pinned)],
]) {
  const text = await format(source, { ...(await resolveConfig(path)), parser: "typescript" });
  if (process.argv.includes("--print")) process.stdout.write(text);
  else writeFileSync(path, text);
}
