import { deepStrictEqual, ok, strictEqual } from "node:assert";

import type { StackResource } from "../../policy/resource";
import { costTags } from "../../policy/rules/costTags";
import { noPlainTextSecrets } from "../../policy/rules/noPlainTextSecrets";
import { noPrivilegedPods } from "../../policy/rules/noPrivilegedPods";
import { productionAvailability } from "../../policy/rules/productionAvailability";
import { requiredLabels } from "../../policy/rules/requiredLabels";
import { tlsOnExternalListeners } from "../../policy/rules/tlsOnExternalListeners";
import type { Json } from "../../sdk/compose/marked";
import { llama, object, service, serving1, unknown, violations, violationsAlone } from "./policy/resources";

describe("policy required-labels", () => {
  const labels = { team: "[a-z]+", "cost-center": "\\d{4}" };

  it("asks for the labels, and for values that fit as a whole", () => {
    deepStrictEqual(violations(requiredLabels, [service({}, { labels: { team: "search2" } })], { labels }), [
      'metadata.labels.team: not an allowed value; given: "search2"; allowed: [a-z]+',
      "metadata.labels.cost-center: missing; allowed: a value like \\d{4}",
    ]);
    const good = service({}, { labels: { team: "search", "cost-center": "4711" } });
    deepStrictEqual(violations(requiredLabels, [good], { labels }), []);
  });

  it("is about the kinds that are named, and about nothing without labels", () => {
    const namespace = object("v1", "Namespace", { name: "models" });
    deepStrictEqual(violations(requiredLabels, [namespace], { labels }), []);
    deepStrictEqual(violations(requiredLabels, [namespace], { labels, kinds: ["Namespace"] }).length, 2);
    deepStrictEqual(violations(requiredLabels, [service({})]), []);
  });

  it("waits for what is not known yet", () => {
    deepStrictEqual(
      violations(requiredLabels, [service({}, { labels: { team: unknown, "cost-center": unknown } })], { labels }),
      [],
    );
  });
});

describe("policy cost-tags", () => {
  const tags = { Team: ".+" };
  const cloud = (type: string, inputs: Record<string, Json>, provider?: Record<string, Json>): StackResource => ({
    urn: `urn:pulumi:dev::shop::${type}::a`,
    type,
    inputs,
    ...(provider && { provider }),
  });

  it("looks where each cloud keeps them", () => {
    const pool = "gcp:container/nodePool:NodePool";
    deepStrictEqual(
      violations(costTags, [cloud(pool, { nodeConfig: { resourceLabels: { team: "search" } } })], { tags }),
      [],
    );
    deepStrictEqual(violations(costTags, [cloud(pool, { nodeConfig: {} })], { tags }), [
      "nodeConfig.resourceLabels.team: missing; allowed: a value like .+",
    ]);
    deepStrictEqual(
      violations(costTags, [cloud("aws:eks/nodeGroup:NodeGroup", { tags: { Team: "x" } })], { tags }),
      [],
    );
    deepStrictEqual(
      violations(costTags, [cloud("aws:eks/cluster:Cluster", { tags: { team: "x" } })], { tags }).length,
      1,
    );
  });

  it("knows what the provider adds", () => {
    const provider = { defaultTags: { tags: { Team: "platform" } } };
    deepStrictEqual(violations(costTags, [cloud("aws:eks/cluster:Cluster", {}, provider)], { tags }), []);
    deepStrictEqual(
      violations(costTags, [cloud("aws:eks/cluster:Cluster", {}, { defaultTags: unknown })], { tags }),
      [],
    );
    const wrong = { tags: { Team: "search" } };
    deepStrictEqual(violations(costTags, [cloud("aws:eks/cluster:Cluster", {}, provider)], wrong), [
      'tags.Team: not an allowed value; given: "platform"; allowed: search',
    ]);
  });

  it("is about what costs money alone", () => {
    deepStrictEqual(violations(costTags, [cloud("aws:iam/role:Role", {}), service({})], { tags }), []);
  });
});

