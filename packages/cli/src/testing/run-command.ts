import { Writable } from "node:stream";
import { main } from "../main.ts";

/** How a command ended, and what it wrote to its two streams. */
export interface CommandOutcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

class Collected extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 100;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs the command `cresset` in this process; `isTTY`: as if on a terminal. */
export async function runCommand(args: readonly string[], isTTY = false): Promise<CommandOutcome> {
  const [stdout, stderr] = [new Collected(isTTY), new Collected(isTTY)];
  const status = await main(args, { stdout, stderr });
  return { status, out: stdout.text, err: stderr.text };
}
