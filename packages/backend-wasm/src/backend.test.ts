import {
  apply,
  axis,
  constant,
  constantIndex,
  guard,
  load,
  loop,
  plus,
  quotient,
  reads,
  reduce,
  register,
  runOnce,
  store,
  updates,
  writes,
} from "@cresset/conformance/kernels";
import { accumulate, contents, double, program, x } from "@cresset/conformance/program";
import { type Backend, type BackendBuffer, BackendError, type Kernel, type Program } from "@cresset/core/backend";
import { afterEach, describe, expect, test, vi } from "vitest";
import { wasm } from "./index.ts";
import { wasm as lean } from "./lean.ts";

const f32 = (...values: number[]): Float32Array<ArrayBuffer> => Float32Array.from(values);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("programs", () => {
  test("temporaries live in the arena; state is updated in place", () => {
    const { arrays, status } = runOnce(wasm(), program, [f32(1, 2, 3), f32(10, 20, 30)]);
    expect(status).toBe(-1);
    expect([...arrays[1]]).toEqual([12, 24, 36]);
  });

  test("a failed check keeps state unwritten; the first in command order is reported", () => {
    const { arrays, status } = runOnce(wasm(), program, [f32(1, -2, 3), f32(10, 20, 30)]);
    expect(status).toBe(2);
    expect([...arrays[1]]).toEqual([10, 20, 30]);
  });

  test("a check after the state commands is reported too", () => {
    const { arrays, status } = runOnce(wasm(), program, [f32(1, 2, 3), f32(10, -20, 30)]);
    expect(status).toBe(1);
    expect([...arrays[1]]).toEqual([12, -16, 36]);
  });

  test("an executable runs again with other buffers, after another has grown the arena", () => {
    const backend = wasm();
    const executable = backend.compile(program);
    const larger = backend.compile({ ...program, arenaBytes: 1 << 22 });
    const make = (...values: number[]): BackendBuffer => {
      const buffer = backend.allocate("float32", 3);
      backend.write(buffer, Float32Array.from(values));
      return buffer;
    };
    const state = make(0, 0, 0);
    expect(backend.run(executable, [make(1, -1, 1), state], [])).toBe(2);
    expect(backend.run(larger, [make(1, 2, 3), state], [])).toBe(-1);
    expect(backend.run(executable, [make(10, 20, 30), state], [])).toBe(-1);
    expect(contents(backend, state)).toEqual([22, 44, 66]);
  });

  test("arguments come as numbers or bigints and convert to the kernel's dtype", () => {
    const at = { kind: "constant", value: 0 } as const;
    const dtypes = ["int64", "float32", "uint8", "bool", "float16", "int32"] as const;
    const kernel = loop(
      dtypes.map((dtype) => writes(dtype)),
      0,
      0,
      dtypes.map((dtype, i) => store(i, at, { kind: "argument", dtype, slot: 0 })),
      { arguments: 1 },
    );
    const one: Program = {
      buffers: dtypes.map((dtype) => ({ dtype, length: 1, role: "output", offset: 0 })),
      arenaBytes: 0,
      arguments: 3,
      checks: 0,
      commands: [{ kernel, calls: [{ buffers: [0, 1, 2, 3, 4, 5], arguments: [2], extents: [], checks: [] }] }],
      stateFrom: 0,
    };
    const run = (value: number | bigint): unknown[] =>
      runOnce(wasm(), one, [], [0, 0, value]).arrays.map((array) => array[0]);
    expect(run(2n ** 62n + 1n)).toEqual([2n ** 62n + 1n, 2 ** 62, 1, 1, 0x7c00, 1]);
    expect(run(-2.75)).toEqual([-2n, -2.75, 254, 1, 0xc180, -2]);
    expect(run(-0.5)).toEqual([0n, -0.5, 0, 1, 0xb800, 0]);
    expect(run(3e9)).toEqual([3_000_000_000n, 3e9, 0, 1, 0x7c00, 3e9 - 2 ** 32]);
  });
});

