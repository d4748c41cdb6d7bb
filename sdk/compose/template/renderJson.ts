import { joinMarks, Marked, type Json, type JsonObject } from "../marked";
import { TemplateError, type TextPath } from "./errors";
import { decodeJsonText, goJsonText } from "./jsonText";
import { parseTemplate, renderInJson, type Rendering, type Template, type TemplateData } from "./template";

/** A text that rendering changed. Marked when it was, or when it depends on what is. */
export type OnChange = (path: TextPath, before: string | Marked, after: string | Marked) => void;

/**
 * Renders every text of a config as KServe renders the JSON of the whole: text for text, keys of maps included, which gives the same
 * as long as each is a template by itself. Subtrees without changes are returned as they are.
 *
 * @throws TemplateError with the path, where KServe would fail, and where a template spans texts or its output breaks the JSON
 */
export function renderStrings(config: Json, data: TemplateData, onChange?: OnChange): Json {
  return new Renderer(data, onChange).walk(config);
}

/** Lists and objects within each other. */
const deepest = 1000;
const literalFix = "to have {{ in the text, write {{`{{`}}";

/** Most texts of a config are no templates, and are passed over as fast as can be. */
function isPlain(value: Json): boolean {
  return typeof value === "string" ? !hasTemplate(value) : typeof value !== "object" || value === null;
}

function hasTemplate(text: string): boolean {
  return text.length >= 2 && text.includes("{{");
}

/** A key may be `__proto__`. */
function define(object: JsonObject, key: string, value: Json): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** Objects and lists of presets without any template, which all services share. */
const withoutTemplates = new WeakSet<object>();

class Renderer {
  private readonly path: (string | number)[] = [];
  /** How many templates were found. */
  private found = 0;
  /** The same few texts stand in many places of a route. */
  private readonly rendered = new Map<string, string | Marked>();

  constructor(
    private readonly data: TemplateData,
    private readonly onChange: OnChange | undefined,
  ) {}

  walk(value: Json): Json {
    if (isPlain(value)) return value;
    if (this.path.length > deepest) throw new TemplateError(`nested deeper than ${deepest}`, { unsupported: true });
    if (typeof value === "string") return this.text(value);
    if (value instanceof Marked) return this.marked(value);
    if (withoutTemplates.has(value as object)) return value;
    const before = this.found;
    const rendered = Array.isArray(value) ? this.list(value) : this.object(value as JsonObject);
    if (this.found === before) withoutTemplates.add(value as object);
    return rendered;
  }

  private list(list: Json[]): Json {
    let changed: Json[] | undefined;
    for (let index = 0; index < list.length; index++) {
      const item = list[index] as Json;
      if (isPlain(item)) continue;
      this.path.push(index);
      const rendered = this.walk(item);
      this.path.pop();
      if (rendered !== item) (changed ??= list.slice())[index] = rendered;
    }
    return changed ?? list;
  }

  private object(object: JsonObject): Json {
    let changed: JsonObject | undefined;
    let renamed = false;
    for (const key in object) {
      if (hasTemplate(key)) {
        renamed = true;
        this.found += 1;
      }
      const item = object[key] as Json;
      if (isPlain(item)) continue;
      this.path.push(key);
      const rendered = this.walk(item);
      this.path.pop();
      if (rendered !== item) define((changed ??= { ...object }), key, rendered);
    }
    return renamed ? this.rename(changed ?? object) : (changed ?? object);
  }

  /** A key that is not known yet leaves the whole object unknown. */
  private rename(object: JsonObject): Json {
    const entries = new Map<string, Json>();
    for (const [key, item] of Object.entries(object)) {
      this.path.push(key);
      const rendered = hasTemplate(key) ? this.key(key) : key;
      if (rendered instanceof Marked) return this.left(rendered);
      if (entries.has(rendered))
        throw new TemplateError("the key is rendered to one that is there already", { path: [...this.path] });
      entries.set(rendered, item);
      this.path.pop();
    }
    return Object.fromEntries(entries);
  }

