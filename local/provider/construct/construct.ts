import { credentials } from "@grpc/grpc-js";
import { ConstructResponse, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";

import { unsupportedType } from "../check";
import { withNamespace } from "../invoke";
import { objectAt, textAt, type JsonObject } from "../json";
import {
  decodeProperties,
  encodeProperties,
  resourceReference,
  secretTexts,
  toStruct,
  type Properties,
} from "../properties";
import type { Session } from "../session";
import { manifestsOfChart } from "./chart";
import { manifestsOfFile, manifestsOfGroup, withoutAwait } from "./manifests";
import { registerChildren, registerComponent, type Registered } from "./register";

const channelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

/**
 * Makes a component: its objects become resources of their own, so that previews show each of them. They are named as the
 * official provider names them: `<prefix>:<namespace>/<name>`, where the prefix is the component's name unless it is given.
 */
export async function construct(
  session: Session,
  request: ConstructRequest,
  version: string,
): Promise<ConstructResponse> {
  const type = request.getType();
  const load = loaders[type];
  if (!load) throw new Error(unsupportedType(type));
  const name = request.getName();
  const inputs = decodeProperties(request.getInputs());
  const monitor = new ResourceMonitorClient(request.getMonitorendpoint(), credentials.createInsecure(), channelOptions);
  try {
    const urn = await registerComponent(monitor, request);
    session.cluster.offline?.given?.(urn, inputs);
    if (inputs.unknown && session.cluster.offline) {
      throw new Error("some of its inputs are known only after an update, and so are its objects");
    }
    if (inputs.unknown) {
      session.log.log(
        "warning",
        "some inputs are not known yet: this preview does not show the component's objects",
        urn,
      );
      return respond(urn, []);
    }
    session.log.hide(urn, secretTexts(inputs.value, inputs.secrets));
    try {
      const objects = await load(session, name, inputs);
      const children = await registerChildren(monitor, request, {
        component: urn,
        prefix: typeof inputs.value.resourcePrefix === "string" ? inputs.value.resourcePrefix : name,
        objects: inputs.value.skipAwait === true ? withoutAwait(objects) : objects,
        secretTexts: secretTexts(inputs.value, inputs.secrets),
        version,
      });
      return respond(urn, children);
    } catch (error) {
      throw new Error(session.log.redact(urn, error instanceof Error ? error.message : String(error)), {
        cause: error,
      });
    }
  } finally {
    monitor.close();
  }
}

type Loader = (session: Session, name: string, inputs: Properties) => Promise<JsonObject[]>;

const loaders: Record<string, Loader> = {
  "kubernetes:yaml/v2:ConfigFile": async (session, name, { value }) => {
    const file = textAt(value, "file");
    if (!file) throw new Error(`ConfigFile ${name}: file is required`);
    return place(session, await manifestsOfFile(file));
  },
  "kubernetes:yaml/v2:ConfigGroup": async (session, _, { value }) => place(session, await manifestsOfGroup(value)),
  "kubernetes:helm.sh/v4:Chart": async (session, name, { value }) => {
    const namespace = textAt(value, "namespace") ?? (await session.cluster.defaultNamespace());
    return withNamespace(session, await manifestsOfChart(session, name, value, namespace), namespace);
  },
};

async function place(session: Session, objects: JsonObject[]): Promise<JsonObject[]> {
  for (const object of objects) {
    if (!textAt(objectAt(object, "metadata"), "name")) {
      throw new Error(`every object needs a metadata.name; a ${textAt(object, "kind") ?? "?"} has none`);
    }
  }
  return withNamespace(session, objects, await session.cluster.defaultNamespace());
}

function respond(urn: string, children: readonly Registered[]): ConstructResponse {
  const resources = children.map((child) => resourceReference(child.urn, child.id));
  const response = new ConstructResponse().setUrn(urn).setState(toStruct(encodeProperties({ resources }, undefined)));
  const dependencies = new ConstructResponse.PropertyDependencies().setUrnsList(children.map((child) => child.urn));
  response.getStatedependenciesMap().set("resources", dependencies);
  return response;
}
