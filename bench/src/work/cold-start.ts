/** Import to the first loss of the classifier's program, each time in a fresh process, the contenders taking turns. */
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { compileProgram } from "../bundle.ts";
import { python } from "../competitors.ts";
import type { Outcome } from "../outcome.ts";
import { timeRecord } from "../records.ts";

const rounds = 9;

/**
 * Everyone starts from random weights of their own, so losses differ; that of a classifier that knows nothing is near
 * ln 2.
 */
const expectedLoss = Math.LN2;
const lossTolerance = 0.2;

interface Starter {
  readonly contender: string;
  readonly command: readonly string[];
  readonly seconds: number[];
}

interface Started {
  readonly seconds: number;
  readonly loss: number;
}

export async function coldStart(wanted: (contender: string) => boolean): Promise<Outcome> {
  const notes: string[] = [];
  const failures: string[] = [];
  let starters = await allStarters(wanted);
  for (let round = 0; round <= rounds; round++) {
    for (const starter of [...starters]) {
      try {
        const { seconds, loss } = await startOnce(starter.command);
        if (!(Math.abs(loss - expectedLoss) <= lossTolerance)) throw new Error(`its first loss is ${loss}`);
        // The first round reads files from the disk.
        if (round > 0) starter.seconds.push(seconds);
      } catch (error) {
        const line = `${starter.contender}: ${error instanceof Error ? error.message : error}`;
        if (error instanceof Absent) notes.push(line);
        else failures.push(line);
        starters = starters.filter((other) => other !== starter);
      }
    }
  }
  const records = starters.map(({ contender, seconds }) =>
    timeRecord({ work: "cold-start", contender, threads: 1 }, seconds),
  );
  return { records, notes, failures };
}

class Absent extends Error {}

/** Libraries with their default options, PyTorch with one thread. */
async function allStarters(wanted: (contender: string) => boolean): Promise<Starter[]> {
  const start = await compileProgram("start");
  const starters: Starter[] = [];
  for (const contender of ["cresset-cpu", "cresset-wasm", "jax-js-wasm", "tfjs-wasm", "tfjs-cpu"]) {
    if (!wanted(contender)) continue;
    // Without this process's own arguments: packages resolve to what is published.
    starters.push({ contender, command: [process.execPath, start, await compileProgram(contender)], seconds: [] });
  }
  if (wanted("pytorch")) {
    const program = fileURLToPath(new URL("../programs/pytorch.py", import.meta.url));
    starters.push({ contender: "pytorch", command: [python, program, "1"], seconds: [] });
  }
  return starters;
}

async function startOnce([program, ...args]: readonly string[]): Promise<Started> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const failed = new Promise<never>((_, reject) => child.on("error", (error) => reject(new Absent(error.message))));
  const streams = Promise.all([text(child.stdio[3] as Readable), text(child.stderr as Readable)]);
  const [reply, complaints] = await Promise.race([streams, failed]);
  if (reply === "") {
    const last = complaints.trim().split("\n").slice(-3).join("\n    ");
    throw complaints.includes("ModuleNotFoundError: No module named 'torch'")
      ? new Absent("PyTorch is not installed")
      : new Error(last);
  }
  return JSON.parse(reply) as Started;
}
