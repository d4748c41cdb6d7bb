/** Where a text of a configuration is, such as `["spec", "template", "containers", 0, "image"]`. */
export type TextPath = readonly (string | number)[];

export interface TemplateErrorDetails {
  /** The expression that failed, as it is written in the template. */
  readonly at?: string;
  /** The text of the configuration that the template is. */
  readonly path?: TextPath;
  /** What to do about it. */
  readonly fix?: string;
  /** Go can do it and this implementation cannot, or does not want to; see {@link TemplateError.unsupported}. */
  readonly unsupported?: boolean;
}

/** A template that cannot be parsed or rendered. Values never appear in the message, because they may be secret. */
export class TemplateError extends Error {
  readonly at?: string;
  readonly path?: TextPath;
  readonly fix?: string;
  /** The controller might get through here: the template uses what is left out of this implementation, or exceeds its bounds. */
  readonly unsupported?: boolean;

  /** Why, in Go's words where it has any. */
  readonly reason: string;

  constructor(why: string, { at: place, ...rest }: TemplateErrorDetails = {}) {
    const reason = shortened(why, 400);
    const details: TemplateErrorDetails = place === undefined ? rest : { ...rest, at: shortened(place, 100) };
    const where = details.path === undefined ? "" : `${describePath(details.path)}: `;
    const at = details.at === undefined ? "" : ` at <${details.at}>`;
    const fix = details.fix === undefined ? "" : `; fix: ${details.fix}`;
    super(`${where}${reason}${at}${fix}`);
    this.name = "TemplateError";
    this.reason = reason;
    Object.assign(this, details);
  }
}

/** Names and expressions of a template may be as long as the template. */
function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** Something that Go's templates can do and these cannot. */
export function unsupported(reason: string, at?: string): TemplateError {
  return new TemplateError(reason, { unsupported: true, ...(at === undefined ? {} : { at }) });
}

/** `spec.template.containers[0].image`. */
export function describePath(path: TextPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
