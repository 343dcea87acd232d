/**
 * Whether sharing programs pays at present. On a busy machine, or where the system has put two threads on one core, threads
 * wait for each other for longer than the work takes; nothing says so but the clock.
 */

/** Milliseconds of shared programs after which the balance is looked at; what may be lost before. */
const period = 4;
const mostLost = 2;
/**
 * Everything then runs alone for so many milliseconds, while workers are kept awake: the system moves a thread that wants to
 * run to a core that has nothing to do, but not one that sleeps most of the time.
 */
const rousing = 10;
/** And before that, if it happens again, for so long: twice as long each time. */
const shortestPause = 25;
const longestPause = 1600;

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
  #pause = 0;
  #saved = 0;
  #spent = 0;

  /** Whether programs are to be shared now; "rouse": not yet, but workers are to be awake. */
  state(now: number): "share" | "rouse" | "alone" {
    if (now >= this.#until) return "share";
    return now >= this.#until - rousing ? "rouse" : "alone";
  }

  /** A program was shared: how long it took, and would have taken alone, in milliseconds. */
  note(took: number, alone: number, now: number): void {
    if (alone === Number.POSITIVE_INFINITY) return;
    this.#saved += alone - took;
    this.#spent += took;
    if (this.#spent < period && this.#saved > -mostLost) return;
    if (this.#saved < 0) {
      this.#until = now + this.#pause + rousing;
      this.#pause = Math.min(Math.max(2 * this.#pause, shortestPause), longestPause);
    } else this.#pause = this.#pause <= shortestPause ? 0 : this.#pause / 2;
    this.#saved = 0;
    this.#spent = 0;
  }
}
