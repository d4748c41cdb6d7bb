import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";
import {
  checkPods,
  modelPath,
  podsSpec,
  serverContainer,
  storageInitializerContainer,
  type WorkloadPod,
} from "./workloadPods";

/** Arguments of {@link storageInitializer}. */
export interface StorageInitializerArgs extends RecipeOptions {
  /** Another image, such as one with a private mirror's certificates. @default that of KServe's configuration */
  image?: Input<string>;
  /** @default those of KServe's configuration */
  resources?: types.input.core.v1.ResourceRequirements;
  /** Variables such as HTTPS_PROXY. @default none */
  env?: Record<string, Input<string>>;
  /**
   * Whether it says that it needs no rights, as the "restricted" Pod Security Standard wants it of each container; KServe says nothing.
   * @default false
   */
  restricted?: boolean;
  /**
   * Whether it is said of the endpoint picker's pod too, whose tokenizer reads the model. Makes the service have a scheduler.
   * @default false
   */
  scheduler?: boolean;
  /** The pods of the service; a pod that is not named keeps what KServe gives it. @default ["template"] */
  pods?: readonly WorkloadPod[];
}

/**
 * What differs from KServe's configuration in the container that fetches the model. KServe merges it over its own; arguments and command stay
 * its own. Source: `attachStorageInitializer` in `pkg/controller/v1alpha2/llmisvc/workload_storage.go` of KServe 0.20.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function storageInitializer(args: StorageInitializerArgs): ConfigFragment {
  const checks = new RecipeChecks("storageInitializer");
  const { image, resources, env = {}, restricted = false, scheduler = false, pods = ["template"] } = args;
  checks.fields("", args, ["image", "resources", "env", "restricted", "scheduler", "pods", "name", "priority"]);
  checks.text("image", image, { pattern: /^\S+$/, allowed: "the name of an image" });
  for (const name of Object.keys(env)) checkVariable(name, checks);
  checkPods(pods, checks);
  if (image === undefined && resources === undefined && Object.keys(env).length === 0 && !restricted) {
    checks.report({ path: "", message: "says nothing that differs", allowed: "image, resources, env or restricted" });
  }
  checks.done();
  const container = () => ({
    name: storageInitializerContainer,
    ...(image !== undefined && { image }),
    ...(resources && { resources }),
    ...(restricted && {
      securityContext: {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
    }),
    ...(Object.keys(env).length > 0 && {
      env: Object.keys(env)
        .sort()
        .map((name) => ({ name, value: env[name] as Input<string> })),
    }),
  });
  return {
    name: args.name ?? "storage-initializer",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: {
      ...podsSpec(pods, () => ({ initContainers: [container()] })),
      ...(scheduler && { router: { scheduler: { template: { initContainers: [container()] } } } }),
    },
  };
}

/** Arguments of {@link withoutStorageInitializer}. */
export interface WithoutStorageInitializerArgs extends RecipeOptions {
  /**
   * The volume that has the model, mounted where KServe's presets serve it from; `name` is "model-files" and need not be given.
   * @default none: the image has the model, or the server's command fetches it
   */
  volume?: Omit<types.input.core.v1.Volume, "name">;
  /** Folder of the volume that holds the model. @default its root */
  subPath?: Input<string>;
  /** The pods of the service: each of them serves the model. @default ["template"] */
  pods?: readonly WorkloadPod[];
}

/**
 * Switches the storage initializer off: KServe neither fetches nor mounts anything, and wants no more of the model's address than a scheme.
 * LoRA adapters need it.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function withoutStorageInitializer(args: WithoutStorageInitializerArgs = {}): ConfigFragment {
  const checks = new RecipeChecks("withoutStorageInitializer");
  const { volume, subPath, pods = ["template"] } = args;
  checks.fields("", args, ["volume", "subPath", "pods", "name", "priority"]);
  checkPods(pods, checks);
  if (volume && Object.keys(volume).filter((field) => field !== "name").length !== 1) {
    checks.report({
      path: "volume",
      message: "is not of one kind",
      allowed: "one of persistentVolumeClaim, hostPath, nfs, image, csi, …",
    });
  }
  if (subPath !== undefined && !volume) {
    checks.report({ path: "subPath", given: subPath, message: "there is no volume", fix: "add volume, or remove it" });
  }
  checks.done();
  const name = "model-files";
  const pod = () => ({
    containers: [
      {
        name: serverContainer,
        volumeMounts: [{ name, mountPath: modelPath, readOnly: true, ...(subPath !== undefined && { subPath }) }],
      },
    ],
    volumes: [{ ...volume, name }],
  });
  return {
    name: args.name ?? "no-storage-initializer",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: { storageInitializer: { enabled: false }, ...(volume && podsSpec(pods, pod)) },
  };
}

function checkVariable(name: string, checks: RecipeChecks): void {
  if (/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)) return;
  checks.report({
    path: `env.${name}`,
    message: "not a name of a variable",
    allowed: "letters, digits, '_', '-' and '.'",
  });
}
