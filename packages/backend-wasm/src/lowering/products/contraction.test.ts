import {
  apply,
  axis,
  constant,
  guard,
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
import {
  type ContractionKernel,
  type DType,
  type Expression,
  floatToHalf,
  type HostArray,
  halfToFloat,
  hostArray,
  type Index,
} from "@cresset/core/backend";
import { describe, expect, test } from "vitest";
import { type WasmOptions, wasm } from "../../index.ts";

/** Small integers, so that sums are exact in every dtype and order. */
function filled(dtype: DType, length: number, seed: number): HostArray {
  const array = hostArray(dtype, length);
  for (let i = 0; i < length; i++) {
    const value = ((i * 7919 + seed * 104729) % 5) - 2;
    if (array instanceof BigInt64Array) array[i] = BigInt(value);
    else array[i] = dtype === "float16" ? floatToHalf(value) : value;
  }
  return array;
}

const numberAt = (dtype: DType, array: HostArray, i: number): number =>
  dtype === "float16" ? halfToFloat(Number(array[i])) : Number(array[i]);

interface Case {
  readonly dtype: DType;
  readonly sizes: readonly [batch: number, rows: number, columns: number, depth: number];
  readonly transposed: readonly [left: boolean, right: boolean];
}

let keys = 0;

function check({ dtype, sizes, transposed }: Case, options: WasmOptions): void {
  const [batch, rows, columns, depth] = sizes;
  // Dimensions of size 1 have no axis.
  const axes = sizes.map((size) => size > 1);
  const indexOf = (position: number): Index =>
    axes[position] ? axis(axes.slice(0, position).filter(Boolean).length) : { kind: "constant", value: 0 };
  const [b, r, c, k] = [0, 1, 2, 3].map(indexOf);
  const place = (outer: Index, inner: Index, innerSize: number, outerSize: number): Index =>
    plus(times(b, outerSize * innerSize), times(outer, innerSize), inner);
  const left = transposed[0] ? place(k, r, rows, depth) : place(r, k, depth, rows);
  const right = transposed[1] ? place(c, k, depth, columns) : place(k, c, columns, depth);
  const kernel: ContractionKernel = {
    kind: "contraction",
    key: `case ${keys++}`,
    name: "case",
    operands: [...reads(dtype, dtype), writes(dtype)],
    axes: axes.filter(Boolean).length,
    arguments: 0,
    checks: 0,
    batch: Number(axes[0]),
    rows: Number(axes[1]),
    columns: Number(axes[2]),
    depth: Number(axes[3]),
    dtype,
    left: load(dtype, 0, left),
    right: load(dtype, 1, right),
    register: 0,
    body: [
      store(
        2,
        place(r, c, columns, rows),
        apply("add", register(dtype, 0), constant(dtype, dtype === "int64" ? 1n : 1)),
      ),
    ],
  };
  const lengths = [batch * rows * depth, batch * depth * columns, batch * rows * columns];
  const [x, y] = [filled(dtype, lengths[0], 1), filled(dtype, lengths[1], 2)];
  const { arrays } = runOnce(
    wasm({ threads: 1, ...options }),
    single(
      kernel,
      lengths,
      sizes.filter((size) => size > 1),
    ),
    [x, y],
  );
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 1;
        for (let s = 0; s < depth; s++) {
          const a = numberAt(dtype, x, n * rows * depth + (transposed[0] ? s * rows + i : i * depth + s));
          sum += a * numberAt(dtype, y, n * depth * columns + (transposed[1] ? j * depth + s : s * columns + j));
        }
        const got = numberAt(dtype, arrays[2], (n * rows + i) * columns + j);
        if (got !== sum) expect([n, i, j, got]).toEqual([n, i, j, sum]);
      }
    }
  }
}

const layouts = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

