import type { Problem } from "./problems";

/** A third-party chart at its official address, as it is released. */
export interface ChartSource {
  /** Name in its repository, or the whole address with `oci://`. */
  readonly chart: string;
  /** Address of the repository; none for `oci://`. */
  readonly repository?: string;
  readonly version: string;
  /** Name of the release. */
  readonly release: string;
  readonly namespace: string;
}

/**
 * Where charts of others than KServe and LeaderWorkerSet are taken from instead: one prefix for all of them, or one for each by the chart's name, such as
 * `{ istiod: "oci://registry.example.com/istio" }`. A prefix is a folder of unpacked charts, an `oci://` prefix or the address of a
 * chart repository.
 */
export type ChartMirrors = string | Readonly<Record<string, string>>;

/** What helm is given for a chart: inputs of `kubernetes.helm.v4.Chart`. */
export interface ChartAddress {
  readonly chart: string;
  /** Left out for a folder. */
  readonly version?: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/**
 * A chart by its whole address: that of the repository with the chart's name behind it, or `oci://`.
 *
 * @param release default: the chart's name
 */
export function chartSource(address: string, version: string, namespace: string, release?: string): ChartSource {
  const name = lastPart(address);
  const shared = { version, release: release ?? name, namespace };
  if (address.startsWith("oci://")) return { ...shared, chart: address };
  return { ...shared, chart: name, repository: address.slice(0, -name.length - 1) };
}

/** The chart's name, by which mirrors know it. */
export function chartName({ chart }: Pick<ChartSource, "chart">): string {
  return lastPart(chart);
}

/** Where helm takes a chart from: its mirror, or its official address. */
export function chartAddress(source: ChartSource, mirrors?: ChartMirrors): ChartAddress {
  const { chart, repository, version } = source;
  const name = chartName(source);
  const mirror = typeof mirrors === "string" ? mirrors : mirrors?.[name];
  if (mirror?.startsWith("oci://")) return { chart: join(mirror, name), version };
  if (mirror && isUrl(mirror)) return { chart: name, version, repositoryOpts: { repo: mirror } };
  if (mirror) return { chart: join(mirror, name) };
  return { chart, version, ...(repository && { repositoryOpts: { repo: repository } }) };
}

/** What is wrong with mirrors of charts. Names are not checked: a site may state the same mirrors for every environment. */
export function problemsOfChartMirrors(mirrors: unknown, path: string): Problem[] {
  if (mirrors === undefined) return [];
  const entries: [string, unknown][] =
    typeof mirrors === "object" && mirrors !== null
      ? Object.entries(mirrors).map(([name, prefix]: [string, unknown]) => [`${path}.${name}`, prefix])
      : [[path, mirrors]];
  return entries.flatMap(([at, given]): Problem[] => {
    if (typeof given !== "string") return [{ path: at, message: "is no text" }];
    if (/^(oci:\/\/|https?:\/\/|\.{0,2}\/|[A-Za-z]:[\\/])/.test(given)) return [];
    return [
      {
        path: at,
        given,
        message: "charts cannot come from here",
        allowed: 'a folder\'s path that starts with "/" or ".", an http(s):// prefix, an oci:// prefix',
      },
    ];
  });
}

/** Whether an address needs the network. */
export function isUrl(address: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(address);
}

/** A file or chart under a prefix, which may end with slashes. */
export function join(prefix: string, path: string): string {
  return `${prefix.replace(/\/+$/, "")}/${path}`;
}

function lastPart(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}

/** Values of a chart over others, as helm merges files of values: objects by their keys, all else replaced. */
export function mergeValues(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? mergeValues(below, value) : value;
  }
  return merged;
}

/** Whether a value is an object that was written as such, and no list, secret or output. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
