import {
  type Argument,
  type Call,
  type Command,
  castArgument,
  type Executable,
  floatToInt64,
  type Kernel,
  type Program,
  type SharingProgram,
} from "@cresset/core/backend";
import { commandBytes, type Engine, type KernelCall, type List } from "./engine.ts";
import { scratchBytes } from "./lowering/compile.ts";
import { requireCountable } from "./lowering/limits.ts";
import { type Part, rangesOf } from "./lowering/ranges.ts";
import {
  argumentBytes,
  argumentOffset,
  argumentWord,
  checkWord,
  extentWord,
  lengthWord,
  operandWord,
  rangeWord,
  recordBytes,
} from "./lowering/record.ts";
import type { Allocator } from "./memory/allocator.ts";
import type { Timing } from "./threads/benefit.ts";
import type { Step } from "./threads/schedule.ts";
import type { Halves, PlacedSteps, SharedWay } from "./threads/shares.ts";

/**
 * A program laid out in linear memory: a word for the address of each buffer, the arguments, a byte for each check, a
 * record for each call, and the list of commands.
 */
export class WasmExecutable implements Executable {
  readonly program: Program;
  /** What it was compiled by. */
  readonly engine: Engine;
  /** Scratch memory that it needs on one thread. */
  readonly scratchBytes: number;
  /** Commands from here on run only if no check of an earlier one failed. */
  readonly stateFrom: number;
  /** Program buffers that callers give, in order. */
  readonly external: readonly number[];
  /** Checks in the order of the commands that make them. */
  readonly checks: readonly number[];
  /** Whether it ran since somebody last looked. */
  used = false;
  /** Everything on one thread. */
  alone: Halves<List> = { before: { first: 0, end: 0 }, state: { first: 0, end: 0 } };
  /** Shared by all threads, if there are several and it gains by them. */
  shared: SharedWay | undefined;
  /** How long it takes, where there are threads. */
  readonly timing: Timing | undefined;
  readonly #allocator: Allocator;
  /** The last of its arguments, which never change. */
  readonly #constants: readonly number[];
  readonly #calls: readonly KernelCall[];
  /** Scratch memory of each call, in bytes. */
  readonly #scratch: readonly number[];
  /** The laid out memory, 0 if there is none, and the generation of kernels that it refers to. */
  #base = 0;
  #bytes = 0;
  #generation = -1;
  #pointers = 0;
  #arguments = 0;
  #failed = 0;
  #arena = -1;
  /** Whether it gains by threads. */
  #gains = false;
  /** Whether its functions were written in haste, and the milliseconds that it has run with those. */
  hasty = false;
  #spent = 0;

