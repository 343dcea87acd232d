/**
 * Whether sharing programs pays at present. On a busy machine threads wait for each other for longer than the work takes, and
 * where cores have no cache in common (of virtual ones that may change from one second to the next), writing what the other
 * one has read takes several times as long; nothing says so but the clock.
 */

/** Milliseconds of shared programs after which the balance is looked at; what may be lost before. */
const period = 8;
const mostLost = 4;
/** What one program can lose in the balance: a thread that its system stops for longer would be stopped elsewhere, too. */
const mostAtOnce = 1;
/** Where it is negative everything runs alone for so many milliseconds: twice as long each time that it happens again. */
const shortestPause = 10;
const longestPause = 320;

/** How long a program takes on one thread. */
export class Timing {
  /** Milliseconds: the least of late. */
  alone = Number.POSITIVE_INFINITY;
  #turns = 0;

  /** Counts a run. Whether it is to be alone, in order to know how long that takes: now and then, and more often at first. */
  turn(): boolean {
    const turn = ++this.#turns;
    return turn < 256 ? turn > 2 && (turn & (turn - 1)) === 0 : turn % 256 === 0;
  }

  tookAlone(time: number): void {
    this.alone = Math.min(time, 1.05 * this.alone);
  }
}

export class Benefit {
  /** When programs may be shared again. */
  #until = 0;
  #pause = shortestPause;
  #saved = 0;
  #spent = 0;

  allows(now: number): boolean {
    return now >= this.#until;
  }

  /** A program was shared: how long it took, and would have taken alone, in milliseconds. */
  note(took: number, alone: number, now: number): void {
    if (alone === Number.POSITIVE_INFINITY) return;
    this.#saved += Math.max(alone - took, -mostAtOnce);
    this.#spent += took;
    if (this.#spent < period && this.#saved > -mostLost) return;
    if (this.#saved < 0) {
      this.#until = now + this.#pause;
      this.#pause = Math.min(2 * this.#pause, longestPause);
    } else this.#pause = Math.max(this.#pause / 2, shortestPause);
    this.#saved = 0;
    this.#spent = 0;
  }
}
