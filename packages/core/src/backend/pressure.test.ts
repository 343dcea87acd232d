import { expect, test } from "vitest";
import { Pressure } from "./pressure.ts";

const mebibyte = 1024 ** 2;
const pressureOf = (more: (count: number) => number): Pressure => new Pressure(1024 * mebibyte, 16 * mebibyte, more);

test("the limit stays low while what is moved stays away, and doubles when it comes back", () => {
  const pressure = pressureOf((count) => 2 * count);
  for (let i = 0; i < 100; i++) {
    pressure.allocated(8 * mebibyte);
    pressure.written({}, 4 * mebibyte);
    pressure.read({}, 4 * mebibyte);
    pressure.released();
  }
  expect(pressure.limit).toBe(16 * mebibyte);
  const moved = {};
  pressure.read(moved, 8 * mebibyte);
  pressure.written(moved, 8 * mebibyte);
  expect(pressure.limit).toBe(32 * mebibyte);
  pressure.written(moved, 8 * mebibyte);
  for (let i = 0; i < 40; i++) pressure.allocated(8 * mebibyte);
  pressure.written(moved, 8 * mebibyte);
  expect(pressure.limit).toBe(32 * mebibyte);
});

test("very many buffers are moved, however small", () => {
  const pressure = pressureOf((count) => 2 * count);
  for (let i = 0; i <= 16_384; i++) pressure.allocated(4);
  expect(pressure.limit).toBe(0);
  pressure.released();
  expect(pressure.limit).toBe(0);
  pressure.allocated(4);
  expect(pressure.limit).toBe(16 * mebibyte);
});

test("what stays beside very many buffers is allowed more of them, until they are gone", () => {
  const pressure = pressureOf((count) => count + 100);
  for (let i = 0; i <= 16_384; i++) pressure.allocated(4);
  expect(pressure.limit).toBe(0);
  for (let i = 0; i < 100; i++) pressure.allocated(4);
  expect(pressure.limit).toBe(16 * mebibyte);
  pressure.allocated(4);
  expect(pressure.limit).toBe(0);
  pressure.allocated(4);
  while (pressure.buffers > 0) pressure.released();
  for (let i = 0; i < 16_384; i++) pressure.allocated(4);
  expect(pressure.limit).toBe(16 * mebibyte);
  pressure.allocated(4);
  expect(pressure.limit).toBe(0);
});
