import type { View } from "../view";
import type { Report } from "./rule";

/**
 * Rules of Gateway API that the CRD states in CEL, beside its schema. All rules of the HTTPRouteSpec in KServe's CRDs are here; those
 * that only Gateway API's own CRD has, about parentRefs that are not distinct, are left to the API server.
 *
 * Source: `x-kubernetes-validations` in `config/crd/full/llmisvc` at 0.20.
 */
export function checkHttpRoute(route: View, options: { templates: boolean }, report: Report): void {
  const rules = route.get("rules");
  let matches = 0;
  for (const rule of rules.items) {
    matches += Math.max(rule.get("matches").items.length, 1);
    checkRule(rule, options, report);
  }
  if (matches > 128) {
    report(rules, { message: `${matches} matches in all rules together`, allowed: "at most 128" });
  }
}

function checkRule(rule: View, { templates }: { templates: boolean }, report: Report): void {
  const backends = rule.get("backendRefs").items;
  const filters = rule.get("filters");
  const redirect = filters.items.find((filter) => filter.get("requestRedirect").present);
  if (backends.length > 0 && redirect) {
    report(redirect, { message: "a redirect excludes backendRefs in the same rule", fix: "remove one of the two" });
  }
  checkFilters(filters, report);
  checkPrefixReplacements([filters], rule, report);
  for (const backend of backends) {
    checkServicePort(backend, report);
    checkFilters(backend.get("filters"), report);
  }
  checkPrefixReplacements(
    backends.map((backend) => backend.get("filters")),
    rule,
    report,
  );
  // A config's paths may be templates, and its CRD does not check them.
  if (!templates) for (const match of rule.get("matches").items) checkPath(match.get("path"), report);
  checkSession(rule.get("sessionPersistence"), report);
  checkTimeouts(rule.get("timeouts"), report);
}

/** A backend is a Service unless it says something else. */
function checkServicePort(backend: View, report: Report): void {
  const [group, kind, port] = [backend.get("group"), backend.get("kind"), backend.get("port")];
  if (!backend.present || !group.empty || !(kind.absent || kind.text === "Service") || !port.absent) return;
  report(port, { message: "missing; a Service needs it", allowed: "a port from 1 to 65535" });
}

/** The field in which each type of filter has its settings. */
const filterFields: Readonly<Record<string, string>> = {
  CORS: "cors",
  ExtensionRef: "extensionRef",
  RequestHeaderModifier: "requestHeaderModifier",
  RequestMirror: "requestMirror",
  RequestRedirect: "requestRedirect",
  ResponseHeaderModifier: "responseHeaderModifier",
  URLRewrite: "urlRewrite",
};
const onceOnly = ["CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite"];

function checkFilters(filters: View, report: Report): void {
  const first = new Map<string, View>();
  for (const filter of filters.items) {
    const type = filter.get("type").text;
    if (type !== undefined) {
      const earlier = first.get(type);
      if (earlier && onceOnly.includes(type)) {
        report(filter, { message: "a filter of this type cannot be repeated", fix: "join it with the earlier one" });
      }
      first.set(type, earlier ?? filter);
    }
    checkFilter(filter, type, report);
  }
  const rewrite = first.get("URLRewrite");
  if (rewrite && first.has("RequestRedirect")) {
    report(rewrite, { message: "URLRewrite and RequestRedirect exclude each other", fix: "remove one of the two" });
  }
}

function checkFilter(filter: View, type: string | undefined, report: Report): void {
  for (const [owner, field] of Object.entries(filterFields)) {
    const settings = filter.get(field);
    if (type !== undefined && type !== owner && settings.present) {
      report(settings, {
        message: `does not belong to a filter of type ${filter.get("type").shown}`,
        allowed: `${field} with type ${owner}`,
      });
    }
    if (type === owner && settings.absent) {
      report(settings, { message: "missing; a filter of this type needs it" });
    }
  }
  checkPathChange(filter.get("requestRedirect", "path"), report);
  checkPathChange(filter.get("urlRewrite", "path"), report);
  checkMirror(filter.get("requestMirror"), report);
  checkCors(filter.get("cors"), report);
  checkExternalAuth(filter.get("externalAuth"), report);
}

function checkPathChange(path: View, report: Report): void {
  const type = path.get("type").text;
  if (type === undefined) return;
  for (const [owner, field] of [
    ["ReplaceFullPath", "replaceFullPath"],
    ["ReplacePrefixMatch", "replacePrefixMatch"],
  ] as const) {
    const value = path.get(field);
    if (type === owner && value.absent) report(value, { message: `missing; the type ${owner} needs it` });
    if (type !== owner && value.present)
      report(value, { message: `does not belong to the type ${path.get("type").shown}` });
  }
}

