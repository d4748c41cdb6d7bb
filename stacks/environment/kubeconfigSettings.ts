import { z } from "zod";

const text = z.string().min(1);

/** A cluster that is there, by its kubeconfig alone. */
export const clusterSettings = z.strictObject({
  kubeconfig: text.optional(),
  kubeconfigFile: text.optional(),
  identifier: text.optional(),
});
