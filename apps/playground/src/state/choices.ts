/** What a person has chosen. */

import type { TrainingOptions } from "@cresset/tabular";
import { signal } from "@preact/signals";
import type { BackendState, ColumnSummary, DataChoices, Source, TableSummary } from "../worker/protocol.ts";

export const source = signal<Source>({ kind: "sample", name: "moons" });
export const table = signal<TableSummary | null>(null);

/** What is done with the table; the label column may not be chosen yet. */
export type DataDraft = Omit<DataChoices, "target"> & { readonly target: string | null };

export const dataDraft = signal<DataDraft | null>(null);

/** The network of the binary classifier, with a learning rate that gets somewhere while one watches. */
export const trainingOptions = signal<TrainingOptions>({
  hidden: [100],
  activation: "ELU",
  dropout: 0,
  loss: "BCELoss",
  optimizer: "Adam",
  lr: 0.003,
  batchSize: null,
  seed: 0,
});

/** When training stops by itself. */
export const epochs = signal(2000);
export const backends = signal<readonly BackendState[]>([]);

/** Columns that can be labels: every cell is 0 or 1. */
export function labelColumns({ columns }: TableSummary): ColumnSummary[] {
  return columns.filter(({ binary }) => binary);
}

const usualNames = /^(label|target|y|class|outcome|answered)$/i;

/** What is first chosen for a table. */
export function firstDraft(summary: TableSummary): DataDraft {
  const labels = labelColumns(summary);
  const target = (labels.find(({ name }) => usualNames.test(name)) ?? labels.at(-1))?.name ?? null;
  const features = summary.columns
    .filter(({ name, kind }) => name !== target && (kind === "number" || kind === "boolean"))
    .map(({ name }) => name);
  return settled(summary, {
    target,
    features,
    sentinels: "missing",
    missing: "median",
    indicators: false,
    scale: "standard",
    testSplit: 0.2,
  });
}

/** Columns that are learned from, as they are in the table. */
export function chosenColumns({ columns }: TableSummary, { features, target }: DataDraft): ColumnSummary[] {
  return columns.filter(({ name }) => features.includes(name) && name !== target);
}

/** Whether values are missing in what is chosen, sentinels that count as such included. */
export function hasGaps(summary: TableSummary, draft: DataDraft): boolean {
  return chosenColumns(summary, draft).some(
    ({ missing, sentinels }) => missing > 0 || (draft.sentinels === "missing" && sentinels.length > 0),
  );
}

/** Whether there are numbers that seem to stand for "no value" in what is chosen. */
export function hasSentinels(summary: TableSummary, draft: DataDraft): boolean {
  return chosenColumns(summary, draft).some(({ sentinels }) => sentinels.length > 0);
}

/** A draft whose columns stand in the table's order and do not include the labels. */
export function settled(summary: TableSummary, draft: DataDraft): DataDraft {
  return { ...draft, features: chosenColumns(summary, draft).map(({ name }) => name) };
}

/** What goes to the worker: choices that have nothing to act on are left at what says so. Null while labels or columns lack. */
export function completeChoices(summary: TableSummary, draft: DataDraft): DataChoices | null {
  const { target, features } = draft;
  if (target === null || features.length === 0) return null;
  const gaps = hasGaps(summary, draft);
  return {
    ...draft,
    target,
    sentinels: hasSentinels(summary, draft) ? draft.sentinels : "keep",
    missing: gaps ? draft.missing : "refuse",
    indicators: gaps && draft.indicators,
  };
}
