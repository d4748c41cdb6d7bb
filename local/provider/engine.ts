import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

import { redact } from "./properties";

export type Severity = "debug" | "info" | "warning" | "error";

const severities: Record<Severity, LogSeverity> = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

/** Messages to the user, through the engine. Nothing is shown before the engine's address is known. */
export class EngineLog {
  private client: EngineClient | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly status = new Map<string, string>();
  private readonly secrets = new Map<string, readonly string[]>();

  connect(address: string): void {
    this.client ??= new EngineClient(address, credentials.createInsecure());
  }

  /** Keeps these texts out of every message about a resource. */
  hide(urn: string, secrets: readonly string[]): void {
    if (secrets.length > 0) this.secrets.set(urn, secrets);
    else this.secrets.delete(urn);
  }

  /** The message without what is secret of the resource. */
  redact(urn: string, message: string): string {
    return redact(message, this.secrets.get(urn) ?? []);
  }

  /** A message that stays. */
  log(severity: Severity, message: string, urn = ""): void {
    this.send(severity, message, urn, false);
  }

  /** What a resource is doing at the moment; replaced by the next one, cleared by an empty one. */
  progress(urn: string, message: string): void {
    if ((this.status.get(urn) ?? "") === message) return;
    if (message === "") this.status.delete(urn);
    else this.status.set(urn, message);
    this.send("info", message, urn, true);
  }

  /** Resolves when every message so far has reached the engine. */
  flush(): Promise<void> {
    return this.queue;
  }

  private send(severity: Severity, message: string, urn: string, ephemeral: boolean): void {
    const client = this.client;
    if (!client) return;
    const request = new LogRequest()
      .setSeverity(severities[severity])
      .setMessage(this.redact(urn, message))
      .setUrn(urn)
      .setEphemeral(ephemeral);
    // One after another, so that messages keep their order; an engine that is gone needs no messages.
    this.queue = this.queue.then(() => new Promise((resolve) => client.log(request, () => resolve())));
  }
}