describe.each<[string, WasmOptions]>([
  ["relaxed SIMD", { haste: false }],
  ["SIMD", { relaxedSimd: false, haste: false }],
  ["scalar", { simd: false }],
  ["in haste", {}],
])("%s", (_, options) => {
  test.each(["float32", "float64", "float16", "int64", "int32"] as const)("tiles of %s in every layout", (dtype) => {
    for (const transposed of layouts) {
      for (const sizes of [
        [1, 6, 8, 4],
        [1, 7, 9, 5],
        [3, 13, 21, 17],
        [1, 2, 2, 300],
      ] as const) {
        check({ dtype, sizes, transposed }, options);
      }
    }
  });

  test("blocks: many columns, many rows, a deep sum", () => {
    check({ dtype: "float32", sizes: [1, 11, 1100, 9], transposed: [false, true] }, options);
    check({ dtype: "float32", sizes: [1, 1000, 10, 3], transposed: [true, false] }, options);
    check({ dtype: "float32", sizes: [1, 14, 17, 700], transposed: [true, true] }, options);
  });

  test("one row, one column, one step of the depth, or several of them", () => {
    for (const transposed of layouts) {
      for (const sizes of [
        [1, 1, 37, 50],
        [1, 37, 1, 50],
        [1, 37, 19, 1],
        [1, 1, 1, 50],
        [5, 1, 1, 7],
        [5, 9, 1, 1],
        [2, 1, 9, 83],
      ] as const) {
        check({ dtype: "float32", sizes, transposed }, options);
        check({ dtype: "float16", sizes, transposed }, options);
      }
    }
  });

  interface Convolution {
    readonly channels: number;
    readonly size: number;
    readonly filters: number;
    /** Whether the image has its zeros in memory, or the right side asks for bounds. */
    readonly padded: boolean;
    readonly epilogue: boolean;
  }

  function convolve({ channels, size, filters, padded, epilogue }: Convolution): void {
    const width = 3;
    const side = padded ? size + 2 : size;
    // rows: filters; columns: y, x; depth: channel, dy, dx.
    const [f, y, x, ch, dy, dx] = [0, 1, 2, 3, 4, 5].map(axis);
    const offset: Index = { kind: "constant", value: padded ? 0 : -1 };
    const row = plus(y, dy, offset);
    const column = plus(x, dx, offset);
    const pixel = load("float32", 1, plus(times(ch, side * side), times(row, side), column));
    const zero: Expression = constant("float32", 0);
    const sum = register("float32", 0);
    const kernel: ContractionKernel = {
      kind: "contraction",
      key: `convolution ${keys++}`,
      name: "convolution",
      operands: [...reads("float32", "float32"), writes("float32")],
      axes: 6,
      arguments: 0,
      checks: 0,
      batch: 0,
      rows: 1,
      columns: 2,
      depth: 3,
      dtype: "float32",
      left: load(
        "float32",
        0,
        plus(times(f, channels * width * width), times(ch, width * width), times(dy, width), dx),
      ),
      right: padded ? pixel : guard(row, size, 1, guard(column, size, 1, pixel, zero), zero),
      register: 0,
      body: [
        store(
          2,
          plus(times(f, size * size), times(y, size), x),
          epilogue ? apply("add", sum, constant("float32", 1)) : sum,
        ),
      ],
    };
    const weights = filled("float32", filters * channels * width * width, 3);
    const image = filled("float32", channels * side * side, 4);
    if (padded) {
      for (let i = 0; i < image.length; i++) {
        const [p, q] = [Math.floor(i / side) % side, i % side];
        if (p % (side - 1) === 0 || q % (side - 1) === 0) image[i] = 0;
      }
    }
    const program = single(
      kernel,
      [weights.length, image.length, filters * size * size],
      [filters, size, size, channels, width, width],
    );
    const out = runOnce(wasm({ threads: 1, ...options }), program, [weights, image]).arrays[2];
    const at = (c: number, p: number, q: number): number => {
      if (padded) return Number(image[(c * side + p + 1) * side + q + 1]);
      return p < 0 || q < 0 || p >= size || q >= size ? 0 : Number(image[(c * size + p) * size + q]);
    };
    for (let n = 0; n < filters; n++) {
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let expected = epilogue ? 1 : 0;
          for (let c = 0; c < channels; c++) {
            for (let u = 0; u < width; u++) {
              for (let v = 0; v < width; v++) {
                expected += Number(weights[((n * channels + c) * width + u) * width + v]) * at(c, i + u - 1, j + v - 1);
              }
            }
          }
          const got = Number(out[(n * size + i) * size + j]);
          if (got !== expected) expect([n, i, j, got]).toEqual([n, i, j, expected]);
        }
      }
    }
  }

  test("a convolution: the right side reads windows, of an image with zeros around it or none", () => {
    for (const padded of [false, true]) {
      for (const epilogue of [false, true]) {
        convolve({ channels: 3, size: 11, filters: 5, padded, epilogue });
        convolve({ channels: 2, size: 4, filters: 9, padded, epilogue });
        convolve({ channels: 40, size: 8, filters: 8, padded, epilogue });
      }
    }
    convolve({ channels: 240, size: 7, filters: 2, padded: true, epilogue: false });
  });
});
