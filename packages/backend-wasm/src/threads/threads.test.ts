import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  apply,
  axis,
  constant,
  constantIndex,
  load,
  loop,
  plus,
  reads,
  runOnce,
  single,
  store,
  times,
  updates,
  writes,
} from "@cresset/conformance/kernels";
import {
  type Backend,
  type BackendBuffer,
  BackendError,
  type Expression,
  type Kernel,
  type Program,
} from "@cresset/core/backend";
import { afterEach, describe, expect, test, vi } from "vitest";
import { wasm } from "../index.ts";

const length = 100_000;
const program = single(
  loop([...reads("float32"), writes("float32")], 1, 1, [
    store(1, axis(0), apply("exp", apply("mul", load("float32", 0, axis(0)), constant("float32", 0.5)))),
  ]),
  [length, length],
  [length],
);
const input = Float32Array.from({ length }, (_, i) => Math.sin(i));

/**
 * In three phases, since each reads from the end what the one before it wrote: exp(x · by), a copy, and that added to the
 * output.
 */
function phases(by: number): Program {
  const backwards = plus(constantIndex(length - 1), times(axis(0), -1));
  const exponential = loop([...reads("float32"), writes("float32")], 1, 1, [
    store(1, axis(0), apply("exp", apply("mul", load("float32", 0, axis(0)), constant("float32", by)))),
  ]);
  const turned = loop([...reads("float32"), writes("float32")], 1, 1, [
    store(1, axis(0), load("float32", 0, backwards)),
  ]);
  const added = loop([...reads("float32"), updates("float32")], 1, 1, [
    store(1, axis(0), apply("add", load("float32", 1, axis(0)), load("float32", 0, backwards))),
  ]);
  const command = (kernel: Kernel, from: number, to: number) => ({
    kernel,
    calls: [{ buffers: [from, to], arguments: [], extents: [length], checks: [] }],
  });
  const buffer = (role: "input" | "temporary" | "update", offset = 0) =>
    ({ dtype: "float32", length, role, offset }) as const;
  return {
    buffers: [buffer("input"), buffer("temporary"), buffer("temporary", 4 * length), buffer("update")],
    arenaBytes: 8 * length,
    arguments: 0,
    checks: 0,
    commands: [command(exponential, 0, 1), command(turned, 1, 2), command(added, 2, 3)],
    stateFrom: 3,
  };
}

const threePrograms = [0.25, 0.5, 0.75].map(phases);

/** What several programs, run in turns, leave in their outputs. */
function runInTurns(backend: Backend): Float32Array[] {
  const from = backend.allocate("float32", length);
  backend.write(from, input);
  const made = threePrograms.map((program) => {
    const to = backend.allocate("float32", length);
    backend.write(to, new Float32Array(length));
    return { executable: backend.compile(program), to };
  });
  for (let turn = 0; turn < 60; turn++) {
    const { executable, to } = made[turn % made.length];
    backend.run(executable, [from, to], []);
  }
  return made.map(({ to }) => backend.readSync?.(to) as Float32Array);
}

/** Runs the program once more. */
function runAgain(backend: Backend): Float32Array {
  const executable = backend.compile(program);
  const [from, to] = [backend.allocate("float32", length), backend.allocate("float32", length)];
  backend.write(from, input);
  backend.run(executable, [from, to], []);
  return backend.readSync?.(to) as Float32Array;
}

type AnyWorker = {
  terminate(): Promise<number>;
  postMessage(value: unknown): void;
  on(event: "exit", listener: () => void): void;
};

/** Lets the test see the workers that a backend starts, or start others instead. */
function watchWorkers(changed = (code: string): string => code): AnyWorker[] {
  const started: AnyWorker[] = [];
  const real = process.getBuiltinModule;
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) => {
    const found = real(name as "node:worker_threads");
    if (name !== "node:worker_threads") return found;
    return {
      ...found,
      Worker: class extends found.Worker {
        constructor(code: string, options: object) {
          super(changed(code), options);
          started.push(this);
        }
      },
    };
  }) as typeof process.getBuiltinModule);
  return started;
}

