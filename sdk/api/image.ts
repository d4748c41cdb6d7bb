/** The parts of a container image's name. */
export interface ImageName {
  /** Without tag and digest, as it is written. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** Such as `sha256:…`. */
  readonly digest: string | undefined;
}

/** Takes a container image's name apart; the registry's port is no tag. */
export function parseImage(image: string): ImageName {
  const [name = "", digest] = image.split("@");
  const colon = name.lastIndexOf(":");
  const hasTag = colon > name.lastIndexOf("/");
  return { repository: hasTag ? name.slice(0, colon) : name, tag: hasTag ? name.slice(colon + 1) : undefined, digest };
}

/**
 * A repository with the registry that container runtimes add to short names, such as `docker.io/library/nginx` for `nginx`.
 *
 * Source: `splitDockerDomain` of github.com/distribution/reference, normalize.go.
 */
export function fullRepository(repository: string): string {
  const slash = repository.indexOf("/");
  const first = slash < 0 ? "" : repository.slice(0, slash);
  if (/[.:]/.test(first) || first === "localhost") return repository;
  return `docker.io/${slash < 0 ? "library/" : ""}${repository}`;
}
