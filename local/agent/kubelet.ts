import { join } from "node:path";

import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { sleep } from "../process";
import { follow } from "./follow";
import { HostedProcess } from "./hostedProcess";
import { programOf, type HostedProgram } from "./images";
import type { HostedEndpoint } from "./network";
import { endsByItself, podName, type Container, type Pod } from "./podSpec";
import { podStatus } from "./podStatus";
import type { HostedState } from "./state";

export interface KubeletOptions {
  client: KubernetesClient;
  /** Path of an executable; undefined when it was not built. */
  executable: (tool: HostedProgram["tool"]) => string | undefined;
  /** Address of the proxy through which Services are reached. */
  proxy: string;
  hostedFolder: string;
  logsFolder: string;
  log: (text: string) => void;
  /** What {@link Kubelet.hosted} returns has changed. */
  onChange: () => void;
}

/** Pods that share a process: the replicas of one ReplicaSet, of which in a cluster only the elected leader would work. */
interface Group {
  key: string;
  /** The Deployment, whatever its ReplicaSet; a newer group's process takes over from an older one's. */
  workload: string;
  program: HostedProgram;
  container: Container;
  pods: Map<string, Pod>;
  /** The pod in whose name the process runs; its token is bound to it. */
  leader: Pod;
  process: HostedProcess;
  replaced: boolean;
}

const slowestStopMs = 10_000;

/** Plays the kubelet for the pods whose program is on this machine. */
export class Kubelet {
  private readonly groups = new Map<string, Group>();
  private readonly publishing = new Map<string, Promise<void>>();
  private readonly removing = new Set<string>();
  /** Pod addresses by uid. */
  private readonly addresses = new Map<string, string>();

  constructor(private readonly options: KubeletOptions) {}

  /** Follows pods until the signal. */
  run(signal: AbortSignal, onSynced: () => void): Promise<void> {
    return follow(
      this.options.client,
      "/api/v1/pods",
      { fieldSelector: "spec.nodeName!=" },
      ({ type, object }) => {
        const pod = object as Pod;
        const found = firstHosted(pod);
        if (!found) return;
        if (type === "gone" || pod.metadata.deletionTimestamp) void this.remove(pod, type === "gone");
        else this.add(pod, found);
      },
      signal,
      onSynced,
    );
  }

  /** Stops every process; the pods stay as they are. */
  async stop(): Promise<void> {
    await Promise.all([...this.groups.values()].map(({ process }) => process.stop(2000)));
  }

  get hosted(): HostedState[] {
    return [...this.groups.values()].map(({ process, pods, replaced }) => ({
      ...process.state,
      ...(replaced ? { state: "replaced" as const } : {}),
      pods: [...pods.values()].map(podName),
    }));
  }

  get endpoints(): HostedEndpoint[] {
    return [...this.groups.values()].flatMap(({ pods, container, process, replaced }) =>
      [...pods.values()].map((pod) => ({
        namespace: pod.metadata.namespace ?? "",
        name: podName(pod),
        labels: pod.metadata.labels ?? {},
        portNames: Object.fromEntries((container.ports ?? []).map((port) => [port.name ?? "", port.containerPort])),
        ready: process.phase.kind === "ready" && !replaced,
        ports: process.endpoints,
      })),
    );
  }

  private add(pod: Pod, { program, container }: { program: HostedProgram; container: Container }): void {
    const uid = pod.metadata.uid ?? "";
    const key = groupOf(pod);
    const group = this.groups.get(key);
    // An agent that starts anew does not do again what was done.
    if (!group && ["Succeeded", "Failed"].includes(pod.status?.phase ?? "")) return;
    if (!group) {
      this.groups.set(key, this.makeGroup(key, pod, program, container));
    } else if (!group.pods.has(uid)) {
      group.pods.set(uid, pod);
      if (group.replaced) this.restart(group, pod);
    } else {
      group.pods.set(uid, pod);
      return;
    }
    this.options.onChange();
    this.publish(key);
  }

  private makeGroup(key: string, pod: Pod, program: HostedProgram, container: Container): Group {
    const workload = workloadOf(pod);
    const pods = new Map([[pod.metadata.uid ?? "", pod]]);
    const process = this.makeProcess(key, pod, program, container);
    return { key, workload, program, container, pods, leader: pod, process, replaced: false };
  }

  private makeProcess(key: string, pod: Pod, program: HostedProgram, container: Container): HostedProcess {
    const { client, executable, proxy, hostedFolder, logsFolder } = this.options;
    const process = new HostedProcess({
      client,
      program,
      executable: () => executable(program.tool),
      proxy,
      pod,
      container,
      folder: join(hostedFolder, `${program.name}-${pod.metadata.uid ?? ""}`),
      logFile: join(logsFolder, `${program.name}.log`),
      podIP: this.addressOf(pod),
      onChange: () => this.changed(key),
      onEvent: (type, reason, message) => void this.event(pod, type, reason, message),
    });
    process.start();
    return process;
  }

  /** Keeps the address that a pod has, so that a new agent changes nothing. */
  private addressOf(pod: Pod): string {
    const uid = pod.metadata.uid ?? "";
    const used = new Set(this.addresses.values());
    const free = () => Array.from({ length: 254 }, (_, index) => `10.127.128.${index + 1}`).find((ip) => !used.has(ip));
    const address = this.addresses.get(uid) ?? pod.status?.podIP ?? free() ?? "10.127.128.255";
    this.addresses.set(uid, address);
    return address;
  }

  /** Starts a group's process anew in the name of another of its pods. */
  private restart(group: Group, leader: Pod): void {
    void group.process.stop(slowestStopMs);
    group.leader = leader;
    group.replaced = false;
    group.process = this.makeProcess(group.key, leader, group.program, group.container);
    this.changed(group.key);
  }