describe("policy no-plain-text-secrets", () => {
  const env = (...variables: Json[]) => [service(serving1({ env: variables }))];
  const token = `hf_${"abcdefghij".repeat(3)}`;

  it("finds credentials by the names of variables, and by what they look like, and shows none", () => {
    const found = violations(
      noPlainTextSecrets,
      env({ name: "HF_TOKEN", value: "hunter2" }, { name: "GREETING", value: token }, { name: "PATH_TO", value: "/a" }),
    );
    deepStrictEqual(found, [
      "spec.template.containers[0].env[0].value: HF_TOKEN is given in plain text; set by spec; fix: put it into a Secret, and refer to that by valueFrom.secretKeyRef",
      "spec.template.containers[0].env[1].value: GREETING is given in plain text (a token of Hugging Face); set by spec; fix: put it into a Secret, and refer to that by valueFrom.secretKeyRef",
    ]);
    ok(!found.join().includes("hunter2") && !found.join().includes(token));
  });

  it("finds one that a preview does not know", () => {
    deepStrictEqual(violations(noPlainTextSecrets, env({ name: "AWS_SECRET_ACCESS_KEY", value: unknown })).length, 1);
  });

  it("lets through references, places where a credential lies, and what is exempt", () => {
    const valueFrom = { secretKeyRef: { name: "hf", key: "token" } };
    const variables: Json[] = [
      { name: "HF_TOKEN", valueFrom },
      { name: "HF_TOKEN_PATH", value: "/var/run/token" },
      { name: "MAX_TOKENS", value: "512" },
      { name: "API_KEY", value: "$(HF_TOKEN)" },
      { name: "EMPTY_TOKEN", value: "" },
    ];
    deepStrictEqual(violations(noPlainTextSecrets, env(...variables)), []);
    const cache = { name: "CACHE_KEY_SECRET", value: "per-tenant" };
    deepStrictEqual(violations(noPlainTextSecrets, env(cache), { exemptNames: ["CACHE_*"] }), []);
    deepStrictEqual(violations(noPlainTextSecrets, env({ name: "SALT", value: "x" }), { names: ["SALT"] }).length, 1);
  });

  it("finds credentials by the names of flags, and shows none", () => {
    const server = (args: Json[], more: Record<string, Json> = {}) => [service(serving1({ args, ...more }))];
    const places = (...given: Parameters<typeof server>): (string | undefined)[] =>
      violations(noPlainTextSecrets, server(...given)).map((text) => text.split(":")[0]);
    const [message, ...others] = violations(noPlainTextSecrets, server(["--port", "8000", "--api-key=hunter2"]));
    deepStrictEqual(others, []);
    strictEqual(
      message,
      "spec.template.containers[0].args[2]: --api-key is given in plain text; set by spec; fix: put it into a Secret, give it to a variable by valueFrom.secretKeyRef, and write $(VARIABLE)",
    );
    deepStrictEqual(places(["--api-key", "hunter2"]), ["spec.template.containers[0].args[1]"]);
    deepStrictEqual(places(["--api-key", unknown]), ["spec.template.containers[0].args[1]"]);
    deepStrictEqual(places(["hunter2"], { command: ["serve", "--api-key"] }), ["spec.template.containers[0].args[0]"]);
    // By name and by its shape, and still once.
    deepStrictEqual(places(["--api-key", token]).length + places([`--api-key=${token}`]).length, 2);
    const fine = ["--api-key=$(KEY)", "--api-key", "${KEY}", "--tokenizer=a", "--max-tokens", "5", "--tls-secret", "a"];
    deepStrictEqual(places([...fine, "--hf-token=", "--use-token=true", "--token", "--verbose", "--password"]), []);
    const cache = server(["--cache-key-secret=a", "--salt=b", "--cache-token=c"]);
    const settings = { names: ["salt"], exemptNames: ["cache-*"] };
    deepStrictEqual(violations(noPlainTextSecrets, cache, settings).length, 1);
  });

  it("looks into arguments, ConfigMaps and values of charts", () => {
    const args = service(serving1({ args: ["--model", `--token=${token}`] }));
    deepStrictEqual(violations(noPlainTextSecrets, [args]), [
      "spec.template.containers[0].args[1]: has a token of Hugging Face in plain text; set by spec; fix: put it into a Secret, and refer to that by valueFrom.secretKeyRef",
    ]);
    const map = object(
      "v1",
      "ConfigMap",
      { name: "a" },
      { data: { url: "redis://:pw@host", dsn: "redis://me:pw@host" } },
    );
    deepStrictEqual(violations(noPlainTextSecrets, [map]), [
      "data.dsn: holds an address with a password in plain text; fix: put it into a Secret",
    ]);
    const chart = {
      urn: "urn:pulumi:dev::shop::kubernetes:helm.sh/v4:Chart::a",
      type: "kubernetes:helm.sh/v4:Chart",
      inputs: { values: { grafana: { adminPassword: "hunter2", existingSecret: "grafana", clientSecret: "" } } },
    };
    deepStrictEqual(violations(noPlainTextSecrets, [chart]), [
      "values.grafana.adminPassword: holds a credential in plain text; fix: put it into a Secret",
    ]);
  });
});

