import type { Oracle } from "./oracle";
import type { Property } from "./compare";
import { combinesServices } from "./combining";
import { appliesDefaults, mergesFragments, mergesOverPresets } from "./merging";

/** Something that is compared, and its share of the cases. */
export interface Share {
  readonly title: string;
  readonly share: number;
  // What a case is, only the property knows.
  property(oracle: Oracle): Property<unknown>;
}

/** Everything that is compared. */
export const shares: readonly Share[] = [
  share("merges fragments as KServe does", 0.4, () => mergesFragments),
  share("merges fragments over KServe's presets as KServe does", 0.2, mergesOverPresets),
  share("applies the CRD's defaults as the API server does", 0.1, () => appliesDefaults),
  share("combines services as the controller does", 0.3, combinesServices),
];

function share<C>(title: string, part: number, property: (oracle: Oracle) => Property<C>): Share {
  return { title, share: part, property: property as (oracle: Oracle) => Property<unknown> };
}
