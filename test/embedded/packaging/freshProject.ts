import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { projectRoot } from "../../../local/paths";

const modules = join(projectRoot(), "node_modules");

interface Manifest {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

/** What `npm pack` makes of this checkout, in a temporary folder of its own. */
export class PackedLibrary {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-pack-"));
  readonly tarball: string;

  constructor() {
    run("npm", ["pack", "--silent", "--pack-destination", this.folder], projectRoot());
    const [name, ...more] = readdirSync(this.folder).filter((file) => file.endsWith(".tgz"));
    if (!name || more.length > 0) throw new Error(`npm pack left ${[name, ...more].join(", ")} in ${this.folder}`);
    this.tarball = join(this.folder, name);
  }

  /** Paths of the files in the package, in order. */
  files(): string[] {
    const listed = run("tar", ["-tzf", this.tarball], this.folder).trim().split("\n");
    return listed.map((path) => path.replace(/^package\//, "")).sort();
  }

  /**
   * A project beside which nothing lies but what npm would install there: the package's files, its dependencies and the peers that it
   * cannot do without. They are linked from this checkout, so that nothing is downloaded.
   */
  project(name: string, { extra = [] }: { extra?: readonly string[] } = {}): string {
    const folder = join(this.folder, name);
    const installed = join(folder, "node_modules", "pulumi-kserve");
    mkdirSync(installed, { recursive: true });
    run("tar", ["-xzf", this.tarball, "--strip-components=1", "-C", installed], folder);
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;
    const peers = Object.keys(manifest.peerDependencies).filter(
      (peer) => !manifest.peerDependenciesMeta[peer]?.optional,
    );
    for (const dependency of [...Object.keys(manifest.dependencies), ...peers, ...extra]) {
      const link = join(folder, "node_modules", dependency);
      if (existsSync(link)) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(modules, dependency), link);
    }
    return folder;
  }
}

/** Runs a program and gives its standard output. @throws Error with all that it printed, when it fails */
export function run(file: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(file, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(" ")} failed in ${cwd}\n${stdout}${stderr}`, { cause: error });
  }
}

/** TypeScript's compiler, as this checkout has it. */
export const tsc = join(modules, "typescript", "bin", "tsc");
