import { type Origin, partOf, sourcesOf } from "./origins";

/** What can set a field of an effective spec. */
export const SourceKind = {
  /** A LLMInferenceServiceConfig that KServe ships, chosen by what the service asks for. */
  preset: "preset",
  /** A LLMInferenceServiceConfig in the cluster that the service names. */
  baseRef: "baseRef",
  fragment: "fragment",
  /** The service's own spec. */
  spec: "spec",
  /** What KServe's mutating webhook writes into the service. */
  webhook: "webhook",
  /** The controller filled in a template that another source gave; the name says which. */
  template: "template",
  /** A step of the controller after the merge. */
  postMerge: "post-merge",
} as const;
export type SourceKind = (typeof SourceKind)[keyof typeof SourceKind];

/** One source of fields. */
export interface Source {
  readonly kind: SourceKind;
  /** Of the config, the fragment or the step; "" where the kind says it all. */
  readonly name: string;
  /** Of the config. */
  readonly namespace?: string;
}

/** The sources of one composition, by their numbers in origins. */
export class Sources {
  private readonly all: Source[] = [];
  private readonly numbers = new Map<string, number>();

  /** The number of a source; the same for the same source. */
  add(kind: SourceKind, name = "", namespace?: string): number {
    const key = `${kind} ${namespace ?? ""} ${name}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.all.length);
    return this.all.push({ kind, name, ...(namespace !== undefined && { namespace }) }) - 1;
  }

  /** @param number `~n` stands for a default of the CRD in what source n gave. */
  text(number: number): string {
    if (number < 0) return `default of the CRD, in ${this.text(~number)}`;
    const source = this.all[number];
    if (!source) throw new Error(`no source ${number}`);
    return describeSource(source);
  }

  /** The sources that had a part in the value at a path. */
  textAt(origin: Origin, path: readonly (string | number)[]): string {
    const numbers = sourcesOf(path.reduce<Origin>((current, step) => partOf(current, step), origin));
    return numbers.map((number) => this.text(number)).join(" and ");
  }

  get(number: number): Source | undefined {
    return this.all[number < 0 ? ~number : number];
  }
}

/** Such as `fragment "gpu"` or `preset kserve-config-llm-template`. */
export function describeSource({ kind, name, namespace }: Source): string {
  switch (kind) {
    case "preset":
      return `preset ${name}`;
    case "baseRef":
      return `baseRef "${name}" in ${namespace ?? "?"}`;
    case "fragment":
      return `fragment "${name}"`;
    case "spec":
      return "spec";
    case "webhook":
      return "KServe's webhook";
    case "template":
      return `template in ${name}`;
    case "post-merge":
      return `controller: ${name}`;
  }
}
