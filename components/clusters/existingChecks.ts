import type { Problem } from "../../sdk/problems";
import { Checks, isPlain } from "./checks";
import type { ExistingClusterArgs } from "./existing";

/** Everything that is wrong with the plain values of a cluster that exists; its kubeconfig is not read. */
export function problemsOfExistingCluster(args: ExistingClusterArgs): Problem[] {
  const checks = new Checks();
  checks.fields("", args, ["kubeconfig", "kubeconfigFile", "context", "identifier", "name", "gke", "eks"]);
  if (args.kubeconfig === undefined && args.kubeconfigFile === undefined)
    checks.add({
      path: "kubeconfig",
      message: "is missing, and so is kubeconfigFile; neither is taken from the environment",
      fix: "give one of them",
    });
  if (args.kubeconfig !== undefined && args.kubeconfigFile !== undefined)
    checks.add({
      path: "kubeconfigFile",
      given: args.kubeconfigFile,
      message: "kubeconfig is given too",
      fix: "give one of them",
    });
  if (isPlain(args.kubeconfig) && (typeof args.kubeconfig !== "string" || args.kubeconfig.trim() === ""))
    checks.add({ path: "kubeconfig", message: "is empty" });
  if (args.identifier === "") checks.add({ path: "identifier", given: "", message: "is empty", fix: "leave it out" });
  if (args.gke && args.eks) checks.add({ path: "eks", message: "gke is given too", fix: "give one of them" });
  return checks.problems;
}
