import { gatewayToolsOf } from "../../local/engine/config";
import type { Progress } from "../../local/progress";
import { kindOf } from "../../local/provider/kinds";
import { gatewayCharts } from "../../local/toolchain/charts";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { GatewayToolName } from "../../local/toolchain/types";
import { assertNoProblems } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import type { EnvironmentOverrides } from "../../stacks/environment/environment";
import { collectResources, RenderError } from "./collect";
import { filesOf, waveNames } from "./files";
import { checkFolder, writeFolder } from "./folder";
import { type Manifest, manifestsOf } from "./manifests";
import { type LeftOut, type SecretHandling, secretTextsToFind, withoutSecrets } from "./secrets";
import { readRenderConfig } from "./stackConfig";

/** What is rendered, and how. */
export interface RenderOptions {
  readonly stack: string;
  readonly folder: string;
  /** @default `Pulumi.<stack>.yaml` in the checkout */
  readonly configFile?: string;
  readonly secrets: SecretHandling;
  readonly argocd?: boolean;
  readonly kustomize?: boolean;
  /** What charts are told of the API server. @default the version that the embedded control plane has */
  readonly kubeVersion?: string;
  /** Further API versions that charts are told of. */
  readonly apiVersions?: readonly string[];
  /** Take charts and CRDs from the sources that the embedded environment has, instead of their official addresses. @default false */
  readonly pinnedSources?: boolean;
  readonly progress: Progress;
  /** What a caller decides instead of the configuration; called in the program. */
  readonly overrides?: () => Omit<EnvironmentOverrides, "cluster">;
}

/** What was written. */
export interface Rendered {
  readonly objects: number;
  readonly files: readonly string[];
  /** Objects by kind, for each wave. */
  readonly waves: readonly { readonly name: string; readonly kinds: Readonly<Record<string, number>> }[];
  readonly secrets: SecretHandling["mode"];
  /** Values that the manifests leave out, and what stands for them. */
  readonly leftOut: readonly LeftOut[];
  /** CRDs that must be in the cluster already, by set. */
  readonly expected: Readonly<Record<string, readonly string[]>>;
  readonly warnings: readonly string[];
}

/**
 * Writes the manifests that `pulumi up` would apply. No cluster is asked, and the stack's backend neither.
 *
 * @throws ConfigurationError with every problem of the configuration, of the folder, or of what has no manifest; RenderError when the
 * program fails. Nothing is written then.
 */
export async function renderStack(options: RenderOptions): Promise<Rendered> {
  const { stack, folder, progress, secrets: handling } = options;
  await checkFolder(folder, stack);
  const { config, encrypted } = await readRenderConfig(stack, options.configFile);
  const toolchain = await ensureToolchain<"pulumi" | "helm" | GatewayToolName>({
    progress,
    only: ["pulumi", "helm", ...(options.pinnedSources ? gatewayToolsOf(config) : [])],
  });
  const mirrors = options.pinnedSources && { ...toolchain.upstream, charts: await gatewayCharts(toolchain) };
  const collected = await collectResources({
    stack,
    config,
    tools: { pulumi: toolchain.tools.pulumi.path, helm: toolchain.tools.helm.path },
    overrides: () => ({ ...(mirrors && { mirrors }), ...options.overrides?.() }),
    kubeVersion: options.kubeVersion ?? versions.kubernetes,
    apiVersions: options.apiVersions ?? [],
    progress,
  });
  const { manifests, expected, problems } = await manifestsOf(collected);
  const known = { texts: collected.secretTexts, encrypted };
  const shown = withoutSecrets(manifests, known, handling, stack);
  assertNoProblems(`render of stack "${stack}"`, [...problems, ...shown.problems]);
  const { argocd = false, kustomize = false } = options;
  const files = filesOf(shown.manifests, { stack, argocd, kustomize });
  refuseSecrets(files, secretTextsToFind(known));
  await writeFolder(folder, stack, files);
  return {
    objects: manifests.length,
    files: [...files.keys()],
    waves: summary(shown.manifests),
    secrets: handling.mode,
    leftOut: shown.leftOut,
    expected,
    warnings: collected.warnings,
  };
}

/** The last look at every byte before it is written. */
function refuseSecrets(files: ReadonlyMap<string, string>, secrets: readonly string[]): void {
  const found = [...files].filter(([, content]) => secrets.some((secret) => content.includes(secret)));
  if (found.length === 0) return;
  throw new RenderError(
    `nothing was written, because secret values would be in ${found.map(([path]) => path).join(", ")}`,
  );
}

function summary(manifests: readonly Manifest[]): Rendered["waves"] {
  const waves = new Map<number, Record<string, number>>();
  for (const { wave, object } of manifests) {
    const kinds = waves.get(wave) ?? {};
    const { kind } = kindOf(object);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    waves.set(wave, kinds);
  }
  const nameOf = waveNames(manifests);
  return [...waves].map(([wave, kinds]) => ({ name: nameOf(wave), kinds }));
}
