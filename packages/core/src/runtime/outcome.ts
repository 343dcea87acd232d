/** An error that a run on an asynchronous device ended with. */
export interface Failure {
  readonly error: Error;
  /** Whether some read has thrown it. */
  reported: boolean;
}

/**
 * How a run on an asynchronous device ended, for the values that it wrote. What it read may have been spoiled by an earlier
 * run: then the first read of anything that depends on it throws that run's error, and only the first, since later runs
 * go on from what the device has restored.
 */
export class Outcome {
  /** When it is known. Never rejects. */
  readonly settled: Promise<void>;
  #known = false;
  #own: Failure | null = null;
  #inherited: Failure | null = null;

  /** @param own the run's error, or null; rejects where the device failed. */
  constructor(own: Promise<Error | null> | null, before: readonly Outcome[]) {
    const error = own === null ? null : own.catch((reason: Error) => reason);
    this.settled = Promise.all([error, ...before.map((outcome) => outcome.settled)]).then(([known]) => {
      if (known) this.#own = { error: known, reported: false };
      for (const outcome of before) this.#inherited ??= outcome.trouble;
      this.#known = true;
    });
  }

  /** An error that nobody has been told of yet. */
  get trouble(): Failure | null {
    const found = this.#own ?? this.#inherited;
    return found === null || found.reported ? null : found;
  }

  /** Whether values that depend on this have nothing to wait for. */
  get clear(): boolean {
    return this.#known && this.trouble === null;
  }

  /** Waits until it is known. @throws the error of the run, or that of an earlier one if nobody has been told. */
  async check(): Promise<void> {
    await this.settled;
    const found = this.#own ?? this.trouble;
    if (found === null) return;
    found.reported = true;
    throw found.error;
  }
}
