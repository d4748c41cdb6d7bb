import { type Command, parseCommand, wholeNumber } from "../local/commands/command";
import { displayOf, paint } from "../local/paint";
import { projectRoot } from "../local/paths";
import { reportLines } from "./doctor/lines";
import { examine } from "./doctor/run";

export const doctor: Command = {
  summary:
    "check tools, versions, credentials, cluster and addresses, and say what to do; ends with 1 when something is wrong",
  usage:
    "[STACK] [--config FILE] [--kubeconfig FILE [--context NAME]] [--deep] [--local] [--offline] [--timeout SECONDS] [--json]",
  async run(args) {
    const { values, positionals } = parseCommand(
      args,
      {
        config: { type: "string" },
        kubeconfig: { type: "string" },
        context: { type: "string" },
        deep: { type: "boolean", default: false },
        local: { type: "boolean", default: false },
        offline: { type: "boolean", default: false },
        timeout: { type: "string", default: "15" },
        json: { type: "boolean", default: false },
      },
      1,
    );
    const [stack] = positionals;
    const report = await examine({
      env: process.env,
      root: projectRoot(),
      stack,
      configFile: values.config,
      kubeconfig: values.kubeconfig,
      context: values.context,
      deep: values.deep,
      local: values.local,
      offline: values.offline,
      timeoutMs: wholeNumber("--timeout", values.timeout, 1, 600) * 1000,
    });
    const display = displayOf(process.stdout);
    process.stdout.write(
      values.json ? `${JSON.stringify(report, undefined, 2)}\n` : paint(reportLines(report, display.width), display),
    );
    return report.counts.error > 0 ? 1 : 0;
  },
};
