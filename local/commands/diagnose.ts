import { diagnose as diagnoseService } from "../../sdk/diagnosis/diagnose";
import { diagnosisLines } from "../../sdk/diagnosis/lines";
import { servingApiVersion } from "../../sdk/api/constants";
import { nearest } from "../../sdk/nearest";
import { KubernetesClient } from "../../sdk/kubernetes/client";
import { openCluster } from "../cluster/cluster";
import { nameOption } from "./clusterOptions";
import { type Command, parseCommand, UsageError } from "./command";

export const diagnose: Command = {
  summary: "say why a service is not Ready, and what to do about it; ends with 1 when it is not",
  usage: "<service> [--namespace NAMESPACE] [--name NAME] [--json]",
  async run(args) {
    const { values, positionals } = parseCommand(
      args,
      { ...nameOption, namespace: { type: "string", short: "n" }, json: { type: "boolean", default: false } },
      1,
    );
    const client = await KubernetesClient.fromKubeconfig(openCluster(values.name).kubeconfigPath);
    try {
      const [service] = positionals;
      const { name, namespace } = await referenceOf(client, service, values.namespace);
      const diagnosis = await diagnoseService(client, { name, namespace });
      process.stdout.write(
        values.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : `${diagnosisLines(diagnosis).join("\n")}\n`,
      );
      return diagnosis.ready ? 0 : 1;
    } finally {
      client.close();
    }
  },
};

interface Reference {
  readonly name: string;
  readonly namespace: string;
}

/** A name is enough where one namespace alone has a service of that name. */
async function referenceOf(
  client: KubernetesClient,
  name: string | undefined,
  namespace: string | undefined,
): Promise<Reference> {
  if (name !== undefined && namespace !== undefined) return { name, namespace };
  const services = (await client.resourceFor(servingApiVersion, "LLMInferenceService"))
    ? (await client.list(servingApiVersion, "LLMInferenceService")).items.map(({ metadata }) => ({
        name: metadata.name ?? "",
        namespace: metadata.namespace ?? "",
      }))
    : [];
  const names = [...new Set(services.map((service) => service.name))].sort();
  const allowed = names.length > 0 ? `allowed: ${names.join(", ")}` : "the cluster has none";
  if (name === undefined) throw new UsageError(`which service? ${allowed}`);
  const found = services.filter((service) => service.name === name);
  const [only] = found;
  if (only === undefined) {
    const close = nearest(name, names);
    throw new UsageError(`no service "${name}"${close ? `, did you mean ${close}?` : ";"} ${allowed}`);
  }
  if (found.length > 1) {
    const places = found.map((service) => service.namespace).sort();
    throw new UsageError(`"${name}" is in the namespaces ${places.join(", ")}: say which with --namespace`);
  }
  return only;
}
