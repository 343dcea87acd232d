/** Steady work: prepared once, compared, warmed up, then timed in rounds in which the contenders take turns. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { difference } from "./compare.ts";
import type { Competitor } from "./competitors.ts";
import type { Inputs } from "./contender.ts";
import { label, type Outcome } from "./outcome.ts";
import { ContenderError, ContenderProcess } from "./process.ts";
import type { PrepareReply, Sample, TensorFile } from "./protocol.ts";
import { type BenchRecord, timeRecord } from "./records.ts";
import type { Work } from "./work/work.ts";

const rounds = 15;
/** A turn lasts about this long: enough for the clock and the collector, short enough for drift to hit everybody. */
const turnSeconds = 0.04;
/** A contender whose repetitions are slow stops early, but not before `fewestTurns`. */
const mostSeconds = 3;
const fewestTurns = 3;
/** Optimising compilers need about this long for a loop around a kernel. */
const usualWarmUp = 0.6;
/** Worker threads may spin for a while after their turn. */
const settleMilliseconds = 40;

/** The processes of a run, started when they are first needed. */
export class Field {
  /** `name, threads: library`, of those that have started. */
  readonly descriptions = new Map<string, string>();
  private readonly processes = new Map<string, ContenderProcess | null>();

  /** Null for a contender that could not take part before. @throws ContenderError where it cannot, the first time. */
  async process({ name, threads, command }: Competitor): Promise<ContenderProcess | null> {
    const key = command.join("\n");
    const known = this.processes.get(key);
    if (known !== undefined && known?.alive !== false) return known;
    this.processes.set(key, null);
    const process = await ContenderProcess.start(command);
    this.processes.set(key, process);
    if (process.description !== "") this.descriptions.set(label(name, threads), process.description);
    return process;
  }

  stop(): void {
    for (const process of this.processes.values()) process?.stop();
    this.processes.clear();
  }
}

const asContenderError = (error: unknown): ContenderError =>
  error instanceof ContenderError
    ? error
    : new ContenderError(error instanceof Error ? error.message : String(error), true);

interface Entrant {
  readonly competitor: Competitor;
  readonly process: ContenderProcess;
  readonly prepared: PrepareReply;
  repetitions: number;
  readonly turns: number[];
  spent: number;
}

export async function measure(work: Work, competitors: readonly Competitor[], field: Field): Promise<Outcome> {
  const notes: string[] = [];
  const failures: string[] = [];
  const blame = (competitor: Competitor, thrown: unknown): void => {
    const error = asContenderError(thrown);
    const line = `${label(competitor.name, competitor.threads)}: ${error.message}`;
    (error.supported ? failures : notes).push(line);
  };
  const folder = mkdtempSync(join(tmpdir(), "cresset-bench-"));
  let entrants: Entrant[] = [];
  /** Runs `act` for everyone who is still in, one after the other, and drops those who fail. */
  const everyone = async (order: readonly Entrant[], act: (entrant: Entrant) => Promise<void>): Promise<void> => {
    for (const entrant of order) {
      try {
        await act(entrant);
      } catch (error) {
        blame(entrant.competitor, error);
        entrants = entrants.filter((other) => other !== entrant);
      }
    }
  };
  try {
    const inputs = write(work.inputs(), folder);
    for (const competitor of competitors) {
      try {
        const process = await field.process(competitor);
        if (process === null) continue;
        const prepared = await process.prepare({ task: work.task, inputs });
        entrants.push({ competitor, process, prepared, repetitions: 1, turns: [], spent: 0 });
      } catch (error) {
        blame(competitor, error);
      }
    }
    entrants = compared(entrants, blame);
    await everyone(entrants, (entrant) => warmUp(entrant, work.warmUpSeconds ?? usualWarmUp));
    for (let round = 0; round < rounds; round++) {
      // Each round starts with another contender, so that nobody always follows the same one.
      const first = round % Math.max(1, entrants.length);
      await everyone([...entrants.slice(first), ...entrants.slice(0, first)], turn);
    }
    const measured = [...entrants];
    await everyone(measured, async ({ competitor, process }) => {
      const { note } = await process.finish();
      if (note !== undefined) notes.push(`${label(competitor.name, competitor.threads)}: ${note}`);
    });
    return { records: measured.map((entrant) => record(work.name, entrant)), notes, failures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(inputs: Inputs, folder: string): Record<string, TensorFile> {
  const files: Record<string, TensorFile> = {};
  for (const [name, { shape, data }] of Object.entries(inputs)) {
    const file = join(folder, `${name}.f32`);
    writeFileSync(file, data);
    files[name] = { shape, file };
  }
  return files;
}

/** Those whose result is PyTorch's, or, without PyTorch, cresset-cpu's, or the first one's. */
function compared(entrants: readonly Entrant[], blame: (competitor: Competitor, error: unknown) => void): Entrant[] {
  const results = new Map<Entrant, Sample>();
  for (const entrant of entrants) if (entrant.prepared.result !== null) results.set(entrant, entrant.prepared.result);
  const named = (name: string): Entrant | undefined =>
    [...results.keys()].find(({ competitor }) => competitor.name === name);
  const reference = named("pytorch") ?? named("cresset-cpu") ?? results.keys().next().value;
  const expected = reference === undefined ? undefined : results.get(reference);
  if (reference === undefined || expected === undefined) return [...entrants];
  return entrants.filter((entrant) => {
    const got = results.get(entrant);
    const wrong = got === undefined ? "it gave no result" : difference(got, expected);
    if (wrong !== null)
      blame(
        entrant.competitor,
        new ContenderError(`its result is not that of ${reference.competitor.name}: ${wrong}`, true),
      );
    return wrong === null;
  });
}

/** Runs until optimising compilers had their time, and chooses how many repetitions a turn takes. */
async function warmUp(entrant: Entrant, atLeast: number): Promise<void> {
  let total = 0;
  while (total < atLeast) {
    const seconds = Math.max(1e-6, await entrant.process.measure(entrant.repetitions));
    total += seconds;
    entrant.repetitions = Math.max(1, Math.round(entrant.repetitions * Math.min(10, turnSeconds / seconds)));
  }
}

async function turn(entrant: Entrant): Promise<void> {
  if (entrant.spent > mostSeconds && entrant.turns.length >= fewestTurns) return;
  const seconds = await entrant.process.measure(entrant.repetitions);
  entrant.turns.push(seconds / entrant.repetitions);
  entrant.spent += seconds;
  if (entrant.competitor.threads > 1) await sleep(settleMilliseconds);
}

function record(work: string, { competitor, prepared, turns }: Entrant): BenchRecord {
  const time = timeRecord({ work, contender: competitor.name, threads: competitor.threads }, turns);
  if (prepared.operations === undefined) return time;
  const { contender, threads, medianSeconds, minSeconds } = time;
  return {
    work,
    contender,
    threads,
    flops: prepared.operations / medianSeconds,
    maxFlops: prepared.operations / minSeconds,
  };
}
