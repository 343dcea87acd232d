import type { DType, HostArray } from "@cresset/core/backend";
import type { HostTensor } from "@cresset/io";
import { describe, expect, test } from "vitest";
import { compareTensors } from "./tensor.ts";

const host = (data: HostArray, dtype: DType = "float32", shape: readonly number[] = [data.length]): HostTensor => ({
  data,
  dtype,
  shape,
});
const floats = (...values: number[]) => host(Float32Array.of(...values));

describe("compareTensors", () => {
  test("equal tensors agree", () => {
    expect(compareTensors(floats(1, 2), floats(1, 2), { tolerance: "exact" })).toBeNull();
  });

  test("a wrong value is named with its place", () => {
    const [got, want] = [
      host(Float32Array.of(1, 2, 3, 5), "float32", [2, 2]),
      host(Float32Array.of(1, 2, 3, 4), "float32", [2, 2]),
    ];
    expect(compareTensors(got, want, { tolerance: "exact" })).toBe("[1, 1] expected 4, got 5 of 4 elements");
  });

  test("many wrong values are counted", () => {
    expect(compareTensors(floats(1, 1, 1, 1, 1), floats(0, 0, 0, 0, 0), { tolerance: "exact" })).toContain(
      "and 2 more of 5",
    );
  });

  test("dtype and shape must be the same", () => {
    expect(compareTensors(host(Float64Array.of(1), "float64"), floats(1), { tolerance: [1, 1] })).toBe(
      "expected dtype float32, got float64",
    );
    expect(compareTensors(host(Float32Array.of(1), "float32", []), floats(1), { tolerance: [1, 1] })).toBe(
      "expected shape [1], got []",
    );
  });

  test("the tolerance is atol + rtol·|want|, and no more", () => {
    const tolerance = [0.25, 0.5] as const;
    expect(compareTensors(floats(5.5), floats(4), { tolerance })).toBeNull();
    expect(compareTensors(floats(5.5625), floats(4), { tolerance })).toContain("expected 4, got 5.5625");
    expect(compareTensors(floats(4), floats(5.5), { tolerance: "exact" })).toContain("expected 5.5");
  });

  test("NaN equals NaN only", () => {
    const tolerance = [1, 1] as const;
    expect(compareTensors(floats(Number.NaN), floats(Number.NaN), { tolerance })).toBeNull();
    expect(compareTensors(floats(Number.NaN), floats(0), { tolerance })).toContain("got NaN");
    expect(compareTensors(floats(0), floats(Number.NaN), { tolerance })).toContain("expected NaN");
  });

  test("infinities must agree whatever the tolerance", () => {
    const tolerance = [1, 1e30] as const;
    const [up, down] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(compareTensors(floats(up), floats(up), { tolerance })).toBeNull();
    expect(compareTensors(floats(down), floats(up), { tolerance })).not.toBeNull();
    expect(compareTensors(floats(3e38), floats(up), { tolerance })).not.toBeNull();
    expect(compareTensors(floats(up), floats(3e38), { tolerance })).not.toBeNull();
  });

  test("the sign of zero counts where asked for", () => {
    expect(compareTensors(floats(0), floats(-0), { tolerance: "exact" })).toBeNull();
    expect(compareTensors(floats(0), floats(-0), { tolerance: "exact", signOfZero: true })).toContain(
      "expected -0, got 0",
    );
  });

  test("integers are compared exactly, beyond 2^53 too", () => {
    const large = 2n ** 53n;
    const [got, want] = [host(BigInt64Array.of(large + 1n), "int64"), host(BigInt64Array.of(large), "int64")];
    expect(compareTensors(got, want, { tolerance: [1, 1] })).toContain(
      "expected 9007199254740992, got 9007199254740993",
    );
  });

  test("float16 is compared by value", () => {
    const [one, nan, otherNan] = [0x3c00, 0x7e00, 0x7e01];
    const half = (...bits: number[]) => host(Uint16Array.of(...bits), "float16");
    expect(compareTensors(half(one, nan), half(one, otherNan), { tolerance: "exact" })).toBeNull();
    expect(compareTensors(half(one + 1), half(one), { tolerance: "exact" })).toContain("expected 1, got 1.0009765625");
  });

  test("ignored elements are not compared, their neighbours are", () => {
    expect(compareTensors(floats(1, 9), floats(1, 2), { tolerance: "exact", ignore: [1] })).toBeNull();
    expect(compareTensors(floats(1, 9), floats(1, 2), { tolerance: "exact", ignore: [0] })).not.toBeNull();
  });
});
