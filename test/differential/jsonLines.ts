import { join } from "node:path";

import { stateRoot } from "../../local/paths";
import { startPiped, tailOfFile } from "../../local/process";

/** A child process that answers JSON lines with JSON lines of the same id, in any order. */
export interface JsonLines {
  readonly ask: <T>(request: object) => Promise<T>;
  readonly stop: () => Promise<void>;
}

export function startJsonLines(name: string, path: string): JsonLines {
  const logFile = join(stateRoot(), "logs", `${name}.log`);
  const child = startPiped({ name, command: path, args: [], logFile });
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let next = 0;
  let ended: Error | undefined;
  void child.exited.then(async ({ code, signal }) => {
    const tail = await tailOfFile(logFile, 20);
    ended = new Error(`${name} ended (${signal ?? `exit code ${code}`})${tail ? `:\n${tail}` : ""}`);
    for (const { reject } of waiting.values()) reject(ended);
  });
  child.stdin.on("error", () => undefined);
  // node:readline would also end lines at U+2028, which JSON may hold as it is.
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { id, ...answer } = JSON.parse(line) as { id: number };
      waiting.get(id)?.resolve(answer as never);
      waiting.delete(id);
    }
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = ++next;
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
      }),
    stop: async () => {
      child.stdin.end();
      await child.stop(1000);
    },
  };
}