/** Replacing the matched prefix needs one match whose prefix that is. */
function checkPrefixReplacements(filterLists: readonly View[], rule: View, report: Report): void {
  for (const field of ["requestRedirect", "urlRewrite"]) {
    const replacements = filterLists
      .map((filters) => filters.items.filter((filter) => replacesPrefix(filter.get(field, "path"))))
      .filter((found) => found.length === 1)
      .map(([filter]) => filter?.get(field, "path"));
    const [replacement, second] = replacements;
    if (!replacement || second || hasOnePrefix(rule.get("matches"))) continue;
    report(replacement, {
      message: "replacePrefixMatch needs exactly one match of a path prefix in its rule",
      allowed: "one match with path.type PathPrefix",
    });
  }
}

function replacesPrefix(path: View): boolean {
  return path.get("type").text === "ReplacePrefixMatch" && path.get("replacePrefixMatch").present;
}

/** Also when it may be so: what is not given is one match of the prefix "/". */
function hasOnePrefix(matches: View): boolean {
  if (matches.unknown || matches.absent) return true;
  const [only, second] = matches.items;
  if (second || !only) return false;
  const type = only.get("path", "type");
  return only.unknown || type.unknown || type.absent || type.text === "PathPrefix";
}

function checkMirror(mirror: View, report: Report): void {
  checkServicePort(mirror.get("backendRef"), report);
  const fraction = mirror.get("fraction");
  if (mirror.get("percent").present && fraction.present) {
    report(mirror, { message: "percent and fraction exclude each other", fix: "remove one of the two" });
  }
  const [numerator, denominator] = [fraction.get("numerator"), fraction.get("denominator")];
  const whole = denominator.absent ? 100 : denominator.number;
  if (numerator.number !== undefined && whole !== undefined && numerator.number > whole) {
    report(numerator, {
      message: "more than the denominator",
      allowed: "at most the denominator, which is 100 unless given",
    });
  }
}

function checkCors(cors: View, report: Report): void {
  for (const field of ["allowHeaders", "allowMethods", "allowOrigins"]) {
    const list = cors.get(field);
    if (list.items.length < 2 || !list.items.some((item) => item.text === "*")) continue;
    report(list, { message: '"*" allows all, and excludes other values', fix: 'remove "*", or everything else' });
  }
}

function checkExternalAuth(auth: View, report: Report): void {
  checkServicePort(auth.get("backendRef"), report);
  const protocol = auth.get("protocol").text;
  if (protocol === undefined) return;
  for (const [owner, field] of [
    ["GRPC", "grpc"],
    ["HTTP", "http"],
  ] as const) {
    const settings = auth.get(field);
    if (protocol === owner && settings.absent) report(settings, { message: `missing; the protocol ${owner} needs it` });
    if (protocol !== owner && settings.present)
      report(settings, { message: `does not belong to the protocol ${auth.get("protocol").shown}` });
  }
}

const pathCharacters = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

function checkPath(path: View, report: Report): void {
  const type = path.get("type");
  const value = path.get("value");
  if (type.unknown || (type.present && type.text !== "Exact" && type.text !== "PathPrefix")) return;
  const { text } = value;
  if (text === undefined) return;
  if (!text.startsWith("/")) {
    report(value, { message: "not an absolute path", allowed: 'a path that begins with "/"' });
  } else if (!isPlainPath(text)) {
    report(value, {
      message: "not a plain path",
      allowed: 'letters, digits and -/._~!$&\'()*+,;=:@ or %xx, without "//", "/./", "/../", "%2f" and "#"',
      fix: "use path.type RegularExpression for patterns",
    });
  }
}

function isPlainPath(text: string): boolean {
  const forbidden = ["//", "/./", "/../", "%2f", "%2F", "#"];
  if (forbidden.some((part) => text.includes(part)) || text.endsWith("/..") || text.endsWith("/.")) return false;
  return text.length > 1024 || pathCharacters.test(text);
}

function checkSession(session: View, report: Report): void {
  const cookie = session.get("cookieConfig");
  const type = session.get("type");
  const timeout = session.get("absoluteTimeout");
  if (cookie.get("lifetimeType").text === "Permanent" && timeout.absent) {
    report(timeout, { message: "missing; a permanent cookie needs it", allowed: 'a duration, such as "24h"' });
  }
  // Cookie is the default.
  if (cookie.present && type.present && type.text !== "Cookie") {
    report(cookie, { message: `does not belong to the type ${type.shown}`, allowed: "cookieConfig with type Cookie" });
  }
}

function checkTimeouts(timeouts: View, report: Report): void {
  const [all, one] = [timeouts.get("request"), timeouts.get("backendRequest")];
  const [request, backend] = [all, one].map((timeout) => milliseconds(timeout.text));
  if (request === undefined || backend === undefined || request === 0 || backend <= request) return;
  report(one, { message: `longer than the whole request (${all.shown})`, allowed: "at most timeouts.request" });
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function milliseconds(duration: string | undefined): number | undefined {
  if (duration === undefined || !/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(duration)) return undefined;
  const parts = [...duration.matchAll(/(\d+)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}
