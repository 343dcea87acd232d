/** What the worker reported of the training that is under way. */
import { batch, computed, signal } from "@preact/signals";
import type { Measured, Progress } from "../worker/protocol.ts";
import { messageOf } from "./problem.ts";

/** Which training reports are taken from. */
export const trainingNumber = signal(0);
export const running = signal(false);
/** Where the network is; empty until there is one. */
export const device = signal("");
export const epoch = signal(0);
/** The training rows' loss before each epoch's step. */
export const losses = signal<readonly number[]>([]);
/** The test rows' loss after some epochs. */
export const testLosses = signal<{ readonly epochs: readonly number[]; readonly losses: readonly number[] }>({
  epochs: [],
  losses: [],
});
export const measured = signal<Measured | null>(null);
/** Steps of the optimizer in a second. */
export const rate = signal<number | null>(null);
/** Why the training broke down. */
export const breakdown = signal<string | null>(null);
/** Where it moved from one backend to another. */
export const moves = signal<readonly { readonly x: number; readonly text: string }[]>([]);

export const started = computed(() => epoch.value > 0);

/** Makes room for a new training, whose reports are known by its number. */
export function expectTraining(): number {
  batch(() => {
    trainingNumber.value++;
    running.value = false;
    epoch.value = 0;
    losses.value = [];
    testLosses.value = { epochs: [], losses: [] };
    rate.value = null;
    breakdown.value = null;
    moves.value = [];
  });
  return trainingNumber.peek();
}

/** Forgets the results of a training that there is no more. */
export function forgetResults(): void {
  expectTraining();
  measured.value = null;
}

export function takeProgress(progress: Progress): void {
  if (progress.training !== trainingNumber.peek()) return;
  batch(() => {
    const before = device.peek();
    if (before !== progress.device && progress.epoch > 0 && before !== "")
      moves.value = [...moves.peek(), { x: progress.epoch, text: progress.device }];
    device.value = progress.device;
    running.value = progress.running;
    epoch.value = progress.epoch;
    if (progress.losses.length > 0) losses.value = [...losses.peek().slice(0, progress.from), ...progress.losses];
    if (progress.rate !== null) rate.value = progress.rate;
    breakdown.value = progress.error === null ? null : messageOf(progress.error);
    addTests(progress.tests);
    if (progress.measured !== null) takeMeasured(progress.measured);
  });
}

function takeMeasured(found: Measured): void {
  measured.value = found;
  if (found.part === "test") addTests([found]);
}

function addTests(tests: Progress["tests"]): void {
  const { epochs, losses: known } = testLosses.peek();
  const added = tests.filter(({ epoch: at }) => at > (epochs.at(-1) ?? -1));
  if (added.length > 0)
    testLosses.value = {
      epochs: [...epochs, ...added.map(({ epoch: at }) => at)],
      losses: [...known, ...added.map(({ loss }) => loss)],
    };
}
