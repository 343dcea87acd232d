/** Depthwise convolutions and their gradients: what is read in place has the bits of what is packed. */
import {
  apply,
  axis,
  constant,
  load,
  plus,
  reads,
  register,
  runOnce,
  single,
  store,
  times,
  writes,
} from "@cresset/conformance/kernels";
import type { ContractionKernel, Expression, Index } from "@cresset/core/backend";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";
import { wasm as lean } from "../../lean.ts";
import { runs } from "./runs.ts";

interface Convolution {
  readonly batch: number;
  readonly channels: number;
  /** Output channels of each; where there are several they are rows, and strips compute them. */
  readonly multiplier: number;
  readonly kernel: readonly [number, number];
  readonly outputs: readonly [number, number];
  readonly stride: number;
  readonly dilation: number;
  readonly epilogue: boolean;
  /** Whether results lie column by column. */
  readonly turned: boolean;
}

const random = (length: number, seed: number): Float32Array<ArrayBuffer> => {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return (state >>> 8) / 2 ** 24 - 0.5;
  });
};

/** Σ of the axes, each times how far its points are apart. */
const linear = (strides: readonly number[]): Index =>
  strides.flatMap((by, i) => (by === 0 ? [] : times(axis(i), by))).reduce((sum, term) => plus(sum, term));

let keys = 0;

interface Case {
  readonly kernel: ContractionKernel;
  readonly extents: readonly number[];
  readonly lengths: readonly number[];
}

/** @param packed whether the operand is something else than a load, which is packed. */
function forward(how: Convolution, packed: boolean): Case {
  const { batch, channels, multiplier, kernel, outputs, stride, dilation } = how;
  const [height, width] = sizeOf(how);
  const [rows, columns] = outputs;
  const plane = height * width;
  const taps = kernel[0] * kernel[1];
  const pixels = rows * columns;
  const [y, x] = how.turned ? [1, rows] : [columns, 1];
  return made(how, packed, {
    extents: [batch, channels, multiplier, ...outputs, ...kernel],
    batch: 2,
    left: [0, multiplier * taps, taps, 0, 0, kernel[1], 1],
    right: [channels * plane, plane, 0, stride * width, stride, dilation * width, dilation],
    result: [channels * multiplier * pixels, multiplier * pixels, pixels, y, x],
    lengths: [channels * multiplier * taps, batch * channels * plane, batch * channels * multiplier * pixels],
  });
}

/** The gradient of the weights. */
function backward(how: Convolution, packed: boolean): Case {
  const { batch, channels, multiplier, kernel, outputs, stride, dilation } = how;
  const [height, width] = sizeOf(how);
  const [rows, columns] = outputs;
  const plane = height * width;
  const pixels = rows * columns;
  const taps = kernel[0] * kernel[1];
  const [y, x] = how.turned ? [1, kernel[0]] : [kernel[1], 1];
  return made(how, packed, {
    extents: [channels, multiplier, ...kernel, batch, ...outputs],
    batch: 1,
    left: [multiplier * pixels, pixels, 0, 0, channels * multiplier * pixels, columns, 1],
    right: [plane, 0, dilation * width, dilation, channels * plane, stride * width, stride],
    result: [multiplier * taps, taps, y, x],
    lengths: [batch * channels * multiplier * pixels, batch * channels * plane, channels * multiplier * taps],
  });
}

/** A convolution along rows alone. */
function line(how: Convolution, packed: boolean): Case {
  const { batch, channels, multiplier, kernel, outputs, stride, dilation } = how;
  const [, width] = sizeOf(how);
  const [, taps] = kernel;
  const [, pixels] = outputs;
  return made(how, packed, {
    extents: [batch, channels, multiplier, pixels, taps],
    batch: 2,
    columns: 1,
    left: [0, multiplier * taps, taps, 0, 1],
    right: [channels * width, width, 0, stride, dilation],
    result: [channels * multiplier * pixels, multiplier * pixels, pixels, 1],
    lengths: [channels * multiplier * taps, batch * channels * width, batch * channels * multiplier * pixels],
  });
}

const sizeOf = ({ kernel, outputs, stride, dilation }: Convolution): number[] =>
  outputs.map((n, i) => stride * (n - 1) + dilation * (kernel[i] - 1) + 1);

interface Description {
  readonly extents: readonly number[];
  readonly batch: number;
  /** Axes of the results, 2 by default. */
  readonly columns?: number;
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly result: readonly number[];
  readonly lengths: readonly number[];
}

