import type { Input } from "@pulumi/pulumi";

/** Gateway API 1.5 HTTPRouteSpec. Source: https://gateway-api.sigs.k8s.io/reference/spec/ */
export interface HTTPRouteSpecArgs {
  parentRefs?: Input<Input<ParentReferenceArgs>[]>;
  hostnames?: Input<Input<string>[]>;
  rules?: Input<Input<HTTPRouteRuleArgs>[]>;
}

/** The Gateway (and listener) that a route attaches to. */
export interface ParentReferenceArgs {
  /** @default "gateway.networking.k8s.io" */
  group?: Input<string>;
  /** @default "Gateway" */
  kind?: Input<string>;
  /** @default the route's namespace */
  namespace?: Input<string>;
  name: Input<string>;
  sectionName?: Input<string>;
  port?: Input<number>;
}

/** One rule: what matches, what is done to it and where it goes. */
export interface HTTPRouteRuleArgs {
  name?: Input<string>;
  /** @default one match of the path prefix "/" */
  matches?: Input<Input<HTTPRouteMatchArgs>[]>;
  filters?: Input<Input<HTTPRouteFilterArgs>[]>;
  backendRefs?: Input<Input<HTTPBackendRefArgs>[]>;
  timeouts?: Input<HTTPRouteTimeoutsArgs>;
  retry?: Input<Record<string, unknown>>;
  sessionPersistence?: Input<Record<string, unknown>>;
}

/** All conditions of one match must hold. */
export interface HTTPRouteMatchArgs {
  path?: Input<{ type?: Input<string>; value?: Input<string> }>;
  headers?: Input<Input<{ type?: Input<string>; name: Input<string>; value: Input<string> }>[]>;
  queryParams?: Input<Input<{ type?: Input<string>; name: Input<string>; value: Input<string> }>[]>;
  method?: Input<string>;
}

/** A change to a request or response, such as `URLRewrite`; the field named after `type` in lower camel case holds its settings. */
export interface HTTPRouteFilterArgs {
  type: Input<string>;
  urlRewrite?: Input<Record<string, unknown>>;
  requestHeaderModifier?: Input<Record<string, unknown>>;
  responseHeaderModifier?: Input<Record<string, unknown>>;
  requestMirror?: Input<Record<string, unknown>>;
  requestRedirect?: Input<Record<string, unknown>>;
  cors?: Input<Record<string, unknown>>;
  extensionRef?: Input<Record<string, unknown>>;
}

/** A Service or InferencePool that receives the requests. */
export interface HTTPBackendRefArgs {
  /** "" for Services, "inference.networking.k8s.io" for InferencePools. @default "" */
  group?: Input<string>;
  /** @default "Service" */
  kind?: Input<string>;
  name: Input<string>;
  namespace?: Input<string>;
  port?: Input<number>;
  /** Share of the requests among the rule's backends. @default 1 */
  weight?: Input<number>;
  filters?: Input<Input<HTTPRouteFilterArgs>[]>;
}

/** Gateway API durations such as "300s". */
export interface HTTPRouteTimeoutsArgs {
  request?: Input<string>;
  backendRequest?: Input<string>;
}

/** InferencePoolSpec of inference.networking.k8s.io/v1. Source: gateway-api-inference-extension 1.5, `api/v1`. */
export interface InferencePoolSpecArgs {
  selector: Input<{ matchLabels: Input<Record<string, Input<string>>> }>;
  /** Ports of the model servers, 1 to 8. */
  targetPorts: Input<Input<{ number: Input<number> }>[]>;
  appProtocol?: Input<string>;
  endpointPickerRef: Input<EndpointPickerRefArgs>;
}

/** The Service of the endpoint picker. */
export interface EndpointPickerRefArgs {
  /** @default "" */
  group?: Input<string>;
  /** @default "Service" */
  kind?: Input<string>;
  name: Input<string>;
  port?: Input<{ number: Input<number> }>;
  /** What happens to requests when the picker does not answer. @default "FailClose" */
  failureMode?: Input<string>;
}
