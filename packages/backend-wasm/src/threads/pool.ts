import { BackendError, type Program } from "@cresset/core/backend";
import type { Allocator } from "../memory/allocator.ts";
import { Benefit, Timing } from "./benefit.ts";
import { control, controlBytes } from "./control.ts";
import type { SharedDriver } from "./driver.ts";
import { schedule, type Thresholds } from "./schedule.ts";
import { type Phases, type Plan, placeShares, type SharedWay, type Writing } from "./shares.ts";
import { startWorker, textOf, type WorkerThread } from "./worker.ts";

interface Published {
  readonly bytes: Uint8Array;
  /** The size of the table that its kernels need, 0 if it has none. */
  readonly tableSize: number;
}

/** Sleeps of the caller last at most so long at a time, milliseconds. */
const nap = 100;
/**
 * Of the time between two looks at the clock, so much counts as waiting: if it was more, this thread did not run either (the
 * process was stopped, or the machine asleep).
 */
const longestWait = 1000;

/** Ends the workers of pools that nobody holds any more: they are at home in the engine, which would keep them. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<readonly WorkerThread[]>((workers) => {
  for (const worker of workers) worker.terminate();
});

/**
 * Worker threads that share the backend's memory and run programs together with the caller. They start when there is
 * something worth it, and until they are there, or if one ends, everything runs on the caller alone, with the same results.
 */
export class Pool {
  /** Address of the control block. */
  readonly at: number;
  /** Threads that programs run on once all have started, the caller included. */
  readonly wanted: number;
  /** What work is shared. */
  readonly thresholds: Thresholds;
  readonly #allocator: Allocator;
  readonly #driver: WebAssembly.Module;
  readonly #workers: WorkerThread[] = [];
  #state: "unused" | "starting" | "running" | "off" = "unused";
  /** Why it is off. */
  #reason = "";
  /** Whether a program runs; or one was left in its midst, as by a stack overflow, and others would wait for its end for ever. */
  #isRunning = false;
  /** The number of the next phase. */
  #next = 0;
  /** Kernels that workers have not loaded. */
  #published: Published[] = [];
  /** Memory in which they are loading kernels. */
  #loading: { readonly address: number; readonly bytes: number } | undefined;
  readonly #benefit = new Benefit();
  /** How long the caller goes on waiting for the others, and when it last looked at the clock, milliseconds. */
  #patience = 0;
  #lookedAt = 0;

  /** @param wanted threads, the caller included. */
  constructor(wanted: number, thresholds: Thresholds, allocator: Allocator, driver: WebAssembly.Module) {
    this.wanted = wanted;
    this.thresholds = thresholds;
    this.#allocator = allocator;
    this.#driver = driver;
    const bytes = controlBytes(wanted);
    this.at = allocator.allocate(bytes);
    allocator.bytes.fill(0, this.at, this.at + bytes);
  }

  /**
   * How its threads share a program, if that gains anything: takes memory for it, and gives what writes that (`placeShares`), or
   * undefined as long as there are no threads. They are started.
   */
  plan(
    program: Program,
    stateFrom: number,
  ): ((plan: Plan) => ((writing: Writing) => SharedWay) | undefined) | undefined {
    const found = schedule(program, stateFrom, this.wanted, this.thresholds);
    if (found === undefined) return undefined;
    this.start();
    return (plan) => (this.threads > 1 ? placeShares(found, plan) : undefined);
  }

  /** Something to take down in how long a program takes. */
  timing(): Timing {
    return new Timing();
  }

