import { deepStrictEqual, strictEqual } from "node:assert";

import { checkServiceName, childName, childNames } from "../../sdk/api/names";

// Expected hashes are what knative.dev/pkg/kmeta.ChildName itself printed.
describe("childName", () => {
  it("joins parent and suffix when they fit into 63 characters", () => {
    strictEqual(childName("llama", "-kserve"), "llama-kserve");
    strictEqual(childName("a".repeat(51), "-epp-service"), `${"a".repeat(51)}-epp-service`);
  });

  it("shortens the parent and adds its MD5 sum when they do not fit", () => {
    strictEqual(
      childName("my-very-long-name-for-a-service-with-words", "-kserve-router-scheduler"),
      "my-very2f057a8cdf235743b80b1612e86eb47d-kserve-router-scheduler",
    );
    strictEqual(
      childName("a".repeat(52), "-epp-service"),
      `${"a".repeat(19)}b6fe77c19f0f0f4946c761d62585bfea-epp-service`,
    );
  });

  it("hashes parent and suffix together when the suffix is longer than 30 characters", () => {
    strictEqual(
      childName("llama", "-0123456789012345678901234567890123456789012345678901234567890"),
      "llamace113f7e837461fdc0027a1ba59cb52a-0123456789012345678901234",
    );
  });

  it("names the children as the controller does", () => {
    const names = childNames("llama");
    strictEqual(names.leaderWorkerSet, "llama-kserve-mn");
    strictEqual(names.schedulerService, "llama-epp-service");
    strictEqual(names.httpRoute, "llama-kserve-route");
  });
});

describe("checkServiceName", () => {
  const singleNode = { multiNode: false, multiNodePrefill: false };

  it("accepts a name of 63 characters for a single-node service", () => {
    deepStrictEqual(checkServiceName("a".repeat(63), singleNode, "name"), []);
  });

  it("refuses what Services cannot be called", () => {
    deepStrictEqual(
      checkServiceName("8b", singleNode, "services[0].name").map(({ path, given }) => ({ path, given })),
      [{ path: "services[0].name", given: "8b" }],
    );
  });

  it("leaves room for the revision hash of multi-node pods", () => {
    deepStrictEqual(checkServiceName("a".repeat(39), { ...singleNode, multiNode: true }, "name"), []);
    const [problem, ...others] = checkServiceName("a".repeat(40), { ...singleNode, multiNode: true }, "name");
    strictEqual(others.length, 0);
    strictEqual(problem?.allowed, "at most 39 characters for this service");
    strictEqual(problem.fix, "shorten it by 1");
  });

  it("has less room still for multi-node prefill", () => {
    strictEqual(
      checkServiceName("a".repeat(32), { multiNode: true, multiNodePrefill: true }, "name")[0]?.allowed,
      "at most 31 characters for this service",
    );
  });
});
