import { childNames } from "../api/names";
import { pathText } from "../api/view";
import { ConfigurationError } from "../problems";
import { canonicalSpec } from "./canonical";
import type { Draft } from "./draft";
import type { Json, JsonObject } from "./marked";
import { OriginChanges, OriginOf, sourceOf } from "./origins";
import type { ControllerSettings } from "./settings";
import { type Sources, SourceKind } from "./sources";
import { TemplateError } from "./template/errors";
import { renderStrings } from "./template/renderJson";
import { templateData, type TemplateService } from "./template/serviceData";

/** What templates are rendered with. */
export interface RenderContext {
  /** Beginning of errors. */
  readonly subject: string;
  readonly service: TemplateService;
  readonly settings: ControllerSettings;
  /** The InferencePool that the service refers to. */
  readonly poolRef: string | undefined;
  readonly sources: Sources;
}

/**
 * Fills in the template variables of a merged spec. The controller renders the service's metadata with it, so that an accidental `{{`
 * there fails too.
 *
 * @throws ConfigurationError with the path and who set it.
 */
export function renderTemplates(draft: Draft, { subject, service, settings, poolRef, sources }: RenderContext): void {
  const { name, namespace, labels = {}, annotations = {} } = service.metadata;
  const pool = poolRef ?? childNames(name).inferencePool;
  const data = templateData(service, { ...settings, inferencePoolNamespacedName: `${namespace}/${pool}` });
  const changes = new OriginChanges();
  let emptied = false;
  const rendered = attempt(draft.value, "spec", (path) => sources.textAt(draft.origin, path));
  attempt({ labels: { ...labels }, annotations: { ...annotations } }, "metadata", () => "the service's metadata");
  // A text that became empty is left out, where it is optional.
  draft.replace(emptied ? canonicalSpec(rendered).value : (rendered as JsonObject), changes);

  function attempt(value: Json, start: string, setter: (path: readonly (string | number)[]) => string): Json {
    try {
      return renderStrings(value, data, (path, before, after) => {
        if (start !== "spec") return;
        emptied ||= after === "" && typeof path.at(-1) === "string";
        changes.add(path, (origin) => {
          const source = sources.add(SourceKind.template, sources.text(sourceOf(origin)));
          return new OriginOf(source, { value: before, origin });
        });
      });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const where = error.path ?? [];
      const at = error.at === undefined ? "" : ` at <${error.at}>`;
      const problem = {
        path: pathText(start, where),
        message: `${error.unsupported ? "cannot be previewed" : "cannot be rendered as a template"}: ${error.reason}${at} (set by ${setter(where)})`,
        ...(error.fix !== undefined && { fix: error.fix }),
      };
      throw new ConfigurationError(subject, [problem]);
    }
  }
}
