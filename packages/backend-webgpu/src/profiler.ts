import type { KernelTiming } from "@cresset/core/backend";
import type { Dispatch } from "./executable.ts";
import { bufferUsage, mapRead } from "./memory/usage.ts";

/** Queries that a set may have, on every adapter. */
const queriesOfSet = 4096;
const bytesOfQuery = 8;

/** What ran, in milliseconds since an unknown beginning. */
interface Span {
  readonly kernel: KernelTiming["kernel"];
  readonly calls: number;
  readonly begin: number;
  readonly end: number;
}

/** The programs that run while a profile is taken. */
export interface Profiler {
  /** A program with so many dispatches is about to be recorded. */
  program(dispatches: number): TimedProgram;
  /** Tells of everything, in the order in which it ran, once the device is through with it. */
  finish(listener: (timing: KernelTiming) => void): Promise<void>;
}

/** How one program is timed while it is recorded and submitted. */
export interface TimedProgram {
  /** The descriptor of the compute pass that runs this dispatch and nothing else. */
  pass(dispatch: Dispatch): GPUComputePassDescriptor;
  /** All dispatches are recorded. */
  recorded(encoder: GPUCommandEncoder): void;
  /** The commands are submitted: called right after, `at` being the time right before. */
  submitted(at: number): void;
}

/** Times each dispatch by the device's clock where it can tell, else each program by the host's. */
export function makeProfiler(device: GPUDevice, timestamps: boolean): Profiler {
  return timestamps ? new DispatchProfiler(device) : new ProgramProfiler(device);
}

/** A pair of timestamps for each dispatch. */
class DispatchProfiler implements Profiler {
  readonly #device: GPUDevice;
  readonly #programs: Promise<readonly Span[]>[] = [];
  /** The first timestamp seen: what is left of others is exact as a number. */
  #origin: bigint | null = null;
  /** From the device's clock to the host's. */
  #offset = Number.NEGATIVE_INFINITY;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  program(dispatches: number): TimedProgram {
    const device = this.#device;
    const sets: GPUQuerySet[] = [];
    for (let left = 2 * dispatches; left > 0; left -= queriesOfSet)
      sets.push(device.createQuerySet({ type: "timestamp", count: Math.min(left, queriesOfSet) }));
    const size = 2 * dispatches * bytesOfQuery;
    const { queryResolve, copySource, copyTarget, mapRead: mapped } = bufferUsage;
    const resolved = device.createBuffer({ label: "timestamps", size, usage: queryResolve | copySource });
    const staging = device.createBuffer({ label: "timestamps", size, usage: mapped | copyTarget });
    const seen: Dispatch[] = [];
    return {
      pass(dispatch) {
        const first = 2 * seen.length;
        seen.push(dispatch);
        return {
          timestampWrites: {
            querySet: sets[Math.floor(first / queriesOfSet)],
            beginningOfPassWriteIndex: first % queriesOfSet,
            endOfPassWriteIndex: (first + 1) % queriesOfSet,
          },
        };
      },
      recorded(encoder) {
        sets.forEach((set, i) => {
          encoder.resolveQuerySet(set, 0, set.count, resolved, i * queriesOfSet * bytesOfQuery);
        });
        encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      },
      submitted: (at) => {
        const read = async (): Promise<readonly Span[]> => {
          try {
            await staging.mapAsync(mapRead);
            return this.#spans(seen, new BigUint64Array(staging.getMappedRange()), at);
          } catch {
            // Of a lost device there is nothing to tell; reads say so.
            return [];
          } finally {
            for (const made of [...sets, resolved, staging]) made.destroy();
          }
        };
        this.#programs.push(read());
      },
    };
  }

  #spans(seen: readonly Dispatch[], times: BigUint64Array, submitted: number): readonly Span[] {
    this.#origin ??= times[0];
    const origin = this.#origin;
    const milliseconds = (time: bigint): number => Number(time - origin) / 1e6;
    // Nothing begins before it is submitted, and what waited least for its turn began nearly then.
    if (seen.length > 0) this.#offset = Math.max(this.#offset, submitted - milliseconds(times[0]));
    return seen.map(({ kernel, calls }, i) => {
      const begin = milliseconds(times[2 * i]);
      // A device may set its clock back meanwhile.
      return { kernel, calls, begin, end: Math.max(begin, milliseconds(times[2 * i + 1])) };
    });
  }

  async finish(listener: (timing: KernelTiming) => void): Promise<void> {
    const spans = (await Promise.all(this.#programs)).flat();
    for (const { kernel, calls, begin, end } of spans)
      listener({ kernel, calls, start: begin + this.#offset, duration: end - begin });
  }
}

/** The time from a program's submission, or the end of the one before, until the device is through with it. */
class ProgramProfiler implements Profiler {
  readonly #device: GPUDevice;
  readonly #programs: Promise<readonly Span[]>[] = [];
  #end = Number.NEGATIVE_INFINITY;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  program(): TimedProgram {
    const seen: Dispatch[] = [];
    return {
      pass(dispatch) {
        seen.push(dispatch);
        return {};
      },
      recorded: () => undefined,
      submitted: (at) => {
        if (seen.length === 0) return;
        const names = seen.map(({ kernel }) => kernel.name).join(", ");
        const kernel = seen.length === 1 ? seen[0].kernel : { ...seen[0].kernel, name: `program: ${names}` };
        const calls = seen.length === 1 ? seen[0].calls : 1;
        this.#programs.push(
          this.#device.queue.onSubmittedWorkDone().then(
            () => {
              const begin = Math.max(at, this.#end);
              this.#end = performance.now();
              return [{ kernel, calls, begin, end: this.#end }];
            },
            () => [],
          ),
        );
      },
    };
  }

  async finish(listener: (timing: KernelTiming) => void): Promise<void> {
    for (const { kernel, calls, begin, end } of (await Promise.all(this.#programs)).flat())
      listener({ kernel, calls, start: begin, duration: end - begin });
  }
}
