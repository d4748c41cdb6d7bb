import { createRequire } from "node:module";

/**
 * The `require` of a file that makes a cloud's resources. The clouds' SDKs are optional peer dependencies, because each brings a provider
 * plugin of hundreds of MB that `pulumi up` would install for everybody; where one is needed and missing, the error says what to install.
 */
export function requireOfCloud(file: string): (module: string) => unknown {
  const lazyRequire = createRequire(file);
  return (module) => {
    try {
      return lazyRequire(module) as unknown;
    } catch (error) {
      const sdk = /^@pulumi\/(aws|gcp)\//.exec(module)?.[0].slice(0, -1);
      if (!sdk || (error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND" || isThere(lazyRequire, sdk))
        throw error;
      throw new MissingCloudSdkError(sdk, { cause: error });
    }
  };
}

/** A resource of a cloud whose SDK is not installed beside this package. */
export class MissingCloudSdkError extends Error {
  override readonly name = "MissingCloudSdkError";
  /** Pulumi shows errors that carry this mark of its RunError by their message alone, without a stack trace. */
  readonly __pulumiRunError = true;

  constructor(
    /** The npm package, such as `@pulumi/gcp`. */
    readonly sdk: string,
    options?: ErrorOptions,
  ) {
    super(
      `${sdk === "@pulumi/aws" ? "EKS clusters and their node pools need" : "GKE clusters and their node pools need"} the npm package ${sdk}, ` +
        `which is not installed; pulumi-kserve leaves it out for those who have clusters already: npm install ${sdk}`,
      options,
    );
  }
}

function isThere(lazyRequire: NodeJS.Require, sdk: string): boolean {
  try {
    lazyRequire.resolve(`${sdk}/package.json`);
    return true;
  } catch {
    return false;
  }
}
