import { log } from "@pulumi/pulumi";

const sending = log.debug;

/**
 * Whether the programs of this process send the engine the SDK's debug messages, which nothing here shows.
 *
 * There are three of each resource and two more of a component, each sent only when the engine has answered the one before: this row is what a
 * program of many resources ends with (source: `log` in log/index.js of @pulumi/pulumi 3.270.0; figures in docs/decisions.md).
 */
export function sendDebugMessages(enabled: boolean): void {
  (log as { debug: typeof sending }).debug = enabled ? sending : () => Promise.resolve();
}
