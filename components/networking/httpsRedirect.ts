import type * as pulumi from "@pulumi/pulumi";

import { type GatewayListenerArgs, protocolOf } from "../../sdk/gateways/listeners";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";

/** The route that sends what comes over HTTP to HTTPS, attached to the listeners that say so; none when no listener does. */
export function createHttpsRedirect(
  name: string,
  {
    gatewayName,
    namespace,
    listeners,
  }: { gatewayName: string; namespace: string; listeners: readonly GatewayListenerArgs[] },
  opts: pulumi.CustomResourceOptions,
): KubernetesObject[] {
  const redirecting = listeners.filter(({ redirectToHttps }) => redirectToHttps);
  if (redirecting.length === 0) return [];
  const https = listeners.filter((listener) => protocolOf(listener) === "HTTPS").map(({ port }) => port);
  // Left out, the port is that of the scheme.
  const port = https.includes(443) ? undefined : https[0];
  return [
    new KubernetesObject(
      `${name}-https-redirect`,
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: {
          name: `${gatewayName}-https-redirect`,
          namespace,
          annotations: {
            [waitForAnnotation]: 'jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True',
          },
        },
        spec: {
          parentRefs: redirecting.map((listener) => ({ name: gatewayName, namespace, sectionName: listener.name })),
          rules: [
            {
              filters: [
                {
                  type: "RequestRedirect",
                  requestRedirect: { scheme: "https", ...(port !== undefined && { port }), statusCode: 301 },
                },
              ],
            },
          ],
        },
      },
      opts,
    ),
  ];
}
