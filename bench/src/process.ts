/** A contender's process as the coordinator sees it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import type { Failure, FinishReply, MeasureReply, PrepareReply, Request, StartReply } from "./protocol.ts";

/** The longest that a contender may take for one request. */
const patience = 300_000;
const keptOutput = 2000;

interface Waiting {
  resolve(line: string): void;
  reject(error: Error): void;
}

/** What a contender cannot do, or did wrong. */
export class ContenderError extends Error {
  readonly supported: boolean;

  constructor(message: string, supported: boolean) {
    super(message);
    this.name = "ContenderError";
    this.supported = supported;
  }
}

export class ContenderProcess {
  /** The library and its version. */
  description = "";
  private readonly child: ChildProcess;
  private readonly replies: Interface;
  private waiting: Waiting | null = null;
  /** The end of what it printed: shown if it dies. */
  private output = "";
  private ended: Error | null = null;

  private constructor(command: readonly string[]) {
    const [program, ...args] = command;
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe", "pipe"] });
    this.replies = createInterface({ input: this.child.stdio[3] as Readable });
    this.replies.on("line", (line) => {
      this.waiting?.resolve(line);
      this.waiting = null;
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk) => {
        this.output = (this.output + String(chunk)).slice(-keptOutput);
      });
    }
    this.child.stdin?.on("error", () => undefined);
    this.child.on("error", (error) => this.end(error));
    this.child.on("close", (code, signal) =>
      this.end(new Error(`its process ended (${code ?? signal}) ${this.output}`)),
    );
  }

  /** Starts a process and waits until it is ready. @throws ContenderError if it cannot take part. */
  static async start(command: readonly string[]): Promise<ContenderProcess> {
    const one = new ContenderProcess(command);
    const { description } = await one.reply<StartReply>(() => undefined);
    one.description = description;
    return one;
  }

  get alive(): boolean {
    return this.ended === null;
  }

  prepare(request: Omit<Extract<Request, { ask: "prepare" }>, "ask">): Promise<PrepareReply> {
    return this.ask({ ask: "prepare", ...request });
  }

  /** Seconds that so many repetitions take together. */
  async measure(repetitions: number): Promise<number> {
    return (await this.ask<MeasureReply>({ ask: "measure", repetitions })).seconds;
  }

  finish(): Promise<FinishReply> {
    return this.ask({ ask: "finish" });
  }

  stop(): void {
    this.child.kill();
  }

  private ask<T>(request: Request): Promise<T> {
    return this.reply<T>(() => this.child.stdin?.write(`${JSON.stringify(request)}\n`));
  }

  private async reply<T>(send: () => void): Promise<T> {
    const line = await new Promise<string>((resolve, reject) => {
      if (this.ended !== null) {
        reject(this.ended);
        return;
      }
      const timer = setTimeout(() => {
        this.stop();
        this.end(new Error(`no answer in ${patience / 1000} s`));
      }, patience);
      const settled = <A>(settle: (value: A) => void) => {
        return (value: A): void => {
          clearTimeout(timer);
          settle(value);
        };
      };
      this.waiting = { resolve: settled(resolve), reject: settled(reject) };
      send();
    });
    const message = JSON.parse(line) as T | Failure;
    if (typeof message === "object" && message !== null && "error" in message)
      throw new ContenderError(message.error, true);
    if (typeof message === "object" && message !== null && "unsupported" in message)
      throw new ContenderError(message.unsupported, false);
    return message as T;
  }

  private end(error: Error): void {
    this.ended ??= error;
    this.waiting?.reject(this.ended);
    this.waiting = null;
  }
}
