import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { PulumiCommand } from "@pulumi/pulumi/automation/cmd";

import { replaceLink } from "../files";
import { versions } from "../../sdk/versions";

/** What the SDK calls, and its types hide. */
type RunnableCommand = PulumiCommand & { run: (...args: unknown[]) => Promise<unknown> };

/**
 * The Automation API's handle of a CLI, which it takes by the folder whose `bin/` holds it.
 *
 * `PulumiCommand.get` would run the CLI for its version. The toolchain has no CLI of another version than the pinned one, and the class has no
 * constructor that its types show (source: automation/cmd.js of @pulumi/pulumi 3.270.0).
 *
 * @param folder The engine's folder of a cluster; it gets a link to the CLI.
 * @param meanwhile Called when the CLI has been started for the first time, while which this process has nothing to do.
 */
export async function pulumiCommand(folder: string, binary: string, meanwhile?: () => void): Promise<PulumiCommand> {
  const link = join(folder, "cli", "bin", "pulumi");
  await mkdir(dirname(link), { recursive: true });
  await replaceLink(link, binary);
  const { SemVer } = createRequire(require.resolve("@pulumi/pulumi/package.json"))("semver") as {
    SemVer: new (version: string) => NonNullable<PulumiCommand["version"]>;
  };
  const command = Reflect.construct(PulumiCommand, [link, new SemVer(versions.pulumi)]) as RunnableCommand;
  if (!meanwhile) return command;
  const run = command.run.bind(command);
  command.run = (...args) => {
    command.run = run;
    const running = run(...args);
    meanwhile();
    return running;
  };
  return command;
}
