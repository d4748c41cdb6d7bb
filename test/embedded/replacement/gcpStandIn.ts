// The process of a provider "gcp" that calls no cloud: it keeps what it is given, and says what replaces as Google's provider does.
import { isDeepStrictEqual } from "node:util";

import * as provider from "@pulumi/pulumi/provider";

type Properties = Record<string, unknown>;

const outputs: Properties = {
  controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "prod.gke.goog" } },
  email: "nodes@acme.iam.gserviceaccount.com",
  masterVersion: "1.34.3-gke.1318000",
};

/** The part of a property that replaces when it changes; everything else is updated in place. */
const replacing: Record<string, (inputs: Properties) => unknown> = {
  "gcp:container/cluster:Cluster": ({ location, enableMultiNetworking }) => ({ location, enableMultiNetworking }),
  "gcp:container/nodePool:NodePool": ({ name, nodeConfig }) => {
    const { guestAccelerators, serviceAccount } = (nodeConfig ?? {}) as Properties;
    // The identity of other pools is that of the cluster, whose change is not what is looked at here.
    return name === "system" ? serviceAccount : guestAccelerators;
  },
};

const standIn: provider.Provider = {
  version: "9.37.0",
  check: (_urn, _olds, news: Properties) => Promise.resolve({ inputs: news }),
  create: (_urn, inputs: Properties) =>
    Promise.resolve({ id: "made", outs: { name: "made", ...inputs, ...outputs, inputs } }),
  update: (_id, _urn, _olds, news: Properties) =>
    Promise.resolve({ outs: { name: "made", ...news, ...outputs, inputs: news } }),
  diff: (_id, urn, { inputs: olds }: { inputs: Properties }, news: Properties) => {
    const part = replacing[urn.split("::")[2]?.split("$").at(-1) ?? ""] ?? (() => undefined);
    return Promise.resolve({
      changes: !isDeepStrictEqual(olds, news),
      replaces: isDeepStrictEqual(part(olds), part(news)) ? [] : ["replaced"],
    });
  },
  delete: () => Promise.resolve(),
};

void provider.main(standIn, process.argv.slice(2));
