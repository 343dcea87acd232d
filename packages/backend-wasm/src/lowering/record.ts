/**
 * What a kernel's function is given: the address of a record of 32-bit words, and the address of scratch memory. The words
 * are, in order: for each operand the address of the word that holds its buffer's address; the extents; the addresses of
 * the arguments; the addresses of the bytes to set where a check fails; the operands' lengths in elements; start and end of
 * each range (`ranges.ts`).
 */
import type { Kernel } from "@cresset/core/backend";
import { rangeCount } from "./ranges.ts";

type Counts = Pick<Kernel, "operands" | "axes" | "arguments" | "checks">;

export const operandWord = (_: Counts, operand: number): number => 4 * operand;
export const extentWord = (kernel: Counts, axis: number): number => 4 * (kernel.operands.length + axis);
export const argumentWord = (kernel: Counts, slot: number): number => extentWord(kernel, kernel.axes) + 4 * slot;
export const checkWord = (kernel: Counts, check: number): number => argumentWord(kernel, kernel.arguments) + 4 * check;
export const lengthWord = (kernel: Counts, operand: number): number => checkWord(kernel, kernel.checks) + 4 * operand;
export const rangeWord = (kernel: Counts, range: number): number =>
  lengthWord(kernel, kernel.operands.length) + 8 * range;
export const recordBytes = (kernel: Kernel): number => rangeWord(kernel, rangeCount(kernel));

/** An argument in memory: as float64, int64, float32 and int32, each converted from what the runtime gave. */
export const argumentOffset = { f64: 0, i64: 8, f32: 16, i32: 20 } as const;
export const argumentBytes = 24;
