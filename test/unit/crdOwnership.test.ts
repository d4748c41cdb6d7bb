import { strict as assert } from "node:assert";

import { isManagedBy, liveState, otherManagers, ownedDigest } from "../../components/crds/ownership";
import type { KubernetesObject } from "../../sdk/kubernetes/client";

const ours = {
  manager: "us",
  operation: "Apply",
  time: "2026-01-01T00:00:00Z",
  fieldsV1: {
    "f:metadata": { "f:annotations": { "f:mine": {} } },
    "f:spec": {
      "f:group": {},
      "f:versions": {},
      "f:conversion": { ".": {}, "f:strategy": {} },
      "f:keyed": { 'k:{"name":"a"}': { ".": {}, "f:name": {}, "f:value": {} } },
      "f:set": { 'v:"x"': {} },
    },
  },
};

function crd(change: (object: ReturnType<typeof base>) => void = () => undefined): KubernetesObject {
  const object = base();
  change(object);
  return object;
}

function base() {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: "things.example.com",
      annotations: { mine: "1" },
      resourceVersion: "1",
      managedFields: [ours],
    } as Record<string, unknown> & { annotations: Record<string, string>; managedFields: Record<string, unknown>[] },
    spec: {
      group: "example.com",
      versions: [{ name: "v1", served: true }],
      conversion: { strategy: "Webhook" } as Record<string, unknown>,
      keyed: [
        { name: "b", value: 1 },
        { name: "a", value: 2 },
      ],
      set: ["y", "x"],
    },
    status: {} as unknown,
  };
}

describe("ownership of a CRD's fields", () => {
  const applied = ownedDigest(crd(), "us");

  it("does not see what others add", () => {
    const others = crd((object) => {
      object.metadata.annotations.theirs = "2";
      object.metadata.resourceVersion = "2";
      object.metadata.managedFields.push({ manager: "cainjector", operation: "Update" });
      object.spec.conversion.webhook = { clientConfig: { caBundle: "YQ==" } };
      object.spec.keyed.reverse();
      object.spec.set.push("z");
      object.status = { storedVersions: ["v1"] };
    });
    assert.equal(ownedDigest(others, "us"), applied);
    assert.equal(liveState(others, "us", applied), "as applied");
  });

  it("sees every kind of field that is different", () => {
    const changes: ((object: ReturnType<typeof base>) => void)[] = [
      (object) => (object.metadata.annotations.mine = "2"),
      (object) => (object.spec.group = "example.org"),
      (object) => (object.spec.versions = [{ name: "v1", served: false }]),
      (object) => (object.spec.conversion.strategy = "None"),
      (object) => (object.spec.keyed = [{ name: "a", value: 3 }]),
      (object) => (object.spec.set = ["y"]),
    ];
    const digests = changes.map((change) => ownedDigest(crd(change), "us"));
    assert.equal(new Set([applied, ...digests]).size, 7);
  });

  it("sees that another manager has taken a field, and says which", () => {
    const taken = crd((object) => {
      object.metadata.managedFields = [
        { ...ours, fieldsV1: { "f:spec": { "f:group": {} } } },
        { manager: "helm", operation: "Apply", time: "2026-01-02T00:00:00Z" },
        { manager: "kubectl-edit", operation: "Update", time: "2026-01-03T00:00:00Z" },
        { manager: "status-writer", operation: "Update", subresource: "status", time: "2026-01-04T00:00:00Z" },
      ];
    });
    assert.equal(liveState(taken, "us", applied), 'changed by "kubectl-edit"');
    assert.deepEqual(otherManagers(taken, "us"), ["kubectl-edit", "helm"]);
  });

  it("says what is gone or going", () => {
    assert.equal(liveState(undefined, "us", applied), "missing");
    const going = crd((object) => (object.metadata.deletionTimestamp = "2026-01-01T00:00:00Z"));
    assert.equal(liveState(going, "us", applied), "being deleted");
  });

  it("is only by server-side apply", () => {
    assert.equal(isManagedBy(crd(), "us"), true);
    assert.equal(isManagedBy(crd(), "them"), false);
    const updated = crd((object) => (object.metadata.managedFields = [{ ...ours, operation: "Update" }]));
    assert.equal(isManagedBy(updated, "us"), false);
  });
});
