import { amdGpu } from "./entries/amdGpu";
import { autoscaling } from "./entries/autoscaling";
import { canaryGroup } from "./entries/canaryGroup";
import { cpu } from "./entries/cpu";
import { deviceClaims } from "./entries/deviceClaims";
import { intelGpu } from "./entries/intelGpu";
import { intelligentScheduling } from "./entries/intelligentScheduling";
import { tieredKvCache } from "./entries/kvCacheOffloading";
import { loraAdapters } from "./entries/loraAdapters";
import { mixedVendors } from "./entries/mixedVendors";
import { neuron } from "./entries/neuron";
import { precisePrefixCacheRouting } from "./entries/precisePrefixCache";
import { predictedLatency } from "./entries/predictedLatency";
import { prefillDecode } from "./entries/prefillDecode";
import { sharedConfigs } from "./entries/sharedConfigs";
import { singleGpu } from "./entries/singleGpu";
import { tpu } from "./entries/tpu";
import { wideExpertParallel } from "./entries/wideExpertParallel";
import { wideExpertParallelPrefillDecode } from "./entries/wideExpertParallelPrefillDecode";
import type { GalleryEntry } from "./entry";

/** Every entry, from the simple to the large, then by hardware. */
export const galleryEntries: readonly GalleryEntry[] = [
  singleGpu,
  loraAdapters,
  sharedConfigs,
  canaryGroup,
  autoscaling,
  intelligentScheduling,
  precisePrefixCacheRouting,
  predictedLatency,
  tieredKvCache,
  prefillDecode,
  wideExpertParallel,
  wideExpertParallelPrefillDecode,
  deviceClaims,
  amdGpu,
  mixedVendors,
  intelGpu,
  tpu,
  neuron,
  cpu,
];
