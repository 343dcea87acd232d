import type { Kind, Task } from "./protocol.ts";

/** An input in memory. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Inputs = Readonly<Record<string, HostTensor>>;

/** A task that is ready to run. */
export interface Prepared {
  /** What is timed. A promise is awaited. */
  step(): unknown;
  /** Called once, before any step: the result of one step, or the losses of the first steps. */
  result(): ArrayLike<number> | Promise<ArrayLike<number>> | null;
  /** Floating-point operations of a step, where that is what is measured. */
  readonly operations?: number;
  /** Frees everything, and may say something for people about the steps since `prepare`. */
  finish?(): string | undefined;
}

export type Implementation<K extends Kind> = (
  task: Extract<Task, { kind: K }>,
  inputs: Inputs,
) => Prepared | Promise<Prepared>;

/** A library under measurement, in its own process. */
export interface Contender {
  readonly description: string;
  readonly tasks: { readonly [K in Kind]?: Implementation<K> };
}

/** How a contender's module starts it. */
export type Start<Options> = (options: Options) => Promise<Contender>;

/** Thrown by a contender that cannot do what is asked, through no fault of its own. */
export class Unsupported extends Error {}
