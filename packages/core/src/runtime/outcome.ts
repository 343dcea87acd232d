/** An error that a run on an asynchronous device ended with. */
export interface Failure {
  readonly error: Error;
  /** Whether some read has thrown it. */
  reported: boolean;
}

/** A run's failure, or null. */
export type RunEnd = Promise<
  (Failure & { /** Whether what it was to restore is restored. */ readonly restored: boolean }) | null
>;

/**
 * How a run on an asynchronous device ended, for the values that it wrote. Where it failed they are spoiled, as is what later
 * runs make of them: every read throws the error. Values that the device has restored are as good as they were; of them, and of
 * what later runs make of them, the first read throws, and only the first.
 */
export class Outcome {
  /** When it is known. Never rejects. */
  readonly settled: Promise<void>;
  #known = false;
  #spoiled: Failure | null = null;
  #restored: Failure | null = null;

  /**
   * @param before of the values that the run read.
   * @param old of what the values were restored from if the run failed; null for values that cannot be restored.
   */
  constructor(own: RunEnd | null, before: readonly Outcome[], old: readonly Outcome[] | null = null) {
    const others = old === null ? before : [...before, ...old];
    const settle = (end: Awaited<RunEnd>): void => {
      const restored = end?.restored === true && old !== null;
      if (end && restored) this.#restored = end;
      else if (end) this.#spoiled = end;
      for (const outcome of restored ? old : before) {
        this.#spoiled ??= outcome.#spoiled;
        this.#restored ??= outcome.#untold;
      }
      this.#known = true;
    };
    if (own !== null && others.length === 0) this.settled = own.then(settle);
    else
      this.settled = Promise.all([own, ...others.map((outcome) => outcome.settled)]).then(([end]) =>
        settle(end ?? null),
      );
  }

  get #untold(): Failure | null {
    return this.#restored === null || this.#restored.reported ? null : this.#restored;
  }

  /** Whether values that depend on this have nothing to wait for, and nothing to tell. */
  get clear(): boolean {
    return this.#known && this.#spoiled === null && this.#untold === null;
  }

  /** Why the values are known to be wrong, or null. */
  get spoiled(): Error | null {
    return this.#spoiled?.error ?? null;
  }

  /** Waits until it is known. @throws the error that spoiled the values, or one that nobody has been told of. */
  async check(): Promise<void> {
    await this.settled;
    const found = this.#spoiled ?? this.#untold;
    if (found === null) return;
    found.reported = true;
    throw found.error;
  }
}