  /** Threads that would run a program now, the caller included. */
  get threads(): number {
    if (this.#isRunning) this.#stop("an error interrupted a program that threads ran together");
    if (this.#state === "starting" && Atomics.load(this.#words, this.at / 4 + control.ready / 4) === this.wanted - 1) {
      this.#state = "running";
      this.#set(control.threads, this.wanted);
      this.#set(control.reach, this.thresholds.always ? 1 : this.wanted);
    }
    return this.#state === "running" ? this.wanted : 1;
  }

  /** Why there are no more threads now, if there are not. */
  get whyOne(): string {
    if (this.threads > 1) return "";
    if (this.#state === "unused") return "workers start with the first program that gains by them";
    return this.#state === "starting" ? "workers are starting" : this.#reason;
  }

  /** Whether sharing a program is worth it now. @param take takes the memory that it needs. */
  isWorth(way: SharedWay, timing: Timing, take: (way: SharedWay) => void): boolean {
    if (!this.#isWorth(way.gain, timing)) return false;
    try {
      take(way);
      return true;
    } catch {
      // One thread needs less.
      return false;
    }
  }

  #isWorth(gain: number, timing: Timing): boolean {
    if (this.threads === 1) return false;
    const { awake, asleep, always } = this.thresholds;
    if (always) return true;
    // While they load other kernels they cannot be told of these.
    if (this.#published.length > 0 && !this.#haveLoaded()) return false;
    if (!this.#benefit.allows(performance.now()) || timing.turn()) return false;
    return gain >= (this.#areIdle ? asleep : awake);
  }

  /** Takes down how long a program took, in milliseconds. */
  note(timing: Timing, took: number, isShared: boolean): void {
    if (isShared) this.#benefit.note(took, timing.alone, performance.now());
    else timing.tookAlone(took);
  }

  /** Whether workers are asleep. */
  get #areIdle(): boolean {
    return Atomics.load(this.#words, (this.at + control.idle) / 4) > 0;
  }

  /** All of the memory as words that `Atomics.wait` takes. */
  get #words(): Int32Array {
    const { buffer } = this.#allocator.words;
    if (this.#signed?.buffer !== buffer) this.#signed = new Int32Array(buffer);
    return this.#signed;
  }

  #signed: Int32Array | undefined;

  #set(offset: number, value: number): void {
    this.#words[(this.at + offset) / 4] = value;
  }

  /**
   * Starts the workers and waits for them.
   *
   * @throws BackendError where they do not come.
   */
  async started(): Promise<void> {
    this.start();
    const deadline = performance.now() + 10_000;
    while (this.threads < this.wanted) {
      if (performance.now() > deadline) this.#stop("workers did not start within ten seconds");
      if (this.#reason !== "") throw new BackendError(`wasm: ${this.#reason}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Starts the workers, once. They are at work some milliseconds later. */
  start(): void {
    if (this.#state !== "unused") return;
    this.#state = "starting";
    abandoned.register(this, this.#workers);
    try {
      for (let thread = 1; thread < this.wanted; thread++) this.#startOne(thread);
    } catch (error) {
      this.#stop(`workers cannot be started: ${textOf(error)}`);
    }
  }

  #startOne(thread: number): void {
    const { memory } = this.#allocator;
    const start = { memory, driver: this.#driver, at: this.at, thread, words: control };
    // What a worker holds must not hold the pool.
    const self = new WeakRef(this);
    this.#workers.push(startWorker(start, (why) => self.deref()?.lost(why)));
  }

  /** A worker has ended. */
  lost(why: string): void {
    this.#stop(this.#state === "starting" ? `workers cannot be started: ${why}` : `a worker thread has ended: ${why}`);
  }

  #stop(reason: string): void {
    if (this.#state === "off") return;
    this.#state = "off";
    this.#isRunning = false;
    this.#reason = reason;
    this.#published = [];
    for (const worker of this.#workers.splice(0)) worker.terminate();
  }

  /** Lets workers know of kernels that were compiled. */
  publish(bytes: Uint8Array, tableSize: number): void {
    if (this.#state !== "off") this.#published.push({ bytes, tableSize });
  }

  /** All kernels were forgotten, and so was what they call. */
  forget(): void {
    this.#published = [];
  }

  /**
   * Runs phases of a program together with the workers, as far as they come.
   *
   * @param driver of the caller.
   * @param scratch address of scratch memory.
   * @param expected how long it should take, in milliseconds.
   * @throws BackendError where a worker does not finish what it has begun; from then on there is one thread, as after any other
   * error here, such as a stack overflow.
   */
  run(driver: SharedDriver, phases: Phases, scratch: number, expected: number): void {
    if (phases.count === 0) return;
    this.#lookedAt = performance.now();
    this.#patience = 10_000 + 100 * expected;
    if (this.#haveLoaded() && this.#published.length > 0) this.#handOver();
    this.#isRunning = true;
    const first = this.#next;
    this.#next = (first + phases.count) | 0;
    this.#set(control.start, first);
    this.#set(control.table, phases.table);
    this.#set(control.scratch, scratch);
    Atomics.store(this.#words, (this.at + control.end) / 4, this.#next);
    if (this.#areIdle) Atomics.notify(this.#words, (this.at + control.end) / 4);
    driver.takePart(this.at, 0, first, this.#next);
    this.#isRunning = false;
  }

  /** Puts published kernels where workers load them before they take part. */
  #handOver(): void {
    const published = this.#published;
    const listBytes = 8 * published.length;
    const bytes = published.reduce((sum, one) => sum + one.bytes.length, listBytes);
    const address = this.#allocator.allocate(bytes);
    let [entry, at] = [address / 4, address + listBytes];
    for (const one of published) {
      this.#allocator.bytes.set(one.bytes, at);
      this.#allocator.words[entry++] = at;
      this.#allocator.words[entry++] = one.bytes.length;
      at += one.bytes.length;
    }
    this.#set(control.modules, published.length);
    this.#set(control.moduleList, address);
    this.#set(control.tableSize, Math.max(...published.map(({ tableSize }) => tableSize)));
    this.#set(control.loaded, 0);
    Atomics.add(this.#words, (this.at + control.modulesTurn) / 4, 1);
    this.#loading = { address, bytes };
    this.#published = [];
  }

  /** Whether the workers have loaded what they were given; if so, that memory is free. */
  #haveLoaded(): boolean {
    const loading = this.#loading;
    if (loading === undefined) return true;
    if (Atomics.load(this.#words, (this.at + control.loaded) / 4) < this.wanted - 1) return false;
    this.#allocator.release(loading.address, loading.bytes);
    this.#loading = undefined;
    return true;
  }

  /** What the caller does when it has looked at a word for long enough: sleeps while it is `value`, but not for ever. */
  readonly wait = (address: number, value: number): void => {
    const now = performance.now();
    this.#patience -= Math.min(now - this.#lookedAt, longestWait);
    this.#lookedAt = now;
    if (this.#patience < 0) {
      this.#stop("a worker thread stopped answering");
      throw new BackendError(
        "wasm: a worker thread stopped answering, so this program was not completed. What is computed from now on runs on one thread; " +
          "make the affected values again.",
      );
    }
    const at = (address >>> 0) / 4;
    // The main thread of a page must not sleep: it looks again.
    if (canSleep) Atomics.wait(this.#words, at, value, nap);
    else for (let i = 0; i < 10_000 && Atomics.load(this.#words, at) === value; i++);
  };
}

const canSleep = ((): boolean => {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
})();
