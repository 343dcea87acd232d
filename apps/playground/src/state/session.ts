/** What a person does, and what follows from it. */
import type { TrainingOptions } from "@cresset/tabular";
import { signal } from "@preact/signals";
import type { BackendName, Configured, Programs, Source } from "../worker/protocol.ts";
import {
  backends,
  completeChoices,
  type DataDraft,
  dataDraft,
  epochs,
  firstDraft,
  settled,
  source,
  table,
  trainingOptions,
} from "./choices.ts";
import { fail, messageOf, problem, ready } from "./problem.ts";
import { breakdown, device, expectTraining, forgetResults, running, trainingNumber } from "./progress.ts";
import { worker } from "./worker.ts";

/** What the training under way was given; null while there is none. */
export const configured = signal<Configured | null>(null);
export const programs = signal<Programs | null>(null);
/** What is wrong with the table, or with what is to be done with it. */
export const dataProblem = signal<string | null>(null);
/** The backend that is being moved to. */
export const movingTo = signal<BackendName | null>(null);

/** Finds the backends, and opens the first table. */
export async function begin(): Promise<void> {
  try {
    backends.value = await worker.backends();
    await openSource(source.peek());
  } catch (error) {
    fail(error);
  } finally {
    ready.value = true;
  }
}

/** The file that is being read. */
export const reading = signal<string | null>(null);

/** Opens a table, and begins a training on it. */
export async function openSource(chosen: Source): Promise<void> {
  source.value = chosen;
  reading.value = chosen.kind === "file" ? chosen.file.name : null;
  try {
    const summary = await worker.open(chosen);
    if (source.peek() !== chosen) return;
    table.value = summary;
    dataDraft.value = firstDraft(summary);
    dataProblem.value = null;
    await configure();
  } catch (error) {
    if (source.peek() !== chosen) return;
    table.value = null;
    dataDraft.value = null;
    withoutTraining(messageOf(error, chosen.kind === "file" ? chosen.file.name : undefined));
  } finally {
    if (source.peek() === chosen) reading.value = null;
  }
}

export function chooseData(changes: Partial<DataDraft>): void {
  const [summary, draft] = [table.peek(), dataDraft.peek()];
  if (summary === null || draft === null) return;
  dataDraft.value = settled(summary, { ...draft, ...changes });
  void configure();
}

export function chooseTraining(changes: Partial<TrainingOptions>): void {
  trainingOptions.value = { ...trainingOptions.peek(), ...changes };
  void configure();
}

/** Begins the training anew with what is chosen. */
export async function configure(): Promise<void> {
  const [summary, draft] = [table.peek(), dataDraft.peek()];
  if (summary === null || draft === null) return;
  const data = completeChoices(summary, draft);
  if (data === null) {
    withoutTraining(null);
    return;
  }
  const number = expectTraining();
  try {
    const result = await worker.configure({ data, training: trainingOptions.peek() }, number);
    if (number !== trainingNumber.peek()) return;
    dataProblem.value = null;
    configured.value = result;
    await refreshPrograms();
  } catch (error) {
    if (number === trainingNumber.peek()) withoutTraining(messageOf(error));
  }
}

function withoutTraining(reason: string | null): void {
  forgetResults();
  void worker.pause();
  configured.value = null;
  programs.value = null;
  dataProblem.value = reason;
}

/** The programs' text, which says for how many epochs they train. */
export async function refreshPrograms(): Promise<void> {
  if (configured.peek() !== null) programs.value = await worker.programs(epochs.peek());
}

export function chooseEpochs(count: number): void {
  epochs.value = count;
  refreshPrograms().catch(fail);
}

export async function start(): Promise<void> {
  running.value = true;
  breakdown.value = null;
  await worker.start(epochs.peek());
}

export async function pause(): Promise<void> {
  await worker.pause();
}

export async function step(): Promise<void> {
  await worker.step();
}

/** Moves the training to another backend, in the middle of whatever it does. */
export async function moveTo(backend: BackendName): Promise<void> {
  movingTo.value = backend;
  try {
    await worker.moveTo(backend);
    problem.value = null;
    if (configured.peek() === null) device.value = backend;
  } catch (error) {
    const reason = messageOf(error);
    backends.value = backends.peek().map((one) => (one.name === backend ? { ...one, unavailable: reason } : one));
  } finally {
    movingTo.value = null;
  }
}

/**
 * Goes on with the training of a file; what is chosen becomes what was chosen there.
 *
 * @throws Error for a file that is not whole, or was saved on another table; the training under way goes on.
 */
export async function loadWeights(file: File): Promise<void> {
  const { data, training } = await worker.readWeights(file);
  const number = expectTraining();
  dataDraft.value = { ...data, missing: data.missing === "refuse" ? "median" : data.missing };
  trainingOptions.value = training;
  dataProblem.value = null;
  const result = await worker.useWeights(number);
  if (number !== trainingNumber.peek()) return;
  configured.value = result;
  await refreshPrograms();
}
