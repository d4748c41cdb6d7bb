import * as pulumi from "@pulumi/pulumi";

import type { Manifest } from "../../kubernetesObject";
import type { ScheduledService } from "./controller";
import type { IstioArgs } from "./istioArgs";

/** What Istio needs beside a service with a scheduler. */
export function istioPolicies(
  service: ScheduledService,
  { endpointPicker }: Pick<IstioArgs, "endpointPicker"> = {},
): Readonly<Record<string, Manifest>> {
  return { "endpoint-picker": endpointPickerRule(service, endpointPicker) };
}

/**
 * How gateways reach an endpoint picker: by TLS, with a certificate that it signs itself. Without the rule Istio speaks plain text to a
 * Service whose pods have no sidecar.
 *
 * Sources: `SecureServing` is on unless a flag says otherwise (inference extension 1.5.0, pkg/epp/server/options.go), and KServe's preset
 * says nothing; KServe 0.20 makes no rule (`reconcileRouterPlatformNetworking` does nothing); the extension's own chart makes this one
 * (config/charts/inferencepool/templates/istio.yaml).
 */
function endpointPickerRule(
  { schedulerService: name, namespace }: ScheduledService,
  settings: IstioArgs["endpointPicker"],
): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name, namespace },
    spec: {
      host: pulumi.output(namespace).apply((namespace) => `${name}.${namespace}.svc.cluster.local`),
      trafficPolicy: {
        tls: { mode: "SIMPLE", insecureSkipVerify: true },
        ...(settings?.connectionPool && { connectionPool: settings.connectionPool }),
      },
    },
  };
}
