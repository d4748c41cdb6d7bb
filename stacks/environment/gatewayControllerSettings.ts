import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";

const text = z.string().min(1);
const texts = z.array(text);
const flag = z.boolean();
const object = z.record(z.string(), z.unknown());
const quantities = z.record(z.string(), text);
const resources = z.strictObject({ requests: quantities.optional(), limits: quantities.optional() });
const positive = z.int().min(1);
const replicas = z.union([positive, z.strictObject({ minimum: positive, maximum: positive })]);

const istio = z.strictObject({
  version: text.optional(),
  namespace: text.optional(),
  createNamespace: flag.optional(),
  crds: z.enum(["own", "existing"]).optional(),
  revision: text.optional(),
  revisionTags: texts.optional(),
  canary: z.strictObject({ version: text, revision: text, servesGateways: flag.optional() }).optional(),
  ambient: flag.optional(),
  platform: text.optional(),
  replicas: replicas.optional(),
  resources: resources.optional(),
  gatewayPods: z
    .strictObject({
      replicas: replicas.optional(),
      resources: resources.optional(),
      minAvailable: z.union([positive, text]).optional(),
      serviceType: z.enum(["LoadBalancer", "ClusterIP", "NodePort"]).optional(),
    })
    .optional(),
  endpointPicker: z.strictObject({ connectionPool: object.optional() }).optional(),
  accessLog: flag.optional(),
  meshConfig: object.optional(),
  imageRegistry: text.optional(),
  imagePullSecrets: texts.optional(),
  values: z
    .strictObject({
      base: object.optional(),
      istiod: object.optional(),
      cni: object.optional(),
      ztunnel: object.optional(),
    })
    .optional(),
});

const envoyGateway = z.strictObject({
  crds: z.enum(CrdOwnership).optional(),
  force: z.boolean().optional(),
  namespace: text.optional(),
  replicas: positive.optional(),
  resources: resources.optional(),
  proxies: z
    .strictObject({
      replicas: positive.optional(),
      resources: resources.optional(),
      serviceType: z.enum(["LoadBalancer", "ClusterIP", "NodePort"]).optional(),
      serviceAnnotations: z.record(z.string(), z.string()).optional(),
      spec: object.optional(),
    })
    .optional(),
  aiGateway: z
    .union([
      z.literal(false),
      z.strictObject({
        namespace: text.optional(),
        replicas: positive.optional(),
        resources: resources.optional(),
        certificate: z.enum(["chart", "cert-manager"]).optional(),
        imageRegistry: text.optional(),
        values: object.optional(),
      }),
    ])
    .optional(),
  rateLimit: z
    .strictObject({
      redis: text,
      tls: z.union([z.boolean(), z.strictObject({ certificateSecret: text })]).optional(),
      failClosed: z.boolean().optional(),
    })
    .optional(),
  imageRegistry: text.optional(),
  values: object.optional(),
});

/** Arguments of controllers that come as two charts. */
const chartedController = z.strictObject({
  version: text.optional(),
  namespace: text.optional(),
  createNamespace: flag.optional(),
  crds: z.enum(["own", "existing"]).optional(),
  replicas: positive.optional(),
  values: object.optional(),
});

const gke = z.strictObject({
  proxyOnlySubnet: z
    .strictObject({
      ipCidrRange: text,
      network: text.optional(),
      region: text.optional(),
      project: text.optional(),
      name: text.optional(),
    })
    .optional(),
  healthCheck: z
    .strictObject({
      path: text.optional(),
      port: positive.optional(),
      intervalSeconds: positive.optional(),
      timeoutSeconds: positive.optional(),
    })
    .optional(),
  backend: z.strictObject({ timeoutSeconds: positive.optional(), logging: flag.optional() }).optional(),
});

const digitalocean = z.strictObject({
  istio: istio.optional(),
  loadBalancer: z
    .strictObject({ internal: flag.optional(), sizeUnit: positive.optional(), name: text.optional() })
    .optional(),
});

/** The controller of the platform's gateway, and the controllers' own arguments: one entry for each controller. */
export const gatewayControllerSettings = {
  controller: z
    .enum(["istio", "envoy-gateway", "gke", "kgateway", "agentgateway", "digitalocean", "existing", "standalone"])
    .optional(),
  istio: istio.optional(),
  gke: gke.optional(),
  digitalocean: digitalocean.optional(),
  envoyGateway: envoyGateway.optional(),
  kgateway: chartedController.optional(),
  agentgateway: chartedController.optional(),
  existing: z.strictObject({ verify: flag.optional() }).optional(),
};

/** The router of one service without a gateway: whether there is one, or its arguments. */
export const standaloneRouterSettings = z.union([
  flag,
  z.strictObject({
    routerName: text.optional(),
    // An EndpointPickerConfig, checked as the endpoint picker would read it.
    config: object.optional(),
    port: z.int().min(1).max(65535).optional(),
    loadBalancer: z.strictObject({ annotations: z.record(z.string(), z.string()).optional() }).optional(),
    replicas: positive.optional(),
    modelServerTls: flag.optional(),
    accessLog: flag.optional(),
    images: z.strictObject({ endpointPicker: text.optional(), envoy: text.optional() }).optional(),
    resources: z.strictObject({ endpointPicker: object.optional(), envoy: object.optional() }).optional(),
  }),
]);
