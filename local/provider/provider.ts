import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { createObject, updateObject } from "./apply";
import { checkInputs, type CheckFailure } from "./check";
import { Cluster } from "./cluster";
import { checkConfig, diffConfig, readConfig } from "./config";
import { diffInputs, type PropertyChange } from "./diff";
import type { EngineLog } from "./engine";
import { kindOf } from "./kinds";
import type { OfflineCluster } from "./offline";
import { decodeProperties, encodeProperties, secretTexts, toStruct, type Properties } from "./properties";
import { readObject } from "./read";
import { deleteObject } from "./remove";
import type { Session } from "./session";
import { withStructs } from "./structs";

const standInNotice =
  "Kubernetes objects are handled by pulumi-kserve's stand-in for the Kubernetes provider, which is for the embedded environment only";

const diffKinds: Record<PropertyChange["kind"], [change: rpc.PropertyDiff.Kind, replace: rpc.PropertyDiff.Kind]> = {
  add: [rpc.PropertyDiff.Kind.ADD, rpc.PropertyDiff.Kind.ADD_REPLACE],
  delete: [rpc.PropertyDiff.Kind.DELETE, rpc.PropertyDiff.Kind.DELETE_REPLACE],
  update: [rpc.PropertyDiff.Kind.UPDATE, rpc.PropertyDiff.Kind.UPDATE_REPLACE],
};

/** Methods that carry whole objects, with the fields that hold them and their numbers in Pulumi's provider.proto. */
export const structMethods = {
  check: withStructs(service.check, { olds: 2, news: 3, oldOutputs: 9 }, { inputs: 1 }),
  diff: withStructs(service.diff, { olds: 3, news: 4, oldInputs: 6 }, {}),
  create: withStructs(service.create, { properties: 2 }, { properties: 2 }),
  read: withStructs(service.read, { properties: 3, inputs: 4 }, { properties: 2, inputs: 3 }),
  update: withStructs(service.update, { olds: 3, news: 4, oldInputs: 8 }, { properties: 1 }),
  delete: withStructs(service.delete, { properties: 3, oldInputs: 5 }, {}),
};

type StructMethod = keyof typeof structMethods;
export type StructRequest<Name extends StructMethod> = ReturnType<(typeof structMethods)[Name]["requestDeserialize"]>;
type StructResponse<Name extends StructMethod> = Parameters<(typeof structMethods)[Name]["responseSerialize"]>[0];

/**
 * The Kubernetes provider of the embedded environment, for when the official one cannot be had. It speaks Pulumi's provider
 * protocol and keeps to the official provider's behaviour, so that the same programs give the same results with either.
 */
export class StandInProvider {
  private readonly abort = new AbortController();
  private session: Session | undefined;

  constructor(
    private readonly log: EngineLog,
    /** Of the SDK, since the engine asks for a plugin of that version. */
    readonly version: string,
    private readonly offline?: OfflineCluster,
  ) {}

  schema(): string {
    return JSON.stringify({ name: "kubernetes", version: this.version, resources: {}, functions: {} });
  }

  cancel(): void {
    this.abort.abort();
  }

  checkConfig(request: rpc.CheckRequest): rpc.CheckResponse {
    const { value } = decodeProperties(request.getNews());
    return new rpc.CheckResponse().setInputs(request.getNews()).setFailuresList(checkConfig(value).map(toFailure));
  }

  diffConfig(request: rpc.DiffRequest): rpc.DiffResponse {
    const before = decodeProperties(request.getOldInputs() ?? request.getOlds()).value;
    const { changed, replace } = diffConfig(before, decodeProperties(request.getNews()).value);
    const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
    return new rpc.DiffResponse()
      .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
      .setDiffsList(changed)
      .setReplacesList(replace ? changed : []);
  }

  configure(request: rpc.ConfigureRequest): rpc.ConfigureResponse {
    const inputs = decodeProperties(request.getArgs()).value;
    const [problem] = checkConfig(inputs);
    if (problem) throw new Error(`${problem.property}: ${problem.reason}`);
    const cluster = new Cluster(readConfig(inputs), this.offline);
    this.session = { cluster, log: this.log, signal: this.abort.signal };
    if (!this.offline) this.log.log("info", standInNotice, request.getUrn());
    return new rpc.ConfigureResponse()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setAcceptoutputs(true)
      .setSupportspreview(true)
      .setSupportsAutonamingConfiguration(true);
  }