/** A worker that says that it is ready, and does nothing. */
const idle = `
  const { memory, at, words } = require("node:worker_threads").workerData;
  Atomics.add(new Int32Array(memory.buffer), (at + words.ready) / 4, 1);
  setInterval(() => {}, 1000);
`;

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("it did not happen within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Stops the clock, so that sharing seems to cost nothing; gives a spy that is called whenever threads run a program together. */
function watchSharing() {
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 10_000);
  return vi.spyOn(Atomics, "store");
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("threads", () => {
  test("start when there is work for them, and give the same bits", async () => {
    const backend = wasm({ threads: 3 });
    expect(backend.info().threads).toBe(1);
    const first = runAgain(backend);
    await until(() => backend.info().threads === 3);
    const begins = watchSharing();
    expect(runAgain(backend)).toEqual(first);
    expect(begins).toHaveBeenCalled();
    expect(runAgain(wasm({ threads: 1 }))).toEqual(first);
  });

  test("take kernels that are compiled while they are at work", async () => {
    const backend = wasm({ threads: 2, share: "all" });
    await backend.initialize?.();
    for (let i = 1; i <= 20; i++) {
      const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
        store(1, axis(0), apply("mul", load("float32", 0, axis(0)), constant("float32", i))),
      ]);
      const { arrays } = runOnce(backend, single(kernel, [64, 64], [64]), [
        Float32Array.from({ length: 64 }, (_, k) => k),
      ]);
      expect([...arrays[1]]).toEqual(Array.from({ length: 64 }, (_, k) => k * i));
    }
  });

  test("take kernels from memory that has grown since the engine last told them", async () => {
    // A worker that is told as late as can be: only when it grows the memory itself.
    watchWorkers(
      (code) => `
      const { memory } = process.getBuiltinModule("node:worker_threads").workerData;
      const { get } = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer");
      let buffer = memory.buffer;
      Object.defineProperty(memory, "buffer", { get: () => buffer });
      memory.grow = (pages) => {
        const before = WebAssembly.Memory.prototype.grow.call(memory, pages);
        buffer = get.call(memory);
        return before;
      };
      ${code}`,
    );
    const backend = wasm({ threads: 2, share: "all" });
    await backend.initialize?.();
    for (let i = 1; i <= 4; i++) {
      backend.allocate("float32", 4 * length);
      const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
        store(
          1,
          axis(0),
          Array.from({ length: 8 * i }).reduce<Expression>(
            (x) => apply("add", x, constant("float32", 1)),
            load("float32", 0, axis(0)),
          ),
        ),
      ]);
      const { arrays } = runOnce(backend, single(kernel, [64, 64], [64]), [new Float32Array(64).fill(1)]);
      expect([...arrays[1]]).toEqual(Array.from({ length: 64 }, () => 1 + 8 * i));
    }
    expect(backend.info().threads).toBe(2);
  });

  test("small programs stay on one thread", () => {
    const started = watchWorkers();
    const backend = wasm({ threads: 2 });
    const small = single(
      loop([...reads("float32"), writes("float32")], 1, 1, [store(1, axis(0), load("float32", 0, axis(0)))]),
      [8, 8],
      [8],
    );
    runOnce(backend, small, [new Float32Array(8)]);
    expect(started).toHaveLength(0);
  });

  test("a worker that ends leaves one thread, and says so", async () => {
    const started = watchWorkers();
    const backend = wasm({ threads: 2, share: "all" });
    await backend.initialize?.();
    const before = runAgain(backend);
    await started[0].terminate();
    await until(() => backend.info().threads === 1);
    expect(backend.info()["why no more threads"]).toContain("a worker thread has ended");
    expect(runAgain(backend)).toEqual(before);
  });

  test("a worker that comes late is not waited for: others do what it has not begun", async () => {
    // After each program it is away for a while, in which others run.
    const nap = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, naps++ % 5);";
    watchWorkers((code) => {
      expect(code).toContain("takePart(at");
      return `let naps = 0; ${code.replace("takePart(at", `${nap} takePart(at`)}`;
    });
    const backend = wasm({ threads: 3 });
    await until(() => runInTurns(backend).length > 0 && backend.info().threads === 3);
    const expected = runInTurns(wasm({ threads: 1 }));
    const begins = watchSharing();
    for (let i = 0; i < 4; i++) expect(runInTurns(backend)).toEqual(expected);
    expect(begins.mock.calls.length).toBeGreaterThan(60);
  });

  test("nor is one that never comes", async () => {
    // Says that it is ready, and never takes part.
    watchWorkers(() => idle);
    // Kernels are written once: there are no new ones that it would have to load.
    const backend = wasm({ threads: 2, haste: false });
    await until(() => runInTurns(backend).length > 0 && backend.info().threads === 2);
    const [begins, waits] = [watchSharing(), vi.spyOn(Atomics, "wait")];
    const found = runInTurns(backend);
    expect(begins).toHaveBeenCalled();
    expect(waits).not.toHaveBeenCalled();
    expect(found).toEqual(runInTurns(wasm({ threads: 1 })));
  });

  test("a worker that stops answering is an error of the program that waits for it; the next one runs", async () => {
    watchWorkers(() => idle);
    const backend = wasm({ threads: 2, share: "all" });
    await backend.initialize?.();
    const buffers = [backend.allocate("float32", length), backend.allocate("float32", length)] as BackendBuffer[];
    backend.write(buffers[0], input);
    const executable = backend.compile(program);
    let time = 0;
    const now = vi.spyOn(performance, "now").mockImplementation(() => {
      time += 60_000;
      return time;
    });
    expect(() => backend.run(executable, buffers, [])).toThrow(BackendError);
    // One long time away is the process's own, which does not count; ten waits are a worker's.
    expect(now.mock.calls.length).toBeGreaterThan(10);
    now.mockRestore();
    expect(backend.info()["why no more threads"]).toBe("a worker thread stopped answering");
    expect(runAgain(backend)).toEqual(runAgain(wasm({ threads: 1 })));
  });

  test("an error in the midst of a program, such as a stack overflow, leaves one thread at once", async () => {
    const backend = wasm({ threads: 2, share: "all" });
    await backend.initialize?.();
    const before = runAgain(backend);
    const store = Atomics.store as (...all: unknown[]) => number;
    vi.spyOn(Atomics, "store").mockImplementationOnce((...all: unknown[]) => {
      store(...all);
      throw new RangeError("Maximum call stack size exceeded");
    });
    expect(() => runAgain(backend)).toThrow(RangeError);
    const waits = vi.spyOn(Atomics, "wait");
    expect(runAgain(backend)).toEqual(before);
    expect(waits).not.toHaveBeenCalled();
    expect(backend.info()).toMatchObject({ threads: 1, "why no more threads": expect.stringContaining("interrupted") });
  });

  test("workers of a backend that nobody holds any more end", async () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const started = watchWorkers();
    await (async () => wasm({ threads: 3, share: "all" }).initialize?.())();
    let ended = 0;
    for (const worker of started) worker.on("exit", () => ended++);
    await until(() => {
      gc();
      return ended === 2;
    });
  });

  test("a program without commands leaves workers the kernels that they have not loaded", async () => {
    const backend = wasm({ threads: 2, share: "all" });
    await backend.initialize?.();
    const executable = backend.compile(program);
    backend.run(backend.compile({ ...program, buffers: [], commands: [], stateFrom: 0 }), [], []);
    const buffers = [backend.allocate("float32", length), backend.allocate("float32", length)] as BackendBuffer[];
    backend.write(buffers[0], input);
    backend.run(executable, buffers, []);
    expect(backend.readSync?.(buffers[1])).toEqual(runAgain(wasm({ threads: 1 })));
  });

  test("workers that cannot start leave one thread, and say so", async () => {
    watchWorkers(() => "throw new Error('no workers here')");
    const backend = wasm({ threads: 2, share: "all" });
    await expect(async () => backend.initialize?.()).rejects.toThrow("no workers here");
    expect(backend.info().threads).toBe(1);
    expect(runAgain(backend)).toHaveLength(length);
  });

  test("do not keep a process alive", () => {
    const program = `
      import { wasm } from "${new URL("../index.ts", import.meta.url)}";
      const backend = wasm({ threads: 2, share: "all" });
      await backend.initialize();
      console.log(backend.info().threads);`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--conditions=@cresset/source", "--input-type=module", "--eval", program],
      {
        cwd: fileURLToPath(new URL(".", import.meta.url)),
        encoding: "utf8",
        timeout: 20_000,
      },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: "2\n", stderr: "", status: 0 });
  });

  test("refuses a number of threads that makes no sense", () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 1000]) expect(() => wasm({ threads })).toThrow("threads must be");
  });
});
