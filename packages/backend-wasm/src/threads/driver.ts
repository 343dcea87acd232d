/** The WebAssembly that lets threads run the phases of programs together. */
import { Code } from "../assembler/code.ts";
import { moduleOf } from "../assembler/environment.ts";
import type { Module } from "../assembler/module.ts";
import { type Driver, defineRun } from "../driver.ts";
import { control, entryBytes, shareBytes } from "./control.ts";

/** The driver of a thread that shares its memory with others. */
export interface SharedDriver extends Driver {
  /** Takes part in the phases from `from` up to `to` as thread number `thread`, and waits until they are done. */
  readonly takePart: (at: number, thread: number, from: number, to: number) => void;
  /** Waits until there are more phases than up to `seen`; gives the number after the last. */
  readonly next: (at: number, seen: number) => number;
}

/**
 * How often a thread looks before it sleeps: at the end of a phase for some 200 µs, since one that is woken for every phase comes
 * late to all of them; and for the next program some 2 ms, so that a training loop's workers stay awake between its programs.
 * Threads that sleep often are woken on the core that the caller runs on (Linux looks for another one only where few are busy),
 * where they take turns with it; two that stay awake are moved apart.
 */
const looksForEnd = 400_000;
const looksForMore = 4_000_000;

/**
 * The driver's module for shared memory: a `SharedDriver`. It imports `host.wait(address, value)`, which sleeps while the word
 * at `address` is `value`, or for a while.
 */
export function sharedDriverModule(): Module {
  const module = moduleOf(true);
  const kernel = module.type(["i32", "i32"]);
  const wait = module.importFunction("host", "wait", kernel);
  const run = defineRun(module, kernel);
  const takePart = module.declare(module.type(["i32", "i32", "i32", "i32"]));
  module.export("takePart", takePart);
  module.define({ locals: ["i32", "i32", "i32", "i32", "i32"], code: takePartCode(run, wait) });
  const next = module.declare(module.type(["i32", "i32"], ["i32"]));
  module.export("next", next);
  module.define({ locals: ["i32", "i32"], code: nextCode() });
  return module;
}

/** Instructions of a function whose first parameter is the address of the control block. */
class ControlCode extends Code {
  get(...locals: readonly number[]): void {
    for (const local of locals) this.index("local.get", local);
  }

  set(local: number): void {
    this.index("local.set", local);
  }

  /** One more than the local. */
  after(local: number): void {
    this.get(local);
    this.i32(1);
    this.op("i32.add");
  }

  /** Reads the word at `offset`, which other threads may write now. */
  look(offset: number): void {
    this.get(0);
    this.memory("i32.atomic.load", offset, 2);
  }

  /** Reads a word that nobody writes now. */
  read(offset: number): void {
    this.get(0);
    this.memory("i32.load", offset, 2);
  }

  add(offset: number, by: number): void {
    this.get(0);
    this.i32(by);
    this.memory("i32.atomic.rmw.add", offset, 2);
    this.op("drop");
  }

  /**
   * Looks at the word at `offset` until `holds` of what it leaves in `found`; when it has looked `looks` times it runs `sleep`
   * with one more in the word at `sleepers`, and begins again.
   */
  watch(
    offset: number,
    looks: number,
    [found, tries]: readonly [number, number],
    holds: () => void,
    sleepers: number,
    sleep: () => void,
  ): void {
    this.block("block");
    this.block("loop");
    this.i32(looks);
    this.set(tries);
    this.block("loop");
    this.look(offset);
    this.set(found);
    holds();
    this.index("br_if", 2);
    this.get(tries);
    this.i32(1);
    this.op("i32.sub");
    this.index("local.tee", tries);
    this.index("br_if", 0);
    this.end();
    this.add(sleepers, 1);
    sleep();
    this.add(sleepers, -1);
    this.index("br", 0);
    this.end();
    this.end();
  }
}

