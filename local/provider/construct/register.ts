import type { ServiceError } from "@grpc/grpc-js";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { alwaysSecret } from "../check";
import { isObject, textAt, type Json, type JsonObject } from "../json";
import { annotation, describeObject, joinApiVersion, kindOf, objectId, typeToken } from "../kinds";
import { encodeProperties, joinSecrecy, resourceReference, toStruct, type Secrecy } from "../properties";
import { dependencies } from "./order";

export interface Registered {
  urn: string;
  id: string;
}

export interface ChildrenOptions {
  /** URN of the component. */
  component: string;
  /** In front of every child's name; empty: none. */
  prefix: string;
  objects: readonly JsonObject[];
  /** What was secret in the component's inputs: an object's value that contains one of these is secret as well. */
  secretTexts: readonly string[];
  /** Of the provider. */
  version: string;
}

/** Registers the component itself, with the options that the program gave. @returns its URN */
export async function registerComponent(monitor: ResourceMonitorClient, request: ConstructRequest): Promise<string> {
  const registration = new RegisterResourceRequest()
    .setType(request.getType())
    .setName(request.getName())
    .setParent(request.getParent())
    .setCustom(false)
    .setObject(new Struct())
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setAliasspecs(true)
    .setAliasesList(request.getAliasesList())
    .setDependenciesList(request.getDependenciesList())
    .setDeletedwith(request.getDeletedwith());
  if (request.hasProtect()) registration.setProtect(request.getProtect() ?? false);
  if (request.hasRetainondelete()) registration.setRetainondelete(request.getRetainondelete() ?? false);
  request.getProvidersMap().forEach((reference, name) => registration.getProvidersMap().set(name, reference));
  return (await register(monitor, registration, request.getName())).urn;
}

/** Registers the objects as children, each as soon as those that it depends on are there. */
export async function registerChildren(
  monitor: ResourceMonitorClient,
  request: ConstructRequest,
  options: ChildrenOptions,
): Promise<Registered[]> {
  const edges = dependencies(options.objects);
  const started = new Map<number, Promise<Registered>>();
  const start = (index: number): Promise<Registered> => {
    const known = started.get(index);
    if (known) return known;
    const promise = Promise.all((edges[index] ?? []).map(start)).then((needed) =>
      registerChild(monitor, request, options, options.objects[index] ?? {}, needed),
    );
    started.set(index, promise);
    return promise;
  };
  const outcomes = await Promise.allSettled(options.objects.map((_, index) => start(index)));
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  const children = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const resources = children.map(({ urn, id }) => resourceReference(urn, id));
  const outputs = new RegisterResourceOutputsRequest()
    .setUrn(options.component)
    .setOutputs(toStruct(encodeProperties({ resources }, undefined)));
  await new Promise<void>((resolve, reject) => {
    monitor.registerResourceOutputs(outputs, (error) => (error ? reject(error) : resolve()));
  });
  return children;
}

async function registerChild(
  monitor: ResourceMonitorClient,
  request: ConstructRequest,
  options: ChildrenOptions,
  object: JsonObject,
  needed: readonly Registered[],
): Promise<Registered> {
  const kind = kindOf(object);
  const inputs: JsonObject = { ...object, apiVersion: joinApiVersion(kind) };
  const secrets = joinSecrecy(alwaysSecret(inputs), containing(inputs, options.secretTexts));
  const name = `${options.prefix ? `${options.prefix}:` : ""}${objectId(inputs)}`;
  const registration = new RegisterResourceRequest()
    .setType(typeToken(textAt(inputs, "apiVersion") ?? "", kind.kind))
    .setName(name)
    .setParent(options.component)
    .setCustom(true)
    .setObject(toStruct(encodeProperties(inputs, secrets)))
    .setVersion(options.version)
    .setProvider(request.getProvidersMap().get("kubernetes") ?? "")
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setAliasspecs(true)
    .setSupportspartialvalues(true)
    .setDependenciesList([...new Set([...request.getDependenciesList(), ...needed.map(({ urn }) => urn)])])
    .setDeletedwith(request.getDeletedwith());
  if (request.hasProtect()) registration.setProtect(request.getProtect() ?? false);
  // Helm's own way to say that an object outlives its release.
  const keep = annotation(object, "helm.sh/resource-policy") === "keep";
  if (keep || request.hasRetainondelete()) registration.setRetainondelete(keep || request.getRetainondelete() === true);
  return register(monitor, registration, describeObject(inputs));
}

function register(monitor: ResourceMonitorClient, request: RegisterResourceRequest, what: string): Promise<Registered> {
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error: ServiceError | null, response) => {
      if (error) reject(new Error(`${what}: ${error.details || error.message}`, { cause: error }));
      else resolve({ urn: response.getUrn(), id: response.getId() });
    });
  });
}

/** Marks the texts that contain a secret. */
function containing(value: Json | undefined, secrets: readonly string[]): Secrecy {
  if (secrets.length === 0 || value === undefined) return undefined;
  if (Array.isArray(value)) return value.some((item) => containing(item, secrets) !== undefined) ? true : undefined;
  if (isObject(value)) {
    const shape: Record<string, Exclude<Secrecy, undefined>> = {};
    for (const [key, item] of Object.entries(value)) {
      const found = containing(item, secrets);
      if (found !== undefined) shape[key] = found;
    }
    return Object.keys(shape).length > 0 ? shape : undefined;
  }
  const text = String(value);
  return secrets.some((secret) => (secret.length >= 4 ? text.includes(secret) : text === secret)) ? true : undefined;
}
