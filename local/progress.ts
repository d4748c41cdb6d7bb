import type { WriteStream } from "node:tty";

/** Tells a person what is going on, for how long already, and what is being waited for. */
export interface Progress {
  /** Reports a piece of work from its start to its end. `update` says what it is doing, or waiting for, at the moment. */
  step<T>(title: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T>;
  /** One line that stays. */
  note(text: string): void;
}

export interface ProgressOptions {
  /** Live lines that are redrawn. @default whether the stream is a terminal that can do it */
  interactive?: boolean;
  /** @default whether the stream is a terminal and NO_COLOR is not set */
  color?: boolean;
  /** Milliseconds between two plain lines about one running step. @default 15000 */
  plainIntervalMs?: number;
}

/** Where progress goes: a stream that may be a terminal. */
export type ProgressStream = Pick<NodeJS.WritableStream, "write"> & Partial<Pick<WriteStream, "isTTY" | "columns">>;

interface RunningStep {
  title: string;
  detail: string;
  start: number;
}

/** Says nothing. */
export const silentProgress: Progress = {
  step: (_title, work) => work(() => undefined),
  note: () => undefined,
};

/**
 * On a terminal, one live line for each running step; elsewhere plain lines: at the start, about every 15 s, and at the end.
 * Honours NO_COLOR.
 */
export function createProgress(stream: ProgressStream = process.stderr, options: ProgressOptions = {}): Progress {
  const terminal = stream.isTTY === true && process.env.TERM !== "dumb";
  const color = options.color ?? (terminal && !process.env.NO_COLOR);
  return (options.interactive ?? terminal)
    ? liveProgress(stream, color)
    : plainProgress(stream, color, options.plainIntervalMs ?? 15_000);
}

function plainProgress(stream: ProgressStream, color: boolean, intervalMs: number): Progress {
  const line = (text: string) => void stream.write(`${text}\n`);
  return {
    note: line,
    step: async (title, work) => {
      const step: RunningStep = { title, detail: "", start: Date.now() };
      line(`${title} …`);
      const timer = setInterval(() => {
        const elapsed = Math.round((Date.now() - step.start) / 1000);
        line(`still ${title}, ${elapsed} s${step.detail ? `: ${step.detail}` : ""}`);
      }, intervalMs);
      timer.unref();
      let done = false;
      try {
        const result = await work((detail) => (step.detail = detail));
        done = true;
        return result;
      } finally {
        clearInterval(timer);
        line(ending(step, done, color));
      }
    },
  };
}

function liveProgress(stream: ProgressStream, color: boolean): Progress {
  const running = new Set<RunningStep>();
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  /** Replaces the live lines by the given lasting ones, followed by the live lines as they are now. */
  const redraw = (lasting: string[] = []) => {
    const live = [...running].map((step) => liveLine(step, stream.columns ?? 80, color));
    const up = drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : "";
    stream.write(up + [...lasting, ...live].map((text) => `${text}\n`).join(""));
    drawn = live.length;
  };

  return {
    note: (text) => redraw([text]),
    step: async (title, work) => {
      const step: RunningStep = { title, detail: "", start: Date.now() };
      running.add(step);
      timer ??= setInterval(redraw, 200).unref();
      redraw();
      let done = false;
      try {
        const result = await work((detail) => (step.detail = detail));
        done = true;
        return result;
      } finally {
        running.delete(step);
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        redraw([ending(step, done, color)]);
      }
    },
  };
}

/** Never wider than the terminal: a wrapped line could not be redrawn. */
function liveLine(step: RunningStep, columns: number, color: boolean): string {
  const head = `${step.title} ${((Date.now() - step.start) / 1000).toFixed(0)} s`.slice(0, columns - 1);
  const detail = step.detail.replace(/\s+/g, " ").slice(0, Math.max(0, columns - 1 - head.length - 1));
  if (!detail) return head;
  return `${head} ${color ? `\x1b[2m${detail}\x1b[22m` : detail}`;
}

function ending(step: RunningStep, done: boolean, color: boolean): string {
  const seconds = ((Date.now() - step.start) / 1000).toFixed(1);
  const word = done ? "done in" : "failed after";
  const painted = color ? `\x1b[${done ? 32 : 31}m${word}\x1b[39m` : word;
  return `${step.title} … ${painted} ${seconds} s`;
}
