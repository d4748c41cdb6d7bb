import { ok, strictEqual, throws } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { MissingCloudSdkError, requireOfCloud } from "../../components/cloudSdk";

describe("the SDK of a cloud", () => {
  it("is named with what installs it where it is missing", () => {
    const load = requireOfCloud(join(tmpdir(), "no-modules-here", "index.js"));
    throws(
      () => load("@pulumi/aws/eks/cluster"),
      (error: unknown) => {
        ok(error instanceof MissingCloudSdkError);
        strictEqual(
          error.message,
          "EKS clusters and their node pools need the npm package @pulumi/aws, which is not installed; pulumi-kserve leaves it out " +
            "for those who have clusters already: npm install @pulumi/aws",
        );
        return true;
      },
    );
    throws(() => load("@pulumi/gcp/container/cluster"), /^MissingCloudSdkError: GKE .*npm install @pulumi\/gcp$/);
  });

  it("is not said to be missing when something else is", () => {
    const folder = mkdtempSync(join(tmpdir(), "cloud-sdk-"));
    try {
      const sdk = join(folder, "node_modules", "@pulumi", "gcp");
      mkdirSync(sdk, { recursive: true });
      writeFileSync(join(sdk, "package.json"), "{}");
      const load = requireOfCloud(join(folder, "index.js"));
      throws(() => load("@pulumi/gcp/container/cluster"), { code: "MODULE_NOT_FOUND" });
      throws(() => load("left-pad"), { code: "MODULE_NOT_FOUND" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
