import { byPriority } from "../../sdk/api/configFragment";
import { CompositionMode } from "../../sdk/compose/compose";
import { originParts } from "../../sdk/compose/originParts";
import type { CompositionInputs, Written } from "./composition";
import { isPlain } from "./resolveInputs";

type Origins = Record<string, string>;

/**
 * Inputs of a service's component: which fragment set what. The state keeps them, so that what is made of a preview, as the comment of a pull
 * request, can say who is responsible for either side of a change. Nothing is recorded of a service whose own spec is all there is, nor in
 * mode "references", where each fragment is an object of its own.
 */
export function recordedOrigins(
  inputs: CompositionInputs,
  written: Written | Promise<Written>,
): { origins?: Origins | Promise<Origins | undefined> } {
  if (inputs.mode !== CompositionMode.inline || inputs.fragments.length === 0) return {};
  const annotations = annotationOrigins(inputs);
  const originsIn = (parts: Written): Origins => ({
    ...annotations,
    ...originParts(parts.writtenOrigins(), parts.sources),
  });
  if (!(written instanceof Promise)) return { origins: originsIn(written) };
  // What fails there fails the service itself, once.
  return { origins: written.then(originsIn, () => undefined) };
}

/** Annotations that fragments bring and the service leaves to them. */
function annotationOrigins({ fragments, annotations: own }: CompositionInputs): Origins {
  const bringing = fragments.filter(({ annotations }) => annotations).sort(byPriority);
  if (bringing.length === 0) return {};
  const given = isPlain(own) ? (own ?? {}) : {};
  const entries = bringing.flatMap(({ name, annotations = {} }) =>
    Object.keys(annotations)
      .filter((key) => !Object.hasOwn(given, key))
      .map((key) => [`metadata.annotations["${key}"]`, `fragment "${name}"`] as const),
  );
  return Object.fromEntries(entries);
}
