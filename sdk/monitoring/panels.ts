/** A dashboard as this package describes it; {@link grafanaDashboard} writes it as Grafana reads it. */
export interface Dashboard {
  /** In Grafana's address; stays when the title changes. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Choices above the panels: the values of a label, by a metric that has it. */
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

/** A choice above the panels. */
export interface Variable {
  readonly name: string;
  readonly title: string;
  readonly metric: string;
  readonly label: string;
}

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Lines over time. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: "short" | "reqps" | "s" | "percentunit" | "tokens/s";
  readonly queries: readonly Query[];
}

/** An expression in PromQL, and what its lines are called. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

const width = 12;
const height = 8;
const datasource = { type: "prometheus", uid: "${datasource}" };

/** The JSON model of Grafana's dashboards (schema 39, of Grafana 10 and newer). */
export function grafanaDashboard({ uid, title, description, variables, rows }: Dashboard): Record<string, unknown> {
  const panels: Record<string, unknown>[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: 2 * width, h: 1 },
      panels: [],
    });
    y += 1;
    row.panels.forEach((panel, index) => {
      const gridPos = { x: (index % 2) * width, y: y + Math.floor(index / 2) * height, w: width, h: height };
      panels.push(timeSeries(panels.length + 1, panel, gridPos));
    });
    y += Math.ceil(row.panels.length / 2) * height;
  }
  return {
    uid,
    title,
    description,
    tags: ["llm", "kserve"],
    schemaVersion: 39,
    editable: true,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [datasourceVariable, ...variables.map(labelVariable)] },
    panels,
  };
}

function timeSeries(
  id: number,
  { title, description, unit, queries }: Panel,
  gridPos: object,
): Record<string, unknown> {
  return {
    id,
    type: "timeseries",
    title,
    description,
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit: unit === "tokens/s" ? "suffix: tokens/s" : unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend,
    })),
  };
}

const datasourceVariable = { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" };

function labelVariable({ name, title, metric, label }: Variable): Record<string, unknown> {
  const query = `label_values(${metric}, ${label})`;
  return {
    name,
    label: title,
    type: "query",
    datasource,
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: ".*",
    current: { text: "All", value: "$__all" },
  };
}
