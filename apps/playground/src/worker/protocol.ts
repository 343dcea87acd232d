/** What the page asks of the worker, and what the worker reports. */
import type {
  CalibrationBin,
  ClassBalance,
  ColumnKind,
  ConfusionMatrix,
  MissingValues,
  SavedFormat,
  Scale,
  Sentinel,
  TrainingOptions,
} from "@cresset/tabular";
import type { SampleName } from "../data/index.ts";

export type BackendName = "cpu" | "wasm" | "webgpu";

export interface BackendState {
  readonly name: BackendName;
  /** Why it cannot be used here; null where it can. */
  readonly unavailable: string | null;
  /** What it runs on, in a few words. */
  readonly detail: string;
}

export type Source =
  | { readonly kind: "sample"; readonly name: SampleName }
  | { readonly kind: "file"; readonly file: File };

export interface ColumnSummary {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly missing: number;
  /** NaN for a column without numbers. */
  readonly smallest: number;
  readonly largest: number;
  readonly sentinels: readonly Sentinel[];
  /** Whether every cell is 0 or 1 (or true or false), so that it can be the labels. */
  readonly binary: boolean;
  /** A cell that is no number, where the column holds text. */
  readonly text: string | null;
}

export interface TableSummary {
  readonly fileName: string;
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
}

/** What is done with the table before anything learns from it. */
export interface DataChoices {
  readonly target: string;
  readonly features: readonly string[];
  readonly sentinels: "keep" | "missing";
  readonly missing: MissingValues;
  readonly indicators: boolean;
  readonly scale: Scale;
  readonly testSplit: number;
}

export interface Choices {
  readonly data: DataChoices;
  readonly training: TrainingOptions;
}

/** Two columns of the table, where a network has just two inputs. */
export interface Plane {
  readonly names: readonly [x: string, y: string];
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly labels: Uint8Array;
  /** 1 for rows that test. */
  readonly tests: Uint8Array;
  readonly xDomain: { readonly from: number; readonly to: number };
  readonly yDomain: { readonly from: number; readonly to: number };
}

/** A new training: what it was given. */
export interface Configured {
  readonly inputs: readonly string[];
  readonly parameters: number;
  readonly train: ClassBalance;
  readonly test: ClassBalance;
  /** null where the network has not just two inputs. */
  readonly plane: Plane | null;
  /** Steps of the optimizer in an epoch. */
  readonly steps: number;
}

export interface Programs {
  readonly typescript: string;
  readonly pytorch: string;
}

/** How good the network is on rows that it did not learn from, or on the training rows where no others are. */
export interface Measured {
  readonly epoch: number;
  readonly part: "test" | "train";
  readonly loss: number;
  readonly accuracy: number;
  readonly confusion: ConfusionMatrix;
  readonly auc: number;
  readonly roc: { readonly x: readonly number[]; readonly y: readonly number[] };
  readonly calibration: readonly CalibrationBin[];
  /** Probabilities over the plane, `boundarySize` rows from the top of as many; null without a plane. */
  readonly boundary: Float32Array<ArrayBuffer> | null;
}

export const boundarySize = 56;

export interface Progress {
  /** Which training this is about: `configure` and `useWeights` begin a new one. */
  readonly training: number;
  readonly running: boolean;
  readonly device: string;
  readonly epoch: number;
  /** Losses of the epochs from `from` on. */
  readonly from: number;
  readonly losses: readonly number[];
  /** The test rows' loss after epochs since the last report. */
  readonly tests: readonly { readonly epoch: number; readonly loss: number }[];
  readonly measured: Measured | null;
  /** Steps of the optimizer in a second; null while it is not known. */
  readonly rate: number | null;
  /** Why it stopped, if that was no one's wish. */
  readonly error: string | null;
}

export interface Api {
  backends(): BackendState[];
  open(source: Source): TableSummary;
  /** Begins a new training, which is the number `training`. */
  configure(choices: Choices, training: number): Configured;
  programs(epochs: number): Programs;
  /** Trains until there were `epochs`. */
  start(epochs: number): void;
  pause(): void;
  step(): void;
  /** Moves network, optimizer and data to a backend, or starts on it. */
  moveTo(backend: BackendName): void;
  saveWeights(format: SavedFormat): Blob;
  /** Reads a training from a file that was saved on the same table; gives what was chosen for it. */
  readWeights(file: File): Choices;
  /** Goes on with what was read, as the training of a number. */
  useWeights(training: number): Configured;
  /** A table with two more columns: the open one, or another with the columns that are learned from. */
  predictions(other?: File): Blob;
  /** The open table, as a program reads it. */
  table(): Blob;
}
