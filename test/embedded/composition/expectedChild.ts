/** An object that the controller is to make, without what the API server fills in. */
export interface ExpectedChild {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Labels of everything that belongs to a service. */
export function ownLabels(name: string, component: string): Record<string, string> {
  return {
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/part-of": "llminferenceservice",
  };
}
