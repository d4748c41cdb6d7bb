import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { createObject, updateObject } from "./apply";
import { checkInputs, type CheckFailure } from "./check";
import { Cluster } from "./cluster";
import { checkConfig, diffConfig, readConfig } from "./config";
import { diffInputs, type PropertyChange } from "./diff";
import type { EngineLog } from "./engine";
import { kindOf } from "./kinds";
import { decodeProperties, encodeProperties, secretTexts, type Properties } from "./properties";
import { readObject } from "./read";
import { deleteObject } from "./remove";
import type { Session } from "./session";

const standInNotice =
  "Kubernetes objects are handled by pulumi-kserve's stand-in for the Kubernetes provider, which is for the embedded environment only";

const diffKinds: Record<PropertyChange["kind"], [change: rpc.PropertyDiff.Kind, replace: rpc.PropertyDiff.Kind]> = {
  add: [rpc.PropertyDiff.Kind.ADD, rpc.PropertyDiff.Kind.ADD_REPLACE],
  delete: [rpc.PropertyDiff.Kind.DELETE, rpc.PropertyDiff.Kind.DELETE_REPLACE],
  update: [rpc.PropertyDiff.Kind.UPDATE, rpc.PropertyDiff.Kind.UPDATE_REPLACE],
};

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
    this.session = { cluster: new Cluster(readConfig(inputs)), log: this.log, signal: this.abort.signal };
    this.log.log("info", standInNotice, request.getUrn());
    return new rpc.ConfigureResponse()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setAcceptoutputs(true)
      .setSupportspreview(true)
      .setSupportsAutonamingConfiguration(true);
  }

  async check(request: rpc.CheckRequest): Promise<rpc.CheckResponse> {
    const { cluster } = this.configured();
    const news = decodeProperties(request.getNews());
    this.hideSecrets(request.getUrn(), news);
    cluster.noteCrd(news.value);
    const autonaming = request.getAutonaming();
    const { inputs, secrets, failures } = await checkInputs({
      type: request.getType(),
      name: request.getName(),
      olds: decodeProperties(request.getOlds()),
      news,
      randomSeed: request.getRandomseed_asU8(),
      autonaming: autonaming && {
        proposedName: autonaming.getProposedName(),
        mode: (["propose", "enforce", "disable"] as const)[autonaming.getMode()] ?? "propose",
      },
      defaultNamespace: await cluster.defaultNamespace(),
      scopeOf: (kind) => cluster.scopeOf(kind),
    });
    return new rpc.CheckResponse()
      .setInputs(encodeProperties(inputs, secrets))
      .setFailuresList(failures.map(toFailure));
  }

  async diff(request: rpc.DiffRequest): Promise<rpc.DiffResponse> {
    const { cluster } = this.configured();
    const before = decodeProperties(request.getOldInputs()).value;
    const after = decodeProperties(request.getNews()).value;
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
    return response;
  }

  async create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
    const inputs = decodeProperties(request.getProperties());
    this.hideSecrets(request.getUrn(), inputs);
    const { id, properties } = await createObject(this.configured(), {
      urn: request.getUrn(),
      inputs,
      timeoutSeconds: request.getTimeout(),
      preview: request.getPreview(),
    });
    return new rpc.CreateResponse().setId(id).setProperties(properties);
  }

  async update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
    const inputs = decodeProperties(request.getNews());
    const oldInputs = decodeProperties(request.getOldInputs());
    this.hideSecrets(request.getUrn(), inputs, oldInputs);
    const { properties } = await updateObject(this.configured(), {
      urn: request.getUrn(),
      id: request.getId(),
      ignoreChanges: request.getIgnorechangesList(),
      inputs,
      oldInputs,
      oldState: decodeProperties(request.getOlds()),
      timeoutSeconds: request.getTimeout(),
      preview: request.getPreview(),
    });
    return new rpc.UpdateResponse().setProperties(properties);
  }

  async read(request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    const oldInputs = decodeProperties(request.getInputs());
    const { id, inputs, properties } = await readObject(this.configured(), {
      urn: request.getUrn(),
      type: request.getType(),
      id: request.getId(),
      oldInputs,
      oldState: decodeProperties(request.getProperties()),
    });
    return new rpc.ReadResponse().setId(id).setInputs(inputs).setProperties(properties);
  }

  async delete(request: rpc.DeleteRequest): Promise<Empty> {
    const state = decodeProperties(request.getProperties());
    this.hideSecrets(request.getUrn(), state);
    await deleteObject(this.configured(), {
      urn: request.getUrn(),
      id: request.getId(),
      state,
      oldInputs: decodeProperties(request.getOldInputs()),
      timeoutSeconds: request.getTimeout(),
    });
    return new Empty();
  }

  async invoke(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
    const { invoke } = await import("./invoke");
    const { value, secrets } = decodeProperties(request.getArgs());
    const result = await invoke(this.configured(), request.getTok(), value);
    // What was made from secrets is secret.
    return new rpc.InvokeResponse().setReturn(
      encodeProperties(result, secrets === undefined ? undefined : { result: true }),
    );
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
