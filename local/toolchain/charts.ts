import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { versions } from "../../sdk/versions";
import { cacheRoot } from "../paths";
import type { Toolchain } from "./types";

/**
 * Folders with charts of gateway controllers, by the chart's name, as `mirrors.charts` takes them: made from the files of their
 * repositories, where a release of the chart would come from the network. Only those whose repository is there.
 */
export async function gatewayCharts({ upstream }: Pick<Toolchain, "upstream">): Promise<Record<string, string>> {
  const gateway = upstream["envoy-gateway"];
  const aiGateway = upstream["envoy-ai-gateway"];
  const certManager = upstream["cert-manager"];
  return {
    ...(gateway && { "gateway-helm": dirname(await releasedGatewayChart(gateway)) }),
    ...(aiGateway && { "ai-gateway-helm": join(aiGateway, "manifests", "charts") }),
    ...(certManager && { "cert-manager": dirname(await releasedCertManagerChart(certManager)) }),
  };
}

/**
 * Envoy Gateway's chart as it is released: the repository has a template of its values, into which a release puts the image and how
 * it is pulled, and gives the chart the release's version (tools/make/helm.mk, target helm-package).
 *
 * @param repository folder with the files of github.com/envoyproxy/gateway.
 */
export async function releasedGatewayChart(
  repository: string,
  version: string = versions.envoyGateway,
): Promise<string> {
  const source = join(repository, "charts", "gateway-helm");
  const variables: Record<string, string> = {
    GatewayImage: `docker.io/envoyproxy/gateway:v${version}`,
    GatewayImagePullPolicy: "IfNotPresent",
  };
  const values = (await readFile(join(source, "values.tmpl.yaml"), "utf8")).replace(
    /\$\{(\w+)\}/g,
    (all, name: string) => variables[name] ?? all,
  );
  const chart = (await readFile(join(source, "Chart.yaml"), "utf8"))
    .replace(/^version: .*$/m, `version: v${version}`)
    .replace(/^appVersion: .*$/m, `appVersion: v${version}`);
  return releasedChart(source, "gateway-helm", { "values.yaml": values, "Chart.yaml": chart });
}

/**
 * cert-manager's chart as it is released: the repository has a template of its Chart.yaml, into which a release puts its version
 * (make/manifests.mk, target helm-chart).
 *
 * @param repository folder with the files of github.com/cert-manager/cert-manager.
 */
async function releasedCertManagerChart(repository: string): Promise<string> {
  const source = join(repository, "deploy", "charts", "cert-manager");
  const chart = (await readFile(join(source, "Chart.template.yaml"), "utf8"))
    .replace("{{IS_PRERELEASE}}", "false")
    .replace(/v0\.0\.0/g, `v${versions.certManager}`);
  return releasedChart(source, "cert-manager", { "Chart.yaml": chart });
}

/** A copy of a chart's folder with some files as they are released, made once. */
async function releasedChart(source: string, name: string, released: Record<string, string>): Promise<string> {
  const hash = createHash("sha256").update(source);
  for (const [file, content] of Object.entries(released)) hash.update(file).update(content);
  const folder = join(cacheRoot(), "charts", hash.digest("hex").slice(0, 16));
  const target = join(folder, name);
  if (await stat(folder).catch(() => undefined)) return target;
  const temporary = `${folder}.tmp-${process.pid}`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const copied = join(temporary, name);
  await copyWritable(source, copied);
  for (const [file, content] of Object.entries(released)) await writeFile(join(copied, file), content);
  // Another process may have been faster; what it made is the same.
  await rename(temporary, folder).catch(async (error: unknown) => {
    if (!(await stat(folder).catch(() => undefined))) throw error;
    await rm(temporary, { recursive: true, force: true });
  });
  return target;
}

/** Go's cache is read-only, and a plain copy would be, too. */
async function copyWritable(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) await copyWritable(from, to);
    else await writeFile(to, await readFile(from));
  }
}
