import { apply, axis, loop, reads, runOnce, store, writes } from "@cresset/conformance/kernels";
import { contents, program, x } from "@cresset/conformance/program";
import type { BackendBuffer, Program } from "@cresset/core/backend";
import { describe, expect, test, vi } from "vitest";
import { cpu } from "./index.ts";

describe.each(["auto", "off"] as const)("codegen %s", (codegen) => {
  test("temporaries live in the arena; state is updated in place", () => {
    const { arrays, status } = runOnce(cpu({ codegen }), program, [
      Float32Array.of(1, 2, 3),
      Float32Array.of(10, 20, 30),
    ]);
    expect(status).toBe(-1);
    expect([...arrays[1]]).toEqual([12, 24, 36]);
  });

  test("a failed check keeps state unwritten; the first in command order is reported", () => {
    const { arrays, status } = runOnce(cpu({ codegen }), program, [
      Float32Array.of(1, -2, 3),
      Float32Array.of(10, 20, 30),
    ]);
    expect(status).toBe(2);
    expect([...arrays[1]]).toEqual([10, 20, 30]);
  });

  test("a check after the state commands is reported too", () => {
    const { arrays, status } = runOnce(cpu({ codegen }), program, [
      Float32Array.of(1, 2, 3),
      Float32Array.of(10, -20, 30),
    ]);
    expect(status).toBe(1);
    expect([...arrays[1]]).toEqual([12, -16, 36]);
  });

  test("an executable runs again with other buffers, after another has grown the arena", () => {
    const backend = cpu({ codegen });
    const executable = backend.compile(program);
    const larger = backend.compile({ ...program, arenaBytes: 1 << 16 });
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
    const kernel = loop(
      [writes("int64"), writes("float32")],
      0,
      0,
      [
        store(0, { kind: "constant", value: 0 }, { kind: "argument", dtype: "int64", slot: 0 }),
        store(1, { kind: "constant", value: 0 }, { kind: "argument", dtype: "float32", slot: 0 }),
      ],
      { arguments: 1 },
    );
    const one: Program = {
      buffers: [
        { dtype: "int64", length: 1, role: "output", offset: 0 },
        { dtype: "float32", length: 1, role: "output", offset: 0 },
      ],
      arenaBytes: 0,
      arguments: 3,
      checks: 0,
      commands: [{ kernel, calls: [{ buffers: [0, 1], arguments: [2], extents: [], checks: [] }] }],
      stateFrom: 0,
    };
    const large = runOnce(cpu({ codegen }), one, [], [0, 0, 2n ** 62n + 1n]);
    expect([large.arrays[0][0], large.arrays[1][0]]).toEqual([2n ** 62n + 1n, 2 ** 62]);
    const small = runOnce(cpu({ codegen }), one, [], [0, 0, -2.75]);
    expect([small.arrays[0][0], small.arrays[1][0]]).toEqual([-2n, -2.75]);
  });
});

test("read returns a copy", async () => {
  const backend = cpu();
  const buffer = backend.allocate("int8", 2);
  const copy = await backend.read(buffer);
  copy[0] = 5;
  expect(contents(backend, buffer)).toEqual([0, 0]);
});

test("write refuses data of another length or type", () => {
  const backend = cpu();
  const buffer = backend.allocate("float32", 2);
  expect(() => backend.write(buffer, new Float32Array(3))).toThrow("float32 buffer of 2 elements");
  expect(() => backend.write(buffer, new Float64Array(2))).toThrow("Float64Array");
});

test("explain lists the commands and the readable source of each kernel once", () => {
  const text = cpu().explain(program);
  expect(text).toContain("b1: float32[3] temporary at byte 64 of the arena");
  expect(text).toContain("m1[i0] = m0[i0] * 2;");
  expect(text).toContain("if (!(m0[i0] >= 0)) failed[call.checks[0]] = 1;");
  expect(text.match(/failed\[call/g)).toHaveLength(1);
});

test("info says how kernels are rendered", () => {
  expect(cpu().info().renderer).toBe("generated JavaScript");
  expect(cpu({ codegen: "off" }).info().renderer).toBe("interpreter");
});

test("where new Function is forbidden, kernels are interpreted and info says why", () => {
  vi.stubGlobal("Function", () => {
    throw new EvalError("Refused to evaluate a string as JavaScript");
  });
  try {
    const backend = cpu();
    const { arrays } = runOnce(backend, program, [Float32Array.of(1, 2, 3), Float32Array.of(10, 20, 30)]);
    expect([...arrays[1]]).toEqual([12, 24, 36]);
    expect(backend.info()).toMatchObject({
      renderer: "interpreter",
      "why no generated JavaScript": "this environment forbids new Function",
    });
  } finally {
    vi.unstubAllGlobals();
  }
});

test("arithmetic is rounded once where it is stored, and in between where it is used", () => {
  const kernel = loop([...reads("float32"), writes("float32")], 1, 1, [
    store(1, axis(0), apply("sub", apply("mul", x, x), x)),
  ]);
  const one: Program = {
    ...program,
    buffers: [program.buffers[0], { dtype: "float32", length: 3, role: "output", offset: 0 }],
    checks: 0,
    commands: [{ kernel, calls: [{ buffers: [0, 1], arguments: [], extents: [3], checks: [] }] }],
  };
  expect(cpu().explain(one)).toContain("m1[i0] = Math.fround(m0[i0] * m0[i0]) - m0[i0];");
});