  private left(value: Marked): Marked {
    this.path.pop();
    return value;
  }

  private key(key: string): string | Marked {
    const rendered = this.render(key);
    if (!(rendered instanceof Marked) || rendered.unknown) return rendered;
    if (!rendered.secret && typeof rendered.value === "string") return rendered.value;
    throw new TemplateError("the key of a map would be secret", { path: [...this.path], unsupported: true });
  }

  private text(text: string): string | Marked {
    this.found += 1;
    let rendered = this.rendered.get(text);
    if (rendered === undefined) {
      rendered = this.render(text);
      this.rendered.set(text, rendered);
    }
    if (rendered !== text) this.onChange?.([...this.path], text, rendered);
    return rendered;
  }

  private marked(leaf: Marked): Marked {
    // Marks belong to one composition.
    this.found += 1;
    if (leaf.unknown || typeof leaf.value !== "string" || !hasTemplate(leaf.value)) return leaf;
    const rendered = this.secretly(leaf, leaf.value);
    const plain = rendered instanceof Marked ? rendered.value : rendered;
    const marks = rendered instanceof Marked ? joinMarks([leaf, rendered]) : leaf;
    const after = new Marked(plain, marks);
    this.onChange?.([...this.path], leaf, after);
    return after;
  }

  /** What is wrong with a secret template may quote it, so that is not said. */
  private secretly(leaf: Marked, text: string): string | Marked {
    try {
      return this.render(text);
    } catch (error) {
      if (!leaf.secret || !(error instanceof TemplateError)) throw error;
      const { unsupported } = error;
      throw new TemplateError("the secret text has {{ in it, and is no template that can be rendered", {
        path: [...this.path],
        fix: literalFix,
        ...(unsupported === undefined ? {} : { unsupported }),
      });
    }
  }

  private render(text: string): string | Marked {
    const template = cached(text);
    if (template instanceof TemplateError) throw this.located(template, literalFix);
    let rendering: Rendering;
    try {
      rendering = renderInJson(template, this.data);
    } catch (error) {
      throw error instanceof TemplateError ? this.located(error) : error;
    }
    const { text: raw, escaped, marks } = rendering;
    const rendered = raw === undefined || !escaped ? raw : decodeJsonText(raw);
    if (raw !== undefined && rendered === undefined) {
      throw new TemplateError(
        "what is rendered has a quote, a backslash or a control character that breaks the JSON around it",
        {
          path: [...this.path],
          fix: "use a value without it",
        },
      );
    }
    return marks.length > 0 ? new Marked(rendered, joinMarks(marks)) : (rendered ?? "");
  }

  private located({ reason, at, unsupported }: TemplateError, fix?: string): TemplateError {
    return new TemplateError(reason, {
      path: [...this.path],
      ...(at === undefined ? {} : { at }),
      ...(unsupported === undefined ? {} : { unsupported }),
      ...(fix === undefined ? {} : { fix }),
    });
  }
}

type Cache = Map<string, Template | TemplateError>;
/** Templates that were parsed, or what was wrong with them, by their text. When there are too many, those not used since are forgotten. */
let cache: Cache = new Map();
let olderCache: Cache = new Map();
/** Characters of the texts in the cache, with something for each template. */
let cachedLength = 0;
const mostCached = 1 << 21;

function cached(text: string): Template | TemplateError {
  let found = cache.get(text);
  if (found) return found;
  found = olderCache.get(text) ?? parsed(text);
  cachedLength += text.length + 200;
  if (cachedLength > mostCached) {
    olderCache = cache;
    cache = new Map();
    cachedLength = text.length + 200;
  }
  cache.set(text, found);
  return found;
}

/** The template is the text as it stands in JSON: actions see a quote as \", and < as \u003c. */
function parsed(text: string): Template | TemplateError {
  try {
    return parseTemplate(goJsonText(text));
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}