describe("kernels are compiled once", () => {
  const command = (kernel: Kernel) => ({
    kernel,
    calls: [{ buffers: [0, 1], arguments: [], extents: [3], checks: [] }],
  });
  const made = (...kernels: Kernel[]): Program => ({
    ...program,
    buffers: [program.buffers[0], { dtype: "float32", length: 3, role: "output", offset: 0 }],
    checks: 0,
    commands: kernels.map(command),
    stateFrom: kernels.length,
  });

  test("a second program compiles only the kernels that are new to it", () => {
    const backend = wasm();
    const counts = (): unknown => [backend.info().kernels, backend.info().modules];
    expect(counts()).toEqual([0, 0]);
    backend.compile(made(double, accumulate, double));
    expect(counts()).toEqual([2, 1]);
    backend.compile(made(accumulate, double));
    expect(counts()).toEqual([2, 1]);
    const triple = loop([...reads("float32"), writes("float32")], 1, 1, [
      store(1, axis(0), apply("mul", x, constant("float32", 3))),
    ]);
    backend.compile(made(double, triple));
    expect(counts()).toEqual([3, 2]);
  });

  test("one that has run for as long as compiling takes gets faster code, with the same bits", () => {
    const operands = [...reads("float32"), writes("float32")];
    const kernel = loop(operands, 1, 1, [store(1, axis(0), apply("exp", x))]);
    const count = 100_000;
    // Along a quotient no loop is cut.
    const guarded = loop(operands, 1, 1, [
      store(1, axis(0), guard(quotient(axis(0), 2), count, 1, x, constant("float32", 0))),
    ]);
    const backend = wasm({ threads: 1 });
    const buffers = [backend.allocate("float32", count), backend.allocate("float32", count)];
    backend.write(
      buffers[0],
      Float32Array.from({ length: count }, (_, i) => i / 1000 - 50),
    );
    // A clock by which a run takes a millisecond or more.
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => time++);
    const outcome = (of: Kernel): [kernels: unknown, same: boolean] => {
      const executable = backend.compile({
        ...made(),
        buffers: buffers.map(({ dtype, length }, i) => ({ dtype, length, role: i ? "output" : "input", offset: 0 })),
        commands: [{ kernel: of, calls: [{ buffers: [0, 1], arguments: [], extents: [count], checks: [] }] }],
        stateFrom: 1,
      });
      backend.run(executable, buffers, []);
      const first = contents(backend, buffers[1]);
      for (let run = 0; run < 50; run++) backend.run(executable, buffers, []);
      return [backend.info().kernels, contents(backend, buffers[1]).every((value, i) => value === first[i])];
    };
    expect(outcome(kernel)).toEqual([2, true]);
    // Vectors between branches are computed one by one in any case.
    expect(outcome(guarded)).toEqual([3, true]);
    expect(wasm({ threads: 1, haste: false }).info().kernels).toBe(0);
  });

  test("those of many steps, which differ in positions alone, are one", () => {
    const steps = (count: number, by: number) => {
      const commands = Array.from({ length: count }, (_, i) => {
        const at = plus(axis(0), constantIndex(by * i));
        const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
          store(1, at, apply("exp", load("float32", 0, at))),
        ]);
        return { kernel, calls: [{ buffers: [0, 1], arguments: [], extents: [by], checks: [] }] };
      });
      const buffer = (role: "input" | "output") => ({ dtype: "float32", length: count * by, role, offset: 0 }) as const;
      return { ...made(), buffers: [buffer("input"), buffer("output")], commands, stateFrom: count };
    };
    const outcome = (backend: Backend, count: number): [kernels: unknown, values: number[]] => {
      const input = Float32Array.from({ length: count * 20 }, (_, i) => i / 100 - 1);
      const { arrays } = runOnce(backend, steps(count, 20), [input]);
      return [backend.info().kernels, [...arrays[1]].map(Number)];
    };
    for (const count of [2, 3, 50]) {
      const [kernels, values] = outcome(wasm({ threads: 1 }), count);
      expect(kernels).toBe(count === 2 ? 2 : 1);
      expect(values).toEqual(outcome(lean(), count)[1]);
    }
  });

  test("calls share a function unless their extents need other code: a short loop has no vectors yet, a long sum has chunks", () => {
    const backend = wasm();
    const sum = loop([...reads("float32"), writes("float32")], 1, 0, [
      reduce([0], 0, "sum", x),
      store(1, constantIndex(0), register("float32", 0)),
    ]);
    const kernelsAfter = (points: number): unknown => {
      backend.compile({
        ...made(),
        commands: [{ kernel: sum, calls: [{ buffers: [0, 1], arguments: [], extents: [points], checks: [] }] }],
        stateFrom: 1,
      });
      return backend.info().kernels;
    };
    expect([3, 63, 64, 50, 100_000].map(kernelsAfter)).toEqual([1, 1, 2, 2, 3]);
  });

  test("more kernels than the table first holds", () => {
    const backend = wasm();
    const kernels = Array.from({ length: 200 }, (_, i) =>
      loop([...reads("float32"), updates("float32")], 1, 1, [
        store(1, axis(0), apply("add", load("float32", 1, axis(0)), constant("float32", i))),
      ]),
    );
    const { arrays } = runOnce(
      backend,
      { ...made(...kernels), buffers: [program.buffers[0], { ...program.buffers[2] }] },
      [f32(0, 0, 0), f32(0, 1, 2)],
    );
    expect([...arrays[1]]).toEqual([19900, 19901, 19902]);
  });
});

