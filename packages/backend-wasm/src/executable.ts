import {
  type Argument,
  type Call,
  type Command,
  castArgument,
  type Executable,
  floatToInt64,
  type Kernel,
  type Program,
} from "@cresset/core/backend";
import type { Engine } from "./engine.ts";
import { scratchBytes } from "./lowering/compile.ts";
import { rangeExtents } from "./lowering/ranges.ts";
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

/**
 * A program laid out in linear memory: a word for the address of each buffer, the arguments, a byte for each check, a
 * record for each call, and the list of commands.
 */
export class WasmExecutable implements Executable {
  readonly program: Program;
  readonly scratchBytes: number;
  /** Program buffers that callers give, in order. */
  readonly external: readonly number[];
  /** Checks in the order of the commands that make them. */
  readonly checks: readonly number[];
  /** Whether it ran since somebody last looked. */
  used = false;
  /** Where the commands start, where those that write state do, and where all end. */
  first = 0;
  stateFrom = 0;
  end = 0;
  readonly #engine: Engine;
  readonly #allocator: Allocator;
  readonly #calls: readonly { kernel: Kernel; call: Call; command: number }[];
  /** The laid out memory, 0 if there is none, and the generation of kernels that it refers to. */
  #base = 0;
  #bytes = 0;
  #generation = -1;
  #pointers = 0;
  #arguments = 0;
  #failed = 0;
  #arena = -1;

  constructor(program: Program, engine: Engine, allocator: Allocator) {
    this.program = program;
    this.#engine = engine;
    this.#allocator = allocator;
    this.#calls = program.commands.flatMap(({ kernel, calls }, command) =>
      calls.map((call) => ({ kernel, call, command })),
    );
    this.scratchBytes = this.#calls.reduce(
      (most, { kernel, call }) => Math.max(most, scratchBytes(kernel, call.extents, engine.features)),
      0,
    );
    this.external = program.buffers.flatMap((buffer, i) => (buffer.role === "temporary" ? [] : [i]));
    this.checks = [...new Set(this.#calls.flatMap(({ call }) => call.checks))];
  }

  /** Whether it lies in memory, with kernels that are still compiled. */
  get ready(): boolean {
    return this.#base !== 0 && this.#generation === this.#engine.generation;
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
    const functions = this.#engine.compile(program.commands.map((command) => command.kernel));
    const argumentsAt = Math.ceil((4 * program.buffers.length) / 8) * 8;
    const failedAt = argumentsAt + argumentBytes * program.arguments;
    let size = Math.ceil((failedAt + program.checks) / 8) * 8;
    const records = this.#calls.map(({ kernel }) => {
      const at = size;
      size += Math.ceil(recordBytes(kernel) / 8) * 8;
      return at;
    });
    const listAt = size;
    size += 8 * this.#calls.length;
    const base = this.#allocator.allocate(size);
    this.#base = base;
    this.#bytes = size;
    this.#generation = this.#engine.generation;
    this.#pointers = base;
    this.#arguments = base + argumentsAt;
    this.#failed = base + failedAt;
    this.first = base + listAt;
    this.end = this.first + 8 * this.#calls.length;
    this.stateFrom = this.first + 8 * countCalls(program.commands.slice(0, program.stateFrom));
    this.#calls.forEach(({ kernel, call, command }, i) => {
      const record = base + records[i];
      this.#write(this.first + 8 * i, functions[command]);
      this.#write(this.first + 8 * i + 4, record);
      this.#writeRecord(record, kernel, call);
    });
  }

  #writeRecord(record: number, kernel: Kernel, call: Call): void {
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
    rangeExtents(kernel, call.extents).forEach((extent, n) => {
      this.#write(record + rangeWord(kernel, n), 0);
      this.#write(record + rangeWord(kernel, n) + 4, extent);
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

  setArguments(args: readonly Argument[]): void {
    const { view } = this.#allocator;
    for (let i = 0; i < args.length; i++) {
      const value = args[i];
      const at = this.#arguments + argumentBytes * i;
      if (typeof value === "number") {
        view.setFloat64(at + argumentOffset.float64, value, true);
        view.setFloat32(at + argumentOffset.float32, value, true);
        view.setInt32(at + argumentOffset.int32, value, true);
        setInt64(view, at + argumentOffset.int64, value);
      } else {
        view.setFloat64(at + argumentOffset.float64, Number(value), true);
        view.setFloat32(at + argumentOffset.float32, Number(castArgument(value, "float32")), true);
        view.setInt32(at + argumentOffset.int32, Number(BigInt.asIntN(32, value)), true);
        view.setBigInt64(at + argumentOffset.int64, value, true);
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