  async check({ message, structs }: StructRequest<"check">): Promise<StructResponse<"check">> {
    const { cluster } = this.configured();
    const news = decodeProperties(structs.news);
    this.hideSecrets(message.getUrn(), news);
    cluster.noteCrd(news.value);
    this.offline?.given?.(message.getUrn(), news);
    const autonaming = message.getAutonaming();
    const { inputs, secrets, failures } = await checkInputs({
      type: message.getType(),
      name: message.getName(),
      olds: () => decodeProperties(structs.olds).value,
      news,
      randomSeed: message.getRandomseed_asU8(),
      autonaming: autonaming && {
        proposedName: autonaming.getProposedName(),
        mode: (["propose", "enforce", "disable"] as const)[autonaming.getMode()] ?? "propose",
      },
      defaultNamespace: await cluster.defaultNamespace(),
      scopeOf: (kind) => cluster.scopeOf(kind),
    });
    const response = new rpc.CheckResponse().setFailuresList(failures.map(toFailure));
    return { message: response, structs: { inputs: encodeProperties(inputs, secrets) } };
  }

  async diff({ structs }: StructRequest<"diff">): Promise<StructResponse<"diff">> {
    const { cluster } = this.configured();
    const before = decodeProperties(structs.oldInputs).value;
    const after = decodeProperties(structs.news).value;
    const { changes, deleteBeforeReplace } = diffInputs(before, after, {
      scope: await cluster.scopeOf(kindOf(after)),
      defaultNamespace: await cluster.defaultNamespace(),
      configMapMutable: cluster.config.configMapMutable,
      secretMutable: cluster.config.secretMutable,
    });
    const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
    const response = new rpc.DiffResponse()
      .setChanges(changes.size > 0 ? DIFF_SOME : DIFF_NONE)
      .setHasdetaileddiff(true)
      .setDeletebeforereplace(deleteBeforeReplace)
      .setReplacesList([...changes].filter(([, change]) => change.replace).map(([path]) => path))
      .setDiffsList([...changes.keys()]);
    const detailed = response.getDetaileddiffMap();
    for (const [path, { kind, replace }] of changes) {
      detailed.set(path, new rpc.PropertyDiff().setKind(diffKinds[kind][replace ? 1 : 0]).setInputdiff(true));
    }
    return { message: response, structs: {} };
  }

  async create({ message, structs }: StructRequest<"create">): Promise<StructResponse<"create">> {
    const inputs = decodeProperties(structs.properties);
    this.hideSecrets(message.getUrn(), inputs);
    this.offline?.created?.(message.getUrn(), inputs);
    const { id, properties } = await createObject(this.configured(), {
      urn: message.getUrn(),
      inputs,
      timeoutSeconds: message.getTimeout(),
      preview: message.getPreview(),
    });
    return { message: new rpc.CreateResponse().setId(id), structs: { properties } };
  }

  async update({ message, structs }: StructRequest<"update">): Promise<StructResponse<"update">> {
    const inputs = decodeProperties(structs.news);
    const oldInputs = decodeProperties(structs.oldInputs);
    this.hideSecrets(message.getUrn(), inputs, oldInputs);
    const { properties } = await updateObject(this.configured(), {
      urn: message.getUrn(),
      id: message.getId(),
      ignoreChanges: message.getIgnorechangesList(),
      inputs,
      oldInputs,
      oldState: decodeProperties(structs.olds),
      timeoutSeconds: message.getTimeout(),
      preview: message.getPreview(),
    });
    return { message: new rpc.UpdateResponse(), structs: { properties } };
  }

  async read({ message, structs }: StructRequest<"read">): Promise<StructResponse<"read">> {
    const { id, inputs, properties } = await readObject(this.configured(), {
      urn: message.getUrn(),
      type: message.getType(),
      id: message.getId(),
      oldInputs: decodeProperties(structs.inputs),
      oldState: decodeProperties(structs.properties),
    });
    return { message: new rpc.ReadResponse().setId(id), structs: { inputs, properties } };
  }

  async delete({ message, structs }: StructRequest<"delete">): Promise<StructResponse<"delete">> {
    const state = decodeProperties(structs.properties);
    this.hideSecrets(message.getUrn(), state);
    await deleteObject(this.configured(), {
      urn: message.getUrn(),
      id: message.getId(),
      state,
      oldInputs: decodeProperties(structs.oldInputs),
      timeoutSeconds: message.getTimeout(),
    });
    return { message: new Empty(), structs: {} };
  }

  async invoke(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
    const { invoke } = await import("./invoke");
    const { value, secrets } = decodeProperties(request.getArgs());
    const result = await invoke(this.configured(), request.getTok(), value);
    // What was made from secrets is secret.
    return new rpc.InvokeResponse().setReturn(toStruct(encodeProperties(result, secrets && { result: true })));
  }

  async construct(request: rpc.ConstructRequest): Promise<rpc.ConstructResponse> {
    const { construct } = await import("./construct/construct");
    return construct(this.configured(), request, this.version);
  }

  private configured(): Session {
    if (!this.session) throw new Error("the provider was used before it was configured");
    return this.session;
  }

  private hideSecrets(urn: string, ...bags: Properties[]): void {
    this.log.hide(
      urn,
      bags.flatMap(({ value, secrets }) => secretTexts(value, secrets)),
    );
  }
}

function toFailure({ property, reason }: CheckFailure): rpc.CheckFailure {
  return new rpc.CheckFailure().setProperty(property).setReason(reason);
}
