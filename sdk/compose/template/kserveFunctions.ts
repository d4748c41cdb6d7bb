import { childName } from "../../api/names";
import { isObject } from "../marked";
import { unsupported } from "./errors";
import {
  goString,
  invalid,
  isNilPointer,
  namedScalar,
  pointerTo,
  rawMap,
  rawNumber,
  rawString,
  structType,
  type GoValue,
} from "./goValue";
import { goJsonText } from "./jsonText";
import { quantityBytes } from "./quantityBytes";
import { read, type Run } from "./run";

const int64Type = namedScalar("int64");

/** Source: `kmeta.ChildName` of knative.dev/pkg. */
export function goChildName(parent: GoValue, suffix: GoValue): GoValue {
  const names = [rawString(parent), rawString(suffix)] as const;
  if (!names.every((name) => Buffer.byteLength(name) === name.length))
    throw unsupported("ChildName of what is not ASCII");
  return goString(childName(...names));
}

/**
 * vLLM's arguments for a KVCacheOffloadingSpec, quoted for a shell assignment within JSON; "" for nil or anything else.
 *
 * Source: kvTransferConfig of KServe 0.20. Later versions escape the quotes differently (kserve#5880).
 */
export function kvTransferConfig(run: Run, spec: GoValue): string {
  if (spec.type !== kvType || isNilPointer(spec)) return "";
  const given = rawMap(spec);
  const evictionPolicy = read(run, given["evictionPolicy"]);
  const secondary = read(run, given["secondary"]);
  const tiers = (Array.isArray(secondary) ? (secondary as unknown[]) : []).flatMap((item, position) => {
    const tier = read(run, item);
    const fileSystem = isObject(tier) ? read(run, tier["fileSystem"]) : undefined;
    return fileSystem === undefined || fileSystem === null
      ? []
      : [{ root_dir: `/mnt/kv-cache-${position}`, type: "fs" }];
  });
  const policy =
    typeof evictionPolicy !== "string" || evictionPolicy === ""
      ? ""
      : `,"eviction_policy":"${goJsonText(evictionPolicy)}"`;
  const bytes = quantityBytes(read(run, given["cpu"]));
  const json =
    `{"kv_connector":"OffloadingConnector","kv_connector_extra_config":{"cpu_bytes_to_use":${bytes}${policy}` +
    `${tiers.length === 0 ? "" : `,"secondary_tiers":${JSON.stringify(tiers)}`},"spec_name":"TieringOffloadingSpec"},"kv_role":"kv_both"}`;
  return `--kv-transfer-config '${json.replaceAll('"', '\\\\\\"')}'`;
}

const kvType = pointerTo(structType("serving/v1alpha2.KVCacheOffloadingSpec"));
const podType = pointerTo(structType("core/v1.PodSpec"));

/** Seconds that vLLM has to end: the pod's grace period (60 unless set) without what its preStop hook and the last cleaning up take. */
export function shutdownTimeout(run: Run, [pod = invalid, preStop = invalid]: readonly GoValue[]): GoValue {
  const grace =
    pod.type === podType && !isNilPointer(pod) ? read(run, rawMap(pod)["terminationGracePeriodSeconds"]) : undefined;
  const seconds = typeof grace === "number" ? grace : 60;
  return { type: int64Type, raw: Math.max(0, seconds - rawNumber(preStop) - Math.min(5, seconds)), addressable: false };
}
