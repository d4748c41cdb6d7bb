import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import { ports } from "../api/constants";
import type {
  HTTPBackendRefArgs,
  HTTPRouteMatchArgs,
  HTTPRouteRuleArgs,
  HTTPRouteTimeoutsArgs,
} from "../api/gatewayTypes";
import { childNames } from "../api/names";
import { labelName, objectName, RecipeChecks, type RecipeOptions } from "./recipeChecks";

/** Arguments of {@link customRoute}. */
export interface CustomRouteArgs extends RecipeOptions {
  /** The service that the route leads to. */
  service: RoutedService;
  /** Rules of one's own, which go before KServe's. @default none */
  rules?: readonly RouteRule[];
  /** Keep the rules that KServe's preset gives a service, which own rules would replace. @default true */
  keepPresetRules?: boolean;
  /** Time limits of the preset's rules, and of own rules that say none. @default none: a model may take its time */
  timeouts?: RouteTimeouts;
  /** Host names that the route answers to. @default all of the gateway's */
  hostnames?: readonly Input<string>[];
}

/** What names, paths and backends of rules are made from. */
export interface RoutedService {
  name: string;
  namespace: string;
  /** Name under which clients ask for the model. @default the service's name */
  modelName?: string;
  /** Whether it has a scheduler; without one, rules lead to its workload Service. @default true */
  scheduler?: boolean;
  /** The InferencePool, where it is not that of KServe. @default that of KServe */
  pool?: string;
  /** The header that chooses a model on a gateway of many. @default KServe's, X-Gateway-Model-Name */
  modelHeader?: string;
}

/** Durations such as "300s"; "0s" is no limit. */
export interface RouteTimeouts {
  /** The whole request. */
  request?: string;
  /** One try to a backend; at most `request`. */
  backendRequest?: string;
}

/** One rule. */
export interface RouteRule {
  name?: string;
  /** Requests whose path begins with this. @default "/" */
  path?: string;
  /** Requests that have all of these headers, with exactly these values. @default any */
  headers?: Record<string, string>;
  method?: string;
  /** What the path's matched beginning is replaced by. @default it stays */
  rewriteTo?: string;
  timeouts?: RouteTimeouts;
  /** Where it leads: the service's pool (or its Service without a scheduler), its Service past the scheduler, or other Services. @default "pool" */
  to?: "pool" | "workload" | readonly ServiceBackend[];
}

/** A Service of the same namespace, or of another that allows it by a ReferenceGrant. */
export interface ServiceBackend {
  name: string;
  namespace?: string;
  port: number;
  /** Share among the rule's backends. @default 1 */
  weight?: number;
}

/**
 * A route with rules of one's own: timeouts, URL rewrite, header match, Services as backends.
 *
 * KServe takes a list of rules as a whole, so that own rules replace its preset's. They are therefore written out after the own ones;
 * with `keepPresetRules: false` one of the own must lead to the pool, or the service would never be Ready.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function customRoute(args: CustomRouteArgs): ConfigFragment {
  check(args);
  const { service, rules = [], keepPresetRules = true, timeouts, hostnames = [] } = args;
  const own = rules.map((rule) => ruleOf(rule, service, timeouts));
  return {
    name: args.name ?? "custom-route",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: {
      router: {
        route: {
          http: {
            spec: {
              ...(hostnames.length > 0 && { hostnames: [...hostnames] }),
              rules: [...own, ...(keepPresetRules ? presetRules(service, timeouts) : [])],
            },
          },
        },
      },
    },
  };
}

function ruleOf(rule: RouteRule, service: RoutedService, common: RouteTimeouts | undefined): HTTPRouteRuleArgs {
  const { name, path = "/", headers = {}, method, rewriteTo, timeouts = common, to = "pool" } = rule;
  const match: HTTPRouteMatchArgs = {
    path: prefix(path),
    ...(Object.keys(headers).length > 0 && {
      headers: Object.keys(headers)
        .sort()
        .map((header) => ({ type: "Exact", name: header, value: headers[header] as string })),
    }),
    ...(method !== undefined && { method }),
  };
  return {
    ...(name !== undefined && { name }),
    matches: [match],
    ...(rewriteTo !== undefined && { filters: [rewrite(rewriteTo)] }),
    backendRefs: to === "pool" || to === "workload" ? [backend(service, to)] : to.map(serviceBackend),
    ...(timeouts && { timeouts: { ...timeouts } }),
  };
}

function serviceBackend({ name, namespace, port, weight = 1 }: ServiceBackend): HTTPBackendRefArgs {
  return { group: "", kind: "Service", name, ...(namespace !== undefined && { namespace }), port, weight };
}

function backend(service: RoutedService, to: "pool" | "workload"): HTTPBackendRefArgs {
  const names = childNames(service.name);
  return to === "pool" && service.scheduler !== false
    ? {
        group: "inference.networking.k8s.io",
        kind: "InferencePool",
        name: service.pool ?? names.inferencePool,
        port: ports.workload,
        weight: 1,
      }
    : { group: "", kind: "Service", name: names.workloadService, port: ports.workload, weight: 1 };
}

const prefix = (value: string) => ({ type: "PathPrefix", value });
const rewrite = (replacePrefixMatch: string) => ({
  type: "URLRewrite",
  urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch } },
});

/** Endpoints of the OpenAI and Anthropic APIs that have a rule each in the preset. */
const endpoints = ["completions", "chat/completions", "responses", "messages"] as const;

