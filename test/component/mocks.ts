import { deepStrictEqual, notStrictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";

/** One resource as the program registered it. */
export interface Registration {
  type: string;
  name: string;
  custom: boolean;
  inputs: Record<string, unknown>;
  /** Name of the parent, "" for none. */
  parent: string;
  /** Names of the resources it depends on explicitly or by data flow, sorted. */
  dependsOn: string[];
  /** Paths of inputs whose changes do nothing; absent when there are none. */
  ignoreChanges?: string[];
  /** Name of the provider; absent when none was given. */
  provider?: string;
  /** How long creating and updating may take. */
  customTimeouts?: { create: string; update: string };
}

/** What the engine orders deletions by: URNs. */
export interface Dependencies {
  urn: string;
  /** Explicit ones and those by data flow. */
  dependsOn: string[];
  /** "" for none. */
  parent: string;
  /** "" for none. */
  provider: string;
}

const dependencies = new WeakMap<Registration, Dependencies>();

/** Of a registration that {@link register} gave. */
export function dependenciesOf(registration: Registration): Dependencies {
  const found = dependencies.get(registration);
  if (!found) throw new Error(`"${registration.name}" was not registered`);
  return found;
}

/** What mocks answer. */
export interface MockOptions {
  preview?: boolean;
  /** Outputs beside the inputs, by type. */
  outputs?: (resource: { type: string; name: string; inputs: Record<string, unknown> }) => Record<string, unknown>;
  /** Types of which no output is known in a preview. */
  unknownOutputs?: readonly string[];
  /** Results of provider functions. */
  call?: (token: string, inputs: Record<string, unknown>) => Record<string, unknown>;
}

/**
 * Runs a program against mocks and returns what it registered, in order.
 *
 * @throws whatever the program throws, at once or in an `apply`.
 */
export async function register<T>(
  program: () => T,
  options: MockOptions = {},
): Promise<{ registrations: Registration[]; result: T }> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        const given = inputs as Record<string, unknown>;
        if (options.preview && options.unknownOutputs?.includes(type)) {
          const unknowns = Object.keys(given).map((key) => [key, pulumi.unknown]);
          return { id: "", state: Object.fromEntries(unknowns) as Record<string, unknown> };
        }
        // Other stacks are read in previews, too.
        const isAnswered = !options.preview || type === "pulumi:pulumi:StackReference";
        return {
          id: custom ? `${name}-id` : "",
          state: { ...given, ...(isAnswered && options.outputs?.({ type, name, inputs: given })) },
        };
      },
      call: ({ token, inputs }) => options.call?.(token, inputs as Record<string, unknown>) ?? {},
    },
    "project",
    "stack",
    options.preview ?? false,
  );
  const registrations: Registration[] = [];
  const monitor = getMonitor() as unknown as {
    registerResource(request: RegisterRequest, callback: RegisterCallback): unknown;
  };
  const forward = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const registration = describeRequest(request);
    registrations.push(registration);
    return forward(request, (error, response) => {
      dependencies.set(registration, {
        urn: response?.getUrn() ?? "",
        dependsOn: request.getDependenciesList(),
        parent: request.getParent(),
        // "<urn>::<id>"
        provider: request.getProvider().replace(/::[^:]*$/, ""),
      });
      callback(error, response);
    });
  };
  // The language host reports these as errors of the program; mocha would blame whatever test runs.
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", note);
  try {
    const result = program();
    await result;
    await pulumi.runtime.disconnect();
    // Node reports them after the microtasks of the turn in which they were rejected.
    await new Promise((resolve) => setImmediate(resolve));
    if (unhandled.length > 0) throw unhandled[0];
    return { registrations, result };
  } finally {
    process.off("unhandledRejection", note);
    for (const listener of others) process.on("unhandledRejection", listener);
  }
}

type RegisterCallback = (error: unknown, response: { getUrn(): string } | undefined) => void;

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

function describeRequest(request: RegisterRequest): Registration {
  const timeouts = request.getCustomtimeouts();
  // `<urn>::<id>`
  const provider = request.getProvider().replace(/::[^:]*$/, "");
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs: plain(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
    parent: lastPart(request.getParent()),
    dependsOn: [...new Set(request.getDependenciesList().map(lastPart))].sort(),
    ...(request.getIgnorechangesList().length > 0 && { ignoreChanges: request.getIgnorechangesList() }),
    ...(provider && { provider: lastPart(provider) }),
    ...(timeouts?.getCreate() && { customTimeouts: { create: timeouts.getCreate(), update: timeouts.getUpdate() } }),
  };
}

function lastPart(urn: string): string {
  return urn === "" ? "" : urn.slice(urn.lastIndexOf("::") + 2);
}

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Shows secrets as `{ secret: value }`. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (Object.values(record).includes(secretSignature) && "value" in record) return { secret: plain(record.value) };
  return Object.fromEntries(Object.entries(record).map(([key, entry]) => [key, plain(entry)]));
}

/** The value of an output. @throws what making it threw */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    output.apply((value) => resolve(value));
    // An `apply` is not called then.
    (output as unknown as { promise(): Promise<T> }).promise().catch(reject);
  });
}

/** The registration of that name. @throws when there is none. */
export function named(registrations: Registration[], name: string): Registration {
  const found = registrations.find((registration) => registration.name === name);
  if (!found)
    throw new Error(
      `no resource "${name}"; there are ${registrations.map((registration) => registration.name).join(", ")}`,
    );
  return found;
}

/** By which a Kubernetes provider changes Secrets and ConfigMaps in place, as the SDK sends them. */
export const changesInPlace = { enableSecretMutable: "true", enableConfigMapMutable: "true" };

/** Fails unless there are Kubernetes providers, and all of them change Secrets and ConfigMaps in place. */
export function assertChangesInPlace(registrations: readonly Registration[]): void {
  const providers = registrations.filter(({ type }) => type === "pulumi:providers:kubernetes");
  notStrictEqual(providers.length, 0);
  for (const { name, inputs } of providers) {
    const { enableSecretMutable, enableConfigMapMutable } = inputs;
    deepStrictEqual({ name, enableSecretMutable, enableConfigMapMutable }, { name, ...changesInPlace });
  }
}
