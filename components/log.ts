import * as pulumi from "@pulumi/pulumi";

/** Shows a warning of a resource, once it has its URN. */
export function logWarning(text: string, resource: pulumi.Resource): void {
  void whenRegistered("warn", text, resource);
}

/** Shows a note of a resource, once it has its URN. */
export function logNote(text: string, resource: pulumi.Resource): void {
  void whenRegistered("info", text, resource);
}

/**
 * The SDK hands messages on in one row, which all programs of a process share, and one of a resource stands in it until the resource has its
 * URN. The URN of a resource whose engine has died never comes: then every message of every later program waits behind it, and no `up` of that
 * process ends any more; an URN that fails has all later messages fail. So a message comes to the row only when its resource has its URN
 * (source: `lastLog` in log/index.js and `resolveURN` in runtime/resource.js of @pulumi/pulumi 3.270.0).
 */
async function whenRegistered(level: "info" | "warn", text: string, resource: pulumi.Resource): Promise<void> {
  // The program does not end before it is said.
  const said = pulumi.runtime.rpcKeepAlive();
  try {
    const registered = await hasUrn(resource);
    await pulumi.log[level](text, registered ? resource : undefined);
  } finally {
    said();
  }
}

/** @returns whether it could be registered at all. */
async function hasUrn({ urn }: pulumi.Resource): Promise<boolean> {
  // An apply would make another promise, whose failure nobody takes.
  const { promise } = urn as unknown as { promise: () => Promise<string> };
  return promise().then(
    () => true,
    () => false,
  );
}
