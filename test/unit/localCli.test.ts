import { strict as assert } from "node:assert";

import { runCli } from "../../local/cli";
import { clusterOptions, readClusterOptions } from "../../local/commands/clusterOptions";
import { age, formatTable, parseCommand, UsageError } from "../../local/commands/command";
import { commands } from "../../local/commands/table";

/** What a command line prints and how it ends. */
async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const { stdout, stderr } = process;
  const [writeOut, writeErr] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
  stdout.write = (text: string | Uint8Array) => ((written.out += String(text)), true);
  stderr.write = (text: string | Uint8Array) => ((written.err += String(text)), true);
  try {
    return { code: await runCli(argv), ...written };
  } finally {
    stdout.write = writeOut;
    stderr.write = writeErr;
  }
}

describe("npm run local", () => {
  it("lists every command with its summary", async () => {
    const { code, out } = await run("help");
    assert.equal(code, 0);
    for (const [name, { summary }] of Object.entries(commands))
      assert.match(out, new RegExp(`^  ${name} +${summary}$`, "m"));
  });

  it("shows a command's options", async () => {
    for (const argv of [
      ["help", "logs"],
      ["logs", "--help"],
    ]) {
      const { code, out } = await run(...argv);
      assert.equal(code, 0);
      assert.match(out, /^usage: npm run local -- logs <part> \[--name NAME\] \[-f\] \[--lines N\]$/m);
    }
  });

  it("ends with 2 for an unknown command and names the nearest", async () => {
    const { code, err } = await run("stauts");
    assert.equal(code, 2);
    assert.match(err, /^unknown command "stauts", did you mean status\? allowed: create, up, preview, /);
    assert.equal((await run("constructor")).code, 2);
  });

  it("ends with 2 for wrong options, without having done anything", async () => {
    const cases: [argv: string[], message: RegExp][] = [
      [["create", "--frob"], /^create: Unknown option '--frob'\nusage: npm run local -- create \[--name NAME\]/],
      [["--port", "abc"], /^create: --port abc: expected a whole number from 1 to 65535\n/],
      [["create", "extra"], /^create: unexpected argument "extra"\n/],
      [["create", "--nodes", "b200=1"], /unknown node kind; given: "b200"; allowed: cpu, nvidia-h100-80gb, tpu-v6e/],
      [["create", "--name", "Not_a_name"], /^create: cluster name "Not_a_name" is not allowed/],
      [["status", "--lines", "3"], /^status: Unknown option '--lines'\n/],
    ];
    for (const [argv, message] of cases) {
      const { code, err } = await run(...argv);
      assert.equal(code, 2, argv.join(" "));
      assert.match(err, message);
    }
  });

  it("ends with 1 for a cluster that is not there and says how to make it", async () => {
    const { code, err } = await run("kubeconfig", "--name", "no-such-cluster");
    assert.equal(code, 1);
    assert.match(err, /^there is no cluster "no-such-cluster"/);
    assert.match(err, /Make it with `npm run local -- create --name no-such-cluster`\n$/);
  });
});

describe("options of a cluster", () => {
  const read = (...args: string[]) => readClusterOptions(parseCommand(args, clusterOptions).values);

  it("leaves out what was not given", () => {
    assert.deepEqual(read(), { name: "local" });
  });

  it("reads port and sizes", () => {
    assert.deepEqual(read("--name", "two", "--port=7443", "--h100", "8", "--tpu-v6e", "0", "--nodes", "cpu=3"), {
      name: "two",
      port: 7443,
      nodes: [
        { kind: "nvidia-h100-80gb", nodes: 8 },
        { kind: "tpu-v6e", nodes: 0 },
        { kind: "cpu", nodes: 3 },
      ],
    });
  });

  it("refuses what is no size", () => {
    assert.throws(() => read("--h100", "many"), new UsageError("--h100 many: expected a whole number from 0 to 120"));
    assert.throws(() => read("--nodes", "cpu"), /^UsageError: --nodes cpu: expected KIND=N, with KIND one of cpu, /);
    assert.throws(() => read("--h100", "1", "--nodes", "nvidia-h100-80gb=2"), /the kind is given twice/);
  });
});

describe("tables", () => {
  it("line up columns and end no line with blanks", () => {
    const rows = [
      ["etcd", "running", ""],
      ["kube-apiserver", "x", "y"],
    ];
    assert.equal(
      formatTable(["PART", "STATE", "NOTE"], rows),
      "PART            STATE    NOTE\netcd            running\nkube-apiserver  x        y\n",
    );
  });

  it("show times since in their largest unit", () => {
    const start = "2026-01-01T00:00:00Z";
    const after = (seconds: number) => age(start, Date.parse(start) + seconds * 1000);
    assert.deepEqual(
      [after(-5), after(119), after(120), after(7200), after(172_800)],
      ["0s", "119s", "2m", "2h", "2d"],
    );
    assert.equal(age(undefined), "");
  });
});
