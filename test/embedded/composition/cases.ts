import type { Fragment } from "../../../sdk/compose/fragments";

/** A service that is composed, and applied to the live controller in both modes. */
export interface ServiceCase {
  readonly name: string;
  /** What of the controller it shows. */
  readonly covers: string;
  readonly fragments?: readonly Fragment[];
  readonly baseRefs?: readonly string[];
  readonly spec: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Paths at which mode "references" alone warns, because the children of the modes differ. @default they do not, and it does not */
  readonly differs?: readonly string[];
}

/** Part of a spec under a name, for {@link ServiceCase.fragments}. */
export function fragment(name: string, spec: Readonly<Record<string, unknown>>, priority?: number): Fragment {
  return { name, spec, ...(priority !== undefined && { priority }) };
}

/** A pod template with the model server's container alone. */
export function server(container: Readonly<Record<string, unknown>> = {}, pod: Readonly<Record<string, unknown>> = {}) {
  return { ...pod, containers: [{ name: "main", ...container }] };
}

/** Resources of a container with GPUs. */
export function gpus(count: number, others: Readonly<Record<string, string>> = {}) {
  return { resources: { limits: { "nvidia.com/gpu": String(count), ...others } } };
}

/** Everything that KServe can manage about routing. */
export const managedRouter = { gateway: {}, route: {}, scheduler: {} } as const;
