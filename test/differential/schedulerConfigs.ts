import * as fc from "fast-check";

import { type ParameterDefinition, type Parameters, pluginCatalog } from "../../sdk/scheduler/catalog";
import { SchedulerRouter } from "../../sdk/scheduler/routers";

const catalog = pluginCatalog(SchedulerRouter.inferenceExtension);
const types = Object.keys(catalog);
export const header = { apiVersion: "inference.networking.x-k8s.io/v1alpha1", kind: "EndpointPickerConfig" };

/** A value for a parameter or a field, mostly of the right type. */
function oddly<T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom<unknown>(null, "", "text", 0, -1, 1.5, true, [], {}, "1Gi", "3s", [null], ["text"]);
  return fc.oneof({ weight: 120, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

/** What is left to the router when it is text is not a text here that means nothing. */
function oddlyNoText<T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 120, arbitrary: usual },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 0, true, [], {}) },
  );
}

function valueOf(definition: ParameterDefinition): fc.Arbitrary<unknown> {
  const { type, values, fields = {}, length, minimum, above, maximum } = definition;
  if (values) return oddly(fc.constantFrom(...values, values[0]));
  const limits = [minimum, above, maximum].flatMap((limit) =>
    limit === undefined ? [] : [limit - 1, limit, limit + 0.5],
  );
  switch (type) {
    case "boolean":
      return oddly(fc.boolean());
    case "integer":
    case "nanoseconds":
      return oddly(fc.constantFrom(1, 2, 100, 100_000, ...limits.map(Math.ceil)));
    case "number":
      return oddly(fc.constantFrom(0.5, 1, 0.25, ...limits));
    case "duration":
      return oddly(fc.constantFrom("1s", "200ms", "1m30s", "1.5h", "0s", "-1s", "5", "1d", "0", ".5s", "1s "));
    case "object":
      return oddly(parametersOf(fields));
    case "objects":
      return oddly(fc.array(parametersOf(fields), { maxLength: (length ?? 1) + 1, minLength: length ?? 0 }));
    default:
      if (definition.language === "cel") return oddlyNoText(fc.constantFrom("1 + 1", "size(usage) > 0"));
      if (definition.language === "metric")
        return oddlyNoText(fc.constantFrom("text", "vllm:waiting{kind=all}", "sum(text)", "1 + 1"));
      return oddly(fc.constantFrom("text", "vllm", "http", "/metrics", "v1", "Pod", "1 + 1", "default"));
  }
}

function parametersOf(parameters: Parameters): fc.Arbitrary<Record<string, unknown>> {
  const requiredKeys = Object.keys(parameters).filter((name) => parameters[name]?.required);
  const usual = fc.record(
    Object.fromEntries(Object.entries(parameters).map(([name, definition]) => [name, valueOf(definition)])),
    { requiredKeys },
  );
  const misspelt = fc.constantFrom("UNKNOWN", ...Object.keys(parameters).map((name) => name.toUpperCase()));
  return fc.oneof(
    { weight: 12, arbitrary: usual },
    {
      weight: 1,
      arbitrary: fc.tuple(usual, misspelt, valueOf({ type: "integer", meaning: "" })).map(([most, name, value]) => {
        // Go takes either of two names that differ in case alone, by their order.
        const others = Object.entries(most).filter(([other]) => other.toLowerCase() !== name.toLowerCase());
        return { ...Object.fromEntries(others), [name]: value };
      }),
    },
  );
}

/** Names are few, so that references meet them. */
const name = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "", "metrics-data-source", "openai-parser");

const plugin = fc.constantFrom(...types).chain((type) => {
  const { parameters } = catalog[type] ?? {};
  const given = parameters === undefined || parameters === "open" ? fc.constant({}) : parametersOf(parameters);
  return fc.record(
    { type: oddly(fc.constant(type)), name: oddly(name), parameters: oddly(given) },
    {
      requiredKeys: [
        "type",
        ...(Object.values(parameters ?? {}).some((p: ParameterDefinition) => p.required)
          ? (["parameters"] as const)
          : []),
      ],
    },
  );
});