/**
 * The rules of KServe's preset, filled in for one service: each endpoint under `/<namespace>/<name>` and under `/publishers/…`, by the header of the
 * model, and everything else past the scheduler. Source: `config/llmisvcconfig/config-llm-router-route.yaml` of KServe 0.20.
 */
export function presetRules(service: RoutedService, timeouts?: RouteTimeouts): HTTPRouteRuleArgs[] {
  const { name, namespace, modelName = name, modelHeader = "X-Gateway-Model-Name" } = service;
  const publisher = `publishers/${namespace}/models/${modelName}`;
  const headers = [{ type: "Exact", name: modelHeader, value: publisher }];
  // The preset has no limits, and says so.
  const limits: HTTPRouteTimeoutsArgs = timeouts ? { ...timeouts } : { request: "0s", backendRequest: "0s" };
  const paths = (base: string, suffix: string): HTTPRouteRuleArgs[] =>
    endpoints.map((endpoint) => ({
      name: `v1-${endpoint.replace("/", "-")}-${suffix}`,
      matches: [{ path: prefix(`${base}/v1/${endpoint}`) }],
      filters: [rewrite(`/v1/${endpoint}`)],
      backendRefs: [backend(service, "pool")],
      timeouts: limits,
    }));
  const rest = (ruleName: string, base: string): HTTPRouteRuleArgs => ({
    name: ruleName,
    matches: [{ path: prefix(base) }],
    filters: [rewrite("/")],
    backendRefs: [backend(service, "workload")],
    timeouts: limits,
  });
  return [
    ...paths(`/${namespace}/${name}`, "path"),
    {
      name: "v1-model-routing",
      matches: endpoints.flatMap((endpoint) =>
        [`/v1/${endpoint}`, `/v1/${endpoint}/`].map((value) => ({ path: { type: "Exact", value }, headers })),
      ),
      backendRefs: [backend(service, "pool")],
      timeouts: limits,
    },
    ...paths(`/${publisher}`, "publisher-path"),
    rest("v1-publisher-path-catch-all", `/${publisher}`),
    rest("v1-catch-all-path", `/${namespace}/${name}`),
    {
      name: "v1-catch-all-model-routing",
      matches: [{ path: prefix("/"), headers }],
      backendRefs: [backend(service, "workload")],
      timeouts: limits,
    },
  ];
}