  constructor({ program, constants }: SharingProgram, engine: Engine, allocator: Allocator) {
    this.program = program;
    this.#constants = constants;
    this.engine = engine;
    this.#allocator = allocator;
    this.timing = engine.pool?.timing();
    this.#calls = program.commands.flatMap(({ kernel, calls }) => calls.map((call) => ({ kernel, call })));
    for (const { kernel, call } of this.#calls) requireCountable(kernel, call.extents);
    this.#scratch = this.#calls.map(
      ({ kernel, call }) => Math.ceil(scratchBytes(kernel, call.extents, engine.features, engine.parts.rare) / 64) * 64,
    );
    this.scratchBytes = this.#scratch.reduce((most, bytes) => Math.max(most, bytes), 0);
    this.stateFrom = program.checks === 0 ? program.commands.length : program.stateFrom;
    this.external = program.buffers.flatMap((buffer, i) => (buffer.role === "temporary" ? [] : [i]));
    this.checks = [...new Set(this.#calls.flatMap(({ call }) => call.checks))];
  }

  /** Whether it lies in memory, with kernels that are still compiled. */
  get ready(): boolean {
    if (this.#base === 0 || this.#generation !== this.engine.generation) return false;
    if (this.hasty && this.#spent >= this.engine.patience) return false;
    return !this.#gains || (this.shared !== undefined) === (this.engine.pool?.threads ?? 1) > 1;
  }

  /** It has run for so many milliseconds. */
  spent(time: number): void {
    this.#spent += time;
  }

  /** The kernel of a call, by the call's number. */
  kernelOf(call: number): Kernel {
    return this.#calls[call].kernel;
  }

  /** Gives its memory back; `layOut` takes some again. */
  release(): void {
    if (this.#base !== 0) this.#allocator.release(this.#base, this.#bytes);
    this.#base = 0;
    this.#arena = -1;
  }

  /** Compiles what is new in it, and writes it to memory. */
  layOut(): void {
    this.release();
    const { program } = this;
    const { indices, hasty } = this.engine.compile(this.#calls, this.#spent < this.engine.patience);
    this.hasty = hasty;
    const planned = this.engine.pool?.plan(program, this.stateFrom);
    this.#gains = planned !== undefined;
    const whole = this.#calls.map((_, call): Step => ({ call, part: undefined }));
    const callsBefore = countCalls(program.commands.slice(0, this.stateFrom));
    const argumentsAt = Math.ceil((4 * program.buffers.length) / 8) * 8;
    const failedAt = argumentsAt + argumentBytes * program.arguments;
    let size = Math.ceil((failedAt + program.checks) / 8) * 8;
    const place = (bytes: number): number => {
      const at = size;
      size += Math.ceil(bytes / 8) * 8;
      return at;
    };
    const placeSteps = (steps: readonly Step[]): PlacedSteps => ({
      at: place(commandBytes * steps.length),
      steps: steps.map((step) => ({ step, at: place(recordBytes(this.#calls[step.call].kernel)) })),
    });
    const [before, state] = [placeSteps(whole.slice(0, callsBefore)), placeSteps(whole.slice(callsBefore))];
    const writeShares = planned?.({ place, placeSteps, scratchOf: (call) => this.#scratch[call] });
    const base = this.#allocator.allocate(size);
    this.#base = base;
    this.#bytes = size;
    this.#generation = this.engine.generation;
    this.#pointers = base;
    this.#arguments = base + argumentsAt;
    this.#failed = base + failedAt;
    this.setArguments(this.#constants, program.arguments - this.#constants.length);
    const writeSteps = ({ at, steps }: PlacedSteps): List => {
      const first = base + at;
      for (const [i, one] of steps.entries())
        this.#writeStep(first + commandBytes * i, indices, one.step, base + one.at);
      return { first, end: first + commandBytes * steps.length };
    };
    this.alone = { before: writeSteps(before), state: writeSteps(state) };
    this.shared = writeShares?.({ base, writeSteps, write: (address, word) => this.#write(address, word) });
  }

  #writeStep(at: number, functions: readonly number[], step: Step, record: number): void {
    const { kernel, call } = this.#calls[step.call];
    this.#write(at, functions[step.call]);
    this.#write(at + 4, record);
    this.#writeRecord(record, kernel, call, step.part);
  }

  #writeRecord(record: number, kernel: Kernel, call: Call, part: Part | undefined): void {
    call.buffers.forEach((buffer, n) => {
      this.#write(record + operandWord(kernel, n), this.#pointers + 4 * buffer);
      this.#write(record + lengthWord(kernel, n), this.program.buffers[buffer].length);
    });
    call.extents.forEach((extent, n) => {
      this.#write(record + extentWord(kernel, n), extent);
    });
    call.arguments.forEach((argument, n) => {
      this.#write(record + argumentWord(kernel, n), this.#arguments + argumentBytes * argument);
    });
    call.checks.forEach((check, n) => {
      this.#write(record + checkWord(kernel, n), this.#failed + check);
    });
    rangesOf(kernel, call.extents, part).forEach(([start, end], n) => {
      this.#write(record + rangeWord(kernel, n), start);
      this.#write(record + rangeWord(kernel, n) + 4, end);
    });
  }

  #write(address: number, word: number): void {
    this.#allocator.words[address / 4] = word;
  }

  /** Says where a buffer of the program lies. */
  bind(buffer: number, address: number): void {
    this.#allocator.words[this.#pointers / 4 + buffer] = address;
  }

  bindArena(arena: number): void {
    if (this.#arena === arena) return;
    this.#arena = arena;
    this.program.buffers.forEach((buffer, i) => {
      if (buffer.role === "temporary") this.bind(i, arena + buffer.offset);
    });
  }

  /** @param from the number of the first one. */
  setArguments(args: readonly Argument[], from = 0): void {
    const { view } = this.#allocator;
    for (let i = 0; i < args.length; i++) {
      const value = args[i];
      const at = this.#arguments + argumentBytes * (from + i);
      if (typeof value === "number") {
        view.setFloat64(at + argumentOffset.f64, value, true);
        view.setFloat32(at + argumentOffset.f32, value, true);
        view.setInt32(at + argumentOffset.i32, value, true);
        setInt64(view, at + argumentOffset.i64, value);
      } else {
        view.setFloat64(at + argumentOffset.f64, Number(value), true);
        view.setFloat32(at + argumentOffset.f32, Number(castArgument(value, "float32")), true);
        view.setInt32(at + argumentOffset.i32, Number(BigInt.asIntN(32, value)), true);
        view.setBigInt64(at + argumentOffset.i64, value, true);
      }
    }
  }

  clearChecks(): void {
    const { checks } = this.program;
    if (checks > 0) this.#allocator.bytes.fill(0, this.#failed, this.#failed + checks);
  }

  /** The first failed check, or −1. */
  firstFailure(): number {
    const { bytes } = this.#allocator;
    for (const check of this.checks) if (bytes[this.#failed + check] !== 0) return check;
    return -1;
  }
}

/** Small integers, which most arguments are, need no bigint. */
function setInt64(view: DataView, at: number, value: number): void {
  if (value >= -0x80000000 && value <= 0x7fffffff) {
    view.setInt32(at, value, true);
    view.setInt32(at + 4, Math.trunc(value) < 0 ? -1 : 0, true);
  } else {
    view.setBigInt64(at, floatToInt64(value), true);
  }
}

const countCalls = (commands: readonly Command[]): number => commands.reduce((sum, { calls }) => sum + calls.length, 0);

/** So many programs stay laid out; others are laid out again when they run. */
const mostLaidOut = 512;

/** Keeps programs in memory that ran lately. */
export class Layouts {
  readonly #laidOut = new Set<WasmExecutable>();

  /** Sees to it that the program lies in memory. */
  use(executable: WasmExecutable): void {
    executable.used = true;
    if (executable.ready) return;
    executable.layOut();
    this.#laidOut.add(executable);
    if (this.#laidOut.size > mostLaidOut) this.#forget(executable);
  }

  /** Takes the memory of the first program that did not run since the last time round. */
  #forget(except: WasmExecutable): void {
    for (const candidate of this.#laidOut) {
      if (candidate === except) continue;
      this.#laidOut.delete(candidate);
      if (!candidate.used) {
        candidate.release();
        return;
      }
      candidate.used = false;
      this.#laidOut.add(candidate);
    }
  }
}
