import { deepStrictEqual, ok } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import {
  createGatewayController,
  type GatewayControllerArgs,
} from "../../components/networking/controllers/controller";
import { LLMInferenceService, type LLMInferenceServiceArgs } from "../../components/serving/llmInferenceService";
import { named, register } from "./mocks";

const model = { uri: "hf://Qwen/Qwen3-0.6B", name: "qwen" };
const scheduled = { model, router: { gateway: {}, route: {}, scheduler: {} } };

async function serve(controller: GatewayControllerArgs, service: Partial<LLMInferenceServiceArgs> = {}) {
  const { registrations } = await register(() => {
    const gatewayController = createGatewayController("controller", { ...controller, kubeconfig: "kubeconfig" });
    new LLMInferenceService("chat", { namespace: "models", spec: scheduled, gatewayController, ...service });
  });
  const policies = registrations
    .filter(({ parent, name }) => parent === "chat" && name !== "chat-service")
    .sort((a, b) => b.name.localeCompare(a.name));
  return { registrations, policies };
}

describe("what a gateway's controller needs beside a service", () => {
  it("is for Istio the way to the endpoint picker, which has a certificate of its own", async () => {
    const { registrations, policies } = await serve({ controller: "istio" });
    deepStrictEqual(
      policies.map(({ name, type, inputs }) => [name, type, inputs]),
      [
        [
          "chat-endpoint-picker",
          "kubernetes:networking.istio.io/v1:DestinationRule",
          {
            apiVersion: "networking.istio.io/v1",
            kind: "DestinationRule",
            metadata: { name: "chat-epp-service", namespace: "models" },
            spec: {
              host: "chat-epp-service.models.svc.cluster.local",
              trafficPolicy: { tls: { mode: "SIMPLE", insecureSkipVerify: true } },
            },
          },
        ],
      ],
    );
    // Its kind is Istio's, and the service becomes Ready only with it.
    deepStrictEqual(policies[0]!.dependsOn, ["controller-istiod"]);
    ok(named(registrations, "chat-service").dependsOn.includes("chat-endpoint-picker"));
  });

  it("is for GKE how load balancers look after the pool", async () => {
    const gke = { healthCheck: { intervalSeconds: 5 }, backend: { timeoutSeconds: 600 } };
    const { policies } = await serve({ controller: "gke", gke });
    const targetRef = { group: "inference.networking.k8s.io", kind: "InferencePool", name: "chat-inference-pool" };
    deepStrictEqual(
      policies.map(({ inputs }) => inputs),
      [
        {
          apiVersion: "networking.gke.io/v1",
          kind: "HealthCheckPolicy",
          metadata: { name: "chat-inference-pool", namespace: "models" },
          spec: {
            targetRef,
            default: {
              checkIntervalSec: 5,
              timeoutSec: 2,
              config: { type: "HTTP", httpHealthCheck: { requestPath: "/health", port: 8000 } },
            },
          },
        },
        {
          apiVersion: "networking.gke.io/v1",
          kind: "GCPBackendPolicy",
          metadata: { name: "chat-inference-pool", namespace: "models" },
          spec: { targetRef, default: { timeoutSec: 600, logging: { enabled: true } } },
        },
      ],
    );
  });

  it("names the endpoint picker that the service names, and limits of connections", async () => {
    const pool = {
      spec: {
        selector: { matchLabels: { app: "qwen" } },
        targetPorts: [{ number: 8000 }],
        endpointPickerRef: { name: "picker", port: { number: 9002 } },
      },
    };
    const { policies } = await serve(
      { controller: "istio", istio: { endpointPicker: { connectionPool: { http: { http2MaxRequests: 256000 } } } } },
      { spec: { model, router: { scheduler: { pool } } } as never, namespace: pulumi.output("models") },
    );
    deepStrictEqual(policies[0]!.inputs.spec, {
      host: "picker.models.svc.cluster.local",
      trafficPolicy: {
        connectionPool: { http: { http2MaxRequests: 256000 } },
        tls: { mode: "SIMPLE", insecureSkipVerify: true },
      },
    });
  });

  it("is made while it is not known whether there is a scheduler, and not where there is none", async () => {
    const kinds = async (service: Partial<LLMInferenceServiceArgs>) =>
      (await serve({ controller: "istio" }, service)).policies.map(({ inputs }) => inputs.kind);
    deepStrictEqual(await kinds({ spec: { model, router: { gateway: {}, route: {} } } }), []);
    deepStrictEqual(await kinds({ spec: { model, router: { scheduler: { pool: { ref: { name: "shared" } } } } } }), []);
    deepStrictEqual(await kinds({ spec: pulumi.output({ model }) }), ["DestinationRule"]);
    deepStrictEqual(await kinds({ spec: { model }, baseRefs: ["router"] }), ["DestinationRule"]);
    deepStrictEqual(
      (await serve({ controller: "existing", ...{ gatewayClassName: "nginx" } } as GatewayControllerArgs)).policies,
      [],
    );
  });
});
