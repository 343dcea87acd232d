import { expect, test } from "vitest";
import { Rotations } from "./rotations.ts";

/** Sweeps of `[first, step, count]`, one rotation after the other, and as `Rotations` does them. */
function both(rows: number, width: number, sweeps: readonly (readonly [number, number, number])[]): Float64Array[] {
  const start = Float64Array.from({ length: rows * width }, (_, i) => Math.sin(i + 1));
  const [plain, turned] = [start.slice(), start.slice()];
  const rotations = new Rotations(turned, width);
  for (const [n, [first, step, count]] of sweeps.entries()) {
    const turns = rotations.begin(first, step);
    for (let p = 0; p < count; p++) {
      const [c, s] = [Math.cos(n + 2 * p), Math.sin(n + 2 * p)];
      [turns[2 * p], turns[2 * p + 1]] = [c, s];
      const [one, other] = [(first + p * step) * width, (first + (p + 1) * step) * width];
      for (let k = 0; k < width; k++) {
        const [a, b] = [plain[one + k], plain[other + k]];
        plain[one + k] = c * a + s * b;
        plain[other + k] = c * b - s * a;
      }
    }
    rotations.end(count);
  }
  rotations.flush();
  return [turned, plain];
}

test.each([1, -1])("sweeps that begin alike, in direction %i, turn each element as one by one", (step) => {
  const first = step > 0 ? 1 : 8;
  for (let a = 0; a <= 7; a++)
    for (let b = 0; b <= 7; b++) {
      const [turned, plain] = both(10, 3, [
        [first, step, a],
        [first, step, b],
      ]);
      expect(turned).toEqual(plain);
    }
});

test("sweeps that begin elsewhere, or run the other way, wait for those before", () => {
  const [turned, plain] = both(9, 5, [
    [0, 1, 8],
    [0, 1, 7],
    [0, 1, 6],
    [2, 1, 4],
    [2, 1, 4],
    [8, -1, 8],
    [6, -1, 3],
    [6, -1, 0],
    [6, -1, 2],
    [6, -1, 1],
  ]);
  expect(turned).toEqual(plain);
});
