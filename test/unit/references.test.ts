import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

import { z } from "zod";

import { ConfigurationError, type Problem } from "../../sdk/problems";
import { defineContract, spokenContracts } from "../../sdk/references/contract";
import { readContract, requireEntry, requireField, type StackOutputs } from "../../sdk/references/read";

interface Fields {
  url: string;
  regions: Readonly<Record<string, { readonly cpus: number }>>;
  token?: string;
  zone?: string;
}

const contract = defineContract<Fields>({
  name: "test/shop",
  title: "shop",
  version: "2.3",
  program: "stacks/shop",
  fields: {
    url: {},
    regions: {},
    token: { optional: true, credential: true },
    zone: { since: "2.3", optional: true },
  },
  schema: () => ({
    url: z.string().min(1),
    regions: z.record(z.string(), z.object({ cpus: z.int() })),
    token: z.string().regex(/^t-/),
    zone: z.string(),
  }),
});

const plain = (values: Record<string, unknown>): StackOutputs =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, secret: false }]));
const spoken = (version: string): Record<string, unknown> => ({ contracts: { "test/shop": version } });
const good = { url: "http://shop", regions: { eu: { cpus: 4 } } };
const read = (outputs: StackOutputs) => readContract(contract, "acme/shop/prod", outputs);

function problemsOf(outputs: StackOutputs): readonly Problem[] {
  try {
    read(outputs);
  } catch (error) {
    ok(error instanceof ConfigurationError, String(error));
    strictEqual(error.subject, 'shop in stack "acme/shop/prod"');
    return error.problems;
  }
  throw new Error("nothing was wrong");
}