test("read returns a copy", async () => {
  const backend = wasm();
  const buffer = backend.allocate("int8", 2);
  backend.write(buffer, Int8Array.of(1, 2));
  const copy = await backend.read(buffer);
  copy[0] = 5;
  expect(contents(backend, buffer)).toEqual([1, 2]);
});

test("write refuses data of another length or type; a released buffer is refused", () => {
  const backend = wasm();
  const buffer = backend.allocate("float32", 2);
  expect(() => backend.write(buffer, new Float32Array(3))).toThrow("float32 buffer of 2 elements");
  expect(() => backend.write(buffer, new Float64Array(2))).toThrow("Float64Array");
  backend.release(buffer);
  expect(() => backend.readSync?.(buffer)).toThrow("released");
});

test("memory that does not fit is a BackendError, after which everything works", () => {
  const backend = wasm();
  expect(() => backend.allocate("float64", 2 ** 30)).toThrow(BackendError);
  const { arrays } = runOnce(backend, program, [f32(1, 2, 3), f32(10, 20, 30)]);
  expect([...arrays[1]]).toEqual([12, 24, 36]);
});

test("a program whose temporaries do not fit is a BackendError; others still run", () => {
  const backend = wasm();
  const tooLarge = backend.compile({ ...program, arenaBytes: 5 * 1024 ** 3 });
  const buffers = [0, 1].map(() => backend.allocate("float32", 3));
  for (const buffer of buffers) backend.write(buffer, f32(1, 2, 3));
  expect(() => backend.run(tooLarge, buffers, [])).toThrow(BackendError);
  expect(backend.run(backend.compile(program), buffers, [])).toBe(-1);
  expect(contents(backend, buffers[1])).toEqual([3, 6, 9]);
});

test("thousands of programs take bounded memory, and the first still runs", () => {
  const backend = wasm();
  const buffers = [0, 1].map(() => backend.allocate("float32", 3));
  for (const buffer of buffers) backend.write(buffer, f32(1, 2, 3));
  const first = backend.compile(program);
  const used = (): number => Number(backend.info().usedBytes);
  for (let i = 0; i < 1000; i++) backend.compile({ ...program });
  const before = used();
  for (let i = 0; i < 3000; i++) backend.compile({ ...program });
  expect(used()).toBeLessThanOrEqual(before);
  expect(backend.run(first, buffers, [])).toBe(-1);
  expect(contents(backend, buffers[1])).toEqual([3, 6, 9]);
});

test("very many kernels: all are forgotten once, and programs compiled before still run", () => {
  const backend = wasm();
  const buffers = [0, 1].map(() => backend.allocate("float32", 3));
  for (const buffer of buffers) backend.write(buffer, f32(1, 2, 3));
  const first = backend.compile(program);
  const many = (part: number): Program => ({
    ...program,
    checks: 0,
    commands: Array.from({ length: 1000 }, (_, i) => ({
      kernel: { ...double, key: `many ${part} ${i}` },
      calls: [{ buffers: [0, 1], arguments: [], extents: [3], checks: [] }],
    })),
  });
  for (let part = 0; part < 10; part++) backend.compile(many(part));
  expect(Number(backend.info().kernels)).toBeLessThan(9_300);
  expect(backend.run(first, buffers, [])).toBe(-1);
  expect(contents(backend, buffers[1])).toEqual([3, 6, 9]);
});

test("explain lists the commands and the instructions of each kernel once", () => {
  const text = wasm().explain(program);
  expect(text).toContain("b1: float32[3] temporary at byte 64 of the arena");
  expect(text).toContain("f32x4.mul");
  expect(text.match(/;; test/g)).toHaveLength(3);
  expect(wasm({ simd: false }).explain(program)).not.toContain("x4");
});

test("info says what is on, and why something is off", () => {
  expect(wasm().info()).toMatchObject({ simd: true, "why no simd": "", threads: 1 });
  expect(wasm({ simd: false }).info()).toMatchObject({ simd: false, relaxedSimd: false });
  expect(wasm({ simd: false }).info()["why no simd"]).toContain("option simd");
});
