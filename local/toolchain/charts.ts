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
  return {
    ...(gateway && { "gateway-helm": dirname(await releasedGatewayChart(gateway)) }),
    ...(aiGateway && { "ai-gateway-helm": join(aiGateway, "manifests", "charts") }),
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
  const key = createHash("sha256").update(repository).update(values).update(chart).digest("hex").slice(0, 16);
  const folder = join(cacheRoot(), "charts", key);
  const target = join(folder, "gateway-helm");
  if (await stat(folder).catch(() => undefined)) return target;
  const temporary = `${folder}.tmp-${process.pid}`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const copied = join(temporary, "gateway-helm");
  await copyWritable(source, copied);
  await writeFile(join(copied, "values.yaml"), values);
  await writeFile(join(copied, "Chart.yaml"), chart);
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
