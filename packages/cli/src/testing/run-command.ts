import { Writable } from "node:stream";
import { main } from "../main.ts";

/** How a command ended, and what it wrote to its two streams. */
export interface CommandOutcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command `cresset` in this process. */
export async function cresset(...args: string[]): Promise<CommandOutcome> {
  const texts = ["", ""];
  const [stdout, stderr] = [0, 1].map(
    (i) =>
      new Writable({
        write: (chunk, _, done) => {
          texts[i] += chunk;
          done();
        },
      }),
  );
  const status = await main(args, { stdout, stderr } as never);
  return { status, out: texts[0], err: texts[1] };
}
