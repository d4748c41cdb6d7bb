import type { Problem } from "../problems";

/** Where KServe 0.20 can take a model from. Source: the cases of `attachModelArtifacts` in `L/workload_storage.go`. */
const schemes = {
  "hf://": "hf://<organisation>/<model>",
  "s3://": "s3://<bucket>/<path>",
  "oci://": "oci://<image>",
  "oci+native://": "oci+native://<image>",
  "pvc://": "pvc://<claim>/<path>",
} as const;

const allowedSchemes = Object.values(schemes).join(", ");

/** Checks that KServe's controller can fetch a model from this address. */
export function checkModelUri(uri: string, path: string): Problem[] {
  const scheme = Object.keys(schemes).find((prefix) => uri.startsWith(prefix));
  if (!scheme) {
    const given = /^([a-z0-9+.-]+:\/\/)/i.exec(uri)?.[1];
    return [
      {
        path,
        given: uri,
        message: given ? `KServe cannot fetch a model from "${given}"` : "the address has no scheme",
        allowed: allowedSchemes,
        fix:
          given === "gs://"
            ? "use the recipe model(), which fetches it without KServe's controller, or s3:// with storage.googleapis.com as its endpoint and HMAC keys"
            : undefined,
      },
    ];
  }
  if (uri.length === scheme.length) {
    return [
      { path, given: uri, message: "nothing follows the scheme", allowed: schemes[scheme as keyof typeof schemes] },
    ];
  }
  return [];
}