describe("policy tls-on-external-listeners", () => {
  const http = { name: "http", port: 80, protocol: "HTTP" };
  const https = { name: "https", port: 443, protocol: "HTTPS" };
  const gateway = (listeners: Json[], spec: Record<string, Json> = {}): StackResource =>
    object(
      "gateway.networking.k8s.io/v1",
      "Gateway",
      { name: "gw", namespace: "kserve" },
      { spec: { gatewayClassName: "istio", listeners, ...spec } },
    );
  const redirect = object(
    "gateway.networking.k8s.io/v1",
    "HTTPRoute",
    { name: "to-https", namespace: "kserve" },
    {
      spec: {
        parentRefs: [{ name: "gw", namespace: "kserve", sectionName: "http" }],
        rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] }],
      },
    },
  );
  const same = { allowedRoutes: { namespaces: { from: "Same" } } };

  it("finds listeners of HTTP", () => {
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([http, https])]), [
      'spec.listeners[0].protocol: listener "http" is reached from outside without TLS; given: "HTTP"; allowed: HTTPS, or an HTTP listener for the gateway\'s own namespace whose only route redirects to HTTPS; fix: give the gateway tls and redirectToHttps, or make its load balancer internal',
    ]);
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([https])]), []);
  });

  it("lets a listener redirect, where no other route may attach", () => {
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([{ ...http, ...same }, https]), redirect]), []);
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([http, https]), redirect]), []);
    const all = { allowedRoutes: { namespaces: { from: "All" } } };
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([{ ...http, ...all }]), redirect]).length, 1);
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([{ ...http, ...same }])]).length, 1);
  });

  it("lets through what is internal, exempt or not known yet", () => {
    const annotations = { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" };
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([http], { infrastructure: { annotations } })]), []);
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([http], { gatewayClassName: "gke-l7-rilb" })]), []);
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([http])], { exempt: ["kserve/*"] }), []);
    deepStrictEqual(violations(tlsOnExternalListeners, [gateway([{ ...http, protocol: unknown }])]), []);
  });
});

describe("policy production-availability", () => {
  const budget = (workload: string, selector?: Json): StackResource =>
    object(
      "policy/v1",
      "PodDisruptionBudget",
      { name: "llama", namespace: "models" },
      {
        spec: {
          maxUnavailable: 1,
          selector: selector ?? {
            matchLabels: { "app.kubernetes.io/name": "llama", "app.kubernetes.io/part-of": "llminferenceservice" },
            matchExpressions: [{ key: "app.kubernetes.io/component", operator: "In", values: [workload] }],
          },
        },
      },
    );
  const main = "llminferenceservice-workload";
  const in_ = (stack: string, spec: Json): StackResource => service(spec, { stack });

  it("asks for replicas and budgets in production", () => {
    deepStrictEqual(violations(productionAvailability, [in_("prod", { model: llama })]), [
      "spec.replicas: too few servers for production; given: 1; allowed: at least 2",
      'no PodDisruptionBudget in this stack for the servers, so that nodes may be drained of all of them at once; fix: new ServiceDisruptionBudget(…, { serviceName: "llama", workload: "decode" })',
    ]);
    deepStrictEqual(violations(productionAvailability, [in_("prod", { model: llama, replicas: 2 }), budget(main)]), []);
  });

  it("asks for nothing elsewhere, and for more where it is told", () => {
    deepStrictEqual(violations(productionAvailability, [in_("dev", { model: llama })]), []);
    const given = { productionStacks: ["live"], minReplicas: 3, disruptionBudgets: false };
    deepStrictEqual(violations(productionAvailability, [in_("live", { model: llama, replicas: 2 })], given).length, 1);
  });

  it("judges prefill, and autoscaling by its least", () => {
    const scaling = { minReplicas: 1, maxReplicas: 9, wva: { hpa: {} } };
    const found = violations(
      productionAvailability,
      [in_("prod", { model: llama, scaling, prefill: { replicas: 1 } })],
      { disruptionBudgets: false },
    );
    deepStrictEqual(
      found.map((text) => text.split(":")[0]),
      ["spec.scaling.minReplicas", "spec.prefill.replicas"],
    );
  });

  it("takes a budget for the pods that it selects", () => {
    const spec = { model: llama, replicas: 2 };
    const withBudget = (selector: Json): number =>
      violations(productionAvailability, [in_("prod", spec), budget(main, selector)]).length;
    deepStrictEqual(withBudget({ matchLabels: { "app.kubernetes.io/name": "llama" } }), 0);
    deepStrictEqual(withBudget({ matchLabels: { "app.kubernetes.io/name": "other" } }), 1);
    deepStrictEqual(withBudget(unknown), 0);
    deepStrictEqual(withBudget({}), 0);
    const none = object(
      "policy/v1",
      "PodDisruptionBudget",
      { name: "llama", namespace: "models" },
      { spec: { maxUnavailable: 1 } },
    );
    deepStrictEqual(violations(productionAvailability, [in_("prod", spec), none]).length, 1);
    const scheduler = {
      key: "app.kubernetes.io/component",
      operator: "In",
      values: ["llminferenceservice-router-scheduler"],
    };
    deepStrictEqual(withBudget({ matchExpressions: [scheduler] }), 1);
    deepStrictEqual(withBudget({ matchExpressions: [{ ...scheduler, operator: "NotIn" }] }), 0);
    deepStrictEqual(withBudget({ matchExpressions: [{ key: "app.kubernetes.io/name", operator: "Exists" }] }), 0);
  });

  it("waits for a number of replicas that is not known yet", () => {
    const later = in_("prod", { model: llama, replicas: unknown });
    deepStrictEqual(violations(productionAvailability, [later], { disruptionBudgets: false }), []);
  });
});

