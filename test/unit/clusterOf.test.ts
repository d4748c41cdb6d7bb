import { throws } from "node:assert";

import { clusterOf } from "../../stacks/environment/clusterPart";
import { parseSettings } from "../../stacks/environment/settings";

describe("a cluster that is named by a kubeconfig", () => {
  it("is named by a file that can be read", () => {
    throws(
      () => clusterOf({ cluster: { kubeconfigFile: "no/such/kubeconfig" } }),
      /cluster\.kubeconfigFile: cannot be read: ENOENT; given: "no\/such\/kubeconfig"; .*fix: make \/.*\/no\/such\/kubeconfig/s,
    );
  });

  it("is named once", () => {
    const cluster = { kubeconfig: "text", kubeconfigFile: "kubeconfig" };
    const problem = /cluster\.kubeconfigFile: there is cluster\.kubeconfig too/;
    throws(() => clusterOf({ cluster }), problem);
    throws(() => parseSettings({ cluster }), problem);
  });

  it("has to be named", () => {
    throws(() => clusterOf({}), /cluster: does not say which cluster; .*--path 'pulumi-kserve:cluster\.kubeconfig'/);
  });
});