/**
 * In each phase a thread takes its own share, then those of others that nobody has taken: a thread that comes late, or not at
 * all, is not waited for. Who takes a share moves its word on to the next phase; until it is done its program cannot end, so that
 * what describes the program holds. Whoever is too late for a phase finds all its shares taken.
 */
function takePartCode(run: number, wait: number): Code {
  const [at, thread, phase, to, all, nth, share, found, tries] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const code = new ControlCode();
  const isDone = (): void => {
    code.get(found, all);
    code.op("i32.sub");
    code.i32(0);
    code.op("i32.ge_s");
  };
  code.block("block");
  code.block("loop");
  code.get(phase, to);
  code.op("i32.eq");
  code.index("br_if", 1);
  // How many shares are done when this phase is.
  code.after(phase);
  code.read(control.threads);
  code.op("i32.mul");
  code.set(all);
  code.i32(0);
  code.set(nth);
  code.block("block");
  code.block("loop");
  code.look(control.done);
  code.set(found);
  isDone();
  code.index("br_if", 1);
  code.get(thread, nth);
  code.op("i32.add");
  code.read(control.threads);
  code.op("i32.rem_u");
  code.set(share);
  takeShare(code, phase, share, found, run);
  code.after(nth);
  code.index("local.tee", nth);
  code.read(control.reach);
  code.op("i32.ne");
  code.index("br_if", 0);
  code.end();
  code.watch(control.done, looksForEnd, [found, tries], isDone, control.sleeping, () => {
    code.get(at);
    code.i32(control.done);
    code.op("i32.add");
    code.get(found);
    code.index("call", wait);
  });
  code.end();
  code.after(phase);
  code.set(phase);
  code.index("br", 0);
  code.end();
  code.end();
  return code;
}

/**
 * Runs a share of a phase if nobody has taken it. Who sleeps says so before it looks again, and who has done a share looks for
 * sleepers after it has said so, so that nobody is left asleep.
 */
function takeShare(code: ControlCode, phase: number, share: number, place: number, run: number): void {
  code.get(0, share);
  code.i32(shareBytes);
  code.op("i32.mul");
  code.op("i32.add");
  code.index("local.tee", place);
  code.memory("i32.atomic.load", control.shares, 2);
  code.get(phase);
  code.op("i32.eq");
  code.block("if");
  code.get(place, phase);
  code.after(phase);
  code.memory("i32.atomic.rmw.cmpxchg", control.shares, 2);
  code.get(phase);
  code.op("i32.eq");
  code.block("if");
  code.get(phase);
  code.read(control.start);
  code.op("i32.sub");
  code.read(control.threads);
  code.op("i32.mul");
  code.get(share);
  code.op("i32.add");
  code.i32(entryBytes);
  code.op("i32.mul");
  code.read(control.table);
  code.op("i32.add");
  code.index("local.tee", place);
  code.memory("i32.load", 0, 2);
  code.get(place);
  code.memory("i32.load", 4, 2);
  code.read(control.scratch);
  code.get(place);
  code.memory("i32.load", 8, 2);
  code.op("i32.add");
  code.index("call", run);
  code.add(control.done, 1);
  code.look(control.sleeping);
  code.block("if");
  code.get(0);
  code.i32(-1);
  code.memory("memory.atomic.notify", control.done, 2);
  code.op("drop");
  code.end();
  code.end();
  code.end();
}

function nextCode(): Code {
  const [at, seen, found, tries] = [0, 1, 2, 3];
  const code = new ControlCode();
  const isMore = (): void => {
    code.get(found, seen);
    code.op("i32.ne");
  };
  code.watch(control.end, looksForMore, [found, tries], isMore, control.idle, () => {
    code.get(at, seen);
    code.i64(-1n);
    code.memory("memory.atomic.wait32", control.end, 2);
    code.op("drop");
  });
  code.get(found);
  return code;
}
