import { nearest } from "../nearest";
import type { ConfigFragment } from "../api/configFragment";
import type { LLMInferenceServiceSpecArgs } from "../api/llmInferenceService";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { checkPods, podsSpec, serverContainer, type WorkloadPod } from "./workloadPods";

/** Arguments of {@link pinImages}. */
export interface PinImagesArgs extends RecipeOptions {
  /**
   * Digests by image, such as `{ "ghcr.io/llm-d/llm-d-cuda:v0.8.0": "sha256:…" }`. An image of KServe's presets is pinned in the
   * container that has it there; any other one, of which there may be one, becomes the server's.
   */
  digests: Readonly<Record<string, string>>;
  /** The pods whose server is pinned. Mentioning a pod makes the service have it. @default ["template"] */
  pods?: readonly WorkloadPod[];
}

/** Where the images of KServe 0.20's presets are, besides the server's. Source: `config/llmisvcconfig/*.yaml`. */
export const presetContainers: Readonly<
  Record<string, { readonly in: "decode" | "scheduler"; readonly container: string }>
> = {
  "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0": { in: "decode", container: "llm-d-routing-sidecar" },
  "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0": { in: "scheduler", container: "main" },
  "ghcr.io/llm-d/llm-d-uds-tokenizer:vllm-v0.19.1": { in: "scheduler", container: "tokenizer" },
  "ghcr.io/llm-d/llm-d-latency-predictor-training-server:v0.8.0": { in: "scheduler", container: "training-server" },
  "ghcr.io/llm-d/llm-d-latency-predictor-prediction-server:v0.8.0": {
    in: "scheduler",
    container: "prediction-server",
  },
};
/** The server's image in every preset. */
export const presetServer = "ghcr.io/llm-d/llm-d-cuda:v0.8.0";

/**
 * Images by digest, so that what was tested is what runs, whatever becomes of a tag. The tag is kept beside the digest, for
 * readers. Naming an image of the routing sidecar or of the scheduler makes the service have that container: leave out those that the
 * service has not.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function pinImages(args: PinImagesArgs): ConfigFragment {
  const { digests, pods = ["template"] } = args;
  const checks = new RecipeChecks("pinImages");
  checks.fields("", args, ["digests", "pods", "name", "priority"]);
  checkPods(pods, checks);
  checkDigests(digests, checks);
  checks.done();
  const spec: LLMInferenceServiceSpecArgs = {};
  const images = Object.keys(digests).sort();
  const server = images.find((image) => !Object.hasOwn(presetContainers, image));
  if (server !== undefined) {
    const pinned = pinnedImage(server, digests[server]!);
    Object.assign(
      spec,
      podsSpec(pods, () => ({ containers: [{ name: serverContainer, image: pinned }] })),
    );
  }
  const containers = (place: "decode" | "scheduler") =>
    images.flatMap((image) => {
      const found = Object.hasOwn(presetContainers, image) ? presetContainers[image] : undefined;
      return found?.in === place ? [{ name: found.container, image: pinnedImage(image, digests[image]!) }] : [];
    });
  const sidecars = containers("decode");
  if (sidecars.length > 0) spec.template = { ...(spec.template as object), initContainers: sidecars };
  const schedulers = containers("scheduler");
  if (schedulers.length > 0) spec.router = { scheduler: { template: { containers: schedulers } } };
  return {
    name: args.name ?? "pinned-images",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec,
  };
}

/**
 * An image with its digest: `<repository>:<tag>@sha256:<64 hexadecimal digits>`.
 *
 * @throws ConfigurationError when either is not of its form.
 */
export function pinnedImage(image: string, digest: string): string {
  const checks = new RecipeChecks("pinnedImage");
  checkImage("image", image, checks);
  checkDigest("digest", digest, checks);
  checks.done();
  return `${image}@${digest}`;
}

function checkDigests(digests: Readonly<Record<string, string>> | undefined, checks: RecipeChecks): void {
  const images = Object.keys(digests ?? {}).sort();
  if (images.length === 0) {
    checks.report({ path: "digests", message: "pins nothing", allowed: "a digest for each of some images" });
  }
  for (const image of images) {
    checkImage(`digests["${image}"]`, image, checks);
    checkDigest(`digests["${image}"]`, digests![image], checks);
  }
  const servers = images.filter((image) => !Object.hasOwn(presetContainers, image));
  for (const image of servers) {
    const similar = nearest(image, [presetServer, ...Object.keys(presetContainers)]);
    if (servers.length > 1) {
      checks.report({
        path: `digests["${image}"]`,
        message: `one of ${servers.length} images that would be the server's`,
        allowed: `one beside ${Object.keys(presetContainers).join(", ")}`,
        ...(similar && similar !== image && { fix: `did you mean "${similar}"?` }),
      });
    }
  }
}

const path = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const imagePattern = new RegExp(`^(?:[a-zA-Z0-9.-]+(?::\\d+)?/)?${path}(?:/${path})*(?::[\\w][\\w.-]{0,127})?$`);

/** Source: the grammar of `github.com/distribution/reference`, with neither digest nor template. */
function checkImage(at: string, image: string, checks: RecipeChecks): void {
  if (image.includes("@")) {
    checks.report({
      path: at,
      given: image,
      message: "has a digest already",
      fix: `name it as ${image.split("@")[0]}`,
    });
  } else if (!imagePattern.test(image)) {
    checks.report({ path: at, given: image, message: "not an image", allowed: "[<registry>/]<repository>[:<tag>]" });
  }
}

function checkDigest(at: string, digest: unknown, checks: RecipeChecks): void {
  if (typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)) return;
  const hex = typeof digest === "string" ? /^(?:sha256:)?([0-9a-fA-F]*)$/.exec(digest)?.[1] : undefined;
  const message = hex !== undefined && hex.length !== 64 ? `a digest of ${hex.length} digits` : "not a digest";
  checks.report({ path: at, given: digest, message, allowed: "sha256: and 64 digits of 0-9 and a-f" });
}