function made(how: Convolution, packed: boolean, described: Description): Case {
  const { batch, columns = 2, lengths } = described;
  const rows = Number(how.multiplier > 1);
  const present = (list: readonly number[]): readonly number[] => (rows > 0 ? list : list.toSpliced(batch, 1));
  const [extents, left, right, result] = [described.extents, described.left, described.right, described.result].map(
    present,
  );
  const read = load("float32", 1, linear(right));
  const sum = register("float32", 0);
  const value: Expression = how.epilogue ? apply("max", sum, constant("float32", -100)) : sum;
  const kernel: ContractionKernel = {
    kind: "contraction",
    key: `convolution ${keys++}`,
    name: "convolution",
    operands: [...reads("float32", "float32"), writes("float32")],
    axes: extents.length,
    arguments: 0,
    checks: 0,
    batch,
    rows,
    columns,
    depth: extents.length - batch - rows - columns,
    dtype: "float32",
    left: load("float32", 0, linear(left)),
    right: packed ? apply("mul", read, constant("float32", 1)) : read,
    register: 0,
    body: [store(2, linear(result), value)],
  };
  return { kernel, extents, lengths };
}

function results({ kernel, extents, lengths }: Case, backend: ReturnType<typeof wasm>): number[] {
  const operands = [random(lengths[0], 1), random(lengths[1], 2)];
  return Array.from(runOnce(backend, single(kernel, [...lengths], [...extents]), operands).arrays[2], Number);
}

const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 50 }), fc.constantFrom(8, 16, 32));
const convolutions = fc.record<Convolution>({
  batch: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 3 }),
  multiplier: fc.constantFrom(1, 1, 1, 2),
  kernel: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 2, 3, 3, 5, 7, 12)),
  outputs: fc.tuple(size, size),
  stride: fc.constantFrom(1, 1, 2, 3),
  dilation: fc.constantFrom(1, 2),
  epilogue: fc.boolean(),
  turned: fc.boolean(),
});

describe.each<[string, WasmOptions]>([
  ["relaxed SIMD", {}],
  ["SIMD", { relaxedSimd: false }],
  ["scalar", { simd: false }],
])("%s", (_, options) => {
  test.each([
    ["a convolution", forward],
    ["the gradient of its weights", backward],
    ["a convolution in one dimension", line],
  ])("%s", (_, of) => {
    fc.assert(
      fc.property(convolutions, fc.boolean(), (given, haste) => {
        const how =
          of === line ? { ...given, turned: false, outputs: [1, given.outputs[0] * given.outputs[1]] as const } : given;
        const backend = wasm({ ...options, haste, threads: 1 });
        const packed = results(of({ ...how, turned: false, epilogue: false }, true), backend);
        const got = results(of(how, false), backend);
        const [rows, columns] = of === backward ? how.kernel : how.outputs;
        const inOrder = got.map((_, i) => {
          const [y, x] = [Math.floor(i / columns) % rows, i % columns];
          return how.turned ? got[i - (i % (rows * columns)) + x * rows + y] : got[i];
        });
        expect(inOrder).toEqual(packed);
        expect(results(of(how, false), lean({ ...options, haste }))).toEqual(got);
      }),
      { numRuns: 80, seed: 1 },
    );
  });
});

test("a sum of more steps than are added at once", () => {
  const how: Convolution = {
    batch: 1,
    channels: 2,
    multiplier: 1,
    kernel: [13, 21],
    outputs: [5, 11],
    stride: 1,
    dilation: 1,
    epilogue: false,
    turned: false,
  };
  for (const stride of [1, 2]) {
    const backend = wasm({ threads: 1 });
    const of = (packed: boolean): Case => forward({ ...how, stride }, packed);
    expect(results(of(false), backend)).toEqual(results(of(true), backend));
  }
});

test("depthwise convolutions and their gradients read in place", () => {
  const how: Convolution = {
    batch: 2,
    channels: 4,
    multiplier: 1,
    kernel: [3, 3],
    outputs: [16, 16],
    stride: 1,
    dilation: 1,
    epilogue: false,
    turned: false,
  };
  const way = ({ kernel, extents }: Case): number => runs.way(kernel, extents);
  for (const stride of [1, 2]) {
    expect(way(forward({ ...how, stride }, false))).toBe(1);
    expect(way(backward({ ...how, stride }, false))).toBe(2);
    expect(way(line({ ...how, stride }, false))).toBe(1);
  }
  expect(way(forward({ ...how, stride: 3 }, false))).toBe(0);
  expect(way(forward({ ...how, outputs: [1, 16] }, false))).toBe(0);
  expect(way(forward(how, true))).toBe(0);
});