const duration = { pattern: /^([0-9]{1,5}(h|m|s|ms)){1,4}$/, allowed: 'a duration such as "300s" or "5m"' };
const absolutePath = { pattern: /^\/[^?#\s{}]*$/, allowed: 'a path that begins with "/"' };

/** As many as the HTTPRoute's schema takes. */
const mostRules = 16;

function check(args: CustomRouteArgs): void {
  const checks = new RecipeChecks("customRoute");
  const { service, rules = [], keepPresetRules = true, timeouts, hostnames = [] } = args;
  checks.fields("", args, ["service", "rules", "keepPresetRules", "timeouts", "hostnames", "name", "priority"]);
  if (typeof service !== "object" || service === null) {
    checks.report({ path: "service", message: "missing", allowed: "an object with name and namespace" });
  } else {
    checks.fields("service", service, ["name", "namespace", "modelName", "scheduler", "pool", "modelHeader"]);
    checks.text("service.name", service.name, { ...labelName, required: true });
    checks.text("service.namespace", service.namespace, { ...labelName, required: true });
    checks.text("service.pool", service.pool, objectName);
  }
  checks.boolean("keepPresetRules", keepPresetRules);
  checkTimeouts("timeouts", timeouts, checks);
  for (const [path, hostname] of checks.list("hostnames", hostnames)) {
    checks.text(path, hostname, {
      pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
      allowed: "a host name in lower case, which may begin with *.",
      longest: 253,
    });
  }
  for (const [path, rule] of checks.objects("rules", rules, ruleFields)) checkRule(path, rule, checks);
  if (Array.isArray(rules)) checkWhole({ rules, keepPresetRules, service }, checks);
  checks.done();
}

function checkWhole({ rules = [], keepPresetRules, service }: CustomRouteArgs, checks: RecipeChecks): void {
  const all = rules.length + (keepPresetRules ? presetRules({ name: "", namespace: "" }).length : 0);
  if (all > mostRules) {
    checks.report({
      path: "rules",
      message: `${all} rules with those of the preset`,
      allowed: `at most ${mostRules}`,
      fix: "leave some out, or set keepPresetRules to false",
    });
  }
  if (keepPresetRules) return;
  if (rules.length === 0) {
    checks.report({
      path: "rules",
      message: "there are none, and the preset's are left out",
      allowed: "at least one rule",
    });
  } else if (service?.scheduler !== false && rules.every((rule) => (rule?.to ?? "pool") !== "pool")) {
    checks.report({
      path: "rules",
      message: "none leads to the scheduler's pool, so that the service would never be Ready",
      allowed: 'at least one rule with to: "pool"',
      fix: 'lead one to "pool", keep the preset\'s rules, or set service.scheduler to false',
    });
  }
}

const ruleFields = ["name", "path", "headers", "method", "rewriteTo", "timeouts", "to"];

function checkRule(path: string, rule: RouteRule, checks: RecipeChecks): void {
  checks.text(`${path}.path`, rule.path, absolutePath);
  checks.text(`${path}.rewriteTo`, rule.rewriteTo, absolutePath);
  checks.text(`${path}.name`, rule.name, objectName);
  checks.choice(`${path}.method`, rule.method, [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "PATCH",
  ]);
  for (const header of Object.keys(rule.headers ?? {})) {
    if (/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(header)) continue;
    checks.report({ path: `${path}.headers`, given: header, message: "not the name of a header" });
  }
  checkTimeouts(`${path}.timeouts`, rule.timeouts, checks);
  const { to } = rule;
  if (to === undefined || to === "pool" || to === "workload") return;
  if (!Array.isArray(to)) {
    checks.report({
      path: `${path}.to`,
      given: to,
      message: "not a backend",
      allowed: '"pool", "workload", or a list of Services',
    });
    return;
  }
  if (to.length === 0) checks.report({ path: `${path}.to`, message: "leads nowhere", allowed: "one or more Services" });
  const targets = to as readonly ServiceBackend[];
  for (const [at, target] of checks.objects(`${path}.to`, targets, ["name", "namespace", "port", "weight"])) {
    checks.text(`${at}.name`, target.name, { ...objectName, required: true });
    checks.integer(`${at}.port`, target.port, { min: 1, max: 65535, required: true });
    checks.integer(`${at}.weight`, target.weight, { min: 0, max: 1_000_000 });
  }
}

function checkTimeouts(path: string, timeouts: RouteTimeouts | undefined, checks: RecipeChecks): void {
  if (!timeouts) return;
  checks.fields(path, timeouts, ["request", "backendRequest"]);
  checks.text(`${path}.request`, timeouts.request, duration);
  checks.text(`${path}.backendRequest`, timeouts.backendRequest, duration);
}
