import { KubernetesClient } from "../kubernetes/client";
import { diagnose } from "./diagnose";
import { CauseCode, type Diagnosis, type ServiceReference } from "./diagnosis";
import { diagnosisLines } from "./lines";

/** Longer than a slow API server needs; an operation that has failed shall end. */
const timeoutMs = 30_000;

/**
 * Reads a service's diagnosis from the cluster of a kubeconfig.
 *
 * @throws UnreachableError when the API server does not answer, Error when the kubeconfig cannot be used or reading takes 30 s.
 */
export async function readDiagnosis(kubeconfig: string, service: ServiceReference): Promise<Diagnosis> {
  const client = await KubernetesClient.fromKubeconfig(kubeconfig);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not read within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([diagnose(client, service), late]);
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

/**
 * The text to print beside an operation that has failed; undefined when the failure had another reason than the service's readiness, which
 * the operation's own error gives: the API server refused the service, or it is Ready.
 */
export async function diagnosisText(kubeconfig: string, service: ServiceReference): Promise<string | undefined> {
  const diagnosis = await readDiagnosis(kubeconfig, service);
  const isRefused = diagnosis.causes.every(({ code }) => code === CauseCode.serviceMissing);
  return diagnosis.ready || isRefused ? undefined : diagnosisLines(diagnosis).join("\n");
}