  private changed(key: string): void {
    const group = this.groups.get(key);
    if (group?.process.phase.kind === "ready" && !group.replaced) this.replaceOlder(group);
    this.options.onChange();
    this.publish(key);
  }

  /** In a rolling update the old process works until the new one is ready, and not longer, since no leader is elected. */
  private replaceOlder(fresh: Group): void {
    for (const group of this.groups.values()) {
      if (group === fresh || group.workload !== fresh.workload || group.replaced) continue;
      if (createdAt(group.leader) > createdAt(fresh.leader)) continue;
      group.replaced = true;
      this.options.log(
        `${group.program.name} of ${podName(group.leader)} is replaced by the one of ${podName(fresh.leader)}`,
      );
      void group.process.stop(slowestStopMs);
    }
  }

  private async remove(pod: Pod, gone: boolean): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    const key = groupOf(pod);
    const group = this.groups.get(key);
    if (this.removing.has(uid)) return;
    this.removing.add(uid);
    try {
      if (group?.pods.delete(uid)) {
        const [next] = group.pods.values();
        if (!next) {
          this.groups.delete(key);
          const graceMs = (pod.spec.terminationGracePeriodSeconds ?? 10) * 1000;
          await group.process.stop(Math.min(graceMs, slowestStopMs));
        } else if (group.leader.metadata.uid === uid && !group.replaced) this.restart(group, next);
        this.addresses.delete(uid);
        this.options.onChange();
      }
      await this.publishing.get(key);
      if (!gone) await this.finishDeletion(pod);
    } finally {
      this.removing.delete(uid);
    }
  }

  /** A pod's object goes when its kubelet deletes it without grace. */
  private async finishDeletion(pod: Pod): Promise<void> {
    const { namespace = "", name = "", uid } = pod.metadata;
    for (;;) {
      try {
        await this.options.client.request("DELETE", `/api/v1/namespaces/${namespace}/pods/${name}`, {
          body: { gracePeriodSeconds: 0, preconditions: { uid } },
        });
        return;
      } catch (error) {
        if (error instanceof ApiError && [404, 409].includes(error.code)) return;
        this.options.log(`pod ${podName(pod)} not deleted, trying again: ${String(error)}`);
        await sleep(500);
      }
    }
  }

  /** Writes the status of a group's pods; what changes meanwhile is written afterwards. */
  private publish(key: string): void {
    const before = this.publishing.get(key) ?? Promise.resolve();
    const mine = before.then(() => this.writeStatus(key));
    this.publishing.set(key, mine);
    void mine.finally(() => {
      if (this.publishing.get(key) === mine) this.publishing.delete(key);
    });
  }

  private async writeStatus(key: string): Promise<void> {
    const group = this.groups.get(key);
    if (!group || group.replaced) return;
    for (const pod of group.pods.values()) {
      const { namespace = "", name = "", uid } = pod.metadata;
      const { phase, since, restarts, lastEnd } = group.process;
      const status = podStatus(pod, { phase, since, restarts, lastEnd, podIP: this.addressOf(pod) });
      try {
        await this.options.client.request("PATCH", `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
          contentType: "application/strategic-merge-patch+json",
          body: { metadata: { uid }, status },
        });
      } catch (error) {
        if (error instanceof ApiError && [404, 409].includes(error.code)) continue;
        this.options.log(`status of pod ${podName(pod)} not written: ${String(error)}`);
        // The server will not like it better the next time.
        if (error instanceof ApiError && error.code < 429) continue;
        await sleep(500);
        this.publish(key);
      }
    }
  }

  private async event(pod: Pod, type: string, reason: string, message: string): Promise<void> {
    this.options.log(`pod ${podName(pod)}: ${reason}: ${message.split("\n")[0] ?? ""}`);
    const { namespace = "", name = "", uid } = pod.metadata;
    const now = new Date().toISOString();
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name, uid },
      type,
      reason,
      message: message.slice(0, 1000),
      source: { component: "pulumi-kserve-agent", host: pod.spec.nodeName },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    await this.options.client
      .request("POST", `/api/v1/namespaces/${namespace}/events`, { body: event })
      .catch((error: unknown) => this.options.log(`event not written: ${String(error)}`));
  }
}

function firstHosted(pod: Pod): { program: HostedProgram; container: Container } | undefined {
  for (const container of pod.spec.containers) {
    const program = programOf(container);
    if (program) return { program, container };
  }
  return undefined;
}

/** Replicas share a process; each pod that ends by itself has one of its own. */
function groupOf(pod: Pod): string {
  const uid = pod.metadata.uid ?? "";
  return endsByItself(pod) ? uid : (ownerOf(pod)?.uid ?? uid);
}

function ownerOf(pod: KubernetesObject): { name: string; uid: string } | undefined {
  const owners = (pod.metadata.ownerReferences ?? []) as { name: string; uid: string; controller?: boolean }[];
  return owners.find(({ controller }) => controller);
}

/** A ReplicaSet is named after its Deployment and the hash that its pods have as a label. */
function workloadOf(pod: Pod): string {
  const name = ownerOf(pod)?.name ?? pod.metadata.name ?? "";
  const hash = pod.metadata.labels?.["pod-template-hash"];
  const base = hash && name.endsWith(`-${hash}`) ? name.slice(0, -hash.length - 1) : name;
  return `${pod.metadata.namespace ?? ""}/${base}`;
}

function createdAt(pod: Pod): number {
  return Date.parse(String(pod.metadata.creationTimestamp));
}
