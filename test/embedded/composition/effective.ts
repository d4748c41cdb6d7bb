/** The parts of an effective spec that the controller's own additions depend on. */
export interface EffectiveSpec extends Workload {
  readonly model: {
    readonly uri: string;
    readonly name: string;
    readonly lora?: {
      readonly adapters?: readonly { readonly name: string; readonly uri: string }[];
      readonly maxRank?: number;
      readonly maxAdapters?: number;
      readonly maxCpuAdapters?: number;
    };
    readonly confidential?: { readonly enabled: boolean; readonly resourceId?: string };
  };
  readonly storageInitializer?: { readonly enabled?: boolean };
  readonly tracing?: Readonly<Record<"exporterEndpoint" | "sampler" | "samplerArg" | "exporter", string>>;
  readonly prefill?: Workload;
  readonly router?: {
    readonly gateway?: { readonly refs?: readonly { readonly name: string; readonly namespace?: string }[] };
    readonly route?: {
      readonly group?: string;
      readonly weight?: number;
      readonly http?: { readonly spec?: RouteSpec; readonly refs?: readonly unknown[] };
    };
    readonly scheduler?: Scheduler;
  };
}

export interface Workload {
  readonly replicas?: number;
  readonly scaling?: Scaling;
  readonly parallelism?: { readonly data?: number; readonly dataLocal?: number; readonly pipeline?: number };
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly template?: PodSpec;
  readonly worker?: PodSpec;
  readonly kvCacheOffloading?: { readonly secondary?: readonly { readonly fileSystem?: FileSystemTier }[] };
}

export interface FileSystemTier {
  readonly emptyDir?: { readonly size: string };
  readonly pvc?: { readonly spec?: unknown; readonly ref?: { readonly name: string; readonly path?: string } };
}

export interface Scaling {
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly wva: {
    readonly variantCost: string;
    readonly hpa?: { readonly behavior?: unknown };
    readonly keda?: Readonly<Record<string, unknown>>;
  };
}

export interface Scheduler {
  readonly replicas?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly template?: PodSpec;
  readonly config?: { readonly inline?: unknown };
  readonly pool?: {
    readonly ref?: { readonly name: string };
    readonly spec?: { readonly endpointPickerRef: { readonly name: string } };
  };
}

export interface RouteSpec {
  rules?: RouteRule[];
  readonly [field: string]: unknown;
}

export interface RouteRule {
  matches?: RouteMatch[];
  backendRefs?: { kind?: string; name: string; group?: string; weight?: number; port?: number }[];
  readonly [field: string]: unknown;
}

export interface RouteMatch {
  path?: { value?: string };
  headers?: { name: string; value: string }[];
  readonly [field: string]: unknown;
}

/** Pod specs are built up step by step, so their lists can be changed. */
export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; [source: string]: unknown }[];
  serviceAccountName?: string;
  shareProcessNamespace?: boolean;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  securityContext?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: unknown;
}
