import { fieldManagerOf } from "../../components/crds/bundle";
import { ApiError, KubernetesClient, UnreachableError } from "../../sdk/kubernetes/client";
import { isOlder, minimumKubernetes } from "../../sdk/compatibility";
import { versions } from "../../sdk/versions";
import { type Area, type Check, type DoctorOptions, failed, notChecked, ok, safeText, warned } from "./check";
import { checkCrds } from "./crds";
import type { Access } from "./kubeconfig";
import { projectName } from "./project";
import { checkRights } from "./rights";
import type { StackFile } from "./stackFile";

/** The cluster: whether it answers, whether it is new enough, what the user may do there, and whose CRDs it has. */
export async function checkCluster(
  access: Access,
  stack: string | undefined,
  file: StackFile | undefined,
  options: DoctorOptions,
): Promise<Area> {
  const title = "cluster";
  const { checks, kubeconfig } = access;
  if (!kubeconfig) {
    const reason = "there is no kubeconfig to ask it by";
    return { title, checks: [...checks, ...["API server", "rights", "CRDs"].map((name) => notChecked(name, reason))] };
  }
  let client: KubernetesClient | undefined;
  try {
    client = await inTime(KubernetesClient.fromKubeconfig(kubeconfig.text, kubeconfig.context), options.timeoutMs);
    const server = await checkServer(client, options);
    if (server.state === "error" && !server.seen.startsWith("Kubernetes")) {
      const reason = "there is no answer of an API server";
      return { title, checks: [...checks, server, ...["rights", "CRDs"].map((name) => notChecked(name, reason))] };
    }
    const project = await projectName(options);
    const manager = project === undefined || stack === undefined ? undefined : fieldManagerOf(project, stack);
    const [rights, crds] = await Promise.all([
      checkRights(client, options.timeoutMs).catch((error: unknown) => [refusal("rights", error, options)]),
      checkCrds(client, manager, file, options.timeoutMs).catch((error: unknown) => [refusal("CRDs", error, options)]),
    ]);
    return { title, checks: [...checks, server, ...rights, ...crds] };
  } catch (error) {
    return { title, checks: [...checks, refusal("API server", error, options)] };
  } finally {
    client?.close();
  }
}

async function checkServer(client: KubernetesClient, options: DoctorOptions): Promise<Check> {
  const name = "API server";
  const server = safeText(client.access.server, options.env);
  try {
    // Of a path that everybody may read: what is refused here is who asks, not what is asked for.
    const answer = (await inTime(
      client.request("GET", "/version", { timeout: options.timeoutMs }),
      options.timeoutMs,
    )) as { gitVersion?: unknown } | null;
    if (typeof answer?.gitVersion !== "string") {
      return failed(name, `what answers at ${server} is no API server: it does not say its version`, {
        fix: "look at the kubeconfig's server, and at proxies on the way (HTTPS_PROXY, a login page)",
      });
    }
    const version = answer.gitVersion.replace(/^v/, "");
    const seen = `Kubernetes ${version} at ${server}`;
    if (isOlder(version, minimumKubernetes)) {
      return failed(name, seen, { wanted: `Kubernetes ${minimumKubernetes} or newer`, fix: "upgrade the cluster" });
    }
    if (isOlder(minorOf(versions.kubernetes), minorOf(version))) {
      return warned(name, seen, {
        wanted: `Kubernetes ${minimumKubernetes} to ${minorOf(versions.kubernetes)}: a newer one was not tested`,
        fix: "try it in an environment that may fail",
      });
    }
    return ok(name, seen);
  } catch (error) {
    return refusal(name, error, options);
  }
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

const reachable =
  "check the address and the network to it (VPN, bastion, authorised networks), and that the cluster runs";

/** What it means that the API server answers nothing, or with a refusal. */
function refusal(name: string, error: unknown, { env, timeoutMs }: DoctorOptions): Check {
  const message = safeText(error instanceof Error ? error.message : String(error), env);
  if (error instanceof ApiError && error.code === 401) {
    return failed(name, `401: the credentials are not accepted: ${message}`, {
      wanted: "a kubeconfig with credentials that have not expired",
      fix: "log in again (gcloud auth login, aws sso login, …), or write the kubeconfig anew",
    });
  }
  if (error instanceof ApiError && error.code === 403) {
    return failed(name, `403: ${message}`, {
      wanted: "a user who may administer the cluster",
      fix: "have an administrator bind the user to the ClusterRole cluster-admin",
    });
  }
  if (error instanceof UnreachableError) {
    const isTls = /certificate|self.signed|CERT_/i.test(message);
    return failed(name, message, {
      fix: isTls
        ? "the kubeconfig's certificate authority is not that of the API server: write the kubeconfig anew"
        : reachable,
    });
  }
  if (error instanceof TimedOut) return failed(name, `no answer within ${timeoutMs / 1000} s`, { fix: reachable });
  return failed(name, message, { fix: "look at the kubeconfig, and whether its credential plugin works by itself" });
}

class TimedOut extends Error {}

/** Credential plugins have no time limit of their own. */
async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new TimedOut()), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