function referenceTo(plugins: readonly unknown[], kind?: string): fc.Arbitrary<unknown> {
  const names = plugins.flatMap((given) => {
    const { type, name } = (given ?? {}) as { type?: unknown; name?: unknown };
    if (typeof type !== "string") return [];
    const fits = kind === undefined || (catalog[type]?.kinds as readonly string[] | undefined)?.includes(kind);
    return fits ? [typeof name === "string" && name !== "" ? name : type] : [];
  });
  const other = fc.constantFrom("nowhere", "a", "b", "utilization-detector", "max-score-picker", "queue-scorer");
  return names.length === 0
    ? other
    : fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: other });
}

/** Configurations of which the endpoint picker takes about as many as it refuses. */
export const schedulerConfigs: fc.Arbitrary<Record<string, unknown>> = fc
  .array(plugin, { maxLength: 4 })
  .chain((plugins) => {
    const anyRef = referenceTo(plugins);
    const of = (kind: string): fc.Arbitrary<unknown> => fc.record({ pluginRef: oddly(referenceTo(plugins, kind)) });
    const profile = fc.record(
      {
        name: oddly(fc.constantFrom("default", "prefill")),
        plugins: oddly(
          fc.array(
            fc.record(
              { pluginRef: oddly(anyRef), weight: oddly(fc.constantFrom(1, 2, 0.5, -1)) },
              { requiredKeys: ["pluginRef"] },
            ),
            {
              maxLength: 3,
            },
          ),
        ),
      },
      { requiredKeys: ["name"] },
    );
    const limits = {
      maxBytes: oddly(fc.constantFrom("1Gi", 100, "500M", "-1")),
      maxRequests: oddly(fc.constantFrom(1, "1k")),
    };
    const band = fc.record(
      {
        priority: oddly(fc.constantFrom(-1, 0, 1, 2)),
        ...limits,
        fairnessPolicyRef: oddly(referenceTo(plugins, "fairness-policy")),
        orderingPolicyRef: oddly(referenceTo(plugins, "ordering-policy")),
      },
      { requiredKeys: [] },
    );
    return fc
      .record(
        {
          apiVersion: fc.oneof(
            { weight: 40, arbitrary: fc.constant(header.apiVersion) },
            { weight: 1, arbitrary: fc.constantFrom("v1", "llm-d.ai/v1alpha1", "") },
          ),
          kind: fc.oneof(
            { weight: 40, arbitrary: fc.constant(header.kind) },
            { weight: 1, arbitrary: fc.constantFrom("Pod", "") },
          ),
          plugins: oddly(fc.constant(plugins)),
          schedulingProfiles: oddly(fc.array(profile, { maxLength: 1 })),
          featureGates: oddly(fc.subarray(["flowControl", "enableLegacyMetrics", "dataLayer", "flowcontrol"])),
          saturationDetector: oddly(of("saturation-detector")),
          parser: oddly(of("parser")),
          dataLayer: oddly(
            fc.record({
              sources: oddly(
                fc.array(
                  fc.record(
                    {
                      pluginRef: oddly(referenceTo(plugins, "data-source")),
                      extractors: oddly(fc.array(of("extractor"), { maxLength: 1 })),
                    },
                    { requiredKeys: ["pluginRef"] },
                  ),
                  { maxLength: 2, minLength: 1 },
                ),
              ),
            }),
          ),
          flowControl: oddly(
            fc.record(
              {
                ...limits,
                defaultRequestTTL: oddly(fc.constantFrom("1s", "-1s", "0")),
                defaultPriorityBand: oddly(band),
                priorityBands: oddly(fc.array(band, { maxLength: 2 })),
                usageLimitPolicyPluginRef: oddly(referenceTo(plugins, "usage-limit-policy")),
              },
              { requiredKeys: [] },
            ),
          ),
          metadata: fc.constant({ name: "x" }),
        },
        { requiredKeys: ["apiVersion", "kind", "plugins"] },
      )
      .chain((config) => thinned(config));
  });

/** Leaves most of the optional parts out most of the time: one wrong part hides what is said about the others. */
function thinned(config: Record<string, unknown>): fc.Arbitrary<Record<string, unknown>> {
  const optional = Object.keys(config).filter((key) => !["apiVersion", "kind", "plugins"].includes(key));
  return fc
    .tuple(
      ...optional.map((key) =>
        fc.integer({ min: 0, max: key === "metadata" ? 40 : key === "schedulingProfiles" ? 1 : 3 }),
      ),
    )
    .map((dice) => {
      const left = { ...config };
      for (const [index, key] of optional.entries()) if (dice[index] !== 0) delete left[key];
      return left;
    });
}
