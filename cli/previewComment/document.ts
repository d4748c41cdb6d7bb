/** What a preview says of one resource. */
export interface PreviewStep {
  readonly urn: string;
  /** Such as `kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService`. */
  readonly type: string;
  /** The last part of the URN. */
  readonly name: string;
  readonly change: ChangeKind;
  readonly parent?: string;
  /** Before the change; undefined for what is new. */
  readonly before?: ResourceSide;
  /** After it; undefined for what is removed. */
  readonly after?: ResourceSide;
  /** Paths of properties that differ, as the provider names them. */
  readonly diffs: readonly string[];
  /** Properties for which it is replaced. */
  readonly replaceReasons: readonly string[];
}

/** Properties of a resource, with secrets and unknown values masked. */
export interface ResourceSide {
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export type Properties = Readonly<Record<string, unknown>>;

export const ChangeKind = {
  added: "added",
  changed: "changed",
  removed: "removed",
  replaced: "replaced",
  /** Out of the stack, while it stays in the cluster. */
  retained: "retained",
  same: "same",
} as const;
export type ChangeKind = (typeof ChangeKind)[keyof typeof ChangeKind];

/** Something that was said during a preview. */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly urn?: string;
}

/** What a policy found. */
export interface PolicyResult {
  readonly policy: string;
  readonly pack: string;
  /** Such as `mandatory` or `advisory`. */
  readonly level: string;
  readonly message: string;
  readonly urn?: string;
}

/** A policy pack that looked at the preview. */
export interface PolicyPack {
  readonly name: string;
  readonly version?: string;
}

/** What `pulumi preview --json` wrote, in either of its forms. */
export interface PreviewDocument {
  /** Sorted by URN; one for each resource. */
  readonly steps: readonly PreviewStep[];
  readonly diagnostics: readonly Diagnostic[];
  /** A mandatory policy does not allow the change. */
  readonly isRefused: boolean;
  /** It ended before it had seen everything. */
  readonly isFailed: boolean;
  /** Undefined where the document does not say it: a digest leaves policies out. */
  readonly policies?: readonly PolicyResult[];
  readonly policyPacks: readonly PolicyPack[];
  /** Number of resources by what happens to them. */
  readonly changes: Readonly<Record<string, number>>;
  /** Whether resources that do not change are there too. */
  readonly hasSame: boolean;
}

/** The input is not what `pulumi preview --json` writes. */
export class PreviewInputError extends Error {
  override readonly name = "PreviewInputError";
}

/** The last part of a URN. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The stack and project of a URN, `urn:pulumi:<stack>::<project>::<type>::<name>`. */
export function stackOf(urn: string): { stack: string; project: string } {
  const [start = "", project = ""] = urn.split("::");
  return { stack: start.slice(start.lastIndexOf(":") + 1), project };
}

/**
 * What an operation of the engine comes to; undefined for one that only reads or forgets. Of a replacement there is a "replace" too, so that a
 * "delete-replaced" says nothing more, and alone is what an update that was interrupted has left.
 */
export function changeOf(op: string): ChangeKind | undefined {
  switch (op) {
    case "create":
    case "import":
      return ChangeKind.added;
    case "update":
      return ChangeKind.changed;
    case "delete":
      return ChangeKind.removed;
    case "replace":
    case "create-replacement":
    case "import-replacement":
      return ChangeKind.replaced;
    case "same":
      return ChangeKind.same;
    default:
      return undefined;
  }
}