describe("contracts between stacks", () => {
  it("reads what a stack publishes, and says in which version", () => {
    deepStrictEqual(spokenContracts(contract), { "test/shop": "2.3" });
    const outputs = { ...plain({ ...spoken("2.3"), ...good, zone: "a" }), token: { value: "t-1", secret: true } };
    deepStrictEqual(read(outputs), { version: "2.3", values: { ...good, zone: "a", token: "t-1" } });
  });

  it("reads a newer minor version, and passes over what it adds, at any depth", () => {
    const newer = { ...spoken("2.9"), url: "http://shop", regions: { eu: { cpus: 4, gpus: 8 } }, colour: "red" };
    deepStrictEqual(read(plain(newer)), { version: "2.9", values: good });
  });

  it("reads an older minor version, and says so when a field is asked for that it does not have", () => {
    const older = read(plain({ ...spoken("2.1"), ...good, zone: 7 }));
    deepStrictEqual(older, { version: "2.1", values: good });
    throws(() => requireField(contract, "acme/shop/prod", older, "zone"), {
      message:
        'shop in stack "acme/shop/prod": 1 problem\n' +
        '  - zone: came with version 2.3 of the contract "test/shop", and the stack speaks 2.1; ' +
        "fix: upgrade pulumi-kserve in the project of that stack, then pulumi up -s acme/shop/prod there",
    });
  });

  it("says of an optional field that is missing what to do in the stack", () => {
    const outputs = read(plain({ ...spoken("2.3"), ...good }));
    strictEqual(requireField(contract, "acme/shop/prod", outputs, "url"), "http://shop");
    throws(() => requireField(contract, "acme/shop/prod", outputs, "token", "publish a token"), {
      problems: [{ path: "token", message: "the stack does not publish it", fix: "publish a token" }],
    });
  });

  it("refuses another major version, and says which side is to be upgraded", () => {
    deepStrictEqual(problemsOf(plain({ ...spoken("1.7"), ...good })), [
      {
        path: 'contracts["test/shop"]',
        given: "1.7",
        message: "the stack speaks an older contract than this program reads",
        allowed: "2.x",
        fix: "upgrade pulumi-kserve in the project of that stack, then pulumi up -s acme/shop/prod there",
      },
    ]);
    const [newer] = problemsOf(plain({ ...spoken("3.0"), ...good }));
    strictEqual(newer?.message, "the stack speaks a newer contract than this program reads");
    strictEqual(newer?.fix, "upgrade pulumi-kserve in the project of this program (npm install pulumi-kserve@latest)");
    strictEqual(problemsOf(plain({ ...spoken("two"), ...good }))[0]?.message, "not the version of a contract");
  });

  it("tells a stack that was never brought up from one that is none, and both from one from before contracts", () => {
    deepStrictEqual(problemsOf({}), [
      {
        path: "outputs",
        message: "the stack has no outputs: it was never brought up, or it was destroyed",
        fix: "pulumi up -s acme/shop/prod in the project of that stack",
      },
    ]);
    deepStrictEqual(problemsOf(plain({ bucket: "b", arn: "a" })), [
      {
        path: "contracts",
        message: "missing; the stack is no shop of pulumi-kserve",
        allowed: "a stack of stacks/shop; this one has the outputs arn, bucket",
        fix: "check the name of the referenced stack",
      },
    ]);
    strictEqual(
      problemsOf(plain(good))[0]?.message,
      'missing; the stack was brought up by a version of pulumi-kserve from before the contract "test/shop"',
    );
    deepStrictEqual(problemsOf(plain({ contracts: { "test/cluster": "1.0" }, ...good })), [
      {
        path: "contracts",
        message: 'the stack is no shop: it does not speak the contract "test/shop"',
        allowed: "a stack of stacks/shop; this one speaks test/cluster",
      },
    ]);
  });

  it("gives every problem at once", () => {
    const wrong = { ...spoken("2.3"), regions: { eu: { cpus: "four" }, us: {} }, zone: 7 };
    deepStrictEqual(
      problemsOf(plain(wrong)).map(({ path, given, message }) => ({ path, given, message })),
      [
        { path: "url", given: undefined, message: 'missing, though the contract "test/shop" has it' },
        { path: "regions.eu.cpus", given: "four", message: "a string instead of a number" },
        { path: "regions.us.cpus", given: undefined, message: "missing" },
        { path: "zone", given: 7, message: "a number instead of a string" },
      ],
    );
  });

  it("shows nothing of a secret, and refuses a credential that is no secret", () => {
    const secret = (value: unknown) => ({ value, secret: true });
    const outputs = {
      ...plain(spoken("2.3")),
      url: secret(""),
      regions: secret({ hidden: { cpus: "hush" } }),
      token: secret("password"),
    };
    const problems = problemsOf(outputs);
    deepStrictEqual(
      problems.map(({ path, given }) => ({ path, given })),
      ["url", "regions", "token"].map((path) => ({ path, given: undefined })),
    );
    ok(!/hush|hidden|password/.test(JSON.stringify(problems)));
    const published = problemsOf(plain({ ...spoken("2.3"), ...good, token: "t-1" }));
    strictEqual(published[0]?.message, "published as plain text, so that whoever may read the stack's state has it");
    ok(!JSON.stringify(published).includes("t-1"));
  });

  it("finds an entry by its name, or the nearest and all of them", () => {
    const services = { "llama-8b": 1, "llama-70b-production": 2 };
    strictEqual(requireEntry("s", "services", "service", services, "llama-8b"), 1);
    throws(() => requireEntry("s", "services", "service", services, "llama-7b"), {
      message:
        's: 1 problem\n  - services: the stack has no service of this name; given: "llama-7b"; ' +
        'allowed: llama-70b-production, llama-8b; fix: did you mean "llama-8b"?',
    });
    throws(() => requireEntry("s", "services", "service", services, "toString"), /no service of this name/);
    throws(() => requireEntry("s", "services", "service", {}, "x"), /allowed: none; the stack has no services/);
  });

  it("finds an entry of a secret output, and shows none of the others", () => {
    const services = { "llama-8b": "hush", hidden: "hush" };
    strictEqual(requireEntry("s", "services", "service", services, "llama-8b", "acme/shop/prod"), "hush");
    throws(
      () => requireEntry("s", "services", "service", services, "llama-7b", "acme/shop/prod"),
      (error: Error) =>
        /pulumi stack output services --show-secrets -s acme\/shop\/prod/.test(error.message) &&
        !/hush|hidden|llama-8b|did you mean/.test(error.message),
    );
  });
});