describe("policy no-privileged-pods", () => {
  const pod = (fields: Record<string, Json>, namespace = "models"): StackResource =>
    object("apps/v1", "DaemonSet", { name: "agent", namespace }, { spec: { template: { spec: fields } } });
  const container = (securityContext: Json) => ({ containers: [{ name: "a", securityContext }] });

  it("finds what reaches through to the node", () => {
    const spec = {
      hostNetwork: true,
      hostPID: true,
      volumes: [{ name: "root", hostPath: { path: "/" } }],
      initContainers: [{ name: "a", securityContext: { privileged: true, allowPrivilegeEscalation: true } }],
      containers: [{ name: "b", securityContext: { capabilities: { add: ["SYS_ADMIN", "IPC_LOCK"] } } }],
    };
    deepStrictEqual(
      violations(noPrivilegedPods, [pod(spec)]).map((text) => text.split(";")[0]),
      [
        "spec.template.spec.hostNetwork: the pod is in a namespace of its node",
        "spec.template.spec.hostPID: the pod is in a namespace of its node",
        "spec.template.spec.volumes[0].hostPath.path: a path of the node",
        "spec.template.spec.containers[0].securityContext.capabilities.add[0]: a capability that is not allowed",
        "spec.template.spec.initContainers[0].securityContext.privileged: the container may do everything that its node may",
        "spec.template.spec.initContainers[0].securityContext.allowPrivilegeEscalation: a process may get more rights than the one that started it",
      ],
    );
  });

  it("judges services, before and after their composition", () => {
    const bad = service(serving1({ securityContext: { privileged: true } }));
    deepStrictEqual(violationsAlone(noPrivilegedPods, bad).length, 1);
    deepStrictEqual(violations(noPrivilegedPods, [bad]).length, 1);
    deepStrictEqual(violations(noPrivilegedPods, [service(serving1({ securityContext: { privileged: false } }))]), []);
  });

  it("exempts what works on nodes, and what is allowed by name", () => {
    deepStrictEqual(violations(noPrivilegedPods, [pod({ hostNetwork: true }, "kube-system")]), []);
    deepStrictEqual(
      violations(noPrivilegedPods, [pod({ hostNetwork: true }, "gpu")], { exemptNamespaces: ["gpu"] }),
      [],
    );
    const volumes = [{ name: "models", hostPath: { path: "/mnt/models/llama" } }];
    deepStrictEqual(violations(noPrivilegedPods, [pod({ volumes })], { allowedHostPaths: ["/mnt/models/*"] }), []);
    const capable = pod(container({ capabilities: { add: ["CAP_SYS_PTRACE"] } }));
    deepStrictEqual(violations(noPrivilegedPods, [capable], { allowedCapabilities: ["SYS_PTRACE"] }), []);
  });

  it("asks for a word about escalation only where it is told to", () => {
    deepStrictEqual(violations(noPrivilegedPods, [pod(container({}))]), []);
    deepStrictEqual(violations(noPrivilegedPods, [pod(container({}))], { requireNoEscalation: true }).length, 1);
    const later = pod(container({ allowPrivilegeEscalation: unknown, privileged: unknown }));
    deepStrictEqual(violations(noPrivilegedPods, [later], { requireNoEscalation: true }), []);
  });
});
