import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";
import type { AcmeIssuerArgs, AcmeSolverArgs, CaIssuerArgs, IssuerArgs } from "../../sdk/gateways/issuers";

const text = z.string().min(1);
const texts = z.array(text);
const object = z.record(z.string(), z.unknown());

/** Every argument has its setting, and no other: the compiler compares. */
type Settings<Args> = Record<keyof Args, z.ZodType>;

const ca = z.strictObject({
  secretName: text,
  authority: z.strictObject({ commonName: text, issuer: text, duration: text.optional() }).optional(),
} satisfies Settings<CaIssuerArgs>);

const solver = z.strictObject({
  http01: z.strictObject({ gateway: text.optional() }).optional(),
  dns01: object.optional(),
  selector: z
    .strictObject({
      dnsNames: texts.optional(),
      dnsZones: texts.optional(),
      matchLabels: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
} satisfies Settings<AcmeSolverArgs>);

const acme = z.strictObject({
  email: text,
  server: text.optional(),
  accountKeySecretName: text.optional(),
  externalAccountBinding: z.strictObject({ keyId: text, secretName: text, key: text }).optional(),
  solvers: z.array(solver),
} satisfies Settings<AcmeIssuerArgs>);

const issuer = z.strictObject({
  kind: z.enum(["ClusterIssuer", "Issuer"]).optional(),
  namespace: text.optional(),
  selfSigned: z.strictObject({}).optional(),
  ca: ca.optional(),
  acme: acme.optional(),
  spec: object.optional(),
} satisfies Settings<IssuerArgs>);

const existingIssuers = texts.optional();

/** cert-manager that is installed, or that exists. */
export const certManagerSettings = z.union([
  z.literal(false),
  z.strictObject({ existing: z.literal(true), version: text.optional(), existingIssuers }),
  z.strictObject({
    existing: z.literal(false).optional(),
    namespace: text.optional(),
    crds: z.enum(CrdOwnership).optional(),
    force: z.boolean().optional(),
    replicas: z.int().min(1).optional(),
    issuers: z.record(text, issuer).optional(),
    existingIssuers,
    keepSecrets: z.boolean().optional(),
    values: object.optional(),
  }),
]);
