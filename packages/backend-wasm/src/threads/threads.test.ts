import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { apply, axis, constant, load, loop, reads, runOnce, single, store, writes } from "@cresset/conformance/kernels";
import { type Backend, type BackendBuffer, BackendError, type Expression } from "@cresset/core/backend";
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

/** Runs the program once more. */
function runAgain(backend: Backend): Float32Array {
  const executable = backend.compile(program);
  const [from, to] = [backend.allocate("float32", length), backend.allocate("float32", length)];
  backend.write(from, input);
  backend.run(executable, [from, to], []);
  return backend.readSync?.(to) as Float32Array;
}

type AnyWorker = { terminate(): Promise<number>; postMessage(value: unknown): void };

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

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("it did not happen within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("threads", () => {
  test("start when there is work for them, and give the same bits", async () => {
    const backend = wasm({ threads: 3 });
    expect(backend.info().threads).toBe(1);
    const first = runAgain(backend);
    await until(() => backend.info().threads === 3);
    expect(runAgain(backend)).toEqual(first);
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

  test("a worker that stops answering is an error of the program that waits for it; the next one runs", async () => {
    // Says that it is ready, and never takes a job.
    watchWorkers(
      () => `
      const { memory, at, words } = require("node:worker_threads").workerData;
      Atomics.add(new Int32Array(memory.buffer), (at + words.ready) / 4, 1);
      setInterval(() => {}, 1000);
    `,
    );
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
