import { fragment, gpus, managedRouter, server, type ServiceCase } from "./cases";

const model = { uri: "hf://org/model-7b", name: "org/model-7b" };
const env = (...names: readonly string[]) => names.map((name) => ({ name, value: name.toLowerCase() }));

/** Single-node workloads: order of fragments, fields of pods, models, labels, tracing, devices. */
export const workloadServices: readonly ServiceCase[] = [
  { name: "bare", covers: "a model's address alone", spec: { model: { uri: "hf://org/model-7b" } } },
  {
    name: "a-service-whose-name-leaves-no-room-for-suffixes-of-children",
    covers: "names of children that are shortened with a hash",
    spec: { model, router: managedRouter },
  },
  {
    name: "priorities",
    covers: "order of fragments, and of list elements that they add",
    fragments: [
      fragment("last", { replicas: 4, template: server({ env: env("C", "A"), args: ["--last"] }) }, 20),
      fragment("first", { replicas: 2, template: server({ env: env("A", "B"), args: ["--first", "--more"] }) }, -1),
      fragment("middle", { replicas: 3, template: server({ env: [{ name: "A", value: "middle" }] }) }),
    ],
    spec: { model, template: server({ env: env("B", "D") }) },
  },
  {
    name: "zero-replicas",
    covers: "a zero behind a pointer wins",
    fragments: [fragment("three", { replicas: 3, template: server({ imagePullPolicy: "Always" }) })],
    spec: { model, replicas: 0, template: server({ imagePullPolicy: "" }) },
  },
  {
    name: "pod-fields",
    covers: "sidecars, volumes, tolerations, affinity and quantities of several fragments",
    fragments: [
      fragment("placement", {
        template: {
          containers: [],
          nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb" },
          tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector: {} },
          ],
        },
      }),
      fragment("cache", {
        template: {
          containers: [
            { name: "main", volumeMounts: [{ name: "cache", mountPath: "/root/.cache" }] },
            { name: "exporter", image: "exporter:1", ports: [{ containerPort: 9400, name: "gpu" }] },
          ],
          initContainers: [{ name: "warm-up", image: "busybox:1", command: ["true"] }],
          volumes: [{ name: "cache", emptyDir: { sizeLimit: "0.5Gi" } }],
        },
      }),
      fragment("limits", {
        template: server({ resources: { limits: { cpu: "4000m", memory: "1.5Gi" }, requests: { cpu: "0.5" } } }),
      }),
    ],
    spec: {
      model,
      template: {
        ...server({ resources: { limits: { "nvidia.com/gpu": "1" } }, securityContext: { runAsUser: 1000 } }),
        tolerations: [{ key: "spot", operator: "Exists" }],
        priorityClassName: "system-node-critical",
        terminationGracePeriodSeconds: 120,
        volumes: [{ name: "dshm", emptyDir: { sizeLimit: "8Gi" } }],
      },
    },
    differs: ["template.volumes"],
  },
  {
    name: "service-account",
    covers: "a service account that exists already",
    fragments: [fragment("identity", { template: { containers: [], serviceAccountName: "model-reader" } })],
    spec: { model },
  },
  {
    name: "no-storage-initializer",
    covers: "a storage initializer that is off",
    fragments: [fragment("no-download", { storageInitializer: { enabled: false } })],
    spec: { model, template: server({ args: ["org/model-7b"] }) },
  },
  {
    name: "storage-initializer-override",
    covers: "a storage initializer with environment and memory of one's own",
    fragments: [
      fragment("token", {
        template: {
          containers: [],
          initContainers: [
            {
              name: "storage-initializer",
              env: [{ name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: "hf", key: "token" } } }],
              resources: { limits: { memory: "8Gi" } },
            },
          ],
        },
      }),
    ],
    spec: { model },
  },
  {
    name: "model-on-volume",
    covers: "a model on a volume",
    fragments: [fragment("readahead", { template: server({ env: env("READAHEAD") }) })],
    spec: { model: { uri: "pvc://models/llama/8b", name: "llama" } },
  },
  {
    name: "model-in-bucket",
    covers: "a model in a bucket",
    spec: { model: { uri: "s3://bucket/path/model", name: "bucket-model" }, template: server(gpus(2)) },
  },
  {
    name: "model-in-image",
    covers: "a model in an image",
    spec: { model: { uri: "oci://registry.example.com/models/llama:1", name: "image-model" } },
  },
  {
    name: "confidential",
    covers: "an encrypted model",
    spec: { model: { ...model, confidential: { enabled: true, resourceId: "kbs:///default/key/model" } } },
  },
  {
    name: "labels-and-annotations",
    covers: "labels and annotations of fragments, the service's spec and the service itself",
    labels: { "kueue.x-k8s.io/queue-name": "gpus", team: "search" },
    annotations: { "prometheus.io/scrape": "true", "k8s.v1.cni.cncf.io/networks": "rdma", note: "stays here" },
    fragments: [
      fragment("costs", { labels: { "cost-center": "42", tier: "low" }, annotations: { owner: "platform" } }),
      fragment("tier", { labels: { tier: "high" } }),
    ],
    spec: { model, annotations: { owner: "search" }, router: managedRouter },
  },
  {
    name: "tracing",
    covers: "tracing of server and scheduler, one value of a fragment",
    fragments: [fragment("all-traces", { tracing: { samplerArg: "1" } })],
    spec: { model, tracing: {}, router: { scheduler: {} } },
  },
  {
    name: "device-claim",
    covers: "a device class instead of counted GPUs",
    annotations: { "serving.kserve.io/exp-dra-device-class": "gpu.nvidia.com" },
    fragments: [fragment("sidecar", { template: { containers: [{ name: "exporter", image: "exporter:1" }] } })],
    spec: { model },
  },
];
