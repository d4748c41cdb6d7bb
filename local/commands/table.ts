import type { Command } from "./command";
import { create } from "./create";
import { diagnose } from "./diagnose";
import { down } from "./down";
import { explain } from "./explain";
import { kubeconfig } from "./kubeconfig";
import { list } from "./list";
import { logs } from "./logs";
import { destroy, preview, refresh, up } from "./operations";
import { resources } from "./resources";
import { status } from "./status";
import { toolchain } from "./toolchain";

/** Every command by its name, in the order of `help`. */
export const commands: Readonly<Record<string, Command>> = {
  create,
  up,
  preview,
  refresh,
  destroy,
  explain,
  diagnose,
  status,
  resources,
  logs,
  kubeconfig,
  list,
  down,
  toolchain,
};

/** Other names. */
export const aliases: Readonly<Record<string, string>> = { delete: "down" };

/** What runs when no command is given. */
export const defaultCommand = "create";
