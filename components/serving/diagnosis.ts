import { AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import * as runtimeState from "@pulumi/pulumi/runtime/state";

import type { Diagnosis, ServiceReference } from "../../sdk/diagnosis/diagnosis";
import { assertNoProblems } from "../../sdk/problems";

/** Where the reasons are read when a service does not become Ready. */
export interface DiagnosisArgs {
  /** Text of a kubeconfig. Read-only access is enough; what it may not read is named in the error. */
  kubeconfig: pulumi.Input<string>;
}

/** Programs in which nothing fails do not load a Kubernetes client. */
const lazyRequire = createRequire(__filename);
const read = (): typeof import("../../sdk/diagnosis/readDiagnosis") =>
  lazyRequire("../../sdk/diagnosis/readDiagnosis") as typeof import("../../sdk/diagnosis/readDiagnosis");

/**
 * Reads a cluster and says why a LLMInferenceService is not Ready; `diagnosisLines` makes a text of it.
 *
 * @param kubeconfig text or path of a kubeconfig.
 * @throws UnreachableError when the API server does not answer, Error when the kubeconfig cannot be used.
 */
export function diagnoseService(kubeconfig: string, service: ServiceReference): Promise<Diagnosis> {
  return read().readDiagnosis(kubeconfig, service);
}

/** Hooks by the kubeconfig that they read, for one run of a program; another run in the same process has another monitor. */
const registered = new WeakMap<object, Map<DiagnosisArgs["kubeconfig"], pulumi.ErrorHook>>();

/**
 * What makes the engine print why a service did not become Ready: a hook that is called when creating or updating the service fails. It is
 * registered once for all services, and not in previews, which wait for nothing. An engine without error hooks
 * goes without; 3.259.0, which this package is tested with, has them (source: `resource/deploy/step.go` of github.com/pulumi/pulumi/pkg/v3).
 */
export function diagnosisHooks(args: DiagnosisArgs | undefined): pulumi.ResourceHookBinding | undefined {
  if (!args || pulumi.runtime.isDryRun()) return undefined;
  const monitor = getMonitor() as { registerErrorHook?: unknown } | undefined;
  // Mocks have none.
  if (typeof monitor?.registerErrorHook !== "function") return undefined;
  const known = registered.get(monitor);
  if (!known && !supportsErrorHooks()) {
    void pulumi.log.info(
      "this Pulumi CLI has no error hooks, so that the reasons are not read when a service does not become Ready; a newer CLI has them",
    );
  }
  const hooks = known ?? new Map<DiagnosisArgs["kubeconfig"], pulumi.ErrorHook>();
  registered.set(monitor, hooks);
  if (!supportsErrorHooks()) return undefined;
  const hook = hooks.get(args.kubeconfig) ?? createHook(args, hooks.size);
  hooks.set(args.kubeconfig, hook);
  return { onError: [hook] };
}

/** What the SDK has asked the engine about; it is left out of the SDK's types. */
function supportsErrorHooks(): boolean {
  const { getStore } = runtimeState as unknown as { getStore: () => { supportsErrorHooks?: boolean } };
  return getStore().supportsErrorHooks === true;
}

function createHook({ kubeconfig }: DiagnosisArgs, index: number): pulumi.ErrorHook {
  const name = `pulumi-kserve-diagnosis${index === 0 ? "" : `-${index + 1}`}`;
  const onError = async (failure: pulumi.ErrorHookArgs): Promise<boolean> => {
    if (failure.failedOperation !== "delete") await report(failure, kubeconfig);
    // Waiting once more would not help.
    return false;
  };
  // The engine's call comes from outside the program, whose engine the log would not find then.
  return new pulumi.ErrorHook(name, AsyncResource.bind(onError));
}

async function report(failure: pulumi.ErrorHookArgs, kubeconfig: DiagnosisArgs["kubeconfig"]): Promise<void> {
  // The resource itself has no URN before its operation has ended.
  const resource = { urn: pulumi.output(failure.urn) } as unknown as pulumi.Resource;
  try {
    const text = await read().diagnosisText(await valueOf(kubeconfig), referenceIn(failure.newInputs));
    if (text) await pulumi.log.error(text, resource);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await pulumi.log.warn(`why it is not Ready could not be found out: ${message}`, resource);
  }
}

function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => void pulumi.output(input).apply(resolve));
}

function referenceIn(inputs: Record<string, unknown> = {}): ServiceReference {
  const { name, namespace } = (inputs.metadata ?? {}) as { name?: unknown; namespace?: unknown };
  if (typeof name !== "string") throw new Error("its name is not known");
  return { name, namespace: typeof namespace === "string" ? namespace : "default" };
}

/** @throws ConfigurationError for what is no timeout. */
export function readyTimeouts(name: string, seconds: number | undefined): { customTimeouts?: pulumi.CustomTimeouts } {
  if (seconds === undefined) return {};
  assertNoProblems(
    `LLMInferenceService "${name}"`,
    Number.isInteger(seconds) && seconds > 0
      ? []
      : [
          {
            path: "timeoutSeconds",
            given: seconds,
            message: "not a time to wait",
            allowed: "a whole number of seconds above 0",
          },
        ],
  );
  return { customTimeouts: { create: `${seconds}s`, update: `${seconds}s` } };
}
