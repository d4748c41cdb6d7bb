import { oneLine } from "../../sdk/diagnosis/read";

/** How a check came out. */
export const CheckState = { ok: "ok", warning: "warning", error: "error", notChecked: "not checked" } as const;
export type CheckState = (typeof CheckState)[keyof typeof CheckState];

/** What was found about one thing that a stack needs. */
export interface Check {
  /** What it is about, such as `Pulumi CLI`. */
  readonly name: string;
  readonly state: CheckState;
  /** What is there; of a check that was not made, why not. */
  readonly seen: string;
  /** What is needed instead. */
  readonly wanted?: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Checks that belong together. */
export interface Area {
  readonly title: string;
  readonly checks: readonly Check[];
}

export const ok = (name: string, seen: string): Check => ({ name, state: CheckState.ok, seen });

export const notChecked = (name: string, reason: string): Check => ({
  name,
  state: CheckState.notChecked,
  seen: reason,
});

type Advice = Pick<Check, "wanted" | "fix">;

export const failed = (name: string, seen: string, advice: Advice): Check => ({
  name,
  state: CheckState.error,
  seen,
  ...advice,
});

export const warned = (name: string, seen: string, advice: Advice): Check => ({
  name,
  state: CheckState.warning,
  seen,
  ...advice,
});

/** What is to be checked, and how far. */
export interface DoctorOptions {
  /** Environment variables, PATH among them. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the Pulumi project. */
  readonly root: string;
  /** Name of the stack. @default the one that Pulumi has selected */
  readonly stack?: string;
  /** Another configuration file than `Pulumi.<stack>.yaml`. */
  readonly configFile?: string;
  /** Path of a kubeconfig to check instead of the configured one. */
  readonly kubeconfig?: string;
  /** Its context. @default the current one */
  readonly context?: string;
  /** Decrypts the stack's kubeconfig, and asks the clouds whether credentials are still good. @default false */
  readonly deep?: boolean;
  /** Checks what the embedded environment needs, too. @default false */
  readonly local?: boolean;
  /** Asks no address of the internet. @default false */
  readonly offline?: boolean;
  /** Milliseconds that anything outside this process may take. */
  readonly timeoutMs: number;
}

const secretName = /PASSPHRASE$|PASSWORD|SECRET|TOKEN|API_?KEY|ACCESS_KEY/i;

/** A text on one line, without values of secret environment variables and without what looks like a credential. */
export function safeText(text: string, env: NodeJS.ProcessEnv): string {
  let shown = text;
  for (const [name, value] of Object.entries(env)) {
    if (value && value.length >= 6 && secretName.test(name)) shown = shown.replaceAll(value, "[secret]");
  }
  return oneLine(shown.replace(/:\/\/[^/\s@]+@/g, "://…@"));
}
