// The plugin's process: prints its port, as the engine expects, and serves until it is killed or the engine is gone.
import { serve } from "./server";

async function main(): Promise<void> {
  const engineAddress = process.argv[2];
  // Empty while there is no engine yet, which gives it when it takes over.
  const { port } = await serve(engineAddress || undefined);
  process.stdout.write(`${port}\n`);
  if (engineAddress === undefined) return;
  // Whoever started it holds the other end of stdin; it closes when that process ends, in whatever way.
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("error", () => process.exit(0));
  process.stdin.resume();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
