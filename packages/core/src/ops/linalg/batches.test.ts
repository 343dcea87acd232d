import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";
import { eachMatrix } from "./batches.ts";

beforeAll(useCpu);

const { linalg } = torch;

test("matrices of a batch are copies in the same memory, unless the one there is may be overwritten", () => {
  const data = Float64Array.of(1, 2, 3, 4);
  const seen = new Set<Float64Array>();
  const negate = (operand: { data: Float64Array<ArrayBuffer>; shape: number[]; own?: boolean }) =>
    eachMatrix([operand], [[2]], ([x]) => {
      seen.add(x.data);
      for (let i = 0; i < x.data.length; i++) x.data[i] = -x.data[i];
      return [x.data];
    })[0];
  expect(negate({ data, shape: [2, 1, 2] })).toEqual({ data: Float64Array.of(-1, -2, -3, -4), shape: [2, 2] });
  expect(seen.size).toBe(1);
  expect(negate({ data: data.subarray(0, 2), shape: [1, 2] }).data).toEqual(Float64Array.of(-1, -2));
  expect(negate({ data, shape: [2, 1, 2], own: true }).data).toEqual(Float64Array.of(-1, -2, -3, -4));
  expect([...data]).toEqual([1, 2, 3, 4]);
  const own = data.slice(0, 2);
  negate({ data: own, shape: [1, 2], own: true });
  expect([...own]).toEqual([-1, -2]);
});

test.each(["float32", "float64"] as const)("operations leave operands of %s as they are", (dtype) => {
  const values = [
    [4, 2, 1],
    [2, 5, 3],
    [1, 3, 6],
  ];
  for (const shape of [
    [3, 3],
    [1, 3, 3],
    [2, 3, 3],
  ]) {
    const a = torch.tensor(values, { dtype }).expand(shape).contiguous();
    const before = a.tolistSync();
    linalg.inv(a).dataSync();
    linalg.solve(a, a).dataSync();
    linalg.det(a).dataSync();
    linalg.slogdet(a).sign.dataSync();
    linalg.luFactor(a).LU.dataSync();
    linalg.cholesky(a).dataSync();
    linalg.solveTriangular(a, a, { upper: false }).dataSync();
    linalg.qr(a).Q.dataSync();
    linalg.svd(a).U.dataSync();
    linalg.eigh(a).eigenvalues.dataSync();
    linalg.pinv(a).dataSync();
    expect(a.tolistSync()).toEqual(before);
  }
});

test("0 times infinity is not passed over: NaN, as LAPACK gives", () => {
  const a = torch.tensor([
    [1, Number.POSITIVE_INFINITY],
    [0, 2],
  ]);
  expect(linalg.det(a).itemSync()).toBe(Number.NaN);
  const zero = torch.tensor([
    [0, 0],
    [0, 1],
  ]);
  const b = torch.ones([2, 1]);
  expect(linalg.solveTriangular(zero, b, { upper: false }).tolistSync()).toEqual([
    [Number.POSITIVE_INFINITY],
    [Number.NaN],
  ]);
});
